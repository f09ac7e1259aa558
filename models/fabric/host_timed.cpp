// SPDX-License-Identifier: Apache-2.0
// The timed side of a host: what an access books, loosely timed, and how its parts are started and
// come back, approximately timed.
#include <algorithm>
#include <functional>

#include "models/fabric/hop.h"
#include "models/fabric/host.h"
#include "models/fabric/part.h"

namespace cxlpool::fabric {

using address::Cause;
using timing::Picoseconds;
using timing::Place;

// --- Loosely timed

/// When the part has left the host: after those that are under way leave it a place.
Picoseconds Host::book_issue(bool local, const timing::Message& message, Picoseconds arrival) {
  if (timing_.outstanding != 0) {
    auto& until = under_way_until_;
    while (until.size() >= timing_.outstanding) {
      std::pop_heap(until.begin(), until.end(), std::greater<>());
      arrival = std::max(arrival, until.back());
      until.pop_back();
    }
  }
  return issuing_port(local).book(message, arrival);
}

Picoseconds Host::book_return(bool local, Picoseconds time) {
  if (!local) time += timing_.response_latency;
  if (timing_.outstanding == 0) return time;
  under_way_until_.push_back(time);
  std::push_heap(under_way_until_.begin(), under_way_until_.end(), std::greater<>());
  return time;
}

Picoseconds Host::book(const Shortcut& shortcut, const tlm::tlm_generic_payload& trans,
                       std::uint64_t dpa, Picoseconds arrival) {
  timing::Message message = request_message(trans);
  Picoseconds time = book_issue(shortcut.local, message, arrival);
  for (std::size_t i = 1; i < shortcut.down.size(); ++i) {
    time = shortcut.down[i].station->book(message, time);
  }
  time = shortcut.device->book(message, dpa, time);
  make_response(message);
  for (const Place& place : shortcut.up.front()) time = place.station->book(message, time);
  return book_return(shortcut.local, time);
}

// --- Shared: the places of a compiled route

/// The stations on the way to a leaf and back, as the modules would have sent it.
void Host::add_places(Shortcut& shortcut, address::NodeIndex leaf) const {
  const EndpointTiming* device = shortcut.device->timing();
  const std::size_t channels = device ? device->channels.size() : 1;
  shortcut.up.resize(channels);
  unsigned came_by = 0;  // port of the module above that the way up leaves by
  for (auto node = leaf; node != address::no_node; node = topology_.tree.nodes[node].parent) {
    const Topology::Entry& entry = topology_.entries[node];
    const auto parent = topology_.tree.nodes[node].parent;
    const unsigned above = parent == address::no_node ? 0 : topology_.entries[parent].ingress;
    std::vector<Place> down;
    for (TopologyNode* link : entry.links) down.push_back(link->request_place(0, above, 0));
    if (node != leaf) {
      const Place own = entry.hop->own_request_place(entry.ingress);
      if (own.station) down.push_back(own);
      for (auto& up : shortcut.up) {
        const Place back = entry.hop->own_response_place(came_by);
        if (back.station) up.push_back(back);
      }
    }
    shortcut.down.insert(shortcut.down.begin(), down.begin(), down.end());
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (auto link = entry.links.rbegin(); link != entry.links.rend(); ++link) {
        const unsigned input = node == leaf ? static_cast<unsigned>(channel) : came_by;
        shortcut.up[channel].push_back((*link)->response_place(0, input, 0));
      }
    }
    if (parent != address::no_node) {
      const auto& ports = topology_.tree.nodes[parent].ports;
      for (unsigned i = 0; i < ports.size(); ++i) {
        if (ports[i].child == node) came_by = i;
      }
    }
  }
  shortcut.down.insert(shortcut.down.begin(), issuing_port(shortcut.local).input(0));
}

