// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "tests/bench/floor.h"

namespace cxlpool::bench {

/// An initiator that sets every field of one payload and sends it, as a fast one would.
class Sender : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Sender> socket;
  explicit Sender(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
    payload_.set_extension(&access_);
  }
  ~Sender() override { payload_.clear_extension(&access_); }

  void access(std::uint64_t hpa, std::uint8_t* data, bool write) {
    payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload_.set_address(hpa);
    payload_.set_data_ptr(data);
    payload_.set_data_length(64);
    payload_.set_streaming_width(64);
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_byte_enable_length(0);
    payload_.set_dmi_allowed(false);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    socket->b_transport(payload_, delay);
  }
  bool last_ok() const { return payload_.is_response_ok(); }

 private:
  tlm::tlm_generic_payload payload_;
  fabric::MemoryAccess access_;
};

/// A host with 2 bridges x 2 root ports x 2-port switches x 8 devices in one 8-way set at 256 B,
/// and the floor of the same shape beside it.
class Pool {
 public:
  static constexpr std::uint64_t device_bytes = 256ull << 20;

  Pool();

  fabric::Host& host() { return platform_.host(0); }
  Sender& sender() { return sender_; }
  PlainPool& plain() { return plain_; }

 private:
  void fill_plain();

  platforms::Platform platform_;
  Sender sender_;
  PlainPool plain_;
  std::vector<std::unique_ptr<fabric::Media>> plain_media_;
};

}  // namespace cxlpool::bench
