// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "platforms/conform/contradictions.h"
#include "platforms/conform/contradictions_parts.h"
#include "platforms/conform/witness_command.h"

namespace cxlpool::platforms {

using address::PartitionKind;

namespace {

/// Compares a topology with the command line that built it. Options and properties that say nothing
/// of the topology are passed over, and so is a kind of component that the command line does not
/// mention.
class WitnessComparison {
 public:
  WitnessComparison(const VectorTopology& topology, const std::vector<WitnessOption>& options,
                    Comparison& compare)
      : topology_(topology), options_(options), compare_(compare) {}

  void check() {
    for (const WitnessOption& option : options_) {
      if (option.name == "-object") sizes_[option.get("id")] = option.number("size");
      if (option.name == "-device" && !option.get("id").empty()) {
        devices_[option.get("id")] = &option;
      }
    }
    for (const WitnessOption& option : options_) {
      if (option.name == "-machine" || option.name == "-M") check_windows(option);
    }
    for (const VectorBridge& bridge : topology_.bridges) check_bridge(bridge);
    for (const VectorSwitch& each : topology_.switches) check_switch(each);
    for (const VectorDevice& device : topology_.devices) check_device(device);
    check_complete();
  }

 private:
  void check_windows(const WitnessOption& machine) {
    if (machine.get("cxl-fmw.0.size").empty()) return;
    for (const VectorWindow& window : topology_.windows) {
      const std::string prefix = fmt::format("cxl-fmw.{}.", window.index);
      equal(machine, window.path + ".size", machine.number(prefix + "size"), window.size);
      equal(machine, window.path + ".granularity",
            machine.get(prefix + "interleave-granularity").empty()
                ? std::uint64_t{256}
                : machine.number(prefix + "interleave-granularity"),
            window.granularity);
      for (std::size_t i = 0; i < window.targets.size(); ++i) {
        equal(machine, fmt::format("{}.targets[{}]", window.path, i),
              machine.get(fmt::format("{}targets.{}", prefix, i)), window.targets[i]);
      }
      const std::string beyond = fmt::format("{}targets.{}", prefix, window.targets.size());
      equal(machine, window.path + ".targets", machine.get(beyond), std::string());
    }
    const std::string beyond = fmt::format("cxl-fmw.{}.size", topology_.windows.size());
    equal(machine, topology_.path + ".windows", machine.get(beyond), std::string());
  }

  void check_bridge(const VectorBridge& bridge) {
    const WitnessOption* option = find(bridge.name, "pxb-cxl", bridge.path);
    if (!option) return;
    if (bridge.bus_nr) {
      equal(*option, bridge.path + ".bus_nr", option->number("bus_nr"),
            std::uint64_t{*bridge.bus_nr});
    }
    const std::string hdm = option->get("hdm_for_passthrough");
    const bool passthrough = bridge.root_ports.size() == 1 && hdm != "on" && hdm != "true";
    equal(*option, bridge.path + ".passthrough", std::optional<bool>(passthrough),
          bridge.passthrough);
    for (const VectorPort& port : bridge.root_ports) check_port(port, "cxl-rp", bridge.name);
  }

  void check_switch(const VectorSwitch& each) {
    const std::string upper = port_of(each.name);
    for (const auto& [id, option] : devices_) {
      if (option->driver != "cxl-upstream" || option->get("bus") != upper) continue;
      for (const VectorPort& port : each.downstream_ports) {
        check_port(port, "cxl-downstream", id);
      }
      return;
    }
    if (count("cxl-upstream") != 0) {
      compare_.differ(each.path, "a switch that the command line has below " + upper, each.name);
    }
  }

  void check_port(const VectorPort& port, const char* driver, const std::string& bus) {
    const WitnessOption* option = find(port.name, driver, port.path);
    if (!option) return;
    equal(*option, port.path + ".name", option->get("bus"), bus);
    if (!option->get("port").empty()) {
      equal(*option, port.path + ".port", option->number("port"), std::uint64_t{port.number});
    }
  }