std::optional<TimedWay> Host::timed_way(std::uint64_t hpa) {
  std::uint64_t dpa = 0;
  const Shortcut* shortcut = timing_.time ? find_shortcut(hpa, dpa) : nullptr;
  if (!shortcut || !shortcut->device->timing()) return std::nullopt;
  const EndpointTiming& device = *shortcut->device->timing();
  const timing::ChannelSpread::Place at = device.spread.place(dpa);
  TimedWay way;
  const auto add = [](std::vector<const timing::Station*>& to, const std::vector<Place>& places) {
    for (const Place& place : places) {
      if (place.station) to.push_back(place.station);
    }
  };
  add(way.request, shortcut->down);
  way.device = {device.controller.get(), device.channels[at.channel].get()};
  add(way.response, shortcut->up[at.channel]);
  if (!shortcut->local) way.response_latency = timing_.response_latency;
  way.media_address = at.local;
  return way;
}

// --- Approximately timed

void Host::make_timed() {
  origin_ = timing_.time->new_origin();
  timing_.issue->input(0);
  if (timing_.issue_local) timing_.issue_local->input(0);
  for (unsigned i = 0; i < core.size(); ++i) {
    core[i].register_nb_transport_fw(this, &Host::nb_transport_fw, static_cast<int>(i));
    responses_.push_back(std::make_unique<ResponseSide>(
        *timing_.time, [this, i](auto& trans, auto& phase, auto& delay) {
          const auto* access = trans.template get_extension<MemoryAccess>();
          if (!access || !access->off_kernel) timing_.time->called_outside();
          return core[i]->nb_transport_bw(trans, phase, delay);
        }));
  }
  for (unsigned i = 0; i < bridge.size(); ++i) {
    bridge[i].register_nb_transport_bw(this, &Host::nb_transport_bw, static_cast<int>(i));
    requests_.push_back(std::make_unique<RequestSide>(
        *timing_.time,
        [this, i](auto& trans, auto& phase, auto& delay) {
          if (!neighbours_[i].node) timing_.time->called_outside();
          return bridge[i]->nb_transport_fw(trans, phase, delay);
        },
        [this](Passage& passage) {
          came_back(passage);
          return true;
        }));
  }
}

