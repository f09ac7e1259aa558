// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Steps of a vector file that were checked, and what came that was not expected.
namespace cxlpool::platforms {

/// One thing that did not come as the file says.
struct Difference {
  std::string path;  ///< where in the file
  std::string expected;
  std::string got;
};

struct Tally {
  /// Differences beyond these are counted, not kept.
  static constexpr std::size_t kept = 20;

  std::uint64_t steps = 0;
  std::uint64_t passed = 0;
  std::uint64_t through_sockets = 0;   ///< of the steps: real accesses or register programming
  std::uint64_t difference_count = 0;  ///< a step may have several
  std::vector<Difference> differences;

  void add(Difference difference) {
    ++difference_count;
    if (differences.size() < kept) differences.push_back(std::move(difference));
  }
  void add(const Tally& other);
};

std::string to_json(const Tally& tally);
/// Inverse of to_json. Throws nlohmann::json::exception for anything else.
Tally tally_from_json(const std::string& text);

/// Where a run has got to, in memory that survives the process that writes it.
struct Progress {
  char where[192] = {};
};

/// Counts steps and collects differences while a run goes on.
class Checker {
 public:
  explicit Checker(Progress& progress) : progress_(progress) {}

  /// Ends the step before and begins the next; `where` is a path of the file.
  void begin(std::string_view where);
  /// The same for what is not a step of the file, such as building.
  void prepare(std::string_view where);
  void through_sockets() { ++tally_.through_sockets; }

  void differ(std::string path, std::string expected, std::string got) {
    step_passed_ = false;
    tally_.add({std::move(path), std::move(expected), std::move(got)});
  }
  template <typename Value>
  void equal(const std::string& path, const Value& expected, const Value& got) {
    if (expected != got) differ(path, fmt::format("{}", expected), fmt::format("{}", got));
  }

  bool failed() const { return tally_.difference_count != 0; }
  Tally finish();

 private:
  void end_step();
  void show(std::string_view where);

  Progress& progress_;
  Tally tally_;
  bool in_step_ = false;
  bool step_passed_ = true;
};

}  // namespace cxlpool::platforms
