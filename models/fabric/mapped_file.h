// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace cxlpool::fabric {

/// That memory is a file, for whoever must explain why it is gone. A plain file cannot be kept from
/// being shortened while it is mapped: seals are for memory files, leases end with the first other
/// user, locks are for those who ask. What is accessed beyond its new end is SIGBUS, and so is a
/// hole that its file system has no room to fill, or a page that it fails to read.
///
/// The list of what is mapped is one for the process, as signals are. Thread-safe; moved, not
/// copied.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const void* memory, std::uint64_t length, std::string path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  struct Entry;

 private:
  Entry* entry_ = nullptr;
};

/// From now on an access to memory whose file was shortened, or whose file system is full or
/// failing, ends the program with a line on stderr that names the file, and exit status 2. Every
/// other SIGBUS does what it did. For programs; a library must not take signals for itself.
void explain_shortened_files();

}  // namespace cxlpool::fabric
