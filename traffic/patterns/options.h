// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cxlpool::traffic {

/// What a pattern is made from. Addresses and sizes are bytes; the range [base, base + size) is
/// host physical addresses, and no access leaves it.
///
/// `read_percent`, `sizes`, `unaligned` and `byte_enables` shape sequential, strided, uniform and
/// zipf. The other patterns have a mix of their own and ignore `read_percent`; they refuse what
/// would break them (see their headers).
struct PatternOptions {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint64_t requests = 0;  ///< 0: the pattern's natural length
  unsigned read_percent = 100;
  std::vector<std::uint32_t> sizes = {64};  ///< each 1 to max_request_bytes, drawn evenly
  bool unaligned = false;      ///< any byte address; else a power-of-two size is naturally aligned
  bool byte_enables = false;   ///< every second write carries alternating byte enables
  std::uint64_t stride = 256;  ///< strided
  std::uint32_t zipf_exponent_percent = 99;  ///< zipf, hundredths, 0 to 1000
  std::uint64_t granule = 256;               ///< interleaved: bytes between words, multiple of 8
  bool seeded = false;  ///< interleaved, pointer_chase: the data is in the media already; only read
  std::uint64_t seed = 1;
};

/// A pattern cannot be made from its options. option() names the field at fault ("pattern" for the
/// name itself), what() says what is wrong and what would be right.
class PatternError : public std::invalid_argument {
 public:
  PatternError(std::string option, const std::string& message)
      : std::invalid_argument(option + ": " + message), option_(std::move(option)) {}

  const std::string& option() const { return option_; }

 private:
  std::string option_;
};

}  // namespace cxlpool::traffic
