// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "models/address/encoding.h"
#include "platforms/conform/contradictions.h"
#include "platforms/conform/contradictions_parts.h"

namespace cxlpool::platforms {
namespace {

std::uint64_t capacity(const VectorDevice& device) {
  std::uint64_t sum = 0;
  for (const VectorMemory& memory : device.memory) sum += memory.size;
  return sum;
}

std::set<std::string> device_names(const VectorTopology& topology) {
  std::set<std::string> names;
  for (const VectorDevice& device : topology.devices) names.insert(device.name);
  return names;
}

/// The host bridge above every switch and device. The topology is known to be a tree.
std::map<std::string, std::string> bridges_above(const VectorTopology& topology) {
  std::map<std::string, std::string> above;
  for (const VectorBridge& bridge : topology.bridges) {
    above[bridge.name] = bridge.name;
    for (const VectorPort& port : bridge.root_ports) above[port.child] = bridge.name;
  }
  // A switch below a switch may come before the one above it.
  for (std::size_t round = 0; round < topology.switches.size(); ++round) {
    for (const VectorSwitch& each : topology.switches) {
      const auto bridge = above.find(each.name);
      if (bridge == above.end()) continue;
      for (const VectorPort& port : each.downstream_ports) above[port.child] = bridge->second;
    }
  }
  return above;
}

/// Legal programming, which every file has that is not marked as misconfigured.
class LegalProgramming {
 public:
  LegalProgramming(const VectorTopology& topology, Comparison& compare)
      : topology_(topology), above_(bridges_above(topology)), compare_(compare) {}

  void check() {
    for (const VectorBridge& each : topology_.bridges) {
      check_upper(each.name, each.decoders, each.root_ports);
    }
    for (const VectorSwitch& each : topology_.switches) {
      check_upper(each.name, each.decoders, each.downstream_ports);
    }
    for (const VectorDevice& each : topology_.devices) check_device(each);
  }

 private:
  void check_upper(const std::string& component, const std::vector<VectorDecoder>& decoders,
                   const std::vector<VectorPort>& ports) {
    for (const VectorDecoder& decoder : decoders) {
      check_window(component, decoder);
      for (std::size_t i = 0; i < decoder.targets.size(); ++i) {
        const bool known = std::any_of(ports.begin(), ports.end(), [&](const VectorPort& port) {
          return port.number == decoder.targets[i];
        });
        if (known) continue;
        compare_.differ(fmt::format("{}.targets[{}]", decoder.path, i),
                        "the number of a port of " + component, std::to_string(decoder.targets[i]));
      }
    }
  }

  void check_device(const VectorDevice& device) {
    std::uint64_t left = capacity(device);
    for (const VectorDecoder& decoder : device.decoders) {
      check_window(device.name, decoder);
      const std::uint64_t share = decoder.size / std::max<std::uint64_t>(decoder.ways, 1);
      if (decoder.skip > left || share > left - decoder.skip) {
        compare_.differ(decoder.path, fmt::format("at most {} bytes of DPA, as are left", left),
                        fmt::format("{} skipped and {} decoded", decoder.skip, share));
        return;
      }
      left -= decoder.skip + share;
    }
  }

  void check_window(const std::string& component, const VectorDecoder& decoder) {
    if (!decoder.committed || decoder.size == 0) return;
    const std::string& bridge = above_.at(component);
    for (const VectorWindow& window : topology_.windows) {
      const bool targeted =
          std::find(window.targets.begin(), window.targets.end(), bridge) != window.targets.end();
      if (targeted && decoder.base >= window.base && decoder.size <= window.size &&
          decoder.base - window.base <= window.size - decoder.size) {
        return;
      }
    }
    compare_.differ(decoder.path, "a range within one window of " + bridge,
                    fmt::format("{} bytes from {}", decoder.size, decoder.base));
  }

