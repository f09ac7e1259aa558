// SPDX-License-Identifier: Apache-2.0
#include "platforms/layers.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

/// The section of the entry's profile that is for such an entry, which must be there.
template <class T>
void apply(const Cursor& at, Profiles& profiles, std::optional<T> Profile::*section,
           const char* name, T& out) {
  const Profile* const profile = profiles.named_in(at);
  if (profile == nullptr) return;
  if (profile->*section) {
    out = *(profile->*section);
    return;
  }
  std::string others;
  for (const ProfileDocument& document : profile_documents()) {
    if (!(read_profile(document).*section)) continue;
    others += fmt::format("{}{}", others.empty() ? "" : ", ", document.name);
  }
  at.member(*at.node().member("profile"))
      .fail(fmt::format("profile {} has no section {}; expected one of {}", profile->name, name,
                        others));
}

void finish(LinkDescription& link) {
  if (link.physical) link.latency = link.physical->flight();
}

/// What `links` need not say.
class LinkBases {
 public:
  LinkBases(const PlatformDescription& platform, Profiles& profiles) {
    default_.latency = platform.default_link_latency;
    default_.physical = platform.default_link;
    for (const DeviceDescription& device : platform.devices) {
      add(device.name, profiles.find(device.profile));
    }
    for (const SwitchDescription& each : platform.switches) {
      add(each.name, profiles.find(each.profile));
    }
  }

  const LinkDescription* of_profile(const std::string& lower) const {
    const auto base = by_lower_.find(lower);
    return base == by_lower_.end() ? nullptr : base->second;
  }

  const LinkDescription& of(const std::string& lower) const {
    const LinkDescription* const base = of_profile(lower);
    return base == nullptr ? default_ : *base;
  }

 private:
  void add(const std::string& lower, const Profile* profile) {
    if (profile != nullptr && profile->link) by_lower_.emplace(lower, &*profile->link);
  }

  LinkDescription default_;
  std::map<std::string, const LinkDescription*, std::less<>> by_lower_;
};

void read_listed(const Cursor& list, const LinkBases& bases, std::vector<LinkDescription>& links) {
  read_entries(list, link_fields(), links, [&](const Cursor& at, LinkDescription& link) {
    const Node* const between =
        at.node().kind == Node::Kind::map ? at.node().member("between") : nullptr;
    if (between != nullptr && between->kind == Node::Kind::sequence &&
        between->children.size() == 2) {
      // Named, since a cursor refers to the one that it came from.
      const Cursor ends = at.member(*between);
      const LinkDescription& base = bases.of(ends.item(1).text());
      link.latency = base.latency;
      link.physical = base.physical;
    }
    read_section(at, link_fields(), link);
    finish(link);
  });
}

}  // namespace

void read_host(const Cursor& at, Profiles& profiles, HostDescription& out) {
  apply(at, profiles, &Profile::host, "host", out.timing);
  read_section(at, host_fields(), out);
}

void read_profiled_switch(const Cursor& at, Profiles& profiles, SwitchDescription& out) {
  apply(at, profiles, &Profile::switch_timing, "switch", out.timing);
  read_switch(at, out);
}

void read_device(const Cursor& at, Profiles& profiles, DeviceDescription& out) {
  apply(at, profiles, &Profile::device, "device", out.timing);
  read_section(at, device_fields(), out);
}

void read_default_link(const Cursor& at, PlatformDescription& platform) {
  LinkDescription link;
  link.latency = platform.default_link_latency;
  read_section(at, default_link_fields(), link);
  finish(link);
  platform.default_link_latency = link.latency;
  platform.default_link = link.physical;
}

void read_links(const Cursor& root, Profiles& profiles, PlatformDescription& platform) {
  const LinkBases bases(platform, profiles);
  std::vector<LinkDescription>& links = platform.links;
  if (const Node* const list = root.node().member("links")) {
    const Cursor at = root.member(*list);
    read_listed(at, bases, links);
  }
  std::set<std::string, std::less<>> listed;
  for (const LinkDescription& link : links) listed.insert(link.upper);
  const auto add = [&](const std::string& upper, const std::string& lower,
                       const Location& location) {
    const LinkDescription* const base = bases.of_profile(lower);
    if (base == nullptr || !listed.insert(upper).second) return;
    root.count_entry();
    links.push_back({upper, lower, base->latency, location, base->physical});
    finish(links.back());
  };
  for (const SwitchDescription& each : platform.switches) {
    for (const std::string& upper : each.upstream) add(upper, each.name, each.location);
  }
  for (const DeviceDescription& device : platform.devices) {
    add(device.at, device.name, device.location);
  }
}

}  // namespace cxlpool::platforms
