// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_channel.h"

#include <gtest/gtest.h>

#include "dram_checker.h"
#include "dram_traffic.h"

namespace cxlpool::timing {
namespace {

using test::DramChecker;
using test::DramTraffic;

DramConfig closed_pages() {
  DramConfig config;
  config.policy = PagePolicy::closed;
  return config;
}

Message line(std::uint64_t dpa, bool write = false, std::uint8_t lines = 1) {
  Message message;
  message.dpa = dpa;
  message.write = write;
  message.lines = lines;
  return message;
}

void expect_legal(DramChecker& checker) {
  const auto violations = checker.violations();
  for (const std::string& violation : violations) ADD_FAILURE() << violation;
}

TEST(DramChannel, KeepsEveryLimitOfTheDataSheetUnderAnyTraffic) {
  for (const DramPart& part : dram_parts()) {
    SCOPED_TRACE(part.name);
    for (unsigned variant = 0; variant < 24; ++variant) {
      SCOPED_TRACE(variant);
      DramConfig config;
      if (variant % 4 == 1) config.policy = PagePolicy::closed;
      if (variant % 4 == 2) config.page_timeout = 200'000;
      if (variant % 4 == 3) config.order = DramOrder::row_column_bank_group;
      config.hashed = variant % 3 != 0;
      DramChannel channel(part, config);
      DramChecker checker(part);
      channel.observe(&checker);
      std::mt19937_64 random(variant);
      Picoseconds now = 0;
      std::uint64_t stream = 0;
      for (int i = 0; i < 3'000; ++i) {
        Message message;
        message.lines = static_cast<std::uint8_t>(1 + (random() % 8 == 0 ? random() % 4 : 0));
        message.write = random() % 100 < variant % 5 * 25;
        // Few rows, so that hits and conflicts abound; every other variant mixes in a stream.
        const std::uint64_t where = random() % 2 && variant % 2 ? ++stream : random() % (1 << 16);
        message.dpa = where * 64 / (message.lines > 1 ? 256 : 64) * (message.lines > 1 ? 256 : 64);
        const Server::Service service = channel.serve(message, now, now);
        ASSERT_GT(service.free_at, now);
        ASSERT_GE(service.done_at, now + channel.times().latency(message.write));
        now = service.free_at;
        if (random() % 50 == 0) now += random() % 20'000'000;
        if (random() % 5 == 0) now += random() % 30'000;
      }
      EXPECT_GT(checker.size(), 3'000u);
      expect_legal(checker);
    }
  }
}

TEST(DramChecker, NoticesEachBrokenLimit) {
  const DramPart& part = dram_part("DDR5-4800");
  DramChannel channel(part);
  DramChecker recorded(part);
  channel.observe(&recorded);
  DramTraffic traffic(1, 1, true);
  Picoseconds now = 0;
  for (int i = 0; i < 300; ++i) now = channel.serve(traffic.next(), now, now).free_at;
  expect_legal(recorded);
  // A column command 60 ns early lies before its activation or on another burst; a row command 60
  // ns late comes after what it should have made possible.
  using Kind = DramCommand::Kind;
  unsigned noticed = 0, tried = 0;
  for (std::size_t i = 100; i < 500; i += 9) {
    const Kind kind = recorded.commands()[i].kind;
    if (kind == Kind::refresh) continue;
    DramChecker mutated(part);
    for (std::size_t j = 0; j < recorded.size(); ++j) {
      DramCommand command = recorded.commands()[j];
      if (j == i && (kind == Kind::read || kind == Kind::write)) {
        command.at -= 60'000;
      } else if (j == i) {
        command.at += 60'000;
      }
      mutated.command(command);
    }
    ++tried;
    noticed += !mutated.violations().empty();
  }
  EXPECT_EQ(noticed, tried);
}

TEST(DramChannel, IsolatedLinesTakeTheSameTimeInBothModes) {
  for (const DramPart& part : dram_parts()) {
    SCOPED_TRACE(part.name);
    for (const bool open : {false, true}) {
      const DramConfig config = open ? DramConfig() : closed_pages();
      DramChannel exact(part, config), loose(part, config);
      DramTraffic traffic(2, 1, true, 7);
      Picoseconds now = 1;
      unsigned in_refresh = 0;
      for (int i = 0; i < 5'000; ++i, now += 700'000 + traffic.number() % 1'000'000) {
        Message message = traffic.next();
        if (traffic.number() % 4 == 0) {
          message.lines = 4;
          message.dpa &= ~std::uint64_t{255};
        }
        const Picoseconds done = exact.serve(message, now, now).done_at;
        ASSERT_EQ(loose.book(message, now), done) << i << " at " << now;
        const DramTimes& t = exact.times();
        const Picoseconds after_refresh = now % t.refi;
        const bool refreshing = (now > t.refi && after_refresh < t.rfc) ||
                                after_refresh + exact.alone(message) >= t.refi;
        in_refresh += refreshing;
        if (!open && !refreshing) {
          ASSERT_EQ(done, now + exact.alone(message)) << i;
        }
      }
      EXPECT_GT(in_refresh, 50u);
    }
  }
}

TEST(DramChannel, RefreshHoldsUpWhatComesDuringItAndWhatCannotGoBefore) {
  const DramPart& part = dram_part("DDR5-4800");
  for (const bool book : {false, true}) {
    DramChannel channel(part, closed_pages());
    const DramTimes& t = channel.times();
    const auto done = [&](std::uint64_t dpa, Picoseconds at) {
      return book ? channel.book(line(dpa), at) : channel.serve(line(dpa), at, at).done_at;
    };
    const Picoseconds alone = channel.alone(line(0));
    EXPECT_EQ(done(0, 0), alone);
    EXPECT_EQ(done(1 << 20, t.refi - t.rcd - 1), t.refi - t.rcd - 1 + alone);
    EXPECT_EQ(done(2 << 20, 2 * t.refi - t.rcd), 2 * t.refi + t.rfc + alone);
    EXPECT_EQ(done(3 << 20, 3 * t.refi + 1), 3 * t.refi + t.rfc + alone);
    EXPECT_EQ(done(4 << 20, 4 * t.refi + t.rfc), 4 * t.refi + t.rfc + alone);
    EXPECT_EQ(done(5 << 20, 1'000 * t.refi + 5), 1'000 * t.refi + t.rfc + alone);
  }
}

TEST(DramChannel, WithoutRefreshEveryTimeIsAsGoodAsAnother) {
  for (const DramPart& part : dram_parts()) {
    DramConfig config = closed_pages();
    config.refresh = false;
    DramChannel exact(part, config), loose(part, config);
    const Picoseconds refi = DramTimes(part).refi;
    for (const Picoseconds at : {refi - 1, 2 * refi, 3 * refi + 1, 1'000 * refi}) {
      EXPECT_EQ(exact.serve(line(at), at, at).done_at, at + exact.alone(line(at)));
      EXPECT_EQ(loose.book(line(at), at), at + loose.alone(line(at)));
    }
  }
}

TEST(DramChannel, RowHitsAndReadyBanksFollowTheCommands) {
  const DramPart& part = dram_part("DDR5-4800");
  DramChannel channel(part);
  const DramTimes t = channel.times();
  EXPECT_FALSE(channel.row_hit(0, 0));
  EXPECT_TRUE(channel.bank_ready(0, 0));
  channel.serve(line(0), 1'000, 1'000);
  const std::uint64_t same_row = 64 * part.bank_groups;
  EXPECT_TRUE(channel.row_hit(same_row, 2'000));
  EXPECT_FALSE(channel.bank_ready(same_row, 2'000));
  EXPECT_TRUE(channel.bank_ready(same_row, 1'000 + t.rcd));
  EXPECT_FALSE(channel.row_hit(64, 2'000));
  EXPECT_FALSE(channel.row_hit(same_row, t.refi));  // refresh closes all rows
}

TEST(DramChannel, ATimeOutClosesTheRowInBothModes) {
  DramConfig config;
  config.page_timeout = 300'000;
  const DramPart& part = dram_part("DDR5-4800");
  DramChannel exact(part, config), loose(part, config);
  const std::uint64_t same_row = 64 * part.bank_groups;
  Picoseconds now = 0;
  const Picoseconds hit = exact.times().cl + exact.times().burst;
  for (const auto& [gap, latency] : {std::pair<Picoseconds, Picoseconds>{0, exact.alone(line(0))},
                                     {200'000, hit},
                                     {250'000, hit},
                                     {400'000, exact.alone(line(0))}}) {
    now += gap;
    EXPECT_EQ(exact.serve(line(same_row), now, now).done_at, now + latency);
    EXPECT_EQ(loose.book(line(same_row), now), now + latency);
  }
}

TEST(DramChannel, ARowHitIsNotHeldUpByAnotherBanksConflict) {
  DramConfig config;
  config.hashed = false;
  const DramPart& part = dram_part("DDR5-4800");
  DramChannel channel(part, config);
  channel.serve(line(0), 0, 0);
  channel.serve(line(64), 10'000, 10'000);
  const std::uint64_t conflict = std::uint64_t{part.row_bytes} * 32;
  Picoseconds now = 200'000;
  now = channel.serve(line(conflict), now, now).free_at;
  EXPECT_EQ(channel.serve(line(64), now, now).done_at,
            now + channel.times().cl + channel.times().burst);
}

TEST(DramChannel, ACallerThatRunsAheadHoldsUpNobodyBehind) {
  DramChannel channel(dram_part("DDR5-4800"), closed_pages());
  DramTraffic traffic(1, 0, true);
  for (Picoseconds at = 1'000'000; at < 2'000'000; at += 10'000) channel.book(traffic.next(), at);
  const Message message = traffic.next();
  EXPECT_EQ(channel.book(message, 500'000), 500'000 + channel.alone(message));
}

TEST(DramChannel, BookingsNeverExceedTheBus) {
  for (const DramPart& part : dram_parts()) {
    DramChannel channel(part);
    DramTraffic traffic(1, 0, false);
    Picoseconds last = 0;
    const unsigned lines = 20'000;
    for (unsigned i = 0; i < lines; ++i)
      last = std::max(last, channel.book(traffic.next(), last / 2));
    const double share = double(lines * channel.times().burst) / double(last);
    EXPECT_LT(share, 1.005 - double(part.rfc_ns) / part.refi_ns) << part.name;
    EXPECT_GT(share, 0.85) << part.name;
  }
}

}  // namespace
}  // namespace cxlpool::timing
