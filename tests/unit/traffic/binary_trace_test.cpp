// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "files.h"
#include "traffic/traces/binary_writer.h"

namespace cxlpool::traffic::test {
namespace {

/// Any record that fits the kind; small and extreme values alike.
TraceRecord any_record(TraceKind kind) {
  TraceRecord record;
  record.op = *rc::gen::element(Op::read, Op::write);
  record.enables = *rc::gen::element(ByteEnables::all, ByteEnables::alternate);
  record.size = *rc::gen::oneOf(rc::gen::just(64u), rc::gen::inRange(1u, max_request_bytes + 1));
  const auto address =
      rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 10'000),
                     rc::gen::inRange<std::uint64_t>(0, UINT64_MAX), rc::gen::just(UINT64_MAX));
  record.address = std::min(*address, UINT64_MAX - (record.size - 1));
  const auto index = rc::gen::oneOf(rc::gen::inRange(0u, 3u), rc::gen::just(UINT32_MAX));
  const bool request = is_request(kind);
  if (request || *rc::gen::arbitrary<bool>()) record.host = *index;
  if (request) {
    record.completion = Completion{static_cast<TraceStatus>(*rc::gen::inRange(0, 8)), {}};
    if (*rc::gen::arbitrary<bool>()) record.completion->place = DevicePlace{*index, *address};
  }
  if (kind == TraceKind::timed_request) {
    const std::uint64_t issued = *address;
    record.completion->times = Times{issued, std::max(issued, *address)};
  }
  return record;
}

std::vector<TraceRecord> any_records(TraceKind kind) {
  std::vector<TraceRecord> records;
  const int count = *rc::gen::inRange(0, 40);
  for (int i = 0; i < count; ++i) records.push_back(any_record(kind));
  return records;
}

void write(const std::string& path, TraceKind kind, const std::vector<TraceRecord>& records) {
  TraceWriter writer(path, kind);
  for (const TraceRecord& record : records) writer.write(record);
  writer.finish();
}

std::vector<TraceRecord> sample() {
  TraceRecord hosted = access(Op::write, 0x1'1000'0040, 64);
  hosted.host = 3;
  return {access(Op::read, 0x1'1000'0000, 64), hosted, access(Op::write, 0, 4096),
          access(Op::read, UINT64_MAX, 1)};
}

TEST(BinaryTrace, ReadsBackWhatWasWrittenForAnyRecords) {
  const TemporaryFolder folder;
  for (const TraceKind kind : {TraceKind::access, TraceKind::request, TraceKind::timed_request}) {
    EXPECT_TRUE(rc::check("inverse", [&] {
      const std::vector<TraceRecord> records = any_records(kind);
      const std::string path = folder.path("t.cxt");
      write(path, kind, records);
      RC_ASSERT(read_all(path) == records);
      RC_ASSERT(read_all(path, "binary") == records);
      RC_ASSERT(open_trace(path)->kind() == kind);
    }));
  }
}

TEST(BinaryTrace, IsTheDocumentedBytes) {
  const TemporaryFolder folder;
  TraceRecord record = access(Op::write, 0x80, 8);
  record.host = 2;
  record.completion = Completion{TraceStatus::poison, DevicePlace{1, 0x10}};
  TraceRecord next = record;
  next.op = Op::read;
  next.address = 0x88;
  next.completion = Completion{TraceStatus::address_error, {}};
  write(folder.path("t.cxt"), TraceKind::request, {record, next});
  const std::string expected(
      "\x89"
      "CXLTRC\n\x01\x01"
      "\x1D\x08\x02\x80\x02\x31\x01\x20"  // write, size 8, host 2, +0x80, poison, device 1, +0x10
      "\x08\x00\x02"                      // read, the same size and host, +0, address error
      "\xFF\x02",
      23);
  EXPECT_EQ(decompressed(content(folder.path("t.cxt"))), expected);
}

TEST(BinaryTrace, WithTimesIsTheDocumentedBytes) {
  const TemporaryFolder folder;
  TraceRecord record = access(Op::read, 0, 64);
  record.host = 0;
  record.completion = Completion{TraceStatus::ok, {}, Times{100, 250}};
  TraceRecord next = record;
  next.completion->times = Times{99, 99};
  write(folder.path("t.cxt"), TraceKind::timed_request, {record, next});
  const std::string expected(
      "\x89"
      "CXLTRC\n\x01\x02"
      "\x08\x00\x00\xC8\x01\x96\x01"  // read at 0, ok, issued +100, taken 150
      "\x08\x7F\x00\x01\x00"          // 64 B back, ok, issued -1, taken 0
      "\xFF\x02",
      24);
  EXPECT_EQ(decompressed(content(folder.path("t.cxt"))), expected);
}

TEST(BinaryTrace, IsTheSameBytesForTheSameRecords) {
  const TemporaryFolder folder;
  write(folder.path("a"), TraceKind::access, sample());
  write(folder.path("b"), TraceKind::access, sample());
  EXPECT_EQ(content(folder.path("a")), content(folder.path("b")));
}

TEST(BinaryTrace, NeedsUnderOneByteForARecordOfASweep) {
  const TemporaryFolder folder;
  TraceWriter writer(folder.path("t.cxt"), TraceKind::access);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) writer.write(access(Op::read, 64 * i, 64));
  writer.finish();
  EXPECT_EQ(writer.records(), 1'000'000u);
  EXPECT_LT(std::filesystem::file_size(folder.path("t.cxt")), 100'000u);
  const auto reader = open_trace(folder.path("t.cxt"));
  std::uint64_t count = 0;
  for (TraceRecord record; reader->next(record); ++count) ASSERT_EQ(record.address, 64 * count);
  EXPECT_EQ(count, 1'000'000u);
}

TEST(BinaryTrace, IsReadWithoutCompressionToo) {
  const TemporaryFolder folder;
  write(folder.path("t.cxt"), TraceKind::access, sample());
  const std::string plain = decompressed(content(folder.path("t.cxt")));
  EXPECT_EQ(read_all(folder.file("plain", plain)), sample());
}

TEST(BinaryTrace, IsAnErrorWhenCutAtAnyByte) {
  const TemporaryFolder folder;
  write(folder.path("t.cxt"), TraceKind::access, sample());
  const std::string packed = content(folder.path("t.cxt"));
  for (const std::string& whole : {packed, decompressed(packed)}) {
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
      const std::string path = folder.file("cut", whole.substr(0, bytes));
      EXPECT_NE(error_of(path), "no error") << bytes << " of " << whole.size();
      EXPECT_NE(error_of(path, "binary"), "no error") << bytes << " of " << whole.size();
    }
  }
}

