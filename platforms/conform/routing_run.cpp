// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/routing_run.h"

#include <algorithm>
#include <map>

#include "platforms/conform/contradictions.h"
#include "platforms/conform/isolated.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/testbed.h"

namespace cxlpool::platforms {
namespace {

using Word = std::vector<std::uint8_t>;

/// A word that no other address gets; never all-ones, never zero.
Word word_of(std::uint64_t hpa) {
  std::uint64_t mixed = (hpa ^ 0x5851'F42D'4C95'7F2Dull) * 0x9E37'79B9'7F4A'7C15ull;
  mixed ^= mixed >> 32;
  Word word;
  for (unsigned i = 0; i < word_bytes; ++i) {
    word.push_back(static_cast<std::uint8_t>(mixed >> 8 * i));
  }
  return word;
}

std::string show(const Word& word) {
  std::string text;
  for (const std::uint8_t byte : word) text += fmt::format("{:02x}", byte);
  return text;
}

/// The words of a run that are checked: all of a short one, some 32 of a long one, and the ends.
std::vector<std::uint64_t> samples(const Landing& run) {
  const std::uint64_t step = std::max(word_bytes, run.length / 32 / word_bytes * word_bytes);
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t offset = 0; offset < run.length; offset += step) offsets.push_back(offset);
  const std::uint64_t last = run.length < word_bytes ? 0 : run.length - word_bytes;
  if (offsets.back() != last) offsets.push_back(last);
  return offsets;
}

class RoutingRun {
 public:
  RoutingRun(const RoutingFile& file, const ConformOptions& options, Checker& checker)
      : file_(file), testbed_(file.topology, options), checker_(checker) {}

  void run() {
    testbed_.bring_up(checker_);
    // The witness filled the stretches that became runs from below, then wrote the vectors.
    fill_runs();
    for (const Landing& vector : file_.vectors) fill(vector.hpa, vector.path);
    for (const Landing& vector : file_.vectors) {
      checker_.begin(vector.path);
      checker_.through_sockets();
      check_word(vector, 0);
    }
    for (const Landing& run : file_.runs) {
      checker_.begin(run.path);
      checker_.through_sockets();
      for (const std::uint64_t offset : samples(run)) check_word(run, offset);
      check_ends(run);
    }
    for (std::size_t i = 0; i < file_.lost.size(); ++i) {
      const std::string path = fmt::format("lost[{}]", i);
      checker_.begin(path);
      checker_.through_sockets();
      check_lost(file_.lost[i], path);
    }
  }

 private:
  void fill_runs() {
    checker_.prepare("runs");
    std::vector<std::uint64_t> words = file_.lost;
    for (const Landing& run : file_.runs) {
      for (const std::uint64_t offset : samples(run)) words.push_back(run.hpa + offset);
    }
    std::sort(words.begin(), words.end());
    for (const std::uint64_t hpa : words) fill(hpa, "runs");
  }

  /// What came of this is seen when its place is checked; here only that it was done.
  void fill(std::uint64_t hpa, const std::string& path) {
    auto outcome = testbed_.write(hpa, word_of(hpa), checker_, path);
    writes_[hpa] = std::move(outcome);
  }

  void check_word(const Landing& landing, std::uint64_t offset) {
    const std::uint64_t hpa = landing.hpa + offset;
    const std::uint64_t dpa = landing.dpa + offset;
    const auto& written = writes_.at(hpa);
    const std::string expected = fmt::format("{} {}", landing.device, dpa);
    const auto& parts = written.parts;
    if (!written.ok() || parts.size() != 1) {
      checker_.differ(place(landing, offset), expected,
                      parts.empty() ? "no part" : address::text(parts.front().cause));
      return;
    }
    const std::string& device = testbed_.device_name(parts.front().device);
    if (device != landing.device || parts.front().dpa != dpa) {
      checker_.differ(place(landing, offset), expected,
                      fmt::format("{} {}", device, parts.front().dpa));
      return;
    }
    Word held(word_bytes);
    testbed_.media(device).read(dpa, held.data(), held.size());
    if (held != word_of(hpa)) {
      checker_.differ(place(landing, offset), show(word_of(hpa)) + " in the media", show(held));
    }
    const auto outcome = testbed_.read(hpa, held, checker_, landing.path);
    if (!outcome.ok() || held != word_of(hpa)) {
      checker_.differ(place(landing, offset), show(word_of(hpa)) + " read back",
                      outcome.ok() ? show(held) : address::text(outcome.access.cause));
    }
  }

