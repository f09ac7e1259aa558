// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/module/pass_through.h"

namespace cxlpool::module_test {

/// What a target must hand back as it got it, copied at the call.
class PayloadRecord {
 public:
  explicit PayloadRecord(const tlm::tlm_generic_payload& trans)
      : command_(trans.get_command()),
        address_(trans.get_address()),
        data_(trans.get_data_ptr()),
        length_(trans.get_data_length()),
        streaming_width_(trans.get_streaming_width()),
        enables_(trans.get_byte_enable_ptr()),
        enables_length_(trans.get_byte_enable_length()),
        references_(trans.has_mm() ? trans.get_ref_count() : 0) {
    if (command_ == tlm::TLM_WRITE_COMMAND && data_) written_.assign(data_, data_ + length_);
    if (enables_) enable_values_.assign(enables_, enables_ + enables_length_);
    for (unsigned i = 0; i < tlm::max_num_extensions(); ++i) {
      extensions_.push_back(trans.get_extension(i));
    }
  }

  template <typename Report>
  void compare(const tlm::tlm_generic_payload& trans, Report&& report) const {
    const auto same = [&](bool held, const char* what) {
      if (!held) report(std::string(what) + " changed");
    };
    same(trans.get_command() == command_, "command");
    same(trans.get_address() == address_, "address");
    same(trans.get_data_ptr() == data_, "data pointer");
    same(trans.get_data_length() == length_, "data length");
    same(trans.get_streaming_width() == streaming_width_, "streaming width");
    same(trans.get_byte_enable_ptr() == enables_, "byte enable pointer");
    same(trans.get_byte_enable_length() == enables_length_, "byte enable length");
    same(std::equal(written_.begin(), written_.end(), data_), "data of a write");
    same(std::equal(enable_values_.begin(), enable_values_.end(), enables_), "byte enables");
    for (unsigned i = 0; i < extensions_.size(); ++i) {
      same(trans.get_extension(i) == extensions_[i], "list of extensions");
    }
    if (trans.has_mm() && trans.get_ref_count() != references_) report("the payload was kept");
  }

 private:
  tlm::tlm_command command_;
  std::uint64_t address_;
  unsigned char* data_;
  unsigned length_, streaming_width_;
  unsigned char* enables_;
  unsigned enables_length_;
  int references_;
  std::vector<unsigned char> written_, enable_values_;
  std::vector<tlm::tlm_extension_base*> extensions_;
};

/// Asserts the rules of the TLM-2.0 base protocol for blocking transport, debug transport, DMI and
/// its revocation on one binding. What was broken becomes a test failure when the checker goes,
/// unless a test takes it first.
class ProtocolChecker : public PassThrough {
 public:
  using PassThrough::PassThrough;

  ~ProtocolChecker() override {
    for (const std::string& violation : violations_) ADD_FAILURE() << name() << ": " << violation;
  }

  std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }
  std::uint64_t calls() const { return calls_; }

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
};

}  // namespace cxlpool::module_test
