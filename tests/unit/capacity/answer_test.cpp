// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

TEST(Respond, AcceptedPartsKeepTagAndSequenceAndTheRestIsRefused) {
  Device device;
  const Tag tag = tag_of(1);
  device.offer(host0, {device.extent(0, 8, tag, 5)});
  ASSERT_EQ(device.capacity.respond(host0, {device.range(6, 1), device.range(2, 2)}),
            Refusal::none);
  const std::vector<Extent> expected = {device.extent(2, 2, tag, 5), device.extent(6, 1, tag, 5)};
  EXPECT_EQ(device.capacity.accepted(host0), expected);
  EXPECT_EQ(device.capacity.generation(host0), 1u);
  EXPECT_TRUE(device.capacity.pending(host0).empty());
  EXPECT_TRUE(device.capacity.accessible(host0, device.range(2, 2)));
  EXPECT_FALSE(device.capacity.accessible(host0, device.range(2, 3)));
  EXPECT_EQ(device.offer(host1, {device.extent(0, 2), device.extent(4, 2)}), Refusal::none);
  ASSERT_EQ(device.told.began.size(), 2u);
  EXPECT_EQ(device.told.broken, 0);
}

TEST(Respond, TheManagerLearnsWhatWasTaken) {
  Device device;
  device.offer(host0, {device.extent(0, 4)});
  device.offer(host0, {device.extent(8, 4)});
  device.capacity.respond(host0, {device.range(0, 1), device.range(2, 1)});
  device.capacity.respond(host0, {});
  ASSERT_EQ(device.told.manager_events.size(), 3u);
  EXPECT_EQ(device.told.manager_events[0].type, EventType::add_response);
  EXPECT_TRUE(device.told.manager_events[0].more);
  EXPECT_EQ(device.told.manager_events[1].extent, device.extent(2, 1));
  EXPECT_FALSE(device.told.manager_events[1].more);
  EXPECT_EQ(device.told.manager_events[2].extent.length, 0u);
}

TEST(Respond, AnswersGoToTheOldestGroup) {
  Device device;
  device.offer(host0, {device.extent(0, 1)});
  device.offer(host0, {device.extent(4, 1)});
  EXPECT_EQ(device.capacity.respond(host0, {device.range(4, 1)}), Refusal::not_offered);
  EXPECT_EQ(device.capacity.respond(host0, {}), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(4, 1)}), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 1)}), Refusal::not_offered);
}

TEST(Respond, AnEmptyAnswerToNothingIsGranted) {
  Device device;
  EXPECT_EQ(device.capacity.respond(host0, {}), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {}, true), Refusal::none);
  EXPECT_TRUE(device.told.manager_events.empty());
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 1)}), Refusal::not_offered);
  EXPECT_EQ(device.capacity.respond(host2, {}), Refusal::unknown_host);
}

TEST(Respond, EachEntryIsInOneOfferedExtent) {
  Device device;
  device.offer(host0, {device.extent(0, 2), device.extent(2, 2)});
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 3)}), Refusal::not_offered);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(3, 2)}), Refusal::not_offered);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 2), device.range(8, 1)}),
            Refusal::not_offered);
  EXPECT_TRUE(device.capacity.accepted(host0).empty());
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 0)}), Refusal::zero_length);
  EXPECT_EQ(device.capacity.respond(host0, {{0, 0}}), Refusal::outside_regions);
  EXPECT_EQ(device.capacity.pending(host0).size(), 1u);
  EXPECT_EQ(device.capacity.generation(host0), 0u);
}

TEST(Respond, MoreKeepsTheGroupOpenAndItsEntriesAreUsableAtOnce) {
  Device device;
  device.offer(host0, {device.extent(0, 4), device.extent(8, 4)});
  device.offer(host0, {device.extent(16, 4)});
  EXPECT_EQ(device.capacity.respond(host0, {}, true), Refusal::none);
  ASSERT_EQ(device.capacity.respond(host0, {device.range(0, 2)}, true), Refusal::none);
  EXPECT_TRUE(device.capacity.accessible(host0, device.range(0, 2)));
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 1)}, true), Refusal::not_offered);
  EXPECT_EQ(device.capacity.extents_available(host0), 508u);  // 1 accepted, 3 offers
  ASSERT_EQ(device.capacity.respond(host0, {device.range(2, 2)}, true), Refusal::none);
  EXPECT_EQ(device.capacity.extents_available(host0), 508u);  // 2 accepted, 2 offers
  ASSERT_EQ(device.capacity.respond(host0, {}), Refusal::none);
  EXPECT_EQ(device.capacity.generation(host0), 2u);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(16, 4)}), Refusal::none);
}

TEST(Respond, WhatWasTakenAndReleasedIsNotOfferedAnyMore) {
  Device device;
  device.offer(host0, {device.extent(0, 4)});
  device.capacity.respond(host0, {device.range(0, 2)}, true);
  device.capacity.release(host0, {device.range(0, 2)});
  ASSERT_EQ(device.offer(host1, {device.extent(0, 2)}), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 2)}), Refusal::not_offered);
}

