// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/timing/dram_part.h"

namespace cxlpool::timing {

struct DramPlace {
  unsigned group = 0;
  unsigned bank = 0;  ///< counted over all groups
  std::uint64_t row = 0;
};

/// Which bits of a channel's own address, from the top down, say what. Either way consecutive
/// lines lie in different bank groups, where bursts follow each other without a gap.
enum class DramOrder : std::uint8_t {
  row_bank_column_group,  ///< a stream stays in its open rows: for open pages
  row_column_bank_group,  ///< a stream goes round all banks: for closed pages
};

/// From a channel's own address to bank and row. With `hashed` the low bits of the row are XORed
/// into group and bank, so that strides of a power of two do not stay in one bank. Rows go on
/// without end: how much memory there is, is the device's business.
class DramMapping {
 public:
  DramMapping(const DramPart& part, DramOrder order, bool hashed)
      : group_bits_(bits(part.bank_groups)),
        bank_bits_(bits(part.banks_per_group)),
        column_bits_(bits(part.row_bytes / 64)),
        bank_first_(order == DramOrder::row_column_bank_group),
        hashed_(hashed) {}

  DramPlace place(std::uint64_t address) const {
    const std::uint64_t line = address >> 6;
    auto group = static_cast<unsigned>(line) & mask(group_bits_);
    const unsigned bank_shift = group_bits_ + (bank_first_ ? 0 : column_bits_);
    auto bank = static_cast<unsigned>(line >> bank_shift) & mask(bank_bits_);
    const std::uint64_t row = line >> (group_bits_ + bank_bits_ + column_bits_);
    if (hashed_) {
      group ^= static_cast<unsigned>(row) & mask(group_bits_);
      bank ^= static_cast<unsigned>(row >> group_bits_) & mask(bank_bits_);
    }
    return {group, group << bank_bits_ | bank, row};
  }

 private:
  static unsigned bits(unsigned power_of_two) { return __builtin_ctz(power_of_two); }
  static unsigned mask(unsigned bits) { return (1u << bits) - 1; }

  unsigned group_bits_, bank_bits_, column_bits_;
  bool bank_first_, hashed_;
};

}  // namespace cxlpool::timing
