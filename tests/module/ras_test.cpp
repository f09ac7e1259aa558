// SPDX-License-Identifier: Apache-2.0
// The RAS capability through the register sockets, and what a device tells its host.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "models/fabric/cxl_switch.h"
#include "models/fabric/mmio_master.h"
#include "models/fabric/type3_device.h"
#include "tests/module/foreign.h"

namespace cxlpool::module_test {
namespace {

namespace ras = address::ras;
using address::CorrectableError;
using address::ErrorMessage;
using address::UncorrectableError;

struct RasBench {
  fabric::Type3Device device{"device", config()};
  fabric::MmioMaster mmio{"mmio", 1};
  ForeignInitiator host{"host"};
  std::vector<std::pair<ErrorMessage, std::string>> heard;

  RasBench() {
    host.socket.bind(device.usp);
    mmio.block[0].bind(device.mmio);
    device.on_error_message(
        [this](ErrorMessage message, const char* error) { heard.emplace_back(message, error); });
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static fabric::Type3Device::Config config() {
    fabric::Type3Device::Config config;
    config.label = "mem0";
    config.partitions.volatile_bytes = 256ull << 20;
    return config;
  }
  std::uint32_t read(std::uint32_t reg) {
    return static_cast<std::uint32_t>(mmio.read(0, mmio.ras_structure(0) + reg, 4));
  }
  void write(std::uint32_t reg, std::uint32_t value) {
    mmio.write(0, mmio.ras_structure(0) + reg, value, 4);
  }
  void unmask() {
    write(ras::uncorrectable_mask, 0);
    write(ras::correctable_mask, 0);
  }
};

TEST(Ras, ErrorsAreReadAndClearedOverMmio) {
  RasBench bench;
  ASSERT_NE(bench.mmio.ras_structure(0), 0u);
  bench.unmask();
  address::HeaderLog log{};
  log[0] = 0x11111111;
  log[15] = 0xFFFFFFFF;
  EXPECT_TRUE(bench.device.inject_error(UncorrectableError::mem_data_ecc, log));
  EXPECT_TRUE(bench.device.inject_error(UncorrectableError::internal, {}));
  EXPECT_EQ(bench.read(ras::uncorrectable_status), 1u << 7 | 1u << 14);
  EXPECT_EQ(bench.read(ras::control), 7u | ras::multiple_header_recording);
  EXPECT_EQ(bench.read(ras::header_log), 0x11111111u);
  EXPECT_EQ(bench.read(ras::header_log + 60), 0xFFFFFFFFu);
  bench.write(ras::uncorrectable_status, 1u << 7);
  EXPECT_EQ(bench.read(ras::uncorrectable_status), 1u << 14);
  EXPECT_EQ(bench.read(ras::header_log), 0u);
}

TEST(Ras, TheHostHearsOfWhatIsNotMaskedAsSevereAsItIs) {
  RasBench bench;
  bench.device.inject_error(UncorrectableError::internal, {});
  bench.device.inject_error(CorrectableError::physical);
  EXPECT_TRUE(bench.heard.empty()) << "masked out of reset";
  bench.unmask();
  bench.write(ras::uncorrectable_severity, ~(1u << 14));
  bench.device.inject_error(UncorrectableError::internal, {});
  bench.device.inject_error(UncorrectableError::cxl_ide_rx, {});
  bench.device.inject_error(CorrectableError::physical);
  const std::vector<std::pair<ErrorMessage, std::string>> expected{
      {ErrorMessage::non_fatal, "internal"},
      {ErrorMessage::fatal, "cxl-ide-rx"},
      {ErrorMessage::correctable, "physical"}};
  EXPECT_EQ(bench.heard, expected);
  for (const ErrorMessage message :
       {ErrorMessage::correctable, ErrorMessage::non_fatal, ErrorMessage::fatal}) {
    EXPECT_EQ(bench.device.error_messages(message), 1u);
  }
}

TEST(Ras, AHotResetKeepsErrorsAndLossOfPowerDoesNot) {
  RasBench bench;
  bench.unmask();
  bench.device.inject_error(UncorrectableError::poison_received, {});
  bench.device.hot_reset();
  EXPECT_EQ(bench.read(ras::uncorrectable_status), 1u << 10);
  EXPECT_EQ(bench.read(ras::uncorrectable_mask), 0u);
  bench.device.power_cycle();
  EXPECT_EQ(bench.read(ras::uncorrectable_status), 0u);
  EXPECT_EQ(bench.read(ras::uncorrectable_mask), ras::uncorrectable_bits);
}

TEST(Ras, ADeviceHeldInResetDetectsNothing) {
  RasBench bench;
  bench.unmask();
  bench.device.hold_in_reset(true);
  EXPECT_FALSE(bench.device.inject_error(UncorrectableError::internal, {}));
  EXPECT_FALSE(bench.device.inject_error(CorrectableError::physical));
  bench.device.hold_in_reset(false);
  EXPECT_EQ(bench.read(ras::uncorrectable_status), 0u);
  EXPECT_EQ(bench.read(ras::correctable_status), 0u);
  EXPECT_TRUE(bench.heard.empty());
}

TEST(Ras, EveryUpstreamPortHasOneOfItsOwn) {
  fabric::CxlSwitch::Config config;
  config.label = "sw0";
  config.upstream_ports = 2;
  fabric::CxlSwitch cxl_switch("switch", config);
  fabric::MmioMaster mmio("mmio", 2);
  ForeignInitiator first("first"), second("second");
  first.socket.bind(cxl_switch.usp[0]);
  second.socket.bind(cxl_switch.usp[1]);
  for (unsigned i = 0; i < 2; ++i) mmio.block[i].bind(cxl_switch.mmio[i]);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const std::uint32_t mask = mmio.ras_structure(0) + ras::correctable_mask;
  mmio.write(0, mask, 0x15, 4);
  cxl_switch.hot_reset();
  EXPECT_EQ(mmio.read(0, mask, 4), 0x15u);
  EXPECT_EQ(mmio.read(1, mask, 4), 0x7Fu);
}

}  // namespace
}  // namespace cxlpool::module_test
