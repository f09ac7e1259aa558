// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/fabric/cxl_switch.h"
#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;

class Dmi : public WithAndWithoutCompiledRoutes {
 protected:
  Bench bench{GetParam()};

  /// What a read finds at the first byte of the bench; 0xFF where it goes nowhere.
  std::uint8_t read_first() {
    std::uint8_t byte = 0;
    bench.direct.read(Bench::base, &byte, 1);
    return byte;
  }

  /// `change` must revoke while the old data path is still in place, and the access within the
  /// revocation must not make the host keep the old path afterwards.
  template <typename Change>
  void expect_revoked_before(Change&& change, std::uint8_t before, std::uint8_t after) {
    ASSERT_EQ(read_first(), before);
    std::vector<int> seen;
    bench.foreign.on_revocation = [&](std::uint64_t first, std::uint64_t last) {
      EXPECT_LE(first, Bench::base);
      EXPECT_GE(last, Bench::base + 255);
      seen.push_back(read_first());
      bench.host.topology();
    };
    change();
    bench.foreign.on_revocation = nullptr;
    EXPECT_FALSE(seen.empty());
    for (int byte : seen) EXPECT_EQ(byte, before);
    EXPECT_EQ(read_first(), after);
    const auto route = address::walk(bench.host.topology().tree, Bench::base);
    EXPECT_EQ(route.good(), after != 0xFF);
  }

  void mark() {
    const std::uint8_t byte = 0x42;
    bench.device0.media().write(0, &byte, 1);
  }
};

TEST_P(Dmi, GrantIsExactlyOneGranuleAndPointsAtItsBytes) {
  bench.start_programmed();
  for (std::uint64_t hpa : {Bench::base, Bench::base + 255, Bench::base + 256, Bench::base + 700}) {
    tlm::tlm_dmi dmi;
    ASSERT_TRUE(bench.foreign.ask_for_dmi(hpa, dmi));
    EXPECT_EQ(dmi.get_start_address(), hpa & ~255ull);
    EXPECT_EQ(dmi.get_end_address(), hpa | 255);
    EXPECT_TRUE(dmi.is_read_write_allowed());
    EXPECT_EQ(dmi.get_read_latency(), sc_core::sc_time(50, sc_core::SC_NS));
    for (std::uint64_t at = dmi.get_start_address(); at <= dmi.get_end_address(); ++at) {
      const auto value = static_cast<std::uint8_t>(at * 7 + 1);
      dmi.get_dmi_ptr()[at - dmi.get_start_address()] = value;
      std::uint8_t byte = 0;
      EXPECT_TRUE(bench.direct.read(at, &byte, 1).ok());
      ASSERT_EQ(byte, value);
    }
  }
}

TEST_P(Dmi, IsDeniedWhereAnAccessFails) {
  bench.start_programmed();
  for (const std::uint64_t hpa :
       std::vector<std::uint64_t>{0, Bench::base - 1, Bench::base + Bench::decoder_bytes,
                                  Bench::base + 2 * Bench::capacity[1] + 256, ~0ull}) {
    tlm::tlm_dmi dmi;
    EXPECT_FALSE(bench.foreign.ask_for_dmi(hpa, dmi)) << std::hex << hpa;
  }
}

TEST_P(Dmi, OneWayGrantsTheDecoderRangeAsFarAsChunkAndCapacityGo) {
  bench.start_programmed();
  for (unsigned i = 0; i < 2; ++i) bench.device_software(i).uncommit(0);
  bench.bridge_software().uncommit(0);
  bench.bridge_software().program(decoder(0, Bench::base, 512 * MiB, 1, 256, {11}));
  bench.device_software(1).program(decoder(0, Bench::base, 512 * MiB));
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(bench.foreign.ask_for_dmi(Bench::base + 4711, dmi));
  EXPECT_EQ(dmi.get_start_address(), Bench::base);
  EXPECT_EQ(dmi.get_end_address(), Bench::base + Bench::capacity[1] - 1);
  dmi.get_dmi_ptr()[5] = 99;
  std::uint8_t byte = 0;
  bench.device1.media().read(5, &byte, 1);
  EXPECT_EQ(byte, 99);
}

TEST_P(Dmi, UncommitOfAnyDecoderRevokesFirst) {
  bench.start_programmed();
  mark();
  const auto uncommit_and_back = [&](const Software& software,
                                     const address::DecoderProgram& program) {
    expect_revoked_before([&] { software.uncommit(0); }, 0x42, 0xFF);
    expect_revoked_before([&] { software.program(program); }, 0xFF, 0x42);
  };
  uncommit_and_back(bench.bridge_software(),
                    decoder(0, Bench::base, Bench::decoder_bytes, 2, 256, {10, 11}));
  uncommit_and_back(bench.device_software(0),
                    decoder(0, Bench::base, Bench::decoder_bytes, 2, 256));
}

TEST_P(Dmi, EnablesRevokeFirst) {
  bench.start_programmed();
  mark();
  const Software hb = bench.bridge_software(), mem = bench.device_software(0);
  expect_revoked_before([&] { hb.enable_decode(false); }, 0x42, 0xFF);
  expect_revoked_before([&] { hb.enable_decode(); }, 0xFF, 0x42);
  expect_revoked_before([&] { mem.enable_decode(false); }, 0x42, 0xFF);
  expect_revoked_before([&] { mem.enable_decode(); }, 0xFF, 0x42);
  expect_revoked_before([&] { mem.enable_memory(false); }, 0x42, 0xFF);
  expect_revoked_before([&] { mem.enable_memory(); }, 0xFF, 0x42);
}

TEST_P(Dmi, LinkChangeAndPowerLossRevokeFirst) {
  bench.start_programmed();
  mark();
  expect_revoked_before([&] { bench.link0.set_up(false); }, 0x42, 0xFF);
  expect_revoked_before([&] { bench.link0.set_up(true); }, 0xFF, 0x42);
  expect_revoked_before([&] { bench.device0.power_cycle(); }, 0x42, 0xFF);
}

TEST_P(Dmi, RegisterWriteThatChangesNoDecodeRevokesNothing) {
  bench.start_programmed();
  const unsigned before = bench.foreign.revocations;
  bench.bridge_software().write(address::hdm::offset_of(0, address::hdm::base_low), 0);  // ignored
  auto second = decoder(1, 8 * GiB, 256 * MiB);
  second.commit = false;
  bench.bridge_software().program(second);
  bench.device_software(0).enable_decode();
  bench.device_software(0).enable_memory();
  bench.link0.set_up(true);
  EXPECT_EQ(bench.foreign.revocations, before);
}

TEST_P(Dmi, RegistersCanBeReadWhileRevoking) {
  bench.start_programmed();
  std::uint32_t control = 0;
  bench.foreign.on_revocation = [&](std::uint64_t, std::uint64_t) {
    const std::uint32_t hdm = bench.mmio.hdm_structure(0);
    control = static_cast<std::uint32_t>(
        bench.mmio.read(0, hdm + address::hdm::offset_of(0, address::hdm::control), 4));
    bench.mmio.write(1, 0, 0, 4);  // and written: somewhere read-only
  };
  const auto verdict =
      bench.bridge_software().write(address::hdm::offset_of(0, address::hdm::control), 0);
  EXPECT_TRUE(control & address::hdm::committed);
  EXPECT_EQ(verdict.effect, address::WriteVerdict::Effect::uncommitted);
  EXPECT_TRUE(verdict.decode_changed);
}

INSTANTIATE_TEST_SUITE_P(Routes, Dmi, testing::Bool(), route_name);

}  // namespace
}  // namespace cxlpool::module_test
