// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/capacity.h"

#include <fmt/format.h>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::bench {
namespace {

using capacity::DynamicCapacity;
using capacity::Extent;

constexpr std::uint64_t block = 2ull << 20;
constexpr std::size_t region_count = 8;

/// Regions in which this many extents of one block leave every other block free.
DynamicCapacity::Config device_of(std::size_t extents) {
  DynamicCapacity::Config config;
  const std::size_t blocks = 2 * ((extents + region_count - 1) / region_count);
  const std::uint64_t quantum = capacity::region_quantum;
  const std::uint64_t length = (blocks * block + quantum - 1) / quantum * quantum;
  for (std::size_t i = 0; i < region_count; ++i) {
    capacity::Region& region = config.regions.emplace_back();
    region.base = i * length;
    region.decode_length = region.length = length;
    region.block = block;
  }
  config.extents = extents;
  return config;
}

std::vector<Extent> every_other_block(const DynamicCapacity& device, std::size_t count) {
  std::vector<Extent> extents;
  for (std::size_t i = 0; i < count; ++i) {
    const capacity::Region& region = device.regions()[i % region_count];
    extents.push_back({region.base + i / region_count * 2 * block, block, {}, 0});
  }
  return extents;
}

std::vector<capacity::DpaRange> fill(DynamicCapacity& device, std::size_t count) {
  capacity::AddRequest request;
  request.extents = every_other_block(device, count);
  device.add(request);
  std::vector<capacity::DpaRange> ranges = capacity::ranges_of(request.extents);
  device.respond({}, ranges);
  return ranges;
}

/// What each access of the data path asks, at random over 1,024 lines of accepted blocks, so that
/// the figure is that of the look-up and not of the processor's caches.
void look_up(benchmark::State& state, std::size_t count) {
  DynamicCapacity device(device_of(count));
  const std::vector<capacity::DpaRange> ranges = fill(device, count);
  std::vector<std::uint64_t> lines(1024);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] = ranges[i * 7919 % ranges.size()].base + i * 64;
  }
  std::size_t next = 0;
  bool all = true;
  for (auto _ : state) {
    all &= device.accessible({}, capacity::DpaRange{lines[next], 64});
    next = (next + 1) % lines.size();
    benchmark::DoNotOptimize(all);
  }
  if (!all) state.SkipWithError("an accepted block is not accessible");
}

/// One extent offered, accepted and released beside `count` others.
void life(benchmark::State& state, std::size_t count) {
  DynamicCapacity::Config config = device_of(count);
  ++config.extents;
  DynamicCapacity device(config);
  fill(device, count);
  capacity::AddRequest request;
  request.selection = capacity::Selection::contiguous;
  request.length = block;
  for (auto _ : state) {
    const bool offered = device.add(request) == capacity::Refusal::none;
    const std::vector<capacity::DpaRange> range =
        offered ? capacity::ranges_of(device.pending({})[0]) : std::vector<capacity::DpaRange>{};
    if (!offered || device.respond({}, range) != capacity::Refusal::none ||
        device.release({}, range) != capacity::Refusal::none) {
      state.SkipWithError("refused");
      return;
    }
  }
}

/// `count` extents at once.
void bulk(benchmark::State& state, std::size_t count) {
  DynamicCapacity device(device_of(count));
  for (auto _ : state) {
    if (device.release({}, fill(device, count)) != capacity::Refusal::none) {
      state.SkipWithError("refused");
      return;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * count));
}

}  // namespace

void add_capacity_rows(bool smoke, Comparisons& comparisons) {
  const std::string floor = "capacity, look-up/1 extent";
  add(floor, [](benchmark::State& s) { look_up(s, 1); });
  const std::vector<std::size_t> counts =
      smoke ? std::vector<std::size_t>{1000} : std::vector<std::size_t>{1000, 100000, 1000000};
  for (const std::size_t count : counts) {
    const std::string label = fmt::format("{} extents", count);
    add("capacity, look-up/" + label, [count](benchmark::State& s) { look_up(s, count); });
    add("capacity, one extent's life/" + label, [count](benchmark::State& s) { life(s, count); });
    add("capacity, all at once/" + label, [count](benchmark::State& s) { bulk(s, count); });
    comparisons.push_back({"capacity, look-up/" + label, floor});
  }
}

}  // namespace cxlpool::bench
