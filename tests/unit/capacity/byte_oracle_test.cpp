// SPDX-License-Identifier: Apache-2.0
// Four hosts that read and write shared memory while its blocks come and go, beside an oracle of
// bytes: after every request each byte has the owners and the value that it must have.
#include <algorithm>

#include <gtest/gtest.h>

#include "byte_model.h"
#include "byte_requests.h"
#include "device.h"

namespace cxlpool::capacity::test {
namespace {

/// Small enough to look at every byte after every request.
DynamicCapacity::Config pool_of_bytes() {
  DynamicCapacity::Config config = two_regions(ByteModel::hosts);
  for (Region& region : config.regions) region.length = 16 * 64;
  config.regions[0].block = 64;
  config.regions[1].block = 128;
  return config;
}

/// The memory of the pool, as a device has it: it does what the listener is told and nothing else,
/// and keeps for each host where direct memory could be out.
class PoolMemory : public Listener {
 public:
  explicit PoolMemory(const ByteModel& places) : places_(places), bytes(places.size(), 0) {
    direct.fill(ByteModel::Flags(places.size(), 0));
  }

  void watch(const DynamicCapacity& capacity) { capacity_ = &capacity; }
  void access_began(HostId host, DpaRange range) override {
    broken |= !capacity_->accessible(host, range);
    mark(host, range, 1);
  }
  void access_ending(HostId host, DpaRange range) override {
    broken |= !capacity_->accessible(host, range);
    mark(host, range, 0);
  }
  void discard(DpaRange range) override {
    for (std::size_t i = first(range); i < first(range) + range.length; ++i) {
      for (const ByteModel::Flags& lent : direct) broken |= lent[i] != 0;
      bytes[i] = 0;
    }
  }

  std::vector<std::uint8_t> read(HostId host, const DpaRange& range) const {
    if (!capacity_->accessible(host, range)) return std::vector<std::uint8_t>(range.length, 0xFF);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(first(range));
    return {begin, begin + static_cast<std::ptrdiff_t>(range.length)};
  }
  void write(HostId host, const DpaRange& range, std::uint8_t value) {
    if (!capacity_->accessible(host, range)) return;
    for (std::size_t i = 0; i < range.length; ++i) bytes[first(range) + i] = value++;
  }

 private:
  std::size_t first(const DpaRange& range) const { return *places_.find(range.base); }
  void mark(HostId host, const DpaRange& range, std::uint8_t lent) {
    ByteModel::Flags& flags = direct[static_cast<std::size_t>(host)];
    for (std::size_t i = 0; i < range.length; ++i) {
      std::uint8_t& flag = flags[first(range) + i];
      broken |= flag == lent;
      flag = lent;
    }
  }

  const ByteModel& places_;
  const DynamicCapacity* capacity_ = nullptr;

 public:
  std::vector<std::uint8_t> bytes;
  std::array<ByteModel::Flags, ByteModel::hosts> direct;
  bool broken = false;  ///< told at a moment, or of a range, that cannot be
};

enum class Kind { add, respond, release, ask, force, by_tag, reference, configure, reset, access };
constexpr std::size_t kinds = 10;

/// The pool, the oracle beside it, and requests for both.
class ByteComparison {
 public:
  explicit ByteComparison(std::uint32_t seed)
      : oracle_(pool_of_bytes().regions),
        memory_(oracle_),
        pool_(pool_of_bytes(), &memory_),
        requests_(seed, oracle_) {
    memory_.watch(pool_);
  }

  void step() {
    request(static_cast<unsigned>(requests_.below(1000)));
    access();
    ASSERT_FALSE(memory_.broken) << "the listener was told what cannot be";
    ASSERT_EQ(memory_.bytes, oracle_.values());
    for (unsigned host = 0; host < ByteModel::hosts; ++host) compare_owner(host);
    if (++steps_ % 64 == 0) compare_all();
  }

