// SPDX-License-Identifier: Apache-2.0
#include "models/address/ras_registers.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace cxlpool::address {
namespace {

constexpr std::uint32_t bit(UncorrectableError error) { return 1u << static_cast<unsigned>(error); }
constexpr std::uint32_t bit(CorrectableError error) { return 1u << static_cast<unsigned>(error); }

HeaderLog header(std::uint32_t first) {
  HeaderLog log{};
  for (std::uint32_t i = 0; i < log.size(); ++i) log[i] = first + i;
  return log;
}

class Ras : public ::testing::Test {
 protected:
  void unmask() {
    registers.write(ras::uncorrectable_mask, 0);
    registers.write(ras::correctable_mask, 0);
  }
  std::uint32_t status() const { return registers.read(ras::uncorrectable_status); }
  void clear(std::uint32_t bits) { registers.write(ras::uncorrectable_status, bits); }
  std::uint32_t first_error() const {
    return registers.read(ras::control) & ras::first_error_pointer;
  }
  std::uint32_t logged(unsigned dword) const { return registers.read(ras::header_log + 4 * dword); }

  RasRegisters registers;
};

TEST_F(Ras, OutOfResetEverythingIsMaskedAndFatal) {
  EXPECT_EQ(status(), 0u);
  EXPECT_EQ(registers.read(ras::uncorrectable_mask), 0x1CFFFu);
  EXPECT_EQ(registers.read(ras::uncorrectable_severity), 0x1CFFFu);
  EXPECT_EQ(registers.read(ras::correctable_status), 0u);
  EXPECT_EQ(registers.read(ras::correctable_mask), 0x7Fu);
  EXPECT_EQ(registers.read(ras::control), ras::multiple_header_recording);
  for (unsigned i = 0; i < 16; ++i) EXPECT_EQ(logged(i), 0u);
}

TEST_F(Ras, TheBitsAndNamesOfErrorsAreAllDifferentAndImplemented) {
  std::uint32_t uncorrectable = 0, correctable = 0;
  std::set<std::string> names;
  for (const UncorrectableError error : uncorrectable_errors) {
    uncorrectable |= bit(error);
    names.insert(name(error));
  }
  EXPECT_EQ(uncorrectable, ras::uncorrectable_bits);
  EXPECT_EQ(names.size(), 15u);
  names.clear();
  for (const CorrectableError error : correctable_errors) {
    correctable |= bit(error);
    names.insert(name(error));
  }
  EXPECT_EQ(correctable, ras::correctable_bits);
  EXPECT_EQ(names.size(), 7u);
}

TEST_F(Ras, AMaskedErrorLeavesNoTrace) {
  EXPECT_FALSE(registers.record(UncorrectableError::internal, header(1)));
  EXPECT_FALSE(registers.record(CorrectableError::physical));
  unmask();
  EXPECT_EQ(status(), 0u);
  EXPECT_EQ(registers.read(ras::correctable_status), 0u);
  EXPECT_EQ(logged(0), 0u);
}

TEST_F(Ras, EveryErrorHasItsOwnMaskSeverityAndStatusBit) {
  for (const UncorrectableError error : uncorrectable_errors) {
    registers = {};
    registers.write(ras::uncorrectable_mask, ~bit(error));
    for (const UncorrectableError other : uncorrectable_errors) {
      EXPECT_EQ(registers.record(other, {}).has_value(), other == error) << name(other);
    }
    EXPECT_EQ(status(), bit(error));
    EXPECT_EQ(first_error(), static_cast<std::uint32_t>(error));
    registers.write(ras::uncorrectable_severity, ~bit(error));
    EXPECT_EQ(registers.record(error, {}), ErrorMessage::non_fatal) << name(error);
    registers.write(ras::uncorrectable_severity, bit(error));
    EXPECT_EQ(registers.record(error, {}), ErrorMessage::fatal) << name(error);
  }
  for (const CorrectableError error : correctable_errors) {
    registers = {};
    registers.write(ras::correctable_mask, ~bit(error));
    for (const CorrectableError other : correctable_errors) {
      EXPECT_EQ(registers.record(other).has_value(), other == error) << name(other);
    }
    EXPECT_EQ(registers.read(ras::correctable_status), bit(error));
  }
}

TEST_F(Ras, CorrectableStatusIsClearedByTheBitsWrittenAlone) {
  unmask();
  EXPECT_EQ(registers.record(CorrectableError::physical), ErrorMessage::correctable);
  registers.record(CorrectableError::mem_data_ecc);
  registers.write(ras::correctable_status, bit(CorrectableError::crc_threshold));
  EXPECT_EQ(registers.read(ras::correctable_status), 0x42u);
  registers.write(ras::correctable_status, bit(CorrectableError::physical));
  EXPECT_EQ(registers.read(ras::correctable_status), 0x02u);
}

TEST_F(Ras, WritingZeroesOrBitsThatAreNotSetClearsNothing) {
  unmask();
  registers.record(UncorrectableError::mem_data_ecc, header(7));
  clear(0);
  clear(~bit(UncorrectableError::mem_data_ecc));
  EXPECT_EQ(status(), bit(UncorrectableError::mem_data_ecc));
  EXPECT_EQ(logged(0), 7u);
}

TEST_F(Ras, MasksAndSeverityHaveNoReservedBitsAndTheRestIsReadOnly) {
  EXPECT_TRUE(registers.write(ras::uncorrectable_mask, ~0u));
  EXPECT_TRUE(registers.write(ras::uncorrectable_severity, ~0u));
  EXPECT_TRUE(registers.write(ras::correctable_mask, ~0u));
  EXPECT_EQ(registers.read(ras::uncorrectable_mask), 0x1CFFFu);
  EXPECT_EQ(registers.read(ras::uncorrectable_severity), 0x1CFFFu);
  EXPECT_EQ(registers.read(ras::correctable_mask), 0x7Fu);
  for (std::uint32_t offset = ras::control; offset < 0x80; offset += 4) {
    const std::uint32_t before = registers.read(offset);
    EXPECT_FALSE(registers.write(offset, ~0u)) << offset;
    EXPECT_EQ(registers.read(offset), before) << offset;
  }
  EXPECT_EQ(registers.read(ras::size_bytes), 0u);
}

TEST_F(Ras, ErrorsAreShownInTheOrderOfHappening) {
  unmask();
  registers.record(UncorrectableError::internal, header(100));
  registers.record(UncorrectableError::cache_be_parity, header(200));
  registers.record(UncorrectableError::internal, header(300));
  const std::uint32_t internal = bit(UncorrectableError::internal);
  const std::uint32_t parity = bit(UncorrectableError::cache_be_parity);
  EXPECT_EQ(status(), internal | parity);
  EXPECT_EQ(first_error(), 14u);
  EXPECT_EQ(logged(0), 100u);
  EXPECT_EQ(logged(15), 115u);
  clear(internal);
  EXPECT_EQ(status(), internal | parity) << "the third one is still there";
  EXPECT_EQ(first_error(), 2u);
  EXPECT_EQ(logged(0), 200u);
  clear(parity);
  EXPECT_EQ(status(), internal);
  EXPECT_EQ(logged(15), 315u);
  clear(internal);
  EXPECT_EQ(status(), 0u);
  EXPECT_EQ(first_error(), ras::no_error);
}

TEST_F(Ras, ClearingMoreThanTheFirstDropsEveryRecordOfThoseBits) {
  unmask();
  registers.record(UncorrectableError::internal, header(100));
  registers.record(UncorrectableError::cache_be_parity, header(200));
  registers.record(UncorrectableError::internal, header(300));
  registers.record(UncorrectableError::mem_data_ecc, header(400));
  clear(bit(UncorrectableError::internal) | bit(UncorrectableError::cache_be_parity));
  EXPECT_EQ(status(), bit(UncorrectableError::mem_data_ecc));
  EXPECT_EQ(first_error(), 7u);
  EXPECT_EQ(logged(0), 400u);
}

TEST_F(Ras, ClearingOneThatIsNotTheFirstLeavesTheFirst) {
  unmask();
  registers.record(UncorrectableError::internal, header(100));
  registers.record(UncorrectableError::cache_be_parity, header(200));
  clear(bit(UncorrectableError::cache_be_parity));
  EXPECT_EQ(status(), bit(UncorrectableError::internal));
  EXPECT_EQ(first_error(), 14u);
  EXPECT_EQ(logged(0), 100u);
}

TEST_F(Ras, ErrorsPastTheLastRecordKeepTheirStatusBitUntilItIsCleared) {
  unmask();
  for (std::uint32_t i = 0; i < RasRegisters::max_records; ++i) {
    registers.record(UncorrectableError::internal, header(i));
  }
  EXPECT_EQ(registers.record(UncorrectableError::cxl_ide_rx, header(999)), ErrorMessage::fatal);
  for (std::uint32_t i = 0; i < RasRegisters::max_records; ++i) {
    EXPECT_EQ(logged(0), i);
    clear(bit(UncorrectableError::internal));
  }
  EXPECT_EQ(status(), bit(UncorrectableError::cxl_ide_rx));
  EXPECT_EQ(first_error(), ras::no_error);
  clear(bit(UncorrectableError::cxl_ide_rx));
  EXPECT_EQ(status(), 0u);
}

TEST_F(Ras, LossOfPowerPutsResetValuesBack) {
  unmask();
  registers.record(UncorrectableError::internal, header(1));
  registers.record(CorrectableError::physical);
  registers.lose_power();
  EXPECT_EQ(status(), 0u);
  EXPECT_EQ(logged(0), 0u);
  EXPECT_EQ(registers.read(ras::correctable_status), 0u);
  EXPECT_EQ(registers.read(ras::uncorrectable_mask), 0x1CFFFu);
}

}  // namespace
}  // namespace cxlpool::address
