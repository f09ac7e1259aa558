// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/bench/floor.h"

/// What the rows of all modes share.
namespace cxlpool::bench {

using Footprint = std::uint64_t;  ///< bytes

inline constexpr Footprint kib256 = 256ull << 10;
inline constexpr Footprint gib1 = 1ull << 30;

struct Comparison {
  std::string model, floor;
};
using Comparisons = std::vector<Comparison>;

inline void add(const std::string& name, const std::function<void(benchmark::State&)>& function) {
  benchmark::RegisterBenchmark(name.c_str(), function);
}

/// How much of each store has been touched in this process.
inline Footprint& warmed(const void* store) {
  static std::map<const void*, Footprint> all;
  return all[store];
}

/// Touches every line once a process, so that no page is met for the first time while the clock
/// runs. `store` tells whose pages they are.
template <typename Access>
void warm(const void* store, Access&& access, Footprint footprint) {
  std::uint8_t data[64] = {};
  for (Footprint& done = warmed(store); done < footprint; done += 64) {
    access(pool_base + done, data, true);
  }
}

/// Random lines, reads and writes in turn.
template <typename Access>
void measure(benchmark::State& state, const void* store, Access&& access, Footprint footprint) {
  warm(store, access, footprint);
  Lines lines(pool_base, footprint);
  std::uint8_t data[64] = {};
  bool write = false;
  for (auto _ : state) {
    access(lines.next(), data, write = !write);
    benchmark::DoNotOptimize(data);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

/// The rows with time, over platforms of their own. To be made before the simulation starts.
class TimedRows {
 public:
  explicit TimedRows(bool smoke);
  ~TimedRows();
  /// Once the simulation has started.
  void add_to(Comparisons& comparisons, const std::vector<std::pair<std::string, Footprint>>& sizes,
              PlainPool<FlatStore>& floor);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cxlpool::bench
