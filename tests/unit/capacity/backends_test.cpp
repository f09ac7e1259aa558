// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <gtest/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

/// A device without media, and two backends of 4 and 2 blocks, the second read-only.
struct Unbacked {
  Backends backends;
  std::unique_ptr<Device> device;
  const Tag tag = tag_of(1), other = tag_of(2);

  Unbacked() {
    backends.add("m0", 4 * block, tag);
    backends.add("m1", 2 * block, other, true);
    DynamicCapacity::Config config = two_regions();
    config.backends = &backends;
    device = std::make_unique<Device>(config);
  }
  Backend::State state(const char* id) const { return backends.find(std::string(id))->state; }
};

TEST(Backends, HaveAnIdATagAndBytesOfTheirOwn) {
  Unbacked u;
  EXPECT_EQ(u.backends.add("m0", block, tag_of(3)), Refusal::bad_backend);
  EXPECT_EQ(u.backends.add("m2", block, u.tag), Refusal::bad_backend);
  EXPECT_EQ(u.backends.add("m2", block, {}), Refusal::bad_backend);
  EXPECT_EQ(u.backends.add("m2", 0, tag_of(3)), Refusal::bad_backend);
  EXPECT_EQ(u.backends.remove("m2"), Refusal::unknown_backend);
  EXPECT_EQ(u.backends.all().size(), 2u);
  EXPECT_EQ(u.backends.remove("m1"), Refusal::none);
  EXPECT_EQ(u.backends.find(u.other), nullptr);
}

TEST(TaggedCapacity, IsMappedWhenAcceptedAndUnmappedAfterAccessHasEnded) {
  Unbacked u;
  Device& device = *u.device;
  ASSERT_EQ(device.offer(host0, {device.extent(8, 4, u.tag)}), Refusal::none);
  EXPECT_EQ(u.state("m0"), Backend::State::offered);
  EXPECT_EQ(u.backends.remove("m0"), Refusal::backend_in_use);
  ASSERT_EQ(device.capacity.respond(host0, {device.range(8, 4)}), Refusal::none);
  EXPECT_EQ(u.state("m0"), Backend::State::mapped);
  EXPECT_EQ(device.told.attached.count("m0"), 1u);
  EXPECT_EQ(u.backends.remove("m0"), Refusal::backend_in_use);
  ASSERT_EQ(device.ask_by_tag(host0, u.tag, 4), Refusal::none);
  ASSERT_EQ(device.capacity.release(host0, {device.range(8, 4)}), Refusal::none);
  EXPECT_TRUE(device.told.attached.empty());
  EXPECT_EQ(device.told.broken, 0);
  EXPECT_EQ(u.backends.remove("m0"), Refusal::none);
}

TEST(TaggedCapacity, ARefusedOfferLeavesTheBackendUnused) {
  Unbacked u;
  Device& device = *u.device;
  device.offer(host0, {device.extent(0, 4, u.tag)});
  device.capacity.respond(host0, {});
  EXPECT_EQ(u.state("m0"), Backend::State::unused);
  EXPECT_EQ(device.offer(host1, {device.extent(0, 4, u.tag)}), Refusal::none);
  EXPECT_EQ(device.told.broken, 0);
}

