// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_control.h"

#include <algorithm>

namespace cxlpool::fabric {

using address::Cause;
using capacity::DpaRange;

namespace {

/// The one host of a single logical device.
constexpr capacity::HostId the_host{0};

command::FmOwnedLd::Config fm_owned_ld_config(const DeviceControl::Config& config) {
  return {config.commands.identity, config.commands.max_payload_bytes, !config.manages};
}

command::LdPool::Config ld_pool_config(const DeviceControl::Config& config) {
  return {config.commands.identity, {0}, {command::HeadInfo{}}, config.commands.max_payload_bytes};
}

}  // namespace

DeviceControl::DeviceControl(const Config& config, Media& media, Effects effects)
    : media_(media),
      effects_(std::move(effects)),
      backends_(config.backends),
      dynamic_base_(config.dynamic_base),
      fm_timestamp_(clock_) {
  command::MediaControl& media_control = *this;
  capacity::Listener* listener = this;
  commands_ = std::make_unique<command::Type3Device>(
      config.commands, clock_, media_control,
      [this](unsigned vector) { effects_.interrupt(vector); });
  if (config.dynamic) {
    capacity::DynamicCapacity::Config dynamic = *config.dynamic;
    if (backends_) dynamic.backends = &backends_->registry();
    capacity_ = std::make_unique<capacity::DynamicCapacity>(dynamic, listener);
    commands_->attach(*capacity_, the_host);
  }
  fm_owned_ld_ =
      std::make_unique<command::FmOwnedLd>(fm_owned_ld_config(config), clock_, fm_timestamp_,
                                           config.manages ? nullptr : capacity_.get());
  if (!config.manages) return;
  ld_pool_ = std::make_unique<command::LdPool>(ld_pool_config(config), clock_, capacity_.get());
  ld_pool_->set_lds({&fm_owned_ld_->ld0()});
  commands_->enable_tunnel([this](command::TunnelTarget type, std::uint8_t id) -> command::Cci* {
    if (type == command::TunnelTarget::ld_pool) return &ld_pool_->cci();
    return id == 0 ? &fm_owned_ld_->ld0() : nullptr;
  });
}

bool DeviceControl::is_open() const { return !capacity_ && may_lend(); }

Endpoint::Admission DeviceControl::admit(const DpaRange& range, bool is_write) const {
  const bool is_dynamic = capacity_ && range.end() > dynamic_base_;
  const std::uint64_t first = std::max(range.base, dynamic_base_);
  if (is_dynamic && !capacity_->accessible(the_host, {first, range.end() - first})) {
    return {Cause::not_accepted};
  }
  if (commands_->media_disabled()) return {Cause::media_disabled};
  if (is_dynamic && is_write && capacity_->read_only({first, range.end() - first})) {
    return {Cause::read_only};
  }
  return {Cause::none, !is_write && commands_->poisoned(range.base, range.length)};
}

Endpoint::Lending DeviceControl::lend(std::uint64_t dpa) const {
  if (admit({dpa, 1}, true).cause != Cause::none) return {false};
  if (!may_lend()) return {false};
  if (!capacity_) return {};
  if (dpa < dynamic_base_) return {true, 0, dynamic_base_ - 1};
  const auto extent = capacity_->extent_at(the_host, dpa);
  if (!extent) return {false};
  return {true, extent->dpa, extent->dpa + (extent->length - 1)};
}

void DeviceControl::cold_reset() {
  commands_->cold_reset();
  if (!capacity_) return;
  capacity_->lose_host(the_host);
  for (const capacity::Region& region : capacity_->regions()) {
    if (!backends_ && !region.non_volatile) media_.clear(region.base, region.length);
  }
}

void DeviceControl::clear(std::uint64_t dpa, std::uint64_t length) { media_.clear(dpa, length); }

void DeviceControl::write(std::uint64_t dpa, command::ByteView data) {
  media_.write(dpa, data.begin(), data.size());
}

void DeviceControl::host_event(const capacity::CapacityEvent& event) {
  command::log_event(commands_->events(), event);
  if (effects_.capacity) effects_.capacity(event);
}

void DeviceControl::manager_event(const capacity::CapacityEvent& event) {
  if (effects_.capacity) effects_.capacity(event);
}

void DeviceControl::access_ending(capacity::HostId, DpaRange) { effects_.revoke(); }

void DeviceControl::discard(DpaRange range) {
  media_.clear(range.base, range.length);
  commands_->clear_poison(range.base, range.length);
}

void DeviceControl::mapped(const capacity::Backend& backend, DpaRange range) {
  media_.map(range.base, backends_->memory(backend.id));
}

void DeviceControl::unmapped(const capacity::Backend&, DpaRange range) {
  media_.unmap(range.base, range.length);
}

}  // namespace cxlpool::fabric
