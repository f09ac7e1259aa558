// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;

constexpr std::uint64_t window_end = Bench::base + Bench::window_bytes;
constexpr std::uint64_t decoder_end = Bench::base + Bench::decoder_bytes;
constexpr std::uint64_t partition_edge = Bench::base + Bench::capacity[1];  // both devices
constexpr std::uint64_t capacity_edge = Bench::base + 2 * Bench::capacity[1];

std::uint8_t pattern(std::uint64_t hpa) {
  return static_cast<std::uint8_t>(hpa * 0x9E3779B97F4A7C15u >> 56 & 0x7F);  // never all-ones
}

class HostAccess : public WithAndWithoutCompiledRoutes {
 protected:
  Bench bench{GetParam()};

  std::uint8_t stored(const Bench::Place& place) {
    std::uint8_t byte = 0;
    bench.device(place.device).media().read(place.dpa, &byte, 1);
    return byte;
  }

  void expect_parts(const fabric::DirectInitiator::Outcome& outcome, std::uint64_t hpa,
                    unsigned length) {
    std::uint64_t at = hpa;
    for (const auto& part : outcome.parts) {
      const Bench::Place place = Bench::place(at);
      ASSERT_EQ(part.hpa, at);
      ASSERT_EQ(part.size, std::min<std::uint64_t>(256 - at % 256, hpa + length - at));
      ASSERT_EQ(part.cause, place.cause);
      if (place.cause == Cause::none) {
        ASSERT_EQ(static_cast<unsigned>(part.device), place.device);
        ASSERT_EQ(part.dpa, place.dpa);
      }
      at += part.size;
    }
    ASSERT_EQ(at, hpa + length);
  }

  void expect_first_failure(const fabric::DirectInitiator::Outcome& outcome, std::uint64_t hpa,
                            unsigned length) {
    Cause cause = Cause::none;
    for (std::uint64_t at = hpa; at < hpa + length && cause == Cause::none; ++at) {
      cause = Bench::place(at).cause;
    }
    ASSERT_EQ(outcome.access.cause, cause);
    ASSERT_EQ(outcome.status, fabric::status_of(cause));
    const std::string where = outcome.access.where;
    if (cause == Cause::none) {
      ASSERT_EQ(where, "");
    }
    if (cause == Cause::no_window) {
      ASSERT_EQ(where, "h0");
    }
    if (cause == Cause::no_decoder) {
      ASSERT_EQ(where, "h0.hb0");
    }
    if (cause == Cause::beyond_capacity) {
      ASSERT_EQ(where, "mem1");
    }
    ASSERT_EQ(outcome.access.decoder, cause == Cause::beyond_capacity ? 0 : -1);
  }

  /// Writes and reads [hpa, hpa + length) and compares every byte with plain arithmetic.
  void round_trip(std::uint64_t hpa, unsigned length) {
    std::vector<std::uint8_t> data(length), got(length, 0x55);
    for (unsigned i = 0; i < length; ++i) data[i] = pattern(hpa + i);
    const auto written = bench.direct.write(hpa, data.data(), length);
    expect_parts(written, hpa, length);
    expect_first_failure(written, hpa, length);
    const auto read = bench.direct.read(hpa, got.data(), length);
    expect_parts(read, hpa, length);
    expect_first_failure(read, hpa, length);
    for (unsigned i = 0; i < length; ++i) {
      const Bench::Place place = Bench::place(hpa + i);
      const bool good = place.cause == Cause::none;
      ASSERT_EQ(got[i], good ? data[i] : 0xFF) << std::hex << hpa + i;
      if (good) {
        ASSERT_EQ(stored(place), data[i]) << std::hex << hpa + i;
      }
    }
  }
};

