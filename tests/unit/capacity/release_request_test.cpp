// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

using TagStatus = DynamicCapacity::TagStatus;

TEST(ReleaseRequest, ChangesNothingUntilTheHostAnswers) {
  Device device;
  const Tag tag = tag_of(1);
  device.give(host0, {device.extent(0, 4, tag, 3)});
  device.told.clear();
  ASSERT_EQ(device.ask(host0, {device.extent(1, 1), device.extent(2, 2)}), Refusal::none);
  ASSERT_EQ(device.told.host_events.size(), 2u);
  EXPECT_EQ(device.told.host_events[0].type, EventType::release);
  EXPECT_EQ(device.told.host_events[0].extent, device.extent(1, 1, tag, 3));
  EXPECT_TRUE(device.told.host_events[0].more);
  EXPECT_FALSE(device.told.host_events[1].more);
  EXPECT_TRUE(device.capacity.accessible(host0, device.range(0, 4)));
  EXPECT_EQ(device.capacity.generation(host0), 1u);
  EXPECT_EQ(device.ask(host0, {device.extent(1, 1)}), Refusal::none);
  EXPECT_EQ(device.told.host_events.size(), 3u);
}

TEST(ReleaseRequest, RecordsCarryTheEntrysTagElseTheRequestsElseTheExtents) {
  Device device;
  device.give(host0, {device.extent(0, 4, tag_of(1), 3)});
  device.told.clear();
  ReleaseRequest request;
  request.tag = tag_of(2);
  request.extents = {device.extent(0, 1, tag_of(3), 0), device.extent(1, 1)};
  ASSERT_EQ(device.capacity.request_release(request), Refusal::none);
  EXPECT_EQ(device.told.host_events[0].extent, device.extent(0, 1, tag_of(3), 0));
  EXPECT_EQ(device.told.host_events[1].extent, device.extent(1, 1, tag_of(2), 3));
}

TEST(ReleaseRequest, WhatIsRefused) {
  Device device;
  device.give(host0, {device.extent(0, 4)});
  device.offer(host0, {device.extent(4, 4)});
  device.told.clear();
  EXPECT_EQ(device.ask(host0, {}), Refusal::nothing_requested);
  EXPECT_EQ(device.ask(host2, {device.extent(0, 1)}), Refusal::unknown_host);
  EXPECT_EQ(device.ask(host0, {device.extent(3, 2)}), Refusal::still_pending);
  EXPECT_EQ(device.ask(host0, {device.extent(20, 2)}), Refusal::not_accepted);
  EXPECT_EQ(device.ask(host1, {device.extent(0, 2)}), Refusal::not_accepted);
  EXPECT_EQ(device.ask(host0, {device.extent(7, 2)}, true), Refusal::not_accepted);
  EXPECT_EQ(device.ask(host0, {device.extent(0, 0)}), Refusal::zero_length);
  ReleaseRequest odd;
  odd.removal = Removal(2);
  EXPECT_EQ(device.capacity.request_release(odd), Refusal::unknown_policy);
  EXPECT_TRUE(device.told.host_events.empty());
}

TEST(ForcedRelease, EndsAcceptedAndOfferedCapacityAtOnce) {
  Device device;
  device.give(host0, {device.extent(0, 4)});
  device.offer(host0, {device.extent(4, 4)});
  device.told.clear();
  ASSERT_EQ(device.ask(host0, {device.extent(2, 4)}, true), Refusal::none);
  ASSERT_EQ(device.told.host_events.size(), 1u);
  EXPECT_EQ(device.told.host_events[0].type, EventType::forced_release);
  EXPECT_EQ(device.told.host_events[0].extent, device.extent(2, 4));
  ASSERT_EQ(device.told.manager_events.size(), 2u);
  EXPECT_EQ(device.told.manager_events[0].extent, device.extent(2, 2));
  EXPECT_EQ(device.told.manager_events[1].extent, device.extent(4, 2));
  EXPECT_EQ(device.capacity.accepted(host0), std::vector<Extent>{device.extent(0, 2)});
  EXPECT_FALSE(device.capacity.accessible(host0, device.range(2, 1)));
  EXPECT_EQ(device.capacity.generation(host0), 2u);
  EXPECT_EQ(device.told.ending.size(), 1u);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(4, 4)}), Refusal::not_offered);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(6, 2)}), Refusal::none);
}

