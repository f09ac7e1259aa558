// SPDX-License-Identifier: Apache-2.0
// The approximately timed side of an initiator.
#include <algorithm>
#include <stdexcept>

#include "traffic/initiator.h"

namespace cxlpool::traffic {

void Initiator::Clock::fire(void* subject, timing::Picoseconds) {
  if (subject) {
    initiator_.free_slot(static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(subject)) - 1);
  } else {
    initiator_.wakes_at_ = timing::Wheel::never;
  }
  initiator_.send_what_is_due();
}

/// Sends requests until none is due, none may be sent, or the source has none.
void Initiator::send_what_is_due() try {
  fabric::Timekeeper& time = *config_.time;
  while (!source_done_ && !open_request_ && !held_) {
    if (pacer_.paced() && pacer_.due() > time.now()) return wake_at(pacer_.due());
    if (!has_slot()) return;
    const unsigned index = free_.back();
    const auto next = source_->next(slots_[index]->request);
    if (next == RequestSource::Next::wait) {
      if (in_flight_count_ == 0) {
        throw std::logic_error(label() + ": the source waits for nothing");
      }
      source_waits_ = true;
      return;
    }
    if (source_waits_) resumed_at_ = time.now();
    source_waits_ = false;
    if (next == RequestSource::Next::done) {
      source_done_ = true;
      break;
    }
    free_.pop_back();
    slots_[index]->asked_at = take_due();
    pacer_.sent(slots_[index]->asked_at);
    send(index);
  }
  finished_ = source_done_ && in_flight_count_ == 0;
} catch (...) {
  fail();
}

void Initiator::wake_at(Picoseconds at) {
  if (wakes_at_ <= at) return;
  wakes_at_ = at;
  config_.time->schedule(at, config_.time->next_order(origin_), clock_, nullptr);
}

void Initiator::release() {
  if (!held_) return;
  held_ = false;
  resumed_at_ = config_.time->now();
  // By the timeline, not from here: the caller may be in the middle of another request's answer.
  config_.time->schedule(config_.time->now(), config_.time->next_order(origin_), clock_, nullptr);
}

/// When the request that is sent now should have been sent, had the host not kept it waiting: what
/// it waits there is part of its latency, as it is loosely timed.
Initiator::Picoseconds Initiator::take_due() {
  if (open()) return pacer_.due();
  const Picoseconds free_since = free_since_.front();
  free_since_.pop_front();
  return std::max({pacer_.paced() ? pacer_.due() : 0, free_since, resumed_at_});
}

void Initiator::free_slot(unsigned index) {
  if (!open()) free_since_.push_back(config_.time->now());
  free_.push_back(index);
}

void Initiator::send(unsigned index) {
  Slot& slot = *slots_[index];
  tlm::tlm_generic_payload& trans = pool_.take();
  auto& access = *trans.get_extension<fabric::MemoryAccess>();
  access = fabric::MemoryAccess{};
  access.off_kernel = true;
  access.tag = index;
  access.parts = &slot.parts;
  prepare(slot, trans);
  if (config_.tell_asked) observer_->asked(host_.id(), slot.request, config_.time->now());
  ++in_flight_count_;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = config_.time->ahead();
  open_request_ = &trans;
  const auto answer = socket->nb_transport_fw(trans, phase, delay);
  if (answer == tlm::TLM_UPDATED && phase == tlm::END_REQ) open_request_ = nullptr;
}

tlm::tlm_sync_enum Initiator::nb_transport_bw(tlm::tlm_generic_payload& trans,
                                              tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase == tlm::END_REQ) {
    open_request_ = nullptr;
    send_what_is_due();
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
  answered(trans);
  return tlm::TLM_COMPLETED;
}

void Initiator::answered(tlm::tlm_generic_payload& trans) {
  auto& access = *trans.get_extension<fabric::MemoryAccess>();
  const unsigned index = access.tag;
  Slot& slot = *slots_[index];
  slot.answered_at = config_.time->now();
  if (open_request_ == &trans) open_request_ = nullptr;  // BEGIN_RESP implies END_REQ
  --in_flight_count_;
  account(slot, trans, access, Scoreboard::Bytes::judged_where_served);
  show_source(slot);
  access.parts = nullptr;
  trans.release();
  if (config_.injection.delay == 0 || source_done_) {
    free_slot(index);
    send_what_is_due();
    return;
  }
  // Slot numbers travel as pointers, from one up: nothing is the alarm.
  config_.time->schedule(slot.answered_at + config_.injection.delay,
                         config_.time->next_order(origin_), clock_,
                         reinterpret_cast<void*>(std::uintptr_t{index} + 1));
}

}  // namespace cxlpool::traffic
