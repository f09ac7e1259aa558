// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "models/address/encoding.h"
#include "models/address/hdm_decoder.h"
#include "platforms/conform/contradictions.h"
#include "platforms/conform/contradictions_parts.h"
#include "platforms/conform/testbed_description.h"
#include "platforms/input_error.h"
#include "platforms/validate.h"

namespace cxlpool::platforms {

using address::PartitionKind;
namespace hdm = address::hdm;

namespace {

constexpr std::uint64_t component_register_bytes = 0x10000;

void check_decoder(const VectorDecoder& decoder, bool has_targets, Comparison& compare) {
  compare.equal(decoder.path + ".granularity", std::uint64_t{256} << decoder.ig,
                decoder.granularity);
  const auto ways = address::decode_ways(decoder.iw);
  if (ways) compare.equal(decoder.path + ".ways", std::uint64_t{*ways}, decoder.ways);

  // Nothing else in the file says whether a decoder was locked.
  const std::uint32_t lock = decoder.ctrl_readback & hdm::lock_on_commit;
  const std::uint32_t control = decoder.ig | decoder.iw << 4 | lock | hdm::host_only_coherent |
                                (decoder.committed ? hdm::commit | hdm::committed : 0u);
  compare.equal(decoder.path + ".ctrl_readback", fmt::format("{} (0x{:x})", control, control),
                fmt::format("{} (0x{:x})", decoder.ctrl_readback, decoder.ctrl_readback));
  if (has_targets && ways && *ways <= 8 && decoder.targets.size() < *ways) {
    compare.differ(decoder.path + ".targets", fmt::format("{} ports, one a way", *ways),
                   std::to_string(decoder.targets.size()));
  }
}

void check_decoders(const std::vector<VectorDecoder>& decoders, bool has_targets,
                    Comparison& compare) {
  std::set<unsigned> indices;
  for (const VectorDecoder& decoder : decoders) {
    if (!indices.insert(decoder.index).second) {
      compare.differ(decoder.path + ".index", "an index that no other decoder has",
                     std::to_string(decoder.index));
    }
    check_decoder(decoder, has_targets, compare);
  }
}

template <typename Value>
void compare_repeat(const VectorCedt& cedt, const char* key, std::uint64_t expected,
                    const std::optional<Value>& repeat, Comparison& compare) {
  if (repeat) compare.equal(fmt::format("{}.{}", cedt.path, key), expected, *repeat);
}

void check_cedt(const VectorWindow& window, const VectorTopology& topology, Comparison& compare) {
  const VectorCedt& cedt = window.cedt;
  compare_repeat(cedt, "base", window.base, cedt.base, compare);
  compare_repeat(cedt, "size", window.size, cedt.size, compare);
  compare_repeat(cedt, "arith", static_cast<std::uint64_t>(window.arithmetic), cedt.arith, compare);
  // The witness's firmware restricts no window.
  compare_repeat(cedt, "restrictions", address::FixedMemoryWindow{}.restrictions, cedt.restrictions,
                 compare);
  if (const auto code = address::encode_ways(window.ways)) {
    compare_repeat(cedt, "eniw", *code, cedt.eniw, compare);
  }
  if (const auto code = address::encode_granularity(window.granularity)) {
    compare_repeat(cedt, "hbig", *code, cedt.hbig, compare);
  }
  if (!cedt.uids) return;
  compare.equal(cedt.path + ".uids", window.targets.size(), cedt.uids->size());
  for (std::size_t i = 0; i < window.targets.size() && i < cedt.uids->size(); ++i) {
    for (const VectorBridge& bridge : topology.bridges) {
      if (bridge.name != window.targets[i] || !bridge.bus_nr) continue;
      compare.equal(fmt::format("{}.uids[{}]", cedt.path, i), std::uint64_t{*bridge.bus_nr},
                    (*cedt.uids)[i]);
    }
  }
}

void check_windows(const VectorTopology& topology, Comparison& compare) {
  std::set<std::uint64_t> indices;
  for (const VectorWindow& window : topology.windows) {
    if (window.index >= topology.windows.size() || !indices.insert(window.index).second) {
      compare.differ(
          window.path + ".index",
          fmt::format("an index below {} that no other window has", topology.windows.size()),
          std::to_string(window.index));
    }
    compare.equal(window.path + ".ways", std::uint64_t{window.targets.size()}, window.ways);
    if (!address::encode_granularity(window.granularity)) {
      compare.differ(window.path + ".granularity", "a power of two from 256 to 16384",
                     std::to_string(window.granularity));
    }
    check_cedt(window, topology, compare);
  }
}

void check_bridges(const VectorTopology& topology, Comparison& compare) {
  std::set<std::uint64_t> register_blocks;
  for (const VectorBridge& bridge : topology.bridges) {
    if (bridge.passthrough && bridge.root_ports.size() != 1) {
      compare.differ(bridge.path + ".passthrough", "false with other than one root port", "true");
    }
    if (bridge.passthrough && !bridge.decoders.empty()) {
      compare.differ(bridge.path + ".passthrough", "false where decoders are programmed", "true");
    }
    if (!bridge.chbcr) continue;
    if (*bridge.chbcr % component_register_bytes != 0 ||
        !register_blocks.insert(*bridge.chbcr).second) {
      compare.differ(bridge.path + ".chbcr", "a multiple of 65536 that no other bridge has",
                     std::to_string(*bridge.chbcr));
    }
  }
}

void check_memory(const VectorDevice& device, Comparison& compare) {
  std::map<PartitionKind, const VectorMemory*> parts;
  for (const VectorMemory& memory : device.memory) {
    if (!parts.emplace(memory.kind, &memory).second) {
      compare.differ(memory.path + ".kind", "each kind of memory once", "a second one");
    }
  }
  std::uint64_t end = 0;
  for (const auto& [kind, memory] : parts) {
    compare.equal(memory->path + ".dpa_base", end, memory->dpa_base);
    end = memory->dpa_base + memory->size;
  }
}

/// Everything hangs from exactly one port, and from the kind of port that says so.
class Children {
 public:
  explicit Children(const VectorTopology& topology) {
    for (const VectorSwitch& each : topology.switches) add(each.name, "switch", each.path);
    for (const VectorDevice& each : topology.devices) add(each.name, "device", each.path);
  }

