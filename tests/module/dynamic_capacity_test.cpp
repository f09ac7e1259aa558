// SPDX-License-Identifier: Apache-2.0
// Dynamic capacity on the data path: who reaches which byte, and when direct memory ends.
#include <gtest/gtest.h>

#include "platforms/machine/pool_machine.h"
#include "platforms/programming.h"
#include "platforms/reader.h"
#include "tests/module/foreign.h"

namespace cxlpool::module_test {
namespace {

using capacity::DpaRange;
using capacity::Refusal;
using platforms::Platform;

constexpr std::uint64_t KiB = 1024, MiB = 1024 * KiB;
constexpr std::uint64_t block = 4 * KiB;
constexpr std::uint64_t hpa_base = 0x1'0000'0000;
constexpr std::uint64_t dynamic_base = 256 * MiB;
constexpr capacity::HostId host{0};

/// A device of 256 MiB and two regions of 64 blocks, one of which is sanitized on release.
constexpr const char* description =
    "version: 1\n"
    "hosts:\n"
    "  - name: h0\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "devices:\n"
    "  - name: mem0\n"
    "    at: h0.hb0.rp0\n"
    "    volatile: 256MiB\n"
    "    dynamic:\n"
    "      - {length: 256KiB, block: 4KiB}\n"
    "      - {length: 256KiB, block: 4KiB, sanitize: true}\n"
    "decoders:\n"
    "  - {at: mem0, index: 0, base: 0x1_0000_0000, size: 768MiB, ways: 1, granularity: 256B}\n";

class DynamicCapacity : public ::testing::Test {
 protected:
  DynamicCapacity() {
    foreign.socket.bind(platform.host(0).core[1]);
    platform.start();
    platforms::enable_all(platform);
    platforms::program(platform);
    foreign.revocations = 0;
  }

  static Platform::Options options() {
    Platform::Options options;
    options.extra_cores = {1};
    return options;
  }

  Refusal offer(std::uint64_t dpa, std::uint64_t length) {
    capacity::AddRequest request;
    request.extents = {{dpa, length, {}, 0}};
    return capacity().add(request);
  }
  Refusal give(std::uint64_t dpa, std::uint64_t length) {
    const Refusal refusal = offer(dpa, length);
    return refusal == Refusal::none ? capacity().respond(host, {{dpa, length}}) : refusal;
  }

  capacity::DynamicCapacity& capacity() { return *device().control().capacity(); }
  fabric::Type3Device& device() { return platform.device(0); }
  address::Cause write(std::uint64_t dpa, std::uint8_t value) {
    return platform.direct(0).write(hpa_base + dpa, &value, 1).access.cause;
  }
  address::Cause read(std::uint64_t dpa, std::uint8_t& value) {
    return platform.direct(0).read(hpa_base + dpa, &value, 1).access.cause;
  }

