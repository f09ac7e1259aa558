// SPDX-License-Identifier: Apache-2.0
// A host's own memory beside its windows: reached by the same accesses, by no decoder.
#include "models/fabric/local_memory.h"

#include <gtest/gtest.h>

#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;

constexpr std::uint64_t local_base = 8 * GiB;
constexpr std::uint64_t local_bytes = MiB;
constexpr std::uint64_t window_base = local_base + local_bytes;

/// Local memory, and directly above it a window that leads to somebody else's memory.
struct LocalBench {
  explicit LocalBench(bool compiled_routes) : host("host", host_config(compiled_routes)) {
    at_core.between(direct.socket, host.core[0]);
    host.bridge[0].bind(pooled.socket);
    at_local.between(host.bridge[1], local.usp);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static fabric::Host::Config host_config(bool compiled_routes) {
    fabric::Host::Config config;
    config.label = "h0";
    config.compiled_routes = compiled_routes;
    config.bridge_uids = {7};
    config.local = {local_base, local_bytes};
    address::FixedMemoryWindow window;
    window.base = window_base;
    window.size = MiB;
    window.targets = {7};
    config.windows = {window};
    return config;
  }

  fabric::Host host;
  fabric::LocalMemory local{
      "local", {"h0.local", static_cast<fabric::DeviceId>(3), {local_base, local_bytes}}};
  ForeignTarget pooled{"pooled"};
  fabric::DirectInitiator direct{"direct"};
  ProtocolChecker at_core{"at_core"}, at_local{"at_local"};
};

class LocalMemoryOfAHost : public WithAndWithoutCompiledRoutes {
 protected:
  LocalBench bench{GetParam()};
};

TEST_P(LocalMemoryOfAHost, IsReadAndWrittenAtItsOffset) {
  const std::uint8_t written[4] = {1, 2, 3, 4};
  std::uint8_t read[4] = {}, stored[4] = {};
  for (const std::uint64_t offset : {std::uint64_t{0}, 4094ul, local_bytes - 4}) {
    const auto write = bench.direct.write(local_base + offset, written, 4);
    EXPECT_TRUE(write.ok());
    EXPECT_EQ(write.access.dpa, offset);
    EXPECT_EQ(static_cast<unsigned>(write.access.device), 3u);
    EXPECT_TRUE(bench.direct.read(local_base + offset, read, 4).ok());
    EXPECT_TRUE(std::equal(read, read + 4, written));
    bench.local.media().read(offset, stored, 4);
    EXPECT_TRUE(std::equal(stored, stored + 4, written));
  }
  bench.host.settle_counters();
  EXPECT_EQ(bench.local.counters().reads, 4u);  // one of them crosses a multiple of 256
  EXPECT_EQ(bench.local.counters().write_bytes, 12u);
}

TEST_P(LocalMemoryOfAHost, EndsWhereTheWindowBegins) {
  std::vector<std::uint8_t> data(1000, 9);
  unsigned bytes_in_window = 0;
  bench.pooled.serve = [&](tlm::tlm_generic_payload& trans, sc_core::sc_time&) {
    EXPECT_GE(trans.get_address(), window_base);
    bytes_in_window += trans.get_data_length();
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  EXPECT_TRUE(bench.direct.write(window_base - 400, data.data(), 1000).ok());
  EXPECT_EQ(bytes_in_window, 600u);
  std::uint8_t last = 0;
  bench.local.media().read(local_bytes - 1, &last, 1);
  EXPECT_EQ(last, 9);
}

TEST_P(LocalMemoryOfAHost, NothingIsBelowIt) {
  std::uint8_t data[8] = {};
  const auto outcome = bench.direct.read(local_base - 8, data, 8);
  EXPECT_EQ(outcome.access.cause, Cause::no_window);
  EXPECT_EQ(data[0], 0xFF);
  const auto across =
      bench.direct.read(local_base - 256, std::vector<std::uint8_t>(512).data(), 512);
  EXPECT_EQ(across.access.cause, Cause::no_window);
  ASSERT_EQ(across.parts.size(), 2u);
  EXPECT_EQ(across.parts[1].cause, Cause::none);
}

TEST_P(LocalMemoryOfAHost, GrantsDirectAccessAndAnswersDebuggers) {
  std::uint8_t data[16] = {7};
  Payload debug(tlm::TLM_WRITE_COMMAND, local_base + 512, data, 16);
  EXPECT_EQ(bench.direct.socket->transport_dbg(debug), 16u);
  Payload asked(tlm::TLM_READ_COMMAND, local_base + 512, nullptr, 0);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(bench.direct.socket->get_direct_mem_ptr(asked, dmi));
  EXPECT_GE(dmi.get_start_address(), local_base);
  EXPECT_LT(dmi.get_end_address(), window_base);
  EXPECT_EQ(dmi.get_dmi_ptr()[local_base + 512 - dmi.get_start_address()], 7);
  Payload beside(tlm::TLM_READ_COMMAND, local_base - 1, nullptr, 0);
  EXPECT_FALSE(bench.direct.socket->get_direct_mem_ptr(beside, dmi));
}

TEST_P(LocalMemoryOfAHost, RefusesWhatIsNotItsOwnAtItsSocket) {
  std::uint8_t data[8] = {};
  Payload trans(tlm::TLM_READ_COMMAND, window_base, data, 8);
  sc_core::sc_time delay;
  bench.host.bridge[1]->b_transport(trans, delay);
  EXPECT_EQ(trans.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.local.counters().errors[static_cast<std::size_t>(Cause::no_window)], 1u);
}

INSTANTIATE_TEST_SUITE_P(Host, LocalMemoryOfAHost, testing::Bool(), route_name);

}  // namespace
}  // namespace cxlpool::module_test
