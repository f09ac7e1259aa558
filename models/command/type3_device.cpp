// SPDX-License-Identifier: Apache-2.0
#include "models/command/type3_device.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/command/dynamic_capacity.h"
#include "models/command/identify_memory_device.h"

namespace cxlpool::command {

Type3Device::Type3Device(const Type3Config& config, const Clock& clock, MediaControl& media,
                         RaiseInterrupt raise)
    : config_(config),
      timestamp_(clock),
      events_(config.events, timestamp_),
      firmware_(config.firmware_revision, clock),
      static_capacity_(config.volatile_bytes, config.persistent_bytes,
                       config.partition_alignment_bytes, config.lsa_bytes),
      poison_(config.poison_list_records, timestamp_),
      memory_(static_capacity_.total_bytes()),
      scan_(poison_, events_),
      poison_commands_(poison_, scan_, memory_, media, config.inject_poison_limit),
      sanitizer_(media, memory_, poison_, static_capacity_, events_),
      primary_(clock, config.max_payload_bytes),
      registers_(primary_, config.mailbox, raise,
                 DeviceRegisters::Status{[this] { return events_.status(); },
                                         [this] {
                                           return media_disabled()
                                                      ? DeviceRegisters::Media::disabled
                                                      : DeviceRegisters::Media::ready;
                                         },
                                         {}}) {
  events_.on_interrupt(std::move(raise));
  scan_.set_capacity(memory_.end());
  primary_.set_media_disabled([this] { return media_disabled(); });
  add_commands();
}

void Type3Device::add_commands() {
  primary_.add_request_abort();
  events_.add_commands(primary_);
  firmware_.add_commands(primary_);
  primary_.add_timestamp(timestamp_, true);
  primary_.add_logs();
  primary_.add(Opcode::identify_memory_device,
               [this](const Request&) { return identify_memory_device(); });
  static_capacity_.add_commands(primary_);
  health_.add_commands(primary_);
  poison_commands_.add_commands(primary_);
  scan_.add_commands(primary_);
  sanitizer_.add_commands(primary_);
  primary_.add(Opcode::get_security_state, [](const Request&) {
    return Bytes(4);  // no passphrase is ever set
  });
}

void Type3Device::attach(capacity::DynamicCapacity& pool, capacity::HostId host) {
  add_dynamic_capacity(primary_, pool, host);
  memory_.attach(pool, host);
  scan_.set_capacity(memory_.end());
}

Reply Type3Device::identify_memory_device() const {
  const std::uint64_t total = static_capacity_.total_bytes();
  const std::uint64_t volatile_bytes = static_capacity_.volatile_bytes();
  if (total % capacity_unit_bytes != 0 || volatile_bytes % capacity_unit_bytes != 0) {
    return ReturnCode::internal_error;  // the answer has no way to tell such a size
  }
  IdentifyMemoryDevice answer;
  const std::string& revision = config_.firmware_revision;
  std::copy_n(revision.begin(), std::min(revision.size(), answer.firmware_revision.size()),
              answer.firmware_revision.begin());
  answer.total_capacity = total / capacity_unit_bytes;
  if (static_capacity_.alignment_bytes() == 0) {
    answer.volatile_only = volatile_bytes / capacity_unit_bytes;
    answer.persistent_only = (total - volatile_bytes) / capacity_unit_bytes;
  }
  answer.partition_alignment = static_capacity_.alignment_bytes() / capacity_unit_bytes;
  std::copy_n(config_.reported_log_sizes.begin(), answer.event_log_sizes.size(),
              answer.event_log_sizes.begin());
  answer.dc_event_log_size = config_.reported_log_sizes.back();
  answer.lsa_size = static_capacity_.lsa_bytes();
  answer.poison_list_records.value = config_.poison_list_records;
  answer.inject_poison_limit = config_.inject_poison_limit;
  answer.poison_capabilities = config_.poison_capabilities;
  answer.qos_capabilities = config_.qos_capabilities;
  return encode(answer);
}

bool Type3Device::inject_poison(std::uint64_t dpa, std::uint64_t length) {
  const capacity::DpaRange device{0, memory_.end()};
  return device.contains(capacity::DpaRange{dpa, length}) && poison_.inject(dpa, length);
}

void Type3Device::cold_reset() {
  sanitizer_.finish();
  primary_.background().reset();
  registers_.reset();
  scan_.reset();
  events_.discard();
  static_capacity_.cold_reset();
  firmware_.cold_reset();
  health_.cold_reset();
  timestamp_.reset();
}

void Type3Device::save(Writer& state) const {
  state(timestamp_.get());
  events_.save(state);
  health_.save(state);
  firmware_.save(state);
  static_capacity_.save(state);
  poison_.save(state);
  scan_.save(state);
  poison_commands_.save(state);
  state(media_disabled());
  primary_.save(state);
}

}  // namespace cxlpool::command
