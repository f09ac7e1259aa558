// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

namespace cxlpool::module_test {

/// How long from now until `effect`, for calls that must not take effect before an earlier one.
class Annotations {
 public:
  sc_core::sc_time at_or_after(const sc_core::sc_time& effect) {
    last_ = std::max({last_, effect, sc_core::sc_time_stamp()});
    return last_ - sc_core::sc_time_stamp();
  }

 private:
  sc_core::sc_time last_;
};

/// An approximately timed initiator that is not one of ours: any number of accesses in flight, each
/// sent from an SC_THREAD as soon as the request before it has ended.
class FourPhaseInitiator : public sc_core::sc_module, public tlm::tlm_mm_interface {
 public:
  /// How it ends a response.
  enum class Ending {
    by_call,        ///< END_RESP in a call of its own, 3 ns later
    by_update,      ///< END_RESP in the return value, 2 ns annotated
    by_completion,  ///< TLM_COMPLETED
  };
  struct Answer {
    std::vector<unsigned char> data;
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    sc_core::sc_time began, ended;
  };

  tlm_utils::simple_initiator_socket<FourPhaseInitiator> socket{"socket"};
  Ending ending = Ending::by_call;
  sc_core::sc_time annotation;  ///< of every request
  std::deque<Answer> answers;   ///< in the order of posting

  SC_HAS_PROCESS(FourPhaseInitiator);
  explicit FourPhaseInitiator(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_nb_transport_bw(this, &FourPhaseInitiator::nb_transport_bw);
    SC_METHOD(end_responses);
    sensitive << responses_.get_event();
    dont_initialize();
  }

  void post(tlm::tlm_command command, std::uint64_t address, std::vector<unsigned char> data) {
    while (requesting_) wait(request_ended_);
    answers.emplace_back();
    Answer& answer = answers.back();
    answer.data = std::move(data);
    auto trans = std::make_unique<tlm::tlm_generic_payload>(this);
    const auto length = static_cast<unsigned>(answer.data.size());
    trans->set_command(command);
    trans->set_address(address);
    trans->set_data_ptr(answer.data.data());
    trans->set_data_length(length);
    trans->set_streaming_width(length);
    trans->acquire();
    answer_of_[trans.get()] = &answer;
    send(*trans.release(), answer);
  }

  void drain() {
    while (!answer_of_.empty()) wait(answered_);
  }

 private:
  void send(tlm::tlm_generic_payload& trans, Answer& answer) {
    requesting_ = &trans;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = forward_.at_or_after(sc_core::sc_time_stamp() + annotation);
    answer.began = sc_core::sc_time_stamp() + delay;
    const auto status = socket->nb_transport_fw(trans, phase, delay);
    if (status == tlm::TLM_ACCEPTED) return;
    if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) return end_request(delay);
    finish(trans, delay);
    if (status == tlm::TLM_UPDATED) {
      responses_.notify(trans, delay);
    } else {
      trans.release();
    }
  }

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    if (phase == tlm::END_REQ) {
      end_request(delay);
      return tlm::TLM_ACCEPTED;
    }
    finish(trans, delay);
    if (ending == Ending::by_call) {
      responses_.notify(trans, delay + sc_core::sc_time(3, sc_core::SC_NS));
      return tlm::TLM_ACCEPTED;
    }
    trans.release();
    delay = forward_.at_or_after(sc_core::sc_time_stamp() + delay);
    if (ending == Ending::by_completion) return tlm::TLM_COMPLETED;
    phase = tlm::END_RESP;
    delay = forward_.at_or_after(sc_core::sc_time_stamp() + delay +
                                 sc_core::sc_time(2, sc_core::SC_NS));
    return tlm::TLM_UPDATED;
  }

  void end_responses() {
    while (tlm::tlm_generic_payload* trans = responses_.get_next_transaction()) {
      tlm::tlm_phase phase = tlm::END_RESP;
      sc_core::sc_time delay = forward_.at_or_after(sc_core::sc_time_stamp());
      socket->nb_transport_fw(*trans, phase, delay);
      trans->release();
    }
  }

  void end_request(const sc_core::sc_time& delay) {
    requesting_ = nullptr;
    request_ended_.notify(delay);
    forward_.at_or_after(sc_core::sc_time_stamp() + delay);
  }

  void finish(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    if (requesting_ == &trans) end_request(delay);
    Answer& answer = *answer_of_.at(&trans);
    answer.status = trans.get_response_status();
    answer.ended = sc_core::sc_time_stamp() + delay;
    answer_of_.erase(&trans);
    answered_.notify(delay);
  }

  void free(tlm::tlm_generic_payload* trans) override { delete trans; }

  std::unordered_map<tlm::tlm_generic_payload*, Answer*> answer_of_;
  tlm_utils::peq_with_get<tlm::tlm_generic_payload> responses_{"responses"};
  sc_core::sc_event request_ended_, answered_;
  const tlm::tlm_generic_payload* requesting_ = nullptr;
  Annotations forward_;
};

