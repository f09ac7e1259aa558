// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/module/pass_through.h"
#include "tests/module/phase_rules.h"

namespace cxlpool::module_test {

/// Asserts the rules of the TLM-2.0 base protocol for blocking and non-blocking transport, debug
/// transport, DMI and its revocation on one binding. What was broken, and transactions that are
/// still under way, become test failures when the checker goes, unless a test takes them first.
class ProtocolChecker : public PassThrough {
 public:
  using PassThrough::PassThrough;
  /// For runs that are cut short.
  bool may_end_under_way = false;

  ~ProtocolChecker() override {
    if (!may_end_under_way) phases_.ended();
    std::map<std::string, unsigned> times;
    for (const std::string& violation : violations_) ++times[violation];
    for (const auto& [violation, number] : times) {
      ADD_FAILURE() << name() << ": " << violation << ", " << number << " times";
    }
  }

  std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }
  std::uint64_t calls() const { return calls_; }
  const PhaseRules& phases() const { return phases_; }

  /// Reports what is under way as if the simulation were over.
  void end() { phases_.ended(); }

 private:
  void report(std::string what) { violations_.push_back(std::move(what)); }

  void b_transport(Payload& trans, sc_core::sc_time& delay) override {
    ++calls_;
    if (trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE) {
      report("called with a response status that is set");
    }
    if (trans.is_dmi_allowed()) report("called with the DMI hint set");
    const PayloadRecord before(trans);
    const sc_core::sc_time begin = sc_core::sc_time_stamp() + delay;
    out->b_transport(trans, delay);
    before.compare(trans, [this](std::string what) { report("blocking: " + what); });
    if (trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
      report("blocking: no response status");
    }
    // A target that waits may shorten the annotation, but never get ahead of the call.
    if (sc_core::sc_time_stamp() + delay < begin) report("blocking: ended before it began");
  }

  tlm::tlm_sync_enum nb_transport_fw(Payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    ++calls_;
    const PhaseRules::Call call = phases_.forward(trans, phase, delay);
    const auto answer = out->nb_transport_fw(trans, phase, delay);
    phases_.forward_returned(call, answer, phase, delay);
    return answer;
  }

  tlm::tlm_sync_enum nb_transport_bw(Payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    ++calls_;
    const PhaseRules::Call call = phases_.backward(trans, phase, delay);
    const auto answer = in->nb_transport_bw(trans, phase, delay);
    phases_.backward_returned(call, answer, phase, delay);
    return answer;
  }

  unsigned transport_dbg(Payload& trans) override {
    ++calls_;
    const PayloadRecord before(trans);
    const unsigned done = out->transport_dbg(trans);
    before.compare(trans, [this](std::string what) { report("debug: " + what); });
    if (done > trans.get_data_length()) report("debug: more bytes than asked for");
    return done;
  }

  bool get_direct_mem_ptr(Payload& trans, tlm::tlm_dmi& dmi) override {
    ++calls_;
    const PayloadRecord before(trans);
    const bool granted = out->get_direct_mem_ptr(trans, dmi);
    before.compare(trans, [this](std::string what) { report("DMI: " + what); });
    if (trans.get_address() < dmi.get_start_address() ||
        trans.get_address() > dmi.get_end_address()) {
      report("DMI: the range leaves out the address");
    }
    if (granted && (!dmi.get_dmi_ptr() || dmi.is_none_allowed())) {
      report("DMI: granted without a pointer or right");
    }
    return granted;
  }

  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override {
    if (first > last) report("DMI: an empty range was revoked");
    in->invalidate_direct_mem_ptr(first, last);
  }

  std::vector<std::string> violations_;
  std::uint64_t calls_ = 0;
  PhaseRules phases_{[this](std::string what) { report(std::move(what)); }};
};

}  // namespace cxlpool::module_test
