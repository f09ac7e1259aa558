// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_DCtx_s;

namespace cxlpool::traffic {

/// The bytes of a file, decompressed when it begins with a zstd frame (any number of frames, and
/// skippable ones, may follow each other). Holds one window of the stream and, compressed, zstd's
/// own history of at most 128 MiB; never seeks.
///
/// Throws TraceError for what is missing, unreadable, empty or no regular file (a fifo would wait
/// for its writer), and for frames that are cut short, corrupt, or ask for more history than
/// that.
class ByteStream {
 public:
  static constexpr std::size_t window_bytes = 256 * 1024;

  explicit ByteStream(const std::string& path);
  ~ByteStream();
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;

  /// What is buffered, after reading on until it is at least `bytes` (up to window_bytes) or the
  /// stream is at its end.
  std::string_view peek(std::size_t bytes);

  /// Drops the first `bytes` of what peek() returned.
  void consume(std::size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
  }

  /// The next byte; false at the end.
  bool get(std::uint8_t& byte) {
    if (begin_ == end_ && peek(1).empty()) return false;
    byte = static_cast<std::uint8_t>(window_[begin_]);
    consume(1);
    return true;
  }

  /// Bytes consumed so far, decompressed.
  std::uint64_t offset() const { return offset_; }
  const std::string& path() const { return path_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  std::size_t read_file(char* to, std::size_t bytes);
  void refill();
  void refill_compressed();

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;  ///< null for a plain file
  std::vector<char> window_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool at_end_ = false;

  std::vector<char> packed_;  ///< compressed input
  std::size_t packed_begin_ = 0;
  std::size_t packed_end_ = 0;
  std::uint64_t file_bytes_ = 0;  ///< read from the file so far
  bool frame_open_ = false;
};

}  // namespace cxlpool::traffic
