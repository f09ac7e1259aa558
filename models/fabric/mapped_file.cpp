// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/mapped_file.h"

#include <atomic>
#include <csignal>
#include <cstring>
#include <mutex>
#include <unistd.h>
#include <utility>

namespace cxlpool::fabric {

/// The path is kept as the handler needs it: it may neither allocate nor lock.
struct MappedFile::Entry {
  std::uintptr_t begin = 0;
  std::uint64_t length = 0;
  std::string path;
  std::atomic<Entry*> next{nullptr};
  Entry* previous = nullptr;
};

namespace {

std::mutex mapped_files_mutex;
std::atomic<MappedFile::Entry*> mapped_files{nullptr};
struct sigaction bus_error_before {};  ///< what SIGBUS did until it was taken

void print(const char* text) {
  for (std::size_t left = std::strlen(text); left > 0;) {
    const ssize_t written = ::write(STDERR_FILENO, text, left);
    if (written <= 0) return;
    text += written;
    left -= static_cast<std::size_t>(written);
  }
}

void explain_and_exit(int, siginfo_t* info, void*) {
  const bool sent = info->si_code <= 0;  // by a process: it has no address
  const auto at = sent ? 0 : reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (const MappedFile::Entry* file = mapped_files.load(); file && !sent;
       file = file->next.load()) {
    if (at < file->begin || at - file->begin >= file->length) continue;
    print("cxlpool: ");
    print(file->path.c_str());
    print(": the backing file was shortened, or its file system is full or failing\n");
    ::_exit(2);
  }
  // Not ours: when this returns an access fails anew; what was sent must be sent anew.
  ::sigaction(SIGBUS, &bus_error_before, nullptr);
  if (sent) ::raise(SIGBUS);
}

}  // namespace

MappedFile::MappedFile(const void* memory, std::uint64_t length, std::string path)
    : entry_(new Entry) {
  entry_->begin = reinterpret_cast<std::uintptr_t>(memory);
  entry_->length = length;
  entry_->path = std::move(path);
  const std::lock_guard lock(mapped_files_mutex);
  Entry* first = mapped_files.load();
  entry_->next = first;
  if (first) first->previous = entry_;
  mapped_files = entry_;
}

MappedFile::~MappedFile() {
  if (!entry_) return;
  {
    const std::lock_guard lock(mapped_files_mutex);
    Entry* next = entry_->next.load();
    if (next) next->previous = entry_->previous;
    if (entry_->previous) {
      entry_->previous->next = next;
    } else {
      mapped_files = next;
    }
  }
  delete entry_;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : entry_(std::exchange(other.entry_, nullptr)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(entry_, other.entry_);
  return *this;
}

void explain_shortened_files() {
  struct sigaction action {};
  action.sa_sigaction = explain_and_exit;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  struct sigaction before {};
  ::sigaction(SIGBUS, &action, &before);
  const bool was_ours =
      (before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction == explain_and_exit;
  if (!was_ours) bus_error_before = before;
}

}  // namespace cxlpool::fabric
