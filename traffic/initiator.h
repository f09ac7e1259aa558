// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/fabric/host.h"
#include "traffic/request.h"
#include "traffic/scoreboard.h"

namespace cxlpool::traffic {

enum class Mode : std::uint8_t {
  functional,  ///< no time passes: hosts take turns of a fixed number of requests
  lt,          ///< loosely timed: delays count, hosts run ahead by up to the quantum
};

/// What an initiator did. Requests, not parts.
struct InitiatorStatistics {
  std::uint64_t asked = 0;      ///< handed out by the source
  std::uint64_t completed = 0;  ///< answered OK
  std::uint64_t refused = 0;    ///< answered with an error, by cause below
  std::uint64_t verified = 0;   ///< every check passed
  std::uint64_t reads = 0, writes = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;
  std::array<std::uint64_t, address::cause_count> causes{};
  std::uint64_t latency_ps_total = 0;  ///< loosely timed: sum over answered requests
};

/// Told of every answered request, in the order of answers.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void answered(fabric::HostId host, const tlm::tlm_generic_payload& trans,
                        const std::vector<fabric::AccessPart>& parts) = 0;
};

/// Issues the requests of one source into one host, closed loop with up to `outstanding` in flight,
/// by blocking transport, and has every one checked. It is a method process: no stack of its own.
///
/// An exception of the source (a damaged trace) ends the simulation: it is kept in error(), and the
/// kernel is stopped.
class Initiator : public sc_core::sc_module {
 public:
  struct Config {
    std::string label;
    Mode mode = Mode::functional;
    unsigned outstanding = 1;
    sc_core::sc_time quantum;  ///< how far to run ahead, loosely timed
    /// Whether a source's own check counts. Where refusals or loss of power are part of the plan,
    /// what a source wrote need not be there; the scoreboard knows what must be.
    bool believe_source = true;
  };

  tlm_utils::simple_initiator_socket<Initiator> socket;

  /// `host` is the one that the socket is bound to. References must outlive the initiator.
  Initiator(sc_core::sc_module_name name, Config config, fabric::Host& host, Scoreboard& scoreboard,
            RequestObserver* observer);
  ~Initiator() override;

  /// Begins, at the present simulated time, with what `source` gives. Once, after elaboration.
  void begin(std::unique_ptr<RequestSource> source);

  const InitiatorStatistics& statistics() const { return statistics_; }
  const std::string& label() const { return config_.label; }
  const fabric::Host& host() const { return host_; }
  bool finished() const { return finished_; }
  std::exception_ptr error() const { return error_; }

 private:
  static constexpr unsigned turn_requests = 256;

  /// A request in flight: its data must last until the source has seen it.
  struct Slot {
    sc_core::sc_time answered_at;
    std::uint64_t serial = 0;  ///< breaks ties between equal times
    Request request;
    bool ok = false;
    std::vector<std::uint8_t> data;
  };

  /// Orders the heap of slots: the one answered first on top.
  auto later() const {
    return [this](unsigned a, unsigned b) {
      const Slot &left = slots_[a], &right = slots_[b];
      return left.answered_at != right.answered_at ? left.answered_at > right.answered_at
                                                   : left.serial > right.serial;
    };
  }

  void run();
  void take_turn();
  RequestSource::Next issue_next();
  void issue(Slot& slot);
  tlm::tlm_generic_payload& prepare(Slot& slot);
  void retire_earliest();
  void count(const Slot& slot, const sc_core::sc_time& latency);

  Config config_;
  std::unique_ptr<RequestSource> source_;
  sc_core::sc_event begin_;
  fabric::Host& host_;
  Scoreboard& scoreboard_;
  RequestObserver* observer_;
  tlm::tlm_generic_payload payload_;
  fabric::MemoryAccess access_;
  std::vector<fabric::AccessPart> parts_;
  std::array<unsigned char, 2> alternate_{TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  std::vector<Slot> slots_;  ///< as many as were ever in flight, at most `outstanding`
  std::vector<unsigned> free_;
  std::vector<unsigned> in_flight_;  ///< a heap: the earliest answer on top
  const sc_core::sc_time picosecond_{1, sc_core::SC_PS};
  sc_core::sc_time local_;  ///< absolute time up to which this initiator has run
  std::uint64_t serial_ = 0;
  InitiatorStatistics statistics_;
  bool source_done_ = false;
  bool finished_ = false;
  std::exception_ptr error_;
};

}  // namespace cxlpool::traffic
