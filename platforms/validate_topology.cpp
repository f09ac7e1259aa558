// SPDX-License-Identifier: Apache-2.0
// Names, ports and what hangs where; capacities and capabilities.
#include <algorithm>
#include <array>
#include <deque>
#include <set>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

/// The names that stand alone in a reference: of hosts, switches and devices together.
class ComponentNames {
 public:
  void add(const Entry& entry, const std::string& name, const char* what) {
    check_name(entry, ".name", name);
    const auto [known, added] = taken_.emplace(name, what);
    if (added) return;
    entry.fail(".name",
               fmt::format("duplicate name \"{}\", which a {} already has", name, known->second));
  }

 private:
  std::map<std::string, const char*> taken_;
};

void check_capabilities(const Entry& entry, const CapabilityDescription& given,
                        ComponentKind kind) {
  const CapabilityDescription all = effective(given, kind);
  const bool device = kind == ComponentKind::device;
  const unsigned decoders = *all.decoders;
  if (!address::encode_decoder_count(decoders)) {
    entry.fail(
        ".capabilities.decoders",
        fmt::format("expected 1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28 or 32, got {}", decoders));
  }
  if (device && decoders > 10) {
    entry.fail(".capabilities.decoders",
               fmt::format("expected at most 10 decoders on a device, got {}", decoders));
  }
  const unsigned targets = *all.targets;
  if (device && targets != 1) {
    entry.fail(
        ".capabilities.targets",
        fmt::format("expected 1 or nothing on a device, which has no targets, got {}", targets));
  }
  if (targets != 1 && targets != 2 && targets != 4 && targets != 8) {
    entry.fail(".capabilities.targets", fmt::format("expected 1, 2, 4 or 8, got {}", targets));
  }
  const auto devices_only = [&](const char* key, bool value) {
    if (device || !value) return;
    entry.fail(fmt::format(".capabilities.{}", key),
               "expected false; only devices decode other than 1, 2, 4 or 8 ways");
  };
  devices_only("ways_3_6_12", *all.ways_3_6_12);
  devices_only("ways_16", *all.ways_16);
}

/// Names and numbers of one component's ports, which are entries without a location.
template <class PortDescription>
void check_ports(const Entry& entry, const char* list, const std::vector<PortDescription>& ports) {
  std::set<std::string> names;
  std::array<int, 256> used{};
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto fail = [&](const char* key, const std::string& message) {
      entry.fail(fmt::format(".{}[{}]{}", list, i, key), message);
    };
    check_name(entry, fmt::format(".{}[{}].name", list, i), ports[i].name);
    if (!names.insert(ports[i].name).second) {
      fail(".name", fmt::format("duplicate name \"{}\"", ports[i].name));
    }
    int& user = used[ports[i].port];
    if (user != 0) {
      fail(".port", fmt::format("port number {} is taken by {}", ports[i].port,
                                ports[static_cast<std::size_t>(user) - 1].name));
    }
    user = static_cast<int>(i) + 1;
  }
}

void check_bridge(const Entry& entry, const std::string& path, const HostBridgeDescription& bridge,
                  Index& index) {
  check_ports(entry, "root_ports", bridge.root_ports);
  check_capabilities(entry, bridge.capabilities, ComponentKind::host_bridge);
  if (bridge.passthrough == Passthrough::on && bridge.root_ports.size() != 1) {
    entry.fail(".passthrough", fmt::format("expected exactly one root port to pass through to, "
                                           "got {}",
                                           bridge.root_ports.size()));
  }
  DecodingComponent component{ComponentKind::host_bridge,
                              *effective(bridge.capabilities, ComponentKind::host_bridge).decoders,
                              {}};
  if (passes_through(bridge)) {
    component.reason = fmt::format(
        "{} passes everything through to its one root port and has no decoders; passthrough: off "
        "gives it some",
        path);
  }
  index.components.emplace(path, component);
  for (const RootPortDescription& port : bridge.root_ports) {
    index.ports.emplace(path + "." + port.name, Port{});
  }
}

