// SPDX-License-Identifier: Apache-2.0
// The rules of the four phases, each broken on purpose by an initiator or a target that is
// otherwise a good one: the checker names the rule. Good ones of every style leave it silent.
#include "tests/module/phase_rules.h"

#include <deque>

#include <gtest/gtest.h>

#include "tests/module/protocol_checker.h"

namespace cxlpool::module_test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;
using Gp = tlm::tlm_generic_payload;

/// Calls the other side as it is told to, and answers as it is told to.
class RawInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<RawInitiator> socket{"socket"};
  std::function<tlm_sync_enum(Gp&, tlm_phase&, sc_time&)> backward;

  explicit RawInitiator(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_nb_transport_bw(this, &RawInitiator::nb_transport_bw);
  }
  tlm_sync_enum call(Gp& trans, tlm_phase phase, sc_time delay = {}) {
    return socket->nb_transport_fw(trans, phase, delay);
  }

 private:
  tlm_sync_enum nb_transport_bw(Gp& trans, tlm_phase& phase, sc_time& delay) {
    const auto answer = backward;  // a copy, since an answer may be for one call only
    return answer ? answer(trans, phase, delay) : tlm::TLM_ACCEPTED;
  }
};

class RawTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RawTarget> socket{"socket"};
  std::function<tlm_sync_enum(Gp&, tlm_phase&, sc_time&)> forward;

  explicit RawTarget(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_nb_transport_fw(this, &RawTarget::nb_transport_fw);
  }
  tlm_sync_enum call(Gp& trans, tlm_phase phase, sc_time delay = {}) {
    return socket->nb_transport_bw(trans, phase, delay);
  }

 private:
  tlm_sync_enum nb_transport_fw(Gp& trans, tlm_phase& phase, sc_time& delay) {
    const auto answer = forward;  // a copy, since an answer may be for one call only
    return answer ? answer(trans, phase, delay) : tlm::TLM_ACCEPTED;
  }
};

/// Payloads that nobody reuses.
class Managed : public tlm::tlm_mm_interface {
 public:
  Gp& take() {
    all_.emplace_back(this);
    Gp& trans = all_.back();
    trans.set_command(tlm::TLM_WRITE_COMMAND);
    trans.set_data_ptr(data_);
    trans.set_data_length(4);
    trans.set_streaming_width(4);
    trans.acquire();
    return trans;
  }
  void free(Gp*) override {}
  std::uint8_t* data() { return data_; }

 private:
  std::deque<Gp> all_;
  std::uint8_t data_[64] = {};
};

struct Phases {
  RawInitiator initiator{"initiator"};
  RawTarget target{"target"};
  ProtocolChecker checker{"checker"};
  Managed payloads;

  Phases() { checker.between(initiator.socket, target.socket); }

  Gp& begin(sc_time delay = {}) {
    Gp& trans = payloads.take();
    initiator.call(trans, tlm::BEGIN_REQ, delay);
    return trans;
  }
  void end_request(Gp& trans, sc_time delay = {}) { target.call(trans, tlm::END_REQ, delay); }
  void respond(Gp& trans, sc_time delay = {}) {
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    target.call(trans, tlm::BEGIN_RESP, delay);
  }
  void end_response(Gp& trans, sc_time delay = {}) { initiator.call(trans, tlm::END_RESP, delay); }
  /// The target answers the next call with `answer` and, of those that change the phase, `phase`.
  void target_answers(tlm_sync_enum answer, tlm_phase phase, sc_time delay = {}) {
    target.forward = [=](Gp& trans, tlm_phase& to, sc_time& annotation) {
      trans.set_response_status(tlm::TLM_OK_RESPONSE);
      to = phase;
      annotation += delay;
      target.forward = nullptr;
      return answer;
    };
  }
  void initiator_answers(tlm_sync_enum answer, tlm_phase phase, sc_time delay = {}) {
    initiator.backward = [=](Gp&, tlm_phase& to, sc_time& annotation) {
      to = phase;
      annotation += delay;
      initiator.backward = nullptr;
      return answer;
    };
  }
};

