// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/timeline_writer.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cxlpool::platforms {
namespace {

using timing::Picoseconds;

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

/// Microseconds, the format's unit, to the picosecond.
std::string in_us(Picoseconds time) {
  constexpr Picoseconds ps_per_us = 1'000 * timing::ps_per_ns;
  return fmt::format("{}.{:06}", time / ps_per_us, time % ps_per_us);
}

}  // namespace

TimelineWriter::TimelineWriter(std::string path, const std::vector<std::string>& hosts,
                               const std::vector<std::string>& devices,
                               const std::vector<std::string>& levels, std::uint64_t limit)
    : path_(std::move(path)), file_(path_), hosts_(hosts.size()), limit_(limit), lanes_(hosts_) {
  if (!file_) throw std::runtime_error(path_ + ": cannot be written");
  for (const std::string& device : devices) devices_.push_back(quoted(device));
  for (const std::string& level : levels) levels_.push_back(quoted(level));
  values_.resize(levels_.size());
  file_ << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  for (std::size_t h = 0; h < hosts_; ++h) name("process_name", h + 1, 0, hosts[h]);
  name("process_name", hosts_ + 1, 0, "queues");
}

void TimelineWriter::event(const std::string& text) {
  file_ << (first_ ? "\n" : ",\n") << text;
  first_ = false;
}

void TimelineWriter::name(const char* what, std::size_t process, unsigned track,
                          const std::string& name) {
  event(fmt::format(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{{"name":{}}}}})", what,
                    process, track, quoted(name)));
}

/// The track that has been free for the shortest time; a new one where all are taken.
unsigned TimelineWriter::lane(std::size_t host, Picoseconds from, Picoseconds until) {
  auto& lanes = lanes_[host];
  auto found = lanes.upper_bound(from);
  unsigned lane = 0;
  if (found == lanes.begin()) {
    lane = static_cast<unsigned>(lanes.size()) + 1;
    name("thread_name", host + 1, lane, fmt::format("in flight {}", lane));
  } else {
    --found;
    lane = found->second;
    lanes.erase(found);
  }
  lanes.emplace(until, lane);
  return lane;
}

void TimelineWriter::request(fabric::HostId host, const traffic::Answer& answer) {
  if (requests_ == limit_ || answer.answered_at < from_) return;
  ++requests_;
  last_ = std::max(last_, answer.answered_at);
  const auto index = static_cast<std::size_t>(host);
  const unsigned track = lane(index, answer.asked_at, answer.answered_at);
  std::string args = fmt::format(R"("hpa":"{:#x}")", answer.request.address);
  if (!answer.parts.empty() && answer.parts.front().device != fabric::no_device) {
    const fabric::AccessPart& part = answer.parts.front();
    args += fmt::format(R"(,"device":{},"dpa":"{:#x}")",
                        devices_[static_cast<std::size_t>(part.device)], part.dpa);
  }
  if (answer.parts.size() > 1) args += fmt::format(R"(,"parts":{})", answer.parts.size());
  event(fmt::format(
      R"({{"ph":"X","name":"{} {} B{}","cat":"request","pid":{},"tid":{},"ts":{},"dur":{},"args":{{{}}}}})",
      answer.request.op == traffic::Op::read ? "read" : "write", answer.request.size,
      answer.trans.is_response_ok() ? "" : " refused", index + 1, track, in_us(answer.asked_at),
      in_us(answer.answered_at - answer.asked_at), args));
}

void TimelineWriter::changed(std::size_t level, Picoseconds at, std::uint32_t value) {
  const bool wanted = at >= from_ && (requests_ < limit_ || at <= last_);
  if (wanted && !begun_) {  // with what there was before
    begun_ = true;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i] != 0) counter(i, from_);
    }
  }
  values_[level] = value;
  if (wanted) counter(level, at);
}

void TimelineWriter::counter(std::size_t level, Picoseconds at) {
  event(fmt::format(R"({{"ph":"C","name":{},"pid":{},"ts":{},"args":{{"{}":{}}}}})", levels_[level],
                    process_of(level), in_us(at), level < hosts_ ? "requests" : "messages",
                    values_[level]));
}

void TimelineWriter::finish() {
  file_ << "\n]}\n";
  if (!file_.flush()) throw std::runtime_error(path_ + ": cannot be written");
}

}  // namespace cxlpool::platforms
