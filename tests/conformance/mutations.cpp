// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/mutations.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace cxlpool::platforms {

using nlohmann::json;
using Pointer = json::json_pointer;

namespace {

constexpr std::uint64_t quantum = 256ull << 20;
constexpr std::uint64_t control_fixed = 0x1000;
constexpr std::uint64_t control_committed = 0x600;

std::uint64_t number(const json& object, const char* key) {
  return object.at(key).get<std::uint64_t>();
}

int code_of_ways(std::uint64_t ways) {
  const std::vector<std::pair<std::uint64_t, int>> codes = {{1, 0},  {2, 1}, {4, 2}, {8, 3},
                                                            {16, 4}, {3, 8}, {6, 9}, {12, 10}};
  for (const auto& [value, code] : codes) {
    if (value == ways) return code;
  }
  return -1;
}

int code_of_granularity(std::uint64_t bytes) {
  for (int code = 0; code <= 6; ++code) {
    if (256u << code == bytes) return code;
  }
  return -1;
}

/// "/topology/windows/0/base" as the reports write it.
std::string readable(const Pointer& pointer) {
  std::string text;
  std::string rest = pointer.to_string();
  for (std::size_t at = 1; at != 0 && at <= rest.size();) {
    std::size_t end = rest.find('/', at);
    if (end == std::string::npos) end = rest.size();
    const std::string token = rest.substr(at, end - at);
    const bool index = !token.empty() && std::isdigit(static_cast<unsigned char>(token[0]));
    text += index ? "[" + token + "]" : (text.empty() ? "" : ".") + token;
    at = end + 1;
  }
  return text;
}

class Mutator {
 public:
  explicit Mutator(const json& original) : original_(original) {}

  std::vector<Mutation> take() { return std::move(found_); }

  void mutate_everything() {
    const Pointer topology("/topology");
    mutate_leaves(topology);
    for (const char* key : {"vectors", "runs", "lost", "counts", "misconfigured"}) {
      mutate_leaves(Pointer("") / key);
    }
    for (const char* key : {"vectors", "runs", "lost"}) remove_entries(Pointer("") / key);
    each(topology / "windows", [&](const Pointer& window) { mutate_window(window); });
    for (const char* kind : {"host_bridges", "switches"}) {
      each(topology / kind, [&](const Pointer& component) {
        mutate_ports(component / (kind[0] == 'h' ? "root_ports" : "downstream_ports"));
      });
    }
    for (const char* kind : {"host_bridges", "switches", "devices"}) {
      each(topology / kind, [&](const Pointer& component) {
        each(component / "decoders", [&](const Pointer& decoder) { mutate_decoder(decoder); });
        remove_entries(component / "decoders");
      });
    }
    each(topology / "devices", [&](const Pointer& device) { mutate_memory(device / "memory"); });
    swap_children();
    for (const char* list : {"windows", "host_bridges", "switches", "devices"}) {
      remove_entries(topology / list);
    }
  }

  void reorder_everything() {
    const Pointer topology("/topology");
    for (const char* list : {"windows", "host_bridges", "switches", "devices"}) {
      reverse(topology / list);
    }
    each(topology / "host_bridges", [&](const Pointer& each) { reverse(each / "root_ports"); });
    each(topology / "switches", [&](const Pointer& each) { reverse(each / "downstream_ports"); });
    for (const char* kind : {"host_bridges", "switches", "devices"}) {
      each(topology / kind, [&](const Pointer& each) { reverse(each / "decoders"); });
    }
    each(topology / "devices", [&](const Pointer& each) { reverse(each / "memory"); });
    reverse(Pointer("/vectors"));
    reverse(Pointer("/runs"));
  }

 private:
  using Change = std::function<void(json&)>;

  void add(const Pointer& where, const std::string& what, const Change& change) {
    json document = original_;
    change(document);
    if (document == original_) return;
    found_.push_back({readable(where) + " " + what, std::move(document)});
  }

  void set(const Pointer& where, const json& value) {
    add(where, "= " + value.dump(), [&](json& document) { document[where] = value; });
  }

  /// The first and the last of a list: those between are like them.
  void each(const Pointer& list, const std::function<void(const Pointer&)>& visit) {
    const std::size_t size = original_.at(list).size();
    if (size > 0) visit(list / 0);
    if (size > 1) visit(list / (size - 1));
  }

