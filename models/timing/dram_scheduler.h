// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/timing/dram_channel.h"
#include "models/timing/transit.h"

namespace cxlpool::timing {

/// Which message a channel serves next. Policies look at the messages' own channel addresses and
/// at nothing but what they are given: no clock, no random numbers. What waits is given by the
/// oldest, which leads to those behind it.
class DramScheduler {
 public:
  virtual ~DramScheduler() = default;
  /// One of those that wait.
  virtual Transit& choose(Transit& oldest, const DramChannel& channel, Picoseconds now) = 0;
  /// When it would choose if nothing else came: later than `now` where it would rather see what
  /// comes.
  virtual Picoseconds chooses_at(const Transit& oldest, Picoseconds now) {
    static_cast<void>(oldest);
    return now;
  }
};

/// In order of arrival.
class FifoScheduler final : public DramScheduler {
 public:
  Transit& choose(Transit& oldest, const DramChannel&, Picoseconds) override { return oldest; }
};

struct FrFcfsConfig {
  Picoseconds starvation_cap = 1'000'000;  ///< who has waited for longer goes next
  std::size_t window = 64;                 ///< how many of the oldest are looked at
  unsigned high_watermark = 24;            ///< so many writes wait: reads stand back for them
  unsigned low_watermark = 8;              ///< until so few are left
  unsigned least_batch = 8;  ///< writes that were begun for want of reads, before reads go on
  /// After the last write that waited, how long the bus stays with writes for more to come, while
  /// reads wait; 0: not at all. Ends sooner once `high_watermark` reads wait, or one as long as
  /// `read_patience`.
  Picoseconds write_linger = 0;
  Picoseconds read_patience = 0;
};

/// First ready, first come first served: the oldest row hit that the bus need not wait for (lines
/// of one bank group must keep a distance), else the oldest line whose bank can be made ready in
/// time, else the one that is ready soonest. An open row that others wait for is not closed. Writes
/// are kept back and go in batches, because each change of direction costs the bus some 10 to 20
/// ns; where writes linger, reads that come meanwhile wait for a pause of the writes. Banks that a
/// burst of hits keeps from others are freed by the starvation cap.
class FrFcfsScheduler final : public DramScheduler {
 public:
  explicit FrFcfsScheduler(const FrFcfsConfig& config = {}) : config_(config) {
    config_.window = std::max<std::size_t>(1, config_.window);
  }
  Transit& choose(Transit& oldest, const DramChannel& channel, Picoseconds now) override;
  Picoseconds chooses_at(const Transit& oldest, Picoseconds now) override;

 private:
  struct Candidate {
    Transit* transit;
    DramCommands::Outlook outlook;
  };

  /// What the window holds of either kind; `oldest_read` if there is any.
  struct Counts {
    unsigned reads = 0, writes = 0;
    Picoseconds oldest_read = 0;
  };

  bool writes_next(const Counts& counts, Picoseconds now);
  bool reads_can_wait(const Counts& counts, Picoseconds now) const;
  Counts count(const Transit& oldest) const;
  Transit& first_ready(Transit& oldest, bool write, const DramChannel& channel, Picoseconds now);

  FrFcfsConfig config_;
  std::vector<Candidate> candidates_;  // kept for its memory
  bool draining_ = false;
  Picoseconds last_write_ = 0;  // chosen
  unsigned batch_ = 0;          // writes since the last read
};

}  // namespace cxlpool::timing
