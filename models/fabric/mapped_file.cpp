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

void print(const char* text) {
  for (std::size_t left = std::strlen(text); left > 0;) {
    const ssize_t written = ::write(STDERR_FILENO, text, left);
    if (written <= 0) return;
    text += written;
    left -= static_cast<std::size_t>(written);
  }
}

void explain_and_exit(int, siginfo_t* info, void*) {
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (const MappedFile::Entry* file = mapped_files.load(); file; file = file->next.load()) {
    if (at < file->begin || at - file->begin >= file->length) continue;
    print("cxlpool: ");
    print(file->path.c_str());
    print(": the backing file was shortened while it was in use\n");
    ::_exit(2);
  }
  // Not ours: it comes again when this returns, and ends the program as always.
  ::signal(SIGBUS, SIG_DFL);
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
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace cxlpool::fabric