TEST(Respond, PiecesThatPushTheTotalOverTheLimitAreRefused) {
  DynamicCapacity::Config config = two_regions();
  config.extents = 3;
  Device device(config);
  device.offer(host0, {device.extent(0, 8), device.extent(8, 8)});
  const std::vector<DpaRange> two = {device.range(0, 1), device.range(2, 1)};
  EXPECT_EQ(device.capacity.respond(host0, two, true), Refusal::extents_exhausted);
  EXPECT_EQ(device.capacity.respond(host0, two, false), Refusal::none);
  device.offer(host0, {device.extent(32, 8)});
  EXPECT_EQ(device.capacity.respond(host0, {device.range(32, 1), device.range(34, 1)}),
            Refusal::extents_exhausted);
}

TEST(Release, CutsAndSpansExtents) {
  Device device;
  const Tag tag = tag_of(1);
  device.give(host0, {device.extent(0, 4, tag, 1), device.extent(4, 4, tag, 2)});
  device.told.clear();
  ASSERT_EQ(device.capacity.release(host0, {device.range(3, 2), device.range(1, 1)}),
            Refusal::none);
  const std::vector<Extent> expected = {device.extent(0, 1, tag, 1), device.extent(2, 1, tag, 1),
                                        device.extent(5, 3, tag, 2)};
  EXPECT_EQ(device.capacity.accepted(host0), expected);
  EXPECT_EQ(device.capacity.generation(host0), 2u);
  ASSERT_EQ(device.told.manager_events.size(), 3u);
  EXPECT_EQ(device.told.manager_events[0].type, EventType::released);
  EXPECT_EQ(device.told.manager_events[0].extent, device.extent(3, 1, tag, 1));
  EXPECT_EQ(device.told.manager_events[1].extent, device.extent(4, 1, tag, 2));
  EXPECT_EQ(device.told.ending.size(), 2u);
  EXPECT_EQ(device.told.broken, 0);
  EXPECT_TRUE(device.told.host_events.empty());
  EXPECT_FALSE(device.capacity.accessible(host0, device.range(3, 1)));
  EXPECT_EQ(device.capacity.extent_at(host0, device.range(6, 1).base), device.extent(5, 3, tag, 2));
  EXPECT_FALSE(device.capacity.extent_at(host0, device.range(3, 1).base));
}

TEST(Release, AllOrNothing) {
  Device device;
  device.give(host0, {device.extent(0, 4)});
  device.offer(host0, {device.extent(4, 4)});
  const auto refused = [&](const std::vector<DpaRange>& ranges) {
    const Refusal refusal = device.capacity.release(host0, ranges);
    EXPECT_EQ(device.capacity.accepted(host0).size(), 1u);
    return refusal;
  };
  EXPECT_EQ(refused({}), Refusal::nothing_requested);
  EXPECT_EQ(refused({device.range(0, 1), device.range(20, 1)}), Refusal::not_accepted);
  EXPECT_EQ(refused({device.range(3, 2)}), Refusal::not_accepted);
  EXPECT_EQ(refused({device.range(0, 2), device.range(1, 2)}), Refusal::list_overlap);
  EXPECT_EQ(refused({device.range(0, 0)}), Refusal::zero_length);
  EXPECT_EQ(refused({{~0ull, ~0ull}}), Refusal::outside_regions);
  EXPECT_EQ(device.capacity.release(host1, {device.range(0, 1)}), Refusal::not_accepted);
  EXPECT_EQ(device.capacity.release(host2, {device.range(0, 1)}), Refusal::unknown_host);
  EXPECT_EQ(device.capacity.generation(host0), 1u);
}

TEST(Release, TheListMayNotGrowPastTheLimitOnTheWay) {
  DynamicCapacity::Config config = two_regions();
  config.extents = 2;
  Device device(config);
  device.give(host0, {device.extent(0, 3), device.extent(8, 1)});
  const DpaRange middle = device.range(1, 1), whole = device.range(8, 1);
  EXPECT_EQ(device.capacity.release(host0, {middle, whole}), Refusal::extents_exhausted);
  EXPECT_EQ(device.capacity.accepted_count(host0), 2u);
  EXPECT_EQ(device.capacity.release(host0, {whole, middle}), Refusal::none);
}

TEST(ExtentList, IsReadInPages) {
  Device device;
  device.give(host0, {device.extent(8, 1), device.extent(0, 1), device.extent(4, 1)});
  EXPECT_EQ(device.capacity.accepted(host0, 1, 1), std::vector<Extent>{device.extent(4, 1)});
  EXPECT_EQ(device.capacity.accepted(host0, 2).size(), 1u);
  EXPECT_TRUE(device.capacity.accepted(host0, 3).empty());
  EXPECT_TRUE(device.capacity.accepted(host2).empty());
}

}  // namespace
}  // namespace cxlpool::capacity::test