/// A memory of 64 KiB that is not one of ours and answers after 20 ns.
class FourPhaseMemory : public sc_core::sc_module {
 public:
  enum class Style {
    four_phases,      ///< END_REQ 2 ns after the request, the response in a call of its own
    ends_request,     ///< END_REQ in the return value, responses announced 5 ns ahead
    begins_response,  ///< BEGIN_RESP in the return value, wherever there is none under way
    completes,        ///< TLM_COMPLETED, 20 ns annotated
  };

  tlm_utils::simple_target_socket<FourPhaseMemory> socket{"socket"};
  Style style = Style::four_phases;
  unsigned most_at_once = 0;

  SC_HAS_PROCESS(FourPhaseMemory);
  explicit FourPhaseMemory(sc_core::sc_module_name name) : sc_module(name), bytes_(65'536) {
    socket.register_nb_transport_fw(this, &FourPhaseMemory::nb_transport_fw);
    SC_METHOD(end_requests);
    sensitive << requests_.get_event();
    dont_initialize();
    SC_METHOD(begin_responses);
    sensitive << served_.get_event();
    dont_initialize();
    SC_METHOD(respond);
    sensitive << response_ended_;
    dont_initialize();
  }

 private:
  static sc_core::sc_time ns(int number) { return {static_cast<double>(number), sc_core::SC_NS}; }

  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    if (phase == tlm::END_RESP) {
      response_ended_.notify(delay);
      return tlm::TLM_ACCEPTED;
    }
    move(trans);
    most_at_once = std::max(most_at_once, ++at_once_);
    const sc_core::sc_time arrival = sc_core::sc_time_stamp() + delay;
    const bool idle = !responding_ && ready_.empty() && at_once_ == 1;
    if (style == Style::completes || (style == Style::begins_response && idle)) {
      delay = backward_.at_or_after(arrival + ns(20));
      if (style == Style::completes) {
        --at_once_;
        return tlm::TLM_COMPLETED;
      }
      trans.acquire();
      responding_ = &trans;
      phase = tlm::BEGIN_RESP;
      return tlm::TLM_UPDATED;
    }
    trans.acquire();
    if (style == Style::ends_request) {
      served_.notify(trans, delay + ns(15));
      delay = backward_.at_or_after(arrival + ns(1));
      phase = tlm::END_REQ;
      return tlm::TLM_UPDATED;
    }
    served_.notify(trans, delay + ns(20));
    if (style == Style::four_phases) requests_.notify(trans, delay + ns(2));
    return tlm::TLM_ACCEPTED;
  }

  void move(tlm::tlm_generic_payload& trans) {
    unsigned char* at = &bytes_[trans.get_address() % bytes_.size()];
    if (trans.is_read()) {
      std::memcpy(trans.get_data_ptr(), at, trans.get_data_length());
    } else {
      std::memcpy(at, trans.get_data_ptr(), trans.get_data_length());
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  void end_requests() {
    while (tlm::tlm_generic_payload* trans = requests_.get_next_transaction()) {
      tlm::tlm_phase phase = tlm::END_REQ;
      sc_core::sc_time delay = backward_.at_or_after(sc_core::sc_time_stamp());
      socket->nb_transport_bw(*trans, phase, delay);
    }
  }

  void begin_responses() {
    while (tlm::tlm_generic_payload* trans = served_.get_next_transaction()) {
      ready_.push_back(trans);
    }
    begin_next();
  }

  void begin_next() {
    if (responding_ || ready_.empty()) return;
    responding_ = ready_.front();
    ready_.pop_front();
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    const auto ahead = style == Style::ends_request ? ns(5) : ns(0);
    sc_core::sc_time delay = backward_.at_or_after(sc_core::sc_time_stamp() + ahead);
    if (socket->nb_transport_bw(*responding_, phase, delay) != tlm::TLM_ACCEPTED) {
      response_ended_.notify(delay);
    }
  }

  void respond() {
    responding_->release();
    responding_ = nullptr;
    --at_once_;
    begin_next();
  }

  std::vector<unsigned char> bytes_;
  tlm_utils::peq_with_get<tlm::tlm_generic_payload> requests_{"requests"}, served_{"served"};
  sc_core::sc_event response_ended_;
  tlm::tlm_generic_payload* responding_ = nullptr;
  std::deque<tlm::tlm_generic_payload*> ready_;
  unsigned at_once_ = 0;
  Annotations backward_;
};

}  // namespace cxlpool::module_test
