// SPDX-License-Identifier: Apache-2.0
#include "models/timing/station.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/timing/pipe_server.h"
#include "tests/unit/timing/random_network.h"
#include "tests/unit/timing/station_network.h"

namespace cxlpool::timing {
namespace {

/// A timeline with whatever stations a test puts on it.
class StationTest : public testing::Test {
 protected:
  Station& add(Station::Config config, PipeServer::Config pipe,
               std::unique_ptr<Arbiter> arbiter = std::make_unique<FifoArbiter>(),
               unsigned inputs = 1) {
    stations_.push_back(std::make_unique<Station>(
        timeline_, std::move(config), std::make_unique<PipeServer>(pipe), std::move(arbiter)));
    stations_.back()->input(inputs - 1);
    return *stations_.back();
  }

  struct Sent final : Actor {
    Transit transit;
    std::vector<Place> leg;
    Picoseconds out = 0;
    unsigned position = 0;  ///< among all that came out
    bool is_out = false;
    StationTest* test = nullptr;
    void fire(void*, Picoseconds now) override {
      if (is_out) ADD_FAILURE() << "came out twice";
      is_out = true;
      out = now;
      position = test->came_out_++;
    }
  };

  /// Makes a message that comes to the first of the places at `at`.
  Sent& send(std::vector<Place> leg, Picoseconds at, unsigned lines = 1, unsigned traffic = 0) {
    sent_.push_back(std::make_unique<Sent>());
    Sent& sent = *sent_.back();
    sent.test = this;
    sent.leg = std::move(leg);
    sent.transit.message.kind = MessageKind::rwd;
    sent.transit.message.lines = static_cast<std::uint8_t>(lines);
    sent.transit.message.traffic = static_cast<std::uint8_t>(traffic);
    sent.transit.order = sent_.size();
    sent.transit.leg = sent.leg.data();
    sent.transit.leg_end = sent.leg.data() + sent.leg.size();
    sent.transit.owner = &sent;
    EXPECT_TRUE(sent.leg.front().station->has_room(sent.leg.front().input));
    sent.leg.front().station->reserve(sent.leg.front().input);
    timeline_.schedule(at, sent.transit.order, *sent.leg.front().station, &sent.transit);
    return sent;
  }

  void run() {
    while (!timeline_.idle()) timeline_.step();
  }

