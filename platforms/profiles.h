// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/cursor.h"
#include "platforms/description.h"

/// Timing of devices that somebody has measured or specified, by name. A profile is a document of
/// platforms/catalog/devices, which the build puts into this library, so that a program finds its
/// profiles wherever it is installed; it is read as strictly as a platform file.
namespace cxlpool::platforms {

/// The document of a profile, as it was when the library was built.
struct ProfileDocument {
  std::string_view name;  ///< file name without extension
  std::string_view text;
};

/// All there are, by name.
const std::vector<ProfileDocument>& profile_documents();

/// What a profile says; sections that it has no say in are absent.
struct Profile {
  std::string name;
  std::string what;
  std::string source;               ///< where the constants come from
  std::vector<std::string> fitted;  ///< keys of the document, such as device.media.latency
  std::optional<DeviceTimingDescription> device;
  std::optional<LinkDescription> link;  ///< above the device or the switch; no ends
  std::optional<HostTimingDescription> host;
  std::optional<SwitchTimingDescription> switch_timing;
};

/// Throws InputError with the place in the profile's own document (`a1000.yaml:4:3`).
Profile read_profile(const ProfileDocument& document);

/// The profiles that one platform file names, each read once.
class Profiles {
 public:
  /// The profile that the member `profile` of this entry names; null without one. An unknown name
  /// is an InputError that says the nearest.
  const Profile* named_in(const Cursor& entry);
  /// One that was named before; null if not.
  const Profile* find(std::string_view name) const;

 private:
  std::map<std::string, Profile, std::less<>> read_;
};

}  // namespace cxlpool::platforms