  void reverse(const Pointer& list) {
    add(list, "reversed",
        [&](json& document) { std::reverse(document[list].begin(), document[list].end()); });
  }

  void remove_entries(const Pointer& list) {
    each(list, [&](const Pointer& entry) {
      add(entry, "removed", [&](json& document) {
        document[list].erase(static_cast<std::size_t>(std::stoull(entry.back())));
      });
    });
  }

  /// Every number, flag and name, one at a time, and nothing that repeats it.
  void mutate_leaves(const Pointer& where) {
    const json& value = original_.at(where);
    if (value.is_object()) {
      for (const auto& member : value.items()) mutate_leaves(where / member.key());
    } else if (value.is_array()) {
      each(where, [&](const Pointer& entry) { mutate_leaves(entry); });
    } else if (value.is_number()) {
      mutate_number(where, value.get<std::uint64_t>());
    } else if (value.is_boolean()) {
      set(where, !value.get<bool>());
    } else if (value.is_string()) {
      mutate_name(where, value);
    }
  }

  void mutate_number(const Pointer& where, std::uint64_t value) {
    set(where, value + 1);
    if (value > 0) set(where, value - 1);
    if (value > 0) set(where, value * 2);
    if (value > 1) set(where, value / 2);
    if (value >= quantum) set(where, value - quantum);
    if (value >= quantum || value == 0) set(where, value + quantum);
  }

  void mutate_name(const Pointer& where, const std::string& value) {
    const std::string key = where.back();
    set(where, value + "x");
    if (key == "child") set(where, nullptr);
    if (key == "kind") set(where, value == "pmem" ? "vmem" : "pmem");
    if (key == "arithmetic") set(where, "xor");
    if (key == "child_type") set(where, value == "switch" ? "device" : "switch");
    const Pointer list = where.parent_pointer();
    if (list.back() == "targets") {
      for (const json& bridge : original_.at("topology").at("host_bridges")) {
        set(where, bridge.at("name"));
      }
    }
  }

  static void repeat_window(json& window) {
    json& cedt = window["cedt"];
    cedt["base"] = window["base"];
    cedt["size"] = window["size"];
    cedt["eniw"] = std::max(0, code_of_ways(number(window, "ways")));
    cedt["hbig"] = std::max(0, code_of_granularity(number(window, "granularity")));
  }

  void change_window(const Pointer& where, const std::string& what,
                     const std::function<void(json&)>& change) {
    add(where, what + ", consistently", [&](json& document) {
      change(document[where]);
      repeat_window(document[where]);
    });
  }

  void mutate_window(const Pointer& where) {
    const json& window = original_.at(where);
    const std::uint64_t granularity = number(window, "granularity");
    const std::uint64_t ways = number(window, "ways");
    change_window(where, "base up", [](json& w) { w["base"] = number(w, "base") + quantum; });
    change_window(where, "base down", [](json& w) { w["base"] = number(w, "base") - quantum; });
    change_window(where, "size up",
                  [&](json& w) { w["size"] = number(w, "size") + quantum * ways; });
    change_window(where, "size down",
                  [&](json& w) { w["size"] = number(w, "size") - quantum * ways; });
    change_window(where, "granularity doubled",
                  [&](json& w) { w["granularity"] = granularity * 2; });
    change_window(where, "granularity halved",
                  [&](json& w) { w["granularity"] = granularity / 2; });
    swap_pairs(where / "targets", [&](json& document, std::size_t i, std::size_t k) {
      std::swap(document[where]["targets"][i], document[where]["targets"][k]);
      std::swap(document[where]["cedt"]["uids"][i], document[where]["cedt"]["uids"][k]);
    });
    change_window(where, "ways halved", [&](json& w) {
      if (ways % 2 != 0) return;
      w["ways"] = ways / 2;
      w["targets"].erase(w["targets"].begin() + static_cast<std::ptrdiff_t>(ways / 2),
                         w["targets"].end());
      w["cedt"]["uids"].erase(w["cedt"]["uids"].begin() + static_cast<std::ptrdiff_t>(ways / 2),
                              w["cedt"]["uids"].end());
    });
  }

