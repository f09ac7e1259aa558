// SPDX-License-Identifier: Apache-2.0
#include "platforms/builder_timing.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "models/timing/dram_arbiter.h"
#include "models/timing/link_direction.h"
#include "models/timing/pipe_server.h"

namespace cxlpool::platforms {

using timing::Arbiter;
using timing::FifoArbiter;
using timing::LinkDirection;
using timing::Picoseconds;
using timing::PipeServer;
using timing::PriorityArbiter;
using timing::RoundRobinArbiter;
using timing::Server;
using timing::Station;

namespace {

/// Of a switch's transmitting port; a null switch has one sender, which needs none.
std::unique_ptr<Arbiter> make_arbiter(const SwitchDescription* described, bool from_upstream) {
  if (!described) return std::make_unique<FifoArbiter>();
  switch (described->timing.arbitration) {
    case Arbitration::fifo:
      return std::make_unique<FifoArbiter>();
    case Arbitration::round_robin:
      return std::make_unique<RoundRobinArbiter>();
    case Arbitration::weighted:
      return from_upstream ? std::make_unique<RoundRobinArbiter>(described->timing.weights)
                           : std::make_unique<RoundRobinArbiter>();
    case Arbitration::priority:
      return std::make_unique<PriorityArbiter>();
  }
  return nullptr;
}

timing::LinkConfig make_link_config(const PhysicalLinkDescription& physical) {
  timing::LinkConfig config;
  config.generation = physical.gen;
  config.width = physical.width;
  switch (physical.flit_mode()) {
    case FlitMode::flit_68b:
      config.flit = timing::FlitMode::flit_68b;
      break;
    case FlitMode::flit_256b:
      config.flit = timing::FlitMode::flit_256b;
      break;
    case FlitMode::flit_256b_lopt:
      config.flit = timing::FlitMode::flit_256b_lopt;
      break;
  }
  config.mdh = physical.mdh;
  config.sync_header_bypass = physical.sync_header_bypass;
  config.skp_ordered_sets = physical.skp_ordered_sets;
  return config;
}

PipeServer::Config pace(const PaceDescription& read, const PaceDescription& write) {
  PipeServer::Config pipe;
  pipe.gap_per_line = read.between(timing::line_bytes);
  pipe.write_gap_per_line = write.between(timing::line_bytes);
  return pipe;
}

void add_dram_channels(fabric::EndpointTiming& device, const DeviceDescription& described,
                       StationFactory& stations) {
  const MediaDescription& media = described.timing.media;
  timing::DramConfig dram;
  dram.policy =
      media.page == PagePolicy::open ? timing::PagePolicy::open : timing::PagePolicy::closed;
  dram.refresh = media.refresh;
  timing::FrFcfsConfig scheduling;
  scheduling.write_linger = media.write_linger;
  scheduling.read_patience = media.read_patience;
  device.spread = timing::ChannelSpread(media.channels, media.channel_granularity);
  for (unsigned i = 0; i < media.channels; ++i) {
    auto channel = std::make_unique<timing::DramChannel>(timing::dram_part(media.part), dram);
    std::unique_ptr<Arbiter> arbiter = std::make_unique<FifoArbiter>();
    if (media.scheduler == DramScheduler::first_ready) {
      arbiter = std::make_unique<timing::DramArbiter>(
          *channel, std::make_unique<timing::FrFcfsScheduler>(scheduling));
    }
    Station::Config config;
    config.label = described.name + ".channel" + std::to_string(i);
    config.kind = "media";
    config.moves_data = true;
    config.depth = media.queue;
    config.latency = described.timing.response_latency;
    device.channels.push_back(stations.make(config, std::move(channel), std::move(arbiter)));
  }
}

void add_fixed_media(fabric::EndpointTiming& device, const DeviceDescription& described,
                     StationFactory& stations) {
  const MediaDescription& media = described.timing.media;
  PipeServer::Config pipe;
  pipe.latency = media.latency;
  pipe.write_latency = media.latency_of_write();
  pipe.gap_per_line = media.read_gap;
  pipe.write_gap_per_line = media.write_gap;
  if (media.bytes_per_second != 0) {
    PaceDescription rate;
    rate.bytes_per_second = media.bytes_per_second;
    pipe.gap_per_line = rate.between(timing::line_bytes);
    pipe.write_gap_per_line = pipe.gap_per_line;
  }
  Station::Config config;
  config.label = described.name + ".media";
  config.kind = "media";
  config.moves_data = true;
  // The controller's entries are all there is: none is set aside for what is on the way.
  config.depth = described.timing.queue;
  config.latency = described.timing.response_latency;
  device.channels.push_back(stations.make(config, pipe));
}

/// Of switches above each other, the most.
unsigned levels_of_switches(const PlatformDescription& platform) {
  std::map<std::string_view, unsigned> level;
  for (const SwitchDescription& each : platform.switches) level[each.name] = 1;
  unsigned most = platform.switches.empty() ? 0 : 1;
  bool found = true;
  for (std::size_t round = 0; found && round < platform.switches.size(); ++round) {
    found = false;
    for (const SwitchDescription& each : platform.switches) {
      for (const std::string& upstream : each.upstream) {
        const auto above = level.find(std::string_view(upstream).substr(0, upstream.find('.')));
        if (above == level.end() || level[each.name] > above->second) continue;
        most = std::max(most, level[each.name] = above->second + 1);
        found = true;
      }
    }
  }
  return most;
}

}  // namespace

Picoseconds slowest_way(const PlatformDescription& platform) {
  Picoseconds host = 0, link = platform.default_link_latency, through = 0, device = 0;
  const auto media = [](const MediaDescription& of) {
    return std::max(of.latency, of.latency_of_write());
  };
  for (const HostDescription& each : platform.hosts) {
    const HostTimingDescription& timing = each.timing;
    host = std::max(host, timing.request_latency + timing.response_latency);
    if (timing.local) device = std::max(device, timing.local->latency + media(timing.local->media));
  }
  for (const LinkDescription& each : platform.links) link = std::max(link, each.latency);
  for (const SwitchDescription& each : platform.switches) {
    through = std::max(through, each.timing.latency);
  }
  for (const DeviceDescription& each : platform.devices) {
    device = std::max(device, each.timing.request_latency + each.timing.response_latency +
                                  media(each.timing.media));
  }
  const unsigned levels = levels_of_switches(platform);
  return host + 2 * ((levels + 1) * link + levels * through) + device;
}

StationFactory::StationFactory(fabric::Timekeeper& time, Picoseconds apart)
    : time_(time), span_(std::clamp(apart + kept_waits, shortest_span, longest_span)) {}

std::unique_ptr<Station> StationFactory::make(Station::Config config,
                                              std::unique_ptr<Server> server,
                                              std::unique_ptr<Arbiter> arbiter) {
  return std::make_unique<Station>(time_.timeline(), std::move(config), std::move(server),
                                   std::move(arbiter));
}

std::shared_ptr<const timing::LinkTables> StationFactory::link_tables(
    const timing::LinkConfig& link, bool m2s) {
  for (const auto& tables : link_tables_) {
    if (tables->m2s == m2s && tables->config == link) return tables;
  }
  return link_tables_.emplace_back(LinkDirection::make_tables(link, m2s));
}

std::unique_ptr<Station> StationFactory::make(Station::Config config, PipeServer::Config pipe) {
  pipe.span = span_;
  return make(std::move(config), std::make_unique<PipeServer>(pipe),
              std::make_unique<FifoArbiter>());
}

fabric::HostTiming make_host_timing(const HostDescription& described, StationFactory& stations) {
  fabric::HostTiming host;
  host.time = &stations.time();
  host.response_latency = described.timing.response_latency;
  host.outstanding = described.timing.outstanding;
  host.traffic_class = static_cast<std::uint8_t>(described.timing.priority);
  Station::Config config;
  config.label = described.name + ".issue";
  config.kind = "issue";
  config.latency = described.timing.request_latency;
  host.issue = stations.make(config, pace(described.timing.read, described.timing.write));
  if (described.timing.local) {
    config.label = described.name + ".issue-local";
    config.latency = described.timing.local->latency;
    host.issue_local = stations.make(config, PipeServer::Config{});
  }
  return host;
}

fabric::SwitchTiming make_switch_timing(const SwitchDescription& described, unsigned credits,
                                        StationFactory& stations) {
  const SwitchTimingDescription& timing = described.timing;
  fabric::SwitchTiming made;
  made.time = &stations.time();
  if (timing.shared_buffers) made.shared = std::make_unique<timing::BufferPool>(timing.buffers);
  const auto ingress = [&](const std::string& port) {
    Station::Config config;
    config.label = described.name + "." + port + ".ingress";
    config.kind = "ingress";
    config.depth = timing.shared_buffers ? timing.buffers : std::min(timing.ingress_queue, credits);
    config.latency = timing.latency;
    config.pool = made.shared.get();
    return stations.make(config, PipeServer::Config{});
  };
  for (unsigned i = 0; i < described.upstream.size(); ++i) {
    made.from_usp.push_back(ingress("usp" + std::to_string(i)));
  }
  for (const DownstreamPortDescription& port : described.downstream) {
    made.from_dsp.push_back(ingress(port.name));
  }
  return made;
}

fabric::LinkTiming make_link_timing(const std::string& label,
                                    const PhysicalLinkDescription* physical, Picoseconds latency,
                                    const LinkEnds& ends, StationFactory& stations) {
  fabric::LinkTiming link;
  link.time = &stations.time();
  const auto make = [&](LinkDirection::Way way, const SwitchDescription* sender) {
    const bool down = way == LinkDirection::Way::m2s;
    Station::Config config;
    config.label = label + (down ? ".m2s" : ".s2m");
    config.kind = "transmitter";
    std::unique_ptr<Server> server;
    if (physical) {
      config.latency = physical->flight();
      config.depth = sender ? sender->timing.egress_queue : physical->queue;
      server = std::make_unique<LinkDirection>(
          stations.link_tables(make_link_config(*physical), down), stations.span());
    } else {
      config.latency = latency;
      config.depth = sender ? sender->timing.egress_queue : 0;
      server = std::make_unique<PipeServer>(PipeServer::Config{});
    }
    return stations.make(config, std::move(server), make_arbiter(sender, down));
  };
  link.m2s = make(LinkDirection::Way::m2s, ends.upper);
  link.s2m = make(LinkDirection::Way::s2m, ends.lower);
  return link;
}

std::unique_ptr<fabric::EndpointTiming> make_device_timing(const DeviceDescription& described,
                                                           unsigned credits,
                                                           StationFactory& stations) {
  auto device = std::make_unique<fabric::EndpointTiming>();
  device->time = &stations.time();
  Station::Config config;
  config.label = described.name + ".controller";
  config.kind = "controller";
  config.depth = std::min(described.timing.queue, credits);
  config.latency = described.timing.request_latency;
  device->controller = stations.make(config, PipeServer::Config{});
  if (described.timing.media.kind == MediaKind::dram) {
    add_dram_channels(*device, described, stations);
  } else {
    add_fixed_media(*device, described, stations);
  }
  return device;
}

std::unique_ptr<fabric::EndpointTiming> make_local_timing(const HostDescription& host,
                                                          StationFactory& stations) {
  DeviceDescription controller;
  controller.name = host.name + ".local";
  controller.timing.media = host.timing.local->media;
  return make_device_timing(controller, controller.timing.queue, stations);
}

}  // namespace cxlpool::platforms
