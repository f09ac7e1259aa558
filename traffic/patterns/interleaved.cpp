// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/interleaved.h"

#include <algorithm>

#include <fmt/format.h>

#include "traffic/data.h"
#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {

constexpr std::uint32_t word_bytes = 8;

InterleavedPattern::InterleavedPattern(const PatternOptions& options)
    : base_(options.base),
      granule_(options.granule),
      sweep_(options.seeded ? Op::read : Op::write),
      seeded_(options.seeded) {
  check_range(options);
  refuse_shaping(options, "interleaved");
  if (granule_ == 0 || granule_ % word_bytes != 0) {
    throw PatternError("granule", fmt::format("expected a multiple of 8 bytes, got {}", granule_));
  }
  if (base_ % word_bytes != 0) {
    throw PatternError("base", fmt::format("expected a multiple of 8, got {:#x}", base_));
  }
  if (options.size < word_bytes) {
    throw PatternError("size", fmt::format("expected at least 8 bytes, got {}", options.size));
  }
  words_ = (options.size - word_bytes) / granule_ + 1;
  const std::uint64_t sweeps = seeded_ ? 1 : 2;
  requests_ = options.requests != 0 ? options.requests : words_ * sweeps;
  words_ = std::min(words_, requests_ / sweeps + requests_ % sweeps);
  left_ = requests_;
}

RequestSource::Next InterleavedPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  request = {sweep_, ByteEnables::all, word_bytes, base_ + word_ * granule_};
  if (++word_ == words_) {
    word_ = 0;
    if (!seeded_) sweep_ = sweep_ == Op::write ? Op::read : Op::write;
  }
  return Next::request;
}

void InterleavedPattern::fill(const Request& request, std::uint64_t, std::uint8_t* data) {
  store_word(data, unique_word(request.address));
}

bool InterleavedPattern::observe(const Request& request, const std::uint8_t* data,
                                 Mismatch& mismatch) {
  const std::uint64_t expected = unique_word(request.address);
  const std::uint64_t got = load_word(data);
  if (got == expected) return true;
  mismatch = {request.address, expected, got};
  return false;
}

}  // namespace cxlpool::traffic
