// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fixture.h"
#include "models/command/identify_memory_device.h"
#include "models/command/type3_device.h"

namespace cxlpool::command {
namespace {

using test::quantum;
using test::Rig;

TEST(IdentifyMemory, OfTheWitnessIsByteForByte) {
  Type3Config config;
  config.volatile_bytes = quantum;
  Rig rig(config);
  EXPECT_EQ(
      rig.run(0x4000).payload,
      test::hex("425746572056455253494f4e203030000100000000000000010000000000000000000000000000"
                "000000000000000000000000000000000000000000000100000000000800"));
}

TEST(IdentifyMemory, ToldCapacityIsThatWhichCanBeSplit) {
  Rig rig;
  const auto answer = test::answer<IdentifyMemoryDevice>(rig.run(0x4000));
  EXPECT_EQ(answer.total_capacity, 2u);
  EXPECT_EQ(answer.volatile_only, 0u);
  EXPECT_EQ(answer.persistent_only, 0u);
  EXPECT_EQ(answer.partition_alignment, 1u);
  EXPECT_EQ(answer.lsa_size, 4096u);
}

TEST(IdentifyMemory, CannotTellASizeThatIsNoMultipleOf256MiB) {
  Type3Config config;
  config.volatile_bytes = quantum + 1;
  Rig rig(config);
  EXPECT_EQ(rig.run(0x4000).code, ReturnCode::internal_error);
  EXPECT_EQ(rig.run(0x4100).code, ReturnCode::internal_error);
}

struct Partition : ::testing::Test {
  Rig rig;
  PartitionInfo info() { return test::answer<PartitionInfo>(rig.run(0x4100)); }
  ReturnCode set(std::uint64_t capacity, std::uint8_t flags = 0) {
    return rig.run(Opcode::set_partition_info, SetPartitionInfo{capacity, flags}).code;
  }
};

TEST_F(Partition, TakesEffectAtTheNextColdReset) {
  EXPECT_EQ(info().next_volatile + info().next_persistent, 0u);
  EXPECT_EQ(set(2), ReturnCode::success);
  EXPECT_EQ(info().active_volatile, 1u);
  EXPECT_EQ(info().next_volatile, 2u);
  EXPECT_EQ(info().next_persistent, 0u);
  rig.device.hot_reset();
  EXPECT_EQ(info().active_volatile, 1u);
  rig.device.cold_reset();
  EXPECT_EQ(info().active_volatile, 2u);
  EXPECT_EQ(info().next_volatile, 0u);
  EXPECT_EQ(rig.device.static_capacity().volatile_bytes(), 2 * quantum);
}

TEST_F(Partition, TakesEffectAtOnceIfAskedTo) {
  EXPECT_EQ(set(0, SetPartitionInfo::immediate), ReturnCode::success);
  EXPECT_EQ(info().active_volatile, 0u);
  EXPECT_EQ(info().active_persistent, 2u);
}

TEST_F(Partition, BackToTheActiveOneIsNoLongerPending) {
  set(2);
  EXPECT_EQ(set(1), ReturnCode::success);
  EXPECT_EQ(info().next_volatile + info().next_persistent, 0u);
}

TEST_F(Partition, BeyondCapacityOrOffTheAlignmentIsRefused) {
  EXPECT_EQ(set(3), ReturnCode::invalid_input);
  EXPECT_EQ(set(1ull << 36), ReturnCode::invalid_input);  // times 256 MiB it wraps to 0
  auto config = Rig::default_config();
  config.partition_alignment_bytes = 2 * quantum;
  Rig coarse(config);
  EXPECT_EQ(coarse.run(Opcode::set_partition_info, SetPartitionInfo{1, 0}).code,
            ReturnCode::invalid_input);
  Type3Config fixed;
  fixed.volatile_bytes = quantum;
  Rig no_alignment(fixed);
  EXPECT_EQ(no_alignment.run(Opcode::set_partition_info, SetPartitionInfo{1, 0}).code,
            ReturnCode::invalid_input);
}

TEST(LabelStorage, KeepsWhatWasWritten) {
  Rig rig;
  EXPECT_EQ(rig.run(Opcode::set_lsa, SetLsa{4090}, Bytes{1, 2, 3, 4, 5, 6}).code,
            ReturnCode::success);
  EXPECT_EQ(rig.run(Opcode::get_lsa, GetLsa{4089, 7}).payload, (Bytes{0, 1, 2, 3, 4, 5, 6}));
}

TEST(LabelStorage, BoundsAreComputedWithoutWrapping) {
  Rig rig;
  const auto get = [&rig](std::uint32_t offset, std::uint32_t length) {
    return rig.run(Opcode::get_lsa, GetLsa{offset, length}).code;
  };
  EXPECT_EQ(get(4096, 0), ReturnCode::success);
  EXPECT_EQ(get(4096, 1), ReturnCode::invalid_input);
  EXPECT_EQ(get(0xFFFFFFFF, 1), ReturnCode::invalid_input);
  EXPECT_EQ(get(1, 0xFFFFFFFF), ReturnCode::invalid_input);
  EXPECT_EQ(get(0, 2049), ReturnCode::invalid_input);  // beyond the mailbox
  EXPECT_EQ(rig.run(Opcode::set_lsa, SetLsa{4095}, Bytes(2)).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(Opcode::set_lsa, SetLsa{0xFFFFFFFF}, Bytes(1)).code, ReturnCode::invalid_input);
}

TEST(Health, TellsWhatTheModelsUserSet) {
  Rig rig;
  rig.device.health().info.temperature_c = 40;
  rig.device.health().info.life_used_percent = 7;
  const auto info = test::answer<HealthInfo>(rig.run(0x4200));
  EXPECT_EQ(info.temperature_c, 40);
  EXPECT_EQ(info.life_used_percent, 7);
}

TEST(Alerts, WarningsStayOnTheSafeSideOfTheirLimits) {
  Rig rig;
  const auto set = [&rig](std::uint8_t which, std::uint8_t life, int over, int under) {
    SetAlertConfiguration request;
    request.valid = request.enable = which;
    request.life_warning = life;
    request.over_temperature_warning = static_cast<std::uint16_t>(over);
    request.under_temperature_warning = static_cast<std::uint16_t>(under);
    return rig.run(Opcode::set_alert_configuration, request).code;
  };
  using Set = SetAlertConfiguration;
  EXPECT_EQ(set(Set::life, 75, 0, 0), ReturnCode::invalid_input);
  EXPECT_EQ(set(Set::life, 74, 0, 0), ReturnCode::success);
  EXPECT_EQ(set(Set::over_temperature, 0, 35, 0), ReturnCode::invalid_input);
  EXPECT_EQ(set(Set::over_temperature, 0, -5, 0), ReturnCode::success);
  EXPECT_EQ(set(Set::under_temperature, 0, 0, 10), ReturnCode::invalid_input);
  EXPECT_EQ(set(Set::under_temperature, 0, 0, 11), ReturnCode::success);
  const auto alerts = test::answer<AlertConfiguration>(rig.run(0x4201));
  EXPECT_EQ(alerts.life_warning, 74);
  EXPECT_EQ(static_cast<std::int16_t>(alerts.over_temperature_warning), -5);
  EXPECT_EQ(alerts.under_temperature_warning, 11);
  EXPECT_EQ(alerts.valid, 7);
}

TEST(ShutdownState, DirtyAtAColdResetIsCounted) {
  Rig rig;
  EXPECT_EQ(rig.run(0x4203).payload, Bytes{0});
  EXPECT_EQ(rig.run(0x4204, {2}).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(0x4204, {1}).code, ReturnCode::success);
  EXPECT_EQ(rig.run(0x4203).payload, Bytes{1});
  rig.device.cold_reset();
  EXPECT_EQ(rig.run(0x4203).payload, Bytes{0});
  EXPECT_EQ(test::answer<HealthInfo>(rig.run(0x4200)).dirty_shutdowns, 1u);
}

TEST(Security, HasNoPassphrase) {
  Rig rig;
  EXPECT_EQ(rig.run(0x4500).payload, Bytes(4));
}

struct FirmwareUpdate : ::testing::Test {
  enum : std::uint8_t { full, initiate, next, end, abort };
  Rig rig;

