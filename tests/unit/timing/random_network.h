// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/timing/network_plan.h"

namespace cxlpool::timing::test {

/// Networks in the shape of fabrics: from each host a port and a link down to a switch or straight
/// to a multi-headed device, the device's controller and channels, and the same way back. The
/// generator's output is used raw, so that a seed means the same with every library.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_{seed} {}

  NetworkPlan make() {
    draw_shape();
    add_stations(one_of(0, 3) != 0);
    add_sources();
    return std::move(plan_);
  }

  /// Of any links, without priorities: every host sends so many accesses at random times,
  /// `open_gap` apart in the mean, whatever has become of those before. For at_load().
  NetworkPlan make_open(unsigned each) {
    last_arbitration_ = Arbitration::weighted;
    draw_shape();
    config_ = any_link();
    links_ = one_of(0, 3) != 0;
    add_stations(one_of(0, 3) != 0);
    add_open_sources(each);
    return std::move(plan_);
  }

  LinkConfig any_link() {
    LinkConfig config{one_of(3, 6), 1u << one_of(0, 4)};
    config.flit = static_cast<FlitMode>(one_of(config.generation == 6 ? 1 : 0, 2));
    config.mdh = one_of(0, 1) == 0 && config.flit == FlitMode::flit_68b;
    config.sync_header_bypass = one_of(0, 1) == 0;
    config.skp_ordered_sets = one_of(0, 3) != 0;
    return config;
  }

  static constexpr Picoseconds open_gap = 1'000 * ps_per_ns;

 private:
  void draw_shape() {
    hosts_ = one_of(1, 16);
    devices_ = one_of(1, 8);
    channels_ = one_of(1, 2);
    // Times in whole units make messages meet in the same instant.
    unit_ = one_of(0, 2) == 0 ? 1'000 : 1;
    links_ = unit_ == 1 && one_of(0, 2) != 0;
    no_time_ = one_of(0, 3) == 0;
    deepest_ = one_of(0, 3) == 0 ? 64 : one_of(1, 8);
    delays_ = one_of(0, 1) == 0;
    config_ = {one_of(3, 6), 1u << one_of(2, 4), FlitMode::flit_68b};
    if (config_.generation == 6) config_.flit = FlitMode::flit_256b;
    if (one_of(0, 2) == 0) config_.mdh = config_.flit == FlitMode::flit_68b;
  }

