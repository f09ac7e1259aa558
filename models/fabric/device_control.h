// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/capacity/dynamic_capacity.h"
#include "models/command/dynamic_capacity.h"
#include "models/command/fm_owned_ld.h"
#include "models/command/type3_device.h"
#include "models/fabric/backend_store.h"
#include "models/fabric/endpoint.h"
#include "models/fabric/simulation_clock.h"

namespace cxlpool::fabric {

/// The control plane of a Type-3 device: its commands, its dynamic capacity, and what both do to
/// media and data path. No module: the device's registers and its fabric manager call it, in
/// simulated time, and it tells the device what changed through Effects. What software asks wrongly
/// has a return code; nothing throws on its account.
class DeviceControl : private command::MediaControl, private capacity::Listener {
 public:
  struct Config {
    command::Type3Config commands;
    std::uint64_t dynamic_base = 0;  ///< first DPA of dynamic capacity
    /// Regions and limits of dynamic capacity, if the device has any.
    std::optional<capacity::DynamicCapacity::Config> dynamic;
    /// Of tagged capacity; null: capacity is the device's own media.
    BackendStore* backends = nullptr;
    /// The fabric manager of the pool drives it from this device's own mailbox.
    bool manages = false;
  };

  struct Effects {
    /// Direct memory must be given back before this returns.
    std::function<void()> revoke;
    std::function<void(unsigned vector)> interrupt;
    /// Something about dynamic capacity happened, for whoever keeps a record.
    std::function<void(const capacity::CapacityEvent&)> capacity;
  };

  DeviceControl(const Config& config, Media& media, Effects effects);

  command::Type3Device& commands() { return *commands_; }
  command::DeviceRegisters& registers() { return commands_->registers(); }
  /// Null without dynamic capacity.
  capacity::DynamicCapacity* capacity() { return capacity_.get(); }
  const capacity::DynamicCapacity* capacity() const { return capacity_.get(); }
  /// Where the fabric manager's tunnels through the switch above end.
  command::Cci& fm_owned_ld() { return fm_owned_ld_->cci(); }

  /// Whether no access can be refused or poisoned here.
  bool is_open() const;
  Endpoint::Admission admit(const capacity::DpaRange& range, bool is_write) const;

  /// Whether direct memory may be out at all: not while anything is poisoned, or the media
  /// disabled.
  bool may_lend() const {
    return !commands_->media_disabled() && !commands_->poisoned(0, media_.capacity());
  }
  /// How far direct memory may reach around `dpa`: not over the end of an accepted extent, and not
  /// at all where something is poisoned, disabled or read-only.
  Endpoint::Lending lend(std::uint64_t dpa) const;

  std::optional<command::Nanoseconds> deadline() const { return commands_->deadline(); }
  /// Completes what is due by now.
  void advance() { commands_->advance(clock_.now()); }

  void hot_reset() { commands_->hot_reset(); }
  /// Power was lost: offers and extents of the host go, and what a cold reset ends.
  void cold_reset();

 private:
  void clear(std::uint64_t dpa, std::uint64_t length) override;
  void write(std::uint64_t dpa, command::ByteView data) override;

  void host_event(const capacity::CapacityEvent& event) override;
  void manager_event(const capacity::CapacityEvent& event) override;
  void access_ending(capacity::HostId host, capacity::DpaRange range) override;
  void discard(capacity::DpaRange range) override;
  void mapped(const capacity::Backend& backend, capacity::DpaRange range) override;
  void unmapped(const capacity::Backend& backend, capacity::DpaRange range) override;

  SimulationClock clock_;
  Media& media_;
  Effects effects_;
  BackendStore* backends_;
  std::uint64_t dynamic_base_;
  std::unique_ptr<command::Type3Device> commands_;
  std::unique_ptr<capacity::DynamicCapacity> capacity_;
  std::unique_ptr<command::FmOwnedLd> fm_owned_ld_;
  std::unique_ptr<command::LdPool> ld_pool_;  ///< where this device manages itself
  command::Timestamp fm_timestamp_;
};

}  // namespace cxlpool::fabric
