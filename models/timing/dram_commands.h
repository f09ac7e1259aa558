// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/timing/dram_mapping.h"
#include "models/timing/dram_part.h"

namespace cxlpool::timing {

enum class PagePolicy : std::uint8_t {
  open,    ///< a row stays open until another one of its bank, refresh or the time-out closes it
  closed,  ///< every read and write precharges its bank (RDA, WRA)
};

/// What a line found in its bank.
enum class RowOutcome : std::uint8_t {
  hit,
  miss,      ///< no row was open
  conflict,  ///< another row was, and had to be closed first
};

/// What became of one line.
struct DramLine {
  Picoseconds done = 0;  ///< its data has left the bus (read), or the last of it is on it (write)
  RowOutcome row = RowOutcome::miss;
  Picoseconds busy = 0;  ///< by how much its bank was at work longer, from the first command for
                         ///< the line until the row could be closed
};

/// One command as the devices see it; `refresh` is for all banks.
struct DramCommand {
  enum class Kind : std::uint8_t { activate, precharge, read, write, refresh };
  Kind kind = Kind::refresh;
  Picoseconds at = 0;
  unsigned group = 0;
  unsigned bank = 0;
  std::uint64_t row = 0;
};

/// For tests and traces. Commands are told in the order of decision, which is not that of time.
class DramObserver {
 public:
  virtual ~DramObserver() = default;
  virtual void command(const DramCommand& command) = 0;
};

/// The exact schedule of one channel: gives each line the earliest commands that no JEDEC limit
/// forbids, before or after commands that earlier lines have been given. So a row hit slips in
/// while another bank activates. Lines of one bank keep their order.
///
/// Not modelled: slots of the command bus (a burst needs at most 3 of its 4 clocks of DDR4, 5 of 8
/// of DDR5), the clock grid (a command may go at any picosecond), ranks, power states.
///
/// Refresh k is due at k * tREFI and takes all banks for tRFC. A line whose column command cannot
/// go before that waits until after it; refresh itself waits for the banks to precharge, which
/// JEDEC's postponement allows. There is no refresh at time 0, nor any where tREFI is longer than
/// the run.
class DramCommands {
 public:
  DramCommands(const DramTimes& times, unsigned groups, unsigned banks, PagePolicy policy,
               Picoseconds page_timeout)
      : times_(times),
        column_reach_(
            std::max({times.cwl + times.burst + times.wtr_l, times.ccd_l_wr, times.read_to_write})),
        groups_(groups),
        policy_(policy),
        page_timeout_(page_timeout),
        banks_(banks),
        last_of_group_(groups) {}

  void observe(DramObserver* observer) { observer_ = observer; }

  /// Forgets what cannot matter to commands at `now` or later.
  void advance(Picoseconds now);
  /// Sees to a refresh that is due before `at`, with no access at hand before `now`.
  void refresh_if_due(Picoseconds at, Picoseconds now);
  DramLine access(const DramPlace& place, bool write, Picoseconds now);

  bool row_hit(const DramPlace& place, Picoseconds now) const;
  /// The first command of an access could go now, as far as its bank is concerned.
  bool bank_ready(const DramPlace& place, Picoseconds now) const;
  /// What an access would find if it were decided now; an estimate, since it counts only the last
  /// commands of all and of its bank group.
  struct Outlook {
    Picoseconds column = 0;  ///< when its column command could go
    unsigned bank = 0;
    bool hit = false;
    bool conflict = false;  ///< another row is open
  };
  Outlook outlook(const DramPlace& place, bool write, Picoseconds now) const;
  /// When the next column command could go that finds its row open.
  Picoseconds frontier(bool write, Picoseconds now) const;
  /// When fewer than `depth` column commands will be waiting for their time.
  Picoseconds fewer_waiting(std::size_t depth, Picoseconds now) const;

 private:
  struct Bank {
    std::uint64_t row = 0;
    bool open = false;
    Picoseconds activated = 0;
    Picoseconds activate_ready = 0;
    Picoseconds precharge_ready = 0;
    Picoseconds last_column = 0;
    Picoseconds busy_until = 0;
  };
  struct Column {
    Picoseconds at = 0;
    unsigned group = 0;
    bool write = false;
  };
  struct Activate {
    Picoseconds at;
    unsigned group;
  };

  bool timed_out(const Bank& bank, Picoseconds now) const {
    return page_timeout_ != 0 && now > bank.last_column + page_timeout_ &&
           now > bank.precharge_ready;
  }
  void close_timed_out(const DramPlace& place, Bank& bank, Picoseconds now);
  Picoseconds column_time(Picoseconds earliest, unsigned group, bool write) const;
  Picoseconds activate_time(Picoseconds earliest, unsigned group) const;
  bool faw_allows(std::size_t position, Picoseconds at) const;
  void refresh(Picoseconds now);
  void tell(DramCommand::Kind kind, Picoseconds at, unsigned group = 0, unsigned bank = 0,
            std::uint64_t row = 0) const {
    if (observer_) observer_->command({kind, at, group, bank, row});
  }

  DramTimes times_;
  Picoseconds column_reach_;  // no two column commands further apart have to do with each other
  unsigned groups_;
  PagePolicy policy_;
  Picoseconds page_timeout_;
  std::vector<Bank> banks_;
  std::vector<Column> columns_;      // sorted by time; a few dozen at most
  std::vector<Activate> activates_;  // likewise
  std::vector<Column> last_of_group_;
  std::uint64_t next_refresh_ = 1;
  DramObserver* observer_ = nullptr;
};

}  // namespace cxlpool::timing
