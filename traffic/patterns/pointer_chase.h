// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "traffic/patterns/options.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// Loads that depend on each other. Every aligned 64-byte line of the range first gets, by one
/// write, the address of another line in its first 8 bytes (little-endian); the lines form one
/// random cycle (Sattolo's algorithm). Then each read goes where the line read before it points,
/// one read outstanding at a time.
///
/// A read that returns anything but the pointer that was written is a Mismatch, and the chase goes
/// on along the cycle, so that corrupt data never leads out of the range. Writes are not waited
/// for: the initiator keeps accesses that overlap in order.
///
/// `requests` counts the reads; the writes come on top. Natural length: one read a line. `seeded`
/// leaves the writes out. Takes 4 bytes of memory a line and at most max_lines lines; `sizes` must
/// be {64}.
class PointerChasePattern : public RequestSource {
 public:
  static constexpr std::uint32_t line_bytes = 64;
  static constexpr std::uint64_t max_lines = std::uint64_t{1} << 26;

  explicit PointerChasePattern(const PatternOptions& options);

  Next next(Request& request) override;
  void fill(const Request& request, std::uint64_t serial, std::uint8_t* data) override;
  bool observe(const Request& request, const std::uint8_t* data, Mismatch& mismatch) override;
  std::uint64_t size_hint() const override { return accesses_; }

 private:
  std::uint64_t address(std::uint64_t line) const { return first_ + line * line_bytes; }
  std::uint64_t pointer_at(std::uint64_t address) const;

  std::uint64_t first_;
  std::vector<std::uint32_t> cycle_;  ///< the line that each line points to
  std::uint64_t unwritten_;           ///< next line to write
  std::uint64_t reads_left_;
  std::uint64_t accesses_;
  std::uint64_t current_;  ///< address of the read outstanding or next
  bool waiting_ = false;
};

}  // namespace cxlpool::traffic
