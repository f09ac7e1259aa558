// SPDX-License-Identifier: Apache-2.0
#include "models/command/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fixture.h"
#include "models/command/fm_payloads.h"
#include "models/command/identify_memory_device.h"

namespace cxlpool::command {
namespace {

Bytes some_bytes(std::size_t count) {
  return *rc::gen::container<Bytes>(count, rc::gen::arbitrary<std::uint8_t>());
}

template <typename Payload>
struct WireSize;
#define WIRE_SIZE(Payload, bytes)               \
  template <>                                   \
  struct WireSize<Payload> {                    \
    static constexpr std::size_t value = bytes; \
  }
WIRE_SIZE(AlertConfiguration, 0x10);
WIRE_SIZE(ClearEventsHeader, 6);
WIRE_SIZE(ClearPoison, 0x48);
WIRE_SIZE(DcConfigurationHeader, 8);
WIRE_SIZE(DcdInfo, 0x54);
WIRE_SIZE(DcExtentListHeader, 0x10);
WIRE_SIZE(DcFigures, 0x10);
WIRE_SIZE(DcRegionExtentsHeader, 0x18);
WIRE_SIZE(DcRegionRecord, 0x28);
WIRE_SIZE(DcTagRecord, 0x54);
WIRE_SIZE(DcTagsHeader, 0x10);
WIRE_SIZE(DramEvent, 0x50);
WIRE_SIZE(DynamicCapacityEvent, 0x50);
WIRE_SIZE(EventRecord, 0x80);
WIRE_SIZE(EventRecordsHeader, 0x20);
WIRE_SIZE(ExtentRecord, 0x28);
WIRE_SIZE(FirmwareInfo, 0x50);
WIRE_SIZE(FirmwareTransfer, 0x80);
WIRE_SIZE(GeneralMediaEvent, 0x50);
WIRE_SIZE(GetDcRegionExtents, 0xC);
WIRE_SIZE(HeadInfo, 9);
WIRE_SIZE(HealthInfo, 0x12);
WIRE_SIZE(HostDcRegion, 0x28);
WIRE_SIZE(HostDcRegionsHeader, 4);
WIRE_SIZE(IdentifyMemoryDevice, 0x45);
WIRE_SIZE(InitiateDcAdd, 0x20);
WIRE_SIZE(InitiateDcRelease, 0x20);
WIRE_SIZE(MemoryModuleEvent, 0x50);
WIRE_SIZE(MultiHeadedInfoHeader, 8);
WIRE_SIZE(PartitionInfo, 0x20);
WIRE_SIZE(PoisonListHeader, 0x20);
WIRE_SIZE(PoisonRecord, 0x10);
WIRE_SIZE(PortState, 0x10);
WIRE_SIZE(ScanMediaRequest, 0x11);
WIRE_SIZE(ScanResultsHeader, 0x20);
WIRE_SIZE(SetAlertConfiguration, 0xC);
WIRE_SIZE(SetDcRegion, 0x10);
WIRE_SIZE(SetPartitionInfo, 9);
WIRE_SIZE(SwitchIdentity, 0x49);
WIRE_SIZE(UpdatedExtent, 0x18);
WIRE_SIZE(UpdatedExtentsHeader, 8);
#undef WIRE_SIZE

using Payloads = ::testing::Types<
    AlertConfiguration, ClearEventsHeader, ClearPoison, DcConfigurationHeader, DcdInfo,
    DcExtentListHeader, DcFigures, DcRegionExtentsHeader, DcRegionRecord, DcTagRecord, DcTagsHeader,
    DramEvent, DynamicCapacityEvent, EventRecord, EventRecordsHeader, ExtentRecord, FirmwareInfo,
    FirmwareTransfer, GeneralMediaEvent, GetDcRegionExtents, HeadInfo, HealthInfo, HostDcRegion,
    HostDcRegionsHeader, IdentifyMemoryDevice, InitiateDcAdd, InitiateDcRelease, MemoryModuleEvent,
    MultiHeadedInfoHeader, PartitionInfo, PoisonListHeader, PoisonRecord, PortState,
    ScanMediaRequest, ScanResultsHeader, SetAlertConfiguration, SetDcRegion, SetPartitionInfo,
    SwitchIdentity, UpdatedExtent, UpdatedExtentsHeader>;

template <typename Payload>
class PayloadCodec : public ::testing::Test {};
TYPED_TEST_SUITE(PayloadCodec, Payloads);

TYPED_TEST(PayloadCodec, HasTheSizeOfTheSpecification) {
  EXPECT_EQ(wire_size<TypeParam>(), WireSize<TypeParam>::value);
}

/// Reserved bytes are those that all-ones do not survive.
TYPED_TEST(PayloadCodec, GivesBackEveryByteThatIsNotReserved) {
  const Bytes mask = encode(*decode<TypeParam>(Bytes(WireSize<TypeParam>::value, 0xFF)));
  EXPECT_TRUE(rc::check([&] {
    Bytes bytes = some_bytes(WireSize<TypeParam>::value);
    const Bytes again = encode(*decode<TypeParam>(bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] &= mask[i];
    RC_ASSERT(again == bytes);
  }));
}

TYPED_TEST(PayloadCodec, DoesNotDecodeFewerBytes) {
  for (std::size_t size = 0; size < WireSize<TypeParam>::value; ++size) {
    EXPECT_FALSE(decode<TypeParam>(Bytes(size, 0xFF)));
  }
}

TEST(Bytes, AreLittleEndian) {
  Writer writer;
  writer(std::uint32_t{0x04030201});
  writer(U24{0x070605});
  EXPECT_EQ(writer.bytes(), (Bytes{1, 2, 3, 4, 5, 6, 7}));
}

TEST(Reader, StaysBadOnceItPassedTheEnd) {
  const Bytes bytes{1, 2, 3};
  Reader reader{ByteView(bytes)};
  std::uint32_t word = 5;
  reader(word);
  EXPECT_EQ(word, 0u);
  EXPECT_FALSE(reader.ok());
  std::uint8_t byte = 5;
  reader(byte);
  EXPECT_EQ(byte, 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(CciMessage, IsGivenBackByItsOwnEncoding) {
  EXPECT_TRUE(rc::check([] {
    CciMessage message;
    message.category = *rc::gen::inRange<std::uint8_t>(0, 16);
    message.tag = *rc::gen::arbitrary<std::uint8_t>();
    message.opcode = *rc::gen::arbitrary<std::uint16_t>();
    message.payload_length = *rc::gen::inRange<std::uint32_t>(0, 1u << 20);
    message.background = *rc::gen::arbitrary<bool>();
    message.return_code = static_cast<ReturnCode>(*rc::gen::arbitrary<std::uint16_t>());
    message.vendor_status = *rc::gen::arbitrary<std::uint16_t>();
    message.payload = some_bytes(*rc::gen::inRange<std::size_t>(0, 64));
    const auto again = CciMessage::decode(message.encode());
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->encode() == message.encode());
    RC_ASSERT(again->payload_length == message.payload_length);
    RC_ASSERT(again->opcode == message.opcode);
    RC_ASSERT(again->payload == message.payload);
  }));
}

TEST(CciMessage, NeedsAWholeHeader) { EXPECT_FALSE(CciMessage::decode(Bytes(11))); }

TEST(EventRecord, HoldsABodyOfItsTypeAlone) {
  GeneralMediaEvent media;
  media.dpa = 0x1234567890C0;
  media.event_type = 2;
  const EventRecord record = make_record(media, 3);
  EXPECT_EQ(record.flags.value, 3u);
  EXPECT_EQ(body_of<GeneralMediaEvent>(record)->dpa, media.dpa);
  EXPECT_EQ(body_of<GeneralMediaEvent>(record)->event_type, 2);
  EXPECT_FALSE(body_of<DramEvent>(record));
}

}  // namespace
}  // namespace cxlpool::command
