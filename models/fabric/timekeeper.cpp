// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/timekeeper.h"

#include <algorithm>

namespace cxlpool::fabric {

using timing::Picoseconds;
using timing::Wheel;

Timekeeper::Timekeeper(sc_core::sc_module_name name) : sc_module(name) {
  SC_HAS_PROCESS(Timekeeper);
  SC_METHOD(carry_out);
  sensitive << wake_;
  dont_initialize();
}

void Timekeeper::schedule(Picoseconds at, std::uint64_t order, timing::Actor& actor,
                          void* subject) {
  if (carrying_) {
    timeline_.schedule(std::max(at, timeline_.now()), order, actor, subject);
    return;
  }
  const Picoseconds present = std::max(now(), timeline_.now());
  timeline_.schedule(std::max(at, present), order, actor, subject);
  stir();
}

void Timekeeper::stir() {
  if (carrying_) return;
  const Picoseconds next = timeline_.next();
  const Picoseconds present = to_picoseconds(sc_core::sc_time_stamp());
  if (next == Wheel::never) return;
  if (next > present) {
    wake_.notify(to_sc_time(next - present));  // an earlier notification stands
  } else {
    wake_.notify(sc_core::SC_ZERO_TIME);
  }
}

/// How far the timeline may go before somebody else's turn comes.
Picoseconds Timekeeper::reach() const {
  const Picoseconds present = to_picoseconds(sc_core::sc_time_stamp());
  Picoseconds reach = limit_;
  if (sc_core::sc_pending_activity_at_current_time()) {
    reach = present;
  } else if (sc_core::sc_pending_activity_at_future_time()) {
    reach = present + to_picoseconds(sc_core::sc_time_to_pending_activity()) - 1;
  }
  return std::min(reach, limit_);
}

void Timekeeper::carry_out() try { carry_out_all(); } catch (...) {
  carrying_ = false;
  error_ = std::current_exception();
  throw;
}

void Timekeeper::carry_out_all() {
  wake_.cancel();
  kernel_now_ = to_picoseconds(sc_core::sc_time_stamp());
  carrying_ = true;
  outside_ = false;
  Picoseconds end = reach();
  for (Picoseconds next = timeline_.next(); next != Wheel::never && next <= end;
       next = timeline_.next()) {
    timing::expect_within_run(next);
    timeline_.step();
    if (!outside_) continue;
    outside_ = false;
    end = reach();
  }
  carrying_ = false;
  // The clock follows, so that it shows the time of the last event when all is done.
  const Picoseconds present = to_picoseconds(sc_core::sc_time_stamp());
  const Picoseconds next = std::min(timeline_.next(), Wheel::never);
  const Picoseconds until =
      next != Wheel::never && next <= limit_ ? next : std::max(present, timeline_.now());
  if (until > present) {
    next_trigger(to_sc_time(until - present), wake_);
  } else if (next <= present && next <= limit_) {
    next_trigger(sc_core::SC_ZERO_TIME, wake_);
  }
}

Passage& Timekeeper::enter(tlm::tlm_generic_payload& trans) {
  auto* access = trans.get_extension<MemoryAccess>();
  if (access && access->passage) return *access->passage;
  constexpr std::uint16_t foreign_origin = 0xFFFF;
  Passage& passage = take(foreign_origin);
  passage.lender = nullptr;
  if (!access) {
    passage.lender = &pool_.take();
    access = passage.lender->get_extension<MemoryAccess>();
    *access = MemoryAccess{};
    trans.set_extension(access);
  }
  access->clear_outcome();
  access->passage = &passage;
  passage.access = access;
  passage.payload = &trans;
  passage.message = request_message(trans);
  passage.entered = this;
  return passage;
}

void Timekeeper::leave(Passage& passage) {
  passage.access->passage = nullptr;
  if (passage.lender) {
    passage.payload->clear_extension(passage.access);
    passage.lender->release();
    passage.lender = nullptr;
  }
  give_back(passage);
}

Passage& Timekeeper::take(std::uint16_t origin) {
  if (free_.empty()) {
    passages_.push_back(std::make_unique<Passage>());
    free_.push_back(passages_.back().get());
  }
  Passage& passage = *free_.back();
  free_.pop_back();
  ++taken_;
  passage.order = next_order(origin);
  passage.turn = passage.order;
  passage.reserved = {};
  passage.stops.clear();
  passage.after = 0;
  passage.entered = nullptr;
  return passage;
}

void Timekeeper::give_back(Passage& passage) {
  --taken_;
  free_.push_back(&passage);
}

}  // namespace cxlpool::fabric
