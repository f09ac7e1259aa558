// SPDX-License-Identifier: Apache-2.0
#include "models/address/partition.h"

#include <gtest/gtest.h>

namespace cxlpool::address {
namespace {

constexpr std::uint64_t quantum = hdm_quantum;

TEST(Partitions, AreVolatileThenPersistentThenDynamic) {
  constexpr Partitions partitions{2 * quantum, 1 * quantum, 4 * quantum};
  static_assert(partitions.capacity() == 7 * quantum);
  EXPECT_EQ(partitions.base(PartitionKind::volatile_memory), 0u);
  EXPECT_EQ(partitions.base(PartitionKind::persistent), 2 * quantum);
  EXPECT_EQ(partitions.base(PartitionKind::dynamic), 3 * quantum);
  EXPECT_EQ(partitions.size(PartitionKind::volatile_memory), 2 * quantum);
  EXPECT_EQ(partitions.size(PartitionKind::persistent), 1 * quantum);
  EXPECT_EQ(partitions.size(PartitionKind::dynamic), 4 * quantum);

  EXPECT_EQ(partitions.kind_at(0), PartitionKind::volatile_memory);
  EXPECT_EQ(partitions.kind_at(2 * quantum - 1), PartitionKind::volatile_memory);
  EXPECT_EQ(partitions.kind_at(2 * quantum), PartitionKind::persistent);
  EXPECT_EQ(partitions.kind_at(3 * quantum - 1), PartitionKind::persistent);
  EXPECT_EQ(partitions.kind_at(3 * quantum), PartitionKind::dynamic);
  EXPECT_EQ(partitions.kind_at(7 * quantum - 1), PartitionKind::dynamic);
  EXPECT_EQ(partitions.kind_at(7 * quantum), std::nullopt);
  EXPECT_EQ(partitions.kind_at(~std::uint64_t{0}), std::nullopt);
}

TEST(Partitions, TheGapBeforeDynamicCapacityIsNobodys) {
  constexpr Partitions partitions{quantum + 4096, 4096, quantum};
  EXPECT_EQ(partitions.room(quantum), 8192u);
  EXPECT_EQ(partitions.room(quantum + 8192), 0u);
  EXPECT_EQ(partitions.room(2 * quantum), quantum);
  EXPECT_EQ(partitions.end(), 3 * quantum);
  EXPECT_EQ(partitions.room(3 * quantum), 0u);
  EXPECT_EQ(partitions.base(PartitionKind::dynamic), 2 * quantum);
  EXPECT_EQ(partitions.capacity(), 2 * quantum + 8192);
  EXPECT_EQ(partitions.kind_at(quantum + 8191), PartitionKind::persistent);
  EXPECT_EQ(partitions.kind_at(quantum + 8192), std::nullopt);
  EXPECT_EQ(partitions.kind_at(2 * quantum - 1), std::nullopt);
  EXPECT_EQ(partitions.kind_at(2 * quantum), PartitionKind::dynamic);
  EXPECT_EQ(partitions.kind_at(3 * quantum), std::nullopt);
}

TEST(Partitions, AnEmptyKindHoldsNoAddress) {
  EXPECT_EQ(Partitions().kind_at(0), std::nullopt);
  EXPECT_EQ((Partitions{0, quantum, 0}).kind_at(0), PartitionKind::persistent);
  EXPECT_EQ((Partitions{0, 0, quantum}).kind_at(0), PartitionKind::dynamic);
}

}  // namespace
}  // namespace cxlpool::address
