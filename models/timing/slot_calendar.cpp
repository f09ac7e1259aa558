// SPDX-License-Identifier: Apache-2.0
#include "models/timing/slot_calendar.h"

#include <algorithm>
#include <stdexcept>

namespace cxlpool::timing {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned unit_bits = 24;
constexpr std::uint64_t half = 1u << (unit_bits - 1);

}  // namespace

SlotCalendar::SlotCalendar(Picoseconds bin, std::uint32_t bin_fraction, unsigned units,
                           Picoseconds span)
    : units_{units} {
  const Wide length = (Wide{bin} << 32) | bin_fraction;  // x 2^32
  if (bin < 2 || bin >> 32 != 0 || units == 0 || units > UINT16_MAX) {
    throw std::invalid_argument("a calendar's bin lasts 2 ps to 4 ms and has 1 to 65535 units");
  }
  // Rounded up, so that a bin's first picosecond is its own.
  bins_per_ps_ = static_cast<std::uint64_t>(((Wide{1} << 96) + length - 1) / length);
  ps_per_unit_ = static_cast<std::uint64_t>(((length >> (32 - unit_bits)) + units / 2) / units);
  std::uint64_t blocks = 2;
  while (blocks * bins_per_block * bin < span) {
    blocks *= 2;
  }
  mask_ = blocks - 1;
}

inline SlotCalendar::Block& SlotCalendar::block(std::uint64_t number) {
  Block& found = ring_[number & mask_];
  if (found.number != number) {
    found = Block{};
    found.number = number;
    newest_ = std::max(newest_, number);
  }
  return found;
}

Picoseconds SlotCalendar::book(Picoseconds arrival, unsigned units) {
  if (ring_.empty()) ring_.resize(mask_ + 1);
  const auto wanted = static_cast<std::uint64_t>(Wide{arrival} * bins_per_ps_ >> 64);
  std::uint64_t number = wanted / bins_per_block;
  std::uint64_t not_before = ~std::uint64_t{0} << wanted % bins_per_block;
  if (number + mask_ < newest_) {
    number = newest_ - mask_;
    not_before = ~std::uint64_t{0};
  }
  for (unsigned left = units;; ++number, not_before = ~std::uint64_t{0}) {
    Block& here = block(number);
    for (std::uint64_t open = ~here.full & not_before; open != 0; open &= open - 1) {
      const auto bin = static_cast<unsigned>(__builtin_ctzll(open));
      const unsigned take = std::min(left, units_ - here.used[bin]);
      here.used[bin] = static_cast<std::uint16_t>(here.used[bin] + take);
      here.full |= std::uint64_t{here.used[bin] == units_} << bin;
      left -= take;
      if (left == 0) {
        // The units between the start of the arrival's bin and the last one taken, less its own.
        const std::uint64_t bins = number * bins_per_block + bin - wanted;
        // Of a backlog of seconds that is more than 64 bits.
        const Wide wait = Wide{bins * units_ + here.used[bin] - units} * ps_per_unit_ + half;
        return static_cast<Picoseconds>(wait >> unit_bits);
      }
    }
  }
}

}  // namespace cxlpool::timing