  /// Exchanges the first with the second, and with the last.
  void swap_pairs(const Pointer& list,
                  const std::function<void(json&, std::size_t, std::size_t)>& swap) {
    const std::size_t size = original_.at(list).size();
    for (const std::size_t i : {std::size_t{0}, size - 1}) {
      const std::size_t k = i + 1 < size ? i + 1 : 0;
      if (i == k || size == 0) continue;
      add(list, fmt::format("{} and {} exchanged, consistently", i, k),
          [&](json& document) { swap(document, i, k); });
    }
  }

  static void repeat_decoder(json& decoder) {
    const bool committed = decoder["committed"].get<bool>();
    decoder["ctrl_readback"] = number(decoder, "ig") | number(decoder, "iw") << 4 | control_fixed |
                               (committed ? control_committed : 0);
  }

  void change_decoder(const Pointer& where, const std::string& what,
                      const std::function<void(json&)>& change) {
    add(where, what + ", consistently", [&](json& document) {
      change(document[where]);
      repeat_decoder(document[where]);
    });
  }

  void mutate_decoder(const Pointer& where) {
    const json& decoder = original_.at(where);
    for (unsigned ig = 0; ig <= 7; ++ig) {
      change_decoder(where, fmt::format("ig {}", ig), [&](json& d) {
        d["ig"] = ig;
        d["granularity"] = 256u << ig;
      });
    }
    for (const unsigned iw : {0u, 1u, 2u, 3u, 4u, 5u, 8u, 9u, 10u, 11u}) {
      change_decoder(where, fmt::format("iw {}", iw), [&](json& d) {
        d["iw"] = iw;
        d["ways"] = iw < 8 ? 1u << iw : 3u << (iw - 8);
        if (!d.contains("targets")) return;
        while (d["targets"].size() < std::min<std::uint64_t>(8, number(d, "ways"))) {
          d["targets"].push_back(d["targets"].size());
        }
      });
    }
    change_decoder(where, "uncommitted", [](json& d) { d["committed"] = false; });
    if (decoder.contains("targets")) {
      swap_pairs(where / "targets", [&](json& document, std::size_t i, std::size_t k) {
        std::swap(document[where]["targets"][i], document[where]["targets"][k]);
      });
    }
  }

  void mutate_ports(const Pointer& ports) {
    swap_pairs(ports, [&](json& document, std::size_t i, std::size_t k) {
      std::swap(document[ports][i]["port"], document[ports][k]["port"]);
    });
  }

  /// What hangs from every two neighbouring ports of the whole topology.
  void swap_children() {
    std::vector<Pointer> ports;
    const Pointer topology("/topology");
    each(topology / "host_bridges", [&](const Pointer& bridge) {
      each(bridge / "root_ports", [&](const Pointer& port) { ports.push_back(port); });
    });
    const std::size_t root_ports = ports.size();
    each(topology / "switches", [&](const Pointer& component) {
      each(component / "downstream_ports", [&](const Pointer& port) { ports.push_back(port); });
    });
    for (std::size_t i = 0; i + 1 < ports.size(); ++i) {
      if (i + 1 == root_ports) continue;
      add(ports[i], "and the next exchange children, consistently", [&](json& document) {
        std::swap(document[ports[i]]["child"], document[ports[i + 1]]["child"]);
        if (i + 1 < root_ports) {
          std::swap(document[ports[i]]["child_type"], document[ports[i + 1]]["child_type"]);
        }
      });
    }
  }

  void mutate_memory(const Pointer& memory) {
    if (original_.at(memory).size() < 2) return;
    add(memory, "boundary moved, consistently", [&](json& document) {
      json& parts = document[memory];
      parts[0]["size"] = number(parts[0], "size") - quantum;
      parts[1]["size"] = number(parts[1], "size") + quantum;
      parts[1]["dpa_base"] = number(parts[1], "dpa_base") - quantum;
    });
  }

  const json& original_;
  std::vector<Mutation> found_;
};

}  // namespace

std::vector<Mutation> mutations_of(const json& routing_file) {
  Mutator mutator(routing_file);
  mutator.mutate_everything();
  return mutator.take();
}

std::vector<Mutation> reorderings_of(const json& routing_file) {
  Mutator mutator(routing_file);
  mutator.reorder_everything();
  return mutator.take();
}

}  // namespace cxlpool::platforms
