// SPDX-License-Identifier: Apache-2.0
#include "traffic/files.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cxlpool::traffic {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& what, int error) {
  throw std::runtime_error(path + ": " + what + ": " + std::generic_category().message(error));
}

/// Where the data of `path` lies: a link that is replaced would no longer be one.
std::string behind_links(const std::string& path) {
  std::error_code ignored;
  const fs::path target = fs::canonical(path, ignored);
  return ignored ? path : target.string();
}

mode_t permissions_for(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 0777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string irregular_kind(const std::string& path) {
  std::error_code ignored;
  switch (fs::status(path, ignored).type()) {
    case fs::file_type::directory:
      return "a directory";
    case fs::file_type::fifo:
      return "a fifo";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    default:
      return {};
  }
}

FileReplacement::FileReplacement(const std::string& path)
    : path_(behind_links(path)), written_(path_) {
  const std::string kind = irregular_kind(path_);
  if (kind == "a device") return;
  if (!kind.empty()) throw std::runtime_error(path + ": expected a regular file, got " + kind);
  // What may not be written must not be replaced either.
  if (::access(path_.c_str(), W_OK) != 0 && errno != ENOENT) fail(path, "cannot be written", errno);
  std::string name = path_ + ".XXXXXX";
  const int file = ::mkstemp(name.data());
  if (file < 0) fail(path, "cannot be written: no new file beside it", errno);
  ::fchmod(file, permissions_for(path_));
  ::close(file);
  written_ = name;
}

FileReplacement::~FileReplacement() {
  if (written_ != path_) ::unlink(written_.c_str());
}

void FileReplacement::commit() {
  if (written_ == path_) return;
  if (::rename(written_.c_str(), path_.c_str()) != 0) fail(path_, "cannot be replaced", errno);
  written_ = path_;
}

}  // namespace cxlpool::traffic