struct Case {
  const char* name;
  const char* rule;  ///< what the report begins with, or "" for none
  std::function<void(Phases&)> run;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

const sc_time ns(1, SC_NS);

const Case good[] = {
    {"FourPhases", "",
     [](Phases& p) {
       Gp& one = p.begin(2 * ns);
       p.end_request(one, 3 * ns);
       Gp& two = p.begin(3 * ns);
       p.respond(one, 4 * ns);
       p.end_request(two, 4 * ns);
       p.end_response(one, 9 * ns);
       p.respond(two, 9 * ns);
       p.end_response(two, 9 * ns);
     }},
    {"ImpliedEndOfRequest", "",
     [](Phases& p) {
       Gp& one = p.begin();
       p.respond(one);
       p.begin();  // its request may begin before the response has ended
       p.end_response(one);
       p.checker.may_end_under_way = true;
     }},
    {"AnswersOnTheReturnPath", "",
     [](Phases& p) {
       p.target_answers(tlm::TLM_UPDATED, tlm::END_REQ, ns);
       Gp& one = p.begin();
       p.initiator_answers(tlm::TLM_UPDATED, tlm::END_RESP, 2 * ns);
       p.respond(one, ns);
       p.target_answers(tlm::TLM_UPDATED, tlm::BEGIN_RESP, ns);
       p.end_response(p.begin(5 * ns), 7 * ns);
     }},
    {"EarlyCompletion", "",
     [](Phases& p) {
       p.target_answers(tlm::TLM_COMPLETED, tlm::BEGIN_REQ, 5 * ns);
       p.begin();
       Gp& two = p.begin(5 * ns);
       p.initiator_answers(tlm::TLM_COMPLETED, tlm::BEGIN_RESP);
       p.respond(two, 6 * ns);
     }},
    {"ResponseWithinTheRequest", "",
     [](Phases& p) {
       p.target.forward = [&](Gp& trans, tlm_phase&, sc_time&) {
         p.initiator_answers(tlm::TLM_COMPLETED, tlm::BEGIN_RESP);
         p.respond(trans);
         return tlm::TLM_ACCEPTED;
       };
       p.begin();
     }},
    {"ExtensionLentUnderWay", "",
     [](Phases& p) {
       fabric::TopologyProbe lent;
       Gp& one = p.begin();
       one.set_extension(&lent);
       p.end_request(one);
       one.clear_extension(&lent);
       p.respond(one);
       p.end_response(one);
     }},
};

const Case broken[] = {
    {"SecondRequestBeforeTheFirstHasEnded", "request exclusion",
     [](Phases& p) {
       p.begin();
       p.begin();
     }},
    {"RequestInTheTimeOfTheOneBefore", "request exclusion",
     [](Phases& p) {
       Gp& one = p.begin();
       p.end_request(one, 5 * ns);
       p.begin(4 * ns);
     }},
    {"RequestInTheTimeOfAnEarlyCompletion", "request exclusion",
     [](Phases& p) {
       p.target_answers(tlm::TLM_COMPLETED, tlm::BEGIN_REQ, 5 * ns);
       p.begin();
       p.begin(4 * ns);
     }},
    {"SecondResponseBeforeTheFirstHasEnded", "response exclusion",
     [](Phases& p) {
       Gp& one = p.begin();
       p.end_request(one);
       Gp& two = p.begin();
       p.end_request(two);
       p.respond(one);
       p.respond(two);
     }},
    {"ResponseInTheTimeOfTheOneBefore", "response exclusion",
     [](Phases& p) {
       Gp& one = p.begin();
       p.end_request(one);
       Gp& two = p.begin();
       p.end_request(two);
       p.respond(one);
       p.end_response(one, 5 * ns);
       p.respond(two, 4 * ns);
     }},
    {"NoMemoryManager", "memory manager",
     [](Phases& p) {
       Gp trans;
       trans.set_data_ptr(p.payloads.data());
       trans.set_data_length(4);
       p.initiator.call(trans, tlm::BEGIN_REQ);
     }},
    {"NoReference", "reference count",
     [](Phases& p) {
       Gp& trans = p.payloads.take();
       trans.release();
       p.initiator.call(trans, tlm::BEGIN_REQ);
     }},
    {"ReferenceGivenUpEarly", "reference count",
     [](Phases& p) {
       Gp& trans = p.begin();
       trans.acquire();  // the target's
       trans.acquire();
       trans.release();
       trans.release();
       trans.release();
       p.respond(trans);
     }},
    {"NoReferenceAtTheEndOfTheResponse", "reference count",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.respond(trans);
       trans.release();
       p.end_response(trans);
     }},
    {"StatusSetAtTheRequest", "response status",
     [](Phases& p) {
       Gp& trans = p.payloads.take();
       trans.set_response_status(tlm::TLM_OK_RESPONSE);
       p.initiator.call(trans, tlm::BEGIN_REQ);
     }},
    {"StatusNotSetAtTheResponse", "response status",
     [](Phases& p) { p.target.call(p.begin(), tlm::BEGIN_RESP); }},
    {"StatusNotSetAtCompletion", "response status",
     [](Phases& p) {
       p.target.forward = [](Gp&, tlm_phase&, sc_time&) { return tlm::TLM_COMPLETED; };
       p.begin();
     }},
    {"DmiHintSetAtTheRequest", "attributes",
     [](Phases& p) {
       Gp& trans = p.payloads.take();
       trans.set_dmi_allowed(true);
       p.initiator.call(trans, tlm::BEGIN_REQ);
     }},
    {"AddressChanged", "attributes: address",
     [](Phases& p) {
       Gp& trans = p.begin();
       trans.set_address(64);
       p.respond(trans);
     }},
    {"LengthChangedBeforeTheEndOfTheRequest", "attributes: data length",
     [](Phases& p) {
       Gp& trans = p.begin();
       trans.set_data_length(8);
       p.end_request(trans);
     }},
    {"DataOfAWriteChanged", "attributes: data of a write",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.payloads.data()[1] = 1;
       p.respond(trans);
     }},
    {"ExtensionLeftBehind", "attributes: list of extensions",
     [](Phases& p) {
       static fabric::TopologyProbe left;
       Gp& trans = p.begin();
       trans.set_extension(&left);
       p.respond(trans);
       trans.clear_extension(&left);
     }},
    {"TransactionSentTwice", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.end_request(trans);
       p.initiator.call(trans, tlm::BEGIN_REQ);
     }},
    {"EndOfARequestThatWasNotBegun", "phase order",
     [](Phases& p) { p.end_request(p.payloads.take()); }},
    {"RequestEndedTwice", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.end_request(trans);
       p.end_request(trans);
     }},
    {"RequestEndedAfterItsResponse", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.respond(trans);
       p.end_request(trans);
     }},
    {"RequestEndedByTheAnswerAfterItsResponse", "phase order",
     [](Phases& p) {
       p.target.forward = [&](Gp& trans, tlm_phase& phase, sc_time&) {
         p.respond(trans);
         phase = tlm::END_REQ;
         return tlm::TLM_UPDATED;
       };
       p.begin();
     }},
    {"TwoResponses", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.respond(trans);
       p.respond(trans);
     }},
    {"EndOfAResponseThatWasNotBegun", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.end_request(trans);
       p.end_response(trans);
     }},
    {"CallAfterTheEndOfTheResponse", "phase order",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.respond(trans);
       p.end_response(trans);
       p.respond(trans);
     }},
    {"ResponseAfterEarlyCompletion", "phase order",
     [](Phases& p) {
       p.target_answers(tlm::TLM_COMPLETED, tlm::BEGIN_REQ);
       p.respond(p.begin());
     }},
    {"TargetsPhaseFromTheInitiator", "phase order",
     [](Phases& p) { p.initiator.call(p.begin(), tlm::BEGIN_RESP); }},
    {"InitiatorsPhaseFromTheTarget", "phase order",
     [](Phases& p) { p.target.call(p.begin(), tlm::END_RESP); }},
    {"AcceptedWithAnotherPhase", "return value",
     [](Phases& p) {
       p.target_answers(tlm::TLM_ACCEPTED, tlm::END_REQ);
       p.begin();
     }},
    {"AcceptedWithAnotherDelay", "return value",
     [](Phases& p) {
       p.initiator_answers(tlm::TLM_ACCEPTED, tlm::BEGIN_RESP, ns);
       p.respond(p.begin());
     }},
    {"UpdatedToNothing", "return value",
     [](Phases& p) {
       p.target_answers(tlm::TLM_UPDATED, tlm::BEGIN_REQ);
       p.begin();
     }},
    {"UpdatedToTheEnd", "return value",
     [](Phases& p) {
       p.target_answers(tlm::TLM_UPDATED, tlm::END_RESP);
       p.begin();
     }},
    {"ResponseUpdatedToAnotherPhase", "return value",
     [](Phases& p) {
       p.initiator_answers(tlm::TLM_UPDATED, tlm::BEGIN_RESP);
       p.respond(p.begin());
     }},
    {"EndOfARequestAnswered", "return value",
     [](Phases& p) {
       p.initiator_answers(tlm::TLM_UPDATED, tlm::END_RESP);
       p.end_request(p.begin());
     }},
    {"EndOfAResponseUpdated", "return value",
     [](Phases& p) {
       Gp& trans = p.begin();
       p.respond(trans);
       p.target_answers(tlm::TLM_UPDATED, tlm::END_RESP);
       p.end_response(trans);
     }},
    {"CompletedAfterTheResponse", "return value",
     [](Phases& p) {
       p.target.forward = [&](Gp& trans, tlm_phase&, sc_time&) {
         p.respond(trans);
         return tlm::TLM_COMPLETED;
       };
       p.begin();
     }},
    {"PhaseBeforeTheOneBefore", "timing annotation",
     [](Phases& p) {
       Gp& trans = p.begin(5 * ns);
       p.respond(trans, 4 * ns);
     }},
    {"CallBeforeTheOneBefore", "timing annotation",
     [](Phases& p) {
       Gp& one = p.begin();
       p.respond(one);
       Gp& two = p.begin(5 * ns);
       p.end_request(two, 5 * ns);
       p.end_response(one, 4 * ns);
     }},
    {"AnswerBeforeTheCall", "timing annotation",
     [](Phases& p) {
       p.target.forward = [](Gp&, tlm_phase& phase, sc_time& delay) {
         delay = 4 * ns;
         phase = tlm::END_REQ;
         return tlm::TLM_UPDATED;
       };
       p.begin(5 * ns);
     }},
    {"NeverAnswered", "outstanding",
     [](Phases& p) {
       p.end_request(p.begin());
       p.checker.end();
     }},
};

class Rules : public testing::TestWithParam<Case> {};

TEST_P(Rules, AreReportedWhenBroken) {
  Phases phases;
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  GetParam().run(phases);
  const std::string rule = GetParam().rule;
  const auto violations = phases.checker.take_violations();
  if (!rule.empty()) phases.checker.may_end_under_way = true;
  if (rule.empty()) {
    EXPECT_TRUE(violations.empty()) << violations.front();
  } else {
    ASSERT_FALSE(violations.empty());
    EXPECT_EQ(violations.front().substr(0, rule.size()), rule) << violations.front();
    EXPECT_EQ(violations.size(), 1u) << violations.back();
  }
}

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Good, Rules, testing::ValuesIn(good), name_of);
INSTANTIATE_TEST_SUITE_P(Broken, Rules, testing::ValuesIn(broken), name_of);

}  // namespace
}  // namespace cxlpool::module_test
