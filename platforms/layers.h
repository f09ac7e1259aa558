// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/cursor.h"
#include "platforms/profiles.h"

/// Entries whose keys lie over those of a profile: what the file says counts, then what the profile
/// says, then the defaults.
namespace cxlpool::platforms {

void read_host(const Cursor& at, Profiles& profiles, HostDescription& out);
void read_profiled_switch(const Cursor& at, Profiles& profiles, SwitchDescription& out);
void read_device(const Cursor& at, Profiles& profiles, DeviceDescription& out);

/// Once hosts, switches, devices and the default link have been read: the entries of `links`, if
/// there are any, each over the link of the profile of what hangs below it, or else over the
/// default link; and the links of profiles that `links` does not name.
void read_links(const Cursor& root, Profiles& profiles, PlatformDescription& platform);

void read_default_link(const Cursor& at, PlatformDescription& platform);

}  // namespace cxlpool::platforms
