// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/translate_run.h"

#include <map>

#include "models/address/encoding.h"
#include "platforms/conform/interleave_set.h"
#include "platforms/conform/isolated.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/testbed.h"
#include "platforms/conform/translate_pure.h"

namespace cxlpool::platforms {
namespace {

namespace hdm = address::hdm;

/// One access to an interleave set: offset of the HPA, and where it must land.
struct SetAccess {
  std::string path;
  std::uint64_t hpa = 0;
  std::string device;
  std::uint64_t dpa = 0;
};

/// The accesses by the set that they need: one topology serves all of a set's.
using Accesses = std::map<InterleaveSet, std::vector<SetAccess>>;

void add_vector(const TranslateVector& v, Accesses& accesses) {
  const auto root = v.root_iw ? address::decode_ways(*v.root_iw) : std::nullopt;
  const auto ways = address::decode_ways(v.region_iw);
  const auto granularity = address::decode_granularity(v.region_ig);
  if (!ways || !granularity || v.position >= *ways) return;
  if (v.dpa >= InterleaveSet::device_bytes || v.hpa >= *ways * InterleaveSet::device_bytes) return;
  for (const InterleaveSet& set : sets_of(*ways, *granularity, root.value_or(0), v.is_xor)) {
    const unsigned upper = set.root_ways * set.bridge_ways;
    const std::string device =
        InterleaveSet::device(v.position % set.root_ways,
                              v.position / set.root_ways % set.bridge_ways, v.position / upper);
    accesses[set].push_back({v.path, v.hpa, device, v.dpa});
  }
}

void add_hierarchy(const HierarchyCase& levels, Accesses& accesses) {
  InterleaveSet set;
  set.root_ways = levels.root_ways;
  set.bridge_ways = levels.bridge_ways;
  set.switch_ways = levels.switch_ways;
  set.root_granularity = levels.root_granularity;
  set.bridge_granularity = levels.bridge_granularity;
  set.switch_granularity = levels.switch_granularity;
  for (const HierarchyRow& row : levels.rows) {
    if (row.dpa >= InterleaveSet::device_bytes) continue;
    accesses[set].push_back({row.path, row.hpa,
                             InterleaveSet::device(row.root, row.bridge, row.switch_index),
                             row.dpa});
  }
}

void check_access(const SetAccess& access, Testbed& testbed, Checker& checker) {
  const std::uint64_t hpa = InterleaveSet::base + access.hpa;
  const std::vector<std::uint8_t> written = {static_cast<std::uint8_t>(access.hpa | 1)};
  const auto outcome = testbed.write(hpa, written, checker, access.path);
  const std::string expected = fmt::format("{} {}", access.device, access.dpa);
  const std::string got =
      outcome.ok()
          ? fmt::format("{} {}", testbed.device_name(outcome.access.device), outcome.access.dpa)
          : std::string(address::text(outcome.access.cause));
  checker.equal(access.path, expected, got);
  if (expected != got) return;
  std::vector<std::uint8_t> held(1);
  testbed.media(access.device).read(access.dpa, held.data(), held.size());
  checker.equal(access.path + " in the media", +written[0], +held[0]);
  const auto back = testbed.read(hpa, held, checker, access.path);
  checker.equal(access.path + " read back", true, back.ok() && held == written);
}

Tally run_set(const VectorTopology& topology, const std::vector<SetAccess>& accesses,
              const ConformOptions& options) {
  return run_isolated(
      [&](Progress& progress) {
        Checker checker(progress);
        checker.prepare(accesses.front().path);
        Testbed testbed(topology, options);
        testbed.bring_up(checker);
        for (const SetAccess& access : accesses) {
          checker.begin(access.path);
          checker.through_sockets();
          check_access(access, testbed, checker);
        }
        return checker.finish();
      },
      longest_simulation);
}

/// Commits a device's decoder with the codes, and takes it back.
bool commits(Testbed& testbed, const Component& device, std::uint64_t iw, std::uint64_t ig) {
  fabric::MmioMaster& mmio = testbed.platform().mmio();
  const std::uint32_t structure = mmio.hdm_structure(device.mmio_block);
  const std::uint64_t control = structure + hdm::offset_of(0, hdm::control);
  // A multiple of 3 x 256 MiB, as 3, 6 and 12 ways ask for.
  mmio.write(device.mmio_block, structure + hdm::offset_of(0, hdm::size_low), 3u << 28, 4);
  mmio.write(device.mmio_block, control, ig | iw << 4 | hdm::commit, 4);
  const std::uint64_t held = mmio.read(device.mmio_block, control, 4);
  mmio.write(device.mmio_block, control, 0, 4);
  return (held & hdm::committed) != 0;
}

/// What registers can ask of a parameter's validity: do legal codes commit, and others not.
Tally run_validity(const std::vector<ValidityVector>& vectors, const ConformOptions& options) {
  VectorTopology topology = make_topology({}, {}).value();
  topology.devices.front().decoders.clear();
  return run_isolated(
      [&](Progress& progress) {
        Checker checker(progress);
        Testbed testbed(topology, options);
        testbed.bring_up(checker);
        const Component& device = *testbed.component(topology.devices.front().name);
        for (const ValidityVector& v : vectors) {
          const bool about_codes = v.valid || v.position == 0;
          if (!about_codes || v.region_iw > 15 || v.region_ig > 15) continue;
          checker.begin(v.path);
          checker.through_sockets();
          checker.equal(v.path + ".valid", v.valid,
                        commits(testbed, device, v.region_iw, v.region_ig));
        }
        return checker.finish();
      },
      longest_simulation);
}

}  // namespace

Tally run_translate(const TranslateFile& file, const ConformOptions& options) {
  Tally tally = run_isolated(
      [&](Progress& progress) {
        Checker checker(progress);
        check_arithmetic(file, checker);
        return checker.finish();
      },
      longest_simulation);
  tally.add(run_validity(file.validity, options));
  Accesses accesses;
  for (const TranslateVector& v : file.upstream) add_vector(v, accesses);
  for (const TranslateVector& v : file.generated) add_vector(v, accesses);
  for (const HierarchyCase& levels : file.hierarchies) add_hierarchy(levels, accesses);
  for (auto& [set, of_set] : accesses) {
    const auto topology = make_topology(set, file.xor_maps);
    if (topology) tally.add(run_set(*topology, of_set, options));
  }
  return tally;
}

}  // namespace cxlpool::platforms
