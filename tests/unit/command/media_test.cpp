// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fixture.h"

namespace cxlpool::command {
namespace {

using test::quantum;
using test::Rig;

constexpr std::uint64_t line = PoisonList::line_bytes;

struct Poison : ::testing::Test {
  Rig rig;

  ReturnCode inject(std::uint64_t dpa) {
    Writer writer;
    writer(dpa);
    return rig.run(0x4301, writer.bytes()).code;
  }
  ReturnCode clear(std::uint64_t dpa) {
    ClearPoison request;
    request.dpa = dpa;
    request.data.fill(0x5A);
    return rig.run(Opcode::clear_poison, request).code;
  }
  Reply list(std::uint64_t start = 0, std::uint64_t lines = quantum / line) {
    return rig.run(Opcode::get_poison_list, LineRange{start, lines});
  }
  static std::vector<PoisonRecord> records(const Reply& reply) {
    std::vector<PoisonRecord> found;
    Reader reader(reply.payload);
    PoisonListHeader header;
    reader(header);
    found.resize(header.count);
    for (auto& record : found) reader(record);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0u);
    return found;
  }
};

TEST_F(Poison, InjectedLineIsListedAndSeenByTheDataPath) {
  EXPECT_EQ(inject(128), ReturnCode::success);
  const auto found = records(list());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].address, 128u | 3);
  EXPECT_EQ(found[0].lines, 1u);
  EXPECT_TRUE(rig.device.poisoned(191, 1));
  EXPECT_TRUE(rig.device.poisoned(0, 129));
  EXPECT_FALSE(rig.device.poisoned(192, 64));
  EXPECT_FALSE(rig.device.poisoned(0, 128));
  EXPECT_FALSE(rig.device.poisoned(128, 0));
}

TEST_F(Poison, InjectingTwiceIsOnce) {
  EXPECT_EQ(inject(64), ReturnCode::success);
  EXPECT_EQ(inject(64), ReturnCode::success);
  EXPECT_EQ(records(list()).size(), 1u);
}

TEST_F(Poison, AddressMustBeALineOfTheHostsMemory) {
  EXPECT_EQ(inject(32), ReturnCode::invalid_input);
  EXPECT_EQ(clear(32), ReturnCode::invalid_input);
  EXPECT_EQ(list(32).code, ReturnCode::invalid_input);
  for (const std::uint64_t dpa : {2 * quantum, 4 * quantum, ~std::uint64_t{63}}) {
    EXPECT_EQ(inject(dpa), ReturnCode::invalid_physical_address);
    EXPECT_EQ(clear(dpa), ReturnCode::invalid_physical_address);
  }
  EXPECT_TRUE(rig.media.written.empty());
}

TEST_F(Poison, ListIsFullAt256Records) {
  for (std::uint64_t i = 0; i < 256; ++i) ASSERT_EQ(inject(2 * i * line), ReturnCode::success);
  EXPECT_EQ(inject(1000 * line), ReturnCode::inject_poison_limit);
  EXPECT_FALSE(rig.device.poisoned(1000 * line, line));
}

TEST_F(Poison, InjectLimitIsTheDevices) {
  auto config = Rig::default_config();
  config.inject_poison_limit = 2;
  Rig limited(config);
  for (const auto& [dpa, code] : {std::pair{"0000000000000000", ReturnCode::success},
                                  std::pair{"4000000000000000", ReturnCode::success},
                                  std::pair{"8000000000000000", ReturnCode::inject_poison_limit},
                                  std::pair{"4000000000000000", ReturnCode::success}}) {
    EXPECT_EQ(limited.run(0x4301, test::hex(dpa)).code, code);
  }
}

TEST_F(Poison, ClearingALineWritesItAndSplitsItsRecord) {
  ASSERT_TRUE(rig.device.inject_poison(0, 4 * line));
  EXPECT_EQ(clear(line), ReturnCode::success);
  EXPECT_EQ(rig.media.written[line], Bytes(64, 0x5A));
  const auto found = records(list());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].address, 0u | 2);
  EXPECT_EQ(found[0].lines, 1u);
  EXPECT_EQ(found[1].address, 2 * line | 2);
  EXPECT_EQ(found[1].lines, 2u);
  EXPECT_FALSE(rig.device.poisoned(line, line));
}

