// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <random>

#include <fmt/format.h>

#include "models/timing/batch_means.h"
#include "models/timing/histogram.h"
#include "tests/bench/rows.h"
#include "tests/bench/timed.h"

namespace cxlpool::bench {
namespace {

// So that filling and draining the fabric do not count: many times what is under way at once.
constexpr std::uint64_t least_batch = 4096;

void loose_access(benchmark::State& state, TimedPool& pool, bool compiled, Footprint footprint) {
  pool.use_compiled_routes(compiled);
  measure(
      state, &pool,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { pool.access(hpa, data, write); },
      footprint);
  if (!pool.last_ok()) state.SkipWithError("the access failed");
}

void plain_calendars(benchmark::State& state, PlainPool<FlatStore>& pool, Footprint footprint) {
  PlainCalendars floor(pool);
  timing::Picoseconds at = 0;
  measure(
      state, &pool,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) {
        benchmark::DoNotOptimize(floor.access(hpa, data, write, at += TimedPool::loose_gap));
      },
      footprint);
}

void at_access(benchmark::State& state, TimedPool& pool, bool compiled, Footprint footprint) {
  pool.use_compiled_routes(compiled);
  warm(
      &pool,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { pool.access(hpa, data, write); },
      footprint);
  pool.set_footprint(footprint);
  while (state.KeepRunningBatch(least_batch)) pool.run(least_batch);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  if (!pool.all_ok()) state.SkipWithError("an access failed");
}

void plain_wheel(benchmark::State& state, PlainPool<FlatStore>& pool, unsigned outstanding,
                 Footprint footprint) {
  warm(
      &pool,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { pool.access(hpa, data, write); },
      footprint);
  PlainWheel floor(pool, outstanding);
  Lines lines(pool_base, footprint);
  while (state.KeepRunningBatch(least_batch)) floor.run(lines, least_batch);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

struct TimedRows::Parts {
  struct Sized {
    unsigned count;
    std::unique_ptr<TimedPool> pool;
  };
  TimedPool pool{"timed", timed_pool()};
  TimedPool dram{"dram", dram_pool()};
  std::vector<Sized> hosts, devices;
};

TimedRows::TimedRows(bool smoke) : parts_(std::make_unique<Parts>()) {
  using Counts = std::vector<unsigned>;
  for (unsigned count : smoke ? Counts{1, 4} : Counts{1, 4, 16, 64, 256}) {
    parts_->hosts.push_back({count, std::make_unique<TimedPool>(
                                        fmt::format("hosts{}", count).c_str(), many_hosts(count))});
  }
  for (unsigned count : smoke ? Counts{1, 16} : Counts{1, 16, 256, 1024}) {
    parts_->devices.push_back(
        {count, std::make_unique<TimedPool>(fmt::format("devices{}", count).c_str(),
                                            many_devices(count))});
  }
}

TimedRows::~TimedRows() = default;

/// What an initiator keeps of an access's latency: a histogram and two batch means.
static void record_latency(benchmark::State& state) {
  timing::Histogram histogram;
  timing::BatchMeans of_way, of_all;
  std::mt19937_64 random{1};
  std::array<timing::Picoseconds, 1024> latencies;
  for (timing::Picoseconds& each : latencies) each = 150'000 + random() % 400'000;
  std::size_t next = 0;
  for (auto _ : state) {
    const timing::Picoseconds latency = latencies[next++ % latencies.size()];
    histogram.record(latency);
    of_way.record(latency);
    of_all.record(latency);
    benchmark::ClobberMemory();
  }
  benchmark::DoNotOptimize(histogram.count());
}

void TimedRows::add_to(Comparisons& comparisons,
                       const std::vector<std::pair<std::string, Footprint>>& sizes,
                       PlainPool<FlatStore>& floor) {
  Parts& parts = *parts_;
  parts.pool.program();
  parts.dram.program();
  add("record of a latency", record_latency);
  for (const auto& [label, bytes] : sizes) {
    const Footprint footprint = bytes;
    const std::string calendars = "bare calendars/" + label;
    const std::string wheel = "bare wheel/" + label;
    add(calendars, [&floor, footprint](auto& s) { plain_calendars(s, floor, footprint); });
    add(wheel, [&floor, footprint](auto& s) { plain_wheel(s, floor, 64, footprint); });
    for (const bool compiled : {true, false}) {
      const char* way = compiled ? "compiled routes" : "sockets";
      const std::string lt = fmt::format("lt, {}/{}", way, label);
      const std::string at = fmt::format("at, {}/{}", way, label);
      add(lt, [&parts, compiled, footprint](auto& s) {
        loose_access(s, parts.pool, compiled, footprint);
      });
      add(at, [&parts, compiled, footprint](auto& s) {
        at_access(s, parts.pool, compiled, footprint);
      });
      comparisons.push_back({lt, calendars});
      comparisons.push_back({at, wheel});
    }
    const std::string counting = "at, compiled routes/" + label;
    const std::string not_counting = "at, stations that do not count/" + label;
    add(not_counting, [&parts, footprint](auto& s) {
      parts.pool.count(false);
      at_access(s, parts.pool, true, footprint);
      parts.pool.count(true);
    });
    comparisons.push_back({counting, not_counting});
    const std::string dram = "at, DRAM banks and FR-FCFS/" + label;
    add(dram, [&parts, footprint](auto& s) { at_access(s, parts.dram, true, footprint); });
    comparisons.push_back({dram, wheel});
  }
  const auto add_sized = [&](std::vector<Parts::Sized>& all, const char* what) {
    const auto name = [&](unsigned count) { return fmt::format("at, {} {}", count, what); };
    for (Parts::Sized& sized : all) {
      TimedPool& pool = *sized.pool;
      pool.program();
      add(name(sized.count), [&pool](benchmark::State& state) {
        const auto batch = static_cast<std::int64_t>(std::max(least_batch, 16 * pool.under_way()));
        while (state.KeepRunningBatch(batch)) pool.run(static_cast<std::uint64_t>(batch));
        state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
        if (!pool.all_ok()) state.SkipWithError("an access failed");
      });
      comparisons.push_back({name(sized.count), name(all.front().count)});
    }
  };
  add_sized(parts.hosts, "hosts");
  add_sized(parts.devices, "devices");
}

}  // namespace cxlpool::bench
