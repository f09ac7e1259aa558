// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cxlpool::platforms {

/// One "-device pxb-cxl,id=hb0,bus_nr=8" of the command line that built the witness.
struct WitnessOption {
  std::string path;    ///< of its value, in the vector file
  std::string name;    ///< "-device"
  std::string driver;  ///< "pxb-cxl"
  std::map<std::string, std::string> properties;

  /// A property; empty when it is not given.
  std::string get(const std::string& key) const;
  /// A property that is a number, perhaps with a binary unit: 0x10, 64K, 256M.
  std::optional<std::uint64_t> number(const std::string& key) const;
};

/// The options of a command line that have properties; `path` is that of the list of words.
std::vector<WitnessOption> parse_witness_command(const std::vector<std::string>& words,
                                                 const std::string& path);

}  // namespace cxlpool::platforms
