// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "models/timing/arbiter.h"
#include "models/timing/pipe_server.h"
#include "models/timing/station.h"
#include "models/timing/timeline.h"
#include "tests/unit/timing/network_plan.h"

namespace cxlpool::timing::test {

inline std::unique_ptr<Arbiter> make_arbiter(const StationPlan& plan) {
  switch (plan.arbitration) {
    case Arbitration::fifo:
      return std::make_unique<FifoArbiter>();
    case Arbitration::round_robin:
      return std::make_unique<RoundRobinArbiter>();
    case Arbitration::weighted:
      return std::make_unique<RoundRobinArbiter>(plan.weights);
    case Arbitration::priority:
      return std::make_unique<PriorityArbiter>();
  }
  return nullptr;
}

inline std::unique_ptr<Server> make_server(const StationPlan& plan) {
  if (plan.link) {
    return std::make_unique<LinkDirection>(plan.link->config, plan.link->way, plan.span);
  }
  const PipePlan& pipe = plan.pipe;
  return std::make_unique<PipeServer>(PipeServer::Config{pipe.latency, pipe.gap_per_message,
                                                         pipe.gap_per_line, pipe.write_latency,
                                                         pipe.write_gap_per_line, plan.span});
}

/// Carries out a plan with Stations on a Timeline. Paths are cut into legs at random, as far as the
/// plan leaves it open: nothing may depend on it.
class StationNetwork {
 public:
  explicit StationNetwork(const NetworkPlan& plan, unsigned cuts_seed = 1) : plan_{plan} {
    for (const unsigned buffers : plan.pools) {
      pools_.push_back(std::make_unique<BufferPool>(buffers));
    }
    for (const StationPlan& station : plan.stations) {
      BufferPool* pool = station.pool ? pools_[*station.pool].get() : nullptr;
      stations_.push_back(std::make_unique<Station>(
          timeline_, Station::Config{station.label, station.depth, station.latency, pool},
          std::make_unique<Witness>(*this, stations_.size(), make_server(station)),
          make_arbiter(station)));
      if (station.inputs > 0) stations_.back()->input(station.inputs - 1);
    }
    for (const AccessPlan& access : plan.accesses) {
      trace_.push_back({std::vector<AccessTrace::Stop>(access.path.size()), 0, false});
    }
    make_sources(cuts_seed);
  }

  const NetworkTrace& run() {
    while (!timeline_.idle()) timeline_.step();
    return trace_;
  }

  Timeline& timeline() { return timeline_; }
  Station& station(std::size_t number) { return *stations_[number]; }
  const std::vector<std::unique_ptr<Station>>& stations() const { return stations_; }

 private:
  /// Notes when a message came and when it began.
  class Witness final : public Server {
   public:
    Witness(StationNetwork& network, std::size_t station, std::unique_ptr<Server> server)
        : network_{network}, station_{station}, server_{std::move(server)} {}
    Flow flow() const override { return server_->flow(); }
    Service serve(const Message& message, Picoseconds now, Picoseconds ready) override {
      network_.note(station_, message, now, ready);
      return server_->serve(message, now, ready);
    }
    Picoseconds book(const Message& message, Picoseconds arrival) override {
      return server_->book(message, arrival);
    }
    Picoseconds alone(const Message& message) const override { return server_->alone(message); }
    Picoseconds occupancy(const Message& message) const override {
      return server_->occupancy(message);
    }

   private:
    StationNetwork& network_;
    std::size_t station_;
    std::unique_ptr<Server> server_;
  };