TEST_F(Poison, SplitOfAFullListKeepsTheFrontAndOverflows) {
  ASSERT_TRUE(rig.device.inject_poison(0, 3 * line));
  for (std::uint64_t i = 1; i < 256; ++i) ASSERT_TRUE(rig.device.inject_poison(i * 4096, line));
  EXPECT_EQ(clear(line), ReturnCode::success);
  const Reply reply = list(0, 64);
  EXPECT_EQ(test::answer<PoisonListHeader>(reply).flags, PoisonListHeader::overflow);
  ASSERT_EQ(records(reply).size(), 1u);
  EXPECT_EQ(records(reply)[0].address, 0u | 2);
  EXPECT_TRUE(rig.device.poisoned(2 * line, line));  // still bad, though not listed
}

TEST_F(Poison, ScanListsWhatTheOverflowKeptOut) {
  rig.run(0x0301, test::hex("0700000000000000"));
  for (std::uint64_t i = 0; i < 257; ++i) ASSERT_TRUE(rig.device.inject_poison(i * 4096, line));
  auto header = test::answer<PoisonListHeader>(list(256 * 4096, 64));
  EXPECT_EQ(header.count, 0);
  EXPECT_EQ(header.overflow_time, 7u);
  EXPECT_EQ(clear(0), ReturnCode::success);
  ASSERT_EQ(rig.run(Opcode::scan_media, ScanMediaRequest{{0, 1}, 1}).code,
            ReturnCode::background_started);
  rig.pass(test::second);
  header = test::answer<PoisonListHeader>(list(256 * 4096, 64));
  EXPECT_EQ(header.count, 1);
  EXPECT_EQ(header.flags, 0);
}

TEST_F(Poison, LongListComesInSeveralAnswersToOneQuery) {
  for (std::uint64_t i = 0; i < 200; ++i) ASSERT_EQ(inject(2 * i * line), ReturnCode::success);
  const Reply first = list();
  EXPECT_EQ(test::answer<PoisonListHeader>(first).flags, PoisonListHeader::more);
  EXPECT_EQ(records(first).size(), 126u);
  const Reply second = list();
  EXPECT_EQ(test::answer<PoisonListHeader>(second).flags, 0);
  ASSERT_EQ(records(second).size(), 74u);
  EXPECT_EQ(records(second)[0].address, 2 * 126 * line | 3);
  EXPECT_EQ(records(list()).size(), 126u);  // and then from the start
}

TEST_F(Poison, RecordsAreClippedToTheQuery) {
  ASSERT_TRUE(rig.device.inject_poison(0, 10 * line));
  const auto found = records(list(2 * line, 3));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].address, 2 * line | 2);
  EXPECT_EQ(found[0].lines, 3u);
  EXPECT_EQ(records(list(0, ~0ull)).size(), 1u);  // a length that wraps
}

TEST_F(Poison, FromOutsideMustBeWholeLinesInsideAndApart) {
  EXPECT_FALSE(rig.device.inject_poison(1, line));
  EXPECT_FALSE(rig.device.inject_poison(0, 0));
  EXPECT_FALSE(rig.device.inject_poison(0, 65));
  EXPECT_FALSE(rig.device.inject_poison(4 * quantum - line, 2 * line));
  EXPECT_FALSE(rig.device.inject_poison(~0ull - 63, line));
  EXPECT_TRUE(rig.device.inject_poison(4 * quantum - line, line));
  EXPECT_FALSE(rig.device.inject_poison(4 * quantum - 2 * line, 2 * line));
}

/// Against a set of poisoned lines.
TEST(PoisonProperties, ListAgreesWithASetOfLines) {
  EXPECT_TRUE(rc::check([] {
    test::ManualClock clock;
    Timestamp timestamp(clock);
    PoisonList list(8, timestamp);
    std::set<std::uint64_t> lines;
    const auto count = *rc::gen::inRange(1, 40);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t start = *rc::gen::inRange<std::uint64_t>(0, 64);
      const std::uint64_t length = *rc::gen::inRange<std::uint64_t>(1, 9);
      if (*rc::gen::arbitrary<bool>()) {
        if (list.inject(start * line, length * line)) {
          for (std::uint64_t at = start; at < start + length; ++at) {
            RC_ASSERT(lines.insert(at).second);
          }
        }
      } else {
        list.clear_range(start * line, length * line);
        lines.erase(lines.lower_bound(start), lines.lower_bound(start + length));
      }
      RC_ASSERT(list.size() <= 8u);
    }
    for (std::uint64_t at = 0; at < 80; ++at) {
      RC_ASSERT(list.poisoned(at * line, line) == (lines.count(at) != 0));
    }
  }));
}

