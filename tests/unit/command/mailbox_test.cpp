// SPDX-License-Identifier: Apache-2.0
#include "models/command/mailbox.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace cxlpool::command {
namespace {

using test::Rig;

constexpr std::uint32_t mailbox = DeviceRegisters::mailbox_offset;
constexpr std::uint32_t control = mailbox + 4, command = mailbox + 8, status = mailbox + 0x10;
constexpr std::uint32_t background = mailbox + 0x18, payload = mailbox + 0x20;
constexpr std::uint64_t doorbell = 1, interrupt = 2, background_interrupt = 4;

struct Registers : ::testing::Test {
  Rig rig;
  DeviceRegisters& registers = rig.device.registers();

  std::uint64_t ring(std::uint16_t opcode, std::uint64_t length, std::uint64_t enables = 0) {
    registers.write(command, opcode | length << 16, 8);
    registers.write(control, doorbell | enables, 4);
    return registers.read(status, 8) >> 32 & 0xFFFF;
  }
};

TEST_F(Registers, CapabilityArrayLeadsToEveryBlock) {
  EXPECT_EQ(registers.read(0, 8), 0x0000000300010000u);
  const std::uint32_t ids[] = {0x0001, 0x0002, 0x4000};
  const std::uint32_t offsets[] = {0x80, 0x88, 0x88 + 0x20 + 2048};
  const std::uint32_t lengths[] = {8, 0x20 + 2048, 8};
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::uint32_t header = 0x10 * (i + 1);
    EXPECT_EQ(registers.read(header, 4), ids[i] | 0x10000);
    EXPECT_EQ(registers.read(header + 4, 4), offsets[i]);
    EXPECT_EQ(registers.read(header + 8, 4), lengths[i]);
  }
}

TEST_F(Registers, MailboxTellsPayloadSizeInterruptsAndType) {
  EXPECT_EQ(registers.read(mailbox, 4), 11u | 1u << 5 | 1u << 6 | 1u << 19);
}

TEST_F(Registers, MemoryIsReadyAndDisabledDuringASanitize) {
  const std::uint32_t offset = registers.memory_status_offset();
  EXPECT_EQ(registers.read(offset, 8), 1u << 2 | 1u << 4);
  rig.run(Opcode::sanitize);
  EXPECT_EQ(registers.read(offset, 4), 3u << 2 | 1u << 4);
  registers.write(offset, 0, 8);
  EXPECT_EQ(registers.read(offset, 8), 3u << 2 | 1u << 4);
}

TEST_F(Registers, DoorbellExecutesAtOnce) {
  EXPECT_EQ(ring(0x4000, 0), 0u);
  EXPECT_EQ(registers.read(control, 4), 0u);
  EXPECT_EQ(registers.read(command, 8), 0x4000u | 0x45u << 16);
  EXPECT_EQ(registers.read(payload, 4), 0x57465742u);  // "BWFW"
}

TEST_F(Registers, StalePayloadIsZeroed) {
  for (std::uint32_t i = 0; i < 2048; i += 8) registers.write(payload + i, ~0ull, 8);
  EXPECT_EQ(ring(0x0300, 0), 0u);
  for (std::uint32_t i = 0; i < 2048; i += 8) EXPECT_EQ(registers.read(payload + i, 8), 0u);
}

TEST_F(Registers, CommandMayBeWrittenInHalves) {
  registers.write(payload, 0x0201, 2);
  registers.write(command + 4, 0, 4);
  registers.write(command, 0x4800 | 2 << 16, 4);
  registers.write(control, doorbell, 4);
  EXPECT_EQ(registers.read(status + 4, 4), 2u);  // start 2 of 2 regions
}

TEST_F(Registers, LengthBeyondThePayloadAreaIsRefused) {
  EXPECT_EQ(ring(0x4103, 2049), 0x16u);
  EXPECT_EQ(ring(0x4103, 0xFFFFF), 0x16u);
  EXPECT_EQ(ring(0x4103, 2048), 0u);
}