  class Source final : public Actor {
   public:
    Source(StationNetwork& network, const SourcePlan& plan, std::uint64_t order)
        : network_{network}, plan_{plan}, order_{order} {}
    void fire(void*, Picoseconds now) override {
      waits_for_room_ = false;
      send_what_can(now);
    }
    void send_what_can(Picoseconds now) {
      while (!waits_for_room_ && sent_ < plan_.accesses.size() &&
             (plan_.outstanding == 0 || under_way_ < plan_.outstanding)) {
        const std::size_t access = plan_.accesses[sent_];
        const AccessPlan& wanted = network_.plan_.accesses[access];
        const HopPlan first = wanted.path.front();
        Station& station = *network_.stations_[first.station];
        if (wanted.not_before > now) {
          network_.timeline_.schedule(wanted.not_before, order_, *this, nullptr);
          waits_for_room_ = true;
        } else if (!station.has_room(first.input)) {
          station.wait_for_room(first.input, *this, nullptr, order_);
          waits_for_room_ = true;
        } else {
          station.reserve(first.input);
          ++sent_;
          ++under_way_;
          network_.begin(access);
        }
      }
    }
    void completed(Picoseconds now) {
      --under_way_;
      send_what_can(now);
    }

   private:
    StationNetwork& network_;
    const SourcePlan& plan_;
    std::uint64_t order_;
    std::size_t sent_ = 0;
    unsigned under_way_ = 0;
    bool waits_for_room_ = false;
  };

  struct Access final : Actor {
    StationNetwork* network = nullptr;
    std::size_t number = 0;
    Transit transit;
    Source* source = nullptr;
    std::vector<std::vector<Place>> legs;
    std::size_t leg = 0;
    std::size_t answer_leg = 0;  // the first on the way up

    void begin_leg() {
      if (leg == answer_leg) transit.message = network->plan_.accesses[number].response;
      transit.leg = legs[leg].data();
      transit.leg_end = transit.leg + legs[leg].size();
      transit.beyond = leg + 1 < legs.size() ? legs[leg + 1].front() : Place{};
      transit.leg->station->arrive(transit);
    }
    void fire(void*, Picoseconds now) override {
      if (++leg < legs.size()) return begin_leg();
      network->trace_[number].completed = now;
      network->trace_[number].complete = true;
      source->completed(now);
    }
  };

  void make_sources(unsigned cuts_seed) {
    std::mt19937_64 random{cuts_seed};
    accesses_.resize(plan_.accesses.size());
    for (std::size_t i = 0; i < plan_.accesses.size(); ++i) {
      const AccessPlan& plan = plan_.accesses[i];
      accesses_[i] = std::make_unique<Access>();
      Access& access = *accesses_[i];
      access.network = this;
      access.number = i;
      access.transit.message = plan.request;
      access.transit.order = plan.order;
      access.transit.owner = &access;
      access.answer_leg = ~std::size_t{0};
      for (std::size_t hop = 0; hop < plan.path.size(); ++hop) {
        if (hop == 0 || hop == plan.down || random() % 4 == 0) access.legs.emplace_back();
        if (hop == plan.down) access.answer_leg = access.legs.size() - 1;
        access.legs.back().push_back(
            stations_[plan.path[hop].station]->input(plan.path[hop].input));
      }
    }
    for (std::size_t i = 0; i < plan_.sources.size(); ++i) {
      sources_.push_back(std::make_unique<Source>(*this, plan_.sources[i], (1ull << 62) + i));
      for (const std::size_t access : plan_.sources[i].accesses) {
        accesses_[access]->source = sources_.back().get();
      }
      timeline_.schedule(0, (1ull << 62) + i, *sources_.back(), nullptr);
    }
  }

  void begin(std::size_t access) { accesses_[access]->begin_leg(); }

  void note(std::size_t station, const Message& message, Picoseconds now, Picoseconds ready) {
    const AccessPlan& plan = plan_.accesses[message.dpa];
    const std::size_t from = is_m2s(message.kind) ? 0 : plan.down;
    for (std::size_t hop = from; hop < plan.path.size(); ++hop) {
      if (plan.path[hop].station != station) continue;
      trace_[message.dpa].stops[hop] = {ready, now};
      return;
    }
  }

  const NetworkPlan& plan_;
  Timeline timeline_;
  std::vector<std::unique_ptr<BufferPool>> pools_;
  std::vector<std::unique_ptr<Station>> stations_;
  std::vector<std::unique_ptr<Access>> accesses_;
  std::vector<std::unique_ptr<Source>> sources_;
  NetworkTrace trace_;
};

}  // namespace cxlpool::timing::test
