// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/endpoint.h"

#include <algorithm>

#include "models/fabric/hop.h"

namespace cxlpool::fabric {

using address::Cause;
using timing::Place;

Endpoint::Endpoint(sc_core::sc_module_name name, std::string label, DeviceId id, Media& media,
                   std::unique_ptr<EndpointTiming> timing)
    : sc_module(name),
      usp("usp"),
      label_(std::move(label)),
      id_(id),
      media_(media),
      timing_(std::move(timing)) {
  usp.register_b_transport(this, &Endpoint::b_transport);
  usp.register_transport_dbg(this, &Endpoint::transport_dbg);
  usp.register_get_direct_mem_ptr(this, &Endpoint::get_direct_mem_ptr);
  if (!timing_) return;
  usp.register_nb_transport_fw(this, &Endpoint::nb_transport_fw);
  responses_ =
      std::make_unique<ResponseSide>(*timing_->time, [this](auto& trans, auto& phase, auto& delay) {
        if (!above_) timing_->time->called_outside();
        return usp->nb_transport_bw(trans, phase, delay);
      });
  for (auto& channel : timing_->channels) {
    legs_.push_back({timing_->controller->input(0), channel->input(0)});
  }
}

void Endpoint::serve_enabled_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans) {
  const unsigned char* enables = trans.get_byte_enable_ptr();
  const unsigned period = trans.get_byte_enable_length();
  for (unsigned i = 0; i < trans.get_data_length(); ++i) {
    if (!enables[i % period]) continue;
    if (trans.is_read()) {
      media_.read(dpa + i, trans.get_data_ptr() + i, 1);
    } else if (trans.is_write()) {
      media_.write(dpa + i, trans.get_data_ptr() + i, 1);
    }
  }
}

bool Endpoint::get_direct_mem_ptr(tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi) {
  const std::uint64_t hpa = trans.get_address();
  const Target target = locate(hpa);
  dmi.init();
  const Lending lending = target.cause == Cause::none ? lend(target.dpa) : Lending{false};
  if (!lending.allowed || revoking_) {
    dmi.set_start_address(hpa);
    dmi.set_end_address(hpa);
    return false;
  }
  // The granule, as far as it lies in one chunk of the media.
  const std::uint64_t before = hpa - target.first;
  const std::uint64_t first_dpa = std::max({target.dpa - std::min(before, target.dpa),
                                            media_.first_of_chunk(target.dpa), lending.first});
  const std::uint64_t last_dpa = std::min(media_.last_of_chunk(target.dpa), lending.last);
  const std::uint64_t reach = std::min(target.last - hpa, last_dpa - target.dpa);
  lent_ = true;
  dmi.set_dmi_ptr(media_.pointer(first_dpa));
  dmi.set_start_address(hpa - (target.dpa - first_dpa));
  dmi.set_end_address(hpa + reach);
  dmi.allow_read_write();
  return true;
}

address::NodeIndex Endpoint::add_to(Topology& topology, address::Node node) {
  node.name = label_;
  topology.tree.nodes.push_back(std::move(node));
  Topology::Entry entry;
  entry.device = this;
  entry.counters.push_back(&counters_);
  topology.entries.push_back(std::move(entry));
  return static_cast<address::NodeIndex>(topology.tree.nodes.size() - 1);
}

Endpoint::Target Endpoint::checked_target(const tlm::tlm_generic_payload& trans,
                                          bool malformed) const {
  Target target;
  if (malformed) {
    target.cause = Cause::malformed;
    return target;
  }
  target = locate(trans.get_address());
  if (target.cause != Cause::none) return target;
  const std::uint64_t reach = trans.get_data_length() - 1;
  if (reach > target.last - trans.get_address()) {
    target.cause = Cause::crossing;
  } else if (!open_) {
    const Admission admission = admit(target.dpa, trans.get_data_length(), trans.is_write());
    target.cause = admission.cause;
    target.poison = admission.poison;
  }
  return target;
}

void Endpoint::refuse(tlm::tlm_generic_payload& trans, const Target& target) {
  counters_.count_error(target.cause);
  fail(trans, target.cause, label_.c_str(), target.decoder);
}

void Endpoint::b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
  count(counters_, trans);
  const Target target = checked_target(trans, is_malformed(trans));
  if (target.cause != Cause::none) return refuse(trans, target);
  serve_marked(target.dpa, target.poison, trans, trans.get_extension<MemoryAccess>());
  if (!timing_) return;
  const timing::Picoseconds now = to_picoseconds(sc_core::sc_time_stamp());
  delay = to_sc_time(book(request_message(trans), target.dpa, now + to_picoseconds(delay)) - now);
}

unsigned Endpoint::transport_dbg(tlm::tlm_generic_payload& trans) {
  if (TopologyProbe::answer(trans, usp, *this, 0)) return 0;
  const Target target = checked_target(trans, has_no_range(trans));
  if (target.cause != Cause::none) {
    fail(trans, target.cause, label_.c_str(), target.decoder);
    return 0;
  }
  serve_all_bytes(target.dpa, trans);
  trans.set_response_status(tlm::TLM_OK_RESPONSE);
  return trans.get_data_length();
}

