// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <systemc>

#include "models/address/compiled_routes.h"
#include "tests/bench/capacity.h"
#include "tests/bench/chain.h"
#include "tests/bench/pool.h"
#include "tests/bench/rows.h"

/// Speed as ratios to floor programs of the same shape in the same run: absolute figures depend on
/// the machine. 64-byte lines at random, reads and writes in turn. No figure passes or fails.
namespace {

using namespace cxlpool;
using bench::Lines;

using bench::add;
using bench::Comparison;
using bench::Comparisons;
using bench::Footprint;
using bench::gib1;
using bench::kib256;
using bench::measure;

template <typename Plain>
void plain_access(benchmark::State& state, Plain& plain, const void* store, Footprint footprint) {
  measure(
      state, store,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { plain.access(hpa, data, write); },
      footprint);
}

void sent_access(benchmark::State& state, bench::Sender& sender, const void* store,
                 Footprint footprint) {
  measure(
      state, store,
      [&](std::uint64_t hpa, std::uint8_t* data, bool write) { sender.access(hpa, data, write); },
      footprint);
  if (!sender.last_ok()) state.SkipWithError("the access failed");
}

void platform_access(benchmark::State& state, bench::Pool& pool, bool compiled,
                     Footprint footprint) {
  pool.host().use_compiled_routes(compiled);
  sent_access(state, pool.sender(), &pool, footprint);
}

/// Everything that `cxlpool run` does for an access: made up, predicted, sent, checked, counted.
void checked_access(benchmark::State& state, bench::Pool& pool, bool compiled,
                    Footprint footprint) {
  pool.host().use_compiled_routes(compiled);
  pool.set_footprint(footprint);
  // One more round than there are lines, for most pages of the oracle to exist.
  static std::map<Footprint, bool> warmed;
  if (!std::exchange(warmed[footprint], true)) {
    for (Footprint i = 0; i < footprint / 64 / bench::Pool::turn + 1; ++i) pool.take_turn();
  }
  while (state.KeepRunningBatch(bench::Pool::turn)) pool.take_turn();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  if (!pool.all_verified()) state.SkipWithError("an access failed its checks");
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

/// The floors, each over memory of its own; chains share one device.
struct Floors {
  bench::PlainPool<bench::FlatStore> pool{bench::Pool::device_bytes};
  bench::PlainPool<bench::ChunkedStore> chunked_pool{bench::Pool::device_bytes};
  bench::PlainDevice<bench::FlatStore> device{bench::plain_decoder(8, 1, gib1), gib1};
  std::vector<bench::PlainChain> chains;

  Floors() {
    for (unsigned hops = 0; hops <= bench::Chains::longest; ++hops) {
      chains.emplace_back(hops, device);
    }
  }
};

void plain_decode_only(benchmark::State& state, Floors& floors) {
  Lines lines(bench::pool_base, gib1);
  for (auto _ : state) {
    const std::uint64_t hpa = lines.next();
    benchmark::DoNotOptimize(floors.pool.device(hpa)->dpa(hpa));
  }
}

/// Prints as usual, and afterwards each figure divided by its floor's: the best of all repetitions
/// by the best, and the median by the median.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      any_failed_ |= run.error_occurred;
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      ns_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
    }
  }

  void print_ratio(const std::string& model, const std::string& floor) {
    std::vector<double>&m = ns_[model], &f = ns_[floor];
    if (m.empty() || f.empty()) return;
    std::sort(m.begin(), m.end());
    std::sort(f.begin(), f.end());
    const double median = m[m.size() / 2] / f[f.size() / 2];
    fmt::print("{:<40}{:>8.1f} ns  {:>6.2f} x  {:>6.2f} x  {}\n", model, m[0], m[0] / f[0], median,
               floor);
  }

  bool any_failed() const { return any_failed_; }

 private:
  std::map<std::string, std::vector<double>> ns_;
  bool any_failed_ = false;
};