  static std::string place(const Landing& landing, std::uint64_t offset) {
    return offset == 0 ? landing.path : fmt::format("{} + {}", landing.path, offset);
  }

  void check_ends(const Landing& run) {
    const std::uint64_t end = run.hpa + run.length;
    check_end(run, end, run.dpa + run.length, end - 1, end);
    if (run.dpa > 0) check_end(run, run.hpa - 1, run.dpa - 1, run.hpa, run.hpa);
  }

  /// A run is maximal when what lies at `beyond` does not continue it. The witness told partitions,
  /// decoders and windows apart; and where nothing interleaves it looked at a part of what is
  /// contiguous, and no other run adjoins there. `edge` is the address at which the run is cut.
  void check_end(const Landing& run, std::uint64_t beyond, std::uint64_t dpa, std::uint64_t inside,
                 std::uint64_t edge) {
    constexpr std::uint64_t smallest_granule = 256;
    constexpr std::uint64_t largest_granule = 16384;
    const address::Route& route = testbed_.walk(beyond);
    if (!route.good() || route.dpa != dpa || testbed_.device_of(route) != run.device) return;
    const address::Route& within = testbed_.walk(inside);
    const bool other_range = beyond > inside ? within.last == inside : within.first == inside;
    const std::uint64_t inner_dpa = beyond > inside ? dpa - 1 : dpa + 1;
    if (other_range || partition(run.device, dpa) != partition(run.device, inner_dpa)) return;
    const bool interleaved = within.last - within.first < largest_granule;
    if (!interleaved && edge % smallest_granule == 0 && !in_another_run(beyond)) return;
    if (is_lost(beyond)) return;
    checker_.differ(run.path + ".len", fmt::format("a run that does not end at {}", edge),
                    fmt::format("{} {} continues it", run.device, dpa));
  }

  bool is_lost(std::uint64_t hpa) const {
    return std::find(file_.lost.begin(), file_.lost.end(), hpa / word_bytes * word_bytes) !=
           file_.lost.end();
  }

  bool in_another_run(std::uint64_t hpa) const {
    return std::any_of(file_.runs.begin(), file_.runs.end(),
                       [&](const Landing& run) { return hpa - run.hpa < run.length; });
  }

  std::optional<address::PartitionKind> partition(const std::string& device, std::uint64_t dpa) {
    return testbed_.platform().find_device(device)->partitions().kind_at(dpa);
  }

  void check_lost(std::uint64_t hpa, const std::string& path) {
    Word held(word_bytes);
    const auto outcome = testbed_.read(hpa, held, checker_, path);
    if (!outcome.ok() || !writes_.at(hpa).ok()) {
      checker_.differ(path, "an address that decodes", address::text(outcome.access.cause));
    } else if (held == word_of(hpa)) {
      checker_.differ(path, "the word of another address", "its own word, which nobody overwrote");
    }
  }

  const RoutingFile& file_;
  Testbed testbed_;
  Checker& checker_;
  std::map<std::uint64_t, Testbed::Outcome> writes_;  ///< the last at each address
};

}  // namespace

Tally run_routing(const RoutingFile& file, const ConformOptions& options) {
  const std::uint64_t steps = file.vectors.size() + file.runs.size() + file.lost.size();
  Tally tally;
  for (Difference& each : contradictions(file)) tally.add(std::move(each));
  if (tally.differences.empty()) {
    tally = run_isolated(
        [&](Progress& progress) {
          Checker checker(progress);
          checker.prepare(file.topology.path);
          RoutingRun(file, options, checker).run();
          return checker.finish();
        },
        longest_simulation);
  }
  tally.steps = std::max(tally.steps, steps);
  return tally;
}

}  // namespace cxlpool::platforms