TEST(TaggedCapacity, IsAddedAsExactlyOneUnusedBackend) {
  Unbacked u;
  Device& device = *u.device;
  const auto refused = [&](const std::vector<Extent>& extents) {
    const Refusal refusal = device.offer(host0, extents);
    EXPECT_TRUE(device.capacity.allocations().size() <= 1);
    return refusal;
  };
  EXPECT_EQ(refused({device.extent(0, 3, u.tag)}), Refusal::not_the_backend);
  EXPECT_EQ(refused({device.extent(0, 5, u.tag)}), Refusal::not_the_backend);
  EXPECT_EQ(refused({device.extent(0, 4, tag_of(9))}), Refusal::unknown_backend);
  EXPECT_EQ(refused({device.extent(0, 4)}), Refusal::unknown_backend);
  EXPECT_EQ(refused({device.extent(0, 4, u.tag), device.extent(8, 2, u.other)}),
            Refusal::several_extents);
  EXPECT_EQ(device.offer(host0, Selection::free, 4, u.tag), Refusal::not_prescriptive);
  EXPECT_EQ(device.offer(host0, Selection::enable_shared_access, 0, u.tag),
            Refusal::not_prescriptive);
  EXPECT_EQ(refused({device.extent(0, 4, u.tag)}), Refusal::none);
  EXPECT_EQ(refused({device.extent(8, 4, u.tag)}), Refusal::backend_in_use);
  EXPECT_EQ(u.state("m1"), Backend::State::unused);
}

TEST(TaggedCapacity, ABackendIsOfOneDeviceAtATime) {
  Unbacked u;
  DynamicCapacity::Config config = two_regions();
  config.backends = &u.backends;
  Device second(config);
  u.device->offer(host0, {u.device->extent(0, 4, u.tag)});
  EXPECT_EQ(second.offer(host0, {second.extent(0, 4, u.tag)}), Refusal::backend_in_use);
}

TEST(TaggedCapacity, ComesAndGoesAsAWhole) {
  Unbacked u;
  Device& device = *u.device;
  device.offer(host0, {device.extent(0, 4, u.tag)});
  EXPECT_EQ(device.capacity.respond(host0, {device.range(0, 2)}), Refusal::part_of_a_backend);
  EXPECT_EQ(device.ask(host0, {device.extent(0, 2)}, true), Refusal::part_of_a_backend);
  device.capacity.respond(host0, {device.range(0, 4)});
  device.give(host0, {device.extent(4, 2, u.other)});
  EXPECT_EQ(device.capacity.release(host0, {device.range(0, 2)}), Refusal::part_of_a_backend);
  EXPECT_EQ(device.capacity.release(host0, {device.range(1, 2)}), Refusal::part_of_a_backend);
  EXPECT_EQ(device.capacity.release(host0, {device.range(0, 6)}), Refusal::part_of_a_backend);
  EXPECT_EQ(device.ask(host0, {device.extent(0, 2)}), Refusal::part_of_a_backend);
  EXPECT_EQ(device.ask(host0, {device.extent(0, 2)}, true), Refusal::part_of_a_backend);
  EXPECT_EQ(device.ask_by_tag(host0, u.tag, 2), Refusal::part_of_a_backend);
  EXPECT_EQ(device.capacity.accepted_count(host0), 2u);
  EXPECT_EQ(device.ask(host0, {device.extent(0, 4), device.extent(4, 2)}, true), Refusal::none);
  EXPECT_EQ(u.state("m0"), Backend::State::unused);
  EXPECT_EQ(u.state("m1"), Backend::State::unused);
}

TEST(TaggedCapacity, ReadOnlyBackendsAndRegionsSaySo) {
  Unbacked u;
  Device& device = *u.device;
  device.give(host0, {device.extent(0, 4, u.tag)});
  device.give(host0, {device.extent(4, 2, u.other)});
  EXPECT_FALSE(device.capacity.read_only(device.range(3, 1)));
  EXPECT_TRUE(device.capacity.read_only(device.range(4, 1)));
  EXPECT_TRUE(device.capacity.read_only(device.range(0, 6))) << "some of it";
  EXPECT_FALSE(device.capacity.read_only(device.range(6, 1)));
  DynamicCapacity::Config config = two_regions();
  config.regions[1].read_only = true;
  const Device rom(config);
  EXPECT_FALSE(rom.capacity.read_only(rom.range(0, 1)));
  EXPECT_TRUE(rom.capacity.read_only(rom.range(0, 1, 1)));
  EXPECT_FALSE(rom.capacity.read_only({~0ull, 1}));
}

}  // namespace
}  // namespace cxlpool::capacity::test