  const VectorTopology& topology_;
  std::map<std::string, std::string> above_;
  Comparison& compare_;
};

void check_counts(const RoutingFile& file, Comparison& compare) {
  const auto check = [&](const char* key, std::uint64_t length,
                         const std::optional<std::uint64_t>& count) {
    if (count) compare.equal(std::string("counts.") + key, length, *count);
  };
  check("vectors", file.vectors.size(), file.vector_count);
  check("runs", file.runs.size(), file.run_count);
  check("lost", file.lost.size(), file.lost_count);
}

void check_landings(const std::vector<Landing>& landings, const std::set<std::string>& devices,
                    Comparison& compare) {
  for (const Landing& landing : landings) {
    if (!devices.count(landing.device)) {
      compare.differ(landing.path + ".device", "the name of a device", landing.device);
    }
    if (landing.hpa % 8 != 0) {
      compare.differ(landing.path + ".hpa", "a multiple of 8", std::to_string(landing.hpa));
    }
  }
}

/// No byte in two runs, and vectors where the run around them says.
void check_agreement(const RoutingFile& file, Comparison& compare) {
  std::vector<const Landing*> runs;
  for (const Landing& run : file.runs) runs.push_back(&run);
  std::sort(runs.begin(), runs.end(),
            [](const Landing* a, const Landing* b) { return a->hpa < b->hpa; });
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[i]->hpa - runs[i - 1]->hpa < runs[i - 1]->length) {
      compare.differ(runs[i]->path + ".hpa", "an address outside of " + runs[i - 1]->path,
                     std::to_string(runs[i]->hpa));
    }
  }
  for (const Landing& vector : file.vectors) {
    auto after =
        std::upper_bound(runs.begin(), runs.end(), vector.hpa,
                         [](std::uint64_t hpa, const Landing* run) { return hpa < run->hpa; });
    if (after == runs.begin()) continue;
    const Landing& run = **--after;
    const std::uint64_t offset = vector.hpa - run.hpa;
    if (offset >= run.length) continue;
    if (run.device == vector.device && run.dpa + offset == vector.dpa) continue;
    compare.differ(vector.path,
                   fmt::format("{} {}, as {} says", run.device, run.dpa + offset, run.path),
                   fmt::format("{} {}", vector.device, vector.dpa));
  }
}

void check_lost(const RoutingFile& file, Comparison& compare) {
  if (!file.lost.empty() && !file.misconfigured) {
    compare.differ("misconfigured", "true where words were lost", "false");
  }
  for (std::size_t i = 0; i < file.lost.size(); ++i) {
    if (file.lost[i] % 8 == 0) continue;
    compare.differ(fmt::format("lost[{}]", i), "a multiple of 8", std::to_string(file.lost[i]));
  }
  const std::set<std::uint64_t> lost(file.lost.begin(), file.lost.end());
  compare.equal("lost", file.lost.size(), lost.size());
  for (const Landing& vector : file.vectors) {
    if (lost.count(vector.hpa)) {
      compare.differ(vector.path + ".hpa", "an address that was not lost",
                     std::to_string(vector.hpa));
    }
  }
}

void check_step(const ScenarioStep& step, const VectorTopology& topology,
                const std::set<std::string>& devices, Comparison& compare) {
  for (const LandedBytes& piece : step.landed) {
    if (!devices.count(piece.device)) {
      compare.differ(step.path + ".landed", "the name of a device", piece.device);
    }
  }
  if (step.op != ScenarioStep::Op::reg_read && step.op != ScenarioStep::Op::reg_write) return;
  const bool device = devices.count(step.component) != 0;
  const auto named = [&](const auto& each) { return each.name == step.component; };
  const bool known = device ||
                     std::any_of(topology.bridges.begin(), topology.bridges.end(), named) ||
                     std::any_of(topology.switches.begin(), topology.switches.end(), named);
  if (!known) {
    compare.differ(step.path + ".component", "a host bridge, switch or device", step.component);
  } else if (!device && step.reg == ScenarioStep::Register::dvsec_ctrl) {
    compare.differ(step.path + ".component", "a device, which has a DVSEC", step.component);
  }
}

}  // namespace

std::vector<Difference> contradictions(const RoutingFile& file) {
  Comparison compare;
  compare.add(contradictions(file.topology));
  if (compare.empty()) {
    compare.add(contradictions_with_command(file));
    if (!file.misconfigured) LegalProgramming(file.topology, compare).check();
  }
  check_counts(file, compare);
  const std::set<std::string> devices = device_names(file.topology);
  check_landings(file.vectors, devices, compare);
  check_landings(file.runs, devices, compare);
  check_agreement(file, compare);
  check_lost(file, compare);
  return compare.take();
}

std::vector<Difference> contradictions(const Scenario& scenario) {
  Comparison compare;
  compare.add(contradictions(scenario.topology));
  const std::set<std::string> devices = device_names(scenario.topology);
  for (const ScenarioStep& step : scenario.steps) {
    check_step(step, scenario.topology, devices, compare);
  }
  return compare.take();
}

}  // namespace cxlpool::platforms
