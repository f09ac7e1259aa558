// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/time_series.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace cxlpool::platforms {

void TimeSeries::Interval::add(const Interval& other) {
  completed += other.completed;
  refused += other.refused;
  read_bytes += other.read_bytes;
  write_bytes += other.write_bytes;
  latency += other.latency;
  longest = std::max(longest, other.longest);
}

void TimeSeries::answered(fabric::HostId host, const traffic::Answer& answer) {
  while (answer.answered_at / interval_ >= max_intervals) halve();
  const auto index = static_cast<std::size_t>(answer.answered_at / interval_);
  std::vector<Interval>& intervals = by_host_[static_cast<std::size_t>(host)];
  if (index >= intervals.size()) intervals.resize(index + 1);
  Interval one;
  if (answer.trans.is_response_ok()) {
    one.completed = 1;
    one.latency = one.longest = answer.answered_at - answer.asked_at;
    (answer.trans.is_read() ? one.read_bytes : one.write_bytes) = answer.trans.get_data_length();
  } else {
    one.refused = 1;
  }
  intervals[index].add(one);
}

void TimeSeries::halve() {
  interval_ *= 2;
  for (std::vector<Interval>& intervals : by_host_) {
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      const Interval one = intervals[i];
      intervals[i] = {};
      intervals[i / 2].add(one);
    }
    intervals.resize((intervals.size() + 1) / 2);
  }
}

void TimeSeries::write(const std::string& path, const std::vector<std::string>& hosts) const {
  std::ofstream file(path);
  file << "from_ps,host,completed,refused,read_bytes,write_bytes,mean_latency_ps,max_latency_ps\n";
  std::size_t length = 0;
  for (const auto& intervals : by_host_) length = std::max(length, intervals.size());
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t host = 0; host < by_host_.size(); ++host) {
      const Interval one = i < by_host_[host].size() ? by_host_[host][i] : Interval{};
      fmt::print(file, "{},{},{},{},{},{},{},{}\n", i * interval_, hosts[host], one.completed,
                 one.refused, one.read_bytes, one.write_bytes,
                 one.completed ? one.latency / one.completed : 0, one.longest);
    }
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace cxlpool::platforms
