// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <zstd.h>

#include "traffic/traces/open.h"

namespace cxlpool::traffic::test {

/// A new folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cxlpool-traffic-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }

  /// Writes a file, and returns its path.
  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream out(path(name), std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::string compressed(std::string_view plain) {
  std::string result(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t bytes =
      ZSTD_compress(result.data(), result.size(), plain.data(), plain.size(), 3);
  if (ZSTD_isError(bytes) != 0) throw std::runtime_error("cannot compress");
  result.resize(bytes);
  return result;
}

inline std::string decompressed(std::string_view packed) {
  std::string result(16 << 20, '\0');
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{result.data(), result.size(), 0};
  const std::size_t left = ZSTD_decompressStream(context, &out, &in);
  ZSTD_freeDCtx(context);
  if (left != 0) throw std::runtime_error("cannot decompress");
  result.resize(out.pos);
  return result;
}

inline std::vector<TraceRecord> read_all(const std::string& path, const std::string& format = {},
                                         const TraceOptions& options = {}) {
  const auto reader = open_trace(path, format, options);
  std::vector<TraceRecord> records;
  for (TraceRecord record; reader->next(record);) records.push_back(record);
  return records;
}

/// What the TraceError says, or "no error".
inline std::string error_of(const std::string& path, const std::string& format = {}) {
  try {
    read_all(path, format);
  } catch (const TraceError& error) {
    return error.what();
  }
  return "no error";
}

inline TraceRecord access(Op op, std::uint64_t address, std::uint32_t size) {
  TraceRecord record;
  record.op = op;
  record.address = address;
  record.size = size;
  return record;
}

}  // namespace cxlpool::traffic::test
