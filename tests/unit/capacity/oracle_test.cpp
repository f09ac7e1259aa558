// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <gtest/gtest.h>

#include "block_model.h"
#include "device.h"

namespace cxlpool::capacity::test {
namespace {

DynamicCapacity::Config small_device() {
  DynamicCapacity::Config config = two_regions(3);
  for (Region& region : config.regions) region.length = 64 * block;
  config.extents = 9;
  config.tags = 5;
  return config;
}

/// Requests at random, of which most could be granted.
class Requests {
 public:
  Requests(std::uint32_t seed, const Device& device, const BlockModel& model)
      : random_(seed), device_(device), model_(model) {}

  unsigned below(unsigned n) {
    return boost::random::uniform_int_distribution<unsigned>(0, n - 1)(random_);
  }
  bool once_in(unsigned n) { return below(n) == 0; }
  HostId host() { return HostId(once_in(200) ? 7 : below(3)); }
  Tag tag() { return once_in(4) ? Tag{} : tag_of(static_cast<std::uint8_t>(1 + below(6))); }

  /// Some blocks; rarely nonsense.
  DpaRange range() {
    if (once_in(60)) return {~0ull - below(3) * block, block * below(4)};
    if (once_in(60)) return {device_.range(below(64), 1).base + 4096, block};
    return device_.range(below(66), once_in(60) ? 0 : 1 + below(8), below(2));
  }
  DpaRange part_of(const Extent& extent) {
    const auto count = static_cast<unsigned>(extent.length / block);
    const unsigned first = once_in(2) ? 0 : below(count);
    const unsigned size = once_in(2) ? count - first : 1 + below(count - first);
    return {extent.dpa + first * block, size * block};
  }
  std::vector<DpaRange> some_of(const std::vector<Extent>& extents) {
    std::vector<DpaRange> ranges;
    for (const Extent& extent : extents) {
      if (!once_in(3)) ranges.push_back(once_in(3) ? part_of(extent) : extent.range());
    }
    if (once_in(20)) ranges.push_back(range());
    if (once_in(3)) std::reverse(ranges.begin(), ranges.end());
    return ranges;
  }
  std::vector<DpaRange> few(std::vector<Extent> extents) {
    std::vector<DpaRange> ranges;
    while (!extents.empty() && ranges.size() < 3) {
      ranges.push_back(part_of(extents[below(static_cast<unsigned>(extents.size()))]));
      // Adjacent extents may go as one.
      if (once_in(4)) ranges.back().length += block;
      if (once_in(2)) break;
    }
    if (once_in(30) || ranges.empty()) ranges.push_back(range());
    return ranges;
  }

  AddRequest add() {
    AddRequest request;
    request.host = host();
    request.selection = Selection(below(4));
    request.region = static_cast<std::uint8_t>(once_in(50) ? 2 : below(2));
    request.length = once_in(50) ? block / 2 : block * (once_in(50) ? 0 : 1 + below(12));
    request.tag = tag();
    if (request.selection != Selection::prescriptive) return request;
    for (unsigned i = once_in(30) ? 0 : 1 + below(3); i > 0; --i) {
      const DpaRange where = range();
      request.extents.push_back(
          {where.base, where.length, tag(), static_cast<std::uint16_t>(below(3))});
    }
    return request;
  }

  ReleaseRequest release() {
    ReleaseRequest request;
    request.host = host();
    request.removal = Removal(below(2));
    request.forced = once_in(3);
    request.sanitize = once_in(3);
    request.tag = tag();
    if (!once_in(3)) request.length = once_in(50) ? block / 2 : block * below(6);
    const auto number = static_cast<unsigned>(request.host) % 3;
    std::vector<Extent> held = model_.accepted(number);
    if (request.forced) {
      for (const auto& group : model_.pending(number)) {
        held.insert(held.end(), group.begin(), group.end());
      }
    }
    for (const DpaRange& entry : few(held)) {
      request.extents.push_back({entry.base, entry.length, once_in(2) ? tag() : Tag{}, 0});
    }
    if (once_in(50)) request.extents.clear();
    return request;
  }

