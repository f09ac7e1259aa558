// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "models/fabric/mapped_file.h"

namespace cxlpool::fabric {

/// Memory of its own, to be mapped into a device's media and taken away again with what it holds:
/// private, or a plain file. A file that is absent or empty is made that long, sparse; one of any
/// other length is refused, and so is a read-only one that is not there. It is mapped from the
/// beginning and keeps no file descriptor, so that there may be more of them than a process may
/// have files. Throws std::runtime_error.
class MemoryBackend {
 public:
  explicit MemoryBackend(std::uint64_t size_bytes, const std::string& path = {},
                         bool read_only = false);
  ~MemoryBackend();
  MemoryBackend(const MemoryBackend&) = delete;
  MemoryBackend& operator=(const MemoryBackend&) = delete;

  std::uint64_t size() const { return size_; }
  bool read_only() const { return read_only_; }
  const std::string& path() const { return path_; }  ///< empty: private memory
  std::uint8_t* memory() const { return memory_; }   ///< size() bytes, shared

 private:
  std::uint64_t size_;
  bool read_only_;
  std::string path_;
  std::uint8_t* memory_;
  MappedFile mapped_;
};

/// The bytes of a device, by DPA. Memory that nobody touched reads zero and costs nothing: the
/// store maps a chunk when it is first written and lets the operating system back it page by page,
/// so sixteen devices of 1 TiB fit on a laptop.
///
/// With a file behind it the store is that file, mapped and shared: what others write there is read
/// here and the other way round. A file that is absent or empty is made as long as the device,
/// sparse; one of any other length is not this device's and is refused, and so is one that has
/// become shorter when more of it is mapped (see MappedFile for the rest). Not thread-safe. Throws
/// std::runtime_error when a file cannot be used or the system has no more address space; accesses
/// beyond capacity() are the caller's mistake.
class Media {
 public:
  explicit Media(std::uint64_t capacity_bytes, const std::string& backing_file = {});
  ~Media();
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;

  std::uint64_t capacity() const { return capacity_; }

  void read(std::uint64_t dpa, std::uint8_t* data, std::size_t length) const {
    const std::uint8_t* chunk = chunks_[dpa >> chunk_shift];
    if (chunk && (dpa & chunk_mask) + length <= chunk_bytes) {
      copy(data, chunk + (dpa & chunk_mask), length);
    } else {
      read_slowly(dpa, data, length);
    }
  }

  void write(std::uint64_t dpa, const std::uint8_t* data, std::size_t length) {
    std::uint8_t* chunk = chunks_[dpa >> chunk_shift];
    if (chunk && (dpa & chunk_mask) + length <= chunk_bytes) {
      copy(chunk + (dpa & chunk_mask), data, length);
    } else {
      write_slowly(dpa, data, length);
    }
  }

  /// The byte at `dpa` will be read or written soon.
  void prefetch(std::uint64_t dpa) const {
    if (const std::uint8_t* chunk = chunks_[dpa >> chunk_shift]) {
      __builtin_prefetch(chunk + (dpa & chunk_mask));
    }
  }

  /// A pointer to the byte at `dpa`, good for the rest of its chunk and until the store goes.
  std::uint8_t* pointer(std::uint64_t dpa) { return chunk_for(dpa) + (dpa & chunk_mask); }

  /// First and last DPA of the chunk that pointer(dpa) points into.
  std::uint64_t first_of_chunk(std::uint64_t dpa) const { return dpa & ~chunk_mask; }
  std::uint64_t last_of_chunk(std::uint64_t dpa) const {
    const std::uint64_t last = dpa | chunk_mask;
    return last < capacity_ ? last : capacity_ - 1;
  }

  /// Makes [dpa, dpa + length) read zero again, as loss of power does to volatile memory, and gives
  /// back the memory or the disk space behind it. A backend mapped there is zeroed, unless it is
  /// read-only.
  void clear(std::uint64_t dpa, std::uint64_t length);

  /// Puts `backend` at [dpa, dpa + backend.size()), in place of what is there: whole pages within
  /// capacity, of a store without a file. Pointers stay good and now lead to the backend.
  void map(std::uint64_t dpa, const MemoryBackend& backend);
  /// Takes what was mapped there away again; the range reads zero.
  void unmap(std::uint64_t dpa, std::uint64_t length);

 private:
  static constexpr unsigned chunk_shift = 30;
  static constexpr std::uint64_t chunk_bytes = 1ull << chunk_shift;
  static constexpr std::uint64_t chunk_mask = chunk_bytes - 1;

  /// A cache line is by far the most frequent length; a constant lets the compiler inline it, and
  /// only where it knows the code to be hot does it take moves instead of a slow `rep movs`.
  static void copy(std::uint8_t* to, const std::uint8_t* from, std::size_t length) {
    if (__builtin_expect(length == 64, 1)) {
      std::memcpy(to, from, 64);
    } else {
      std::memcpy(to, from, length);
    }
  }

  std::uint8_t* chunk_for(std::uint64_t dpa);
  void expect_whole_file() const;
  /// Maps `backend` over the range, chunk by chunk, in place; null: private memory again.
  void remap(std::uint64_t dpa, std::uint64_t length, const MemoryBackend* backend,
             std::vector<MappedFile>& files);
  void zero(std::uint64_t dpa, std::uint64_t length);
  void clear_unmapped(std::uint64_t dpa, std::uint64_t length);
  void clear_in_file(std::uint64_t dpa, std::uint64_t length);
  std::uint64_t bytes_in_chunk(std::size_t chunk) const;
  void read_slowly(std::uint64_t dpa, std::uint8_t* data, std::size_t length) const;
  void write_slowly(std::uint64_t dpa, const std::uint8_t* data, std::size_t length);

  std::uint64_t capacity_;
  std::string backing_file_;
  int file_ = -1;
  std::vector<std::uint8_t*> chunks_;
  std::vector<MappedFile> mapped_files_;  ///< the chunks, where a file is behind them
  struct Mapped {
    std::uint64_t length = 0;
    bool read_only = false;
    std::vector<MappedFile> files;
  };
  std::map<std::uint64_t, Mapped> mapped_;  ///< backends, by DPA
};

}  // namespace cxlpool::fabric
