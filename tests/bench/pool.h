// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "tests/bench/floor.h"
#include "traffic/initiator.h"

namespace cxlpool::bench {

/// An initiator that sets every field of one payload and sends it, as a fast one would.
class Sender : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Sender> socket;
  explicit Sender(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
    payload_.set_extension(&access_);
  }
  ~Sender() override { payload_.clear_extension(&access_); }

  void access(std::uint64_t hpa, std::uint8_t* data, bool write, sc_core::sc_time delay = {}) {
    payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload_.set_address(hpa);
    payload_.set_data_ptr(data);
    payload_.set_data_length(64);
    payload_.set_streaming_width(64);
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_byte_enable_length(0);
    payload_.set_dmi_allowed(false);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload_, delay);
  }
  bool last_ok() const { return payload_.is_response_ok(); }

 private:
  tlm::tlm_generic_payload payload_;
  fabric::MemoryAccess access_;
};

/// Random lines, reads and writes in turn, for ever.
class LineSource : public traffic::RequestSource {
 public:
  explicit LineSource(Lines& lines) : lines_(lines) {}
  Next next(traffic::Request& request) override {
    write_ = !write_;
    request = {write_ ? traffic::Op::write : traffic::Op::read, traffic::ByteEnables::all, 64,
               lines_.next()};
    return Next::request;
  }

 private:
  Lines& lines_;
  bool write_ = false;
};

/// What Pool is built from.
platforms::PlatformDescription describe_pool();

/// A host with 2 bridges x 2 root ports x 2-port switches x 8 devices in one 8-way set at 256 B;
/// bound to it a bare sender, and an initiator with its scoreboard as `cxlpool run` has them.
class Pool {
 public:
  static constexpr std::uint64_t device_bytes = 256ull << 20;

  Pool();

  fabric::Host& host() { return platform_.host(0); }
  Sender& sender() { return sender_; }

  /// Lets the initiator take one turn of `turn` requests. They go to the upper half of the pool:
  /// the scoreboard knows nothing of what the sender writes to the lower one.
  void take_turn();
  void set_footprint(std::uint64_t footprint) {
    lines_ = Lines(pool_base + 4 * device_bytes, footprint);
  }
  static constexpr unsigned turn = 256;
  bool all_verified() const;

 private:
  platforms::Platform platform_;
  Sender sender_;
  std::unique_ptr<traffic::Scoreboard> scoreboard_;
  std::unique_ptr<traffic::Initiator> initiator_;
  Lines lines_{pool_base + 4 * device_bytes, device_bytes};
  sc_core::sc_process_handle turns_;
};

}  // namespace cxlpool::bench