TEST_F(Registers, PayloadAreaTakesAnySizeAndOffset) {
  for (unsigned size = 1; size <= 8; ++size) {
    registers.write(payload + 3, 0, 8);
    registers.write(payload + 3, 0x1122334455667788, size);
    const std::uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    EXPECT_EQ(registers.read(payload + 3, size), 0x1122334455667788 & mask);
    EXPECT_EQ(registers.read(payload + 3, 8), 0x1122334455667788 & mask);
  }
}

TEST_F(Registers, OtherAccessesReadZeroAndWriteNothing) {
  registers.write(command, 0x4000, 2);
  registers.write(command + 2, 0x4000, 4);
  registers.write(command, 0x4000, 9);
  EXPECT_EQ(registers.read(command, 8), 0u);
  EXPECT_EQ(registers.read(mailbox, 1), 0u);
  EXPECT_EQ(registers.read(mailbox + 2, 4), 0u);
  EXPECT_EQ(registers.read(registers.size_bytes(), 8), 0u);
  EXPECT_EQ(registers.read(0xFFFFFFFC, 8), 0u);
  registers.write(registers.memory_status_offset() - 4, ~0ull, 8);  // over the end of the mailbox
  EXPECT_EQ(registers.read(registers.memory_status_offset() - 4, 4), 0u);
}

TEST_F(Registers, CommandRaisesItsInterruptIfEnabled) {
  ring(0x4000, 0);
  EXPECT_TRUE(rig.interrupts.empty());
  ring(0x4000, 0, interrupt);
  EXPECT_EQ(rig.interrupts, std::vector<unsigned>{0});
  EXPECT_EQ(registers.read(control, 4), interrupt);
}

TEST_F(Registers, BackgroundOperationShowsAndRaisesAtItsEnd) {
  EXPECT_EQ(ring(0x4400, 0, background_interrupt), 1u);
  EXPECT_EQ(registers.read(status, 4), 1u);
  rig.pass(2 * test::second);
  EXPECT_EQ(registers.read(background, 8), 0x4400u | 50u << 16);
  EXPECT_TRUE(rig.interrupts.empty());
  ASSERT_EQ(rig.device.deadline(), 4 * test::second);
  rig.pass(2 * test::second);
  EXPECT_EQ(registers.read(status, 4), 0u);
  EXPECT_EQ(registers.read(background, 8), 0x4400u | 100u << 16);
  EXPECT_EQ(rig.interrupts, std::vector<unsigned>{0});
}

TEST_F(Registers, AbortedOperationShowsItsReturnCode) {
  ring(0x4400, 0);
  rig.pass(test::second);
  EXPECT_EQ(ring(0x0005, 0), 0u);
  EXPECT_EQ(registers.read(background, 8), 0x4400u | 25u << 16 | 0x12ull << 32);
}

TEST_F(Registers, HotResetForgetsWhatSoftwareWrote) {
  ring(0x4000, 0, interrupt);
  rig.device.hot_reset();
  EXPECT_EQ(registers.read(control, 4), 0u);
  EXPECT_EQ(registers.read(command, 8), 0u);
  EXPECT_EQ(registers.read(payload, 8), 0u);
}

TEST_F(Registers, EventStatusHasABitForEachLogInUse) {
  EXPECT_EQ(registers.read(0x80, 4), 0u);
  rig.device.events().add(EventLog::failure, {});
  rig.device.events().add(EventLog::dynamic_capacity, {});
  EXPECT_EQ(registers.read(0x80, 4), 1u << 2 | 1u << 4);
  EXPECT_EQ(registers.read(0x80, 8), 1u << 2 | 1u << 4);
}

TEST(SwitchRegisters, HaveNoMemoryStatus) {
  Rig rig;
  DeviceRegisters registers(rig.switch_cci.cci(), {}, {}, std::nullopt);
  EXPECT_EQ(registers.read(0, 8), 0x0000000200010000u);
  EXPECT_EQ(registers.read(registers.memory_status_offset(), 8), 0u);
  EXPECT_EQ(registers.read(0x80, 4), 0u);
}

}  // namespace
}  // namespace cxlpool::command
