// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "models/timing/dram_bookings.h"
#include "models/timing/dram_commands.h"
#include "models/timing/server.h"

namespace cxlpool::timing {

struct DramConfig {
  PagePolicy policy = PagePolicy::open;
  Picoseconds page_timeout = 0;  ///< open pages: closes a row so long after its last use; 0 never
  DramOrder order = DramOrder::row_bank_column_group;
  bool hashed = true;
  bool refresh = true;       ///< false: none ever, as some simulators have it
  unsigned write_batch = 8;  ///< loosely timed: what the scheduler's write drains come to
};

/// What one bank saw of the measured part of a run, in lines of 64 B.
struct DramBankStatistics {
  std::uint64_t hits = 0, misses = 0, conflicts = 0;
  Picoseconds busy = 0;  ///< see DramLine

  std::uint64_t lines() const { return hits + misses + conflicts; }
  /// Share of `measured` in which it was busy.
  double utilisation(Picoseconds measured) const {
    if (measured == 0) return 0;
    return std::min(1.0, static_cast<double>(busy) / static_cast<double>(measured));
  }
};

/// One DRAM channel with its banks: 64 bits of DDR4 or a subchannel of 32 bits of DDR5, one rank.
/// A message's dpa is an address of this channel's own (see channel_spread.h); line by line it goes
/// to bank and row as DramMapping says. A line is done when the last of its data is on the bus: a
/// write counts as accepted then, since its order before later reads is fixed by then. A partial
/// write costs what a write does.
///
/// An isolated line takes the same time in either mode to the picosecond: as alone() says where its
/// bank is precharged (closed pages, or the first line of a row after refresh), a row hit or a
/// conflict with open pages, and in the way of refresh the rest of it. Refresh k begins at
/// k * tREFI; see DramCommands.
class DramChannel final : public Server {
 public:
  explicit DramChannel(const DramPart& part, const DramConfig& config = {});

  /// Commands are decided somewhat ahead of their time, so that banks work side by side: until the
  /// column commands that wait for their time would keep the bus busy for tRP + tRCD.
  Service serve(const Message& message, Picoseconds now, Picoseconds ready) override;
  Picoseconds book(const Message& message, Picoseconds arrival) override;
  /// With every bank precharged and no refresh about.
  Picoseconds alone(const Message& message) const override;
  /// Of the data bus, which all banks share.
  Picoseconds occupancy(const Message& message) const override {
    return message.lines * times_.burst;
  }
  void measure(Picoseconds from, Picoseconds until) override;
  const std::vector<DramBankStatistics>& banks() const { return banks_; }

  /// For schedulers of serve(): would find its row open; its bank could take its first command.
  bool row_hit(std::uint64_t dpa, Picoseconds now) const {
    return commands_.row_hit(mapping_.place(dpa), now);
  }
  bool bank_ready(std::uint64_t dpa, Picoseconds now) const {
    return commands_.bank_ready(mapping_.place(dpa), now);
  }

  DramCommands::Outlook outlook(const Message& message, Picoseconds now) const {
    return commands_.outlook(mapping_.place(message.dpa), message.write, now);
  }
  Picoseconds frontier(bool write, Picoseconds now) const { return commands_.frontier(write, now); }

  /// Sees every command that serve() decides; null for nobody. book() decides no commands.
  void observe(DramObserver* observer) { commands_.observe(observer); }

  const DramPart& part() const { return *part_; }
  const DramTimes& times() const { return times_; }
  const DramMapping& mapping() const { return mapping_; }

 private:
  void count(const DramPlace& place, const DramLine& line);

  /// From the first line's begin to the last one's column command, in an idle channel.
  Picoseconds last_column(const Message& message) const {
    return times_.rcd + (message.lines - 1u) * times_.line_gap();
  }

  /// The same at the most, whatever rows are open.
  Picoseconds latest_column(const Message& message) const {
    return last_column(message) + (policy_ == PagePolicy::open ? times_.rp : 0);
  }

  const DramPart* part_;
  PagePolicy policy_;
  DramTimes times_;
  DramMapping mapping_;
  std::size_t depth_;  // column commands that may wait for their time when the next is decided
  DramCommands commands_;
  DramBookings bookings_;
  std::vector<DramBankStatistics> banks_;
  Picoseconds counts_from_ = 0;
  Picoseconds counts_until_ = UINT64_MAX;
};

}  // namespace cxlpool::timing
