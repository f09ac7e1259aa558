// SPDX-License-Identifier: Apache-2.0
// The approximately timed side of a hop: how an access goes down and its answer up, when every
// module is reached through its sockets.
#include "models/fabric/hop.h"

namespace cxlpool::fabric {

using address::Cause;
using timing::Place;
using timing::Station;

void Hop::make_timed() {
  for (unsigned i = 0; i < usp.size(); ++i) {
    usp[i].register_nb_transport_fw(this, &Hop::nb_transport_fw, static_cast<int>(i));
    responses_.push_back(
        std::make_unique<ResponseSide>(*time_, [this, i](auto& trans, auto& phase, auto& delay) {
          if (!above_[i].node) time_->called_outside();
          return usp[i]->nb_transport_bw(trans, phase, delay);
        }));
  }
  for (unsigned i = 0; i < dsp.size(); ++i) {
    dsp[i].register_nb_transport_bw(this, &Hop::nb_transport_bw, static_cast<int>(i));
    requests_.push_back(std::make_unique<RequestSide>(
        *time_,
        [this, i](auto& trans, auto& phase, auto& delay) {
          if (!neighbours_[i].node) time_->called_outside();
          return dsp[i]->nb_transport_fw(trans, phase, delay);
        },
        [this](Passage& passage) { return response_came(passage); }));
  }
}

Place Hop::request_place(unsigned ingress, unsigned input, std::uint64_t hpa) {
  if (!time_) return {};
  if (Station* station = request_station(ingress)) return station->input(input);
  const Egress out = route(hpa, ingress);
  if (out.cause != Cause::none || !neighbours_[out.port].node) return {};
  return neighbours_[out.port].node->request_place(neighbours_[out.port].ingress, ingress, hpa);
}

Place Hop::own_request_place(unsigned ingress) const {
  Station* station = request_station(ingress);
  return station ? station->input(0) : Place{};
}

Place Hop::own_response_place(unsigned port) const {
  Station* station = response_station(port);
  return station ? station->input(0) : Place{};
}

Place Hop::response_place(unsigned port, unsigned input, unsigned ingress) {
  if (!time_) return {};
  if (Station* station = response_station(port)) return station->input(input);
  const Above& above = above_[ingress];
  return above.node ? above.node->response_place(above.port, port, 0) : Place{};
}

tlm::tlm_sync_enum Hop::nb_transport_fw(int ingress, tlm::tlm_generic_payload& trans,
                                        tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  if (phase == tlm::END_RESP) {
    responses_[ingress]->nb_transport_fw_end_response(delay);
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  if (trans.has_mm()) trans.acquire();
  Passage& passage = time_->enter(trans);
  passage.stops.push_back({static_cast<unsigned>(ingress), 0});
  if (time_->is_now(delay)) {
    if (!admit_request(passage)) return tlm::TLM_ACCEPTED;
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  time_->schedule(time_->at(delay), passage.order, request_came_, &passage);
  return tlm::TLM_ACCEPTED;
}

/// A request whose END_REQ is owed.
void Hop::request_came(Passage& passage) {
  const unsigned ingress = passage.stops.back().ingress;
  tlm::tlm_generic_payload& trans = *passage.payload;
  if (!admit_request(passage)) return;
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = time_->ahead();
  if (!above_[ingress].node) time_->called_outside();
  usp[ingress]->nb_transport_bw(trans, phase, delay);
}

/// Takes a request in, or, from a foreign sender when the queue is full, waits for room. Returns
/// whether it is in.
bool Hop::admit_request(Passage& passage) {
  const unsigned ingress = passage.stops.back().ingress;
  tlm::tlm_generic_payload& trans = *passage.payload;
  if (!passage.reserved.station) {
    const Place place = request_place(ingress, ingress, trans.get_address());
    if (place.station && !place.station->has_room(place.input)) {
      place.station->wait_for_room(place.input, request_came_, &passage, passage.order);
      return false;
    }
    if (place.station) place.station->reserve(place.input);
    passage.reserved = place;
  }
  count(counters_, trans);
  const Egress out = checked_route(trans, ingress, is_malformed(trans));
  if (out.cause != Cause::none) {
    if (passage.reserved.station) passage.reserved.station->release(passage.reserved.input);
    passage.reserved = {};
    refuse(trans, out, ingress);
    make_response(passage.message);
    // By the timeline: its END_REQ goes first.
    time_->schedule(time_->now(), passage.order, answer_refused_, &passage);
    return true;
  }
  passage.stops.back().egress = out.port;
  if (!request_station(ingress)) {
    requests_[out.port]->send(passage);  // the reservation is for what lies below
    return true;
  }
  const Neighbour& below = neighbours_[out.port];
  const Place beyond =
      below.node ? below.node->request_place(below.ingress, ingress, trans.get_address()) : Place{};
  passage.visit(passage.reserved, beyond, request_passed_);
  return true;
}

void Hop::request_passed(Passage& passage) {
  passage.reserved = passage.beyond;
  requests_[passage.stops.back().egress]->send(passage);
}

tlm::tlm_sync_enum Hop::nb_transport_bw(int port, tlm::tlm_generic_payload& trans,
                                        tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  Passage& passage = *trans.get_extension<MemoryAccess>()->passage;
  return requests_[port]->nb_transport_bw(passage, phase, delay);
}

/// Returns whether the response is in; else it waits for room, and its END_RESP is owed.
bool Hop::response_came(Passage& passage) {
  const Passage::Stop stop = passage.stops.back();
  // A foreign target does not know of messages.
  if (timing::is_m2s(passage.message.kind)) make_response(passage.message);
  if (!passage.reserved.station) {
    const Place place = response_place(stop.egress, 0, stop.ingress);
    if (place.station && !place.station->has_room(place.input)) {
      place.station->wait_for_room(place.input, admit_response_, &passage, passage.order);
      return false;
    }
    if (place.station) place.station->reserve(place.input);
    passage.reserved = place;
  }
  if (!response_station(stop.egress)) {
    response_passed(passage);
    return true;
  }
  const Above& above = above_[stop.ingress];
  const Place beyond =
      above.node ? above.node->response_place(above.port, stop.egress, 0) : Place{};
  passage.visit(passage.reserved, beyond, response_passed_);
  return true;
}

void Hop::admit_response(Passage& passage) {
  const unsigned port = passage.stops.back().egress;
  tlm::tlm_generic_payload& trans = *passage.payload;
  const bool completed = passage.completed_below;
  if (response_came(passage)) requests_[port]->end_response(trans, completed);
}

void Hop::response_passed(Passage& passage) {
  const Passage::Stop stop = passage.stops.back();
  passage.stops.pop_back();
  if (response_station(stop.egress)) passage.reserved = passage.beyond;
  tlm::tlm_generic_payload& trans = *passage.payload;
  const std::uint64_t order = passage.order;
  if (passage.stops.empty() && passage.entered == time_) time_->leave(passage);
  responses_[stop.ingress]->send(trans, order);
}

/// Sends up what this hop refused, as soon as there is room for it there.
void Hop::answer_refused(Passage& passage) {
  const unsigned ingress = passage.stops.back().ingress;
  const Above& above = above_[ingress];
  const auto own_input = static_cast<unsigned>(dsp.size());
  const Place place = above.node ? above.node->response_place(above.port, own_input, 0) : Place{};
  if (place.station) {
    if (!place.station->has_room(place.input)) {
      place.station->wait_for_room(place.input, answer_refused_, &passage, passage.order);
      return;
    }
    place.station->reserve(place.input);
  }
  passage.reserved = place;
  passage.stops.pop_back();
  tlm::tlm_generic_payload& trans = *passage.payload;
  const std::uint64_t order = passage.order;
  if (passage.stops.empty() && passage.entered == time_) time_->leave(passage);
  responses_[ingress]->send(trans, order);
}

}  // namespace cxlpool::fabric
