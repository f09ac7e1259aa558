// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "files.h"
#include "traffic/traces/binary_writer.h"
#include "traffic/traces/csv_writer.h"

namespace cxlpool::traffic::test {
namespace {

TEST(CsvTrace, TakesTheColumnsInAnyOrderAndBothNotations) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t.csv",
                                       "size, address ,op,host\r\n"
                                       "64,0x1000,read,1\r\n"
                                       "\n"
                                       "8,4096,W,\n"
                                       "1,0XFFFFFFFFFFFFFFFF,R,0\n"
                                       "4096,0,write,4294967295");
  const auto records = read_all(path);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].op, Op::read);
  EXPECT_EQ(records[0].address, 0x1000u);
  EXPECT_EQ(records[0].host, 1u);
  EXPECT_EQ(records[1], access(Op::write, 4096, 8));
  EXPECT_EQ(records[2].address, UINT64_MAX);
  EXPECT_EQ(records[3].size, 4096u);
  EXPECT_EQ(records[3].host, UINT32_MAX);
}

TEST(CsvTrace, NamesLineAndFieldOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) { return error_of(folder.file("t.csv", text)); };
  const auto says = [&](const std::string& text, const std::string& part) {
    const std::string message = error(text);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  const std::string header = "op,address,size\n";
  says(header + "read,banana,64\n", "t.csv:2: address 'banana' is not a number; expected 0x-hex");
  says(header + "read,0,64\nread,0x,64\n", "t.csv:3: address '0x' is not");
  says(header + "read,-1,64\n", "'-1' is not a number");
  says(header + "read,0x-1,64\n", "is not a number");
  says(header + "read, ,64\n", "'' is not a number");
  says(header + "read,18446744073709551616,64\n", "does not fit 64 bits");
  says(header + "read,0x10000000000000000,64\n", "does not fit 64 bits");
  says(header + "read,0,0\n", "access of 0 bytes; expected 1 to 4096 bytes");
  says(header + "read,0,4097\n", "access of 4097 bytes");
  says(header + "read,0xffffffffffffffff,2\n", "wrap around");
  says(header + "reed,0,64\n", "op 'reed'; expected read, write, R or W");
  says(header + "read,0\n", "2 fields; expected 3");
  says(header + "read,0,64,1\n", "too many fields");
  says(header + std::string("read,0\0,64\n", 11), "'0\\x00' is not a number");
  says("op,address,siez\n", "unknown column 'siez', did you mean 'size'?");
  says("op,address\n", "no column 'size'");
  says("op,address,size,op\n", "'op' appears twice");
  says("op,address,size,status\n", "status without host");
  says("op,address,size,host,device\n", "do not go together");
  says("op,address,size,host\nread,0,64,4294967296\n", "out of range");
  says("op,address,size,byte_enables\nread,0,64,odd\n", "byte_enables 'odd'");
  says("op,address,size,host,status\nread,0,64,,ok\n", "no host");
  says("op,address,size,host,status\nread,0,64,0,fine\n", "status 'fine'");
  says("op,address,size,host,status,device,dpa\nread,0,64,0,ok,1,\n", "device without dpa");
  says("op,address,size,host,status,issued_ps\n", "do not go together");
  says("op,address,size,issued_ps,answered_ps\n", "do not go together");
  const std::string timed = "op,address,size,host,status,answered_ps,issued_ps\n";
  says(timed + "read,0,64,0,ok,,1\n", "answered_ps '' is not a number");
  says(timed + "read,0,64,0,ok,1,2\n", "answered at 1 ps, issued at 2 ps");
}

TEST(CsvTrace, WithAHeaderAloneHoldsNoAccess) {
  const TemporaryFolder folder;
  EXPECT_TRUE(read_all(folder.file("t.csv", "op,address,size\n")).empty());
}

TEST(WriteCsv, IsReadBackToTheSameRecords) {
  const TemporaryFolder folder;
  for (const TraceKind kind : {TraceKind::access, TraceKind::request, TraceKind::timed_request}) {
    EXPECT_TRUE(rc::check("inverse", [&] {
      std::vector<TraceRecord> records;
      TraceWriter writer(folder.path("t.cxt"), kind);
      const int count = *rc::gen::inRange(0, 30);
      for (int i = 0; i < count; ++i) {
        TraceRecord record = access(*rc::gen::element(Op::read, Op::write),
                                    *rc::gen::inRange<std::uint64_t>(0, UINT64_MAX - 4096),
                                    *rc::gen::inRange(1u, 4097u));
        record.enables = *rc::gen::element(ByteEnables::all, ByteEnables::alternate);
        if (is_request(kind) || i % 3 == 0) record.host = i;
        if (is_request(kind)) {
          record.completion = Completion{static_cast<TraceStatus>(i % 8), {}};
          if (i % 2 == 0) record.completion->place = DevicePlace{*record.host, ~record.address};
          if (kind == TraceKind::timed_request) {
            record.completion->times = Times{record.address, UINT64_MAX - i};
          }
        }
        writer.write(record);
        records.push_back(record);
      }
      writer.finish();
      std::ostringstream text;
      RC_ASSERT(write_csv(*open_trace(folder.path("t.cxt")), text) == records.size());
      const std::string path = folder.file("t.csv", text.str());
      RC_ASSERT(open_trace(path)->kind() == kind);
      RC_ASSERT(read_all(path) == records);
    }));
  }
}

TEST(WriteCsv, LooksAsDocumented) {
  const TemporaryFolder folder;
  TraceWriter writer(folder.path("t.cxt"), TraceKind::request);
  TraceRecord record = access(Op::write, 0x1'1000'0000, 64);
  record.host = 1;
  record.completion = Completion{TraceStatus::ok, DevicePlace{7, 0x200}};
  writer.write(record);
  record.op = Op::read;
  record.completion = Completion{TraceStatus::address_error, {}};
  writer.write(record);
  writer.finish();
  std::ostringstream text;
  write_csv(*open_trace(folder.path("t.cxt")), text);
  EXPECT_EQ(text.str(),
            "op,address,size,host,byte_enables,status,device,dpa\n"
            "write,0x110000000,64,1,all,ok,7,0x200\n"
            "read,0x110000000,64,1,all,address_error,,\n");
}

TEST(WriteCsv, GivesTimesToATimedTraceAlone) {
  const TemporaryFolder folder;
  TraceWriter writer(folder.path("t.cxt"), TraceKind::timed_request);
  TraceRecord record = access(Op::read, 0x40, 64);
  record.host = 0;
  record.completion = Completion{TraceStatus::ok, DevicePlace{0, 0x40}, Times{1'000, 151'000}};
  writer.write(record);
  writer.finish();
  std::ostringstream text;
  write_csv(*open_trace(folder.path("t.cxt")), text);
  EXPECT_EQ(text.str(),
            "op,address,size,host,byte_enables,status,device,dpa,issued_ps,answered_ps\n"
            "read,0x40,64,0,all,ok,0,0x40,1000,151000\n");
}

TEST(WriteCsv, SaysSoWhenTheOutputFails) {
  const TemporaryFolder folder;
  const auto reader = open_trace(folder.file("t.csv", "op,address,size\nread,0,64\n"));
  std::ofstream out("/dev/full");
  EXPECT_THROW(write_csv(*reader, out), TraceError);
}

}  // namespace
}  // namespace cxlpool::traffic::test
