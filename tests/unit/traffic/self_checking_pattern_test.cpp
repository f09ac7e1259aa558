// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "initiator.h"
#include "traffic/data.h"
#include "traffic/patterns/factory.h"

namespace cxlpool::traffic::test {
namespace {

PatternOptions range(std::uint64_t base, std::uint64_t size) {
  PatternOptions options;
  options.base = base;
  options.size = size;
  return options;
}

TEST(PointerChase, VisitsEveryLineExactlyOnceForAnyRange) {
  EXPECT_TRUE(rc::check("one cycle", [] {
    const auto lines = *rc::gen::inRange<std::uint64_t>(1, 300);
    PatternOptions options = range(64 * *rc::gen::inRange(0u, 1000u), lines * 64);
    options.seed = *rc::gen::arbitrary<std::uint64_t>();
    Initiator initiator;
    initiator.run(*make_pattern("pointer_chase", options));
    RC_ASSERT(initiator.requests.size() == 2 * lines);
    RC_ASSERT(initiator.mismatches.empty());
    std::set<std::uint64_t> written;
    std::set<std::uint64_t> visited;
    for (const Request& request : initiator.requests) {
      (request.op == Op::write ? written : visited).insert(request.address);
    }
    RC_ASSERT(written.size() == lines);
    RC_ASSERT(visited == written);
  }));
}

TEST(PointerChase, GoesWhereTheReadBeforePointed) {
  Initiator initiator;
  initiator.run(*make_pattern("pointer_chase", range(0x1000, 4096)));
  for (std::size_t i = 65; i < initiator.requests.size(); ++i) {
    std::uint8_t line[8];
    for (unsigned byte = 0; byte < 8; ++byte) {
      line[byte] = initiator.memory[initiator.requests[i - 1].address + byte];
    }
    EXPECT_EQ(load_word(line), initiator.requests[i].address);
  }
}

TEST(PointerChase, WritesNoMoreLinesThanItWillRead) {
  PatternOptions options = range(0x40, std::uint64_t{1} << 40);
  options.requests = 1000;
  Initiator initiator;
  initiator.run(*make_pattern("pointer_chase", options));
  ASSERT_EQ(initiator.requests.size(), 2000u);
  EXPECT_TRUE(initiator.mismatches.empty());
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(initiator.requests[i].op, Op::write);
    EXPECT_EQ(initiator.requests[i].address, initiator.requests[1000 + i].address);
    highest = std::max(highest, initiator.requests[i].address);
  }
  EXPECT_EQ(initiator.requests[0].address, 0x40u);
  EXPECT_GT(highest, std::uint64_t{1} << 39) << "the reads keep to a part of the range";
}

TEST(PointerChase, AShorterChaseIsTheBeginningOfALongerOne) {
  PatternOptions options = range(0, 8192);
  options.requests = 20;
  Initiator whole, part;
  part.run(*make_pattern("pointer_chase", options));
  options.requests = 0;
  whole.run(*make_pattern("pointer_chase", options));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(same(part.requests[i], whole.requests[i]));
}

TEST(PointerChase, HasOneReadOutstanding) {
  PatternOptions options = range(0, 256);
  options.seeded = true;
  const auto chase = make_pattern("pointer_chase", options);
  Request request;
  ASSERT_EQ(chase->next(request), RequestSource::Next::request);
  EXPECT_EQ(request.op, Op::read);
  const std::uint64_t first = request.address;
  EXPECT_EQ(chase->next(request), RequestSource::Next::wait);
  EXPECT_EQ(chase->next(request), RequestSource::Next::wait);
  std::uint8_t data[64] = {};
  Mismatch mismatch;
  chase->observe({Op::read, ByteEnables::all, 64, first}, data, mismatch);
  EXPECT_EQ(chase->next(request), RequestSource::Next::request);
  EXPECT_NE(request.address, first);
}

TEST(PointerChase, ReportsAWrongPointerAndStaysInRange) {
  PatternOptions options = range(0x4000, 1024);
  options.seeded = true;  // nothing was seeded: every pointer reads as zero
  options.requests = 40;
  Initiator initiator;
  initiator.run(*make_pattern("pointer_chase", options));
  ASSERT_EQ(initiator.mismatches.size(), 40u);
  EXPECT_EQ(initiator.mismatches[0].address, 0x4000u);
  EXPECT_EQ(initiator.mismatches[0].got, 0u);
  EXPECT_EQ(initiator.mismatches[0].expected, initiator.requests[1].address);
  for (const Request& request : initiator.requests) {
    EXPECT_GE(request.address, 0x4000u);
    EXPECT_LE(request.address, 0x4000u + 1024 - 64);
  }
}

TEST(PointerChase, RunsOnWhatAnEarlierChaseWithItsSeedLeft) {
  PatternOptions options = range(0, 8192);
  Initiator initiator;
  initiator.run(*make_pattern("pointer_chase", options));
  options.seeded = true;
  initiator.run(*make_pattern("pointer_chase", options));
  EXPECT_TRUE(initiator.mismatches.empty());
  EXPECT_EQ(initiator.requests.size(), 3u * 128u);
}

TEST(Interleaved, WritesAUniqueWordToEveryGranuleThenReadsAllBack) {
  Initiator initiator;
  initiator.run(*make_pattern("interleaved", range(0x1'0000, 4096 + 8)));
  ASSERT_EQ(initiator.requests.size(), 2u * 17u);
  EXPECT_TRUE(initiator.mismatches.empty());
  for (std::size_t i = 0; i < initiator.requests.size(); ++i) {
    const Request& request = initiator.requests[i];
    EXPECT_EQ(request.op, i < 17 ? Op::write : Op::read);
    EXPECT_EQ(request.address, 0x1'0000 + i % 17 * 256);
    EXPECT_EQ(request.size, 8u);
    std::uint8_t word[8];
    for (unsigned byte = 0; byte < 8; ++byte) word[byte] = initiator.memory[request.address + byte];
    EXPECT_EQ(load_word(word), unique_word(request.address));
  }
}

TEST(Interleaved, SeesTwoGranulesThatShareMemory) {
  const auto pattern = make_pattern("interleaved", range(0, 1024));
  std::uint8_t shared[8] = {};
  Request request;
  Mismatch mismatch;
  int wrong = 0;
  while (pattern->next(request) == RequestSource::Next::request) {
    if (request.op == Op::write) {
      pattern->fill(request, 0, shared);
    } else if (!pattern->observe(request, shared, mismatch)) {
      ++wrong;
      EXPECT_EQ(mismatch.address, request.address);
      EXPECT_EQ(mismatch.expected, unique_word(request.address));
      EXPECT_EQ(mismatch.got, unique_word(0x300));
    }
  }
  EXPECT_EQ(wrong, 3);
}

TEST(Interleaved, OnlyReadsWhatAnotherToolSeeded) {
  PatternOptions options = range(0x2000, 2048);
  options.granule = 512;
  options.seeded = true;
  Initiator initiator;
  for (std::uint64_t address = 0x2000; address < 0x2800; address += 512) {
    std::uint8_t word[8];
    store_word(word, unique_word(address));
    for (unsigned byte = 0; byte < 8; ++byte) initiator.memory[address + byte] = word[byte];
  }
  initiator.run(*make_pattern("interleaved", options));
  EXPECT_EQ(initiator.requests.size(), 4u);
  EXPECT_TRUE(initiator.mismatches.empty());
}

TEST(Interleaved, ShortensOrRepeatsItsSweepsToTheRequestsAskedFor) {
  for (const std::uint64_t requests : {1u, 2u, 3u, 7u, 32u, 33u, 100u}) {
    PatternOptions options = range(0, 4096);
    options.requests = requests;
    Initiator initiator;
    initiator.run(*make_pattern("interleaved", options));
    EXPECT_EQ(initiator.requests.size(), requests);
    EXPECT_TRUE(initiator.mismatches.empty());
  }
}

}  // namespace
}  // namespace cxlpool::traffic::test
