// SPDX-License-Identifier: Apache-2.0
#include "traffic/initiator.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/module/bench.h"
#include "traffic/data.h"

namespace cxlpool::module_test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using traffic::Initiator;
using traffic::Mode;
using Next = traffic::RequestSource::Next;

constexpr std::uint64_t initiator_base = 4 * GiB;

/// Reads of 8 bytes, one granule further each; what next() answers can be scripted.
class Reads : public traffic::RequestSource {
 public:
  explicit Reads(std::uint64_t requests) : left_(requests) {}
  Next next(traffic::Request& request) override {
    if (before_next) {
      const Next answer = before_next();
      if (answer != Next::request) return answer;
    }
    if (left_ == 0) return Next::done;
    --left_;
    request = {traffic::Op::read, traffic::ByteEnables::all, 8, initiator_base + 256 * issued++};
    return Next::request;
  }
  bool observe(const traffic::Request&, const std::uint8_t*, traffic::Mismatch&) override {
    ++observed;
    return true;
  }

  std::function<Next()> before_next;
  std::uint64_t issued = 0, observed = 0;

 private:
  std::uint64_t left_;
};

/// A host over a foreign memory of a scripted latency, and one or two initiators; what reaches the
/// memory is logged with its absolute start and end.
class Driven : public testing::Test {
 protected:
  struct Seen {
    sc_time begin, end, kernel;
  };
  fabric::Host host{"host", host_config()};
  ForeignTarget memory{"memory"};
  traffic::Scoreboard scoreboard{{}};
  std::vector<Seen> log;
  std::function<sc_time()> latency = [] { return sc_time(100, SC_NS); };

  Driven() {
    host.bridge[0].bind(memory.socket);
    memory.serve = [this](tlm::tlm_generic_payload& trans, sc_time& delay) {
      const sc_time now = sc_core::sc_time_stamp();
      Seen seen{now + delay, {}, now};
      delay += latency();
      seen.end = now + delay;
      log.push_back(seen);
      trans.set_response_status(tlm::TLM_OK_RESPONSE);
    };
  }

 public:
  static fabric::Host::Config host_config() {
    fabric::Host::Config config;
    config.label = "h0";
    config.bridge_uids = {1};
    address::FixedMemoryWindow window;
    window.base = initiator_base;
    window.size = GiB;
    window.targets = {1};
    config.windows = {window};
    return config;
  }

 protected:
  Initiator::Config config(Mode mode, unsigned outstanding, sc_time quantum) {
    Initiator::Config config;
    config.label = "h0.t0";
    config.mode = mode;
    config.injection.outstanding = outstanding;
    if (mode == Mode::lt) driver_ = std::make_unique<traffic::LooseDriver>("driver", quantum);
    config.driver = driver_.get();
    return config;
  }
  std::unique_ptr<Initiator> make(Mode mode, unsigned outstanding,
                                  sc_time quantum = sc_time(1, SC_US)) {
    auto initiator = std::make_unique<Initiator>("initiator", config(mode, outstanding, quantum),
                                                 host, scoreboard, nullptr);
    checker_.between(initiator->socket, host.core[0]);
    return initiator;
  }

 private:
  ProtocolChecker checker_{"checker"};
  std::unique_ptr<traffic::LooseDriver> driver_;
};

TEST_F(Driven, KeepsExactlyNOutstandingInLooselyTimedMode) {
  constexpr unsigned outstanding = 3;
  auto initiator = make(Mode::lt, outstanding);
  std::uint64_t state = 1;
  latency = [&] { return sc_time(50 + (state = traffic::mix(state)) % 200, SC_NS); };
  initiator->begin(std::make_unique<Reads>(5000));
  sc_core::sc_start();
  ASSERT_TRUE(initiator->finished());
  EXPECT_EQ(initiator->statistics().completed, 5000u);
  // The n-th request begins when the earliest of those in flight before it has ended.
  std::vector<sc_time> ends;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (i < outstanding) {
      ASSERT_EQ(log[i].begin, sc_core::SC_ZERO_TIME);
    } else {
      const auto earliest = std::min_element(ends.begin(), ends.end());
      ASSERT_EQ(log[i].begin, *earliest) << i;
      ends.erase(earliest);
    }
    ends.push_back(log[i].end);
  }
}

