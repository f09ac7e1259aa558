// SPDX-License-Identifier: Apache-2.0
// Every granule of a 16-way set of 256 MiB devices at 256 B, all 16,777,216 of them, is written
// and found where plain arithmetic says that it lies.
#include <gtest/gtest.h>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "tests/module/bench.h"
#include "traffic/data.h"

namespace cxlpool::module_test {
namespace {

constexpr std::uint64_t every_granule_base = 16 * GiB;
constexpr std::uint64_t device_bytes = 256 * MiB;
constexpr unsigned ways = 16;
constexpr std::uint64_t granules = ways * device_bytes / 256;

// The sanitizers cost a factor of ten and more; a prime stride still meets every device, every row
// of address bits and both ends.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t stride = 61;
#else
constexpr std::uint64_t stride = 1;
#endif

/// Two bridges at the root, eight root ports each: ways 2 x 8.
platforms::PlatformDescription sixteen_ways() {
  platforms::PlatformDescription platform;
  platforms::HostDescription host;
  host.name = "h0";
  platforms::WindowDescription window;
  window.base = every_granule_base;
  window.size = ways * device_bytes;
  window.targets = {"hb0", "hb1"};
  host.windows = {window};
  for (unsigned b = 0; b < 2; ++b) {
    platforms::HostBridgeDescription bridge;
    bridge.name = "hb" + std::to_string(b);
    bridge.uid = b;
    platforms::DecoderDescription described;
    described.at = "h0." + bridge.name;
    described.base = every_granule_base;
    described.size = window.size;
    described.ways = 8;
    described.granularity = 512;
    for (unsigned p = 0; p < 8; ++p) {
      const std::string port = "rp" + std::to_string(p);
      const auto number = static_cast<std::uint8_t>(40 + p);
      bridge.root_ports.push_back({port, number});
      described.targets.push_back(number);
      platforms::DeviceDescription device;
      device.name = "mem" + std::to_string(2 * p + b);
      device.at = described.at + "." + port;
      device.volatile_bytes = device_bytes;
      platform.devices.push_back(device);
    }
    host.bridges.push_back(bridge);
    platform.decoders.push_back(described);
  }
  for (const auto& device : platform.devices) {
    platforms::DecoderDescription described;
    described.at = device.name;
    described.base = every_granule_base;
    described.size = window.size;
    described.ways = ways;
    platform.decoders.push_back(described);
  }
  platform.hosts = {host};
  return platform;
}

class EveryGranule : public WithAndWithoutCompiledRoutes {};

TEST_P(EveryGranule, OfASixteenWaySetIsWrittenAndFoundAtItsPlace) {
  platforms::Platform platform(sixteen_ways(), {GetParam(), false, {1}});
  ForeignInitiator initiator("initiator");
  initiator.socket.bind(platform.host(0).core[1]);
  platform.start();
  platforms::enable_all(platform);
  for (const auto& decoder : platforms::program(platform).decoders) {
    ASSERT_EQ(decoder.verdict.effect, address::WriteVerdict::Effect::committed);
  }
  std::array<fabric::Type3Device*, ways> set;
  for (unsigned i = 0; i < ways; ++i) set[i] = platform.find_device("mem" + std::to_string(i));

  std::uint64_t word = 0;
  Payload trans(tlm::TLM_WRITE_COMMAND, every_granule_base, reinterpret_cast<std::uint8_t*>(&word),
                8);
  fabric::MemoryAccess access;
  trans.set_extension(&access);
  // One word a granule, at an offset that differs from granule to granule.
  const auto hpa_of = [](std::uint64_t granule) {
    return every_granule_base + granule * 256 + granule % 32 * 8;
  };
  const auto send = [&](tlm::tlm_command command, std::uint64_t hpa) {
    trans.set_command(command);
    trans.set_address(hpa);
    trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    initiator.send(trans);
    return trans.is_response_ok();
  };
  for (std::uint64_t granule = 0; granule < granules; granule += stride) {
    word = traffic::unique_word(hpa_of(granule));
    ASSERT_TRUE(send(tlm::TLM_WRITE_COMMAND, hpa_of(granule)));
  }
  for (std::uint64_t granule = 0; granule < granules; granule += stride) {
    const std::uint64_t dpa = granule / ways * 256 + granule % 32 * 8;
    std::uint64_t stored = 0;
    set[granule % ways]->media().read(dpa, reinterpret_cast<std::uint8_t*>(&stored), 8);
    ASSERT_EQ(stored, traffic::unique_word(hpa_of(granule))) << "granule " << granule;
    word = 0;
    ASSERT_TRUE(send(tlm::TLM_READ_COMMAND, hpa_of(granule)));
    ASSERT_EQ(word, stored) << "granule " << granule;
    ASSERT_EQ(access.dpa, dpa);
  }
  trans.clear_extension(&access);
  // Equal shares, and nothing refused.
  const std::uint64_t accesses = 2 * ((granules + stride - 1) / stride);
  for (const auto& [label, kind, counters] : platform.counters()) {
    EXPECT_EQ(counters->errors, fabric::Counters{}.errors) << label;
    if (stride == 1 && std::string(kind) == "device") {
      EXPECT_EQ(counters->accesses(), accesses / ways) << label;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, EveryGranule, testing::Bool(), route_name);

}  // namespace
}  // namespace cxlpool::module_test