  std::vector<DpaRange> answer(HostId host) {
    const auto groups = model_.pending(static_cast<unsigned>(host) % 3);
    if (groups.empty()) return once_in(4) ? std::vector<DpaRange>{range()} : few({});
    if (once_in(6)) return {};
    return some_of(groups[once_in(20) ? groups.size() - 1 : 0]);
  }
  std::vector<DpaRange> given_back(HostId host) {
    if (once_in(50)) return {};
    return few(model_.accepted(static_cast<unsigned>(host) % 3));
  }

 private:
  boost::random::mt19937 random_;
  const Device& device_;
  const BlockModel& model_;
};

bool same(const CapacityEvent& a, const CapacityEvent& b) {
  return a.type == b.type && a.host == b.host && a.region == b.region && a.more == b.more &&
         a.extent == b.extent && a.extents_available == b.extents_available &&
         a.tags_available == b.tags_available;
}

bool same(const std::vector<CapacityEvent>& a, const std::vector<CapacityEvent>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const CapacityEvent& x, const CapacityEvent& y) { return same(x, y); });
}

bool same(const TagRecord& a, const TagRecord& b) {
  return a.tag == b.tag && a.referenced == b.referenced && a.hosts == b.hosts &&
         a.pending == b.pending;
}

/// The model, the oracle beside it, and random requests for both.
class Comparison {
 public:
  explicit Comparison(std::uint32_t seed)
      : device_(small_device()), oracle_(small_device()), requests_(seed, device_, oracle_) {}

  void step() {
    device_.told.clear();
    oracle_.forget_events();
    const Refusal refusal = request();
    ++answers_[static_cast<std::size_t>(refusal)];
    if (refusal != Refusal::none) expect_silence();
    compare_blocks();
    for (unsigned host = 0; host < 3; ++host) compare_lists(host);
    compare_tags();
    ASSERT_TRUE(same(device_.told.host_events, oracle_.host_events));
    ASSERT_TRUE(same(device_.told.manager_events, oracle_.manager_events));
    ASSERT_EQ(device_.told.broken, 0);
  }

  std::uint64_t answers(Refusal refusal) const {
    return answers_[static_cast<std::size_t>(refusal)];
  }

 private:
  Refusal both(Refusal model, Refusal oracle) {
    EXPECT_EQ(model, oracle) << name(model) << " instead of " << name(oracle);
    return oracle;
  }

  Refusal request() {
    DynamicCapacity& model = device_.capacity;
    const unsigned kind = requests_.below(1000);
    if (kind < 300) {
      const AddRequest add = requests_.add();
      return both(model.add(add), oracle_.add(add));
    }
    if (kind < 600) {
      const HostId host = requests_.host();
      const std::vector<DpaRange> answer = requests_.answer(host);
      const bool more = requests_.once_in(4);
      return both(model.respond(host, answer, more), oracle_.respond(host, answer, more));
    }
    if (kind < 780) {
      const HostId host = requests_.host();
      const std::vector<DpaRange> released = requests_.given_back(host);
      return both(model.release(host, released), oracle_.release(host, released));
    }
    if (kind < 930) {
      const ReleaseRequest release = requests_.release();
      return both(model.request_release(release), oracle_.request_release(release));
    }
    const Tag tag = requests_.tag();
    if (kind < 950) return both(model.add_reference(tag), oracle_.add_reference(tag));
    if (kind < 980) return both(model.remove_reference(tag), oracle_.remove_reference(tag));
    if (kind < 990) {
      const std::size_t region = requests_.below(3);
      const std::uint64_t size = requests_.once_in(8) ? 2 * block : block;
      const bool sanitize = requests_.once_in(2);
      return both(model.configure_region(region, size, sanitize),
                  oracle_.configure_region(region, size, sanitize));
    }
    const HostId host = requests_.host();
    return both(model.lose_host(host), oracle_.lose_host(host));
  }

  void expect_silence() {
    const Recorder& told = device_.told;
    EXPECT_TRUE(told.host_events.empty() && told.manager_events.empty() && told.began.empty() &&
                told.ending.empty() && told.discarded.empty());
  }

