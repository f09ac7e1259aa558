// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/media.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cxlpool::fabric {
namespace {

[[noreturn]] void refuse(const std::string& file, const char* what) {
  throw std::runtime_error(fmt::format("{}: {}: {}", file, what, std::strerror(errno)));
}

/// Zeroes private memory. Whole pages read zero again once they are given back; the rest of the
/// first and last page must stay.
void clear_pages(std::uint8_t* memory, std::uint64_t length) {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uint64_t head = std::min(length, (page - begin % page) % page);
  const std::uint64_t pages = (length - head) / page * page;
  std::memset(memory, 0, head);
  if (pages > 0 && ::madvise(memory + head, pages, MADV_DONTNEED) != 0) {
    std::memset(memory + head, 0, pages);
  }
  std::memset(memory + head + pages, 0, length - head - pages);
}

/// Opens the file, which has `capacity` bytes or gets them. O_NONBLOCK: a fifo must not wait for
/// its other end before it is refused.
int open_backing(const std::string& path, std::uint64_t capacity, bool read_only = false) {
  const int access = read_only ? O_RDONLY : O_RDWR | O_CREAT;
  const int file = ::open(path.c_str(), access | O_NONBLOCK | O_CLOEXEC, 0644);
  if (file < 0) {
    refuse(path, read_only ? "cannot open the backing file for reading"
                           : "cannot open the backing file for reading and writing");
  }
  struct stat status {};
  const bool usable = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool may_grow = size == 0 && !read_only;
  if (usable &&
      (size == capacity || (may_grow && ::ftruncate(file, static_cast<off_t>(capacity)) == 0))) {
    return file;
  }
  const int error = usable ? errno : EINVAL;
  ::close(file);
  if (usable && !may_grow) {
    throw std::runtime_error(fmt::format(
        "{}: expected a backing file of {} bytes, as the device has{}, got {} bytes", path,
        capacity, read_only ? ", since one that is only read cannot grow" : ", or an empty one",
        size));
  }
  errno = error;
  refuse(path, usable ? "cannot make the backing file as large as the device"
                      : "expected a plain file as backing");
}

int make_private(std::uint64_t size) {
  const int file = ::memfd_create("cxlpool memory backend", MFD_CLOEXEC);
  if (file < 0 || ::ftruncate(file, static_cast<off_t>(size)) != 0) {
    const int error = errno;
    if (file >= 0) ::close(file);
    errno = error;
    refuse("memory backend", "cannot get as much memory as asked for");
  }
  return file;
}

/// The mapping keeps the file; nothing else does.
std::uint8_t* map_shared(std::uint64_t size, const std::string& path, bool read_only) {
  const int file = path.empty() ? make_private(size) : open_backing(path, size, read_only);
  const int protection = read_only ? PROT_READ : PROT_READ | PROT_WRITE;
  void* memory = ::mmap(nullptr, size, protection, MAP_SHARED, file, 0);
  const int error = errno;
  ::close(file);
  if (memory != MAP_FAILED) return static_cast<std::uint8_t*>(memory);
  errno = error;
  refuse(path.empty() ? "memory backend" : path, "cannot map the memory backend");
}

}  // namespace

MemoryBackend::MemoryBackend(std::uint64_t size_bytes, const std::string& path, bool read_only)
    : size_(size_bytes),
      read_only_(read_only),
      path_(path),
      memory_(map_shared(size_bytes, path, read_only)) {
  if (!path_.empty()) mapped_ = MappedFile(memory_, size_, path_);
}

MemoryBackend::~MemoryBackend() { ::munmap(memory_, size_); }

Media::Media(std::uint64_t capacity_bytes, const std::string& backing_file)
    : capacity_(capacity_bytes),
      backing_file_(backing_file),
      chunks_((capacity_bytes >> chunk_shift) + ((capacity_bytes & chunk_mask) != 0), nullptr) {
  if (!backing_file_.empty()) file_ = open_backing(backing_file_, capacity_);
}

Media::~Media() {
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i]) ::munmap(chunks_[i], bytes_in_chunk(i));
  }
  if (file_ >= 0) ::close(file_);
}

std::uint64_t Media::bytes_in_chunk(std::size_t chunk) const {
  return std::min(chunk_bytes, capacity_ - (static_cast<std::uint64_t>(chunk) << chunk_shift));
}

std::uint8_t* Media::chunk_for(std::uint64_t dpa) {
  const std::size_t index = dpa >> chunk_shift;
  if (chunks_[index]) return chunks_[index];
  if (file_ >= 0) expect_whole_file();
  const int flags = file_ >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  const off_t offset = file_ >= 0 ? static_cast<off_t>(index << chunk_shift) : 0;
  void* memory =
      ::mmap(nullptr, bytes_in_chunk(index), PROT_READ | PROT_WRITE, flags, file_, offset);
  if (memory == MAP_FAILED) {
    refuse(file_ >= 0 ? backing_file_ : "device media", "cannot map another chunk of 1 GiB");
  }
  if (file_ >= 0) mapped_files_.emplace_back(memory, bytes_in_chunk(index), backing_file_);
  return chunks_[index] = static_cast<std::uint8_t*>(memory);
}

