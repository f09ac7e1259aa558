// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "models/timing/link_direction.h"
#include "tests/unit/timing/network_plan.h"

namespace cxlpool::timing::test {

/// What a network of stations does, written to be read rather than to be fast: sorted sets, and a
/// look at every station whenever anything has changed. It shares nothing with Station, Timeline,
/// Wheel and Arbiter but LinkDirection, which both ask the same questions in the same order.
///
/// An instant consists of rounds. In a round first everything arrives that is due, then every
/// station that has news decides, in the order of their numbers: a message has come, the server has
/// become free, or there is room again where it was refused. What arrives or is given back by these
/// decisions is news in the next round.
class ReferenceNetwork {
 public:
  explicit ReferenceNetwork(const NetworkPlan& plan)
      : plan_{plan}, free_buffers_{plan.pools}, sources_(plan.sources.size()) {
    for (const StationPlan& station : plan.stations) {
      Node node;
      node.inputs.resize(station.inputs);
      node.credit.resize(station.inputs);
      if (station.link) {
        node.link = std::make_unique<LinkDirection>(station.link->config, station.link->way);
      }
      nodes_.push_back(std::move(node));
    }
    for (const AccessPlan& access : plan.accesses) {
      trace_.push_back({std::vector<AccessTrace::Stop>(access.path.size()), 0, false});
    }
    source_of_.resize(plan.accesses.size());
    for (std::size_t i = 0; i < plan.sources.size(); ++i) {
      for (const std::size_t access : plan.sources[i].accesses) {
        source_of_[access] = i;
        instants_.insert(plan.accesses[access].not_before);
      }
    }
  }

  NetworkTrace run() {
    while (!instants_.empty()) {
      now_ = *instants_.begin();
      instants_.erase(instants_.begin());
      bool changed = true;
      while (changed) {
        arrivals();
        changed = decisions();
      }
    }
    return trace_;
  }

  /// Messages that waited at a station at once, at most.
  unsigned deepest_queue(std::size_t station) const { return nodes_[station].deepest; }

  /// Messages that found the next queue full when their turn came.
  std::uint64_t refusals() const { return refusals_; }

 private:
  /// Of the messages at different inputs the first to arrive is first, then the lower order.
  using Waiting = std::tuple<Picoseconds, std::uint64_t, std::size_t>;
  /// At one input, those of an instant are in the order in which they were sent there.
  using Queued = std::tuple<Picoseconds, std::uint64_t, Waiting>;

  struct Input {
    std::set<Queued> waiting;
    unsigned held = 0;  // by those that wait and those that are on their way
  };
  struct Choice {
    unsigned input;
    Waiting message;
  };
  struct Node {
    std::vector<Input> inputs;
    Picoseconds free_at = 0;
    std::optional<Choice> chosen;
    std::optional<HopPlan> refused_at;
    std::optional<unsigned> refused_by_pool;
    bool news = false;
    unsigned deepest = 0;
    unsigned turn = 0;                 // round robin: who was last
    std::vector<std::int64_t> credit;  // weighted: what each has saved
    std::unique_ptr<LinkDirection> link;
  };
  struct Source {
    std::size_t sent = 0;
    unsigned under_way = 0;
  };

  bool has_room(const HopPlan& hop) const {
    const StationPlan& station = plan_.stations[hop.station];
    if (station.pool && free_buffers_[*station.pool] == 0) return false;
    return station.depth == 0 || nodes_[hop.station].inputs[hop.input].held < station.depth;
  }

  void take_room(const HopPlan& hop) {
    ++nodes_[hop.station].inputs[hop.input].held;
    if (const auto pool = plan_.stations[hop.station].pool) --free_buffers_[*pool];
  }

