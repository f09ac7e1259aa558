// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/handshake.h"

namespace cxlpool::fabric {

using tlm::tlm_phase;

void RequestSide::send(Passage& passage) {
  if (pending_ || !waiting_.empty()) {
    waiting_.push_back(&passage);
  } else {
    start(passage);
  }
}

void RequestSide::start(Passage& passage) {
  pending_ = &passage;
  if (passage.payload->has_mm()) passage.payload->acquire();  // until end_response()
  tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = time_.ahead();
  const auto answer = forward_(*passage.payload, phase, delay);
  // A target may have gone through all of it on the backward path while it was being called.
  if (answer == tlm::TLM_ACCEPTED) return;
  const timing::Picoseconds at = time_.at(delay);
  if (answer == tlm::TLM_COMPLETED) {
    time_.schedule(at, passage.order, completed_, &passage);
  } else if (phase == tlm::BEGIN_RESP) {
    time_.schedule(at, passage.order, responded_, &passage);
  } else if (at > time_.now()) {
    time_.schedule(at, passage.order, request_ended_, &passage);
  } else {
    end_request(passage);
  }
}

void RequestSide::end_request(Passage& passage) {
  if (pending_ != &passage) return;
  pending_ = nullptr;
  if (waiting_.empty()) return;
  Passage& next = *waiting_.front();
  waiting_.pop_front();
  start(next);
}

void RequestSide::respond(Passage& passage) {
  passage.completed_below = false;
  hand_over(passage);
}

void RequestSide::respond_completed(Passage& passage) {
  passage.completed_below = true;
  hand_over(passage);
}

void RequestSide::hand_over(Passage& passage) {
  // The passage may be at its end, and another access's, before the target hears of it.
  tlm::tlm_generic_payload& trans = *passage.payload;
  const bool completed = passage.completed_below;
  end_request(passage);  // the response implies it
  if (response_(passage)) end_response(trans, completed);
}

void RequestSide::end_response(tlm::tlm_generic_payload& trans, bool completed) {
  if (!completed) {
    tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = time_.ahead();
    forward_(trans, phase, delay);
  }
  if (trans.has_mm()) trans.release();
}

tlm::tlm_sync_enum RequestSide::nb_transport_bw(Passage& passage, tlm_phase& phase,
                                                const sc_core::sc_time& delay) {
  const timing::Picoseconds at = time_.at(delay);
  if (phase == tlm::END_REQ) {
    time_.schedule(at, passage.order, request_ended_, &passage);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == tlm::BEGIN_RESP) {
    time_.schedule(at, passage.order, responded_, &passage);
  }
  return tlm::TLM_ACCEPTED;
}

void ResponseSide::send(tlm::tlm_generic_payload& trans, std::uint64_t order) {
  if (pending_.trans || !waiting_.empty()) {
    waiting_.push_back({&trans, order});
  } else {
    start({&trans, order});
  }
}

void ResponseSide::start(const Entry& entry) {
  pending_ = entry;
  tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = time_.ahead();
  const auto answer = backward_(*entry.trans, phase, delay);
  if (answer == tlm::TLM_ACCEPTED) return;  // END_RESP comes by the forward path
  const timing::Picoseconds at = time_.at(delay);
  if (at > time_.now()) {
    time_.schedule(at, entry.order, ended_, nullptr);
  } else {
    ended();
  }
}

void ResponseSide::nb_transport_fw_end_response(const sc_core::sc_time& delay) {
  time_.schedule(time_.at(delay), pending_.order, ended_, nullptr);
}

void ResponseSide::ended() {
  tlm::tlm_generic_payload* trans = pending_.trans;
  pending_ = {};
  if (trans->has_mm()) trans->release();
  if (waiting_.empty()) return;
  const Entry next = waiting_.front();
  waiting_.pop_front();
  start(next);
}

}  // namespace cxlpool::fabric
