// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

TEST(Add, OneGroupOneRecordEachWithMoreInAllButTheLast) {
  Device device;
  const Tag tag = tag_of(1);
  ASSERT_EQ(device.offer(host0, {device.extent(4, 2, tag, 7), device.extent(0, 1)}), Refusal::none);
  ASSERT_EQ(device.told.host_events.size(), 2u);
  const CapacityEvent& first = device.told.host_events[0];
  EXPECT_EQ(first.type, EventType::add);
  EXPECT_EQ(first.host, host0);
  EXPECT_EQ(first.extent, device.extent(4, 2, tag, 7));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.extents_available, 510u);
  EXPECT_EQ(first.tags_available, 511u);
  EXPECT_FALSE(device.told.host_events[1].more);
  EXPECT_EQ(device.capacity.pending(host0).size(), 1u);
  EXPECT_TRUE(device.capacity.pending(host1).empty());
  EXPECT_TRUE(device.told.manager_events.empty());
}

TEST(Add, AnOfferGivesNoAccess) {
  Device device;
  device.offer(host0, {device.extent(0, 2)});
  EXPECT_FALSE(device.capacity.accessible(host0, device.range(0, 1)));
  EXPECT_TRUE(device.capacity.accepted(host0).empty());
  EXPECT_EQ(device.capacity.generation(host0), 0u);
}

TEST(Add, WhatAnyHostHoldsOrIsOfferedIsInUse) {
  Device device;
  device.offer(host0, {device.extent(0, 2)});
  device.give(host1, {device.extent(4, 2)});
  EXPECT_EQ(device.offer(host0, {device.extent(1, 1)}), Refusal::in_use);
  EXPECT_EQ(device.offer(host1, {device.extent(1, 1)}), Refusal::in_use);
  EXPECT_EQ(device.offer(host0, {device.extent(5, 1)}), Refusal::in_use);
  EXPECT_EQ(device.offer(host0, {device.extent(2, 2)}), Refusal::none);
}

TEST(Add, ResourcesBeforeOverlapBeforeMalformed) {
  DynamicCapacity::Config config = two_regions();
  config.extents = 2;
  Device device(config);
  device.offer(host0, {device.extent(0, 2)});
  Extent crooked = device.extent(1, 1);
  crooked.length -= 1;
  EXPECT_EQ(device.offer(host0, {crooked, crooked}), Refusal::extents_exhausted);
  EXPECT_EQ(device.offer(host0, {crooked}), Refusal::in_use);
  crooked = device.extent(10, 1);
  crooked.dpa += 1;
  EXPECT_EQ(device.offer(host0, {crooked}), Refusal::misaligned);
  EXPECT_EQ(device.offer(host0, {Extent{~0ull - 1, 4, {}, 0}}), Refusal::outside_regions);
  EXPECT_EQ(device.offer(host0, std::vector<Extent>{}), Refusal::nothing_requested);
  EXPECT_EQ(device.offer(host2, {device.extent(10, 1)}), Refusal::unknown_host);
  AddRequest odd;
  odd.selection = Selection(4);
  EXPECT_EQ(device.capacity.add(odd), Refusal::unknown_policy);
  EXPECT_EQ(device.told.host_events.size(), 1u);
}

TEST(Add, TheLimitIsForEachHostAndCountsOffersAndExtents) {
  DynamicCapacity::Config config = two_regions();
  config.extents = 3;
  Device device(config);
  device.give(host0, {device.extent(0, 1)});
  device.offer(host0, {device.extent(2, 1), device.extent(4, 1)});
  EXPECT_EQ(device.capacity.extents_available(host0), 0u);
  EXPECT_EQ(device.offer(host0, {device.extent(6, 1)}), Refusal::extents_exhausted);
  EXPECT_EQ(device.offer(host1, {device.extent(6, 1)}), Refusal::none);
}

TEST(Add, TagsAreLimitedAndComeBack) {
  DynamicCapacity::Config config = two_regions();
  config.tags = 1;
  Device device(config);
  device.offer(host0, {device.extent(0, 1, tag_of(1))});
  EXPECT_EQ(device.capacity.tags_available(), 0u);
  EXPECT_EQ(device.offer(host0, {device.extent(2, 1, tag_of(2))}), Refusal::tags_exhausted);
  EXPECT_EQ(device.offer(host0, {device.extent(2, 1, tag_of(1))}), Refusal::none);
  EXPECT_EQ(device.offer(host0, {device.extent(4, 1)}), Refusal::none);
  for (int i = 0; i < 3; ++i) device.capacity.respond(host0, {});
  EXPECT_EQ(device.offer(host0, {device.extent(0, 1, tag_of(2))}), Refusal::none);
}

TEST(Add, FreeFillsTheGapsFromTheLowestDpa) {
  Device device;
  device.give(host1, {device.extent(2, 2), device.extent(6, 2)});
  ASSERT_EQ(device.offer(host0, Selection::free, 5, tag_of(1)), Refusal::none);
  const std::vector<Extent> expected = {device.extent(0, 2, tag_of(1)),
                                        device.extent(4, 2, tag_of(1)),
                                        device.extent(8, 1, tag_of(1))};
  EXPECT_EQ(device.capacity.pending(host0)[0], expected);
}

TEST(Add, ContiguousIsOneExtentOrNothing) {
  Device device;
  device.give(host1, {device.extent(2, 2), device.extent(8, 60), device.extent(70, 58)});
  ASSERT_EQ(device.offer(host0, Selection::contiguous, 3), Refusal::none);
  EXPECT_EQ(device.capacity.pending(host0)[0], std::vector<Extent>{device.extent(4, 3)});
  EXPECT_EQ(device.offer(host0, Selection::contiguous, 3), Refusal::capacity_exhausted);
  EXPECT_EQ(device.offer(host0, Selection::free, 5), Refusal::none);
  EXPECT_EQ(device.offer(host0, Selection::free, 1), Refusal::capacity_exhausted);
}

TEST(Add, PickedLengthsAreWholeBlocksOfARegionThatExists) {
  Device device;
  AddRequest request;
  request.selection = Selection::free;
  for (const std::uint64_t length :
       std::initializer_list<std::uint64_t>{0, mib, block + 1, ~0ull}) {
    request.length = length;
    EXPECT_EQ(device.capacity.add(request), Refusal::bad_length) << length;
  }
  EXPECT_EQ(device.offer(host0, Selection::free, 129), Refusal::capacity_exhausted);
  EXPECT_EQ(device.offer(host0, Selection::contiguous, 129), Refusal::capacity_exhausted);
  EXPECT_EQ(device.offer(host0, Selection::free, 1, {}, 2), Refusal::unknown_region);
}

TEST(Add, ExtentsPickedInASharableRegionAreNumbered) {
  Device device;
  device.give(host1, {device.extent(2, 2, {}, 0, 1)});
  device.offer(host0, Selection::free, 3, tag_of(1), 1);
  device.offer(host0, Selection::contiguous, 1, tag_of(1), 1);
  const std::vector<std::vector<Extent>> groups = device.capacity.pending(host0);
  EXPECT_EQ(groups[0][0].sequence, 0);
  EXPECT_EQ(groups[0][1].sequence, 1);
  EXPECT_EQ(groups[1][0].sequence, 2);
  device.offer(host0, Selection::free, 2, {}, 1);
  EXPECT_EQ(device.capacity.pending(host0)[2][0].sequence, 0);
}

}  // namespace
}  // namespace cxlpool::capacity::test
