// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/circular_buffer.hpp>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/fabric/host.h"
#include "models/fabric/payload_pool.h"
#include "models/fabric/timekeeper.h"
#include "models/timing/batch_means.h"
#include "models/timing/histogram.h"
#include "traffic/injection.h"
#include "traffic/loose_driver.h"
#include "traffic/measurement.h"
#include "traffic/mode.h"
#include "traffic/request.h"
#include "traffic/scoreboard.h"

namespace cxlpool::traffic {

/// What the completed requests of a measurement took, from issue to answer, and what they moved.
struct MeasuredRequests {
  timing::Histogram reads, writes;
  timing::BatchMeans read_means, write_means, all_means;
  std::uint64_t read_bytes = 0, write_bytes = 0;
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
  std::uint64_t latency_ps_total = 0;  ///< timed: sum over answered requests, 2^64 - 1 at most
  MeasuredRequests measured;           ///< timed
};

/// How a request went, for observers; times are absolute.
struct Answer {
  const Request& request;
  const tlm::tlm_generic_payload& trans;
  const std::vector<fabric::AccessPart>& parts;
  timing::Picoseconds asked_at = 0;
  timing::Picoseconds answered_at = 0;
};

/// Told of every answered request, in the order of answers.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void answered(fabric::HostId host, const Answer& answer) = 0;
  /// Told when a request is issued, in timed runs, if the initiator's configuration says so.
  virtual void asked(fabric::HostId /*host*/, const Request& /*request*/,
                     timing::Picoseconds /*at*/) {}
};

/// Issues the requests of one source into one host as its injection says, by blocking transport, or
/// by the four phases when approximately timed, and has every one checked. It is a method process
/// only where no time passes: loosely timed it is driven with the others (LooseDriver), and
/// approximately timed it lives on the fabric's timeline.
///
/// An exception of the source (a damaged trace) ends the simulation: it is kept in error(), and the
/// kernel is stopped.
class Initiator : public sc_core::sc_module {
 public:
  struct Config {
    std::string label;
    Mode mode = Mode::functional;
    Injection injection;            ///< untimed, only the number of outstanding requests counts
    LooseDriver* driver = nullptr;  ///< loosely timed
    fabric::Timekeeper* time = nullptr;  ///< approximately timed
    Measurement* measurement = nullptr;  ///< null: all of the run is measured
    /// Whether a source's own check counts. Where refusals or loss of power are part of the plan,
    /// what a source wrote need not be there; the scoreboard knows what must be.
    bool believe_source = true;
    bool tell_asked = false;  ///< whether the observer wants to know of issued requests
  };

  tlm_utils::simple_initiator_socket<Initiator> socket;

  /// `host` is the one that the socket is bound to. References must outlive the initiator.
  Initiator(sc_core::sc_module_name name, Config config, fabric::Host& host, Scoreboard& scoreboard,
            RequestObserver* observer);
  ~Initiator() override;

  /// Begins, at the present simulated time, with what `source` gives. Once, after elaboration.
  void begin(std::unique_ptr<RequestSource> source);

  /// Approximately timed: sends nothing until it is released. For what must not happen while
  /// requests are under way, such as reprogramming the decoders that route them.
  void hold() { held_ = true; }
  void release();
  std::uint64_t in_flight() const { return in_flight_count_; }

  // Loosely timed, for the driver.
  /// When the next request is to be issued, or, after the last, when it was answered.
  timing::Picoseconds due() const { return local_; }
  /// Issues it, or, where the source has to see an answer first, goes on to that one. Returns
  /// whether there is more to come.
  bool issue_due();

  const InitiatorStatistics& statistics() const { return statistics_; }
  const std::string& label() const { return config_.label; }
  const fabric::Host& host() const { return host_; }
  /// Its source has no more to ask, and all was answered before the simulation's end.
  bool finished() const;
  std::exception_ptr error() const { return error_; }

 private:
  using Picoseconds = timing::Picoseconds;

  static constexpr unsigned turn_requests = 256;

  /// A request in flight: its data must last until the source has seen it.
  struct Slot {
    timing::Picoseconds asked_at = 0;
    timing::Picoseconds answered_at = 0;
    std::uint64_t serial = 0;  ///< breaks ties between equal times
    Request request;
    bool ok = false;
    std::vector<std::uint8_t> data;
    Scoreboard::Expectation expectation;
    std::vector<fabric::AccessPart> parts;
  };

  static Picoseconds now() { return fabric::to_picoseconds(sc_core::sc_time_stamp()); }

  /// Orders the heap of slots: the one answered first on top.
  auto later() const {
    return [this](unsigned a, unsigned b) {
      const Slot &left = *slots_[a], &right = *slots_[b];
      return left.answered_at != right.answered_at ? left.answered_at > right.answered_at
                                                   : left.serial > right.serial;
    };
  }

  void run();
  void take_turn();
  RequestSource::Next go_on();
  void fail();
  bool has_slot();
  void add_slot();
  void go_on_to_next_issue();
  RequestSource::Next issue_next();
  void issue(Slot& slot);
  void prepare(Slot& slot, tlm::tlm_generic_payload& trans);
  void account(Slot& slot, const tlm::tlm_generic_payload& trans,
               const fabric::MemoryAccess& access, Scoreboard::Bytes bytes);
  void measure(const Slot& slot);
  void retire_earliest();
  void show_source(const Slot& slot);
  bool open() const { return config_.injection.kind == Injection::Kind::open; }

  // Approximately timed.
  void send_what_is_due();
  void wake_at(Picoseconds at);
  void send(unsigned index);
  void free_slot(unsigned index);
  Picoseconds take_due();
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void answered(tlm::tlm_generic_payload& trans);
  /// Fired with nothing: requests may be due. Fired with a slot: it is free again.
  class Clock final : public timing::Actor {
   public:
    explicit Clock(Initiator& initiator) : initiator_(initiator) {}
    void fire(void* subject, timing::Picoseconds now) override;

   private:
    Initiator& initiator_;
  };

  Config config_;
  std::unique_ptr<RequestSource> source_;
  sc_core::sc_event begin_;
  fabric::Host& host_;
  Scoreboard& scoreboard_;
  RequestObserver* observer_;
  tlm::tlm_generic_payload payload_;
  fabric::MemoryAccess access_;
  std::array<unsigned char, 2> alternate_{TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  std::vector<std::unique_ptr<Slot>> slots_;  ///< as many as were ever in flight
  std::vector<unsigned> free_;
  /// Approximately timed, unless open: since when each of those that may be outstanding is free,
  /// the longest first, whichever slot is taken next.
  boost::circular_buffer<Picoseconds> free_since_;
  std::vector<unsigned> in_flight_;  ///< a heap: the earliest answer on top
  Pacer pacer_;
  Picoseconds local_ = 0;  ///< absolute time up to which this initiator has run
  Clock clock_{*this};
  fabric::PayloadPool pool_;
  Picoseconds wakes_at_ = timing::Wheel::never;
  std::uint16_t origin_ = 0;
  const tlm::tlm_generic_payload* open_request_ = nullptr;  ///< its END_REQ has not come
  Picoseconds resumed_at_ = 0;  ///< the source had nothing to ask before, or it was held
  bool source_waits_ = false;
  std::uint64_t in_flight_count_ = 0;
  std::uint64_t serial_ = 0;
  InitiatorStatistics statistics_;
  bool held_ = false;
  bool source_done_ = false;
  bool finished_ = false;
  std::exception_ptr error_;
};

}  // namespace cxlpool::traffic
