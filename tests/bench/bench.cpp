// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <systemc>

#include "models/address/compiled_routes.h"
#include "tests/bench/chain.h"
#include "tests/bench/pool.h"

/// Speed as ratios to floor programs of the same shape in the same run: absolute figures depend on
/// the machine. 64-byte lines at random, reads and writes in turn. Nothing here passes or fails.
namespace {

using namespace cxlpool;
using bench::Lines;

constexpr std::uint64_t kib256 = 256ull << 10;
constexpr std::uint64_t gib1 = 1ull << 30;

/// Touches every line, so that no page is met for the first time while the clock runs.
template <typename Access>
void warm(Access&& access, std::uint64_t base, std::uint64_t footprint) {
  std::uint8_t data[64] = {};
  for (std::uint64_t at = 0; at < footprint; at += 64) access(base + at, data, true);
}

template <typename Access>
void measure(benchmark::State& state, Access&& access, std::uint64_t base,
             std::uint64_t footprint) {
  warm(access, base, footprint);
  Lines lines(base, footprint);
  std::uint8_t data[64] = {};
  bool write = false;
  for (auto _ : state) {
    access(lines.next(), data, write = !write);
    benchmark::DoNotOptimize(data);
  }
  state.SetItemsProcessed(state.iterations());
}

void plain_one_level(benchmark::State& state, std::uint64_t footprint) {
  fabric::Media media(gib1);
  const bench::PlainDevice device{bench::plain_decoder(8, 1, gib1), &media};
  measure(
      state,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) {
        write ? media.write(device.dpa(hpa), data, 64) : media.read(device.dpa(hpa), data, 64);
      },
      bench::pool_base, footprint);
}

void plain_four_levels(benchmark::State& state, bench::Pool& pool, std::uint64_t footprint) {
  measure(
      state,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) {
        pool.plain().access(hpa, data, write);
      },
      bench::pool_base, footprint);
}

void whole_platform(benchmark::State& state, bench::Pool& pool, bool compiled,
                    std::uint64_t footprint) {
  pool.host().use_compiled_routes(compiled);
  measure(
      state,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) {
        pool.sender().access(hpa, data, write);
      },
      bench::pool_base, footprint);
  if (!pool.sender().last_ok()) state.SkipWithError("the access failed");
}

void chain_access(benchmark::State& state, bench::Sender& sender, std::uint64_t footprint) {
  measure(
      state,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { sender.access(hpa, data, write); },
      bench::pool_base, footprint);
  if (!sender.last_ok()) state.SkipWithError("the access failed");
}

void decode_only(benchmark::State& state, bench::Pool& pool, bool compiled) {
  const address::DecodeTree& tree = pool.host().topology().tree;
  const address::CompiledRoutes routes(tree);
  address::Route route;
  Lines lines(bench::pool_base, gib1);
  for (auto _ : state) {
    const std::uint64_t hpa = lines.next();
    if (compiled) {
      benchmark::DoNotOptimize(routes.find(hpa)->dpa(hpa));
    } else {
      address::walk(tree, hpa, route);
      benchmark::DoNotOptimize(route.dpa);
    }
  }
}

void plain_decode_only(benchmark::State& state, bench::Pool& pool) {
  Lines lines(bench::pool_base, gib1);
  bench::PlainPool& plain = pool.plain();
  for (auto _ : state) {
    const std::uint64_t hpa = lines.next();
    benchmark::DoNotOptimize(plain.locate(hpa));
  }
}

/// Prints as usual, and afterwards each figure divided by its floor's.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (!run.error_occurred) ns_[run.benchmark_name()] = run.GetAdjustedCPUTime();
    }
  }

  void print_ratio(const std::string& model, const std::string& floor) const {
    const auto m = ns_.find(model), f = ns_.find(floor);
    if (m == ns_.end() || f == ns_.end()) return;
    fmt::print("{:<44}{:>9.1f} ns   {:>5.2f} x  {}\n", model, m->second, m->second / f->second,
               floor);
  }

 private:
  std::map<std::string, double> ns_;
};

struct Comparison {
  std::string model, floor;
};

std::vector<Comparison> register_all(bench::Pool& pool, bench::Chains& chains) {
  std::vector<Comparison> comparisons;
  const auto add = [](const std::string& name, auto function) {
    benchmark::RegisterBenchmark(name.c_str(), function);
  };
  add("decode/plain four levels", [&](benchmark::State& s) { plain_decode_only(s, pool); });
  add("decode/walk", [&](benchmark::State& s) { decode_only(s, pool, false); });
  add("decode/compiled", [&](benchmark::State& s) { decode_only(s, pool, true); });
  comparisons.push_back({"decode/walk", "decode/plain four levels"});
  comparisons.push_back({"decode/compiled", "decode/plain four levels"});
  for (const auto& [label, footprint] :
       {std::pair{std::string("256 KiB"), kib256}, {std::string("1 GiB"), gib1}}) {
    const std::uint64_t bytes = footprint;
    const std::string one = "plain one level/" + label, four = "plain four levels/" + label;
    add(one, [bytes](benchmark::State& s) { plain_one_level(s, bytes); });
    add(four, [&pool, bytes](benchmark::State& s) { plain_four_levels(s, pool, bytes); });
    for (bool compiled : {true, false}) {
      const std::string name =
          fmt::format("platform, {}/{}", compiled ? "compiled routes" : "sockets", label);
      add(name, [&pool, compiled, bytes](benchmark::State& s) {
        whole_platform(s, pool, compiled, bytes);
      });
      comparisons.push_back({name, four});
    }
    for (unsigned hops = 0; hops <= bench::Chains::longest; ++hops) {
      const std::string name = fmt::format("sockets, {} hops/{}", hops, label);
      add(name, [&chains, hops, bytes](benchmark::State& s) {
        chain_access(s, chains.sender(hops), std::min(bytes, bench::Chains::device_bytes));
      });
      comparisons.push_back({name, one});
    }
  }
  return comparisons;
}

}  // namespace

int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  bench::Chains chains;
  bench::Pool pool;
  chains.program();
  const auto comparisons = register_all(pool, chains);
  benchmark::Initialize(&argc, argv);
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::puts("\nratios to the floor of the same shape and footprint");
  for (const Comparison& c : comparisons) reporter.print_ratio(c.model, c.floor);
  benchmark::Shutdown();
}
