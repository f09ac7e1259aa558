// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platforms/conform/scenario_file.h"
#include "platforms/conform/testbed.h"

namespace cxlpool::platforms {

/// What the devices of a testbed should hold, byte by byte, and the comparison with what they do:
/// around every place that something was, or should have been, written, on every device, so that a
/// byte too many shows too.
class MediaOracle {
 public:
  /// `devices` are those of the testbed, which must outlive this.
  MediaOracle(Testbed& testbed, const std::vector<VectorDevice>& devices);

  /// A write left these bytes.
  void landed(const std::vector<LandedBytes>& pieces);
  /// Something may have happened here.
  void look_at(std::uint64_t dpa, std::uint64_t length);
  void compare(Checker& checker, const std::string& path);

 private:
  void compare_block(const std::string& device, std::uint64_t block, Checker& checker,
                     const std::string& path);

  Testbed& testbed_;
  const std::vector<VectorDevice>& devices_;
  std::map<std::string, std::map<std::uint64_t, std::uint8_t>> bytes_;  ///< others are 0
  std::set<std::uint64_t> blocks_;                                      ///< numbers of blocks
};

}  // namespace cxlpool::platforms
