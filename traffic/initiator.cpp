// SPDX-License-Identifier: Apache-2.0
#include "traffic/initiator.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::traffic {
namespace {

void add_saturating(std::uint64_t& to, std::uint64_t more) {
  to = more > UINT64_MAX - to ? UINT64_MAX : to + more;
}

}  // namespace

Initiator::Initiator(sc_core::sc_module_name name, Config config, fabric::Host& host,
                     Scoreboard& scoreboard, RequestObserver* observer)
    : sc_module(name),
      socket("socket"),
      config_(std::move(config)),
      host_(host),
      scoreboard_(scoreboard),
      observer_(observer),
      pacer_(config_.injection) {
  if (config_.injection.outstanding == 0) {
    throw std::invalid_argument(config_.label + ": at least one request must be outstanding");
  }
  if ((config_.mode == Mode::at) != (config_.time != nullptr)) {
    throw std::invalid_argument(config_.label + ": just the approximately timed need a timekeeper");
  }
  if ((config_.mode == Mode::lt) != (config_.driver != nullptr)) {
    throw std::invalid_argument(config_.label + ": just the loosely timed need a driver");
  }
  payload_.set_extension(&access_);
  if (config_.time) {
    origin_ = config_.time->new_origin();
    socket.register_nb_transport_bw(this, &Initiator::nb_transport_bw);
  }
  if (config_.mode != Mode::functional) return;
  SC_HAS_PROCESS(Initiator);
  SC_METHOD(run);
  sensitive << begin_;
  dont_initialize();
}

Initiator::~Initiator() { payload_.clear_extension(&access_); }

void Initiator::begin(std::unique_ptr<RequestSource> source) {
  source_ = std::move(source);
  if (config_.time) {
    // All that may be outstanding are free from the start, whenever the host takes the first of
    // each.
    if (!open()) free_since_.assign(config_.injection.outstanding, config_.injection.start);
    wake_at(std::max(now(), config_.injection.start));
  } else if (config_.driver) {
    local_ = std::max(now(), config_.injection.start);
    go_on_to_next_issue();
    config_.driver->enter(*this);
  } else {
    begin_.notify(sc_core::SC_ZERO_TIME);
  }
}

/// Keeps the exception that is being handled, and ends the simulation.
void Initiator::fail() {
  error_ = std::current_exception();
  source_done_ = true;
  sc_core::sc_stop();
}

void Initiator::run() try { take_turn(); } catch (...) {
  fail();
}

void Initiator::take_turn() {
  for (unsigned i = 0; !source_done_;) {
    if (i >= turn_requests) return next_trigger(sc_core::SC_ZERO_TIME);
    if (!has_slot()) retire_earliest();
    if (go_on() == RequestSource::Next::request) ++i;
  }
  while (!in_flight_.empty()) retire_earliest();
  finished_ = true;
}

bool Initiator::issue_due() try {
  timing::expect_within_run(local_);
  go_on();
  if (!source_done_) {
    go_on_to_next_issue();
    return true;
  }
  while (!in_flight_.empty()) retire_earliest();
  finished_ = true;
  return false;
} catch (...) {
  fail();
  return false;
}

/// Issues what the source gives; where it waits, shows it the earliest answer.
RequestSource::Next Initiator::go_on() {
  const auto next = issue_next();
  if (next == RequestSource::Next::done) source_done_ = true;
  if (next == RequestSource::Next::wait) {
    if (in_flight_.empty()) throw std::logic_error(label() + ": the source waits for nothing");
    retire_earliest();
  }
  return next;
}

bool Initiator::finished() const {
  if (!config_.driver) return finished_;
  // What it knows of lies ahead of the clock.
  return finished_ && local_ <= now() && local_ < config_.driver->until();
}

/// Whether there is a free slot; makes one while there may be more.
bool Initiator::has_slot() {
  if (!free_.empty()) return true;
  if (!open() && slots_.size() >= config_.injection.outstanding) return false;
  add_slot();
  return true;
}

void Initiator::add_slot() {
  free_.push_back(static_cast<unsigned>(slots_.size()));
  slots_.push_back(std::make_unique<Slot>());
}

/// Loosely timed: finds a free slot for the next request and sets local_ to when it may be issued.
void Initiator::go_on_to_next_issue() {
  if (pacer_.paced()) {
    local_ = std::max(local_, pacer_.due());
    while (!in_flight_.empty() && slots_[in_flight_.front()]->answered_at <= local_) {
      retire_earliest();
    }
  }
  if (!has_slot()) retire_earliest();
}

RequestSource::Next Initiator::issue_next() {
  Slot& slot = *slots_[free_.back()];
  const auto next = source_->next(slot.request);
  if (next != RequestSource::Next::request) return next;
  if (config_.mode == Mode::lt) pacer_.sent(local_);
  issue(slot);
  return next;
}