  /// Every host gives everything back, the manager its references: nothing may be left behind.
  void expect_no_leak() {
    for (unsigned number = 0; number < ByteModel::hosts; ++number) {
      const HostId host{static_cast<std::uint16_t>(number)};
      while (!pool_.pending(host).empty()) {
        both(Kind::respond, pool_.respond(host, {}), oracle_.respond(host, {}, false));
      }
      for (const Extent& extent : pool_.accepted(host)) {
        const std::vector<DpaRange> all{extent.range()};
        both(Kind::release, pool_.release(host, all), oracle_.release(host, all));
      }
    }
    drop_references();
    compare_all();
    EXPECT_EQ(memory_.bytes, oracle_.values());
    EXPECT_TRUE(pool_.allocations().empty());
    EXPECT_EQ(pool_.tags_available(), pool_.tags_supported());
    for (std::size_t region = 0; region < pool_.regions().size(); ++region) {
      EXPECT_EQ(pool_.fragmentation(region).largest, pool_.regions()[region].length);
    }
    for (unsigned host = 0; host < ByteModel::hosts; ++host) {
      EXPECT_EQ(pool_.extents_available(HostId(host)), pool_.extents_supported());
    }
  }

  std::uint64_t granted(Kind kind) const { return granted_[static_cast<std::size_t>(kind)]; }
  std::uint64_t refused(Kind kind) const { return refused_[static_cast<std::size_t>(kind)]; }
  std::uint64_t shared_bytes() const { return shared_bytes_; }

 private:
  void both(Kind kind, Refusal pool, bool oracle) {
    EXPECT_EQ(pool == Refusal::none, oracle) << name(pool);
    ++(oracle ? granted_ : refused_)[static_cast<std::size_t>(kind)];
  }

  void access() {
    const HostId host{static_cast<std::uint16_t>(requests_.below(ByteModel::hosts))};
    const DpaRange range = requests_.bytes(host);
    both(Kind::access, pool_.accessible(host, range) ? Refusal::none : Refusal::not_accepted,
         oracle_.may_access(host, range));
    EXPECT_EQ(memory_.read(host, range), oracle_.read(host, range));
    const std::uint8_t value = requests_.value();
    memory_.write(host, range, value);
    oracle_.write(host, range, value);
  }

  void request(unsigned kind) {
    if (kind < 320) {
      const AddRequest add = requests_.add();
      return both(Kind::add, pool_.add(add), oracle_.add(add));
    }
    if (kind < 640) {
      const HostId host = requests_.host();
      const std::vector<DpaRange> answer = requests_.answer(host);
      const bool more = requests_.once_in(4);
      return both(Kind::respond, pool_.respond(host, answer, more),
                  oracle_.respond(host, answer, more));
    }
    if (kind < 770) {
      const HostId host = requests_.host();
      const std::vector<DpaRange> released = requests_.given_back(host);
      return both(Kind::release, pool_.release(host, released), oracle_.release(host, released));
    }
    if (kind < 900) {
      const ReleaseRequest release = requests_.release();
      const Kind what = release.removal == Removal::tag_based ? Kind::by_tag
                        : release.forced                      ? Kind::force
                                                              : Kind::ask;
      return both(what, pool_.request_release(release), oracle_.request_release(release));
    }
    manage(kind);
  }

  void manage(unsigned kind) {
    const Tag tag = requests_.tag();
    if (kind < 920) {
      both(Kind::reference, pool_.add_reference(tag), oracle_.add_reference(tag));
    } else if (kind < 970) {
      both(Kind::reference, pool_.remove_reference(tag), oracle_.remove_reference(tag));
    } else if (kind < 990) {
      configure();
    } else if (kind < 997) {
      const HostId host = requests_.host();
      both(Kind::reset, pool_.lose_host(host), oracle_.lose_host(host));
    } else {
      power_cycle();
    }
  }

  void configure() {
    const std::size_t region = requests_.below(3);
    const std::uint64_t block = requests_.once_in(3) ? 256 : 64 << region;
    const bool sanitize = requests_.once_in(2);
    both(Kind::configure, pool_.configure_region(region, block, sanitize),
         oracle_.configure_region(region, block, sanitize));
  }