tlm::tlm_sync_enum Host::nb_transport_fw(int core_id, tlm::tlm_generic_payload& trans,
                                         tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  if (phase == tlm::END_RESP) {
    responses_[core_id]->nb_transport_fw_end_response(delay);
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  if (trans.has_mm()) trans.acquire();
  if (free_transactions_.empty()) {
    transactions_.push_back(std::make_unique<Transaction>());
    free_transactions_.push_back(transactions_.back().get());
  }
  Transaction& transaction = *free_transactions_.back();
  free_transactions_.pop_back();
  transaction = Transaction{};
  transaction.trans = &trans;
  transaction.core = static_cast<unsigned>(core_id);
  Timekeeper& time = *timing_.time;
  if (!time.is_now(delay)) {
    transaction.order = time.next_order(origin_);
    time.schedule(time.at(delay), transaction.order, came_, &transaction);
    return tlm::TLM_ACCEPTED;
  }
  transaction.in_call = true;
  came(transaction);
  transaction.in_call = false;
  if (transaction.started < trans.get_data_length()) return tlm::TLM_ACCEPTED;
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void Host::came(Transaction& transaction) {
  tlm::tlm_generic_payload& trans = *transaction.trans;
  auto* access = trans.get_extension<MemoryAccess>();
  if (!access) {
    transaction.lender = &pool_.take();
    access = transaction.lender->get_extension<MemoryAccess>();
    *access = MemoryAccess{};
    trans.set_extension(access);
  }
  transaction.access = access;
  access->clear_outcome();
  access->host = config_.id;
  trans.set_dmi_allowed(false);
  if (is_malformed(trans)) {
    counters_.count_error(Cause::malformed);
    fail(trans, Cause::malformed, config_.label.c_str());
    if (transaction.order == 0) transaction.order = timing_.time->next_order(origin_);
    timing_.time->schedule(timing_.time->now(), transaction.order, finish_, &transaction);
    return;
  }
  waiting_.push_back(&transaction);
  start_what_can();
}

/// Starts parts of waiting accesses, in the order of their coming, as long as there is room.
void Host::start_what_can() {
  while (!waiting_.empty()) {
    Transaction& first = *waiting_.front();
    if (!start_parts(first)) return;
    waiting_.pop_front();
    if (!first.in_call) end_request(first);
  }
}

void Host::end_request(Transaction& transaction) {
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = timing_.time->ahead();
  if (!transaction.access->off_kernel) timing_.time->called_outside();
  core[transaction.core]->nb_transport_bw(*transaction.trans, phase, delay);
}

/// Returns whether all its parts are under way.
bool Host::start_parts(Transaction& transaction) {
  tlm::tlm_generic_payload& trans = *transaction.trans;
  const unsigned length = trans.get_data_length();
  while (transaction.started < length) {
    if (timing_.outstanding != 0 && under_way_ >= timing_.outstanding) return false;
    const unsigned offset = transaction.started;
    const unsigned size = part_length(trans.get_address() + offset, length - offset);
    transaction.started += size;
    ++transaction.unfinished;
    start_part(transaction, offset, size);
  }
  return true;
}

void Host::start_part(Transaction& transaction, unsigned offset, unsigned size) {
  if (free_parts_.empty()) {
    parts_.push_back(std::make_unique<Part>());
    free_parts_.push_back(parts_.back().get());
  }
  Part& part = *free_parts_.back();
  free_parts_.pop_back();
  part.transaction = &transaction;
  part.offset = offset;
  part.shortcut = nullptr;
  part.local = false;
  part.payload = nullptr;
  ++under_way_;

  Passage& passage = timing_.time->take(origin_);
  if (transaction.order == 0) transaction.order = passage.order;
  part.passage = &passage;
  passage.entered = &part;
  passage.payload = transaction.trans;
  passage.access = transaction.access;
  if (size != transaction.trans->get_data_length()) {
    part.payload = &pool_.take();
    if (transaction.trans->get_byte_enable_ptr() && !part.enables) {
      part.enables = std::make_unique<PartEnables>();
    }
    make_part(*transaction.trans, offset, size, part.enables.get(), *part.payload);
    for (unsigned id = 0; id < tlm::max_num_extensions(); ++id) {
      if (id != MemoryAccess::ID) {
        part.payload->set_extension(id, transaction.trans->get_extension(id));
      }
    }
    passage.payload = part.payload;
    passage.access = part.payload->get_extension<MemoryAccess>();
    *passage.access = *transaction.access;
    passage.access->parts = nullptr;
    passage.access->clear_outcome();
  }
  passage.access->passage = &passage;
  if (transaction.access->parts) {
    part.record = transaction.access->parts->size();
    transaction.access->parts->push_back({passage.payload->get_address(), size, Cause::none,
                                          no_device, 0, tlm::TLM_INCOMPLETE_RESPONSE, false});
  }
  passage.message = request_message(*passage.payload);
  passage.message.host = static_cast<std::uint16_t>(config_.id);
  passage.message.traffic = timing_.traffic_class;
  if (!start_on_shortcut(passage, part)) start_through_sockets(passage);
}

bool Host::start_on_shortcut(Passage& passage, Part& part) {
  if (!config_.compiled_routes || revoking_ > 0) return false;
  Shortcut* shortcut = find_shortcut(*passage.payload, part.dpa);
  if (!shortcut) return false;
  count(shortcut->traffic, *passage.payload);
  part.shortcut = shortcut;
  part.local = shortcut->local;
  part.channel = shortcut->device->channel(part.dpa);
  shortcut->device->expect(part.dpa);  // the line comes into the cache while the request travels
  passage.leg = shortcut->down.data();
  passage.leg_end = passage.leg + shortcut->down.size();
  passage.beyond = shortcut->device->request_place(0, 0, 0);
  passage.owner = &reached_;
  passage.leg->station->reserve(0);
  passage.leg->station->arrive(passage);
  return true;
}

void Host::start_through_sockets(Passage& passage) {
  count(counters_, *passage.payload);
  Cause cause = Cause::none;
  const int target = bridge_for(passage.payload->get_address(), cause);
  if (target < 0) {
    counters_.count_error(cause);
    fail(*passage.payload, cause, config_.label.c_str());
    timing_.time->schedule(timing_.time->now(), passage.order, done_, &passage);
    return;
  }
  const auto index = static_cast<unsigned>(target);
  const Neighbour& below = neighbours_[index];
  const Place beyond =
      below.node ? below.node->request_place(below.ingress, 0, passage.payload->get_address())
                 : Place{};
  passage.stops.push_back({0, index});
  timing::Station& port = issuing_port(is_local(index));
  static_cast<Part*>(passage.entered)->local = is_local(index);
  port.reserve(0);
  passage.visit({&port, 0}, beyond, issued_);
}

void Host::issued(Passage& passage) {
  passage.reserved = passage.beyond;
  requests_[passage.stops.back().egress]->send(passage);
}

tlm::tlm_sync_enum Host::nb_transport_bw(int bridge_id, tlm::tlm_generic_payload& trans,
                                         tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  Passage& passage = *trans.get_extension<MemoryAccess>()->passage;
  return requests_[bridge_id]->nb_transport_bw(passage, phase, delay);
}

/// At the device, on a shortcut.
void Host::reached(Passage& passage) {
  Part& part = *static_cast<Part*>(passage.entered);
  Endpoint& device = *part.shortcut->device;
  const auto& up = part.shortcut->up[part.channel];
  passage.reserved = passage.beyond;
  device.accept(passage, part.dpa, up.empty() ? Place{} : up.front(), served_, true);
}

void Host::served(Passage& passage) {
  Part& part = *static_cast<Part*>(passage.entered);
  make_response(passage.message);
  const auto& up = part.shortcut->up[part.channel];
  if (up.empty()) return came_back(passage);
  passage.leg = up.data();
  passage.leg_end = up.data() + up.size();
  passage.beyond = {};
  passage.owner = &done_;
  passage.after = timing_.response_latency;
  up.front().station->arrive_last(passage);
}

void Host::came_back(Passage& passage) {
  const bool local = static_cast<Part*>(passage.entered)->local;
  if (local || timing_.response_latency == 0) return done(passage);
  timing_.time->schedule(timing_.time->now() + timing_.response_latency, passage.order, done_,
                         &passage);
}

void Host::done(Passage& passage) {
  Part& part = *static_cast<Part*>(passage.entered);
  Transaction& transaction = *part.transaction;
  merge(transaction, part, *passage.payload);
  passage.access->passage = nullptr;
  timing_.time->give_back(passage);
  if (part.payload) {
    for (unsigned id = 0; id < tlm::max_num_extensions(); ++id) {
      if (id != MemoryAccess::ID) part.payload->set_extension(id, nullptr);
    }
    part.payload->release();
  }
  free_parts_.push_back(&part);
  if (--under_way_ == 0) former_shortcuts_.clear();
  const bool finished =
      --transaction.unfinished == 0 && transaction.started == transaction.trans->get_data_length();
  start_what_can();
  if (finished) finish(transaction);
}

/// Adds what became of a part to what is answered.
void Host::merge(Transaction& transaction, const Part& part,
                 const tlm::tlm_generic_payload& answer) {
  MemoryAccess& access = *transaction.access;
  const MemoryAccess& of_part = *part.passage->access;
  if (access.parts) {
    AccessPart& record = (*access.parts)[part.record];
    record.cause = of_part.cause;
    record.device = of_part.device;
    record.dpa = of_part.dpa;
    record.status = answer.get_response_status();
    record.poison = of_part.poison;
  }
  if (!part.payload) return;
  tlm::tlm_generic_payload& trans = *transaction.trans;
  access.poison |= of_part.poison;
  if (trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  const bool failure = answer.is_response_error();
  const bool failed_before = trans.is_response_error();
  if (!failed_before && (failure || part.offset == 0)) {
    access.device = of_part.device;
    access.dpa = of_part.dpa;
  }
  // The failing part with the lowest address explains the access.
  if (!failure || (failed_before && part.offset > transaction.failed_at)) return;
  transaction.failed_at = part.offset;
  trans.set_response_status(answer.get_response_status());
  access.cause = of_part.cause;
  access.where = of_part.where;
  access.decoder = of_part.decoder;
  access.device = of_part.device;
  access.dpa = of_part.dpa;
}

void Host::finish(Transaction& transaction) {
  tlm::tlm_generic_payload& trans = *transaction.trans;
  if (transaction.lender) {
    trans.clear_extension(transaction.access);
    transaction.lender->release();
  }
  const unsigned back = transaction.core;
  const std::uint64_t order = transaction.order;
  free_transactions_.push_back(&transaction);
  responses_[back]->send(trans, order);
}

}  // namespace cxlpool::fabric