struct Scan : Poison {
  ReturnCode scan(std::uint64_t lines, std::uint8_t flags = 0) {
    return rig.run(Opcode::scan_media, ScanMediaRequest{{0, lines}, flags}).code;
  }
};

TEST_F(Scan, TakesHalfAMicrosecondALineAndAMillisecondAtLeast) {
  EXPECT_EQ(rig.run(Opcode::get_scan_media_capabilities, LineRange{0, 1}).payload,
            test::hex("01000000"));
  EXPECT_EQ(rig.run(Opcode::get_scan_media_capabilities, LineRange{0, 1 << 20}).payload,
            test::hex("0c020000"));
}

TEST_F(Scan, BeyondCapacityIsRefused) {
  for (const Opcode opcode : {Opcode::get_scan_media_capabilities, Opcode::scan_media}) {
    const Bytes flags(opcode == Opcode::scan_media ? 1 : 0);
    const auto code = [&](LineRange range) { return rig.run(opcode, range, flags).code; };
    EXPECT_EQ(code({0, 4 * quantum / line + 1}), ReturnCode::invalid_physical_address);
    EXPECT_EQ(code({64, ~0ull}), ReturnCode::invalid_physical_address);
    EXPECT_EQ(code({4 * quantum + 64, 0}), ReturnCode::invalid_physical_address);
    EXPECT_EQ(code({7, 1}), ReturnCode::invalid_input);
  }
}

TEST_F(Scan, HasResultsOnce) {
  EXPECT_EQ(rig.run(Opcode::get_scan_media_results).code, ReturnCode::unsupported);
  ASSERT_TRUE(rig.device.inject_poison(0, line));
  ASSERT_EQ(scan(16), ReturnCode::background_started);
  EXPECT_EQ(rig.run(Opcode::get_scan_media_results).code, ReturnCode::busy);
  EXPECT_EQ(test::answer<PoisonListHeader>(list()).flags, PoisonListHeader::scan_in_progress);
  EXPECT_EQ(inject(256), ReturnCode::success);
  EXPECT_FALSE(rig.device.poisoned(256, line));  // not during a scan
  rig.pass(test::second);
  EXPECT_EQ(test::answer<ScanResultsHeader>(rig.run(Opcode::get_scan_media_results)).count, 1);
  EXPECT_EQ(test::answer<ScanResultsHeader>(rig.run(Opcode::get_scan_media_results)).count, 0);
}

TEST_F(Scan, LogsWhatItFoundUnlessToldNotTo) {
  ASSERT_TRUE(rig.device.inject_poison(192, line));
  scan(16, ScanMediaRequest::no_event_log);
  rig.pass(test::second);
  EXPECT_EQ(rig.device.events().size(EventLog::failure), 0u);
  scan(16);
  rig.pass(test::second);
  ASSERT_EQ(rig.device.events().size(EventLog::failure), 1u);
  const auto body = body_of<GeneralMediaEvent>(rig.device.events().records(EventLog::failure)[0]);
  EXPECT_EQ(body->dpa, 192u);
  EXPECT_EQ(body->transaction, 3);
}

TEST_F(Scan, StoppedEarlySaysWhereToStartAgain) {
  ASSERT_EQ(scan(1 << 20), ReturnCode::background_started);
  EXPECT_EQ(rig.run(0x0005).code, ReturnCode::success);
  const auto header = test::answer<ScanResultsHeader>(rig.run(Opcode::get_scan_media_results));
  EXPECT_EQ(header.flags, ScanResultsHeader::stopped);
  EXPECT_EQ(header.restart_lines, 1u << 20);
}

TEST(Sanitize, ZeroesMemoryLabelsAndEventsAtItsEnd) {
  Rig rig;
  rig.run(Opcode::set_lsa, SetLsa{0}, Bytes(16, 0xAA));
  rig.device.events().add(EventLog::warning, {});
  ASSERT_TRUE(rig.device.inject_poison(64, 64));
  ASSERT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::background_started);
  EXPECT_TRUE(rig.device.media_disabled());
  EXPECT_TRUE(rig.media.cleared.empty());
  rig.pass(4 * test::second);
  EXPECT_FALSE(rig.device.media_disabled());
  ASSERT_EQ(rig.media.cleared.size(), 1u);
  EXPECT_EQ(rig.media.cleared[0].dpa, 0u);
  EXPECT_EQ(rig.media.cleared[0].length, 2 * quantum);
  EXPECT_EQ(rig.run(Opcode::get_lsa, GetLsa{0, 16}).payload, Bytes(16));
  EXPECT_EQ(rig.device.events().status(), 0u);
  EXPECT_FALSE(rig.device.poisoned(64, 64));
}

