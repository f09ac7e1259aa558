// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "traffic/traces/binary_format.h"
#include "traffic/traces/byte_stream.h"
#include "traffic/traces/reader.h"

namespace cxlpool::traffic {

/// Reads what TraceWriter wrote. Strict: only the bytes that the writer would produce for some
/// records are a trace, so every damage that zstd's checksum missed, every cut and every addition
/// is a TraceError.
class BinaryTraceReader : public TraceReader {
 public:
  /// Takes a stream at its beginning; throws TraceError when it does not hold a header.
  explicit BinaryTraceReader(ByteStream stream);

  bool next(TraceRecord& record) override;
  TraceKind kind() const override { return kind_; }
  std::string position() const override;

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const;
  std::uint8_t byte();
  std::uint64_t varint();
  std::uint32_t index(const char* what);
  void read_completion(TraceRecord& record);
  void read_times(TraceRecord& record);
  void read_end();

  ByteStream stream_;
  TraceKind kind_ = TraceKind::access;
  binary_format::State state_;
  std::uint64_t records_ = 0;  ///< given out, and the one in work
  std::uint64_t start_ = 0;    ///< offset of the one in work
  bool done_ = false;
};

}  // namespace cxlpool::traffic
