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

/// A payload and its size by the specification.
template <typename PayloadType, std::size_t bytes>
struct Sized {
  using Payload = PayloadType;
  static constexpr std::size_t size = bytes;
};

using Payloads = ::testing::Types<
    Sized<AlertConfiguration, 0x10>, Sized<ClearEventsHeader, 6>, Sized<ClearPoison, 0x48>,
    Sized<DcConfigurationHeader, 8>, Sized<DcdInfo, 0x54>, Sized<DcExtentListHeader, 0x10>,
    Sized<DcFigures, 0x10>, Sized<DcRegionExtentsHeader, 0x18>, Sized<DcRegionRecord, 0x28>,
    Sized<DcTagRecord, 0x54>, Sized<DcTagsHeader, 0x10>, Sized<DramEvent, 0x50>,
    Sized<DynamicCapacityEvent, 0x50>, Sized<EventRecord, 0x80>, Sized<EventRecordsHeader, 0x20>,
    Sized<ExtentRecord, 0x28>, Sized<FirmwareInfo, 0x50>, Sized<FirmwareTransfer, 0x80>,
    Sized<GeneralMediaEvent, 0x50>, Sized<GetDcRegionExtents, 0xC>, Sized<HeadInfo, 9>,
    Sized<HealthInfo, 0x12>, Sized<HostDcRegion, 0x28>, Sized<HostDcRegionsHeader, 4>,
    Sized<IdentifyMemoryDevice, 0x45>, Sized<InitiateDcAdd, 0x20>, Sized<InitiateDcRelease, 0x20>,
    Sized<MemoryModuleEvent, 0x50>, Sized<MultiHeadedInfoHeader, 8>, Sized<PartitionInfo, 0x20>,
    Sized<PoisonListHeader, 0x20>, Sized<PoisonRecord, 0x10>, Sized<PortState, 0x10>,
    Sized<ScanMediaRequest, 0x11>, Sized<ScanResultsHeader, 0x20>,
    Sized<SetAlertConfiguration, 0xC>, Sized<SetDcRegion, 0x10>, Sized<SetPartitionInfo, 9>,
    Sized<SwitchIdentity, 0x49>, Sized<UpdatedExtent, 0x18>, Sized<UpdatedExtentsHeader, 8>>;

template <typename SizedPayload>
class PayloadCodec : public ::testing::Test {};
TYPED_TEST_SUITE(PayloadCodec, Payloads);

TYPED_TEST(PayloadCodec, HasTheSizeOfTheSpecification) {
  const std::size_t size = TypeParam::size;
  EXPECT_EQ(wire_size<typename TypeParam::Payload>(), size);
}

/// Reserved bytes are those that all-ones do not survive.
TYPED_TEST(PayloadCodec, GivesBackEveryByteThatIsNotReserved) {
  const Bytes mask = encode(*decode<typename TypeParam::Payload>(Bytes(TypeParam::size, 0xFF)));
  EXPECT_TRUE(rc::check([&] {
    Bytes bytes = some_bytes(TypeParam::size);
    const Bytes again = encode(*decode<typename TypeParam::Payload>(bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] &= mask[i];
    RC_ASSERT(again == bytes);
  }));
}

TYPED_TEST(PayloadCodec, DoesNotDecodeFewerBytes) {
  for (std::size_t size = 0; size < TypeParam::size; ++size) {
    EXPECT_FALSE(decode<typename TypeParam::Payload>(Bytes(size, 0xFF)));
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