TEST(Sanitize, AbortedChangesNothingAndEnablesTheMedia) {
  Rig rig;
  rig.run(Opcode::sanitize);
  rig.run(0x0005);
  EXPECT_FALSE(rig.device.media_disabled());
  rig.pass(10 * test::second);
  EXPECT_TRUE(rig.media.cleared.empty());
}

TEST(Sanitize, IsCarriedOutByAColdReset) {
  Rig rig;
  rig.run(Opcode::sanitize);
  rig.device.cold_reset();
  EXPECT_EQ(rig.media.cleared.size(), 1u);
  EXPECT_FALSE(rig.device.media_disabled());
  EXPECT_FALSE(rig.device.deadline());
}

TEST(Sanitize, TakesLongerForMoreMemory) {
  EXPECT_EQ(sanitize_duration(512 * test::mib), 4 * test::second);
  EXPECT_EQ(sanitize_duration(1024 * test::mib), 8 * test::second);
  EXPECT_EQ(sanitize_duration(1ull << 40), 7200 * test::second);
  EXPECT_EQ(sanitize_duration(1ull << 41), 14400 * test::second);
}

TEST(Sanitize, LeavesDynamicCapacityOfOtherHostsAlone) {
  Rig rig;
  for (const std::uint16_t host : {0, 1}) {
    capacity::AddRequest add;
    add.host = capacity::HostId{host};
    const std::uint64_t dpa = 2 * quantum + host * test::block;
    add.extents = {{dpa, test::block, {}, 0}};
    ASSERT_EQ(rig.pool.add(add), capacity::Refusal::none);
    ASSERT_EQ(rig.pool.respond(add.host, {{dpa, test::block}}), capacity::Refusal::none);
  }
  rig.run(Opcode::sanitize);
  rig.pass(8 * test::second);
  ASSERT_EQ(rig.media.cleared.size(), 2u);
  EXPECT_EQ(rig.media.cleared[1].dpa, 2 * quantum);
  EXPECT_EQ(rig.media.cleared[1].length, test::block);
  const auto operate = [&rig](std::uint64_t dpa) {
    return rig.run(Opcode::media_operations, MediaOperation{1, 1, 1}, encode(MediaRange{dpa, 64}))
        .code;
  };
  EXPECT_EQ(operate(2 * quantum + test::block), ReturnCode::invalid_physical_address);
  EXPECT_EQ(operate(2 * quantum), ReturnCode::background_started);
}

/// The first region of dynamic capacity is read-only, and the host has a block of it.
class ReadOnlyCapacity : public testing::Test {
 protected:
  ReadOnlyCapacity() { give(2 * quantum); }

  static capacity::DynamicCapacity::Config regions() {
    auto config = Rig::pool_config();
    config.regions[0].read_only = true;
    return config;
  }
  void give(std::uint64_t dpa) {
    capacity::AddRequest add;
    add.extents = {{dpa, test::block, {}, 0}};
    EXPECT_EQ(rig.pool.add(add), capacity::Refusal::none);
    EXPECT_EQ(rig.pool.respond(add.host, {{dpa, test::block}}), capacity::Refusal::none);
  }
  ReturnCode zero(std::uint64_t dpa, std::uint64_t length = 64) {
    return rig
        .run(Opcode::media_operations, MediaOperation{1, 1, 1}, encode(MediaRange{dpa, length}))
        .code;
  }

  Rig rig{Rig::default_config(), regions()};
};

TEST_F(ReadOnlyCapacity, IsNotWrittenByClearPoison) {
  ASSERT_TRUE(rig.device.inject_poison(2 * quantum, 64));
  EXPECT_EQ(rig.run(Opcode::clear_poison, ClearPoison{2 * quantum, {}}).code,
            ReturnCode::invalid_physical_address);
  EXPECT_TRUE(rig.media.written.empty());
  EXPECT_TRUE(rig.device.poisoned(2 * quantum, 64));
}

TEST_F(ReadOnlyCapacity, IsNoRangeOfMediaOperations) {
  EXPECT_EQ(zero(2 * quantum), ReturnCode::invalid_physical_address);
  give(3 * quantum);
  EXPECT_EQ(zero(3 * quantum), ReturnCode::background_started);
}

TEST_F(ReadOnlyCapacity, MustBeReleasedBeforeASanitize) {
  EXPECT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::internal_error);
  EXPECT_FALSE(rig.device.media_disabled());
  ASSERT_EQ(rig.pool.release(capacity::HostId{0}, {{2 * quantum, test::block}}),
            capacity::Refusal::none);
  EXPECT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::background_started);
}