  void compare_blocks() {
    std::vector<Allocation> allocations = device_.capacity.allocations();
    std::set<std::size_t> discarded;
    auto next = allocations.begin();
    for (std::size_t i = 0; i < oracle_.blocks(); ++i) {
      const std::uint64_t dpa = oracle_.dpa(i);
      if (next != allocations.end() && next->extent.range().end() <= dpa) ++next;
      const bool held = next != allocations.end() && next->extent.range().contains(dpa);
      ASSERT_EQ(held, oracle_.held(i)) << "block " << i;
      if (held) {
        ASSERT_EQ(next->hosts, oracle_.holders(i)) << "block " << i;
      }
      for (unsigned host = 0; host < 3; ++host) {
        ASSERT_EQ(device_.capacity.accessible(HostId(host), dpa + block - 1),
                  oracle_.accessible(host, i));
      }
      for (const DpaRange& range : device_.told.discarded) {
        if (range.contains(dpa)) discarded.insert(i);
      }
    }
    ASSERT_EQ(discarded, oracle_.discarded);
    for (std::size_t region = 0; region < 2; ++region) {
      const Fragmentation a = device_.capacity.fragmentation(region);
      const Fragmentation b = oracle_.fragmentation(region);
      ASSERT_EQ(a.free_bytes, b.free_bytes);
      ASSERT_EQ(a.largest, b.largest);
      ASSERT_EQ(a.gaps, b.gaps);
    }
  }

  void compare_lists(unsigned host) {
    const HostId id{static_cast<std::uint16_t>(host)};
    ASSERT_EQ(device_.capacity.accepted(id), oracle_.accepted(host));
    std::vector<std::vector<Extent>> pending = device_.capacity.pending(id);
    for (std::vector<Extent>& group : pending) {
      std::sort(group.begin(), group.end(),
                [](const Extent& a, const Extent& b) { return a.dpa < b.dpa; });
    }
    ASSERT_EQ(pending, oracle_.pending(host));
    ASSERT_EQ(device_.capacity.generation(id), oracle_.generation(host));
    ASSERT_EQ(device_.capacity.extents_available(id) + oracle_.extents(host), 9u);
    for (std::uint8_t tag = 0; tag < 7; ++tag) {
      ASSERT_EQ(device_.capacity.tag_status(id, tag_of(tag)),
                oracle_.tag_status(host, tag_of(tag)));
    }
  }

  void compare_tags() {
    const std::vector<TagRecord> tags = device_.capacity.tags();
    const auto equal = [](const TagRecord& a, const TagRecord& b) { return same(a, b); };
    const std::vector<TagRecord> expected = oracle_.tags();
    ASSERT_TRUE(std::equal(tags.begin(), tags.end(), expected.begin(), expected.end(), equal));
    if (!std::equal(tags.begin(), tags.end(), tags_.begin(), tags_.end(), equal)) {
      ASSERT_NE(device_.capacity.tags_generation(), tags_generation_);
    }
    tags_ = tags;
    tags_generation_ = device_.capacity.tags_generation();
  }

  Device device_;
  BlockModel oracle_;
  Requests requests_;
  std::array<std::uint64_t, refusal_count> answers_{};
  std::vector<TagRecord> tags_;
  std::uint32_t tags_generation_ = 0;
};

class Oracle : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Oracle, AgreesOnEveryBlockListEventAndRefusal) {
  Comparison comparison(GetParam());
  for (int i = 0; i < 100000 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    comparison.step();
  }
  // Without this the comparison may be one of empty devices.
  EXPECT_GT(comparison.answers(Refusal::none), 30000u);
  for (const Refusal refusal : {Refusal::unknown_host,      Refusal::unknown_region,
                                Refusal::nothing_requested, Refusal::bad_length,
                                Refusal::region_in_use,     Refusal::missing_tag,
                                Refusal::unknown_tag,       Refusal::not_sharable,
                                Refusal::already_held,      Refusal::outside_regions,
                                Refusal::zero_length,       Refusal::misaligned,
                                Refusal::list_overlap,      Refusal::in_use,
                                Refusal::not_offered,       Refusal::not_accepted,
                                Refusal::still_pending,     Refusal::extents_exhausted,
                                Refusal::tags_exhausted,    Refusal::capacity_exhausted,
                                Refusal::tag_exhausted}) {
    EXPECT_GT(comparison.answers(refusal), 0u) << name(refusal);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Oracle, testing::Values(1, 2, 3));

}  // namespace
}  // namespace cxlpool::capacity::test
