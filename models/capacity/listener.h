// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/capacity/backends.h"
#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// Values are those of the dynamic capacity event record (fact sheet 5.4).
enum class EventType : std::uint8_t {
  add = 0,
  release = 1,
  forced_release = 2,
  region_updated = 3,
  add_response = 4,
  released = 5,
};

struct CapacityEvent {
  EventType type = EventType::add;
  HostId host{};
  std::uint8_t region = 0;  ///< updated region index; 0 in all other types
  bool more = false;        ///< records of the same request follow
  Extent extent;
  std::uint32_t extents_available = 0;  ///< to this host, once the request is carried out
  std::uint32_t tags_available = 0;
};

/// Who is told what dynamic capacity does. Called from within the request, in the order in which
/// things happen; must not change the capacity from a call. Does nothing unless overridden.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Types 0 to 3, for the dynamic capacity event log of the host.
  virtual void host_event(const CapacityEvent&) {}
  /// Types 4 and 5, for the fabric manager. An answer that takes nothing is one record of type 4
  /// whose extent has no bytes.
  virtual void manager_event(const CapacityEvent&) {}

  /// After the capacity has become accessible.
  virtual void access_began(HostId, DpaRange) {}
  /// Before it ceases to be: direct memory must be revoked before this returns.
  virtual void access_ending(HostId, DpaRange) {}

  /// The contents are destroyed: they read as zeroes from now on. Nobody has access.
  virtual void discard(DpaRange) {}

  /// Tagged backends: attached before access begins, detached after it has ended.
  virtual void mapped(const Backend&, DpaRange) {}
  virtual void unmapped(const Backend&, DpaRange) {}
};

}  // namespace cxlpool::capacity