  void attach(const VectorPort& port, Comparison& compare) {
    const auto child = parts_.find(port.child);
    const std::string type = port.child.empty()      ? "none"
                             : child == parts_.end() ? ""
                                                     : child->second.type;
    if (type.empty()) {
      compare.differ(port.path + ".child", "the name of a switch or device", port.child);
      return;
    }
    if (port.child_type) compare.equal(port.path + ".child_type", type, *port.child_type);
    if (port.child.empty()) return;
    if (child->second.attached) {
      compare.differ(port.path + ".child", "what hangs from no other port",
                     fmt::format("{}, which hangs from {}", port.child, child->second.port));
    }
    child->second.attached = true;
    child->second.port = port.path;
  }

  void find_orphans(Comparison& compare) const {
    for (const auto& [name, part] : parts_) {
      if (!part.attached) compare.differ(part.path, name + " as the child of a port", "none");
    }
  }

 private:
  struct Part {
    std::string type;
    std::string path;
    bool attached = false;
    std::string port;  ///< path of the one that it hangs from
  };
  void add(const std::string& name, const char* type, const std::string& path) {
    parts_.emplace(name, Part{type, path, false, {}});
  }

  std::map<std::string, Part> parts_;
};

void check_children(const VectorTopology& topology, Comparison& compare) {
  Children children(topology);
  for (const VectorBridge& bridge : topology.bridges) {
    for (const VectorPort& port : bridge.root_ports) children.attach(port, compare);
  }
  for (const VectorSwitch& each : topology.switches) {
    for (const VectorPort& port : each.downstream_ports) children.attach(port, compare);
  }
  children.find_orphans(compare);
}

/// What the builder would refuse; asked last, since its words are about modules.
void check_buildable(const VectorTopology& topology, Comparison& compare) {
  try {
    validate(describe_testbed(topology, {}));
  } catch (const InputError& error) {
    compare.differ(error.location().path, "a topology that can be built", error.message());
  }
}

}  // namespace

std::vector<Difference> contradictions(const VectorTopology& topology) {
  Comparison compare;
  check_windows(topology, compare);
  check_bridges(topology, compare);
  check_children(topology, compare);
  for (const VectorBridge& each : topology.bridges) check_decoders(each.decoders, true, compare);
  for (const VectorSwitch& each : topology.switches) check_decoders(each.decoders, true, compare);
  for (const VectorDevice& each : topology.devices) {
    check_decoders(each.decoders, false, compare);
    check_memory(each, compare);
  }
  if (compare.empty()) check_buildable(topology, compare);
  return compare.take();
}

}  // namespace cxlpool::platforms
