// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "initiator.h"
#include "traffic/patterns/factory.h"

namespace cxlpool::traffic::test {
namespace {

const std::vector<std::string> shaped = {"sequential", "strided", "uniform", "zipf"};

PatternOptions small() {
  PatternOptions options;
  options.base = 0x1'1000'0000;
  options.size = 4096;
  return options;
}

std::vector<Request> requests_of(const std::string& name, const PatternOptions& options) {
  Initiator initiator;
  initiator.run(*make_pattern(name, options));
  return initiator.requests;
}

std::string fault(const std::string& name, const PatternOptions& options) {
  try {
    make_pattern(name, options);
  } catch (const PatternError& error) {
    EXPECT_NE(std::string(error.what()).find(error.option()), std::string::npos);
    return error.option();
  }
  return "none";
}

PatternOptions any_options() {
  PatternOptions options;
  options.base = *rc::gen::inRange<std::uint64_t>(0, 10'000) * *rc::gen::element(1u, 8u, 64u);
  options.size = *rc::gen::inRange<std::uint64_t>(1, 20'000);
  options.requests = *rc::gen::inRange<std::uint64_t>(0, 600);
  options.read_percent = *rc::gen::inRange(0u, 101u);
  options.sizes = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::element(1u, 2u, 8u, 64u, 256u), rc::gen::inRange(1u, 4097u))));
  options.unaligned = *rc::gen::arbitrary<bool>();
  options.byte_enables = *rc::gen::arbitrary<bool>();
  options.stride = *rc::gen::inRange<std::uint64_t>(1, 5000);
  options.zipf_exponent_percent = *rc::gen::inRange(0u, 1001u);
  options.granule = 8 * *rc::gen::inRange<std::uint64_t>(1, 600);
  options.seeded = *rc::gen::arbitrary<bool>();
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  return options;
}

TEST(Patterns, StayInRangeAndAlignedAndGiveWhatTheyAnnounceForAnyOptions) {
  for (const std::string_view known : pattern_names()) {
    const std::string name(known);
    int made = 0;
    EXPECT_TRUE(rc::check(name, [&] {
      PatternOptions options = any_options();
      if (name != "zipf" && name != "uniform" && name != "sequential" && name != "strided") {
        options.unaligned = options.byte_enables = false;
        options.sizes = {name == "pointer_chase" ? 64 : options.sizes.front()};
        if (name == "interleaved") options.base &= ~std::uint64_t{7};
      }
      std::unique_ptr<RequestSource> source;
      try {
        source = make_pattern(name, options);
      } catch (const PatternError&) {
        return;
      }
      ++made;
      Initiator initiator;
      initiator.run(*source);
      RC_ASSERT(initiator.requests.size() == source->size_hint());
      for (const Request& request : initiator.requests) {
        RC_ASSERT(request.size >= 1u);
        RC_ASSERT(request.size <= max_request_bytes);
        RC_ASSERT(request.address >= options.base);
        RC_ASSERT(request.address - options.base <= options.size - request.size);
        if (!options.unaligned && (request.size & (request.size - 1)) == 0) {
          RC_ASSERT(request.address % request.size == 0u);
        }
        RC_ASSERT(options.byte_enables || request.enables == ByteEnables::all);
      }
    }));
    EXPECT_GT(made, 10) << name;
  }
}

TEST(Patterns, AreTheSameForTheSameOptions) {
  for (const std::string_view known : pattern_names()) {
    const std::string name(known);
    PatternOptions options = small();
    options.requests = 500;
    const auto once = requests_of(name, options);
    const auto again = requests_of(name, options);
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t i = 0; i < once.size(); ++i) EXPECT_TRUE(same(once[i], again[i])) << name;
  }
}

TEST(Patterns, AreTheSameOnEveryMachine) {
  PatternOptions options = small();
  options.size = 1 << 20;
  options.requests = 10'000;
  options.read_percent = 70;
  const auto digest = [&](const std::string& name) {
    std::uint64_t sum = 0;
    for (const Request& request : requests_of(name, options)) {
      sum = (sum ^ request.address ^ (request.op == Op::write ? 1 : 0)) * 0x100000001b3u;
    }
    return sum;
  };
  EXPECT_EQ(digest("uniform"), 11372594305918229909u);
  EXPECT_EQ(digest("zipf"), 10051792926475792114u);
}

