// SPDX-License-Identifier: Apache-2.0
#include "models/command/cci.h"

#include <cstring>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "fixture.h"

namespace cxlpool::command {
namespace {

using test::Rig;

const Bytes effects_log_id = test::hex("0da9c0b5bf414b788f7996b1623b3f17");

Bytes get_log(std::uint32_t offset, std::uint32_t length, Bytes id = effects_log_id) {
  Writer writer;
  writer.append(id);
  writer(offset);
  writer(length);
  return writer.take();
}

TEST(OpcodeTable, IsSortedAndComplete) {
  std::uint16_t before = 0;
  for (const OpcodeInfo& info : opcode_table()) {
    const auto number = static_cast<std::uint16_t>(info.opcode);
    EXPECT_LT(before, number) << info.name;
    EXPECT_EQ(opcode_info(number), &info);
    before = number;
  }
  EXPECT_EQ(opcode_info(0x4299), nullptr);
  EXPECT_EQ(opcode_info(0xFFFF), nullptr);
}

TEST(ReturnCodes, HaveNamesThatDiffer) {
  std::set<std::string> names;
  for (std::uint16_t code = 0; code <= 0x20; ++code) names.insert(name(ReturnCode{code}));
  EXPECT_EQ(names.size(), 0x21u);
  EXPECT_STREQ(name(ReturnCode{0x21}), "undefined");
}

TEST(Cci, RefusesAPayloadLimitThatNoMailboxHas) {
  test::ManualClock clock;
  EXPECT_THROW(Cci(clock, 128), std::invalid_argument);
  EXPECT_THROW(Cci(clock, 3000), std::invalid_argument);
  EXPECT_THROW(Cci(clock, 2u << 20), std::invalid_argument);
  EXPECT_NO_THROW(Cci(clock, 1u << 20));
}

TEST(Cci, HasEachCommandOnce) {
  test::ManualClock clock;
  Cci cci(clock);
  cci.add_identify({});
  EXPECT_THROW(cci.add_identify({}), std::logic_error);
  EXPECT_THROW(cci.add(Opcode{0x7777}, {}), std::logic_error);
}

TEST(Cci, ChecksOpcodeThenLengthThenBusyThenMedia) {
  Rig rig;
  ASSERT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::background_started);
  EXPECT_EQ(rig.run(0x4499, Bytes(9)).code, ReturnCode::unsupported);
  EXPECT_EQ(rig.run(0x4400, Bytes(1)).code, ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x4400).code, ReturnCode::busy);
  EXPECT_EQ(rig.run(0x4102, Bytes(8)).code, ReturnCode::media_disabled);
  EXPECT_EQ(rig.run(0x4000).code, ReturnCode::success);
}

TEST(Cci, IdentifiesItsComponent) {
  test::ManualClock clock;
  Cci cci(clock);
  cci.add_identify({0x1122, 0x3344, 0x5566, 0x7788, 0x0102030405060708, 3});
  EXPECT_EQ(cci.execute(0x0001, {}).payload, test::hex("2211443366558877"
                                                       "0807060504030201"
                                                       "0903"));
}

TEST(Cci, KeepsAResponseLimitOf8To10) {
  Rig rig;
  Cci& cci = rig.fm_owned_ld.cci();
  EXPECT_EQ(cci.execute(0x0003, {}).payload, Bytes{9});
  EXPECT_EQ(cci.execute(0x0004, Bytes{10}).payload, Bytes{10});
  EXPECT_EQ(cci.execute(0x0003, {}).payload, Bytes{10});
  EXPECT_EQ(cci.execute(0x0004, Bytes{7}).code, ReturnCode::invalid_input);
  EXPECT_EQ(cci.execute(0x0004, Bytes{11}).code, ReturnCode::invalid_input);
  EXPECT_EQ(cci.execute(0x0003, {}).payload, Bytes{10});
}

TEST(Cci, TimestampIsZeroUntilSetAndThenRuns) {
  Rig rig;
  rig.clock.time = 500;
  EXPECT_EQ(rig.run(0x0300).payload, Bytes(8));
  EXPECT_EQ(rig.run(0x0301, test::hex("e803000000000000")).code, ReturnCode::success);
  rig.clock.time = 502;
  EXPECT_EQ(rig.run(0x0300).payload, test::hex("ea03000000000000"));
}

