// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

const Tag tag = tag_of(1);

/// 4 blocks of the sharable region as one tagged extent of host 0.
struct Shared : Device {
  Shared() {
    offer(host0, Selection::contiguous, 4, tag, 1);
    capacity.respond(host0, {range(0, 4, 1)});
    told.clear();
  }
  Refusal share(HostId host) { return offer(host, Selection::enable_shared_access, 0, tag); }
  bool all_free() const { return capacity.allocations().empty(); }
};

TEST(SharedAccess, TheSameCapacityAtTheSameDpa) {
  Shared device;
  ASSERT_EQ(device.share(host1), Refusal::none);
  EXPECT_EQ(device.told.host_events[0].extent, device.extent(0, 4, tag, 0, 1));
  EXPECT_EQ(device.capacity.respond(host1, {device.range(0, 4, 1)}), Refusal::none);
  EXPECT_TRUE(device.capacity.accessible(host0, device.range(0, 4, 1)));
  EXPECT_TRUE(device.capacity.accessible(host1, device.range(0, 4, 1)));
  EXPECT_EQ(device.share(host1), Refusal::already_held);
  EXPECT_EQ(device.capacity.allocations().size(), 1u);
}

TEST(SharedAccess, NeedsATagAndASharableRegion) {
  Shared device;
  device.give(host0, {device.extent(0, 1, tag_of(2))});
  const auto share = [&](const Tag& what) {
    return device.offer(host1, Selection::enable_shared_access, 0, what);
  };
  EXPECT_EQ(share({}), Refusal::missing_tag);
  EXPECT_EQ(share(tag_of(2)), Refusal::not_sharable);
  EXPECT_EQ(share(tag_of(3)), Refusal::unknown_tag);
}

TEST(SharedAccess, CapacityIsFreeOnceTheLastHostHasReleasedIt) {
  Shared device;
  device.share(host1);
  device.capacity.respond(host1, {device.range(0, 4, 1)});
  device.ask(host0, {device.extent(0, 4, {}, 0, 1)}, false, true);
  device.capacity.release(host0, {device.range(0, 4, 1)});
  EXPECT_TRUE(device.told.discarded.empty());
  EXPECT_EQ(device.offer(host0, {device.extent(0, 1, {}, 0, 1)}), Refusal::in_use);
  device.capacity.release(host1, {device.range(1, 1, 1)});
  EXPECT_EQ(device.told.discarded, std::vector<DpaRange>{device.range(1, 1, 1)});
  device.capacity.lose_host(host1);
  EXPECT_TRUE(device.all_free());
  EXPECT_EQ(device.told.broken, 0);
}

TEST(SharedAccess, AnExtentOfWhichAHostHadPartsIsWholeForTheNext) {
  DynamicCapacity::Config config = two_regions(3);
  Device device(config);
  device.offer(host0, Selection::contiguous, 4, tag, 1);
  device.capacity.respond(host0, {device.range(0, 4, 1)});
  device.offer(host1, Selection::enable_shared_access, 0, tag);
  device.capacity.respond(host1, {device.range(1, 2, 1)});
  EXPECT_EQ(device.capacity.allocations().size(), 3u);
  device.offer(host2, Selection::enable_shared_access, 0, tag);
  EXPECT_EQ(device.capacity.pending(host2)[0].size(), 1u);
  device.capacity.release(host1, {device.range(1, 2, 1)});
  EXPECT_EQ(device.capacity.allocations().size(), 1u);
}

TEST(References, KeepCapacityThatNoHostHas) {
  Shared device;
  EXPECT_EQ(device.capacity.add_reference(tag_of(2)), Refusal::unknown_tag);
  EXPECT_EQ(device.capacity.remove_reference(tag_of(2)), Refusal::unknown_tag);
  ASSERT_EQ(device.capacity.add_reference(tag), Refusal::none);
  device.ask(host0, {device.extent(0, 4, {}, 0, 1)}, false, true);
  device.capacity.release(host0, {device.range(0, 4, 1)});
  EXPECT_FALSE(device.all_free());
  EXPECT_EQ(device.offer(host0, {device.extent(0, 1, {}, 0, 1)}), Refusal::in_use);
  ASSERT_EQ(device.share(host1), Refusal::none);
  device.capacity.respond(host1, {device.range(0, 4, 1)});
  ASSERT_EQ(device.capacity.remove_reference(tag), Refusal::none);
  EXPECT_FALSE(device.all_free()) << "host 1 has it";
  EXPECT_TRUE(device.told.discarded.empty());
  device.capacity.add_reference(tag);
  device.capacity.release(host1, {device.range(0, 4, 1)});
  device.capacity.remove_reference(tag);
  EXPECT_TRUE(device.all_free());
  EXPECT_EQ(device.told.discarded.size(), 1u);
}

TEST(Tags, AreListedWithTheirHosts) {
  Shared device;
  device.share(host1);
  device.capacity.add_reference(tag);
  device.give(host0, {device.extent(0, 1)});
  const std::uint32_t generation = device.capacity.tags_generation();
  std::vector<TagRecord> tags = device.capacity.tags();
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].tag, tag);
  EXPECT_TRUE(tags[0].referenced);
  EXPECT_EQ(tags[0].hosts.to_ulong(), 1u);
  EXPECT_EQ(tags[0].pending.to_ulong(), 2u);
  EXPECT_EQ(device.capacity.tags_generation(), generation);
  device.capacity.respond(host1, {device.range(0, 4, 1)});
  EXPECT_NE(device.capacity.tags_generation(), generation);
  EXPECT_EQ(device.capacity.tags()[0].hosts.to_ulong(), 3u);
  EXPECT_EQ(device.capacity.tags()[0].pending.to_ulong(), 0u);
}

}  // namespace
}  // namespace cxlpool::capacity::test
