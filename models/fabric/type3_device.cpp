// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/type3_device.h"

#include <algorithm>
#include <limits>
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

/// The longest parts that hosts send: one that begins within capacity must end there.
constexpr std::uint64_t part_bytes = 256;

}  // namespace

Type3Device::Type3Device(sc_core::sc_module_name name, Config config,
                         std::unique_ptr<EndpointTiming> timing)
    : Endpoint(name, config.label, config.id, media_, std::move(timing)),
      mmio("mmio"),
      config_(std::move(config)),
      registers_(HdmDecoderBlock(ComponentKind::device, config_.capability)),
      media_(config_.partitions.end(), config_.backing_file) {
  if (config_.partitions.volatile_bytes % part_bytes != 0 ||
      config_.partitions.persistent_bytes % part_bytes != 0 ||
      config_.partitions.dynamic_bytes % part_bytes != 0) {
    throw std::invalid_argument(label() + ": the capacity must be a multiple of 256 B");
  }
  mmio.serve(*this, 0);
  DeviceControl::Effects effects;
  effects.revoke = [this] { revoke_lent(); };
  effects.interrupt = [this](unsigned vector) {
    if (interrupt_) interrupt_(vector);
  };
  effects.capacity = [this](const capacity::CapacityEvent& event) {
    if (capacity_observer_) capacity_observer_(event);
  };
  control_ = std::make_unique<DeviceControl>(config_.control, media_, std::move(effects));
  set_open(control_->is_open());
  SC_HAS_PROCESS(Type3Device);
  SC_METHOD(control_due);
  sensitive << due_;
  dont_initialize();
}

Endpoint::Target Type3Device::locate(std::uint64_t hpa) const {
  Target target;
  if (held_in_reset_) {
    target.cause = Cause::memory_disabled;
    return target;
  }
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
  const std::uint64_t room = config_.partitions.room(target.dpa);
  if (room == 0) {
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
  if (target.last - hpa > room - 1) target.last = hpa + (room - 1);
  return target;
}

Endpoint::Admission Type3Device::admit(std::uint64_t dpa, unsigned length, bool is_write) const {
  return control_->admit({dpa, length}, is_write);
}

Type3Device::Lending Type3Device::lend(std::uint64_t dpa) const {
  if (is_open()) return {true, 0, ~std::uint64_t{0}};
  return control_->lend(dpa);
}

/// What commands did may have opened or closed the data path, and started what takes time.
void Type3Device::control_changed() {
  const bool open = control_->is_open();
  if (!open && is_open()) revoke();
  set_open(open);
  if (!control_->may_lend()) revoke_lent();
  constexpr auto end_of_time = std::numeric_limits<timing::Picoseconds>::max() / timing::ps_per_ns;
  if (const auto deadline = control_->deadline(); deadline && *deadline <= end_of_time) {
    const sc_core::sc_time at = to_sc_time(*deadline * timing::ps_per_ns);
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    due_.notify(at > now ? at - now : sc_core::SC_ZERO_TIME);
  }
}

void Type3Device::control_due() {
  control_->advance();
  control_changed();
}

bool Type3Device::inject_poison(std::uint64_t dpa, std::uint64_t length) {
  const bool injected = control_->commands().inject_poison(dpa, length);
  if (injected) revoke_lent();
  control_changed();
  return injected;
}

bool Type3Device::inject_error(address::UncorrectableError error,
                               const address::HeaderLog& header) {
  if (held_in_reset_) return false;
  send(registers_.ras()->record(error, header), address::name(error));
  return true;
}

bool Type3Device::inject_error(address::CorrectableError error) {
  if (held_in_reset_) return false;
  send(registers_.ras()->record(error), address::name(error));
  return true;
}

/// There is no configuration space with AER registers to mask it a second time.
void Type3Device::send(std::optional<address::ErrorMessage> message, const char* error) {
  if (!message) return;
  ++error_messages_[static_cast<std::size_t>(*message)];
  if (error_observer_) error_observer_(*message, error);
}

void Type3Device::hold_in_reset(bool held) {
  if (held == held_in_reset_) return;
  if (held) hot_reset();
  revoke();
  held_in_reset_ = held;
}

void Type3Device::reset_from_above(unsigned, Reset reset) {
  if (reset == Reset::hot) return hot_reset();
  hold_in_reset(reset == Reset::begin_fundamental);
}

void Type3Device::hot_reset() {
  revoke();
  registers_.reset();
  config_space_.reset();
  control_->hot_reset();
}

void Type3Device::power_cycle() {
  revoke();
  registers_.lose_power();
  config_space_.reset();
  control_->cold_reset();
  control_changed();
  media_.clear(0, config_.partitions.volatile_bytes);
}

address::NodeIndex Type3Device::describe(Topology& topology, unsigned, Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::device;
  node.decoders = &decoders();
  node.partitions = config_.partitions;
  node.memory_enabled = config_space_.memory_enabled() && !held_in_reset_;
  return add_to(topology, std::move(node));
}

std::uint64_t Type3Device::read_register(unsigned, std::uint64_t offset, unsigned size) {
  if (held_in_reset_) return 0;
  if (offset < ComponentRegisters::size_bytes) {
    return registers_.read(static_cast<std::uint32_t>(offset), size);
  }
  if (offset - config_space < DeviceConfigSpace::size_bytes) {
    return config_space_.read(static_cast<std::uint32_t>(offset - config_space), size);
  }
  if (!DeviceRegisterBlock::begins_by(offset)) return 0;
  return DeviceRegisterBlock::read(control_->registers(), offset, size);
}

address::WriteVerdict Type3Device::write_register(unsigned, std::uint64_t offset,
                                                  std::uint64_t value, unsigned size) {
  if (held_in_reset_) {
    address::WriteVerdict verdict;
    verdict.effect = address::WriteVerdict::Effect::ignored_read_only;
    return verdict;
  }
  if (offset >= config_space && offset - config_space < DeviceConfigSpace::size_bytes) {
    return write_config(static_cast<std::uint32_t>(offset - config_space),
                        static_cast<std::uint32_t>(value), size);
  }
  if (DeviceRegisterBlock::begins_by(offset)) {
    const auto verdict = DeviceRegisterBlock::write(control_->registers(), offset, value, size);
    control_changed();
    return verdict;
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
