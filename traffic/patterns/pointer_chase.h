// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/keyed_permutation.h"
#include "traffic/patterns/options.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// Loads that depend on each other. The aligned 64-byte lines of the range form one random cycle,
/// which the seed and the range give. First each line that will be read gets, by one write, the
/// address of the next line of the cycle in its first 8 bytes (little-endian). Then each read goes
/// where the line read before it points, from the first line of the range on, one read outstanding
/// at a time.
///
/// A read that returns anything but the pointer that was written is a Mismatch, and the chase goes
/// on along the cycle, so that corrupt data never leads out of the range. Writes are not waited
/// for: the initiator keeps accesses that overlap in order.
///
/// `requests` counts the reads; the writes come on top, one for each line that those reads visit,
/// in the order of the cycle. Natural length: one read a line. `seeded` leaves the writes out, for
/// what a chase with this seed and as many reads left. The cycle is computed, not stored, so
/// neither time nor memory depends on the size of the range. `sizes` must be {64}.
class PointerChasePattern : public RequestSource {
 public:
  static constexpr std::uint32_t line_bytes = 64;

  explicit PointerChasePattern(const PatternOptions& options);

  Next next(Request& request) override;
  void fill(const Request& request, std::uint64_t serial, std::uint8_t* data) override;
  bool observe(const Request& request, const std::uint8_t* data, Mismatch& mismatch) override;
  std::uint64_t size_hint() const override { return accesses_; }

 private:
  std::uint64_t address(std::uint64_t line) const { return first_ + line * line_bytes; }
  /// Where the line at `address` points.
  std::uint64_t pointer_at(std::uint64_t address) const;

  std::uint64_t first_;
  KeyedPermutation cycle_;  ///< line by place in the cycle
  std::uint64_t writes_left_;
  std::uint64_t reads_left_;
  std::uint64_t accesses_;
  std::uint64_t written_ = 0;  ///< address of the next write
  std::uint64_t current_ = 0;  ///< address of the read outstanding or next
  bool waiting_ = false;
};

}  // namespace cxlpool::traffic
