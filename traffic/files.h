// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cxlpool::traffic {

/// What `path` is instead of a regular file: "a fifo", "a directory", "a device", "a socket". Empty
/// for a regular file, links followed, and for what is not there or may not be looked at: opening
/// it says why. Opening a fifo waits for its other end, and a device may do anything, so this is
/// asked first.
std::string irregular_kind(const std::string& path);

/// A file that is to have new contents, or keep its old ones: what is written goes to a new file
/// beside it, which takes its name, and its permissions, in commit() and is removed when that does
/// not come. A device (/dev/null) is written in place. Throws std::runtime_error that names `path`
/// when it is a directory, fifo or socket, or the new file cannot be made.
class FileReplacement {
 public:
  explicit FileReplacement(const std::string& path);
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  /// Where to write.
  const std::string& path() const { return written_; }

  /// To be called when all has been written and closed.
  void commit();

 private:
  std::string path_;
  std::string written_;
};

}  // namespace cxlpool::traffic