TEST(Patterns, DependOnTheSeed) {
  for (const char* name : {"uniform", "zipf", "pointer_chase"}) {
    PatternOptions options = small();
    const auto one = requests_of(name, options);
    options.seed = 2;
    const auto two = requests_of(name, options);
    bool differ = false;
    for (std::size_t i = 0; i < one.size(); ++i) differ = differ || !same(one[i], two[i]);
    EXPECT_TRUE(differ) << name;
  }
}

TEST(Sequential, SweepsTheRangeOnceByDefaultAndWrapsWhenAskedForMore) {
  PatternOptions options = small();
  const auto once = requests_of("sequential", options);
  ASSERT_EQ(once.size(), 64u);
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].address, options.base + 64 * i);
  }
  options.requests = 65;
  EXPECT_EQ(requests_of("sequential", options).back().address, options.base);
}

TEST(Sequential, PadsToTheAlignmentOfMixedSizes) {
  PatternOptions options = small();
  options.sizes = {8, 256};
  options.requests = 200;
  for (const Request& request : requests_of("sequential", options)) {
    EXPECT_EQ(request.address % request.size, 0u);
  }
}

TEST(Sequential, CrossesGranulesWhenUnaligned) {
  PatternOptions options = small();
  options.unaligned = true;
  options.seed = 3;
  bool crosses = false;
  for (const Request& request : requests_of("sequential", options)) {
    crosses = crosses || request.address / 256 != (request.address + request.size - 1) / 256;
  }
  EXPECT_TRUE(crosses);
}

TEST(Strided, StepsByTheStrideAndTouchesEveryLineInTheLongRun) {
  PatternOptions options = small();
  options.stride = 1024;
  EXPECT_EQ(requests_of("strided", options).size(), 4u);
  options.requests = 64;
  std::set<std::uint64_t> lines;
  for (const Request& request : requests_of("strided", options)) lines.insert(request.address);
  EXPECT_EQ(lines.size(), 64u);
}

TEST(Uniform, TouchesEveryPlaceAboutEquallyOften) {
  PatternOptions options = small();
  options.requests = 64'000;
  std::map<std::uint64_t, int> hits;
  for (const Request& request : requests_of("uniform", options)) ++hits[request.address];
  ASSERT_EQ(hits.size(), 64u);
  for (const auto& [address, count] : hits) EXPECT_NEAR(count, 1000, 160) << address;  // 5 sigma
}