std::uint32_t Endpoint::channel(std::uint64_t dpa) const {
  return timing_ ? timing_->spread.place(dpa).channel : 0;
}

timing::Picoseconds Endpoint::book(timing::Message message, std::uint64_t dpa,
                                   timing::Picoseconds arrival) {
  const timing::ChannelSpread::Place place = timing_->spread.place(dpa);
  message.dpa = place.local;
  arrival = timing_->controller->book(message, arrival);
  return timing_->channels[place.channel]->book(message, arrival);
}

Place Endpoint::request_place(unsigned, unsigned, std::uint64_t) {
  return timing_ ? timing_->controller->input(0) : Place{};
}

void Endpoint::attach(unsigned, TopologyNode& above, unsigned port) {
  above_ = &above;
  above_port_ = port;
  // Refusals come by an input of their own, which must be there before any message is foreseen.
  if (timing_) place_above(static_cast<unsigned>(timing_->channels.size()));
}

Place Endpoint::place_above(unsigned input) const {
  return above_ ? above_->response_place(above_port_, input, 0) : Place{};
}

/// What the device allows may have changed since the access was sent here.
void Endpoint::serve_admitted(std::uint64_t dpa, tlm::tlm_generic_payload& trans,
                              MemoryAccess* access) {
  const Admission admission = admit(dpa, trans.get_data_length(), trans.is_write());
  if (admission.cause != Cause::none) {
    Target target;
    target.cause = admission.cause;
    return refuse(trans, target);
  }
  serve_marked(dpa, admission.poison, trans, access);
}

void Endpoint::accept(Passage& passage, std::uint64_t dpa, Place above, timing::Actor& then,
                      bool last) {
  if (open_) {
    serve_at(dpa, *passage.payload, passage.access);
  } else {
    serve_admitted(dpa, *passage.payload, passage.access);
  }
  if (witness_) witness_->served(id_, dpa, *passage.payload);
  const timing::ChannelSpread::Place place = timing_->spread.place(dpa);
  passage.message.dpa = place.local;
  const std::vector<Place>& leg = legs_[place.channel];
  passage.leg = leg.data();
  passage.leg_end = leg.data() + leg.size();
  passage.beyond = above;
  passage.owner = &then;
  last ? timing_->controller->arrive_last(passage) : timing_->controller->arrive(passage);
}

tlm::tlm_sync_enum Endpoint::nb_transport_fw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
  if (phase == tlm::END_RESP) {
    responses_->nb_transport_fw_end_response(delay);
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  if (trans.has_mm()) trans.acquire();
  Timekeeper& time = *timing_->time;
  Passage& passage = time.enter(trans);
  if (time.is_now(delay)) {
    if (!admit_request(passage)) return tlm::TLM_ACCEPTED;
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  time.schedule(time.at(delay), passage.order, request_came_, &passage);
  return tlm::TLM_ACCEPTED;
}

/// A request whose END_REQ is owed.
void Endpoint::request_came(Passage& passage) {
  tlm::tlm_generic_payload& trans = *passage.payload;
  if (!admit_request(passage)) return;
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = timing_->time->ahead();
  if (!above_) timing_->time->called_outside();
  usp->nb_transport_bw(trans, phase, delay);
}

/// Takes a request in, or, from a foreign sender when the queue is full, waits for room. Returns
/// whether it is in.
bool Endpoint::admit_request(Passage& passage) {
  tlm::tlm_generic_payload& trans = *passage.payload;
  if (!passage.reserved.station) {
    const Place place = timing_->controller->input(0);
    if (!place.station->has_room(place.input)) {
      place.station->wait_for_room(place.input, request_came_, &passage, passage.order);
      return false;
    }
    place.station->reserve(place.input);
    passage.reserved = place;
  }
  count(counters_, trans);
  const Target target = checked_target(trans, is_malformed(trans));
  if (target.cause != Cause::none) {
    passage.reserved.station->release(passage.reserved.input);
    refuse(trans, target);
    make_response(passage.message);
    // By the timeline: its END_REQ goes first.
    timing_->time->schedule(timing_->time->now(), passage.order, answer_refused_, &passage);
    return true;
  }
  accept(passage, target.dpa, place_above(channel(target.dpa)), served_, false);
  return true;
}

void Endpoint::served(Passage& passage) {
  make_response(passage.message);
  passage.reserved = passage.beyond;
  tlm::tlm_generic_payload& trans = *passage.payload;
  const std::uint64_t order = passage.order;
  if (passage.entered == timing_->time) timing_->time->leave(passage);
  responses_->send(trans, order);
}

/// Sends up what this endpoint refused, as soon as there is room for it there.
void Endpoint::answer_refused(Passage& passage) {
  const Place place = place_above(static_cast<unsigned>(timing_->channels.size()));
  if (place.station) {
    if (!place.station->has_room(place.input)) {
      place.station->wait_for_room(place.input, answer_refused_, &passage, passage.order);
      return;
    }
    place.station->reserve(place.input);
  }
  passage.reserved = place;
  tlm::tlm_generic_payload& trans = *passage.payload;
  const std::uint64_t order = passage.order;
  if (passage.entered == timing_->time) timing_->time->leave(passage);
  responses_->send(trans, order);
}

}  // namespace cxlpool::fabric
