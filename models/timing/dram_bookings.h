// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/timing/dram_calendar.h"
#include "models/timing/dram_commands.h"

namespace cxlpool::timing {

/// The loosely timed schedule of one channel, for calls in any order of time within some 4 us.
/// Rows are open as the calls before left them; when a line's bank, an activation and the data bus
/// are free is looked up in calendars, so that a caller that runs ahead holds up nobody.
///
/// As exact as DramCommands for a line that meets no other. Between lines it knows tRC, write
/// recovery, tFAW, bursts and refresh at fixed times, but not which of two bursts has to be how far
/// from the other: reads and writes are taken to be grouped by the scheduler in `write_batch`es,
/// and each batch takes the bus for the two turn-arounds.
class DramBookings {
 public:
  DramBookings(const DramTimes& times, unsigned banks, PagePolicy policy, Picoseconds page_timeout,
               unsigned write_batch);

  /// What earlier lines of the same message have been given, which is all that is kept apart as
  /// exactly as commands are.
  struct Siblings {
    unsigned activates = 0, columns = 0;
    Picoseconds activate[4] = {};
    Picoseconds column[4] = {};
  };
  /// As DramCommands::access(), with `busy` in whole slots of a bank.
  DramLine access(const DramPlace& place, bool write, Picoseconds arrival, Siblings& siblings);
  /// `arrival`, or the end of the refresh that is or would be in the way of a column command that
  /// goes `lead` later.
  Picoseconds past_refresh(Picoseconds arrival, Picoseconds lead) const;
  /// Once a message, whose data ends at `at`: takes the bus from those who come later.
  void turn_around(bool write, Picoseconds at);

 private:
  struct Bank {
    std::uint64_t row = 0;
    bool open = false;
    std::uint64_t refreshes = 0;  // that went before the row was opened
    Picoseconds opener = 0;       // arrival of the line that opened it
    Picoseconds column_ready = 0;
    Picoseconds last_column = 0;
    DramCalendar taken;
  };

  Picoseconds activate_time(const Bank& bank, bool write, Picoseconds earliest,
                            const Siblings& siblings) const;
  Picoseconds take_bank(Bank& bank, Picoseconds from, Picoseconds to);

  DramTimes times_;
  PagePolicy policy_;
  Picoseconds page_timeout_;
  Picoseconds turn_around_share_;
  Picoseconds turn_around_owed_ = 0;
  bool last_wrote_ = false;
  Divider refresh_of_;
  Divider bus_slot_of_;
  DramCalendar bus_;
  DramCountCalendar activations_;
  std::vector<Bank> banks_;
};

}  // namespace cxlpool::timing
