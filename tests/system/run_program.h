// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Starting programs as a user does, and looking at what they leave.
namespace cxlpool::testing {

/// What a process came to.
struct Outcome {
  int exit_status = -1;  ///< -1: ended by a signal
  int signal = 0;
  std::uint64_t peak_bytes = 0;  ///< largest resident set
  std::string out;               ///< standard output
  std::string err;               ///< standard error
};

/// Runs a program, found by PATH unless it has a slash, to its end. One that hangs is ended with
/// the test, by ctest's TIMEOUT. `stdout_to` names a file in place of Outcome::out.
Outcome run_program(const std::vector<std::string>& arguments, const std::string& stdout_to = {});

/// Runs cxlpool.
Outcome cxlpool(std::vector<std::string> arguments, const std::string& stdout_to = {});

/// A folder that goes with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string path(const std::string& name = {}) const { return (root_ / name).string(); }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path root_;
};

std::string read_file(const std::string& path);

}  // namespace cxlpool::testing