TEST_F(Driven, RunsAheadOfTheKernelByTheQuantumAndNoFurther) {
  const sc_time quantum(1, SC_US), slack(100, SC_NS);
  auto initiator = make(Mode::lt, 1, quantum);
  initiator->begin(std::make_unique<Reads>(1000));
  sc_core::sc_start();
  sc_time furthest;
  for (const Seen& seen : log) furthest = std::max(furthest, seen.begin - seen.kernel);
  EXPECT_GT(furthest, quantum - slack);
  EXPECT_LE(furthest, quantum + slack);
  EXPECT_EQ(initiator->statistics().latency_ps_total, 1000u * 100'000);
}

TEST_F(Driven, NoTimePassesInFunctionalMode) {
  auto initiator = make(Mode::functional, 4);
  initiator->begin(std::make_unique<Reads>(1000));
  sc_core::sc_start();
  EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
  EXPECT_EQ(log.back().begin, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(initiator->statistics().latency_ps_total, 0u);
}

TEST_F(Driven, SourceThatWaitsIsAskedAgainAfterEveryCompletion) {
  auto initiator = make(Mode::lt, 8);
  auto source = std::make_unique<Reads>(100);
  Reads& reads = *source;
  // Like a pointer chase: no next address before the last one was read.
  reads.before_next = [&] { return reads.observed < reads.issued ? Next::wait : Next::request; };
  initiator->begin(std::move(source));
  sc_core::sc_start();
  EXPECT_EQ(initiator->statistics().completed, 100u);
  for (std::size_t i = 1; i < log.size(); ++i) ASSERT_EQ(log[i].begin, log[i - 1].end);
}

TEST_F(Driven, EveryRequestIsObservedBeforeTheEnd) {
  auto initiator = make(Mode::lt, 16);
  auto source = std::make_unique<Reads>(100);
  Reads& reads = *source;
  initiator->begin(std::move(source));
  sc_core::sc_start();
  EXPECT_EQ(reads.observed, 100u);
}

TEST_F(Driven, ExceptionOfTheSourceEndsTheRunAndIsKept) {
  auto initiator = make(Mode::lt, 2);
  auto source = std::make_unique<Reads>(1000);
  Reads& reads = *source;
  reads.before_next = [&]() -> Next {
    if (reads.issued == 10) throw std::runtime_error("line 11: damaged");
    return Next::request;
  };
  initiator->begin(std::move(source));
  sc_core::sc_start();
  EXPECT_FALSE(initiator->finished());
  ASSERT_TRUE(initiator->error());
  try {
    std::rethrow_exception(initiator->error());
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "line 11: damaged");
  }
  EXPECT_EQ(initiator->statistics().asked, 10u);
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_STOPPED);
}

TEST_F(Driven, SourceThatWaitsForNothingIsAnError) {
  auto initiator = make(Mode::functional, 2);
  auto source = std::make_unique<Reads>(1);
  source->before_next = [] { return Next::wait; };
  initiator->begin(std::move(source));
  sc_core::sc_start();
  EXPECT_TRUE(initiator->error());
}

TEST_F(Driven, WhatAModeNeedsMustBeThere) {
  EXPECT_THROW(make(Mode::lt, 0), std::invalid_argument);
  for (const Mode mode : {Mode::lt, Mode::at}) {
    Initiator::Config nothing;
    nothing.mode = mode;
    EXPECT_THROW(Initiator("initiator", nothing, host, scoreboard, nullptr), std::invalid_argument);
  }
}

/// Three hosts with a memory each, of one that answers after 100, one after 37, one after 211 ns.
class LooselyDriven : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr std::array<std::uint64_t, 3> latencies = {100'000, 37'000, 211'000};
  static constexpr std::uint64_t requests = 400;

  /// When a request began, and whose it was.
  using Seen = std::pair<std::uint64_t, std::size_t>;

