// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/cxl_switch.h"

#include "models/fabric/decoder_registers.h"

namespace cxlpool::fabric {

using address::Cause;
using address::ComponentKind;
using address::ComponentRegisters;
using address::HdmDecoderBlock;

namespace {

SwitchControl::Config control_config(const CxlSwitch::Config& config) {
  SwitchControl::Config control;
  control.upstream = config.upstream_ports;
  for (const CxlSwitch::DownstreamPort& port : config.downstream_ports) {
    control.downstream.push_back(port.number);
  }
  control.decoders = static_cast<std::uint8_t>(config.capability.decoders);
  control.commands = config.control;
  return control;
}

}  // namespace

CxlSwitch::CxlSwitch(sc_core::sc_module_name name, Config config, SwitchTiming timing)
    : Hop(name, config.label, config.upstream_ports,
          static_cast<unsigned>(config.downstream_ports.size()), timing.time),
      mmio("mmio", config.upstream_ports),
      config_(std::move(config)),
      timing_(std::move(timing)),
      registers_(config_.upstream_ports, ComponentRegisters(HdmDecoderBlock(
                                             ComponentKind::switch_upstream, config_.capability))),
      held_(config_.upstream_ports, false),
      control_(
          control_config(config_),
          {[this](unsigned port) { return config_.downstream_ports[port].bound_to != unbound; },
           [this](unsigned port, Reset reset) { port_control(port, reset); }}) {
  for (unsigned i = 0; i < config_.downstream_ports.size(); ++i) {
    number_port(config_.downstream_ports[i].number, i);
  }
  for (unsigned i = 0; i < mmio.size(); ++i) {
    mmio[i].serve(*this, i);
    ingress_labels_.push_back(mmio.size() == 1 ? label() : label() + ".usp" + std::to_string(i));
  }
}

Hop::Egress CxlSwitch::route(std::uint64_t hpa, unsigned ingress) const {
  const Egress out = decode(registers_[ingress].decoders(), hpa);
  if (out.cause == Cause::none && !leads(out.port, ingress)) {
    return Egress::refuse(Cause::empty_port, out.decoder);
  }
  return out;
}

std::vector<unsigned> CxlSwitch::upstream_of(unsigned port) const {
  const int upstream = config_.downstream_ports[port].bound_to;
  if (upstream == unbound) return {};
  return {static_cast<unsigned>(upstream)};
}

void CxlSwitch::bind_port(unsigned downstream, int upstream) {
  if (upstream != unbound) ingress_labels_.at(static_cast<unsigned>(upstream));
  int& owner = config_.downstream_ports.at(downstream).bound_to;
  if (owner == upstream) return;
  const bool was_held = is_held(owner), is_held_now = is_held(upstream);
  if (owner != unbound) revoke(static_cast<unsigned>(owner));
  owner = unbound;
  if (upstream != unbound) revoke(static_cast<unsigned>(upstream));
  owner = upstream;
  if (was_held == is_held_now || perst_asserted(downstream)) return;
  reset_below(downstream, is_held_now ? Reset::begin_fundamental : Reset::end_fundamental);
}

void CxlSwitch::hot_reset() {
  for (unsigned i = 0; i < registers_.size(); ++i) reset_upstream(i);
}

void CxlSwitch::reset_upstream(unsigned upstream) {
  revoke(upstream);
  registers_[upstream].reset();
  if (upstream == 0) control_.registers().reset();
}

void CxlSwitch::reset_from_above(unsigned ingress, Reset reset) {
  if (reset != Reset::end_fundamental) reset_upstream(ingress);
  if (reset != Reset::hot) held_[ingress] = reset == Reset::begin_fundamental;
  for (unsigned i = 0; i < dsp.size(); ++i) {
    const bool is_below = config_.downstream_ports[i].bound_to == static_cast<int>(ingress);
    if (is_below && !perst_asserted(i)) reset_below(i, reset);
  }
}

void CxlSwitch::reset_below(unsigned downstream, Reset reset) {
  const Neighbour& below = neighbour(downstream);
  if (below.node) below.node->reset_from_above(below.ingress, reset);
}

void CxlSwitch::port_control(unsigned downstream, Reset reset) {
  const bool stays_held = is_held(config_.downstream_ports[downstream].bound_to);
  if (!stays_held) reset_below(downstream, reset);
}

address::NodeIndex CxlSwitch::describe(Topology& topology, unsigned ingress, Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::switch_upstream;
  node.decoders = &registers_[ingress].decoders();
  const address::NodeIndex index = add_node(topology, std::move(node), ingress);
  topology.tree.nodes[index].name = ingress_labels_[ingress];
  for (unsigned i = 0; i < dsp.size(); ++i) {
    address::PortView port;
    port.name = config_.downstream_ports[i].name;
    port.number = config_.downstream_ports[i].number;
    if (leads(i, ingress)) {
      port.child = neighbour(i).describe(topology, label() + "." + port.name, port.why);
    }
    if (port.child != address::no_node) topology.tree.nodes[port.child].parent = index;
    topology.tree.nodes[index].ports.push_back(std::move(port));
  }
  return index;
}

std::uint64_t CxlSwitch::read_register(unsigned block, std::uint64_t offset, unsigned size) {
  if (held_[block]) return 0;
  if (block == 0 && DeviceRegisterBlock::begins_by(offset)) {
    return DeviceRegisterBlock::read(control_.registers(), offset, size);
  }
  if (offset >= ComponentRegisters::size_bytes) return 0;
  return registers_[block].read(static_cast<std::uint32_t>(offset), size);
}

address::WriteVerdict CxlSwitch::write_register(unsigned block, std::uint64_t offset,
                                                std::uint64_t value, unsigned size) {
  if (held_[block]) {
    address::WriteVerdict verdict;
    verdict.effect = address::WriteVerdict::Effect::ignored_read_only;
    return verdict;
  }
  if (block == 0 && DeviceRegisterBlock::begins_by(offset)) {
    return DeviceRegisterBlock::write(control_.registers(), offset, value, size);
  }
  return write_with_revoke(registers_[block], offset, value, size,
                           [this, block] { revoke(block); });
}

}  // namespace cxlpool::fabric