TEST_P(HostAccess, SplitsAtEveryOffsetAroundEveryEdge) {
  bench.start_programmed();
  for (const std::uint64_t edge : {Bench::base, Bench::base + 256, Bench::base + 512,
                                   partition_edge, capacity_edge, decoder_end, window_end}) {
    for (std::int64_t offset = -257; offset <= 257; offset += offset % 16 == 0 ? 1 : 5) {
      for (unsigned length : {1, 3, 8, 64, 255, 256, 257, 700}) {
        ASSERT_NO_FATAL_FAILURE(round_trip(edge + offset, length));
      }
    }
    for (unsigned length : {4096, 4097, 20'000}) {
      ASSERT_NO_FATAL_FAILURE(round_trip(edge - 1000, length));
    }
  }
}

TEST_P(HostAccess, FailingFirstMiddleAndLastPartLeaveTheOthersDone) {
  bench.start_programmed();
  ASSERT_NO_FATAL_FAILURE(round_trip(Bench::base - 256, 768));  // first part: no window
  ASSERT_NO_FATAL_FAILURE(round_trip(capacity_edge, 768));      // middle part: beyond capacity
  ASSERT_NO_FATAL_FAILURE(round_trip(decoder_end - 512, 768));  // middle and last
  ASSERT_NO_FATAL_FAILURE(round_trip(window_end - 256, 512));   // all, for two reasons
}

TEST_P(HostAccess, ByteEnablesOfEveryPeriodTurnWithTheParts) {
  bench.start_programmed();
  for (unsigned period : {1u, 2u, 3u, 5u, 7u, 8u, 13u, 64u, 255u, 256u, 257u, 600u, 1000u}) {
    for (std::uint64_t hpa : {Bench::base + 10, Bench::base + 250, capacity_edge - 100}) {
      constexpr unsigned length = 600;
      std::vector<std::uint8_t> enables(period), data(length), got(length), zero(length);
      for (unsigned i = 0; i < period; ++i) {
        enables[i] = (i * 7 + period) % 3 == 0 ? TLM_BYTE_DISABLED : TLM_BYTE_ENABLED;
      }
      for (unsigned i = 0; i < length; ++i) data[i] = pattern(hpa + i) | 1;
      bench.direct.write(hpa, zero.data(), length);
      Payload write(tlm::TLM_WRITE_COMMAND, hpa, data.data(), length);
      write.set_byte_enable_ptr(enables.data());
      write.set_byte_enable_length(period);
      bench.foreign.send(write);
      std::fill(got.begin(), got.end(), 0x22);
      Payload read(tlm::TLM_READ_COMMAND, hpa, got.data(), length);
      read.set_byte_enable_ptr(enables.data());
      read.set_byte_enable_length(period);
      bench.foreign.send(read);
      for (unsigned i = 0; i < length; ++i) {
        const Bench::Place place = Bench::place(hpa + i);
        const bool enabled = enables[i % period] != 0;
        const bool good = place.cause == Cause::none;
        if (good) {
          ASSERT_EQ(stored(place), enabled ? data[i] : 0) << period << " " << i;
        }
        ASSERT_EQ(got[i], !enabled ? 0x22 : good ? data[i] : 0xFF) << period << " " << i;
      }
    }
  }
}

TEST_P(HostAccess, MalformedAccessIsABurstErrorAndChangesNothing) {
  bench.start_programmed();
  std::uint8_t data[512] = {};
  const auto refused = [&](tlm::tlm_generic_payload& trans) {
    const auto before = bench.host.counters().errors[static_cast<int>(Cause::malformed)];
    bench.foreign.send(trans);
    EXPECT_EQ(trans.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(bench.host.counters().errors[static_cast<int>(Cause::malformed)], before + 1);
  };
  Payload empty(tlm::TLM_READ_COMMAND, Bench::base, data, 0);
  refused(empty);
  Payload narrow(tlm::TLM_READ_COMMAND, Bench::base, data, 64);
  narrow.set_streaming_width(32);
  refused(narrow);
  EXPECT_EQ(data[63], 0xFF);
  Payload wraps(tlm::TLM_WRITE_COMMAND, ~0ull - 10, data, 64);
  refused(wraps);
  Payload no_enables(tlm::TLM_WRITE_COMMAND, Bench::base, data, 64);
  no_enables.set_byte_enable_ptr(data);
  refused(no_enables);
  EXPECT_EQ(bench.host.counters().accesses(), 0u);
}

TEST(Host, MissingDataPointerIsABurstError) {
  Bench bench(true);
  bench.start_programmed();
  Payload trans(tlm::TLM_READ_COMMAND, Bench::base, nullptr, 64);
  sc_core::sc_time delay;
  bench.at_foreign.out->b_transport(trans, delay);
  EXPECT_EQ(trans.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_P(HostAccess, LastBytesOfTheAddressSpaceMeetNoWindow) {
  bench.start();
  std::uint8_t data[300];
  for (unsigned length : {1u, 256u, 300u}) {
    EXPECT_EQ(bench.direct.read(0 - std::uint64_t{length}, data, length).access.cause,
              Cause::no_window);
  }
}

TEST_P(HostAccess, IgnoreCommandMovesNothingAndIsCountedNowhere) {
  bench.start_programmed();
  std::uint8_t data[512];
  std::fill_n(data, 512, 0x33);
  for (unsigned length : {64u, 512u}) {
    Payload trans(tlm::TLM_IGNORE_COMMAND, Bench::base, data, length);
    bench.foreign.send(trans);
    EXPECT_TRUE(trans.is_response_ok());
  }
  Payload nowhere(tlm::TLM_IGNORE_COMMAND, 0, data, 64);
  bench.foreign.send(nowhere);
  EXPECT_EQ(nowhere.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(data[511], 0x33);
  EXPECT_EQ(stored({Cause::none, 0, 0}), 0);
  bench.host.settle_counters();
  EXPECT_EQ(bench.host.counters().accesses(), 0u);
  EXPECT_EQ(bench.bridge.counters().accesses(), 0u);
  EXPECT_EQ(bench.device0.counters().accesses(), 0u);
}

TEST_P(HostAccess, PartsStartTogetherAndTheLastEndsTheAccess) {
  bench.start_programmed();
  std::uint8_t data[4096] = {};
  EXPECT_EQ(bench.direct.read(Bench::base, data, 64).delay, sc_core::sc_time(50, sc_core::SC_NS));
  EXPECT_EQ(bench.direct.read(Bench::base, data, 4096).delay, sc_core::sc_time(50, sc_core::SC_NS));
}

TEST_P(HostAccess, EveryPartIsCountedByEveryComponentItPasses) {
  bench.start_programmed();
  std::uint8_t data[512] = {};
  bench.direct.write(Bench::base + 128, data, 512);  // 128 + 256 + 128 bytes: mem0, mem1, mem0
  bench.host.settle_counters();
  bench.host.settle_counters();  // twice is once
  EXPECT_EQ(bench.host.counters().writes, 3u);
  EXPECT_EQ(bench.bridge.counters().writes, 3u);
  EXPECT_EQ(bench.bridge.counters().write_bytes, 512u);
  EXPECT_EQ(bench.link0.counters().writes, 2u);
  EXPECT_EQ(bench.device0.counters().write_bytes, 256u);
  EXPECT_EQ(bench.device1.counters().write_bytes, 256u);
  EXPECT_EQ(bench.device1.counters().reads, 0u);
}

TEST_P(HostAccess, DebugTransportMovesTheSameBytesAndCountsNothing) {
  bench.start_programmed();
  std::vector<std::uint8_t> data(5000), got(5000);
  for (unsigned i = 0; i < 5000; ++i) data[i] = pattern(i);
  Payload write(tlm::TLM_WRITE_COMMAND, Bench::base + 7, data.data(), 5000);
  EXPECT_EQ(bench.foreign.socket->transport_dbg(write), 5000u);
  EXPECT_TRUE(bench.direct.read(Bench::base + 7, got.data(), 5000).ok());
  EXPECT_EQ(got, data);
  bench.host.settle_counters();
  EXPECT_EQ(bench.device0.counters().writes, 0u);
}

TEST_P(HostAccess, DebugTransportEndsAtTheFirstByteThatGoesNowhere) {
  bench.start_programmed();
  std::vector<std::uint8_t> data(1024);
  Payload trans(tlm::TLM_READ_COMMAND, decoder_end - 1024, data.data(), 1024);
  EXPECT_EQ(bench.foreign.socket->transport_dbg(trans), 256u);  // mem1 has no such DPA
  Payload outside(tlm::TLM_READ_COMMAND, 0, data.data(), 1024);
  EXPECT_EQ(bench.foreign.socket->transport_dbg(outside), 0u);
}

TEST_P(HostAccess, TopologyAskedForBeforeTheStartIsNotKept) {
  bench.host.topology();
  bench.start_programmed();
  std::size_t devices = 0;
  for (const auto& node : bench.host.topology().tree.nodes) {
    devices += node.kind == address::Node::Kind::device;
  }
  EXPECT_EQ(devices, 2u);
}

INSTANTIATE_TEST_SUITE_P(Routes, HostAccess, testing::Bool(), route_name);

}  // namespace
}  // namespace cxlpool::module_test