TEST(ShapedPatterns, KeepTheReadShareAndDrawAllSizesEvenly) {
  for (const std::string& name : shaped) {
    PatternOptions options = small();
    options.requests = 30'000;
    options.read_percent = 70;
    options.sizes = {8, 64, 48};
    std::map<std::uint32_t, int> sizes;
    int reads = 0;
    for (const Request& request : requests_of(name, options)) {
      ++sizes[request.size];
      reads += request.op == Op::read;
    }
    EXPECT_NEAR(reads, 21'000, 400) << name;
    for (const std::uint32_t size : options.sizes) EXPECT_NEAR(sizes[size], 10'000, 410) << name;
  }
}

TEST(ShapedPatterns, GiveEverySecondWriteAlternatingByteEnables) {
  for (const std::string& name : shaped) {
    PatternOptions options = small();
    options.requests = 200;
    options.read_percent = 50;
    options.byte_enables = true;
    bool all = true;
    for (const Request& request : requests_of(name, options)) {
      if (request.op == Op::read) {
        EXPECT_EQ(request.enables, ByteEnables::all);
        continue;
      }
      EXPECT_EQ(request.enables == ByteEnables::all, all);
      all = !all;
    }
  }
}

TEST(Stream, KernelsReadAndWriteTheirArraysElementByElement) {
  PatternOptions options = small();
  options.base = 0;
  options.size = 3 * 16;
  options.sizes = {8};
  const auto addresses = [&](const std::string& name) {
    std::string text;
    for (const Request& request : requests_of(name, options)) {
      text += (request.op == Op::read ? "r" : "w") + std::to_string(request.address) + " ";
    }
    return text;
  };
  EXPECT_EQ(addresses("stream_add"), "r0 r16 w32 r8 r24 w40 ");
  EXPECT_EQ(addresses("stream_triad"), "r16 r32 w0 r24 r40 w8 ");
  options.size = 2 * 16;
  EXPECT_EQ(addresses("stream_copy"), "r0 w16 r8 w24 ");
  EXPECT_EQ(addresses("stream_scale"), "r16 w0 r24 w8 ");
  options.requests = 5;
  EXPECT_EQ(addresses("stream_copy"), "r0 w16 r8 w24 r0 ");
}

TEST(Factory, NamesTheNearestPatternForAMisspeltOne) {
  try {
    make_pattern("sequentail", small());
    FAIL() << "made";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'sequential'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("stream_triad"), std::string::npos);
  }
  EXPECT_EQ(fault("trace", small()), "pattern");
  EXPECT_EQ(fault(std::string(1 << 20, 'x'), small()), "pattern");
}

TEST(Factory, NamesTheOptionThatIsOutOfRange) {
  const auto with = [](auto change) {
    PatternOptions options = small();
    change(options);
    return options;
  };
  using Options = PatternOptions&;
  for (const std::string_view known : pattern_names()) {
    const std::string name(known);
    EXPECT_EQ(fault(name, small()), "none") << name;
    EXPECT_EQ(fault(name, with([](Options o) { o.size = 0; })), "size") << name;
    EXPECT_EQ(fault(name, with([](Options o) { o.base = ~std::uint64_t{0}; })), "size") << name;
    EXPECT_EQ(fault(name, with([](Options o) { o.size = ~std::uint64_t{0}; })), "size") << name;
  }
  for (const std::string& name : shaped) {
    EXPECT_EQ(fault(name, with([](Options o) { o.read_percent = 101; })), "read_percent");
    EXPECT_EQ(fault(name, with([](Options o) { o.sizes = {}; })), "sizes");
    EXPECT_EQ(fault(name, with([](Options o) { o.sizes = {64, 0}; })), "sizes");
    EXPECT_EQ(fault(name, with([](Options o) { o.sizes = {4097}; })), "sizes");
    EXPECT_EQ(fault(name, with([](Options o) { o.size = 63; })), "sizes");
    EXPECT_EQ(fault(name, with([](Options o) { o.base += 1, o.size = 64; })), "sizes");
  }
  EXPECT_EQ(fault("strided", with([](Options o) { o.stride = 0; })), "stride");
  EXPECT_EQ(fault("strided", with([](Options o) { o.stride = 4097; })), "stride");
  EXPECT_EQ(fault("zipf", with([](Options o) { o.zipf_exponent_percent = 1001; })),
            "zipf_exponent_percent");
  EXPECT_EQ(fault("interleaved", with([](Options o) { o.granule = 0; })), "granule");
  EXPECT_EQ(fault("interleaved", with([](Options o) { o.granule = 12; })), "granule");
  EXPECT_EQ(fault("interleaved", with([](Options o) { o.base += 4; })), "base");
  EXPECT_EQ(fault("interleaved", with([](Options o) { o.size = 7; })), "size");
  EXPECT_EQ(fault("interleaved", with([](Options o) { o.unaligned = true; })), "unaligned");
  EXPECT_EQ(fault("pointer_chase", with([](Options o) { o.byte_enables = true; })), "byte_enables");
  EXPECT_EQ(fault("pointer_chase", with([](Options o) { o.sizes = {8}; })), "sizes");
  EXPECT_EQ(fault("pointer_chase", with([](Options o) { o.size = 63; })), "size");
  EXPECT_EQ(fault("stream_add", with([](Options o) { o.sizes = {8, 64}; })), "sizes");
  EXPECT_EQ(fault("stream_add", with([](Options o) { o.size = 191; })), "size");
}

TEST(Patterns, ReachTheTopOfAVeryLargeRange) {
  for (const std::string& name : shaped) {
    PatternOptions options;
    options.base = std::uint64_t{1} << 62;
    options.size = std::uint64_t{1} << 62;
    options.stride = options.size / 2;
    options.requests = 1000;
    EXPECT_EQ(requests_of(name, options).size(), 1000u) << name;
  }
}

}  // namespace
}  // namespace cxlpool::traffic::test
