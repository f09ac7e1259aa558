// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "traffic/traces/binary_format.h"

struct ZSTD_CCtx_s;

namespace cxlpool::traffic {

/// Writes a binary trace (traffic/traces/binary_format.h) to a file, which it creates or empties.
/// Only finish() completes it: without, say because of an exception, what is there reads as cut
/// short, never as a shorter trace.
///
/// Throws TraceError when the file cannot be written, std::logic_error for a record that does not
/// fit the kind or that no reader would accept.
class TraceWriter {
 public:
  TraceWriter(const std::string& path, TraceKind kind);
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  void write(const TraceRecord& record);

  /// Writes the end marker and closes the file. Further calls do nothing.
  void finish();

  std::uint64_t records() const { return records_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  void put(std::uint8_t byte) { plain_.push_back(static_cast<char>(byte)); }
  void put_varint(std::uint64_t value);
  void flush(bool last);

  std::string path_;
  TraceKind kind_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::vector<char> plain_;
  std::vector<char> packed_;
  binary_format::State state_;
  std::uint64_t records_ = 0;
};

}  // namespace cxlpool::traffic