  LooselyDriven() {
    for (std::size_t i = 0; i < latencies.size(); ++i) {
      const std::string name = std::to_string(i);
      hosts.push_back(
          std::make_unique<fabric::Host>(("host" + name).c_str(), Driven::host_config()));
      memories.push_back(std::make_unique<ForeignTarget>(("memory" + name).c_str()));
      hosts[i]->bridge[0].bind(memories[i]->socket);
      memories[i]->serve = [this, i](tlm::tlm_generic_payload& trans, sc_time& delay) {
        const sc_time begin = sc_core::sc_time_stamp() + delay;
        log.emplace_back(fabric::to_picoseconds(begin), i);
        furthest = std::max(furthest, delay);
        delay += fabric::to_sc_time(latencies[i]);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
      };
      Initiator::Config config;
      config.label = "t" + name;
      config.mode = Mode::lt;
      config.driver = &driver;
      config.injection.start = start_of(i);
      initiators.push_back(std::make_unique<Initiator>(("initiator" + name).c_str(), config,
                                                       *hosts[i], scoreboard, nullptr));
      initiators[i]->socket.bind(hosts[i]->core[0]);
    }
  }
  static std::uint64_t start_of(std::size_t initiator) { return 5'000 * (3 - initiator); }

  sc_time quantum{static_cast<double>(GetParam()), SC_NS};
  traffic::LooseDriver driver{"driver", quantum};
  traffic::Scoreboard scoreboard{{}};
  std::vector<std::unique_ptr<fabric::Host>> hosts;
  std::vector<std::unique_ptr<ForeignTarget>> memories;
  std::vector<std::unique_ptr<Initiator>> initiators;
  std::vector<Seen> log;
  sc_time furthest;
};

TEST_P(LooselyDriven, RequestsComeInTheOrderOfTheirTimeAheadOfTheKernelByTheQuantumAtMost) {
  for (const auto& each : initiators) each->begin(std::make_unique<Reads>(requests));
  sc_core::sc_start();
  std::vector<Seen> expected;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    for (std::uint64_t n = 0; n < requests; ++n) {
      expected.emplace_back(start_of(i) + n * latencies[i], i);
    }
    end = std::max(end, start_of(i) + requests * latencies[i]);
    EXPECT_TRUE(initiators[i]->finished());
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(log, expected);
  EXPECT_LE(furthest, quantum);
  EXPECT_EQ(fabric::to_picoseconds(sc_core::sc_time_stamp()), end);
}

TEST_P(LooselyDriven, WhoeverHasAnswersToComeIsNotFinished) {
  for (const auto& each : initiators) each->begin(std::make_unique<Reads>(1));
  sc_core::sc_start(sc_time(100, SC_NS));
  EXPECT_FALSE(initiators[0]->finished());
  EXPECT_TRUE(initiators[1]->finished());
  EXPECT_FALSE(initiators[2]->finished());
  sc_core::sc_start(sc_time(1, SC_US));
  EXPECT_TRUE(initiators[0]->finished());
  EXPECT_TRUE(initiators[2]->finished());
}

TEST_P(LooselyDriven, ThatOneSourceFailsEndsTheRunOfAll) {
  auto damaged = std::make_unique<Reads>(requests);
  Reads& reads = *damaged;
  reads.before_next = [&]() -> Next {
    if (reads.issued == 10) throw std::runtime_error("damaged");
    return Next::request;
  };
  initiators[0]->begin(std::make_unique<Reads>(requests));
  initiators[1]->begin(std::move(damaged));
  initiators[2]->begin(std::make_unique<Reads>(requests));
  sc_core::sc_start();
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_STOPPED);
  EXPECT_TRUE(initiators[1]->error());
  EXPECT_FALSE(initiators[0]->error());
  EXPECT_LT(log.back().first, start_of(1) + 11 * latencies[1]);
}

INSTANTIATE_TEST_SUITE_P(Quanta, LooselyDriven, testing::Values(0, 30, 1'000, 50'000));

TEST(Initiators, TakeTurnsInFunctionalMode) {
  fabric::Host::Config config;
  config.label = "h";
  config.bridge_uids = {1};
  address::FixedMemoryWindow window;
  window.base = initiator_base;
  window.size = GiB;
  window.targets = {1};
  config.windows = {window};
  fabric::Host host0("host0", config), host1("host1", config);
  ForeignTarget memory0("memory0"), memory1("memory1");
  host0.bridge[0].bind(memory0.socket);
  host1.bridge[0].bind(memory1.socket);
  std::int64_t lead = 0, furthest = 0;
  const auto serve = [&](int step) {
    return [&, step](tlm::tlm_generic_payload& trans, sc_time&) {
      lead += step;
      furthest = std::max(furthest, std::abs(lead));
      trans.set_response_status(tlm::TLM_OK_RESPONSE);
    };
  };
  memory0.serve = serve(1);
  memory1.serve = serve(-1);
  traffic::Scoreboard scoreboard({});
  Initiator::Config of_first, of_second;
  of_first.label = "h0.t0";
  of_second.label = "h1.t0";
  of_second.injection.outstanding = 4;
  Initiator first("first", of_first, host0, scoreboard, nullptr);
  Initiator second("second", of_second, host1, scoreboard, nullptr);
  first.socket.bind(host0.core[0]);
  second.socket.bind(host1.core[0]);
  first.begin(std::make_unique<Reads>(10'000));
  second.begin(std::make_unique<Reads>(10'000));
  sc_core::sc_start();
  EXPECT_TRUE(first.finished() && second.finished());
  EXPECT_EQ(lead, 0);
  EXPECT_LE(furthest, 256);
}

}  // namespace
}  // namespace cxlpool::module_test