TEST(ForcedRelease, AnOfferThatIsGoneIsNotTheOldestAnyMore) {
  Device device;
  device.offer(host0, {device.extent(0, 2)});
  device.offer(host0, {device.extent(4, 2)});
  ASSERT_EQ(device.ask(host0, {device.extent(0, 2)}, true), Refusal::none);
  EXPECT_EQ(device.capacity.generation(host0), 0u);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(4, 2)}), Refusal::none);
}

TEST(ForcedRelease, AnAnswerThatHasBegunEndsItsOwnGroup) {
  Device device;
  device.offer(host0, {device.extent(0, 2), device.extent(2, 2)});
  device.offer(host0, {device.extent(8, 2)});
  device.capacity.respond(host0, {device.range(0, 2)}, true);
  ASSERT_EQ(device.ask(host0, {device.extent(2, 2)}, true), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {}), Refusal::none);
  EXPECT_EQ(device.capacity.respond(host0, {device.range(8, 2)}), Refusal::none);
}

TEST(ByTag, TakesTheAmountFromTheLowestDpaUp) {
  Device device;
  const Tag tag = tag_of(1);
  device.give(host0, {device.extent(8, 4, tag), device.extent(0, 2, tag), device.extent(4, 1)});
  device.told.clear();
  ASSERT_EQ(device.ask_by_tag(host0, tag, 3), Refusal::none);
  ASSERT_EQ(device.told.host_events.size(), 2u);
  EXPECT_EQ(device.told.host_events[0].extent, device.extent(0, 2, tag));
  EXPECT_EQ(device.told.host_events[1].extent, device.extent(8, 1, tag));
}

TEST(ByTag, UnknownTooMuchAndPending) {
  Device device;
  const Tag tag = tag_of(1);
  device.offer(host0, {device.extent(0, 2, tag)});
  EXPECT_EQ(device.ask_by_tag(host0, tag, 2), Refusal::still_pending);
  EXPECT_EQ(device.ask_by_tag(host1, tag, 2), Refusal::unknown_tag);
  EXPECT_EQ(device.ask_by_tag(host0, tag_of(2), 2), Refusal::unknown_tag);
  EXPECT_EQ(device.ask_by_tag(host0, {}, 2), Refusal::missing_tag);
  device.capacity.respond(host0, {device.range(0, 2)});
  EXPECT_EQ(device.ask_by_tag(host0, tag, 3), Refusal::tag_exhausted);
  EXPECT_EQ(device.ask_by_tag(host0, tag, 0), Refusal::bad_length);
  ReleaseRequest request;
  request.removal = Removal::tag_based;
  request.tag = tag;
  request.length = block + 1;
  EXPECT_EQ(device.capacity.request_release(request), Refusal::bad_length);
  request.length.reset();
  EXPECT_EQ(device.capacity.request_release(request), Refusal::none);
  EXPECT_EQ(device.told.host_events.back().extent, device.extent(0, 2, tag));
}

TEST(ByTag, ForcedCoversOffersToo) {
  Device device;
  const Tag tag = tag_of(1);
  device.give(host0, {device.extent(4, 2, tag)});
  device.offer(host0, {device.extent(0, 2, tag)});
  ASSERT_EQ(device.ask_by_tag(host0, tag, 3, true), Refusal::none);
  EXPECT_EQ(device.capacity.accepted(host0), std::vector<Extent>{device.extent(5, 1, tag)});
  EXPECT_TRUE(device.capacity.pending(host0).empty());
}

TEST(TagStatus, FollowsTheTagFromOfferToRelease) {
  Device device;
  const Tag tag = tag_of(1);
  const auto status = [&] { return device.capacity.tag_status(host0, tag); };
  EXPECT_EQ(status(), TagStatus::not_found);
  device.offer(host0, {device.extent(0, 2, tag)});
  EXPECT_EQ(status(), TagStatus::pending);
  device.capacity.respond(host0, {device.range(0, 2)});
  EXPECT_EQ(status(), TagStatus::accepted);
  device.ask(host0, {device.extent(1, 1)});
  EXPECT_EQ(status(), TagStatus::release_requested);
  EXPECT_STREQ(name(status()), "release-requested");
  EXPECT_EQ(device.capacity.tag_status(host1, tag), TagStatus::not_found);
  device.capacity.release(host0, {device.range(1, 1)});
  EXPECT_EQ(status(), TagStatus::accepted);
  device.capacity.release(host0, {device.range(0, 1)});
  EXPECT_EQ(status(), TagStatus::not_found);
}

