// SPDX-License-Identifier: Apache-2.0
// The mailbox CCI of a switch on a real fabric: what it says of bindings, and resets of what is
// below its ports, at any depth.
#include <gtest/gtest.h>

#include "models/command/opcode.h"
#include "models/command/switch_cci.h"
#include "platforms/machine/pool_machine.h"
#include "platforms/programming.h"
#include "platforms/reader.h"

namespace cxlpool::module_test {
namespace {

using command::PortControl;
using command::ReturnCode;
using platforms::Platform;

constexpr std::uint64_t switch_window = 0x1'0000'0000;

/// mem0 below two switches, mem1 below one.
constexpr const char* nested_switches =
    "version: 1\n"
    "hosts:\n"
    "  - name: h0\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "switches:\n"
    "  - name: top\n"
    "    upstream: h0.hb0.rp0\n"
    "    downstream: [{name: ds0, port: 4}, {name: ds1, port: 5}]\n"
    "  - {name: left, upstream: top.ds0, downstream: [{name: ds0, port: 6}]}\n"
    "devices:\n"
    "  - {name: mem0, at: left.ds0, volatile: 256MiB}\n"
    "  - {name: mem1, at: top.ds1, volatile: 256MiB}\n"
    "decoders:\n"
    "  - {at: top, index: 0, base: 0x1_0000_0000, size: 256MiB, targets: [4]}\n"
    "  - {at: top, index: 1, base: 0x1_1000_0000, size: 256MiB, targets: [5]}\n"
    "  - {at: left, index: 0, base: 0x1_0000_0000, size: 256MiB, targets: [6]}\n"
    "  - {at: mem0, index: 0, base: 0x1_0000_0000, size: 256MiB}\n"
    "  - {at: mem1, index: 0, base: 0x1_1000_0000, size: 256MiB}\n";
constexpr std::uint64_t in_mem0 = switch_window, in_mem1 = switch_window + (256ull << 20);

class Commanded {
 public:
  explicit Commanded(const char* description)
      : platform(platforms::read_platform_text(description, "test.yaml", {}), {}) {
    platform.start();
    program();
    machine.emplace(platform, std::nullopt);
  }

  void program() {
    platforms::enable_all(platform);
    platforms::program(platform);
  }
  command::Reply run(const char* cxl_switch, command::Opcode opcode,
                     const command::Bytes& payload = {}) {
    return machine->mailbox_of(cxl_switch)
        ->execute(static_cast<std::uint16_t>(opcode), payload)
        .value();
  }
  ReturnCode control(const char* cxl_switch, std::uint8_t port, PortControl::Action action) {
    machine->advance_to(machine->now() + 200'000'000'000);  // PERST# may be asserted anew
    return run(cxl_switch, command::Opcode::port_control, {port, action}).code;
  }
  bool write(std::uint64_t hpa, std::uint8_t value) {
    return platform.direct(0).write(hpa, &value, 1).ok();
  }
  bool reads(std::uint64_t hpa, std::uint8_t value) {
    std::uint8_t byte = 0;
    return platform.direct(0).read(hpa, &byte, 1).ok() && byte == value;
  }

  Platform platform;
  std::optional<platforms::PoolMachine> machine;
};

class PortReset : public ::testing::Test {
 protected:
  PortReset() {
    EXPECT_TRUE(c.write(in_mem0, 7));
    EXPECT_TRUE(c.write(in_mem1, 8));
  }
  bool lower_switch_decodes() {
    return c.platform.cxl_switch(1).decoders(0).find(in_mem0) != nullptr;
  }
  bool device_decodes() { return c.platform.device(0).decoders().find(in_mem0) != nullptr; }

