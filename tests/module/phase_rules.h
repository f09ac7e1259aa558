// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include <systemc>
#include <tlm>

#include "tests/module/payload_record.h"

namespace cxlpool::module_test {

/// The rules of the base protocol for non-blocking transport on one binding. It is told of every
/// call before it is passed on and of its answer after; what it reports begins with the name of the
/// rule that was broken.
class PhaseRules {
 public:
  using Report = std::function<void(std::string)>;

  explicit PhaseRules(Report report) : report_(std::move(report)) {}

  /// A call as its receiver gets it, kept until it has returned.
  struct Call {
    tlm::tlm_generic_payload* trans = nullptr;
    tlm::tlm_phase phase;
    sc_core::sc_time delay;
    std::uint64_t course = 0;  ///< 0: the call was not one of a transaction under way
  };

  Call forward(tlm::tlm_generic_payload& trans, const tlm::tlm_phase& phase,
               const sc_core::sc_time& delay) {
    take_time(forward_, delay, "forward");
    if (phase == tlm::BEGIN_REQ) {
      begin_request(trans, delay);
    } else if (phase == tlm::END_RESP) {
      if (find(trans, phase)) end_response(trans, delay);
      // The transaction is over, and its payload may be another's when the call returns.
      return {&trans, phase, delay, 0};
    } else {
      report("phase order", name_of(phase) + " on the forward path");
    }
    return {&trans, phase, delay, course_of(trans)};
  }

  Call backward(tlm::tlm_generic_payload& trans, const tlm::tlm_phase& phase,
                const sc_core::sc_time& delay) {
    take_time(backward_, delay, "backward");
    if (phase == tlm::END_REQ) {
      if (find(trans, phase)) end_request(trans, delay);
    } else if (phase == tlm::BEGIN_RESP) {
      if (find(trans, phase)) begin_response(trans, delay);
    } else {
      report("phase order", name_of(phase) + " on the backward path");
    }
    return {&trans, phase, delay, course_of(trans)};
  }

  void forward_returned(const Call& call, tlm::tlm_sync_enum answer, const tlm::tlm_phase& phase,
                        const sc_core::sc_time& delay) {
    if (answer == tlm::TLM_ACCEPTED) return accepted(call, phase, delay);
    take_time(backward_, delay, "backward");
    if (call.phase == tlm::END_RESP) {
      if (answer == tlm::TLM_UPDATED) report("return value", "TLM_UPDATED to END_RESP");
      return;
    }
    if (call.phase != tlm::BEGIN_REQ) return;
    if (!is_same_course(call)) {
      report("return value", "a phase change of a transaction that has ended");
    } else if (answer == tlm::TLM_COMPLETED) {
      if (courses_.at(call.trans).stage == Stage::responding) {
        report("return value", "TLM_COMPLETED after BEGIN_RESP");
      }
      complete(*call.trans, delay);
    } else if (phase == tlm::END_REQ) {
      end_request(*call.trans, delay);
    } else if (phase == tlm::BEGIN_RESP) {
      begin_response(*call.trans, delay);
    } else {
      report("return value", "TLM_UPDATED to " + name_of(phase) + " in answer to BEGIN_REQ");
    }
  }

  void backward_returned(const Call& call, tlm::tlm_sync_enum answer, const tlm::tlm_phase& phase,
                         const sc_core::sc_time& delay) {
    if (answer == tlm::TLM_ACCEPTED) return accepted(call, phase, delay);
    take_time(forward_, delay, "forward");
    if (call.phase != tlm::BEGIN_RESP) {
      report("return value", "more than TLM_ACCEPTED in answer to " + name_of(call.phase));
    } else if (!is_same_course(call)) {
      report("return value", "a phase change of a transaction that has ended");
    } else if (answer == tlm::TLM_UPDATED && phase != tlm::END_RESP) {
      report("return value", "TLM_UPDATED to " + name_of(phase) + " in answer to BEGIN_RESP");
    } else {
      end_response(*call.trans, delay);
    }
  }

  /// Reports what is still under way, at the end of a simulation that has answered everything.
  void ended() {
    if (!courses_.empty()) {
      report("outstanding", std::to_string(courses_.size()) + " transactions never ended");
    }
  }

  std::uint64_t transactions() const { return last_course_; }

 private:
  enum class Stage { requesting, requested, responding };

  struct Course {
    std::uint64_t number = 0;
    Stage stage = Stage::requesting;
    PayloadRecord at_request;
    sc_core::sc_time last;  ///< when the latest phase took effect
  };

  static sc_core::sc_time effect(const sc_core::sc_time& delay) {
    return sc_core::sc_time_stamp() + delay;
  }
  static std::string name_of(const tlm::tlm_phase& phase) { return phase.get_name(); }

  void report(const char* rule, const std::string& what) {
    report_(std::string(rule) + ": " + what);
  }

  /// Calls of one direction take effect in the order in which they are made.
  void take_time(sc_core::sc_time& direction, const sc_core::sc_time& delay, const char* name) {
    if (effect(delay) < direction) {
      report("timing annotation", std::string("a call of the ") + name +
                                      " path takes effect before the one that was made before it");
    }
    direction = std::max(direction, effect(delay));
  }

