// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/zipf.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace cxlpool::traffic {
namespace {

std::uint64_t slot_size(const AccessShape& shape) {
  const std::uint64_t needed = power_of_two_at_least(shape.largest());
  const bool lines = align_up(shape.base(), 64) + 64 <= shape.end();
  return lines ? std::max<std::uint64_t>(needed, 64) : needed;
}

std::uint64_t count_slots(const AccessShape& shape, std::uint64_t first, std::uint64_t bytes) {
  if (first + bytes > shape.end()) {
    throw PatternError("size",
                       fmt::format("zipf needs an aligned slot of {} bytes in the range", bytes));
  }
  return (shape.end() - first) / bytes;
}

std::uint64_t exponent(const PatternOptions& options) {
  if (options.zipf_exponent_percent > 1000) {
    throw PatternError("zipf_exponent_percent",
                       fmt::format("expected 0 to 1000, got {}", options.zipf_exponent_percent));
  }
  return options.zipf_exponent_percent;
}

/// Near the golden section, which spreads consecutive ranks most evenly.
std::uint64_t coprime_multiplier(std::uint64_t slots) {
  auto multiplier = static_cast<std::uint64_t>((Uint128{slots} * 0x9e3779b97f4a7c15u) >> 64);
  multiplier = std::max<std::uint64_t>(multiplier, 1);
  while (std::gcd(multiplier, slots) != 1) ++multiplier;
  return multiplier;
}

}  // namespace

ZipfPattern::ZipfPattern(const PatternOptions& options)
    : shape_(options),
      random_(options.seed),
      slot_bytes_(slot_size(shape_)),
      first_slot_(align_up(options.base, slot_bytes_)),
      slots_(count_slots(shape_, first_slot_, slot_bytes_)),
      multiplier_(coprime_multiplier(slots_)),
      offset_(random_.below(slots_)),
      ranks_(slots_, static_cast<std::uint32_t>(exponent(options))),
      requests_(options.requests != 0 ? options.requests : slots_),
      left_(requests_) {}

std::uint64_t ZipfPattern::slot_address(std::uint64_t rank) const {
  const auto slot =
      static_cast<std::uint64_t>((Uint128{rank - 1} * multiplier_ + offset_) % slots_);
  return first_slot_ + slot * slot_bytes_;
}

RequestSource::Next ZipfPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  shape_.draw(random_, request);
  request.address = slot_address(ranks_.draw(random_));
  if (shape_.unaligned()) {
    request.address =
        std::min(request.address + random_.below(slot_bytes_), shape_.last(request.size));
  }
  return Next::request;
}

}  // namespace cxlpool::traffic