  ReturnCode send(std::uint8_t action, std::uint32_t offset, std::uint8_t slot = 2,
                  std::size_t size = 128) {
    const auto code =
        rig.run(Opcode::transfer_firmware, FirmwareTransfer{action, slot, offset}, Bytes(size))
            .code;
    rig.pass(10 * test::second);
    return code;
  }
  ReturnCode activate(std::uint8_t action, std::uint8_t slot) {
    return rig.run(0x0202, {action, slot}).code;
  }
  std::uint8_t slots() { return test::answer<FirmwareInfo>(rig.run(0x0200)).slot_info; }
  static constexpr ReturnCode started = ReturnCode::background_started;
};

TEST_F(FirmwareUpdate, InPartsFillsASlotThatAColdResetActivates) {
  EXPECT_EQ(slots(), 1);
  EXPECT_EQ(activate(1, 2), ReturnCode::invalid_slot);  // nothing in it
  EXPECT_EQ(send(initiate, 0), started);
  EXPECT_EQ(send(next, 1), started);
  EXPECT_EQ(send(end, 2), started);
  EXPECT_EQ(activate(1, 2), ReturnCode::success);
  EXPECT_EQ(slots(), 1 | 2 << 3);
  rig.device.cold_reset();
  EXPECT_EQ(slots(), 2);
}

TEST_F(FirmwareUpdate, InOnePieceIsActivatedOnline) {
  EXPECT_EQ(send(full, 0), started);
  EXPECT_EQ(activate(2, 2), ReturnCode::invalid_input);
  EXPECT_EQ(activate(0, 2), ReturnCode::success);
  EXPECT_EQ(slots(), 2);
  EXPECT_EQ(activate(0, 2), ReturnCode::invalid_slot);  // active already
  EXPECT_EQ(activate(0, 0), ReturnCode::invalid_slot);
  EXPECT_EQ(activate(0, 3), ReturnCode::invalid_slot);
}

TEST_F(FirmwareUpdate, PartsComeInOrder) {
  EXPECT_EQ(send(next, 0), ReturnCode::invalid_input);
  EXPECT_EQ(send(end, 0), ReturnCode::invalid_input);
  EXPECT_EQ(send(initiate, 1), ReturnCode::invalid_input);
  EXPECT_EQ(send(initiate, 0, 2, 256), started);
  EXPECT_EQ(send(initiate, 0), ReturnCode::firmware_transfer_in_progress);
  EXPECT_EQ(send(next, 1), ReturnCode::firmware_transfer_out_of_order);
  EXPECT_EQ(send(next, 2), started);
  EXPECT_EQ(send(next, 2), started);  // the same again
  EXPECT_EQ(send(abort, 0), ReturnCode::success);
  EXPECT_EQ(send(next, 3), ReturnCode::invalid_input);
}

TEST_F(FirmwareUpdate, EndsInASlotThatIsFree) {
  EXPECT_EQ(send(full, 0, 0), ReturnCode::invalid_slot);
  EXPECT_EQ(send(full, 0, 1), ReturnCode::invalid_slot);
  EXPECT_EQ(send(full, 0, 3), ReturnCode::invalid_slot);
}

TEST_F(FirmwareUpdate, ImageEndsAt32MiB) {
  EXPECT_EQ(send(initiate, 0), started);
  EXPECT_EQ(send(next, (32u << 20) / 128), ReturnCode::invalid_input);
  EXPECT_EQ(send(next, 0xFFFFFFFF), ReturnCode::invalid_input);
  EXPECT_EQ(send(5, 0), ReturnCode::invalid_input);
}

TEST_F(FirmwareUpdate, RestingFor30SecondsIsOver) {
  EXPECT_EQ(send(initiate, 0), started);
  rig.pass(31 * test::second);
  EXPECT_EQ(send(next, 1), ReturnCode::invalid_input);
  EXPECT_EQ(send(initiate, 0), started);
}

TEST_F(FirmwareUpdate, PartIsTheOnlyBackgroundOperation) {
  rig.run(Opcode::transfer_firmware, FirmwareTransfer{initiate, 2, 0}, Bytes(128));
  EXPECT_EQ(rig.run(Opcode::transfer_firmware, FirmwareTransfer{next, 2, 1}, Bytes(128)).code,
            ReturnCode::busy);
  EXPECT_EQ(rig.device.deadline(), 2 * test::second);
}

TEST(ColdReset, ForgetsOperationsEventsAndTime) {
  Rig rig;
  rig.run(0x0301, Bytes(8, 1));
  rig.device.events().add(EventLog::fatal, {});
  rig.run(Opcode::scan_media, ScanMediaRequest{{0, 1}, 0});
  rig.device.cold_reset();
  EXPECT_EQ(rig.run(0x0300).payload, Bytes(8));
  EXPECT_EQ(rig.device.events().status(), 0u);
  EXPECT_FALSE(rig.device.deadline());
  EXPECT_EQ(rig.run(Opcode::get_scan_media_results).code, ReturnCode::unsupported);
}

}  // namespace
}  // namespace cxlpool::command