  /// Now and then the manager drops its references too, and sets the empty regions anew.
  void power_cycle() {
    for (unsigned host = 0; host < ByteModel::hosts; ++host) pool_.lose_host(HostId(host));
    std::fill(memory_.bytes.begin(), memory_.bytes.end(), std::uint8_t{0});
    oracle_.power_cycle();
    if (requests_.once_in(2)) return;
    drop_references();
    configure();
  }

  void drop_references() {
    for (const TagRecord& record : pool_.tags()) {
      both(Kind::reference, pool_.remove_reference(record.tag),
           oracle_.remove_reference(record.tag));
    }
  }

  /// The extent list and what direct memory may reach, byte by byte.
  void compare_owner(unsigned number) {
    ByteModel::Flags owned(oracle_.size(), 0);
    for (const Extent& extent : pool_.accepted(HostId(number))) {
      const std::size_t first = *oracle_.find(extent.dpa);
      for (std::size_t i = 0; i < extent.length; ++i) ++owned[first + i];
    }
    ASSERT_EQ(owned, oracle_.accepted(number)) << "of host " << number;
    ASSERT_EQ(memory_.direct[number], oracle_.accepted(number)) << "of host " << number;
  }

  /// What the data path asks, who holds what, and that no two extents lie over each other unless
  /// they are shared.
  void compare_all() {
    std::vector<unsigned> holders(oracle_.size(), 0), indexed(oracle_.size(), 0);
    const auto count = [&](std::vector<unsigned>& of, const Extent& extent, unsigned n) {
      const std::size_t first = *oracle_.find(extent.dpa);
      for (std::size_t i = 0; i < extent.length; ++i) of[first + i] += n;
    };
    for (unsigned number = 0; number < ByteModel::hosts; ++number) {
      const HostId host{static_cast<std::uint16_t>(number)};
      for (const Extent& extent : pool_.accepted(host)) count(holders, extent, 1);
      for (const auto& group : pool_.pending(host)) {
        for (const Extent& extent : group) count(holders, extent, 1);
      }
    }
    for (const Allocation& allocation : pool_.allocations()) {
      count(indexed, allocation.extent, 1 + static_cast<unsigned>(allocation.hosts.count()));
    }
    for (std::size_t byte = 0; byte < oracle_.size(); ++byte) {
      unsigned expected = 0;
      for (unsigned host = 0; host < ByteModel::hosts; ++host) {
        const bool accepted = oracle_.accepted(host)[byte] != 0;
        expected += accepted || oracle_.offered(host, byte);
        ASSERT_EQ(pool_.accessible(HostId(host), oracle_.dpa(byte)), accepted) << byte;
      }
      ASSERT_EQ(holders[byte], expected) << byte;
      ASSERT_EQ(indexed[byte], oracle_.allocated(byte) ? 1 + expected : 0) << byte;
      if (expected > 1) {
        ASSERT_TRUE(oracle_.sharable(byte) && oracle_.tagged(byte)) << byte;
        ++shared_bytes_;
      }
    }
  }

  ByteModel oracle_;
  PoolMemory memory_;
  DynamicCapacity pool_;
  ByteRequests requests_;
  std::uint64_t steps_ = 0, shared_bytes_ = 0;
  std::array<std::uint64_t, kinds> granted_{}, refused_{};
};

class ByteOracle : public testing::TestWithParam<std::uint32_t> {};

TEST_P(ByteOracle, AgreesOnEveryOwnerAndEveryByte) {
  ByteComparison comparison(GetParam());
  for (int i = 0; i < 100000; ++i) {
    comparison.step();
    if (HasFailure()) FAIL() << "after " << i << " requests";
  }
  comparison.expect_no_leak();
  // Without these the comparison may be one of empty memory.
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    EXPECT_GT(comparison.granted(Kind(kind)), 50u) << "kind " << kind;
    EXPECT_GT(comparison.refused(Kind(kind)), 0u) << "kind " << kind;
  }
  EXPECT_GT(comparison.granted(Kind::access), 15000u);
  EXPECT_GT(comparison.shared_bytes(), 10000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ByteOracle, testing::Values(1, 2, 3));

}  // namespace
}  // namespace cxlpool::capacity::test
