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

Type3Device::Type3Device(sc_core::sc_module_name name, Config config,
                         std::unique_ptr<EndpointTiming> timing)
    : Endpoint(name, config.label, config.id, media_, std::move(timing)),
      mmio("mmio"),
      config_(std::move(config)),
      registers_(HdmDecoderBlock(ComponentKind::device, config_.capability)),
      media_(config_.partitions.capacity(), config_.backing_file) {
  if (config_.partitions.capacity() % part_bytes != 0) {
    throw std::invalid_argument(label() + ": the capacity must be a multiple of 256 B");
  }
  mmio.serve(*this, 0);
}

Endpoint::Target Type3Device::locate(std::uint64_t hpa) const {
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

void Type3Device::power_cycle() {
  revoke();
  registers_.reset();
  config_space_.reset();
  media_.clear(0, config_.partitions.volatile_bytes);
}

address::NodeIndex Type3Device::describe(Topology& topology, unsigned, Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::device;
  node.decoders = &decoders();
  node.partitions = config_.partitions;
  node.memory_enabled = config_space_.memory_enabled();
  return add_to(topology, std::move(node));
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
