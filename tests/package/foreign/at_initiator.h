// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "trail.h"

namespace foreign {

/// Payloads with a sticky Trail, managed by the initiator.
class Pool : public tlm::tlm_mm_interface {
 public:
  tlm::tlm_generic_payload& take() {
    if (free_.empty()) {
      all_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
      all_.back()->set_extension(new Trail);
      free_.push_back(all_.back().get());
    }
    tlm::tlm_generic_payload& trans = *free_.back();
    free_.pop_back();
    trans.acquire();
    return trans;
  }
  void free(tlm::tlm_generic_payload* trans) override { free_.push_back(trans); }
  std::size_t in_use() const { return all_.size() - free_.size(); }

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> all_;
  std::vector<tlm::tlm_generic_payload*> free_;
};

/// What came of one access.
struct Answer {
  std::vector<unsigned char> data;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  std::uint64_t serial = 0;
  std::vector<std::uint64_t> met_at;
  unsigned extensions = 0;  ///< on the payload when it came back
  sc_core::sc_time began, ended;
};

/// An approximately-timed initiator on a bus of 128 bits, with the four phases of the base
/// protocol: any number of accesses in flight, a request at a time, and responses that it takes 3
/// ns to accept. Breaking the protocol throws.
class AtInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<AtInitiator, 128> socket{"socket"};

  std::vector<Answer> answers;  ///< by serial number
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidations;

  SC_HAS_PROCESS(AtInitiator);
  explicit AtInitiator(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_nb_transport_bw(this, &AtInitiator::nb_transport_bw);
    socket.register_invalidate_direct_mem_ptr(this, &AtInitiator::invalidate_direct_mem_ptr);
    SC_METHOD(accept_responses);
    sensitive << responses_.get_event();
    dont_initialize();
  }

  /// Sends a request, as soon as the one before is accepted, from an SC_THREAD. Returns its serial.
  std::uint64_t post(tlm::tlm_command command, std::uint64_t address,
                     std::vector<unsigned char> data) {
    while (requesting_) wait(request_ended_);
    const std::uint64_t serial = answers.size();
    answers.push_back({});
    answers[serial].data = std::move(data);
    answers[serial].began = sc_core::sc_time_stamp();
    tlm::tlm_generic_payload& trans = pool_.take();
    set(trans, command, address, serial);
    requesting_ = &trans;
    ++in_flight_;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    switch (socket->nb_transport_fw(trans, phase, delay)) {
      case tlm::TLM_ACCEPTED:
        break;
      case tlm::TLM_UPDATED:
        advance(trans, phase, delay);
        break;
      case tlm::TLM_COMPLETED:
        end_request();
        finish(trans);
        break;
    }
    return serial;
  }

  /// Waits until everything is answered.
  void drain() {
    while (in_flight_ != 0) wait(answered_);
  }

  /// One access, start to end.
  const Answer& access(tlm::tlm_command command, std::uint64_t address,
                       std::vector<unsigned char> data) {
    const std::uint64_t serial = post(command, address, std::move(data));
    drain();
    return answers[serial];
  }

  std::size_t payloads_in_use() const { return pool_.in_use(); }

 private:
  void set(tlm::tlm_generic_payload& trans, tlm::tlm_command command, std::uint64_t address,
           std::uint64_t serial) {
    const auto length = static_cast<unsigned>(answers[serial].data.size());
    trans.set_command(command);
    trans.set_address(address);
    trans.set_data_ptr(answers[serial].data.data());
    trans.set_data_length(length);
    trans.set_streaming_width(length);
    trans.set_byte_enable_ptr(nullptr);
    trans.set_byte_enable_length(0);
    trans.set_dmi_allowed(false);
    trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    trans.get_extension<Trail>()->serial = serial;
    trans.get_extension<Trail>()->met_at.clear();
  }

  void advance(tlm::tlm_generic_payload& trans, const tlm::tlm_phase& phase,
               const sc_core::sc_time& delay) {
    if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP) {
      throw std::logic_error("a target may only end a request or begin a response");
    }
    if (phase == tlm::END_REQ && requesting_ != &trans) {
      throw std::logic_error("a request that was not open was ended");
    }
    if (requesting_ == &trans) end_request();
    if (phase != tlm::BEGIN_RESP) return;
    if (responding_) throw std::logic_error("a second response before the first was accepted");
    responding_ = true;
    responses_.notify(trans, delay + sc_core::sc_time(3, sc_core::SC_NS));
  }

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    advance(trans, phase, delay);
    return tlm::TLM_ACCEPTED;
  }

  void accept_responses() {
    while (tlm::tlm_generic_payload* trans = responses_.get_next_transaction()) {
      responding_ = false;
      tlm::tlm_phase phase = tlm::END_RESP;
      sc_core::sc_time delay;
      socket->nb_transport_fw(*trans, phase, delay);
      finish(*trans);
    }
  }

  void finish(tlm::tlm_generic_payload& trans) {
    const Trail& trail = *trans.get_extension<Trail>();
    Answer& answer = answers.at(trail.serial);
    answer.status = trans.get_response_status();
    answer.serial = trail.serial;
    answer.met_at = trail.met_at;
    answer.ended = sc_core::sc_time_stamp();
    for (unsigned i = 0; i < tlm::max_num_extensions(); ++i) {
      if (trans.get_extension(i)) ++answer.extensions;
    }
    trans.release();
    --in_flight_;
    answered_.notify();
  }

  void end_request() {
    requesting_ = nullptr;
    request_ended_.notify();
  }

  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
    invalidations.emplace_back(first, last);
  }

  Pool pool_;
  tlm_utils::peq_with_get<tlm::tlm_generic_payload> responses_{"responses"};
  sc_core::sc_event request_ended_, answered_;
  tlm::tlm_generic_payload* requesting_ = nullptr;
  bool responding_ = false;
  unsigned in_flight_ = 0;
};

}  // namespace foreign
