// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include <systemc>

#include "models/fabric/endpoint.h"
#include "models/fabric/timekeeper.h"
#include "traffic/initiator.h"

namespace cxlpool::platforms {

/// What began last at a socket: one phase of the base protocol.
struct PhaseSignals {
  std::string name;         ///< "h0.core.begin_req"
  std::uint32_t count = 0;  ///< of those so far, so that two of one instant show
  sc_dt::uint64 address = 0;
  std::uint32_t command = tlm::TLM_IGNORE_COMMAND;  ///< a tlm::tlm_command
  std::uint32_t bytes = 0;
  std::int32_t status = tlm::TLM_INCOMPLETE_RESPONSE;  ///< a tlm::tlm_response_status
};

/// The activity of sockets as simulated time passes: where requests and responses begin at each
/// host's core sockets, and, approximately timed, where requests begin at each device. Told by
/// those who carry accesses out, whether these go through every socket or by compiled routes, so
/// that both look alike. They are ahead of the kernel's clock, and loosely timed not even in order;
/// here changes wait for their time to come. Made only for runs that want a dump of values.
class SocketTrace : public sc_core::sc_module, public fabric::Witness {
 public:
  /// Devices by DeviceId; none: loosely timed, when a device is reached is not known.
  SocketTrace(sc_core::sc_module_name name, const std::vector<std::string>& hosts,
              const std::vector<std::string>& devices, const fabric::Timekeeper& time);

  /// The addresses of what is in it stay.
  const std::vector<PhaseSignals>& signals() const { return signals_; }

  void request_began(fabric::HostId host, const traffic::Request& request, timing::Picoseconds at);
  void response_began(fabric::HostId host, const traffic::Answer& answer);
  /// To be the witness of devices in front of another one.
  void set_next(fabric::Witness& next) { next_ = &next; }
  void served(fabric::DeviceId device, std::uint64_t dpa,
              const tlm::tlm_generic_payload& trans) override;

 private:
  struct Change {
    timing::Picoseconds at;
    std::uint64_t serial;  // of one instant, the last one stays
    std::size_t phase;
    sc_dt::uint64 address;
    std::uint32_t command, bytes;
    std::int32_t status;
    bool operator<(const Change& other) const {  // the earliest on top
      return at != other.at ? at > other.at : serial > other.serial;
    }
  };

  void add(Change change);
  void replay();

  const fabric::Timekeeper& time_;
  std::size_t first_device_;
  std::vector<PhaseSignals> signals_;
  std::priority_queue<Change> changes_;
  std::uint64_t serial_ = 0;
  sc_core::sc_event due_;
  fabric::Witness* next_ = nullptr;
};

}  // namespace cxlpool::platforms
