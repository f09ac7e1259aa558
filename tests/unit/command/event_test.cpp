// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fixture.h"
#include "models/command/event_logs.h"

namespace cxlpool::command {
namespace {

using test::Rig;

struct Events : ::testing::Test {
  Rig rig;
  EventLogs& events = rig.device.events();

  void add(int count, EventLog log = EventLog::informational) {
    for (int i = 0; i < count; ++i) events.add(log, make_record(GeneralMediaEvent{}));
  }
  EventRecordsHeader get(std::uint8_t log = 0) {
    return test::answer<EventRecordsHeader>(rig.run(0x0100, {log}));
  }
  ReturnCode clear(const std::vector<std::uint16_t>& handles, std::uint8_t flags = 0,
                   std::uint8_t log = 0) {
    Writer writer;
    writer(ClearEventsHeader{log, flags, static_cast<std::uint8_t>(handles.size())});
    for (const std::uint16_t handle : handles) writer(handle);
    return rig.run(0x0101, writer.bytes()).code;
  }
};

TEST_F(Events, HaveHandlesFrom1InEachLog) {
  add(2);
  add(1, EventLog::fatal);
  EXPECT_EQ(events.records(EventLog::informational)[1].handle, 2);
  EXPECT_EQ(events.records(EventLog::fatal)[0].handle, 1);
}

TEST_F(Events, HandlesSkipZeroWhenTheyWrap) {
  for (int i = 0; i < 0xFFFF; ++i) {
    add(1);
    ASSERT_EQ(clear({events.records(EventLog::informational)[0].handle}), ReturnCode::success);
  }
  add(1);
  EXPECT_EQ(events.records(EventLog::informational)[0].handle, 1);
}

TEST_F(Events, CarryTheTimestampOnceItIsSet) {
  add(1);
  rig.run(0x0301, test::hex("e803000000000000"));
  rig.clock.time += 5;
  add(1);
  EXPECT_EQ(events.records(EventLog::informational)[0].timestamp, 0u);
  EXPECT_EQ(events.records(EventLog::informational)[1].timestamp, 1005u);
}

TEST_F(Events, BeyondTheDepthAreDroppedAndCounted) {
  rig.run(0x0301, test::hex("0100000000000000"));
  add(9);
  rig.clock.time = 10;
  add(1);
  const auto header = get();
  EXPECT_EQ(header.count, 8);
  EXPECT_EQ(header.flags, EventRecordsHeader::overflow);
  EXPECT_EQ(header.overflow_count, 2);
  EXPECT_EQ(header.first_overflow, 1u);
  EXPECT_EQ(header.last_overflow, 11u);
}

TEST_F(Events, AreReadOldestFirstAndMoreSaysThatSomeRemain) {
  auto config = Rig::default_config();
  config.events.depth = 20;
  Rig deep(config);
  for (int i = 0; i < 16; ++i) deep.device.events().add(EventLog::warning, {});
  const Reply reply = deep.run(0x0100, {1});
  const auto header = test::answer<EventRecordsHeader>(reply);
  EXPECT_EQ(header.count, 15);
  EXPECT_EQ(header.flags, EventRecordsHeader::more);
  EXPECT_EQ(reply.payload.size(), 0x20u + 15 * 0x80);
  const auto first = decode<EventRecord>(ByteView(reply.payload).from(0x20));
  EXPECT_EQ(first->handle, 1);
}

TEST_F(Events, AreClearedOldestFirst) {
  add(3);
  EXPECT_EQ(clear({2}), ReturnCode::invalid_handle);
  EXPECT_EQ(clear({1, 3}), ReturnCode::invalid_handle);
  EXPECT_EQ(clear({0}), ReturnCode::invalid_handle);
  EXPECT_EQ(clear({1, 2, 3, 4}), ReturnCode::invalid_handle);
  EXPECT_EQ(events.size(EventLog::informational), 3u);
  EXPECT_EQ(clear({1, 2}), ReturnCode::success);
  EXPECT_EQ(events.records(EventLog::informational)[0].handle, 3);
}

TEST_F(Events, OfAnEmptyLogHaveNoHandle) {
  EXPECT_EQ(clear({1}), ReturnCode::invalid_handle);
  EXPECT_EQ(clear({}), ReturnCode::success);
}

TEST_F(Events, ClearAllNeedsAnOverflowAndNoHandles) {
  add(8);
  EXPECT_EQ(clear({}, ClearEventsHeader::clear_all), ReturnCode::invalid_input);
  add(1);
  EXPECT_EQ(clear({1}, ClearEventsHeader::clear_all), ReturnCode::invalid_input);
  EXPECT_EQ(events.size(EventLog::informational), 8u);
  EXPECT_EQ(clear({}, ClearEventsHeader::clear_all), ReturnCode::success);
  EXPECT_EQ(get().count, 0);
  EXPECT_EQ(get().flags, 0);
}

TEST_F(Events, ClearNeedsAsManyHandlesAsItSays) {
  add(3);
  EXPECT_EQ(rig.run(0x0101, test::hex("00000300000001000200")).code,
            ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x0101, test::hex("0000")).code, ReturnCode::invalid_payload_length);
}

TEST_F(Events, LogsAreFive) {
  EXPECT_EQ(rig.run(0x0100, {4}).code, ReturnCode::success);
  EXPECT_EQ(rig.run(0x0100, {5}).code, ReturnCode::invalid_input);
  EXPECT_EQ(clear({}, 0, 5), ReturnCode::invalid_input);
}

TEST_F(Events, PolicyShowsVectorsOfLogsThatInterrupt) {
  EXPECT_EQ(rig.run(0x0102).payload, Bytes(5));
  EXPECT_EQ(rig.run(0x0103, test::hex("f101010101")).code, ReturnCode::success);
  EXPECT_EQ(rig.run(0x0102).payload, test::hex("2131415101"));
  EXPECT_EQ(rig.run(0x0103, test::hex("00010001")).code, ReturnCode::success);
  EXPECT_EQ(rig.run(0x0102).payload, test::hex("0031005101"));
  EXPECT_EQ(rig.run(0x0103, test::hex("000000")).code, ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x0103, test::hex("0003000000")).code, ReturnCode::invalid_input);
}

