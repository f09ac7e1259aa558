// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "models/fabric/payload_pool.h"
#include "tests/bench/pool.h"
#include "tests/bench/timed_floor.h"

namespace cxlpool::bench {

/// Random lines of the regions of one host, which follow each other.
struct Share {
  std::uint64_t base = pool_base;
  std::uint64_t regions = 1;      ///< a power of two
  std::uint64_t region_size = 0;  ///< bytes
  std::uint64_t footprint = 0;    ///< bytes of each region, from its start; a power of two
};

/// A platform and what its hosts use of it.
struct Workload {
  platforms::PlatformDescription platform;
  std::vector<Share> shares;  ///< by host
  unsigned outstanding = 1;   ///< of each host, approximately timed
};

/// The pool of eight devices, with Gen 5 links, FIFO, and media of one latency and rate.
Workload timed_pool();
/// The same with DRAM banks behind the controllers, first-ready first.
Workload dram_pool();
/// Hosts with a device each below one switch.
Workload many_hosts(unsigned hosts);
/// One host, and devices in sets of up to 16 below two switches, or four.
Workload many_devices(unsigned devices);

/// A bare initiator that keeps requests under way, approximately timed.
class BareSender : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<BareSender> socket;

  BareSender(sc_core::sc_module_name name, unsigned outstanding, const Share& share);

  void set_footprint(std::uint64_t footprint) { lines_ = Lines(0, footprint); }
  /// Begins `count` accesses; they are carried out by the simulation.
  void begin(std::uint64_t count);
  std::uint64_t failed() const { return failed_; }

 private:
  struct Slot {
    std::uint8_t data[64] = {};
  };

  void send_what_can();
  void send(unsigned slot);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);

  Share share_;
  Lines lines_;
  std::uint64_t turn_ = 0;
  bool write_ = false;
  std::vector<Slot> slots_;
  std::vector<unsigned> free_;
  std::uint64_t left_ = 0;
  std::uint64_t failed_ = 0;
  const tlm::tlm_generic_payload* open_request_ = nullptr;
  sc_core::sc_time ahead_;  ///< of the kernel's clock, as it was last told
  fabric::PayloadPool pool_;
};

/// A timed platform, with a sender for each host and each mode.
class TimedPool : public sc_core::sc_module {
 public:
  TimedPool(sc_core::sc_module_name name, const Workload& workload);

  /// Programs the platform, once the simulation has started.
  void program();
  void use_compiled_routes(bool use);
  void set_footprint(std::uint64_t footprint);
  /// Whether stations count what passes, as they do from the start.
  void count(bool on);

  /// Loosely timed: sends an access by the first host, one every `loose_gap`, a quantum ahead of
  /// the clock at most.
  void access(std::uint64_t hpa, std::uint8_t* data, bool write);
  bool last_ok() const { return loose_.last_ok(); }
  static constexpr timing::Picoseconds loose_gap = 6'250;
  static constexpr timing::Picoseconds quantum = 1'000'000;

  /// Approximately timed: carries out `count` accesses of all hosts together.
  void run(std::uint64_t count);
  bool all_ok() const;
  /// Of all hosts, at most.
  std::uint64_t under_way() const { return under_way_; }

 private:
  platforms::Platform platform_;
  Sender loose_;
  timing::Picoseconds ahead_ = 0;
  std::vector<std::unique_ptr<BareSender>> senders_;
  std::uint64_t under_way_;
};

}  // namespace cxlpool::bench
