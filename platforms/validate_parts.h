// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/capabilities.h"
#include "platforms/description.h"

/// What the parts of validate() share; for nobody else.
namespace cxlpool::platforms::validation {

/// An entry of the description that is being checked, for messages.
class Entry {
 public:
  /// `path` stands in where the entry was made by a program and has no location.
  Entry(const Location& location, std::string path);
  /// `switches[3]`
  Entry(const Location& location, const char* list, std::size_t index);

  /// A part of this entry that may have a location of its own.
  Entry part(const Location& location, const char* list, std::size_t index) const;

  /// `key` is appended to the entry's path: `.volatile`, `[2]`, or nothing.
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

 private:
  Location location_;
};

/// End of host physical addresses: a CXL.mem request carries bits 51 to 6.
inline constexpr std::uint64_t hpa_end = std::uint64_t{1} << 52;

/// What decoders can be programmed on.
struct DecodingComponent {
  ComponentKind kind;
  unsigned decoders = 0;
  std::string reason;  ///< why there are no decoders here; empty when there are
};

/// Where something can hang.
struct Port {
  std::string occupant;   ///< name of the switch or device; empty: free
  int owner_switch = -1;  ///< index; -1 on a root port
};

/// The names of a platform and what they stand for. Ordered maps, so that messages repeat.
struct Index {
  std::map<std::string, const HostDescription*, std::less<>> hosts;
  std::map<std::string, const SwitchDescription*, std::less<>> switches;
  std::map<std::string, const DeviceDescription*, std::less<>> devices;
  std::map<std::string, const RegionDescription*, std::less<>> regions;
  std::map<std::string, DecodingComponent, std::less<>>
      components;                                  ///< h0.hb0, sw0, sw0.usp1, mem0
  std::map<std::string, Port, std::less<>> ports;  ///< h0.hb0.rp0, sw0.ds0
};

/// `no host is named "h9", did you mean "h0"?`
template <class T>
std::string unresolved(const char* what, std::string_view name,
                       const std::map<std::string, T, std::less<>>& known);
std::string unresolved(const char* what, std::string_view name,
                       const std::vector<std::string_view>& known);

template <class T>
std::string unresolved(const char* what, std::string_view name,
                       const std::map<std::string, T, std::less<>>& known) {
  std::vector<std::string_view> names;
  for (const auto& entry : known) names.push_back(entry.first);
  return unresolved(what, name, names);
}

/// A letter, then letters, digits, - and _; at most 64 characters.
void check_name(const Entry& entry, const std::string& key, const std::string& name);
/// Register fields of 256 MiB.
void check_quantum(const Entry& entry, const std::string& key, std::uint64_t bytes);
void check_granularity(const Entry& entry, std::uint64_t bytes);
void check_latency(const Entry& entry, const std::string& key, timing::Picoseconds latency);
/// Of a file in the output folder; empty is fine.
void check_file_name(const Entry& entry, const std::string& key, const std::string& name);
/// Regions of 5.1's rules, and what they are made of; the static capacity is right.
void check_dynamic_capacity(const Entry& entry, const DeviceDescription& device);
void check_mailbox(const Entry& entry, const MailboxDescription& mailbox);

/// The parts, in order; the first one fills `index`.
void check_topology(const PlatformDescription& platform, Index& index);
void check_fabric_manager(const PlatformDescription& platform, const Index& index);
void check_windows(const PlatformDescription& platform);
void check_programming(const PlatformDescription& platform, Index& index);
void check_run(const PlatformDescription& platform, const Index& index);
void check_timing(const PlatformDescription& platform);

}  // namespace cxlpool::platforms::validation