  unsigned one_of(unsigned first, unsigned last) {
    return first + static_cast<unsigned>(random_() % (last - first + 1));
  }
  Picoseconds time(unsigned longest_ns) {
    if (no_time_ && one_of(0, 2) == 0) return 0;
    return one_of(1, longest_ns * 1'000) / unit_ * unit_;
  }

  unsigned station(const std::string& label, unsigned inputs, unsigned slowest_ns) {
    StationPlan made;
    made.label = label;
    made.inputs = inputs;
    made.depth = one_of(1, deepest_);
    made.latency = time(20);
    made.arbitration =
        static_cast<Arbitration>(one_of(0, static_cast<unsigned>(last_arbitration_)));
    for (unsigned i = 0; i < inputs && made.arbitration == Arbitration::weighted; ++i) {
      made.weights.push_back(one_of(1, 5));
    }
    made.pipe = {time(30), time(slowest_ns), time(slowest_ns), time(30), time(slowest_ns)};
    plan_.stations.push_back(made);
    return static_cast<unsigned>(plan_.stations.size() - 1);
  }

  /// A buffer or a controller: in half of the networks it only takes time.
  unsigned passed(const std::string& label, unsigned inputs, unsigned slowest_ns) {
    const unsigned made = station(label, inputs, slowest_ns);
    PipePlan& pipe = plan_.stations[made].pipe;
    if (delays_) pipe = {pipe.latency, 0, 0, pipe.latency, 0};
    return made;
  }

  unsigned link(const std::string& label, unsigned inputs, LinkDirection::Way way) {
    const unsigned made = station(label, inputs, 5);
    if (links_) plan_.stations[made].link = LinkPlan{config_, way};
    return made;
  }

  void add_stations(bool switched) {
    using Way = LinkDirection::Way;
    const auto name = [](const char* what, unsigned i, unsigned j = 0) {
      return what + std::to_string(i) + "." + std::to_string(j);
    };
    for (unsigned h = 0; h < hosts_; ++h) port_.push_back(passed(name("port", h), 1, 3));
    const unsigned heads = switched ? 1 : devices_;
    for (unsigned h = 0; h < hosts_; ++h) {
      for (unsigned d = 0; d < heads; ++d) down_.push_back(link(name("down", h, d), 1, Way::m2s));
      for (unsigned d = 0; d < heads; ++d) {
        up_.push_back(link(name("up", h, d), switched ? devices_ : channels_, Way::s2m));
      }
      if (switched) ingress_.push_back(passed(name("ingress", h), 1, 2));
    }
    for (unsigned d = 0; d < devices_; ++d) {
      if (switched) {
        egress_.push_back(link(name("egress", d), hosts_, Way::m2s));
        device_up_.push_back(link(name("device up", d), channels_, Way::s2m));
        return_.push_back(passed(name("return", d), 1, 2));
      }
      controller_.push_back(passed(name("controller", d), switched ? 1 : hosts_, 5));
      for (unsigned c = 0; c < channels_; ++c) {
        channel_.push_back(station(name("channel", d, c), 1, 20));
      }
    }
    // The ingress buffers of a switch share memory; one pool a direction, so that answers get out.
    if (switched && one_of(0, 2) == 0) {
      for (const auto* ports : {&ingress_, &return_}) {
        for (const unsigned number : *ports) {
          plan_.stations[number].pool = static_cast<unsigned>(plan_.pools.size());
        }
        plan_.pools.push_back(one_of(1, 2 * static_cast<unsigned>(ports->size())));
      }
    }
  }

  void add_sources() {
    const bool open = one_of(0, 1) == 0;
    const bool by_host = one_of(0, 1) == 0;
    const unsigned each = one_of(20, 80);
    const unsigned gap_ns = one_of(1, 60);
    for (unsigned h = 0; h < hosts_; ++h) {
      SourcePlan source;
      source.outstanding = open ? 0 : one_of(1, 32);
      const unsigned traffic = one_of(0, 3);
      Picoseconds now = 0;
      for (unsigned i = 0; i < each; ++i) {
        now += open ? one_of(0, 2 * gap_ns * 1'000) / unit_ * unit_ : 0;
        AccessPlan access = make_access(h, traffic);
        access.not_before = now;
        access.order = by_host ? h * 1'000 + i : i * 1'000 + h;
        source.accesses.push_back(plan_.accesses.size());
        plan_.accesses.push_back(access);
      }
      plan_.sources.push_back(source);
    }
  }

  void add_open_sources(unsigned each) {
    for (unsigned h = 0; h < hosts_; ++h) {
      SourcePlan source;
      double now = 0;
      for (unsigned i = 0; i < each; ++i) {
        const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
        now -= std::log(uniform) * open_gap;
        AccessPlan access = make_access(h, 0);
        access.not_before = static_cast<Picoseconds>(now);
        access.order = i * 1'000 + h;
        source.accesses.push_back(plan_.accesses.size());
        plan_.accesses.push_back(access);
      }
      plan_.sources.push_back(source);
    }
  }

  AccessPlan make_access(unsigned host, unsigned traffic) {
    const unsigned device = one_of(0, devices_ - 1);
    const unsigned channel = one_of(0, channels_ - 1);
    AccessPlan access;
    Message& request = access.request;
    request.write = one_of(0, 1) == 0;
    request.kind = !request.write      ? MessageKind::req
                   : one_of(0, 3) == 0 ? MessageKind::rwd_partial
                                       : MessageKind::rwd;
    request.lines = static_cast<std::uint8_t>(one_of(1, 4));
    request.traffic = static_cast<std::uint8_t>(traffic);
    request.host = static_cast<std::uint16_t>(host);
    request.dpa = plan_.accesses.size();
    access.response = request;
    access.response.kind = request.write ? MessageKind::ndr : MessageKind::drs;
    auto& path = access.path;
    path.push_back({port_[host], 0});
    const bool switched = !egress_.empty();
    const unsigned head = switched ? host : host * devices_ + device;
    path.push_back({down_[head], 0});
    if (switched) path.push_back({ingress_[host], 0});
    if (switched) path.push_back({egress_[device], host});
    path.push_back({controller_[device], switched ? 0 : host});
    path.push_back({channel_[device * channels_ + channel], 0});
    access.down = path.size();
    if (switched) path.push_back({device_up_[device], channel});
    if (switched) path.push_back({return_[device], 0});
    path.push_back({up_[head], switched ? device : channel});
    return access;
  }

  std::mt19937_64 random_;
  NetworkPlan plan_;
  unsigned hosts_ = 0;
  unsigned devices_ = 0;
  unsigned channels_ = 0;
  unsigned deepest_ = 0;
  Picoseconds unit_ = 1;
  bool links_ = false;
  bool no_time_ = false;
  bool delays_ = false;
  LinkConfig config_;
  Arbitration last_arbitration_ = Arbitration::priority;
  std::vector<unsigned> port_, down_, ingress_, egress_, controller_, channel_;
  std::vector<unsigned> device_up_, return_, up_;
};

}  // namespace cxlpool::timing::test