TEST(EffectsLog, ListsTheCommandsOfItsOwnCci) {
  Rig rig;
  for (Cci* cci : {&rig.device.primary(), &rig.fm_owned_ld.cci(), &rig.fm_owned_ld.ld0(),
                   &rig.ld_pool.cci(), &rig.switch_cci.cci()}) {
    const Bytes logs = cci->execute(0x0400, {}).payload;
    ASSERT_EQ(logs.size(), 28u);
    EXPECT_EQ(logs[0], 1);
    EXPECT_EQ(Bytes(logs.begin() + 8, logs.begin() + 24), effects_log_id);
    const auto opcodes = cci->opcodes();
    const std::uint32_t size = logs[24] | logs[25] << 8;
    ASSERT_EQ(size, 4 * opcodes.size());
    const Bytes log = cci->execute(0x0401, get_log(0, size)).payload;
    ASSERT_EQ(log.size(), size);
    for (std::size_t i = 0; i < opcodes.size(); ++i) {
      EXPECT_EQ(log[4 * i] | log[4 * i + 1] << 8, opcodes[i]);
      EXPECT_EQ(log[4 * i + 2] | log[4 * i + 3] << 8, opcode_info(opcodes[i])->effects);
    }
  }
}

TEST(EffectsLog, IsReadFromAnyByteAndNotBeyondItsEnd) {
  Rig rig;
  const std::size_t size = 4 * rig.device.primary().opcodes().size();
  const Bytes whole = rig.run(0x0401, get_log(0, size)).payload;
  EXPECT_EQ(rig.run(0x0401, get_log(5, 3)).payload, Bytes(whole.begin() + 5, whole.begin() + 8));
  EXPECT_EQ(rig.run(0x0401, get_log(size + 1, 0)).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(0x0401, get_log(1, 512)).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(0x0401, get_log(0xFFFFFFFF, 0xFFFFFFFF)).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(0x0401, get_log(0, 4, Bytes(16))).code, ReturnCode::invalid_log);
}

/// Entries of commands that QEMU 10.2.2 has too.
TEST(EffectsLog, AgreesWithTheWitnessOnCommonCommands) {
  const std::pair<std::uint16_t, std::uint16_t> common[] = {
      {0x0005, 0x0000}, {0x0100, 0x0000}, {0x0101, 0x0010}, {0x0102, 0x0000}, {0x0103, 0x0002},
      {0x0200, 0x0000}, {0x0201, 0x00C0}, {0x0202, 0x00C0}, {0x0300, 0x0000}, {0x0301, 0x0008},
      {0x0400, 0x0000}, {0x0401, 0x0000}, {0x4000, 0x0000}, {0x4100, 0x0000}, {0x4102, 0x0000},
      {0x4103, 0x0006}, {0x4201, 0x0000}, {0x4202, 0x0008}, {0x4300, 0x0000}, {0x4301, 0x0000},
      {0x4302, 0x0000}, {0x4303, 0x0000}, {0x4304, 0x00C0}, {0x4305, 0x0000}, {0x4400, 0x00E4},
      {0x4402, 0x0044}, {0x4500, 0x0000}, {0x4800, 0x0000}, {0x4801, 0x0000}, {0x4802, 0x0004},
      {0x4803, 0x0004}};
  Rig rig;
  for (const auto& [opcode, effects] : common) {
    EXPECT_TRUE(rig.device.primary().implements(opcode)) << opcode;
    EXPECT_EQ(opcode_info(opcode)->effects, effects) << opcode;
  }
}

/// The witness' host asks for 512 bytes without asking for the size.
TEST(EffectsLog, ReadsZeroBehindItsEntries) {
  Rig rig;
  const std::size_t size = 4 * rig.device.primary().opcodes().size();
  const Bytes log = rig.run(0x0401, get_log(0, 512)).payload;
  ASSERT_EQ(log.size(), 512u);
  EXPECT_EQ(Bytes(log.begin() + size, log.end()), Bytes(512 - size));
}

TEST(BackgroundCommands, AbortNeedsACommandThatCanBeAborted) {
  Rig rig;
  EXPECT_EQ(rig.run(0x0005).code, ReturnCode::background_abort_not_supported);
  ASSERT_EQ(
      rig.run(Opcode::media_operations, MediaOperation{1, 1, 1}, encode(MediaRange{0, 64})).code,
      ReturnCode::background_started);
  EXPECT_EQ(rig.run(0x0005).code, ReturnCode::background_abort_not_supported);
  rig.pass(5 * test::second);
  ASSERT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::background_started);
  EXPECT_EQ(rig.run(0x0005).code, ReturnCode::success);
  EXPECT_EQ(rig.device.primary().background().return_code(), ReturnCode::aborted);
}

TEST(BackgroundCommands, StatusOfTheSwitchIsIdleAtFirst) {
  Rig rig;
  EXPECT_EQ(rig.switch_cci.cci().execute(0x0002, {}).payload, Bytes(8));
}

}  // namespace
}  // namespace cxlpool::command