  std::uint64_t course_of(tlm::tlm_generic_payload& trans) const {
    const auto at = courses_.find(&trans);
    return at == courses_.end() ? 0 : at->second.number;
  }
  bool is_same_course(const Call& call) const {
    return call.course != 0 && course_of(*call.trans) == call.course;
  }

  bool find(tlm::tlm_generic_payload& trans, const tlm::tlm_phase& phase) {
    if (courses_.count(&trans) != 0) return true;
    report("phase order", name_of(phase) + " of a transaction that is not under way");
    return false;
  }

  void accepted(const Call& call, const tlm::tlm_phase& phase, const sc_core::sc_time& delay) {
    if (phase != call.phase || delay != call.delay) {
      report("return value", "TLM_ACCEPTED with another phase or delay");
    }
  }

  void begin_request(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    if (courses_.erase(&trans) != 0) {
      report("phase order", "BEGIN_REQ of a transaction that is under way");
    }
    if (open_request_) {
      report("request exclusion", "BEGIN_REQ before END_REQ of the request before");
    } else if (effect(delay) < request_ended_) {
      report("request exclusion", "BEGIN_REQ takes effect before END_REQ of the request before");
    }
    if (!trans.has_mm()) report("memory manager", "a transaction without one");
    if (trans.has_mm() && trans.get_ref_count() < 1) {
      report("reference count", "sent without a reference");
    }
    if (trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE) {
      report("response status", "set at BEGIN_REQ");
    }
    if (trans.is_dmi_allowed()) report("attributes", "DMI hint set at BEGIN_REQ");
    open_request_ = &trans;
    courses_.emplace(
        &trans, Course{++last_course_, Stage::requesting, PayloadRecord(trans), effect(delay)});
  }

  void end_request(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    Course& course = courses_.at(&trans);
    if (course.stage != Stage::requesting) {
      report("phase order",
             course.stage == Stage::responding ? "END_REQ after BEGIN_RESP" : "a second END_REQ");
      return;
    }
    course.stage = Stage::requested;
    advance(trans, course, delay);
    close_request(trans, delay);
  }

  void begin_response(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    Course& course = courses_.at(&trans);
    if (course.stage == Stage::responding) return report("phase order", "a second BEGIN_RESP");
    if (open_response_) {
      report("response exclusion", "BEGIN_RESP before END_RESP of the response before");
    } else if (effect(delay) < response_ended_) {
      report("response exclusion",
             "BEGIN_RESP takes effect before END_RESP of the response before");
    }
    course.stage = Stage::responding;
    open_response_ = &trans;
    answered(trans, course, delay);
  }

  void complete(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    answered(trans, courses_.at(&trans), delay);
    end(trans);
  }

  /// It is as the initiator gets it: the answer is in it, and all else as it was.
  void answered(tlm::tlm_generic_payload& trans, Course& course, const sc_core::sc_time& delay) {
    advance(trans, course, delay);
    close_request(trans, delay);  // implied, if it did not come
    course.at_request.compare_extensions(
        trans, [this](const std::string& what) { report("attributes", what); });
    if (trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
      report("response status", "not set at the response");
    }
  }

  void end_response(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    Course& course = courses_.at(&trans);
    if (course.stage != Stage::responding) {
      report("phase order", "END_RESP before BEGIN_RESP");
    }
    check_annotation(course, delay);
    if (trans.has_mm() && trans.get_ref_count() < 1) {
      report("reference count", "no reference was held until END_RESP");
    }
    response_ended_ = effect(delay);
    end(trans);
  }

  void end(tlm::tlm_generic_payload& trans) {
    if (open_request_ == &trans) open_request_ = nullptr;
    if (open_response_ == &trans) open_response_ = nullptr;
    courses_.erase(&trans);
  }

  void close_request(tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay) {
    if (open_request_ != &trans) return;
    open_request_ = nullptr;
    request_ended_ = effect(delay);
  }

  void check_annotation(Course& course, const sc_core::sc_time& delay) {
    if (effect(delay) < course.last) {
      report("timing annotation", "a phase takes effect before the one before it");
    }
    course.last = std::max(course.last, effect(delay));
  }

  void advance(tlm::tlm_generic_payload& trans, Course& course, const sc_core::sc_time& delay) {
    check_annotation(course, delay);
    course.at_request.compare_attributes(
        trans, [this](const std::string& what) { report("attributes", what); });
    if (trans.has_mm() && trans.get_ref_count() < course.at_request.references()) {
      report("reference count", "given up before END_RESP");
    }
  }

  Report report_;
  std::unordered_map<const tlm::tlm_generic_payload*, Course> courses_;
  const tlm::tlm_generic_payload* open_request_ = nullptr;
  const tlm::tlm_generic_payload* open_response_ = nullptr;
  sc_core::sc_time forward_, backward_, request_ended_, response_ended_;
  std::uint64_t last_course_ = 0;
};

}  // namespace cxlpool::module_test