TEST(BinaryTrace, IsAnErrorOrItselfWhenAnyBitOfItFlips) {
  const TemporaryFolder folder;
  write(folder.path("t.cxt"), TraceKind::access, sample());
  const std::string whole = content(folder.path("t.cxt"));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      EXPECT_EQ(read_all(folder.file("damaged", damaged)), sample()) << bit;
    } catch (const TraceError&) {
    }
  }
}

TEST(BinaryTrace, GivesOneErrorTypeWhenAnyByteOfThePlainStreamChanges) {
  const TemporaryFolder folder;
  write(folder.path("t.cxt"), TraceKind::timed_request, [] {
    std::vector<TraceRecord> records = sample();
    for (TraceRecord& record : records) {
      record.host = 1;
      record.completion =
          Completion{TraceStatus::ok, DevicePlace{2, record.address}, Times{5, 150'000}};
    }
    return records;
  }());
  const std::string whole = decompressed(content(folder.path("t.cxt")));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(value);
      std::size_t count = 0;
      try {
        count = read_all(folder.file("damaged", damaged), "binary").size();
      } catch (const TraceError&) {
        continue;
      }
      EXPECT_EQ(count, 4u);
    }
  }
}

TEST(BinaryTrace, RefusesWhatFollowsItsEnd) {
  const TemporaryFolder folder;
  write(folder.path("t.cxt"), TraceKind::access, sample());
  const std::string whole = content(folder.path("t.cxt"));
  EXPECT_NE(error_of(folder.file("a", whole + compressed("x"))).find("follows the end marker"),
            std::string::npos);
  EXPECT_NE(error_of(folder.file("b", whole + "x")), "no error");
  EXPECT_NE(error_of(folder.file("c", whole + whole)), "no error");
}