  Platform platform{platforms::read_platform_text(description, "test.yaml", {}), options()};
  ForeignInitiator foreign{"foreign"};
};

TEST_F(DynamicCapacity, IsReachedExactlyWhileItIsAccepted) {
  std::uint8_t byte = 0;
  EXPECT_EQ(read(dynamic_base, byte), address::Cause::not_accepted);
  EXPECT_EQ(byte, 0xFF);
  ASSERT_EQ(offer(dynamic_base, 2 * block), Refusal::none);
  EXPECT_EQ(write(dynamic_base, 1), address::Cause::not_accepted) << "an offer gives no access";
  ASSERT_EQ(capacity().respond(host, {{dynamic_base, block}}), Refusal::none);
  EXPECT_EQ(write(dynamic_base, 1), address::Cause::none);
  EXPECT_EQ(write(dynamic_base + block, 1), address::Cause::not_accepted);
  ASSERT_EQ(capacity().release(host, {{dynamic_base, block}}), Refusal::none);
  EXPECT_EQ(read(dynamic_base, byte), address::Cause::not_accepted);
  EXPECT_EQ(device().counters().errors[static_cast<std::size_t>(address::Cause::not_accepted)], 4u);
  EXPECT_EQ(write(0, 1), address::Cause::none) << "static capacity needs nothing";
}

TEST_F(DynamicCapacity, RefusalsAreGenericErrors) {
  std::uint8_t byte = 0;
  EXPECT_EQ(platform.direct(0).read(hpa_base + dynamic_base, &byte, 1).status,
            tlm::TLM_GENERIC_ERROR_RESPONSE);
}

TEST_F(DynamicCapacity, DirectMemoryReachesOverAnExtentAndEndsBeforeAccessDoes) {
  tlm::tlm_dmi dmi;
  EXPECT_FALSE(foreign.ask_for_dmi(hpa_base + dynamic_base, dmi));
  ASSERT_EQ(give(dynamic_base + block, 2 * block), Refusal::none);
  ASSERT_TRUE(foreign.ask_for_dmi(hpa_base + dynamic_base + block + 64, dmi));
  EXPECT_EQ(dmi.get_start_address(), hpa_base + dynamic_base + block);
  EXPECT_EQ(dmi.get_end_address(), hpa_base + dynamic_base + 3 * block - 1);
  dmi.get_dmi_ptr()[0] = 0x42;
  std::uint8_t byte = 0;
  EXPECT_EQ(read(dynamic_base + block, byte), address::Cause::none);
  EXPECT_EQ(byte, 0x42);
  bool reached = false;
  foreign.on_revocation = [&](std::uint64_t first, std::uint64_t last) {
    EXPECT_LE(first, hpa_base + dynamic_base + block);
    EXPECT_GE(last, hpa_base + dynamic_base + 3 * block - 1);
    reached = read(dynamic_base + block, byte) == address::Cause::none;
  };
  ASSERT_EQ(capacity().release(host, {{dynamic_base + block, 2 * block}}), Refusal::none);
  foreign.on_revocation = nullptr;
  EXPECT_EQ(foreign.revocations, 1u);
  EXPECT_TRUE(reached) << "revoked while the extent could still be reached";
  EXPECT_EQ(read(dynamic_base + block, byte), address::Cause::not_accepted);
}

TEST_F(DynamicCapacity, AHotResetKeepsItAndPowerLossDoesNot) {
  ASSERT_EQ(give(dynamic_base, block), Refusal::none);
  ASSERT_EQ(write(dynamic_base, 7), address::Cause::none);
  platform.hot_reset();
  std::uint8_t byte = 0;
  EXPECT_NE(read(dynamic_base, byte), address::Cause::none) << "the decoders are lost";
  platforms::enable_all(platform);
  platforms::program(platform);
  EXPECT_EQ(read(dynamic_base, byte), address::Cause::none);
  EXPECT_EQ(byte, 7);
  device().power_cycle();
  EXPECT_EQ(capacity().accepted_count(host), 0u);
  device().media().read(dynamic_base, &byte, 1);
  EXPECT_EQ(byte, 0);
}

TEST_F(DynamicCapacity, PoisonIsAFlagAndEndsDirectMemory) {
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(foreign.ask_for_dmi(hpa_base, dmi));
  ASSERT_TRUE(device().inject_poison(64, 64));
  EXPECT_GE(foreign.revocations, 1u);
  EXPECT_FALSE(foreign.ask_for_dmi(hpa_base, dmi));
  std::uint8_t byte = 0;
  const auto poisoned = platform.direct(0).read(hpa_base + 100, &byte, 1);
  EXPECT_TRUE(poisoned.ok());
  EXPECT_TRUE(poisoned.access.poison);
  EXPECT_FALSE(platform.direct(0).read(hpa_base + 128, &byte, 1).access.poison);
}

TEST_F(DynamicCapacity, DirectMemoryEndsWhenAMailboxCommandPoisonsOrSanitizes) {
  platforms::PoolMachine machine(platform, std::nullopt);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(foreign.ask_for_dmi(hpa_base, dmi));
  EXPECT_EQ(machine.mailbox({"mem0", 0, 0x4301, {0, 0, 0, 0, 0, 0, 0, 0}})->rc, 0u);
  EXPECT_EQ(foreign.revocations, 1u);
  EXPECT_FALSE(foreign.ask_for_dmi(hpa_base, dmi));
}

TEST_F(DynamicCapacity, WhoIsToldThatDirectMemoryEndsIsNotLentItAnew) {
  ASSERT_EQ(give(dynamic_base, block), Refusal::none);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(foreign.ask_for_dmi(hpa_base + dynamic_base, dmi));
  bool lent = true;
  foreign.on_revocation = [&](std::uint64_t, std::uint64_t) {
    lent = foreign.ask_for_dmi(hpa_base + dynamic_base, dmi);
  };
  ASSERT_EQ(capacity().release(host, {{dynamic_base, block}}), Refusal::none);
  foreign.on_revocation = nullptr;
  EXPECT_FALSE(lent);
}

TEST_F(DynamicCapacity, HostSoftwareWhoseLogOverflowedRefusesAndGoesOn) {
  platforms::PoolMachine machine(platform, platforms::PoolMachine::Response::accept);
  qmp::AddDynamicCapacity many;
  many.path = "mem0";
  for (std::uint64_t i = 0; i < 20; ++i) many.extents.push_back({2 * i * block, block});
  ASSERT_TRUE(machine.add_dynamic_capacity(many).ok());
  EXPECT_TRUE(capacity().pending(host).empty());
  qmp::AddDynamicCapacity one;
  one.path = "mem0";
  one.extents = {{block, block}};
  ASSERT_TRUE(machine.add_dynamic_capacity(one).ok());
  EXPECT_EQ(capacity().accepted_count(host), 1u);
  EXPECT_TRUE(capacity().accessible(host, dynamic_base + block));
}

TEST_F(DynamicCapacity, SanitizeDisablesTheMediaUntilItsTimeHasPassed) {
  ASSERT_EQ(write(0, 9), address::Cause::none);
  platforms::PoolMachine machine(platform, std::nullopt);
  const auto started = machine.mailbox({"mem0", 0, 0x4400, {}});
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(started->rc, 1u) << "background operation started";
  std::uint8_t byte = 0;
  EXPECT_EQ(read(0, byte), address::Cause::media_disabled);
  machine.advance_to(timing::Picoseconds{10} * 1'000'000'000'000);
  EXPECT_EQ(read(0, byte), address::Cause::none);
  EXPECT_EQ(byte, 0);
}

/// Get DCD Info (5600h), to itself, and through a tunnel with 5300h to `id` of `type`.
constexpr std::uint16_t get_dcd_info = 0x5600, tunnel = 0x5300;
constexpr std::uint16_t success = 0, unsupported = 3;

command::Bytes tunnelled(std::uint8_t id, std::uint8_t type) {
  return {id, type, 12, 0, 0, 0x55, 0, 0x00, 0x56, 0, 0, 0, 0, 0, 0, 0};
}

class Manager : public ::testing::TestWithParam<std::string> {};

TEST_P(Manager, IsTheOneInterfaceThatDrivesDynamicCapacity) {
  const std::string text =
      "version: 1\n"
      "hosts:\n"
      "  - name: h0\n"
      "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n"
      "switches: [{name: sw0, upstream: h0.hb0.rp0, downstream: 2}]\n"
      "devices:\n"
      "  - {name: mem0, at: sw0.ds0, dynamic: [{length: 256MiB}]}\n"
      "  - {name: mem1, at: sw0.ds1, dynamic: [{length: 256MiB}]}\n"
      "fabric_manager: " +
      GetParam() + "\n";
  Platform platform(platforms::read_platform_text(text, "test.yaml", {}), {});
  platform.start();
  platforms::PoolMachine machine(platform, std::nullopt);
  for (const std::string name : {"sw0", "mem0", "mem1"}) {
    const bool manages = name == GetParam();
    const std::uint8_t type = name == "sw0" ? 0 : 1;  // the port's FM-owned LD, or the LD pool
    const auto asked = machine.mailbox({name, 0, tunnel, tunnelled(0, type)});
    ASSERT_TRUE(asked.ok());
    EXPECT_EQ(asked->rc, manages ? success : unsupported) << name;
    if (manages) {
      ASSERT_GT(asked->payload.size(), 16u);
      EXPECT_EQ(asked->payload[12], success) << "of the command inside";
    }
    EXPECT_EQ(machine.mailbox({name, 0, get_dcd_info, {}})->rc, unsupported) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Components, Manager, ::testing::Values("sw0", "mem0"));

}  // namespace
}  // namespace cxlpool::module_test
