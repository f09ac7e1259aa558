// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <zstd.h>

#include "traffic/files.h"
#include "traffic/traces/error.h"

namespace cxlpool::traffic {
namespace {

constexpr std::size_t packed_bytes = 64 * 1024;
constexpr int max_window_log = 27;  // 128 MiB: what zstd writes without --long=28 and more

bool begins_frame(const char* data, std::size_t bytes) {
  return bytes >= 4 && std::memcmp(data, "\x28\xB5\x2F\xFD", 4) == 0;
}

}  // namespace

void ByteStream::FreeContext::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ByteStream::ByteStream(const std::string& path) : path_(path), window_(window_bytes) {
  const std::string kind = irregular_kind(path);
  if (!kind.empty()) throw TraceError(path, "expected a regular file, got " + kind, "");
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (!file_) {
    throw TraceError(path, "cannot be opened: " + std::generic_category().message(errno),
                     "a readable trace file");
  }
  packed_.resize(packed_bytes);
  packed_end_ = read_file(packed_.data(), packed_bytes);
  if (packed_end_ == 0) throw TraceError(path, "is empty", "a trace");
  if (begins_frame(packed_.data(), packed_end_)) {
    context_.reset(ZSTD_createDCtx());
    if (!context_) throw TraceError(path, "no memory to decompress", "");
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log);
  } else {
    std::copy_n(packed_.data(), packed_end_, window_.data());
    end_ = packed_end_;
    packed_ = {};
  }
}

ByteStream::~ByteStream() = default;
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;

std::string_view ByteStream::peek(std::size_t bytes) {
  bytes = std::min(bytes, window_bytes);
  if (end_ - begin_ < bytes && !at_end_) {
    std::memmove(window_.data(), window_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    while (end_ < bytes && !at_end_) {
      if (context_) {
        refill_compressed();
      } else {
        refill();
      }
    }
  }
  return {window_.data() + begin_, end_ - begin_};
}

std::size_t ByteStream::read_file(char* to, std::size_t bytes) {
  errno = 0;
  const std::size_t got = std::fread(to, 1, bytes, file_.get());
  if (got == 0 && std::ferror(file_.get()) != 0) {
    throw TraceError(path_, "cannot be read: " + std::generic_category().message(errno),
                     "a readable trace file");
  }
  file_bytes_ += got;
  return got;
}

void ByteStream::refill() {
  const std::size_t got = read_file(window_.data() + end_, window_bytes - end_);
  at_end_ = got == 0;
  end_ += got;
}

void ByteStream::refill_compressed() {
  if (packed_begin_ == packed_end_) {
    packed_begin_ = 0;
    packed_end_ = read_file(packed_.data(), packed_bytes);
    if (packed_end_ == 0 && !frame_open_) {
      at_end_ = true;
      return;
    }
  }
  // Without input, output that did not fit before may still come.
  ZSTD_inBuffer in{packed_.data() + packed_begin_, packed_end_ - packed_begin_, 0};
  ZSTD_outBuffer out{window_.data() + end_, window_bytes - end_, 0};
  const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
  const std::uint64_t at = file_bytes_ - (packed_end_ - packed_begin_) + in.pos;
  if (ZSTD_isError(left) != 0) {
    throw TraceError(fmt::format("{}: byte {}", path_, at),
                     fmt::format("zstd data is damaged: {}", ZSTD_getErrorName(left)),
                     "zstd frames with a window of at most 128 MiB");
  }
  if (in.size == 0 && out.pos == 0 && left != 0) {
    throw TraceError(fmt::format("{}: byte {}", path_, file_bytes_),
                     "the file ends within a zstd frame", "the rest of the frame");
  }
  packed_begin_ += in.pos;
  end_ += out.pos;
  frame_open_ = left != 0;
}

}  // namespace cxlpool::traffic
