// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "good_platform.h"

namespace cxlpool::platforms {
namespace {

std::string error_of_block(std::uint64_t block) {
  return error_after([block](PlatformDescription& platform) {
    DynamicRegionDescription region;
    region.length = 512 * MiB;
    region.block = block;
    platform.devices[0].dynamic = {region};
  });
}

TEST(ValidateCapacity, BlocksAreFromACacheLineUp) {
  EXPECT_EQ(error_of_block(64), "(no error)");
  EXPECT_EQ(error_of_block(128), "(no error)");
  EXPECT_EQ(error_of_block(32),
            "devices[0].dynamic[0].block: expected a power of two from 64B to 256MiB, got 32B");
  EXPECT_EQ(error_of_block(96),
            "devices[0].dynamic[0].block: expected a power of two from 64B to 256MiB, got 96B");
}

}  // namespace
}  // namespace cxlpool::platforms
