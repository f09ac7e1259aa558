// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/host_bridge.h"

#include <stdexcept>

#include "models/fabric/decoder_registers.h"

namespace cxlpool::fabric {

using address::Cause;
using address::ComponentKind;
using address::ComponentRegisters;
using address::HdmDecoderBlock;

HostBridge::HostBridge(sc_core::sc_module_name name, Config config)
    : Hop(name, config.label, 1, static_cast<unsigned>(config.root_ports.size()), config.time),
      mmio("mmio"),
      config_(std::move(config)),
      registers_(HdmDecoderBlock(ComponentKind::host_bridge, config_.capability)) {
  if (config_.pass_through && config_.root_ports.size() != 1) {
    throw std::invalid_argument(label() + ": pass-through needs exactly one root port");
  }
  for (unsigned i = 0; i < config_.root_ports.size(); ++i) {
    number_port(config_.root_ports[i].number, i);
  }
  mmio.serve(*this, 0);
}

Hop::Egress HostBridge::route(std::uint64_t hpa, unsigned) const {
  Egress out;
  if (!config_.pass_through) out = decode(registers_.decoders(), hpa);
  if (out.cause == Cause::none && !is_bound(out.port)) {
    return Egress::refuse(Cause::empty_port, out.decoder);
  }
  return out;
}

address::NodeIndex HostBridge::describe(Topology& topology, unsigned, Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::host_bridge;
  node.decoders = decoders();
  const address::NodeIndex index = add_node(topology, std::move(node));
  for (unsigned i = 0; i < dsp.size(); ++i) {
    address::PortView port = config_.root_ports[i];
    if (is_bound(i))
      port.child = neighbour(i).describe(topology, label() + "." + port.name, port.why);
    if (port.child != address::no_node) topology.tree.nodes[port.child].parent = index;
    topology.tree.nodes[index].ports.push_back(std::move(port));
  }
  return index;
}

std::uint64_t HostBridge::read_register(unsigned, std::uint64_t offset, unsigned size) {
  if (config_.pass_through || offset >= ComponentRegisters::size_bytes) return 0;
  return registers_.read(static_cast<std::uint32_t>(offset), size);
}

address::WriteVerdict HostBridge::write_register(unsigned, std::uint64_t offset,
                                                 std::uint64_t value, unsigned size) {
  if (config_.pass_through) offset = ComponentRegisters::size_bytes;  // there are no registers
  return write_with_revoke(registers_, offset, value, size, [this] { revoke(0); });
}

}  // namespace cxlpool::fabric