TEST_F(Events, InterruptWhenTheLogGetsItsFirstRecord) {
  add(1, EventLog::warning);
  EXPECT_TRUE(rig.interrupts.empty());
  rig.run(0x0103, test::hex("0101010100"));
  add(2, EventLog::warning);
  EXPECT_TRUE(rig.interrupts.empty());
  add(2, EventLog::failure);
  EXPECT_EQ(rig.interrupts, std::vector<unsigned>{4});
  EXPECT_EQ(clear({1, 2}, 0, 2), ReturnCode::success);
  add(1, EventLog::failure);
  EXPECT_EQ(rig.interrupts, (std::vector<unsigned>{4, 4}));
}

TEST_F(Events, OfDynamicCapacityAreInformationalAndTellWhatIsLeft) {
  capacity::CapacityEvent event;
  event.more = true;
  event.extent = {0x10000000, 0x2000000, capacity::Tag{{0x10, 0x11}}, 3};
  event.extents_available = 510;
  log_event(events, event);
  const Bytes reply = rig.run(0x0100, {4}).payload;
  ASSERT_EQ(reply.size(), 0x20u + 0x80);
  const Bytes record(reply.begin() + 0x20, reply.end());
  Bytes expected = test::hex(
      "ca95afa7f18340188c2f95268e101a2a80000000"
      "0100");
  expected.resize(0x30);
  const Bytes body = test::hex(
      "000100000001000000000010000000000000000200000000"
      "1011");
  expected.insert(expected.end(), body.begin(), body.end());
  expected.resize(0x58);
  expected.push_back(3);
  expected.resize(0x78);
  expected.push_back(0xFE);
  expected.push_back(0x01);
  expected.resize(0x80);
  EXPECT_EQ(record, expected);
}

}  // namespace
}  // namespace cxlpool::command
