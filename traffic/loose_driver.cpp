// SPDX-License-Identifier: Apache-2.0
#include "traffic/loose_driver.h"

#include <algorithm>

#include "models/fabric/timekeeper.h"
#include "traffic/initiator.h"

namespace cxlpool::traffic {

using timing::Picoseconds;

LooseDriver::LooseDriver(sc_core::sc_module_name name, sc_core::sc_time quantum,
                         timing::Picoseconds until)
    : sc_module(name), quantum_(fabric::to_picoseconds(quantum)), until_(until) {
  SC_HAS_PROCESS(LooseDriver);
  SC_METHOD(run);
  sensitive << wake_;
  dont_initialize();
}

void LooseDriver::enter(Initiator& initiator) {
  entries_.push_back({initiator.due(), entered_++, &initiator});
  std::push_heap(entries_.begin(), entries_.end(), later);
  wake_at(initiator.due());
}

/// If nothing wakes it before.
void LooseDriver::wake_at(Picoseconds at) {
  const Picoseconds present = fabric::to_picoseconds(sc_core::sc_time_stamp());
  wake_.notify(fabric::to_sc_time(std::max(at, present) - present));
}

/// As long as it is the first. Returns whether there is more to come.
bool LooseDriver::drive(Entry& first, Picoseconds present) {
  bool goes_on = true;
  do {
    goes_on = first.initiator->issue_due();
    first.due = first.initiator->due();
  } while (goes_on && first.due < until_ && first.due <= present + quantum_ &&
           (entries_.empty() || !later(first, entries_.front())));
  return goes_on;
}

void LooseDriver::run() {
  const Picoseconds present = fabric::to_picoseconds(sc_core::sc_time_stamp());
  while (!entries_.empty() && entries_.front().due < until_) {
    if (entries_.front().due > present + quantum_) return wake_at(entries_.front().due);
    std::pop_heap(entries_.begin(), entries_.end(), later);
    Entry first = entries_.back();
    entries_.pop_back();
    const bool goes_on = drive(first, present);
    if (first.initiator->error()) return;
    if (goes_on) {
      entries_.push_back(first);
      std::push_heap(entries_.begin(), entries_.end(), later);
    } else {
      ends_at_ = std::max(ends_at_, first.due);
    }
  }
  // The simulation lasts until the last answer.
  const Picoseconds end = std::min(ends_at_, until_);
  if (end > present) wake_at(end);
}

}  // namespace cxlpool::traffic