  void give_room(const HopPlan& hop) {
    --nodes_[hop.station].inputs[hop.input].held;
    const auto pool = plan_.stations[hop.station].pool;
    if (pool) ++free_buffers_[*pool];
    for (Node& node : nodes_) {
      const bool here = node.refused_at && node.refused_at->station == hop.station &&
                        node.refused_at->input == hop.input;
      if (here || (pool && node.refused_by_pool == pool)) node.news = true;
    }
  }

  void arrivals() {
    while (!under_way_.empty() && std::get<0>(*under_way_.begin()) == now_) {
      const auto [at, order, access, hop] = *under_way_.begin();
      under_way_.erase(under_way_.begin());
      if (hop < plan_.accesses[access].path.size()) {
        arrive(access, hop);
      } else {
        trace_[access].completed = now_;
        trace_[access].complete = true;
        --sources_[source_of_[access]].under_way;
      }
    }
    for (auto& [at, station] : becoming_free_) {
      if (at == now_) nodes_[station].news = true;
    }
    while (!becoming_free_.empty() && becoming_free_.begin()->first <= now_) {
      becoming_free_.erase(becoming_free_.begin());
    }
    for (std::size_t i = 0; i < sources_.size(); ++i) send_what_can(plan_.sources[i], sources_[i]);
  }

  void send_what_can(const SourcePlan& plan, Source& source) {
    while (source.sent < plan.accesses.size()) {
      const std::size_t access = plan.accesses[source.sent];
      const HopPlan first = plan_.accesses[access].path.front();
      if (plan_.accesses[access].not_before > now_) return;
      if (plan.outstanding != 0 && source.under_way == plan.outstanding) return;
      if (!has_room(first)) return;
      take_room(first);
      ++source.sent;
      ++source.under_way;
      turn_.resize(plan_.accesses.size());
      turn_[access] = ++turns_;
      arrive(access, 0);
    }
  }

  void arrive(std::size_t access, std::size_t hop) {
    const HopPlan at = plan_.accesses[access].path[hop];
    turn_.resize(plan_.accesses.size());
    nodes_[at.station].inputs[at.input].waiting.insert(
        {now_, turn_[access], {now_, plan_.accesses[access].order, access}});
    Node& node = nodes_[at.station];
    node.news = true;
    unsigned waiting = 0;
    for (const Input& input : node.inputs) waiting += static_cast<unsigned>(input.waiting.size());
    node.deepest = std::max(node.deepest, waiting);
    trace_[access].stops[hop].arrived = now_;
    position_.resize(plan_.accesses.size());
    position_[access] = hop;
  }