void Media::expect_whole_file() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0) refuse(backing_file_, "cannot look at the backing file");
  if (static_cast<std::uint64_t>(status.st_size) >= capacity_) return;
  throw std::runtime_error(
      fmt::format("{}: the backing file was shortened from {} to {} bytes while it was in use",
                  backing_file_, capacity_, status.st_size));
}

void Media::read_slowly(std::uint64_t dpa, std::uint8_t* data, std::size_t length) const {
  while (length > 0) {
    const std::size_t here =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, chunk_bytes - (dpa & chunk_mask)));
    if (!chunks_[dpa >> chunk_shift] && file_ < 0) {
      std::memset(data, 0, here);
    } else {
      // A file's chunk is mapped by reading too: it may hold something already.
      const std::uint8_t* chunk = const_cast<Media*>(this)->chunk_for(dpa);
      std::memcpy(data, chunk + (dpa & chunk_mask), here);
    }
    dpa += here;
    data += here;
    length -= here;
  }
}

void Media::write_slowly(std::uint64_t dpa, const std::uint8_t* data, std::size_t length) {
  while (length > 0) {
    const std::size_t here =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, chunk_bytes - (dpa & chunk_mask)));
    std::memcpy(chunk_for(dpa) + (dpa & chunk_mask), data, here);
    dpa += here;
    data += here;
    length -= here;
  }
}

void Media::map(std::uint64_t dpa, const MemoryBackend& backend) {
  Mapped& here = mapped_[dpa];
  here.length = backend.size();
  here.read_only = backend.read_only();
  remap(dpa, backend.size(), &backend, here.files);
}

void Media::unmap(std::uint64_t dpa, std::uint64_t length) {
  std::vector<MappedFile> none;
  remap(dpa, length, nullptr, none);
  mapped_.erase(dpa);
}

void Media::remap(std::uint64_t dpa, std::uint64_t length, const MemoryBackend* backend,
                  std::vector<MappedFile>& files) {
  for (std::uint64_t done = 0; done < length;) {
    const std::uint64_t at = dpa + done;
    const std::uint64_t here = std::min(length - done, chunk_bytes - (at & chunk_mask));
    std::uint8_t* place = chunk_for(at) + (at & chunk_mask);
    // Of a shared mapping an old size of 0 makes one more of the same memory.
    void* memory =
        backend ? ::mremap(backend->memory() + done, 0, here, MREMAP_MAYMOVE | MREMAP_FIXED, place)
                : ::mmap(place, here, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (memory == MAP_FAILED) refuse("device media", "cannot map a memory backend");
    if (backend && !backend->path().empty()) files.emplace_back(place, here, backend->path());
    done += here;
  }
}

void Media::clear_in_file(std::uint64_t dpa, std::uint64_t length) {
  // A hole reads zero, in the mapping too, and takes no room; not every file system has them.
  constexpr int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(file_, mode, static_cast<off_t>(dpa), static_cast<off_t>(length)) == 0) return;
  std::memset(chunk_for(dpa) + (dpa & chunk_mask), 0, length);
}

void Media::clear(std::uint64_t dpa, std::uint64_t length) {
  const std::uint64_t end = dpa + length;
  auto next = mapped_.upper_bound(dpa);
  if (next != mapped_.begin()) --next;
  for (; next != mapped_.end() && next->first < end; ++next) {
    const std::uint64_t first = std::max(dpa, next->first);
    const std::uint64_t last = std::min(end, next->first + next->second.length);
    if (first >= last) continue;
    clear_unmapped(dpa, first - dpa);
    if (!next->second.read_only) zero(first, last - first);
    dpa = last;
  }
  clear_unmapped(dpa, end - dpa);
}

/// Of a backend. A hole reads zero and takes no room; not every file system has them.
void Media::zero(std::uint64_t dpa, std::uint64_t length) {
  while (length > 0) {
    const std::uint64_t here = std::min(length, chunk_bytes - (dpa & chunk_mask));
    std::uint8_t* memory = chunk_for(dpa) + (dpa & chunk_mask);
    if (::madvise(memory, here, MADV_REMOVE) != 0) std::memset(memory, 0, here);
    dpa += here;
    length -= here;
  }
}

void Media::clear_unmapped(std::uint64_t dpa, std::uint64_t length) {
  while (length > 0) {
    const std::uint64_t here = std::min(length, chunk_bytes - (dpa & chunk_mask));
    if (file_ >= 0) {
      clear_in_file(dpa, here);
    } else if (std::uint8_t* chunk = chunks_[dpa >> chunk_shift]) {
      clear_pages(chunk + (dpa & chunk_mask), here);
    }
    dpa += here;
    length -= here;
  }
}

}  // namespace cxlpool::fabric