  Timeline timeline_;
  std::vector<std::unique_ptr<Station>> stations_;
  std::vector<std::unique_ptr<Sent>> sent_;
  unsigned came_out_ = 0;
};

std::unique_ptr<Arbiter> round_robin(std::vector<unsigned> weights = {}) {
  return std::make_unique<RoundRobinArbiter>(std::move(weights));
}

TEST_F(StationTest, NeedsAServerAndAnArbiter) {
  EXPECT_THROW(Station(timeline_, {}, nullptr, round_robin()), std::invalid_argument);
  EXPECT_THROW(Station(timeline_, {}, std::make_unique<PipeServer>(PipeServer::Config{}), nullptr),
               std::invalid_argument);
  EXPECT_THROW(RoundRobinArbiter({1, 0, 2}), std::invalid_argument);
}

TEST_F(StationTest, MessagesTakeTurnsAtTheServerAndComeOutBehindTheLatency) {
  Station& port = add({"port", 0, 5}, {100, 10});
  const Sent& first = send({{&port, 0}}, 1'000);
  const Sent& second = send({{&port, 0}}, 1'003);
  const Sent& third = send({{&port, 0}}, 2'000);
  run();
  EXPECT_EQ(first.out, 1'105u);
  EXPECT_EQ(second.out, 1'115u);
  EXPECT_EQ(third.out, 2'105u);
  EXPECT_EQ(port.book(first.transit.message, 50'000), 50'105u);
  EXPECT_EQ(port.alone(first.transit.message), 105u);
}

TEST_F(StationTest, FifoTakesTheEarliestOverAllInputs) {
  Station& port = add({"port"}, {0, 100}, std::make_unique<FifoArbiter>(), 3);
  const Sent& busy = send({{&port, 0}}, 0);
  const Sent& c = send({{&port, 2}}, 30);
  const Sent& b = send({{&port, 1}}, 20);
  const Sent& a = send({{&port, 0}}, 10);
  const Sent& d = send({{&port, 1}}, 30);  // as early as c, and numbered behind it
  run();
  EXPECT_EQ(busy.out, 0u);
  EXPECT_EQ(a.out, 100u);
  EXPECT_EQ(b.out, 200u);
  EXPECT_EQ(c.out, 300u);
  EXPECT_EQ(d.out, 400u);
}

/// How many of each input are among the first `count` that come out.
template <typename Messages>
std::map<unsigned, unsigned> shares(const Messages& sent, unsigned count) {
  std::map<unsigned, unsigned> result;
  for (const auto& message : sent) {
    if (message->position < count) ++result[message->leg.front().input];
  }
  return result;
}

TEST_F(StationTest, RoundRobinTakesOneOfEachHoweverManyAnotherHas) {
  Station& port = add({"port"}, {0, 10}, round_robin(), 4);
  for (unsigned i = 0; i != 300; ++i) send({{&port, 0}}, 0);
  for (unsigned i = 0; i != 100; ++i) send({{&port, 1}}, 0);
  for (unsigned i = 0; i != 100; ++i) send({{&port, 3}}, 0);
  run();
  for (unsigned count = 3; count <= 300; count += 3) {
    for (const auto& [input, share] : shares(sent_, count)) EXPECT_EQ(share, count / 3) << input;
  }
}

TEST_F(StationTest, WeightsAreExactOverEveryTurnAndSpreadWithinIt) {
  Station& port = add({"port"}, {0, 10}, round_robin({5, 1, 2}), 3);
  for (unsigned input = 0; input != 3; ++input) {
    for (unsigned i = 0; i != 4'000; ++i) send({{&port, input}}, 0);
  }
  run();
  for (unsigned turns = 1; turns <= 800; turns += 7) {
    const auto share = shares(sent_, 8 * turns);
    EXPECT_EQ(share.at(0), 5 * turns);
    EXPECT_EQ(share.at(1), turns);
    EXPECT_EQ(share.at(2), 2 * turns);
  }
  std::vector<unsigned> first(8);
  for (const auto& sent : sent_) {
    if (sent->position < 8) first[sent->position] = sent->leg.front().input;
  }
  EXPECT_EQ(first, (std::vector<unsigned>{0, 2, 0, 0, 1, 0, 2, 0}));
}

TEST_F(StationTest, WhoDoesNotWaitSavesNothing) {
  Station& port = add({"port"}, {0, 10}, round_robin({1, 1}), 2);
  for (unsigned i = 0; i != 200; ++i) send({{&port, 0}}, 0);
  for (unsigned i = 0; i != 50; ++i) send({{&port, 1}}, 1'000);  // after 100 of the other
  run();
  EXPECT_EQ(shares(sent_, 102).at(1), 1u);
  EXPECT_EQ(shares(sent_, 200).at(1), 50u);
}

TEST_F(StationTest, PriorityGoesFirstAndWithinAClassTheEarliest) {
  Station& port = add({"port"}, {0, 100}, std::make_unique<PriorityArbiter>(), 3);
  send({{&port, 0}}, 0);
  const Sent& low = send({{&port, 0}}, 10, 1, 0);
  const Sent& high = send({{&port, 1}}, 30, 1, 2);
  const Sent& higher_behind = send({{&port, 0}}, 20, 1, 3);  // behind `low` in its queue
  const Sent& high_too = send({{&port, 2}}, 25, 1, 2);
  run();
  EXPECT_EQ(high_too.out, 100u);
  EXPECT_EQ(high.out, 200u);
  EXPECT_EQ(low.out, 300u);
  EXPECT_EQ(higher_behind.out, 400u);
}

TEST_F(StationTest, AFullQueueHoldsTheMessageBackWhereItIs) {
  Station& first = add({"first"}, {0, 1});
  Station& second = add({"second", 2}, {0, 1'000});
  std::vector<Sent*> sent;
  for (unsigned i = 0; i != 6; ++i) sent.push_back(&send({{&first, 0}, {&second, 0}}, 0));
  while (timeline_.next() < 500) timeline_.step();
  // One is served, two wait for it, and the credit of nobody else has been taken.
  EXPECT_EQ(second.waiting(), 2u);
  EXPECT_EQ(first.waiting(), 3u);
  EXPECT_FALSE(second.has_room(0));
  EXPECT_EQ(first.blocked_on(), &second);
  run();
  EXPECT_EQ(first.blocked_on(), nullptr);
  EXPECT_TRUE(second.has_room(0));
  for (unsigned i = 0; i != 6; ++i) EXPECT_EQ(sent[i]->out, i * 1'000u);
  EXPECT_EQ(second.statistics().deepest_queue, 2u);
}

TEST_F(StationTest, AMessageOnItsWayHasItsRoomAlready) {
  Station& first = add({"first", 0, 10'000}, {0, 1});
  Station& second = add({"second", 1}, {0, 1});
  const Sent& one = send({{&first, 0}, {&second, 0}}, 0);
  const Sent& other = send({{&first, 0}, {&second, 0}}, 0);
  run();
  EXPECT_EQ(one.out, 10'000u);
  EXPECT_EQ(other.out, 20'000u);  // left only when the first had left the second station
}

TEST_F(StationTest, TheChoiceStaysWhileItWaitsForRoom) {
  Station& first = add({"first"}, {0, 1}, std::make_unique<PriorityArbiter>(), 2);
  Station& second = add({"second", 1}, {0, 1'000});
  const Place next{&second, 0};
  send({{&first, 0}, next}, 0);
  send({{&first, 0}, next}, 0);
  const Sent& chosen = send({{&first, 0}, next}, 0);
  const Sent& urgent = send({{&first, 1}, next}, 500, 1, 9);
  run();
  EXPECT_EQ(chosen.out, 2'000u);
  EXPECT_EQ(urgent.out, 3'000u);
}

TEST_F(StationTest, ArrivalsOfAnInstantComeBeforeItsDecisions) {
  Station& first = add({"first"}, {0, 0});  // takes no time at all
  Station& second = add({"second"}, {0, 100}, std::make_unique<PriorityArbiter>(), 2);
  const Sent& through = send({{&first, 0}, {&second, 0}}, 50, 1, 9);
  const Sent& direct = send({{&second, 1}}, 50);  // comes in the round before
  const Sent& low = send({{&second, 0}}, 150, 1, 0);
  const Sent& high = send({{&second, 1}}, 150, 1, 1);
  const Sent& low_again = send({{&second, 0}}, 150, 1, 0);
  run();
  EXPECT_EQ(direct.out, 50u);
  EXPECT_EQ(through.out, 150u);
  EXPECT_EQ(high.out, 250u);
  EXPECT_EQ(low.out, 350u);
  EXPECT_EQ(low_again.out, 450u);
}

TEST_F(StationTest, AChainThatTakesNoTimeIsPassedInOneInstant) {
  std::vector<Place> chain;
  for (unsigned i = 0; i != 10; ++i) chain.push_back(add({std::to_string(i), 1}, {}).input(0));
  for (unsigned i = 0; i != 5; ++i) {
    Station& port = add({"port"}, {});
    std::vector<Place> path{{&port, 0}};
    path.insert(path.end(), chain.begin() + i, chain.end());
    if (i == 0) send(path, 70);
  }
  timeline_.step();
  EXPECT_TRUE(timeline_.idle());
  EXPECT_EQ(timeline_.now(), 70u);
  EXPECT_TRUE(sent_.front()->is_out);
}

/// Takes a place at an input as soon as there is one.
class Outsider final : public Actor {
 public:
  Outsider(Station& station, unsigned input, std::uint64_t order)
      : station_{station}, input_{input}, order_{order} {
    try_it();
  }
  void fire(void* subject, Picoseconds now) override {
    EXPECT_EQ(subject, this);
    ++woken_;
    in_at_ = now;
    try_it();
  }
  bool is_in() const { return in_; }
  Picoseconds in_at() const { return in_at_; }
  unsigned woken() const { return woken_; }

 private:
  void try_it() {
    if (station_.has_room(input_)) {
      station_.reserve(input_);
      in_ = true;
    } else {
      station_.wait_for_room(input_, *this, this, order_);
    }
  }
  Station& station_;
  unsigned input_;
  std::uint64_t order_;
  bool in_ = false;
  Picoseconds in_at_ = 0;
  unsigned woken_ = 0;
};

TEST_F(StationTest, OutsidersAreWokenOneForEachPlaceTheLongestWaitingFirst) {
  Station& port = add({"port", 2}, {0, 100});
  for (unsigned i = 0; i != 2; ++i) send({{&port, 0}}, 0);
  Outsider one{port, 0, 30};
  Outsider two{port, 0, 20};
  Outsider three{port, 0, 10};
  EXPECT_FALSE(one.is_in());
  run();
  EXPECT_TRUE(one.is_in());
  EXPECT_EQ(one.in_at(), 0u);
  EXPECT_TRUE(two.is_in());
  EXPECT_EQ(two.in_at(), 100u);
  EXPECT_FALSE(three.is_in());
  EXPECT_EQ(one.woken() + two.woken() + three.woken(), 2u);
  port.release(0);  // not needed after all
  run();
  EXPECT_TRUE(three.is_in());
}

TEST_F(StationTest, APoolIsSharedByItsStations) {
  BufferPool pool{2};
  Station& feeder = add({"feeder"}, {0, 1});
  Station& other = add({"other feeder"}, {0, 1});
  Station& a = add({"a", 8, 0, &pool}, {0, 1'000});
  Station& b = add({"b", 8, 0, &pool}, {0, 300});
  std::vector<Sent*> to_a, to_b;
  for (unsigned i = 0; i != 3; ++i) to_a.push_back(&send({{&feeder, 0}, {&a, 0}}, 10));
  for (unsigned i = 0; i != 3; ++i) to_b.push_back(&send({{&other, 0}, {&b, 0}}, 500));
  run();
  // One of a is served from 10 on; two wait with both buffers until 1'010, when one is given back.
  EXPECT_EQ(to_a[0]->out, 10u);
  EXPECT_EQ(to_a[1]->out, 1'010u);
  EXPECT_EQ(to_a[2]->out, 2'010u);
  EXPECT_EQ(to_b[0]->out, 1'010u);
  EXPECT_EQ(to_b[1]->out, 1'310u);
  EXPECT_EQ(to_b[2]->out, 1'610u);
  EXPECT_EQ(other.statistics().blocked, 510u + 298);  // the third since 1'012
  pool.take();
  pool.take();
  EXPECT_FALSE(a.has_room(0));
}

TEST_F(StationTest, AnOutsiderIsWokenByABufferFromElsewhere) {
  BufferPool pool{1};
  Station& a = add({"a", 4, 0, &pool}, {0, 100});
  Station& b = add({"b", 4, 0, &pool}, {0, 100});
  send({{&a, 0}}, 50);
  Outsider one{b, 0, 1};
  Outsider two{b, 0, 2};
  run();
  EXPECT_TRUE(one.is_in());
  EXPECT_EQ(one.in_at(), 50u);
  EXPECT_FALSE(two.is_in());
  b.release(0);
  run();
  EXPECT_TRUE(two.is_in());
}

std::vector<std::string> labels(const std::vector<const Station*>& stations) {
  std::vector<std::string> result;
  for (const Station* station : stations) result.push_back(station->label());
  return result;
}

/// Rather sees what comes for 100 ps, unless a message of a higher class is there.
class PatientArbiter final : public Arbiter {
 public:
  bool is_queue() const override { return false; }
  Picoseconds chooses_at(const Heads& heads, Picoseconds now) override {
    return first_of_high_class(heads) ? now : std::max(now, heads[0]->ready + 100);
  }
  Transit& choose(const Heads& heads, Picoseconds) override {
    Transit* const high = first_of_high_class(heads);
    return high ? *high : *heads[0];
  }

 private:
  static Transit* first_of_high_class(const Heads& heads) {
    Transit* at = heads[0];
    while (at && at->message.traffic == 0) at = at->behind;
    return at;
  }
};

TEST_F(StationTest, AnArbiterMayWaitForWhatComes) {
  Station& station = add({"patient", 0, 0}, {10}, std::make_unique<PatientArbiter>());
  const Sent& waits = send({{&station, 0}}, 0);
  const Sent& goes_at_once = send({{&station, 0}}, 50, 1, 1);
  // In the instant in which the choice was due.
  const Sent& comes_then = send({{&station, 0}}, 100);
  run();
  EXPECT_EQ(waits.out, 110u);
  EXPECT_EQ(goes_at_once.out, 60u);
  EXPECT_EQ(comes_then.out, 210u);
}

TEST_F(StationTest, ManyThatComeWhileAnArbiterWaitsMakeNoMoreOfItsEvents) {
  Station& station = add({"patient", 0, 0}, {10}, std::make_unique<PatientArbiter>());
  constexpr unsigned count = 90;
  for (unsigned i = 0; i < count; ++i) send({{&station, 0}}, i);
  unsigned instants = 0;
  for (; !timeline_.idle(); ++instants) timeline_.step();
  for (unsigned i = 0; i < count; ++i) EXPECT_EQ(sent_[i]->out, i + 110u) << i;
  EXPECT_LE(instants, 3 * count);  // each comes, is chosen, and comes out
}

TEST_F(StationTest, ARingOfFullQueuesIsNamed) {
  add({"bystander"}, {0, 1});
  Station& outside = add({"outside"}, {0, 1});
  Station& x = add({"x", 1}, {0, 10}, std::make_unique<FifoArbiter>(), 2);
  Station& y = add({"y", 1}, {0, 10});
  Station& z = add({"z", 1}, {0, 10});
  for (unsigned i = 0; i != 8; ++i) {
    std::vector<Place> path{{&outside, 0}, {&x, 1}};
    for (unsigned turn = 0; turn != 4; ++turn) {
      for (const Place place : {Place{&y, 0}, Place{&z, 0}, Place{&x, 0}}) path.push_back(place);
    }
    send(path, 0);
  }
  run();
  EXPECT_LT(came_out_, 8u);
  const auto cycle = timeline_.find_deadlock();
  auto named = labels(cycle);
  std::sort(named.begin(), named.end());
  EXPECT_EQ(named, (std::vector<std::string>{"x", "y", "z"}));
  for (std::size_t i = 0; i != cycle.size(); ++i) {
    EXPECT_EQ(cycle[i]->blocked_on(), cycle[(i + 1) % cycle.size()]);
  }
}

TEST_F(StationTest, TwoDirectionsThatShareBuffersCanHoldEachOtherUp) {
  BufferPool pool{2};
  Station& outside = add({"outside"}, {0, 1});
  Station& down = add({"down", 4, 0, &pool}, {0, 10});
  Station& memory = add({"memory", 1}, {0, 10});
  Station& up = add({"up", 4, 0, &pool}, {0, 10});
  for (unsigned i = 0; i != 5; ++i) send({{&outside, 0}, {&down, 0}, {&memory, 0}, {&up, 0}}, 0);
  run();
  // Requests have the buffers, and wait for the memory that waits for a buffer for its answer.
  auto named = labels(timeline_.find_deadlock());
  std::sort(named.begin(), named.end());
  EXPECT_EQ(named, (std::vector<std::string>{"down", "memory", "up"}));
}

TEST_F(StationTest, AnIdleTimelineWithNobodyWaitingHasNoDeadlock) {
  Station& port = add({"port", 1}, {0, 1'000});
  send({{&port, 0}}, 0);
  run();
  EXPECT_TRUE(timeline_.find_deadlock().empty());
}

TEST_F(StationTest, StatisticsOfAnExampleAreRight) {
  Station& first = add({"first"}, {0, 10});
  Station& second = add({"second", 1}, {0, 0, 100});
  const Place next{&second, 0};
  // Begin at the first: 0, 10, 100 (blocked since 20), 300 (blocked since 110), the last arrives
  // at 1000. Begin at the second: 0, 100, 300, 400, 1000.
  send({{&first, 0}, next}, 0, 1);
  send({{&first, 0}, next}, 0, 2);
  send({{&first, 0}, next}, 0, 1);
  send({{&first, 0}, next}, 5, 3);
  send({{&first, 0}, next}, 1'000, 1);
  run();
  const StationStatistics& one = first.statistics();
  EXPECT_EQ(one.messages, 5u);
  EXPECT_EQ(one.bytes, 8 * 64u);
  EXPECT_EQ(one.busy, 50u);
  EXPECT_EQ(one.waited, 0u + 10 + 100 + 295 + 0);
  EXPECT_EQ(one.longest_wait, 295u);
  EXPECT_EQ(one.blocked, 80u + 190);
  EXPECT_EQ(one.deepest_queue, 3u);
  const StationStatistics& two = second.statistics();
  EXPECT_EQ(two.messages, 5u);
  EXPECT_EQ(two.bytes, 8 * 64u);
  EXPECT_EQ(two.busy, 800u);
  EXPECT_EQ(two.waited, 0u + 90 + 200 + 100 + 0);
  EXPECT_EQ(two.longest_wait, 200u);
  EXPECT_EQ(two.blocked, 0u);
  EXPECT_EQ(two.deepest_queue, 1u);
  first.measure(2'000, 3'000);
  EXPECT_EQ(first.statistics().messages, 0u);
}

bool carries_data(const Message& message) {
  return message.kind != MessageKind::req && message.kind != MessageKind::ndr;
}

/// Everything that a station says of itself, from what was seen of the messages.
TEST(StationStatisticsTest, AreConservedAndObeyLittlesLawInRandomNetworks) {
  for (unsigned seed = 1'001; seed <= 1'080; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const test::NetworkPlan plan = test::RandomNetwork{seed}.make();
    test::StationNetwork network{plan};
    const test::NetworkTrace& trace = network.run();
    struct Seen {
      std::uint64_t in = 0, out = 0, bytes_in = 0, bytes_out = 0;
      // What arrives and what begins: the first two of a picosecond's changes, and the others.
      std::map<Picoseconds, std::pair<int, int>> changes;
    };
    std::vector<Seen> seen(plan.stations.size());
    for (std::size_t i = 0; i < plan.accesses.size(); ++i) {
      const test::AccessPlan& access = plan.accesses[i];
      for (std::size_t hop = 0; hop < access.path.size(); ++hop) {
        Seen& here = seen[access.path[hop].station];
        const test::AccessTrace::Stop stop = trace[i].stops[hop];
        const Message& message = access.message(hop);
        const unsigned bytes = carries_data(message) ? message.lines * line_bytes : 0;
        ++here.in;
        here.bytes_in += bytes;
        ++here.changes[stop.arrived].first;
        ++here.changes[stop.begun].second;
        const bool last = hop + 1 == access.path.size();
        if (last ? trace[i].complete : trace[i].stops[hop + 1].arrived >= stop.begun) {
          ++here.out;
          here.bytes_out += bytes;
        }
      }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const StationStatistics& statistics = network.station(i).statistics();
      EXPECT_EQ(seen[i].in, seen[i].out);
      EXPECT_EQ(seen[i].bytes_in, seen[i].bytes_out);
      EXPECT_EQ(statistics.messages, seen[i].in);
      EXPECT_EQ(statistics.bytes, seen[i].bytes_in);
      EXPECT_EQ(network.station(i).waiting(), 0u);
      // Mean number waiting = rate of arrivals x mean wait, each times the length of the run.
      Picoseconds waiting_time = 0, before = 0;
      int waiting = 0, at_least = 0, at_most = 0;
      for (const auto& [at, change] : seen[i].changes) {
        waiting_time += static_cast<Picoseconds>(waiting) * (at - before);
        at_most = std::max(at_most, waiting + change.first);
        waiting += change.first - change.second;
        at_least = std::max(at_least, waiting);
        before = at;
      }
      EXPECT_EQ(statistics.waited, waiting_time) << network.station(i).label();
      EXPECT_LE(statistics.blocked, statistics.waited);
      EXPECT_GE(statistics.deepest_queue, static_cast<unsigned>(at_least));
      EXPECT_LE(statistics.deepest_queue, static_cast<unsigned>(at_most));
      if (plan.stations[i].depth > 0) {
        EXPECT_LE(statistics.deepest_queue, plan.stations[i].depth * plan.stations[i].inputs);
      }
    }
  }
}

}  // namespace
}  // namespace cxlpool::timing
