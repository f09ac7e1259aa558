// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <systemc>

TEST(ImpureUnitTest, UsesTheKernel) {
  EXPECT_EQ(sc_core::sc_time(1, sc_core::SC_NS).value(), 1000u);
}
