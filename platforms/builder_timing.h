// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/fabric/cxl_switch.h"
#include "models/fabric/host.h"
#include "models/fabric/link.h"
#include "models/fabric/type3_device.h"
#include "models/timing/link_direction.h"
#include "models/timing/pipe_server.h"
#include "models/timing/station.h"
#include "platforms/description.h"

/// From described to timed: what takes time in each module, for a run that knows time. The stations
/// belong to the timekeeper's timeline.
namespace cxlpool::platforms {

/// What is at the ends of a link, as far as it decides who goes first and how many may wait.
struct LinkEnds {
  const SwitchDescription* upper = nullptr;  ///< null: a host bridge
  const SwitchDescription* lower = nullptr;  ///< null: a device
};

/// How far apart the arrivals may lie that a loosely timed server is asked about, one after the
/// other: answers over the slowest way are booked far ahead of those over others, foreign
/// initiators run ahead of each other by the quantum, and all have to wait. A server keeps a ring
/// of bookings as long as that, and forgets what lies behind, so that whoever books later than that
/// waits for microseconds. Rings cost memory, so they have a bound; DRAM's are of one length, 4.19
/// us.
inline constexpr timing::Picoseconds kept_waits = 3'000 * timing::ps_per_ns;
inline constexpr timing::Picoseconds shortest_span = 4'000 * timing::ps_per_ns;
inline constexpr timing::Picoseconds longest_span = 32'000 * timing::ps_per_ns;

/// What an access takes at most with nobody in its way, over any way of the platform; a bound.
timing::Picoseconds slowest_way(const PlatformDescription& platform);

/// Makes the stations of one platform.
class StationFactory {
 public:
  /// `apart`: how far apart arrivals lie, loosely timed, before anybody waits.
  StationFactory(fabric::Timekeeper& time, timing::Picoseconds apart);

  fabric::Timekeeper& time() { return time_; }
  timing::Picoseconds span() const { return span_; }

  std::unique_ptr<timing::Station> make(timing::Station::Config config,
                                        std::unique_ptr<timing::Server> server,
                                        std::unique_ptr<timing::Arbiter> arbiter);
  /// A pipe with nothing to choose from.
  std::unique_ptr<timing::Station> make(timing::Station::Config config,
                                        timing::PipeServer::Config pipe);

  /// What never changes of a link: one for all links that have agreed on the same.
  std::shared_ptr<const timing::LinkTables> link_tables(const timing::LinkConfig& link, bool m2s);

 private:
  fabric::Timekeeper& time_;
  timing::Picoseconds span_;
  std::vector<std::shared_ptr<const timing::LinkTables>> link_tables_;
};

fabric::HostTiming make_host_timing(const HostDescription& described, StationFactory& stations);
fabric::SwitchTiming make_switch_timing(const SwitchDescription& described, unsigned credits,
                                        StationFactory& stations);
/// `physical` null: a constant `latency`.
fabric::LinkTiming make_link_timing(const std::string& label,
                                    const PhysicalLinkDescription* physical,
                                    timing::Picoseconds latency, const LinkEnds& ends,
                                    StationFactory& stations);
std::unique_ptr<fabric::EndpointTiming> make_device_timing(const DeviceDescription& described,
                                                           unsigned credits,
                                                           StationFactory& stations);

/// Of a host's own memory; it must have some. The way there is the host's.
std::unique_ptr<fabric::EndpointTiming> make_local_timing(const HostDescription& host,
                                                          StationFactory& stations);

}  // namespace cxlpool::platforms
