// SPDX-License-Identifier: Apache-2.0
// A trace with anything in it, in any format: a TraceError, or records to its end.
// The first byte says which format; readers take files, so it is one in memory.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "traffic/traces/open.h"

namespace {

constexpr int most_records = 100'000;  // a few bytes of zstd can stand for any number

/// The bytes as a file that is nowhere but in memory.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(::memfd_create("trace", 0)) {
    if (descriptor_ < 0 || ::write(descriptor_, data, size) != static_cast<ssize_t>(size)) {
      std::abort();
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> formats = cxlpool::traffic::trace_formats();
  if (size == 0) return 0;
  const std::size_t which = data[0] % (formats.size() + 1);
  const MemoryFile file(data + 1, size - 1);
  try {
    const std::string format = which < formats.size() ? formats[which] : std::string();
    const auto reader = cxlpool::traffic::open_trace(file.path(), format);
    cxlpool::traffic::TraceRecord record;
    for (int i = 0; i < most_records && reader->next(record); ++i) {
    }
  } catch (const cxlpool::traffic::TraceError&) {
  }
  return 0;
}