  bool decisions() {
    std::vector<std::size_t> deciding;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].news) deciding.push_back(i);
      nodes_[i].news = false;
    }
    for (const std::size_t i : deciding) {
      while (decide(static_cast<unsigned>(i))) {
      }
    }
    return !deciding.empty();
  }

  /// Sends one message on, if that can be.
  bool decide(unsigned number) {
    Node& node = nodes_[number];
    if (node.free_at > now_) return false;
    if (!node.chosen) node.chosen = choose(plan_.stations[number], node);
    if (!node.chosen) return false;
    const auto [since, order, id] = node.chosen->message;
    const AccessPlan& access = plan_.accesses[id];
    const std::size_t hop = position_[id];
    const bool last = hop + 1 == access.path.size();
    if (!last && !has_room(access.path[hop + 1])) {
      ++refusals_;
      const auto pool = plan_.stations[access.path[hop + 1].station].pool;
      node.refused_at = access.path[hop + 1];
      node.refused_by_pool = pool && free_buffers_[*pool] == 0 ? pool : std::nullopt;
      return false;
    }
    node.refused_at.reset();
    node.refused_by_pool.reset();
    if (!last) take_room(access.path[hop + 1]);
    auto& queue = node.inputs[node.chosen->input].waiting;
    queue.erase(std::find_if(queue.begin(), queue.end(), [&](const Queued& queued) {
      return std::get<2>(queued) == node.chosen->message;
    }));
    trace_[id].stops[hop].begun = now_;
    const Server::Service service = serve(plan_.stations[number], node, access.message(hop), since);
    node.free_at = service.free_at;
    turn_[id] = ++turns_;
    becoming_free_.insert({node.free_at, number});
    instants_.insert(node.free_at);
    give_room({number, node.chosen->input});
    node.chosen.reset();
    const Picoseconds there = service.done_at + plan_.stations[number].latency;
    under_way_.insert({there, order, id, hop + 1});
    if (there > now_) instants_.insert(there);
    return true;
  }

  Server::Service serve(const StationPlan& plan, Node& node, const Message& message,
                        Picoseconds ready) const {
    if (node.link) return node.link->serve(message, now_, ready);
    const PipePlan& pipe = plan.pipe;
    const Picoseconds per_line = message.write ? pipe.write_gap_per_line : pipe.gap_per_line;
    return {now_ + pipe.gap_per_message + message.lines * per_line,
            now_ + (message.write ? pipe.write_latency : pipe.latency)};
  }

  std::optional<Choice> choose(const StationPlan& plan, Node& node) const {
    std::vector<Choice> heads;
    for (unsigned i = 0; i < node.inputs.size(); ++i) {
      const auto& waiting = node.inputs[i].waiting;
      if (!waiting.empty()) heads.push_back({i, std::get<2>(*waiting.begin())});
    }
    if (heads.empty()) return std::nullopt;
    const auto earlier = [](const Choice& a, const Choice& b) { return a.message < b.message; };
    switch (plan.arbitration) {
      case Arbitration::fifo:
        return *std::min_element(heads.begin(), heads.end(), earlier);
      case Arbitration::priority:
        return *std::min_element(heads.begin(), heads.end(), [&](const auto& a, const auto& b) {
          return std::pair{-traffic(a), a.message} < std::pair{-traffic(b), b.message};
        });
      case Arbitration::round_robin:
        return round_robin(heads, node);
      case Arbitration::weighted:
        return weighted(plan, heads, node);
    }
    return std::nullopt;
  }

  int traffic(const Choice& choice) const {
    const std::size_t access = std::get<2>(choice.message);
    return plan_.accesses[access].message(position_[access]).traffic;
  }

  /// The first that waits behind the one that was last.
  static Choice round_robin(const std::vector<Choice>& heads, Node& node) {
    Choice next = heads.front();
    for (const Choice& head : heads) {
      if (head.input > node.turn) {
        next = head;
        break;
      }
    }
    node.turn = next.input;
    return next;
  }

  /// Whoever waits earns his weight, the richest pays for all of them; who does not wait is poor.
  static Choice weighted(const StationPlan& plan, const std::vector<Choice>& heads, Node& node) {
    std::vector<std::int64_t> saved(node.credit.size());
    std::int64_t price = 0;
    for (const Choice& head : heads) {
      const std::int64_t weight = head.input < plan.weights.size() ? plan.weights[head.input] : 1;
      saved[head.input] = node.credit[head.input] + weight;
      price += weight;
    }
    Choice richest = heads.front();
    for (const Choice& head : heads) {
      if (saved[head.input] > saved[richest.input]) richest = head;
    }
    saved[richest.input] -= price;
    node.credit = saved;
    return richest;
  }

  const NetworkPlan& plan_;
  std::vector<unsigned> free_buffers_;
  std::vector<Source> sources_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> source_of_;
  std::vector<std::size_t> position_;  // the hop where an access is
  std::vector<std::uint64_t> turn_;    // when it was sent last, as a number
  std::uint64_t turns_ = 0;
  NetworkTrace trace_;
  Picoseconds now_ = 0;
  std::set<Picoseconds> instants_;  // when anything may happen
  std::set<std::tuple<Picoseconds, std::uint64_t, std::size_t, std::size_t>> under_way_;
  std::set<std::pair<Picoseconds, unsigned>> becoming_free_;
  std::uint64_t refusals_ = 0;
};

}  // namespace cxlpool::timing::test