TEST(BinaryTrace, NamesRecordAndByteOfWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string header =
      "\x89"
      "CXLTRC\n\x01" +
      std::string(1, '\0');
  const auto error = [&](const std::string& rest) {
    return error_of(folder.file("t.cxt", header + rest));
  };
  const std::string one("\x00\x02", 2);
  EXPECT_NE(error(one + "\x80").find("t.cxt: record 2, byte 12: record tag 0x80"),
            std::string::npos);
  EXPECT_NE(error(std::string("\x00", 1) + std::string(10, '\xFF')).find("64 bits"),
            std::string::npos);
  EXPECT_NE(error(std::string("\x00\x80\x00", 3)).find("than needed"), std::string::npos);
  EXPECT_NE(error(std::string("\x04\x00\x00", 3)).find("size 0"), std::string::npos);
  EXPECT_NE(error("\x04\x81\x20").find("size 4097"), std::string::npos);
  EXPECT_NE(error(std::string("\x00\x01", 2)).find("wrap around"), std::string::npos);
  EXPECT_NE(error(one + "\xFF\x02").find("counts 2 records; expected 1"), std::string::npos);
  EXPECT_NE(error(one).find("cut short"), std::string::npos);
  EXPECT_NE(error("\x10").find("host bit"), std::string::npos);
  EXPECT_NE(error_of(folder.file("v",
                                 "\x89"
                                 "CXLTRC\n\x02"
                                 "abc"))
                .find("format version 2"),
            std::string::npos);
  EXPECT_NE(error_of(folder.file("k",
                                 "\x89"
                                 "CXLTRC\n\x01\x03"
                                 "abc"))
                .find("trace kind 3"),
            std::string::npos);
}

TEST(BinaryTrace, RefusesTimesThatWrapAround) {
  const TemporaryFolder folder;
  const std::string trace(
      "\x89"
      "CXLTRC\n\x01\x02"
      "\x08\x00\x00\x01\x01",  // issued at 2^64 - 1, taken 1
      15);
  EXPECT_NE(error_of(folder.file("t.cxt", trace)).find("expected times of 64 bits"),
            std::string::npos);
}

TEST(TraceWriter, LeavesATraceThatReadsAsCutShortWhenItWasNotFinished) {
  const TemporaryFolder folder;
  for (const int records : {0, 1, 100'000}) {
    {
      TraceWriter writer(folder.path("t.cxt"), TraceKind::access);
      for (int i = 0; i < records; ++i) writer.write(access(Op::read, i * 7919u, 64));
    }
    EXPECT_NE(error_of(folder.path("t.cxt")), "no error");
  }
}

TEST(TraceWriter, RefusesRecordsThatNoReaderWouldAccept) {
  const TemporaryFolder folder;
  TraceWriter writer(folder.path("t.cxt"), TraceKind::access);
  EXPECT_THROW(writer.write(access(Op::read, 0, 0)), std::logic_error);
  EXPECT_THROW(writer.write(access(Op::read, 0, 4097)), std::logic_error);
  EXPECT_THROW(writer.write(access(Op::read, UINT64_MAX, 2)), std::logic_error);
  TraceRecord completed = access(Op::read, 0, 64);
  completed.completion = Completion{};
  EXPECT_THROW(writer.write(completed), std::logic_error);
  TraceWriter requests(folder.path("r.cxt"), TraceKind::request);
  EXPECT_THROW(requests.write(access(Op::read, 0, 64)), std::logic_error);
  EXPECT_THROW(requests.write(completed), std::logic_error) << "no host";
  completed.host = 0;
  TraceWriter timed(folder.path("t.cxt"), TraceKind::timed_request);
  EXPECT_THROW(timed.write(completed), std::logic_error) << "no times";
  completed.completion->times = Times{2, 1};
  EXPECT_THROW(timed.write(completed), std::logic_error) << "answered before it was issued";
  EXPECT_THROW(requests.write(completed), std::logic_error) << "times";
}

TEST(TraceWriter, SaysSoWhenTheFileCannotBeWritten) {
  EXPECT_THROW(TraceWriter("/no/such/folder/t.cxt", TraceKind::access), TraceError);
  const auto fill_the_disk = [] {
    TraceWriter writer("/dev/full", TraceKind::access);
    writer.finish();
  };
  EXPECT_THROW(fill_the_disk(), TraceError);
}

}  // namespace
}  // namespace cxlpool::traffic::test
