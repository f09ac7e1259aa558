// SPDX-License-Identifier: Apache-2.0
#include "traffic/initiator.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::traffic {

Initiator::Initiator(sc_core::sc_module_name name, Config config, fabric::Host& host,
                     Scoreboard& scoreboard, RequestObserver* observer)
    : sc_module(name),
      socket("socket"),
      config_(std::move(config)),
      host_(host),
      scoreboard_(scoreboard),
      observer_(observer) {
  if (config_.outstanding == 0) {
    throw std::invalid_argument(config_.label + ": at least one request must be outstanding");
  }
  access_.parts = &parts_;
  payload_.set_extension(&access_);
  SC_HAS_PROCESS(Initiator);
  SC_METHOD(run);
  sensitive << begin_;
  dont_initialize();
}

Initiator::~Initiator() { payload_.clear_extension(&access_); }

void Initiator::begin(std::unique_ptr<RequestSource> source) {
  source_ = std::move(source);
  begin_.notify(sc_core::SC_ZERO_TIME);
}

void Initiator::run() {
  try {
    take_turn();
  } catch (...) {
    error_ = std::current_exception();
    sc_core::sc_stop();
  }
}

void Initiator::take_turn() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const bool timed = config_.mode == Mode::lt;
  local_ = std::max(local_, now);
  for (unsigned i = 0; !source_done_ || !in_flight_.empty();) {
    if (timed ? local_ - now > config_.quantum : i >= turn_requests) {
      next_trigger(timed ? local_ - now : sc_core::SC_ZERO_TIME);
      return;
    }
    const auto next = source_done_ ? RequestSource::Next::wait : issue_next();
    if (next == RequestSource::Next::done) source_done_ = true;
    if (next == RequestSource::Next::request) ++i;
    if (next == RequestSource::Next::wait) {
      if (in_flight_.empty()) throw std::logic_error(label() + ": the source waits for nothing");
      retire_earliest();
    }
  }
  if (local_ > now) {  // the last answer is still to come
    next_trigger(local_ - now);
    return;
  }
  finished_ = true;
}

RequestSource::Next Initiator::issue_next() {
  if (free_.empty() && slots_.size() < config_.outstanding) {
    free_.push_back(static_cast<unsigned>(slots_.size()));
    slots_.emplace_back();
  }
  if (free_.empty()) retire_earliest();
  Slot& slot = slots_[free_.back()];
  const auto next = source_->next(slot.request);
  if (next == RequestSource::Next::request) issue(slot);
  return next;
}

tlm::tlm_generic_payload& Initiator::prepare(Slot& slot) {
  const Request& request = slot.request;
  const bool alternate = request.enables == ByteEnables::alternate;
  if (slot.data.size() < request.size) slot.data.resize(request.size);
  if (request.op == Op::write) {
    source_->fill(request, serial_, slot.data.data());
  } else {
    std::fill_n(slot.data.data(), request.size, std::uint8_t{0});
  }
  payload_.set_command(request.op == Op::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload_.set_address(request.address);
  payload_.set_data_ptr(slot.data.data());
  payload_.set_data_length(request.size);
  payload_.set_streaming_width(request.size);
  payload_.set_byte_enable_ptr(alternate ? alternate_.data() : nullptr);
  payload_.set_byte_enable_length(alternate ? 2 : 0);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  parts_.clear();
  return payload_;
}

void Initiator::issue(Slot& slot) {
  ++statistics_.asked;
  tlm::tlm_generic_payload& trans = prepare(slot);
  scoreboard_.expect(host_.topology().tree, slot.request.address, slot.request.size);
  const sc_core::sc_time start = local_ - sc_core::sc_time_stamp();
  sc_core::sc_time delay = start;
  socket->b_transport(trans, delay);
  slot.ok = trans.is_response_ok();
  slot.answered_at = sc_core::sc_time_stamp() + delay;
  slot.serial = serial_++;
  if (scoreboard_.judge(host_.label(), trans, parts_)) ++statistics_.verified;
  count(slot, delay - start);
  if (observer_) observer_->answered(host_.id(), trans, parts_);

  in_flight_.push_back(free_.back());
  free_.pop_back();
  std::push_heap(in_flight_.begin(), in_flight_.end(), later());
  if (config_.mode == Mode::functional) retire_earliest();
}

void Initiator::count(const Slot& slot, const sc_core::sc_time& latency) {
  const bool is_read = slot.request.op == Op::read;
  (is_read ? statistics_.reads : statistics_.writes) += 1;
  (is_read ? statistics_.read_bytes : statistics_.write_bytes) += slot.request.size;
  if (slot.ok) {
    ++statistics_.completed;
  } else {
    ++statistics_.refused;
    ++statistics_.causes[static_cast<std::size_t>(access_.cause)];
  }
  if (config_.mode == Mode::lt) {
    statistics_.latency_ps_total += latency.value() / picosecond_.value();
  }
}

void Initiator::retire_earliest() {
  std::pop_heap(in_flight_.begin(), in_flight_.end(), later());
  const unsigned index = in_flight_.back();
  in_flight_.pop_back();
  free_.push_back(index);
  const Slot& slot = slots_[index];
  if (config_.mode == Mode::lt) local_ = std::max(local_, slot.answered_at);
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