void check_host(const Entry& entry, const HostDescription& host, Index& index) {
  std::set<std::string> names;
  std::map<std::uint32_t, std::string> uids;
  for (std::size_t i = 0; i < host.bridges.size(); ++i) {
    const HostBridgeDescription& bridge = host.bridges[i];
    const Entry part = entry.part(bridge.location, "bridges", i);
    check_name(part, ".name", bridge.name);
    if (!names.insert(bridge.name).second) {
      part.fail(".name", fmt::format("duplicate name \"{}\"", bridge.name));
    }
    const auto [known, added] = uids.emplace(bridge.uid, bridge.name);
    if (!added) {
      part.fail(".uid", fmt::format("uid {} is taken by {}; uids are unique within a host",
                                    bridge.uid, known->second));
    }
    check_bridge(part, host.name + "." + bridge.name, bridge, index);
  }
}

void check_switch(const Entry& entry, const SwitchDescription& each, int number, Index& index) {
  check_ports(entry, "downstream", each.downstream);
  check_capabilities(entry, each.capabilities, ComponentKind::switch_upstream);
  if (each.upstream.empty()) {
    entry.fail(".upstream",
               "expected the port that the switch hangs from, such as h0.hb0.rp0; "
               "nothing reaches it otherwise");
  }
  DecodingComponent component{
      ComponentKind::switch_upstream,
      *effective(each.capabilities, ComponentKind::switch_upstream).decoders,
      {}};
  for (std::size_t k = 0; k < each.upstream.size(); ++k) {
    index.components.emplace(fmt::format("{}.usp{}", each.name, k), component);
  }
  if (each.upstream.size() > 1) {
    component.reason = fmt::format(
        "{0} has {1} upstream ports with decoders each; expected "
        "{0}.usp0 to {0}.usp{2}",
        each.name, each.upstream.size(), each.upstream.size() - 1);
  }
  index.components.emplace(each.name, component);
  for (std::size_t i = 0; i < each.downstream.size(); ++i) {
    const DownstreamPortDescription& port = each.downstream[i];
    index.ports.emplace(each.name + "." + port.name, Port{{}, number});
    const bool known =
        std::find(each.upstream.begin(), each.upstream.end(), port.bound_to) != each.upstream.end();
    if (known || port.bound_to.empty()) continue;
    entry.fail(fmt::format(".downstream[{}].bound_to", i),
               unresolved("upstream of this switch", port.bound_to,
                          {each.upstream.begin(), each.upstream.end()}));
  }
}

Port& occupy(const Entry& entry, const std::string& key, const std::string& at,
             const std::string& name, Index& index) {
  const auto port = index.ports.find(at);
  if (port == index.ports.end()) entry.fail(key, unresolved("port", at, index.ports));
  std::string& occupant = port->second.occupant;
  if (!occupant.empty()) {
    entry.fail(key,
               fmt::format("port {} is taken by {}; one thing hangs from a port", at, occupant));
  }
  occupant = name;
  return port->second;
}

/// A PCIe hierarchy has 256 buses and a switch takes two, so no deeper one can be enumerated; and
/// every commit below tells all levels above.
constexpr std::size_t max_switch_levels = 64;

/// `parents[s]` are the switches that switch s hangs from.
void refuse_circles_and_depth(const PlatformDescription& platform,
                              const std::vector<std::vector<std::size_t>>& parents) {
  const std::size_t count = parents.size();
  std::vector<std::vector<std::size_t>> children(count);
  std::vector<std::size_t> waiting(count);
  std::vector<std::size_t> level(count, 1);
  std::deque<std::size_t> ready;
  for (std::size_t s = 0; s < count; ++s) {
    for (const std::size_t parent : parents[s]) children[parent].push_back(s);
    waiting[s] = parents[s].size();
    if (waiting[s] == 0) ready.push_back(s);
  }
  for (; !ready.empty(); ready.pop_front()) {
    const std::size_t parent = ready.front();
    if (level[parent] > max_switch_levels) {
      Entry(platform.switches[parent].location, "switches", parent)
          .fail(".upstream",
                fmt::format("expected at most {} levels of switches, {} is level {}",
                            max_switch_levels, platform.switches[parent].name, level[parent]));
    }
    for (const std::size_t child : children[parent]) {
      level[child] = std::max(level[child], level[parent] + 1);
      if (--waiting[child] == 0) ready.push_back(child);
    }
  }
  const auto stuck = std::find_if(waiting.begin(), waiting.end(), [](auto n) { return n > 0; });
  if (stuck == waiting.end()) return;

  // Up from a stuck switch there is always another one, so the way up comes back to where it was.
  std::vector<bool> seen(count);
  auto at = static_cast<std::size_t>(stuck - waiting.begin());
  const auto above = [&](std::size_t s) {
    return *std::find_if(parents[s].begin(), parents[s].end(),
                         [&](std::size_t parent) { return waiting[parent] > 0; });
  };
  for (; !seen[at]; at = above(at)) seen[at] = true;
  const std::size_t start = at;
  std::string circle = platform.switches[start].name;
  for (std::size_t s = above(start); s != start && circle.size() < 100; s = above(s)) {
    circle += " below " + platform.switches[s].name;
  }
  Entry(platform.switches[start].location, "switches", start)
      .fail(".upstream", fmt::format("switches hang in a circle, below no host: {} below {}",
                                     circle, platform.switches[start].name));
}

