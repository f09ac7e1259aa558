// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/options.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// Proves that every interleave granule leads to memory of its own. A first sweep writes
/// unique_word(address) (traffic/data.h) to the first 8 bytes of every granule of the range, a
/// second reads each one back; a word that came from elsewhere, or was overwritten from there, is
/// a Mismatch that names both.
///
/// `seeded`: some other tool wrote the words; only the read sweep. Natural length: every granule,
/// a last partial one of 8 bytes or more too. With `requests` the sweeps are shortened to half of
/// it each, or repeated. Every access is 8 bytes whatever `sizes` says. Writes are not waited for:
/// the initiator keeps accesses that overlap in order. PatternError for a base or granule that is
/// no multiple of 8, or a range below 8 bytes.
class InterleavedPattern : public RequestSource {
 public:
  explicit InterleavedPattern(const PatternOptions& options);

  Next next(Request& request) override;
  void fill(const Request& request, std::uint64_t serial, std::uint8_t* data) override;
  bool observe(const Request& request, const std::uint8_t* data, Mismatch& mismatch) override;
  std::uint64_t size_hint() const override { return requests_; }

 private:
  std::uint64_t base_;
  std::uint64_t granule_;
  std::uint64_t words_;  ///< in one sweep
  std::uint64_t word_ = 0;
  Op sweep_;
  bool seeded_;
  std::uint64_t requests_;
  std::uint64_t left_;
};

}  // namespace cxlpool::traffic