void Initiator::prepare(Slot& slot, tlm::tlm_generic_payload& trans) {
  const Request& request = slot.request;
  const bool alternate = request.enables == ByteEnables::alternate;
  if (slot.data.size() < request.size) slot.data.resize(request.size);
  if (request.op == Op::write) {
    source_->fill(request, serial_, slot.data.data());
  } else {
    std::fill_n(slot.data.data(), request.size, std::uint8_t{0});
  }
  trans.set_command(request.op == Op::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  trans.set_address(request.address);
  trans.set_data_ptr(slot.data.data());
  trans.set_data_length(request.size);
  trans.set_streaming_width(request.size);
  trans.set_byte_enable_ptr(alternate ? alternate_.data() : nullptr);
  trans.set_byte_enable_length(alternate ? 2 : 0);
  trans.set_dmi_allowed(false);
  trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  slot.parts.clear();
  slot.serial = serial_++;
  ++statistics_.asked;
  scoreboard_.expect(host_.topology(), request.address, request.size, slot.expectation);
}

void Initiator::issue(Slot& slot) {
  prepare(slot, payload_);
  access_.parts = &slot.parts;
  slot.asked_at = local_;
  if (config_.tell_asked) observer_->asked(host_.id(), slot.request, local_);
  sc_core::sc_time delay = fabric::to_sc_time(local_ - now());
  socket->b_transport(payload_, delay);
  slot.answered_at = now() + fabric::to_picoseconds(delay);
  account(slot, payload_, access_, Scoreboard::Bytes::judge_now);

  in_flight_.push_back(free_.back());
  free_.pop_back();
  std::push_heap(in_flight_.begin(), in_flight_.end(), later());
  if (config_.mode == Mode::functional) retire_earliest();
}

/// Judges and counts an answered request.
void Initiator::account(Slot& slot, const tlm::tlm_generic_payload& trans,
                        const fabric::MemoryAccess& access, Scoreboard::Bytes bytes) {
  slot.ok = trans.is_response_ok();
  const bool is_right =
      scoreboard_.judge(host_.label(), trans, slot.expectation, slot.parts, bytes);
  // Loosely timed it is known already how it will go, but it was not answered before the end.
  if (config_.driver && slot.answered_at >= config_.driver->until()) return;
  statistics_.verified += is_right;
  const bool is_read = slot.request.op == Op::read;
  (is_read ? statistics_.reads : statistics_.writes) += 1;
  (is_read ? statistics_.read_bytes : statistics_.write_bytes) += slot.request.size;
  if (slot.ok) {
    ++statistics_.completed;
  } else {
    ++statistics_.refused;
    ++statistics_.causes[static_cast<std::size_t>(access.cause)];
  }
  if (config_.mode != Mode::functional) {
    add_saturating(statistics_.latency_ps_total, slot.answered_at - slot.asked_at);
    if (slot.ok) measure(slot);
  }
  if (observer_) {
    observer_->answered(host_.id(),
                        {slot.request, trans, slot.parts, slot.asked_at, slot.answered_at});
  }
}

void Initiator::measure(const Slot& slot) {
  if (config_.measurement && !config_.measurement->completed(slot.answered_at)) return;
  MeasuredRequests& measured = statistics_.measured;
  const bool is_read = slot.request.op == Op::read;
  const Picoseconds latency = slot.answered_at - slot.asked_at;
  (is_read ? measured.reads : measured.writes).record(latency);
  (is_read ? measured.read_means : measured.write_means).record(latency);
  measured.all_means.record(latency);
  (is_read ? measured.read_bytes : measured.write_bytes) += slot.request.size;
}

void Initiator::retire_earliest() {
  std::pop_heap(in_flight_.begin(), in_flight_.end(), later());
  const unsigned index = in_flight_.back();
  in_flight_.pop_back();
  free_.push_back(index);
  const Slot& slot = *slots_[index];
  if (config_.mode == Mode::lt) {
    const Picoseconds thinks = source_done_ ? 0 : config_.injection.delay;
    local_ = std::max(local_, slot.answered_at + thinks);
  }
  show_source(slot);
}

void Initiator::show_source(const Slot& slot) {
  Mismatch mismatch;
  // Refused reads too: their all-ones tell a source that follows pointers that it is lost.
  if (slot.request.op == Op::read && !source_->observe(slot.request, slot.data.data(), mismatch) &&
      config_.believe_source) {
    scoreboard_.record({host_.label(), mismatch.address,
                        fmt::format("{}: expected the word {:#018x}, read {:#018x}", label(),
                                    mismatch.expected, mismatch.got)});
  }
}

}  // namespace cxlpool::traffic
