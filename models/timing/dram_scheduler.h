// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/timing/dram_channel.h"

namespace cxlpool::timing {

/// A message in front of a channel. `ready` is when it came, `order` tells those apart that came
/// at the same time.
struct Waiting {
  const Message* message = nullptr;
  Picoseconds ready = 0;
  std::uint64_t order = 0;
};

/// Which message a channel serves next. Policies look at the messages' own channel addresses and
/// at nothing but what they are given: no clock, no random numbers.
class DramScheduler {
 public:
  virtual ~DramScheduler() = default;
  /// Index of one of `count` > 0 messages, which stand oldest first.
  virtual std::size_t choose(const Waiting* waiting, std::size_t count, const DramChannel& channel,
                             Picoseconds now) = 0;
};

/// In order of arrival.
class FifoScheduler final : public DramScheduler {
 public:
  std::size_t choose(const Waiting*, std::size_t, const DramChannel&, Picoseconds) override {
    return 0;
  }
};

struct FrFcfsConfig {
  Picoseconds starvation_cap = 1'000'000;  ///< who has waited for longer goes next
  std::size_t window = 64;                 ///< how many of the oldest are looked at
  unsigned high_watermark = 24;            ///< so many writes wait: reads stand back for them
  unsigned low_watermark = 8;              ///< until so few are left
  unsigned least_batch = 8;  ///< writes that were begun for want of reads, before reads go on
};

/// First ready, first come first served: the oldest row hit that the bus need not wait for (lines
/// of one bank group must keep a distance), else the oldest line whose bank can be made ready in
/// time, else the one that is ready soonest. An open row that others wait for is not closed. Writes
/// are kept back and go in batches, because each change of direction costs the bus some 10 to 20
/// ns. Banks that a burst of hits keeps from others are freed by the starvation cap.
class FrFcfsScheduler final : public DramScheduler {
 public:
  explicit FrFcfsScheduler(const FrFcfsConfig& config = {}) : config_(config) {}
  std::size_t choose(const Waiting* waiting, std::size_t count, const DramChannel& channel,
                     Picoseconds now) override;

 private:
  struct Candidate {
    std::size_t index;
    DramCommands::Outlook outlook;
  };

  bool writes_next(unsigned reads, unsigned writes);
  std::size_t first_ready(const Waiting* waiting, std::size_t count, bool write,
                          const DramChannel& channel, Picoseconds now);

  FrFcfsConfig config_;
  std::vector<Candidate> candidates_;  // kept for its memory
  bool draining_ = false;
  unsigned batch_ = 0;  // writes since the last read
};

}  // namespace cxlpool::timing