void register_decodes(bench::Pool& pool, Floors& floors, Comparisons& comparisons) {
  const std::string plain = "decode/plain four levels";
  add(plain, [&](benchmark::State& s) { plain_decode_only(s, floors); });
  add("decode/walk", [&](benchmark::State& s) { decode_only(s, pool, false); });
  add("decode/compiled", [&](benchmark::State& s) { decode_only(s, pool, true); });
  comparisons.push_back({"decode/walk", plain});
  comparisons.push_back({"decode/compiled", plain});
}

void register_pool(bench::Pool& pool, Floors& floors, const std::string& label, Footprint bytes,
                   Comparisons& comparisons) {
  const std::string plain = "plain four levels/" + label;
  const std::string chunked = "plain four levels, model's store/" + label;
  add(plain,
      [&floors, bytes](benchmark::State& s) { plain_access(s, floors.pool, &floors.pool, bytes); });
  add(chunked, [&floors, bytes](benchmark::State& s) {
    plain_access(s, floors.chunked_pool, &floors.chunked_pool, bytes);
  });
  comparisons.push_back({chunked, plain});
  for (bool compiled : {true, false}) {
    const char* way = compiled ? "compiled routes" : "sockets";
    const std::string sent = fmt::format("platform, {}/{}", way, label);
    const std::string checked = fmt::format("checked traffic, {}/{}", way, label);
    add(sent, [&pool, compiled, bytes](benchmark::State& s) {
      platform_access(s, pool, compiled, bytes);
    });
    add(checked, [&pool, compiled, bytes](benchmark::State& s) {
      checked_access(s, pool, compiled, bytes);
    });
    comparisons.push_back({sent, plain});
    comparisons.push_back({checked, plain});
  }
}

void register_chains(bench::Chains& chains, Floors& floors, const std::string& label,
                     Footprint bytes, Comparisons& comparisons) {
  for (unsigned hops = 0; hops <= bench::Chains::longest; ++hops) {
    const std::string plain = fmt::format("plain {} hops/{}", hops, label);
    const std::string sent = fmt::format("sockets, {} hops/{}", hops, label);
    add(plain, [&floors, hops, bytes](benchmark::State& s) {
      plain_access(s, floors.chains[hops], &floors.device, bytes);
    });
    add(sent, [&chains, hops, bytes](benchmark::State& s) {
      sent_access(s, chains.sender(hops), &chains.sender(hops), bytes);
    });
    comparisons.push_back({sent, plain});
  }
}

}  // namespace

int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  // --smoke: everything once over a few pages.
  const bool smoke = argc > 1 && std::string(argv[argc - 1]) == "--smoke";
  if (smoke) --argc;
  bench::Chains chains;
  bench::TimedRows timed(smoke);
  bench::Pool pool;  // starts the simulation
  Floors floors;
  chains.program();
  Comparisons comparisons;
  register_decodes(pool, floors, comparisons);
  bench::add_capacity_rows(smoke, comparisons);
  using Sizes = std::vector<std::pair<std::string, Footprint>>;
  const Sizes sizes =
      smoke ? Sizes{{"16 KiB", 16 << 10}} : Sizes{{"256 KiB", kib256}, {"1 GiB", gib1}};
  for (const auto& [label, bytes] : sizes) {
    register_pool(pool, floors, label, bytes, comparisons);
    register_chains(chains, floors, label, bytes, comparisons);
  }
  timed.add_to(comparisons, sizes, floors.pool);
  benchmark::Initialize(&argc, argv);
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  fmt::print("\n{:<40}{:>8}     {:>6}    {:>6}    {}\n", "ratio to the floor of the same shape",
             "best", "best", "median", "floor");
  for (const Comparison& c : comparisons) reporter.print_ratio(c.model, c.floor);
  benchmark::Shutdown();
  return reporter.any_failed() ? 1 : 0;
}
