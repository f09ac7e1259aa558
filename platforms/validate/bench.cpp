// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/bench.h"

#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platforms/conform/isolated.h"
#include "platforms/run/run.h"

namespace cxlpool::validation {
namespace {

using namespace cxlpool::platforms;

constexpr std::chrono::seconds patience{600};  // for what hangs, not for what is slow

/// Counts the answers between the warm-up and the draining of the last requests, as those below
/// `boundary` have them; those from it up count apart.
class SteadyState final : public traffic::RequestObserver {
 public:
  SteadyState(std::uint64_t requests, std::uint64_t boundary)
      : begin_(requests / 4), end_(requests - requests / 10), boundary_(boundary) {}

  void answered(fabric::HostId, const traffic::Answer& answer) override {
    const bool beyond = answer.request.address >= boundary_;
    if (!beyond) {
      const std::uint64_t number = answered_++;
      if (number == begin_) from_ = answer.answered_at;
      if (number < end_) to_ = answer.answered_at;
    }
    if (answered_ <= begin_ + 1 || answered_ > end_) return;
    Sums& sums = sums_[beyond];
    const bool is_read = answer.trans.is_read();
    sums.bytes += answer.trans.get_data_length();
    (is_read ? sums.reads : sums.writes) += 1;
    (is_read ? sums.read_ps : sums.write_ps) +=
        static_cast<double>(answer.answered_at - answer.asked_at);
  }

  nlohmann::json result() const {
    nlohmann::json all = nlohmann::json::array();
    const double ns = static_cast<double>(to_ - from_) / timing::ps_per_ns;
    const auto mean = [](double ps, std::uint64_t count) {
      return count == 0 ? 0.0 : ps / static_cast<double>(count) / timing::ps_per_ns;
    };
    for (const Sums& sums : sums_) {
      const double write = mean(sums.write_ps, sums.writes);
      all.push_back({ns > 0 ? static_cast<double>(sums.bytes) / ns : 0.0,
                     sums.reads ? mean(sums.read_ps, sums.reads) : write, write});
    }
    return all;
  }

 private:
  struct Sums {
    std::uint64_t bytes = 0, reads = 0, writes = 0;
    double read_ps = 0, write_ps = 0;
  };

  std::uint64_t begin_, end_, boundary_;
  std::uint64_t answered_ = 0;
  timing::Picoseconds from_ = 0, to_ = 0;
  std::array<Sums, 2> sums_;
};

std::string run_steady(const PlatformDescription& platform, std::uint64_t boundary) {
  std::uint64_t requests = 0;
  for (const TrafficDescription& stream : platform.traffic) {
    if (stream.base < boundary) requests += stream.requests;
  }
  SteadyState observer(requests, boundary);
  RunOptions options;
  options.mode = traffic::Mode::at;
  options.observer = &observer;
  const RunResult result = run(platform, options);
  const std::vector<std::string> problems = result.problems();
  if (!problems.empty()) throw std::runtime_error(problems.front());
  return observer.result().dump();
}

}  // namespace

std::array<Measurement, 2> measure_apart(const PlatformDescription& platform,
                                         std::uint64_t boundary) {
  const std::string text =
      run_isolated_text([&](Progress&) { return run_steady(platform, boundary); }, patience);
  const auto parts = nlohmann::json::parse(text);
  const auto part = [&parts](unsigned i) {
    return Measurement{parts[i][0].get<double>(), parts[i][1].get<double>(),
                       parts[i][2].get<double>()};
  };
  return {part(0), part(1)};
}

Measurement measure(const Bench& bench, const Load& load) {
  const auto [loads, probes] = measure_apart(make_platform(bench, load), boundary(bench));
  if (load.probes == 0) return loads;
  return {loads.bandwidth + probes.bandwidth, probes.latency, loads.write_latency};
}

Measurement measure_idle(const Bench& bench, unsigned read_percent) {
  constexpr timing::Picoseconds mean_pause = 1'000 * timing::ps_per_ns;
  Load load;
  load.read_percent = read_percent;
  load.requests = 4'000;
  load.bounded = true;
  load.bytes_per_second = load.size * 1'000'000'000'000 / mean_pause;
  return measure(bench, load);
}

}  // namespace cxlpool::validation