void check_device(const Entry& entry, const DeviceDescription& device) {
  check_quantum(entry, ".volatile", device.volatile_bytes);
  check_quantum(entry, ".persistent", device.persistent_bytes);
  constexpr std::uint64_t most = std::uint64_t{1} << address::dpa_bits;
  if (device.volatile_bytes > most || device.persistent_bytes > most || device.capacity() > most) {
    entry.fail("", fmt::format("expected at most {} of volatile and persistent capacity together",
                               format_size(most)));
  }
  if (device.capacity() == 0 && device.dynamic.empty()) {
    entry.fail("", "expected some capacity, volatile, persistent or dynamic");
  }
  check_dynamic_capacity(entry, device);
  check_mailbox(entry, device.mailbox);
  check_capabilities(entry, device.capabilities, ComponentKind::device);
}

/// A file that two devices share would make two memories one.
void check_backings(const PlatformDescription& platform) {
  std::map<std::string, const DeviceDescription*> owners;
  for (std::size_t i = 0; i < platform.devices.size(); ++i) {
    const DeviceDescription& device = platform.devices[i];
    if (device.backing.empty()) continue;
    const auto [owner, added] = owners.try_emplace(device.backing, &device);
    if (added) continue;
    Entry(device.location, "devices", i)
        .fail(".backing", fmt::format("{} holds the media of {} already; expected a file for each",
                                      quotable(device.backing), owner->second->name));
  }
}

}  // namespace

void check_topology(const PlatformDescription& platform, Index& index) {
  ComponentNames names;
  check_backings(platform);
  for (std::size_t i = 0; i < platform.hosts.size(); ++i) {
    const HostDescription& host = platform.hosts[i];
    const Entry entry(host.location, "hosts", i);
    names.add(entry, host.name, "host");
    index.hosts.emplace(host.name, &host);
    check_host(entry, host, index);
  }
  for (std::size_t i = 0; i < platform.switches.size(); ++i) {
    const SwitchDescription& each = platform.switches[i];
    const Entry entry(each.location, "switches", i);
    names.add(entry, each.name, "switch");
    index.switches.emplace(each.name, &each);
    check_switch(entry, each, static_cast<int>(i), index);
  }

  std::vector<std::vector<std::size_t>> parents(platform.switches.size());
  for (std::size_t i = 0; i < platform.switches.size(); ++i) {
    const SwitchDescription& each = platform.switches[i];
    const Entry entry(each.location, "switches", i);
    for (std::size_t k = 0; k < each.upstream.size(); ++k) {
      const std::string key =
          each.upstream.size() == 1 ? ".upstream" : fmt::format(".upstream[{}]", k);
      const int owner = occupy(entry, key, each.upstream[k], each.name, index).owner_switch;
      if (owner >= 0) parents[i].push_back(static_cast<std::size_t>(owner));
    }
  }
  refuse_circles_and_depth(platform, parents);

  for (std::size_t i = 0; i < platform.devices.size(); ++i) {
    const DeviceDescription& device = platform.devices[i];
    const Entry entry(device.location, "devices", i);
    names.add(entry, device.name, "device");
    index.devices.emplace(device.name, &device);
    check_device(entry, device);
    occupy(entry, ".at", device.at, device.name, index);
    index.components.emplace(
        device.name,
        DecodingComponent{ComponentKind::device,
                          *effective(device.capabilities, ComponentKind::device).decoders,
                          {}});
  }
}

}  // namespace cxlpool::platforms::validation