TEST(Sanitize, OnlyWhatTheRequestNamed) {
  Device device;
  device.give(host0, {device.extent(0, 4)});
  device.ask(host0, {device.extent(1, 1)}, false, true);
  device.ask(host0, {device.extent(1, 2)}, false, false);
  EXPECT_TRUE(device.told.discarded.empty());
  device.capacity.release(host0, {device.range(0, 4)});
  EXPECT_EQ(device.told.discarded, std::vector<DpaRange>{device.range(1, 1)});
  EXPECT_EQ(device.told.broken, 0);
  device.told.clear();
  device.give(host0, {device.extent(0, 4)});
  device.capacity.release(host0, {device.range(0, 4)});
  EXPECT_TRUE(device.told.discarded.empty());
}

TEST(Sanitize, ForcedAndByTheRegionsFlag) {
  Device device;
  ASSERT_EQ(device.capacity.configure_region(1, block, true), Refusal::none);
  device.give(host0, {device.extent(0, 4), device.extent(0, 4, {}, 0, 1)});
  device.ask(host0, {device.extent(2, 2)}, true, true);
  device.capacity.release(host0, {device.range(0, 1), device.range(0, 1, 1)});
  const std::vector<DpaRange> expected = {device.range(2, 2), device.range(0, 1, 1)};
  EXPECT_EQ(device.told.discarded, expected);
  device.offer(host0, {device.extent(8, 1, {}, 0, 1)});
  device.capacity.respond(host0, {});
  EXPECT_EQ(device.told.discarded.size(), 2u) << "what was never accessible holds nothing";
}

TEST(ConfigureRegion, TellsEveryHostOnceItChanges) {
  DynamicCapacity::Config config = two_regions();
  config.regions[0].block_sizes = block | 4 * mib;
  Device device(config);
  ASSERT_EQ(device.capacity.configure_region(0, 4 * mib, false), Refusal::none);
  ASSERT_EQ(device.told.host_events.size(), 2u);
  EXPECT_EQ(device.told.host_events[1].type, EventType::region_updated);
  EXPECT_EQ(device.told.host_events[1].host, host1);
  EXPECT_EQ(device.told.host_events[1].region, 0);
  EXPECT_EQ(device.offer(host0, {device.extent(0, 1)}), Refusal::misaligned);
  device.give(host0, {device.extent(0, 2)});
  EXPECT_TRUE(device.capacity.accessible(host0, device.range(0, 2)));
  EXPECT_FALSE(device.capacity.accessible(host0, device.range(2, 1)));
  device.capacity.release(host0, {device.range(0, 2)});
  device.told.clear();
  EXPECT_EQ(device.capacity.configure_region(0, 4 * mib, false), Refusal::none);
  EXPECT_TRUE(device.told.host_events.empty());
  EXPECT_EQ(device.capacity.configure_region(0, block, false), Refusal::none);
}

TEST(ConfigureRegion, WhatIsRefused) {
  Device device;
  EXPECT_EQ(device.capacity.configure_region(2, block, false), Refusal::unknown_region);
  EXPECT_EQ(device.capacity.configure_region(0, 3 * mib, false), Refusal::bad_block);
  EXPECT_EQ(device.capacity.configure_region(0, 4 * mib, false), Refusal::bad_block);
  EXPECT_EQ(device.capacity.configure_region(0, 0, false), Refusal::bad_block);
  device.offer(host0, {device.extent(0, 1)});
  EXPECT_EQ(device.capacity.configure_region(0, block, true), Refusal::region_in_use);
  EXPECT_FALSE(device.capacity.regions()[0].sanitize_on_release);
}

TEST(LoseHost, ItsOffersAndExtentsAreFree) {
  Device device;
  device.give(host0, {device.extent(0, 2)});
  device.give(host1, {device.extent(8, 2)});
  device.offer(host0, {device.extent(4, 2)});
  device.told.clear();
  ASSERT_EQ(device.capacity.lose_host(host0), Refusal::none);
  EXPECT_EQ(device.told.ending.size(), 1u);
  EXPECT_EQ(device.told.manager_events.size(), 2u);
  EXPECT_EQ(device.capacity.generation(host0), 2u);
  EXPECT_EQ(device.capacity.extents_available(host0), 512u);
  EXPECT_EQ(device.capacity.fragmentation(0).free_bytes, 126 * block);
  EXPECT_TRUE(device.capacity.accessible(host1, device.range(8, 2)));
  EXPECT_EQ(device.capacity.lose_host(host2), Refusal::unknown_host);
  EXPECT_EQ(device.told.broken, 0);
}

}  // namespace
}  // namespace cxlpool::capacity::test
