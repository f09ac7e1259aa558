// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <tlm>

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

  int references() const { return references_; }

  template <typename Report>
  void compare_attributes(const tlm::tlm_generic_payload& trans, Report&& report) const {
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
  }

  /// While an access is under way an interconnect may lend it extensions; afterwards none is left.
  template <typename Report>
  void compare_extensions(const tlm::tlm_generic_payload& trans, Report&& report) const {
    for (unsigned i = 0; i < extensions_.size(); ++i) {
      if (trans.get_extension(i) != extensions_[i]) report("list of extensions changed");
    }
  }

  /// All of it, of a call that has returned for good.
  template <typename Report>
  void compare(const tlm::tlm_generic_payload& trans, Report&& report) const {
    compare_attributes(trans, report);
    compare_extensions(trans, report);
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

}  // namespace cxlpool::module_test