  Commanded c{nested_switches};
  static constexpr std::uint8_t to_left = 4, to_mem1 = 5, to_mem0 = 6;
};

TEST_F(PortReset, OfABridgeReachesEverythingBelowASwitch) {
  ASSERT_EQ(c.control("top", to_left, PortControl::reset_ppb), ReturnCode::success);
  EXPECT_FALSE(lower_switch_decodes());
  EXPECT_FALSE(device_decodes());
  EXPECT_FALSE(c.reads(in_mem0, 7));
  EXPECT_TRUE(c.reads(in_mem1, 8)) << "below another port";
  c.program();
  EXPECT_TRUE(c.reads(in_mem0, 7)) << "a hot reset keeps what the media holds";
}

TEST_F(PortReset, FundamentalHoldsEverythingBelowASwitch) {
  ASSERT_EQ(c.control("top", to_left, PortControl::assert_perst), ReturnCode::success);
  c.program();
  EXPECT_FALSE(lower_switch_decodes()) << "registers answer nothing while held";
  EXPECT_FALSE(device_decodes());
  EXPECT_FALSE(c.reads(in_mem0, 7));
  EXPECT_TRUE(c.reads(in_mem1, 8));
  ASSERT_EQ(c.control("top", to_left, PortControl::deassert_perst), ReturnCode::success);
  EXPECT_FALSE(c.reads(in_mem0, 7)) << "let go, and not programmed";
  c.program();
  EXPECT_TRUE(lower_switch_decodes());
  EXPECT_TRUE(c.reads(in_mem0, 7));
}

TEST_F(PortReset, ThatTheLowerSwitchHoldsOutlastsTheUpperOnes) {
  ASSERT_EQ(c.control("left", to_mem0, PortControl::assert_perst), ReturnCode::success);
  ASSERT_EQ(c.control("top", to_left, PortControl::assert_perst), ReturnCode::success);
  ASSERT_EQ(c.control("top", to_left, PortControl::deassert_perst), ReturnCode::success);
  c.program();
  EXPECT_TRUE(lower_switch_decodes());
  EXPECT_FALSE(device_decodes());
  ASSERT_EQ(c.control("left", to_mem0, PortControl::deassert_perst), ReturnCode::success);
  c.program();
  EXPECT_TRUE(c.reads(in_mem0, 7));
}

TEST_F(PortReset, HoldsWhatIsPluggedInMeanwhile) {
  c.platform.unplug("mem1");
  ASSERT_EQ(c.control("top", to_mem1, PortControl::assert_perst), ReturnCode::success);
  c.platform.plug("mem1");
  c.program();
  EXPECT_FALSE(c.write(in_mem1, 1));
  c.platform.unplug("mem1");
  ASSERT_EQ(c.control("top", to_mem1, PortControl::deassert_perst), ReturnCode::success);
  c.platform.plug("mem1");
  c.program();
  EXPECT_TRUE(c.write(in_mem1, 1));
}

/// Two hosts over one switch; the first port belongs to h0, the second to h1.
constexpr const char* shared_switch =
    "version: 1\n"
    "hosts:\n"
    "  - name: h0\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "  - name: h1\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "switches:\n"
    "  - name: sw0\n"
    "    upstream: [h0.hb0.rp0, h1.hb0.rp0]\n"
    "    downstream:\n"
    "      - {name: ds0, port: 4, bound_to: h0.hb0.rp0}\n"
    "      - {name: ds1, port: 5, bound_to: h1.hb0.rp0}\n"
    "devices:\n"
    "  - {name: mem0, at: sw0.ds0, volatile: 256MiB}\n"
    "  - {name: mem1, at: sw0.ds1, volatile: 256MiB}\n";

TEST(SwitchIdentity, CountsTheVppbsThatAreBoundAtThatMoment) {
  Commanded c(shared_switch);
  const auto active = [&] {
    return command::decode<command::SwitchIdentity>(
               c.run("sw0", command::Opcode::identify_switch).payload)
        ->active_vppbs;
  };
  EXPECT_EQ(active(), 4u);
  c.platform.cxl_switch(0).bind_port(1, fabric::CxlSwitch::unbound);
  EXPECT_EQ(active(), 3u);
  c.platform.cxl_switch(0).bind_port(0, fabric::CxlSwitch::unbound);
  EXPECT_EQ(active(), 2u);
  c.platform.cxl_switch(0).bind_port(1, 0);
  EXPECT_EQ(active(), 3u);
}

TEST(ResetFromAbove, ReachesWhatIsBoundToThatUpstreamPort) {
  Commanded c(shared_switch);
  fabric::CxlSwitch& sw = c.platform.cxl_switch(0);
  const auto enabled = [&](unsigned device) {
    return c.platform.device(device).decoders().decode_enabled();
  };
  ASSERT_TRUE(enabled(0) && enabled(1));
  sw.reset_from_above(0, fabric::Reset::begin_fundamental);
  EXPECT_FALSE(enabled(0));
  EXPECT_TRUE(enabled(1)) << "of another host";
  sw.bind_port(1, 0);
  EXPECT_FALSE(enabled(1)) << "its new owner is held";
  sw.bind_port(0, 1);
  c.program();
  EXPECT_TRUE(enabled(0)) << "its new owner is not";
  EXPECT_FALSE(enabled(1));
  sw.reset_from_above(0, fabric::Reset::end_fundamental);
  c.program();
  EXPECT_TRUE(enabled(1));
}

}  // namespace
}  // namespace cxlpool::module_test