TEST_F(ReadOnlyCapacity, ThatComesDuringASanitizeStaysAndMakesItFail) {
  rig.pool.release(capacity::HostId{0}, {{2 * quantum, test::block}});
  ASSERT_EQ(rig.run(Opcode::sanitize).code, ReturnCode::background_started);
  give(2 * quantum);
  rig.pass(8 * test::second);
  EXPECT_FALSE(rig.device.media_disabled());
  ASSERT_EQ(rig.media.cleared.size(), 1u) << "static capacity";
  EXPECT_EQ(rig.media.cleared[0].dpa, 0u);
  EXPECT_EQ(rig.device.primary().background().return_code(), ReturnCode::internal_error);
}

/// A block of the second range is released while the operation runs.
TEST_F(ReadOnlyCapacity, MediaOperationThatLosesABlockClearsTheRestAndFails) {
  give(3 * quantum);
  give(3 * quantum + test::block);
  Bytes ranges = encode(MediaRange{0, 64});
  const Bytes both = encode(MediaRange{3 * quantum, 2 * test::block});
  ranges.insert(ranges.end(), both.begin(), both.end());
  ASSERT_EQ(rig.run(Opcode::media_operations, MediaOperation{1, 1, 2}, ranges).code,
            ReturnCode::background_started);
  ASSERT_EQ(rig.pool.release(capacity::HostId{0}, {{3 * quantum, test::block}}),
            capacity::Refusal::none);
  rig.media.cleared.clear();
  rig.pass(test::second * 8);
  EXPECT_EQ(rig.device.primary().background().return_code(), ReturnCode::internal_error);
  ASSERT_EQ(rig.media.cleared.size(), 2u);
  EXPECT_EQ(rig.media.cleared[0].dpa, 0u);
  EXPECT_EQ(rig.media.cleared[1].dpa, 3 * quantum + test::block);
  EXPECT_EQ(rig.media.cleared[1].length, test::block);
}

TEST(MediaOperations, ZeroTheRangesTheyName) {
  Rig rig;
  Bytes ranges = encode(MediaRange{0, 128});
  const Bytes second = encode(MediaRange{4096, 64});
  ranges.insert(ranges.end(), second.begin(), second.end());
  ASSERT_EQ(rig.run(Opcode::media_operations, MediaOperation{1, 0, 2}, ranges).code,
            ReturnCode::background_started);
  EXPECT_FALSE(rig.device.media_disabled());
  rig.pass(4 * test::second);
  ASSERT_EQ(rig.media.cleared.size(), 2u);
  EXPECT_EQ(rig.media.cleared[1].dpa, 4096u);
}

TEST(MediaOperations, AreDiscovered) {
  Rig rig;
  const auto discover = [&rig](std::uint16_t start, std::uint16_t count) {
    return rig.run(Opcode::media_operations, MediaOperation{},
                   encode(MediaOperationDiscovery{start, count}));
  };
  EXPECT_EQ(discover(0, 3).payload, test::hex("400000000000000003000300"
                                              "000001000101"));
  EXPECT_EQ(discover(2, 1).payload, test::hex("400000000000000003000100"
                                              "0101"));
  EXPECT_EQ(discover(2, 2).code, ReturnCode::invalid_input);
  EXPECT_EQ(discover(0xFFFF, 0xFFFF).code, ReturnCode::invalid_input);
}

TEST(MediaOperations, RefuseWhatIsWrong) {
  Rig rig;
  const auto code = [&rig](MediaOperation operation, MediaRange range) {
    return rig.run(Opcode::media_operations, operation, encode(range)).code;
  };
  EXPECT_EQ(code({1, 0, 2}, {0, 64}), ReturnCode::invalid_payload_length);
  EXPECT_EQ(code({1, 0, 0xFFFFFFFF}, {0, 64}), ReturnCode::invalid_payload_length);
  EXPECT_EQ(code({1, 0, 1}, {1, 64}), ReturnCode::invalid_input);
  EXPECT_EQ(code({1, 0, 1}, {0, 0}), ReturnCode::invalid_input);
  EXPECT_EQ(code({1, 0, 1}, {~0ull - 63, 64}), ReturnCode::invalid_physical_address);
  EXPECT_EQ(code({2, 0, 1}, {0, 64}), ReturnCode::unsupported);
}

}  // namespace
}  // namespace cxlpool::command