  void check_device(const VectorDevice& device) {
    const WitnessOption* option = find(device.name, "cxl-type3", device.path);
    if (!option) return;
    equal(*option, device.path + ".name", option->get("bus"), port_of(device.name));
    check_memory(device, PartitionKind::volatile_memory, *option, option->get("volatile-memdev"));
    const std::string persistent = option->get("persistent-memdev");
    check_memory(device, PartitionKind::persistent, *option,
                 persistent.empty() ? option->get("memdev") : persistent);
  }

  void check_memory(const VectorDevice& device, PartitionKind kind, const WitnessOption& option,
                    const std::string& backend) {
    const auto size = sizes_.find(backend);
    if (!backend.empty() && (size == sizes_.end() || !size->second)) return;
    const std::uint64_t expected = backend.empty() ? 0 : *size->second;
    std::uint64_t described = 0;
    for (const VectorMemory& memory : device.memory) {
      if (memory.kind == kind) described += memory.size;
    }
    equal(option, device.path + ".memory", std::optional<std::uint64_t>(expected), described);
  }

  /// Every component of the command line is in the topology.
  void check_complete() {
    std::size_t root_ports = 0, downstream_ports = 0;
    for (const VectorBridge& bridge : topology_.bridges) root_ports += bridge.root_ports.size();
    for (const VectorSwitch& each : topology_.switches) {
      downstream_ports += each.downstream_ports.size();
    }
    check_count("pxb-cxl", topology_.bridges.size());
    check_count("cxl-rp", root_ports);
    check_count("cxl-upstream", topology_.switches.size());
    check_count("cxl-downstream", downstream_ports);
    check_count("cxl-type3", topology_.devices.size());
  }

  void check_count(const char* driver, std::size_t described) {
    const std::size_t built = count(driver);
    if (built == described || built == 0) return;
    compare_.differ(topology_.path, fmt::format("{} {}, as on the command line", built, driver),
                    std::to_string(described));
  }

  std::size_t count(const std::string& driver) const {
    std::size_t found = 0;
    for (const auto& device : devices_) found += device.second->driver == driver;
    return found;
  }

  const WitnessOption* find(const std::string& id, const std::string& driver,
                            const std::string& path) {
    const auto device = devices_.find(id);
    if (device != devices_.end() && device->second->driver == driver) return device->second;
    if (count(driver) != 0) {
      compare_.differ(path + ".name", fmt::format("a {} of the command line", driver), id);
    }
    return nullptr;
  }

  /// Name of the port that something hangs from.
  std::string port_of(const std::string& child) const {
    for (const VectorBridge& bridge : topology_.bridges) {
      for (const VectorPort& port : bridge.root_ports) {
        if (port.child == child) return port.name;
      }
    }
    for (const VectorSwitch& each : topology_.switches) {
      for (const VectorPort& port : each.downstream_ports) {
        if (port.child == child) return port.name;
      }
    }
    return {};
  }

  template <typename Value>
  void equal(const WitnessOption& option, const std::string& path,
             const std::optional<Value>& expected, const Value& got) {
    if (!expected || *expected == got) return;
    compare_.differ(path, fmt::format("{}, as {} says", *expected, option.path),
                    fmt::format("{}", got));
  }
  void equal(const WitnessOption& option, const std::string& path, const std::string& expected,
             const std::string& got) {
    if (expected == got) return;
    compare_.differ(path, fmt::format("\"{}\", as {} says", expected, option.path),
                    '"' + got + '"');
  }

  const VectorTopology& topology_;
  const std::vector<WitnessOption>& options_;
  Comparison& compare_;
  std::map<std::string, const WitnessOption*> devices_;  ///< by id
  std::map<std::string, std::optional<std::uint64_t>> sizes_;
};

}  // namespace

std::vector<Difference> contradictions_with_command(const RoutingFile& file) {
  Comparison compare;
  if (!file.command.empty()) {
    const auto options = parse_witness_command(file.command, "qemu_args");
    WitnessComparison(file.topology, options, compare).check();
  }
  return compare.take();
}

}  // namespace cxlpool::platforms
