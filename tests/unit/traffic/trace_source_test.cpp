// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace_source.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "files.h"
#include "initiator.h"

namespace cxlpool::traffic::test {
namespace {

/// Records from memory.
class ListReader : public TraceReader {
 public:
  explicit ListReader(std::vector<TraceRecord> records) : records_(std::move(records)) {}
  bool next(TraceRecord& record) override {
    if (at_ == records_.size()) return false;
    record = records_[at_++];
    return true;
  }
  std::string position() const override { return "list:" + std::to_string(at_); }

 private:
  std::vector<TraceRecord> records_;
  std::size_t at_ = 0;
};

std::vector<Request> replay(std::vector<TraceRecord> records, AddressMap map,
                            TraceSource::Options options = {}) {
  TraceSource source(std::make_unique<ListReader>(std::move(records)), std::move(map), options);
  std::vector<Request> requests;
  for (Request request; source.next(request) == RequestSource::Next::request;) {
    requests.push_back(request);
  }
  Request request;
  EXPECT_EQ(source.next(request), RequestSource::Next::done) << "stays done";
  return requests;
}

std::string error_in(std::vector<TraceRecord> records, AddressMap map,
                     TraceSource::Options options = {}) {
  try {
    replay(std::move(records), std::move(map), options);
  } catch (const TraceError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TraceSource, ReplaysAFileAtItsOwnAddressesUnderIdentity) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t", "LD 0x1000\nST 0x1040\n");
  TraceSource source(open_trace(path), AddressMap::identity({{0x1000, 0x1000}}));
  Initiator initiator;
  initiator.run(source);
  ASSERT_EQ(initiator.requests.size(), 2u);
  EXPECT_TRUE(same(initiator.requests[0], {Op::read, ByteEnables::all, 64, 0x1000}));
  EXPECT_TRUE(same(initiator.requests[1], {Op::write, ByteEnables::all, 64, 0x1040}));
  EXPECT_EQ(source.records(), 2u);
}

TEST(TraceSource, NamesTheLineOfAnAddressOutsideEveryWindow) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t", "LD 0x1000\nST 0x9000\n");
  TraceSource source(open_trace(path), AddressMap::identity({{0x1000, 0x1000}}));
  Request request;
  EXPECT_EQ(source.next(request), RequestSource::Next::request);
  try {
    source.next(request);
    FAIL() << "passed";
  } catch (const TraceError& error) {
    EXPECT_NE(std::string(error.what()).find("t:2: 64 bytes at 0x9000 lie in no window"),
              std::string::npos)
        << error.what();
  }
}

TEST(TraceSource, SplitsAnAccessWhereItsPagesLieApart) {
  const auto requests = replay(
      {access(Op::read, 0x5000, 8), access(Op::read, 0x1000, 8), access(Op::write, 0x4FFE, 4)},
      AddressMap::first_touch({0x10000, 0x10000}));
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_TRUE(same(requests[2], {Op::write, ByteEnables::all, 2, 0x12FFE}));
  EXPECT_TRUE(same(requests[3], {Op::write, ByteEnables::all, 2, 0x10000}));
}

TEST(TraceSource, CoversTheSameEnabledBytesHoweverAnAccessIsSplit) {
  EXPECT_TRUE(rc::check("bytes", [] {
    TraceRecord record = access(Op::write, *rc::gen::inRange(3900u, 4100u),
                                *rc::gen::inRange(1u, max_request_bytes + 1));
    record.enables = *rc::gen::element(ByteEnables::all, ByteEnables::alternate);
    const unsigned step = record.enables == ByteEnables::all ? 1 : 2;
    AddressMap reversed = AddressMap::first_touch({0, 0x3000});
    for (const std::uint64_t page : {2u, 1u, 0u}) reversed.map(page * 4096, 1);
    std::vector<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < record.size; i += step) {
      expected.push_back(reversed.map(record.address + i, 1).hpa);
    }
    std::vector<std::uint64_t> touched;
    for (const Request& request : replay({record}, reversed)) {
      RC_ASSERT(request.enables == record.enables);
      for (std::uint32_t i = 0; i < request.size; i += step) touched.push_back(request.address + i);
    }
    RC_ASSERT(touched == expected);
  }));
}

TEST(TraceSource, SaysWhenTheProgramNeedsMorePagesThanTheRangeHas) {
  const std::string error = error_in({access(Op::read, 0, 8), access(Op::read, 0x1000, 8)},
                                     AddressMap::first_touch({0, 0x1000}));
  EXPECT_NE(error.find("list:2: 8 bytes at 0x1000 touch a new page, and all 1 pages"),
            std::string::npos)
      << error;
}

TEST(TraceSource, LeavesOutTheRecordsOfOtherHosts) {
  TraceRecord mine = access(Op::read, 0, 8);
  mine.host = 1;
  TraceRecord other = access(Op::read, 64, 8);
  other.host = 2;
  TraceSource::Options options;
  options.host = 1;
  const auto requests = replay({other, mine, other, access(Op::read, 128, 8), other},
                               AddressMap::identity({{0, 4096}}), options);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].address, 0u);
  EXPECT_EQ(requests[1].address, 128u);
}

TEST(TraceSource, StopsAfterTheRecordsAskedForAndFailsWhenTheTraceHasFewer) {
  const std::vector<TraceRecord> records(5, access(Op::read, 0, 8));
  TraceSource::Options options;
  options.records = 3;
  EXPECT_EQ(replay(records, AddressMap::identity({{0, 64}}), options).size(), 3u);
  options.records = 5;
  EXPECT_EQ(replay(records, AddressMap::identity({{0, 64}}), options).size(), 5u);
  options.records = 6;
  const std::string error = error_in(records, AddressMap::identity({{0, 64}}), options);
  EXPECT_NE(error.find("ends after 5 records; expected 6"), std::string::npos) << error;
}

}  // namespace
}  // namespace cxlpool::traffic::test
