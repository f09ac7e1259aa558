// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;

constexpr std::uint64_t type3_device_base = 4 * GiB;

struct DeviceBench {
  fabric::Type3Device device;
  fabric::MmioMaster mmio{"mmio", 1};
  ForeignInitiator host{"host"};
  ProtocolChecker checker{"checker"};
  Software software{mmio, 0, address::ComponentKind::device};

  DeviceBench() : device("device", config()) {
    checker.between(host.socket, device.usp);
    mmio.block[0].bind(device.mmio);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static fabric::Type3Device::Config config() {
    fabric::Type3Device::Config config;
    config.label = "mem0";
    config.partitions.volatile_bytes = 256 * MiB;
    config.partitions.persistent_bytes = 256 * MiB;
    return config;
  }
  void enable() {
    software.enable_memory();
    software.enable_decode();
  }
  fabric::MemoryAccess access(tlm::tlm_command command, std::uint64_t hpa, std::uint8_t& byte) {
    Payload trans(command, hpa, &byte, 1);
    fabric::MemoryAccess outcome;
    trans.set_extension(&outcome);
    host.send(trans);
    trans.clear_extension(&outcome);
    EXPECT_EQ(trans.get_response_status(), fabric::status_of(outcome.cause));
    return outcome;
  }
  fabric::MemoryAccess write(std::uint64_t hpa, std::uint8_t byte) {
    return access(tlm::TLM_WRITE_COMMAND, hpa, byte);
  }
  std::uint8_t read(std::uint64_t hpa) {
    std::uint8_t byte = 0x5C;
    access(tlm::TLM_READ_COMMAND, hpa, byte);
    return byte;
  }
};

TEST(Type3Device, DecodesOnlyWithMemoryAndDecoderEnabled) {
  DeviceBench bench;
  bench.software.program(decoder(0, type3_device_base, 512 * MiB));
  EXPECT_EQ(bench.write(type3_device_base, 1).cause, Cause::memory_disabled);
  bench.software.enable_memory();
  EXPECT_EQ(bench.write(type3_device_base, 1).cause, Cause::decode_disabled);
  bench.software.enable_decode();
  EXPECT_EQ(bench.write(type3_device_base, 1).cause, Cause::none);
  bench.software.enable_memory(false);
  EXPECT_EQ(bench.write(type3_device_base, 2).cause, Cause::memory_disabled);
  std::uint8_t stored = 0;
  bench.device.media().read(0, &stored, 1);
  EXPECT_EQ(stored, 1);
}

TEST(Type3Device, CapacityEndsAtTheLastByteOfThePersistentPartition) {
  DeviceBench bench;
  bench.enable();
  bench.software.program(decoder(0, type3_device_base, GiB));
  EXPECT_EQ(bench.write(type3_device_base + 256 * MiB, 7).dpa, 256 * MiB);
  EXPECT_EQ(bench.write(type3_device_base + 512 * MiB - 1, 7).cause, Cause::none);
  const auto beyond = bench.write(type3_device_base + 512 * MiB, 7);
  EXPECT_EQ(beyond.cause, Cause::beyond_capacity);
  EXPECT_EQ(beyond.decoder, 0);
  EXPECT_EQ(bench.read(type3_device_base + 512 * MiB), 0xFF);
}

TEST(Type3Device, SecondDecoderContinuesInDpaAfterSkip) {
  DeviceBench bench;
  bench.enable();
  bench.software.program(decoder(0, type3_device_base, 256 * MiB, 2));
  auto second = decoder(1, type3_device_base + GiB, 256 * MiB);
  second.skip = 256 * MiB;
  bench.software.program(second);
  EXPECT_EQ(bench.write(type3_device_base + GiB, 7).dpa, 128 * MiB + 256 * MiB);
}

TEST(Type3Device, PowerCycleLosesRegistersAndVolatileMemoryOnly) {
  DeviceBench bench;
  bench.enable();
  bench.software.program(decoder(0, type3_device_base, 512 * MiB));
  bench.write(type3_device_base + 256 * MiB - 1, 1);
  bench.write(type3_device_base + 256 * MiB, 2);
  bench.device.power_cycle();
  EXPECT_EQ(bench.write(type3_device_base, 1).cause, Cause::memory_disabled);
  bench.enable();
  EXPECT_EQ(bench.write(type3_device_base, 1).cause, Cause::no_decoder);
  bench.software.program(decoder(0, type3_device_base, 512 * MiB));
  EXPECT_EQ(bench.read(type3_device_base + 256 * MiB - 1), 0);
  EXPECT_EQ(bench.read(type3_device_base + 256 * MiB), 2);
}

TEST(Type3Device, CapacityThatCutsAPartIsRefused) {
  auto config = DeviceBench::config();
  config.partitions.persistent_bytes += 100;
  EXPECT_THROW(fabric::Type3Device("device", config), std::invalid_argument);
}

}  // namespace
}  // namespace cxlpool::module_test
