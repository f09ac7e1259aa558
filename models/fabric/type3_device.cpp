// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/type3_device.h"

#include <algorithm>
#include <stdexcept>

#include "models/fabric/decoder_registers.h"
#include "models/fabric/hop.h"

namespace cxlpool::fabric {

using address::Cause;
using address::ComponentKind;
using address::ComponentRegisters;
using address::DeviceConfigSpace;
using address::HdmDecoderBlock;

namespace {

/// The parts that hosts send: one that begins within capacity must end there.
constexpr std::uint64_t part_bytes = 256;

}  // namespace

Type3Device::Type3Device(sc_core::sc_module_name name, Config config)
    : sc_module(name),
      usp("usp"),
      mmio("mmio"),
      config_(std::move(config)),
      registers_(HdmDecoderBlock(ComponentKind::device, config_.capability)),
      media_(config_.partitions.capacity(), config_.backing_file) {
  if (config_.partitions.capacity() % part_bytes != 0) {
    throw std::invalid_argument(label() + ": the capacity must be a multiple of 256 B");
  }
  usp.register_b_transport(this, &Type3Device::b_transport);
  usp.register_transport_dbg(this, &Type3Device::transport_dbg);
  usp.register_get_direct_mem_ptr(this, &Type3Device::get_direct_mem_ptr);
  mmio.serve(*this, 0);
}

Type3Device::Target Type3Device::decode(std::uint64_t hpa) const {
  Target target;
  if (!config_space_.memory_enabled()) {
    target.cause = Cause::memory_disabled;
    return target;
  }
  const address::DecodeRange* range = decoders().find(hpa);
  if (!range) {
    const auto miss = decoders().why_not(hpa);
    target.cause = miss.cause;
    target.decoder = miss.decoder;
    return target;
  }
  target.decoder = range->index;
  target.dpa = range->dpa(hpa);
  if (target.dpa >= media_.capacity()) {
    target.cause = Cause::beyond_capacity;
    return target;
  }
  target.first = range->base;
  target.last = range->base + (range->size - 1);
  if (range->interleave.ways() > 1) {
    const std::uint64_t granule = range->interleave.granularity() - 1u;
    target.first = std::max(target.first, hpa & ~granule);
    target.last = std::min(target.last, hpa | granule);
  }
  const std::uint64_t room = media_.capacity() - 1 - target.dpa;
  if (target.last - hpa > room) target.last = hpa + room;
  return target;
}

Type3Device::Target Type3Device::checked_decode(const tlm::tlm_generic_payload& trans,
                                                bool malformed) const {
  Target target;
  if (malformed) {
    target.cause = Cause::malformed;
    return target;
  }
  target = decode(trans.get_address());
  if (target.cause != Cause::none) return target;
  const std::uint64_t reach = trans.get_data_length() - 1;
  if (reach > target.last - trans.get_address()) target.cause = Cause::crossing;
  return target;
}

void Type3Device::b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time&) {
  count(counters_, trans);
  const Target target = checked_decode(trans, is_malformed(trans));
  if (target.cause != Cause::none) {
    counters_.count_error(target.cause);
    fail(trans, target.cause, label().c_str(), target.decoder);
    return;
  }
  serve_at(target.dpa, trans, trans.get_extension<MemoryAccess>());
}

void Type3Device::serve_enabled_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans) {
  const unsigned char* enables = trans.get_byte_enable_ptr();
  const unsigned period = trans.get_byte_enable_length();
  for (unsigned i = 0; i < trans.get_data_length(); ++i) {
    if (!enables[i % period]) continue;
    if (trans.is_read()) {
      media_.read(dpa + i, trans.get_data_ptr() + i, 1);
    } else if (trans.is_write()) {
      media_.write(dpa + i, trans.get_data_ptr() + i, 1);
    }
  }
}

unsigned Type3Device::transport_dbg(tlm::tlm_generic_payload& trans) {
  if (TopologyProbe::answer(trans, usp, *this, 0)) return 0;
  const Target target = checked_decode(trans, has_no_range(trans));
  if (target.cause != Cause::none) {
    fail(trans, target.cause, label().c_str(), target.decoder);
    return 0;
  }
  serve_all_bytes(target.dpa, trans);
  trans.set_response_status(tlm::TLM_OK_RESPONSE);
  return trans.get_data_length();
}

bool Type3Device::get_direct_mem_ptr(tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi) {
  const std::uint64_t hpa = trans.get_address();
  const Target target = decode(hpa);
  dmi.init();
  if (target.cause != Cause::none) {
    dmi.set_start_address(hpa);
    dmi.set_end_address(hpa);
    return false;
  }
  // The granule, as far as it lies in one chunk of the media.
  const std::uint64_t before = hpa - target.first;
  const std::uint64_t first_dpa =
      std::max(target.dpa - std::min(before, target.dpa), media_.first_of_chunk(target.dpa));
  const std::uint64_t reach =
      std::min(target.last - hpa, media_.last_of_chunk(target.dpa) - target.dpa);
  dmi.set_dmi_ptr(media_.pointer(first_dpa));
  dmi.set_start_address(hpa - (target.dpa - first_dpa));
  dmi.set_end_address(hpa + reach);
  dmi.allow_read_write();
  return true;
}

void Type3Device::power_cycle() {
  revoke();
  registers_.reset();
  config_space_.reset();
  media_.clear(0, config_.partitions.volatile_bytes);
}

address::NodeIndex Type3Device::describe(Topology& topology, unsigned, Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::device;
  node.name = label();
  node.decoders = &decoders();
  node.partitions = config_.partitions;
  node.memory_enabled = config_space_.memory_enabled();
  topology.tree.nodes.push_back(std::move(node));
  Topology::Entry entry;
  entry.device = this;
  entry.counters.push_back(&counters_);
  topology.entries.push_back(std::move(entry));
  return static_cast<address::NodeIndex>(topology.tree.nodes.size() - 1);
}

std::uint64_t Type3Device::read_register(unsigned, std::uint64_t offset, unsigned size) {
  if (offset < ComponentRegisters::size_bytes) {
    return registers_.read(static_cast<std::uint32_t>(offset), size);
  }
  if (offset - config_space < DeviceConfigSpace::size_bytes) {
    return config_space_.read(static_cast<std::uint32_t>(offset - config_space), size);
  }
  return 0;
}

address::WriteVerdict Type3Device::write_register(unsigned, std::uint64_t offset,
                                                  std::uint64_t value, unsigned size) {
  if (offset >= config_space && offset - config_space < DeviceConfigSpace::size_bytes) {
    return write_config(static_cast<std::uint32_t>(offset - config_space),
                        static_cast<std::uint32_t>(value), size);
  }
  return write_with_revoke(registers_, offset, value, size, [this] { revoke(); });
}

address::WriteVerdict Type3Device::write_config(std::uint32_t offset, std::uint32_t value,
                                                unsigned size) {
  address::WriteVerdict verdict;
  const std::uint16_t control = config_space_.control_after(offset, value, size);
  const bool is_control = offset == DeviceConfigSpace::dvsec_control && size <= 4;
  if (!is_control) {
    verdict.effect = address::WriteVerdict::Effect::ignored_read_only;
  } else if (control != config_space_.control()) {
    verdict.decode_changed = true;
    revoke();
    config_space_.set_control(control);
  }
  return verdict;
}

}  // namespace cxlpool::fabric
