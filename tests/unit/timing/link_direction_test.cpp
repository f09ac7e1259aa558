// SPDX-License-Identifier: Apache-2.0
#include "models/timing/link_direction.h"

#include <stdexcept>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "tests/unit/timing/saturated.h"

namespace cxlpool::timing {
namespace {

using Way = LinkDirection::Way;

// 68 B or 256 B at 64 GB/s of 1/1.0029: a 68B flit takes 1065.6 ps, a 256B flit 4000 ps.
const LinkConfig small{5, 16, FlitMode::flit_68b};
const LinkConfig standard{5, 16, FlitMode::flit_256b};
const LinkConfig lopt{5, 16, FlitMode::flit_256b_lopt};
const LinkConfig every_mode[] = {small,
                                 {5, 8, FlitMode::flit_68b, true},
                                 standard,
                                 lopt,
                                 {3, 1, FlitMode::flit_68b, false, false}};

Message message(MessageKind kind, unsigned lines = 1) {
  Message made;
  made.kind = kind;
  made.lines = static_cast<std::uint8_t>(lines);
  return made;
}

TEST(LinkDirectionTest, AMessageComesOutWithTheFlitOfItsLastSlot) {
  LinkDirection m2s{small, Way::m2s};
  EXPECT_EQ(m2s.alone(message(MessageKind::req)), 1'066u);     // one flit
  EXPECT_EQ(m2s.alone(message(MessageKind::rwd)), 2'132u);     // its fourth chunk is in the next
  EXPECT_EQ(m2s.alone(message(MessageKind::rwd, 2)), 3'197u);  // ten slots
  LinkDirection wide{standard, Way::s2m};
  EXPECT_EQ(wide.alone(message(MessageKind::ndr)), 4'000u);
  EXPECT_EQ(wide.alone(message(MessageKind::drs)), 4'000u);
  LinkDirection half{lopt, Way::s2m};
  EXPECT_EQ(half.alone(message(MessageKind::drs)), 2'000u);  // five slots of the first half
  EXPECT_EQ(half.alone(message(MessageKind::drs, 2)), 4'000u);
}

TEST(LinkDirectionTest, ByteEnablesTakeASlotMore) {
  LinkDirection m2s{small, Way::m2s};
  Picoseconds now = 0;
  for (unsigned i = 0; i != 6'000; ++i) {
    now = m2s.serve(message(MessageKind::rwd_partial), now, 0).free_at;
  }
  EXPECT_NEAR(now, 6'000 * 6 / 4.0 * 1'065.625, 2'000.0);
}

TEST(LinkDirectionTest, BothModesAgreeOnAnIdleLink) {
  for (const LinkConfig& config : every_mode) {
    for (unsigned kind = 0; kind != 5; ++kind) {
      const bool goes_up = is_m2s(MessageKind(kind));
      LinkDirection exact{config, goes_up ? Way::m2s : Way::s2m};
      LinkDirection loose{config, goes_up ? Way::m2s : Way::s2m};
      Picoseconds now = 17;
      for (unsigned i = 0; i != 100; ++i, now += 5'000'011) {
        const Message asked = message(MessageKind(kind), 1 + i % 4);
        const Picoseconds done = exact.serve(asked, now, now).done_at;
        EXPECT_EQ(done, now + exact.alone(asked));
        EXPECT_EQ(done, loose.book(asked, now));
      }
    }
  }
}

TEST(LinkDirectionTest, AWaitingHeaderSharesASlotThatHasGone) {
  LinkDirection s2m{small, Way::s2m};
  const Server::Service data = s2m.serve(message(MessageKind::drs), 0, 0);
  const Server::Service waiting = s2m.serve(message(MessageKind::ndr), data.free_at, 0);
  EXPECT_EQ(waiting.free_at, data.free_at + 1);  // rode beside the DRS (H3)

  LinkDirection other{small, Way::s2m};
  other.serve(message(MessageKind::drs), 0, 0);
  const Server::Service late = other.serve(message(MessageKind::ndr), data.free_at, data.free_at);
  EXPECT_GT(late.free_at, data.free_at + 200);  // a slot of its own
}

TEST(LinkDirectionTest, ASmallFlitHasTwoCompletionsAtTheMost) {
  LinkDirection s2m{small, Way::s2m};
  Picoseconds now = 0, done = 0;
  for (unsigned i = 0; i != 6'000; ++i) {
    const Server::Service service = s2m.serve(message(MessageKind::ndr), now, 0);
    now = service.free_at;
    done = service.done_at;
  }
  EXPECT_NEAR(done, 3'000 * 1'065.625, 2.0);
}

TEST(LinkDirectionTest, ARequestJoinsTheOpenFlitOrStartsOne) {
  LinkDirection m2s{small, Way::m2s};
  const Message req = message(MessageKind::req);
  EXPECT_EQ(m2s.serve(req, 0, 0).done_at, 1'066u);
  EXPECT_EQ(m2s.serve(req, 500, 500).done_at, 1'066u);  // second of two that a flit may have
  EXPECT_EQ(m2s.serve(req, 800, 800).done_at, 2'132u);  // the next flit follows at once
  EXPECT_EQ(m2s.serve(req, 9'000, 9'000).done_at, 10'066u);
}

TEST(LinkDirectionTest, TimeNeverGoesBack) {
  for (const LinkConfig& config : every_mode) {
    for (const Way way : {Way::m2s, Way::s2m}) {
      LinkDirection direction{config, way};
      boost::random::mt19937 generator{3};
      Picoseconds free_at = 0;
      Picoseconds arrived = 0;
      for (unsigned i = 0; i != 200'000; ++i) {
        arrived += generator() % (i / 1'000 % 2 == 0 ? 2'000 : 20'000);
        const Picoseconds now = std::max(free_at, arrived);
        const auto kind = MessageKind(way == Way::m2s ? generator() % 3 : 3 + generator() % 2);
        const Message sent = message(kind, 1 + generator() % 4);
        const Server::Service service = direction.serve(sent, now, arrived);
        ASSERT_GT(service.free_at, now);
        ASSERT_GE(service.done_at, service.free_at);
        // Never faster than in an idle link by more than the flit that was already under way.
        ASSERT_GE(service.done_at + direction.alone(message(MessageKind::req)) +
                      direction.alone(message(MessageKind::ndr)),
                  arrived);
        free_at = service.free_at;
      }
    }
  }
}

/// What a calendar gives under load is what the packer gives, within the average costs.
TEST(LinkDirectionTest, BookingsHaveTheBandwidthOfThePacking) {
  for (const LinkConfig& config : every_mode) {
    for (const unsigned reads : {100u, 75u, 67u, 60u, 50u, 0u}) {
      LinkDirection up{config, Way::m2s, 2'000'000'000};
      LinkDirection down{config, Way::s2m, 2'000'000'000};
      Picoseconds done = 0;
      constexpr unsigned accesses = 20'000;
      for (unsigned i = 0, sum = 0; i != accesses; ++i) {
        sum += reads;
        const bool read = sum >= 100;
        sum -= read ? 100 : 0;
        done = std::max(done, up.book(message(read ? MessageKind::req : MessageKind::rwd), 0));
        done = std::max(done, down.book(message(read ? MessageKind::drs : MessageKind::ndr), 0));
      }
      const double loose = 1'000.0 * line_bytes * accesses / static_cast<double>(done);
      EXPECT_NEAR(loose / saturated(config, reads, 100, Order::alternating), 1, 0.02)
          << int(config.flit) << ", " << reads << " % reads";
    }
  }
}

/// Links that have agreed on the same share what never changes of them, and nothing else.
TEST(LinkDirectionTest, LinksOfOneKindDoNotDisturbEachOther) {
  for (const LinkConfig& config : every_mode) {
    boost::random::mt19937_64 random{11};
    LinkDirection alone{config, Way::s2m};
    std::vector<Server::Service> expected;
    std::vector<Message> messages;
    Picoseconds now = 0;
    for (unsigned i = 0; i < 400; ++i) {
      messages.push_back(
          message(random() % 2 ? MessageKind::drs : MessageKind::ndr, 1 + random() % 4));
      expected.push_back(alone.serve(messages.back(), now, now));
      now = expected.back().free_at;
    }
    const auto tables = LinkDirection::make_tables(config, false);
    LinkDirection first{tables}, second{tables}, loose{tables};
    LinkDirection other{config, Way::m2s}, loose_alone{config, Way::s2m};
    Picoseconds first_now = 0, second_now = 0, other_now = 0;
    for (unsigned i = 0; i < messages.size(); ++i) {
      other_now = other.serve(message(MessageKind::rwd), other_now, other_now).free_at;
      const Server::Service one = first.serve(messages[i], first_now, first_now);
      ASSERT_EQ(one.done_at, expected[i].done_at) << i;
      const Picoseconds booked = loose_alone.book(messages[i], first_now);
      ASSERT_EQ(loose.book(messages[i], first_now), booked) << i;
      first_now = one.free_at;
      if (i % 3 != 0) continue;
      const Server::Service two = second.serve(messages[i / 3], second_now, second_now);
      ASSERT_EQ(two.done_at, expected[i / 3].done_at) << i;
      second_now = two.free_at;
    }
  }
}

TEST(LinkDirectionTest, IllegalConfigurationsAndLengthsAreRefused) {
  EXPECT_THROW(LinkDirection({6, 16, FlitMode::flit_68b}, Way::m2s), std::invalid_argument);
  EXPECT_THROW(LinkDirection(small, Way::m2s).alone(message(MessageKind::req, 5)),
               std::out_of_range);
}

}  // namespace
}  // namespace cxlpool::timing
