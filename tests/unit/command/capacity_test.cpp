// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fixture.h"
#include "models/command/fm_payloads.h"

namespace cxlpool::command {
namespace {

using capacity::HostId;
using test::block;
using test::quantum;
using test::Rig;

constexpr std::uint64_t region0 = 2 * quantum;
const Uuid some_tag{0x10, 0x11, 0x12, 0x13};

struct Capacity : ::testing::Test {
  Rig rig;
  Cci& manager = rig.fm_owned_ld.cci();

  template <typename Payload>
  Reply manage(Opcode opcode, const Payload& payload, const std::vector<ExtentRecord>& list = {}) {
    Writer writer;
    writer(payload);
    for (const auto& extent : list) writer(extent);
    return manager.execute(static_cast<std::uint16_t>(opcode), writer.bytes());
  }
  ReturnCode add(const std::vector<ExtentRecord>& list, std::uint16_t host = 0) {
    InitiateDcAdd request;
    request.host = host;
    request.policy = 2;
    request.count = static_cast<std::uint32_t>(list.size());
    return manage(Opcode::initiate_dc_add, request, list).code;
  }
  ReturnCode answer(Opcode opcode, const std::vector<UpdatedExtent>& list, std::uint8_t flags = 0) {
    Writer writer;
    writer(UpdatedExtentsHeader{static_cast<std::uint32_t>(list.size()), flags});
    for (const auto& entry : list) writer(entry);
    return rig.run(static_cast<std::uint16_t>(opcode), writer.bytes()).code;
  }
  ReturnCode accept(const std::vector<UpdatedExtent>& list, std::uint8_t flags = 0) {
    return answer(Opcode::add_dc_response, list, flags);
  }
  std::vector<ExtentRecord> extents(std::uint32_t count = 100, std::uint32_t start = 0) {
    const Reply reply = rig.run(Opcode::get_dc_extent_list, GetDcExtentList{count, start});
    Reader reader(reply.payload);
    DcExtentListHeader header;
    reader(header);
    std::vector<ExtentRecord> list(header.returned);
    for (auto& extent : list) reader(extent);
    EXPECT_TRUE(reader.ok());
    return list;
  }
  std::vector<DynamicCapacityEvent> events() {
    std::vector<DynamicCapacityEvent> found;
    for (const auto& record : rig.device.events().records(EventLog::dynamic_capacity)) {
      found.push_back(*body_of<DynamicCapacityEvent>(record));
    }
    return found;
  }
};

TEST_F(Capacity, ConfigurationHasFiguresBehindTheReturnedRegions) {
  const Reply reply = rig.run(0x4800, {1, 1});
  ASSERT_EQ(reply.payload.size(), 8u + 0x28 + 16);
  Reader reader(reply.payload);
  DcConfigurationHeader header;
  DcRegionRecord region;
  DcFigures figures;
  reader(header), reader(region), reader(figures);
  EXPECT_EQ(header.regions, 2);
  EXPECT_EQ(header.returned, 1);
  EXPECT_EQ(region.base, 3 * quantum);
  EXPECT_EQ(region.decode_length, 1u);
  EXPECT_EQ(region.length, quantum);
  EXPECT_EQ(region.dsmad_handle, 1u);
  EXPECT_EQ(figures.extents_supported, 512u);
  EXPECT_EQ(figures.extents_available, 512u);
  EXPECT_EQ(rig.run(0x4800, {8, 2}).code, ReturnCode::invalid_input);
  EXPECT_EQ(rig.run(0x4800, {0, 0}).payload.size(), 24u);
}

TEST_F(Capacity, OfferedAcceptedListedAndReleased) {
  ASSERT_EQ(add({{region0, block, some_tag, 0}, {region0 + 4 * block, block, some_tag, 1}}),
            ReturnCode::success);
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(events()[0].event_type, 0);
  EXPECT_EQ(events()[0].flags, DynamicCapacityEvent::more);
  EXPECT_EQ(events()[1].flags, 0);
  EXPECT_EQ(events()[0].extent.tag, some_tag);
  EXPECT_EQ(events()[0].extents_available, 510u);
  EXPECT_TRUE(extents().empty());

  EXPECT_EQ(accept({{region0, block}, {region0 + 4 * block, block}}), ReturnCode::success);
  ASSERT_EQ(extents().size(), 2u);
  EXPECT_EQ(extents()[1].sequence, 1);
  EXPECT_EQ(extents(1, 1).size(), 1u);
  EXPECT_EQ(rig.run(Opcode::get_dc_extent_list, GetDcExtentList{1, 3}).code,
            ReturnCode::invalid_input);

  EXPECT_EQ(answer(Opcode::release_dc, {{region0, block}}), ReturnCode::success);
  EXPECT_EQ(extents().size(), 1u);
}

TEST_F(Capacity, ListOfEntriesMustBeThere) {
  Writer writer;
  writer(UpdatedExtentsHeader{2, 0});
  writer(UpdatedExtent{region0, block});
  EXPECT_EQ(rig.run(0x4802, writer.bytes()).code, ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x4803, writer.bytes()).code, ReturnCode::invalid_payload_length);
  const Bytes huge = encode(UpdatedExtentsHeader{0xFFFFFFFF, 0});
  EXPECT_EQ(rig.run(0x4802, huge).code, ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x4803, huge).code, ReturnCode::invalid_payload_length);
  EXPECT_EQ(rig.run(0x4803, Bytes(8)).code, ReturnCode::invalid_input);  // nothing to release
  EXPECT_EQ(rig.run(0x4802, Bytes(8)).code, ReturnCode::success);        // nothing offered
}

TEST_F(Capacity, MoreKeepsTheOfferOpen) {
  ASSERT_EQ(add({{region0, block, {}, 0}, {region0 + 4 * block, block, {}, 0}}),
            ReturnCode::success);
  EXPECT_EQ(accept({{region0, block}}, UpdatedExtentsHeader::more), ReturnCode::success);
  EXPECT_EQ(accept({{region0 + 4 * block, block}}), ReturnCode::success);
  EXPECT_EQ(extents().size(), 2u);
}

TEST_F(Capacity, RefusalsHaveTheirCodes) {
  EXPECT_EQ(accept({{region0, block}}), ReturnCode::invalid_physical_address);
  ASSERT_EQ(add({{region0, block, {}, 0}}), ReturnCode::success);
  EXPECT_EQ(add({{region0, block, {}, 0}}), ReturnCode::invalid_extent_list);
  EXPECT_EQ(add({{region0, block, {}, 0}}, 7), ReturnCode::invalid_input);
  EXPECT_EQ(add({{0, block, {}, 0}}), ReturnCode::invalid_physical_address);
  EXPECT_EQ(accept({{region0 + 1, block}}), ReturnCode::invalid_extent_list);
  EXPECT_EQ(accept({{region0, 0}}), ReturnCode::invalid_extent_list);
  EXPECT_EQ(accept({{0, block}}), ReturnCode::invalid_physical_address);
}

TEST_F(Capacity, EveryRefusalHasACodeOfItsCommand) {
  for (std::size_t i = 0; i < capacity::refusal_count; ++i) {
    const auto refusal = static_cast<capacity::Refusal>(i);
    EXPECT_EQ(to_return_code(refusal) == ReturnCode::success, refusal == capacity::Refusal::none);
  }
}

TEST_F(Capacity, InformationOfTheDevice) {
  const auto info = test::answer<DcdInfo>(manager.execute(0x5600, {}));
  EXPECT_EQ(info.hosts, 2);
  EXPECT_EQ(info.regions, 2);
  EXPECT_EQ(info.selection_policies, 0x000F);
  EXPECT_EQ(info.removal_policies, 0x0003);
  EXPECT_EQ(info.sanitize_configurable, 0x03);
  EXPECT_EQ(info.total_capacity, 2u);
  EXPECT_EQ(info.block_sizes[1], block);
  EXPECT_EQ(info.block_sizes[2], 0u);
}

TEST_F(Capacity, RegionsOfAHost) {
  const Reply reply = manage(Opcode::get_host_dc_region_configuration, GetHostDcRegions{1, 8, 0});
  ASSERT_EQ(reply.payload.size(), 4u + 2 * 0x28 + 16);
  EXPECT_EQ(test::answer<HostDcRegionsHeader>(reply).host, 1);
  const auto code = [this](GetHostDcRegions request) {
    return manage(Opcode::get_host_dc_region_configuration, request).code;
  };
  EXPECT_EQ(code({2, 8, 0}), ReturnCode::invalid_input);
  EXPECT_EQ(code({0, 8, 2}), ReturnCode::invalid_input);
}

TEST_F(Capacity, RegionIsConfiguredWhileItIsFree) {
  const auto set = [this](std::uint8_t region, std::uint64_t size, std::uint8_t sanitize) {
    return manage(Opcode::set_dc_region_configuration, SetDcRegion{region, size, sanitize}).code;
  };
  EXPECT_EQ(set(2, block, 0), ReturnCode::unsupported);
  EXPECT_EQ(set(0, block + 1, 0), ReturnCode::invalid_input);
  EXPECT_EQ(set(0, block, 1), ReturnCode::success);
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].event_type, 3);
  EXPECT_EQ(events()[0].updated_region, 0);
  ASSERT_EQ(add({{region0, block, {}, 0}}), ReturnCode::success);
  EXPECT_EQ(set(0, block, 0), ReturnCode::unsupported);
}

TEST_F(Capacity, ExtentsOfAHostInPages) {
  std::vector<ExtentRecord> list;
  std::vector<UpdatedExtent> all;
  for (std::uint64_t i = 0; i < 60; ++i) {
    list.push_back({region0 + 2 * i * block, block, {}, 0});
    all.push_back({region0 + 2 * i * block, block});
    if (list.size() < 30) continue;
    ASSERT_EQ(add(list), ReturnCode::success);
    ASSERT_EQ(accept(all), ReturnCode::success);
    list.clear(), all.clear();
  }
  const auto page = [this](std::uint32_t start) {
    return test::answer<DcRegionExtentsHeader>(
        manage(Opcode::get_dc_region_extent_lists, GetDcRegionExtents{0, 100, start}));
  };
  EXPECT_EQ(page(0).returned, 50u);  // what fits 2 KiB
  EXPECT_EQ(page(0).total, 60u);
  EXPECT_EQ(page(0).generation, 2u);
  EXPECT_EQ(page(50).returned, 10u);
  EXPECT_EQ(manage(Opcode::get_dc_region_extent_lists, GetDcRegionExtents{2, 1, 0}).code,
            ReturnCode::invalid_input);
  EXPECT_EQ(extents().size(), 50u);
}

TEST_F(Capacity, ForcedReleaseIsSeenByTheHost) {
  ASSERT_EQ(add({{region0, block, {}, 0}}), ReturnCode::success);
  ASSERT_EQ(accept({{region0, block}}), ReturnCode::success);
  InitiateDcRelease request;
  request.flags = 1 | InitiateDcRelease::forced;
  request.count = 1;
  EXPECT_EQ(manage(Opcode::initiate_dc_release, request, {{region0, block, {}, 0}}).code,
            ReturnCode::success);
  EXPECT_TRUE(extents().empty());
  EXPECT_EQ(events().back().event_type, 2);
}

TEST_F(Capacity, FreeSelectionAndTagBasedRelease) {
  InitiateDcAdd add_request;
  add_request.policy = 0;
  add_request.length = 4 * block;
  add_request.tag = some_tag;
  ASSERT_EQ(manage(Opcode::initiate_dc_add, add_request).code, ReturnCode::success);
  ASSERT_EQ(accept({{region0, 4 * block}}), ReturnCode::success);
  InitiateDcRelease release;
  release.length = 4 * block;
  release.tag = some_tag;
  EXPECT_EQ(manage(Opcode::initiate_dc_release, release).code, ReturnCode::success);
  EXPECT_EQ(events().back().event_type, 1);
  EXPECT_EQ(events().back().extent.tag, some_tag);
}

TEST_F(Capacity, TagsAreListedWithTheirHosts) {
  ASSERT_EQ(add({{region0, block, some_tag, 0}}), ReturnCode::success);
  const auto list = [this](std::uint32_t start, std::uint32_t max) {
    return manage(Opcode::list_dc_tags, ListDcTags{start, max});
  };
  const auto record = [&] {
    return *decode<DcTagRecord>(ByteView(list(0, 8).payload).from(wire_size<DcTagsHeader>()));
  };
  EXPECT_EQ(test::answer<DcTagsHeader>(list(0, 0)).returned, 0u);
  EXPECT_EQ(test::answer<DcTagsHeader>(list(0, 8)).total, 1u);
  EXPECT_EQ(list(2, 8).code, ReturnCode::invalid_input);
  EXPECT_EQ(record().tag, some_tag);
  EXPECT_EQ(record().hosts[0], 0);
  EXPECT_EQ(record().pending_hosts[0], 1);
  ASSERT_EQ(accept({{region0, block}}), ReturnCode::success);
  EXPECT_EQ(record().hosts[0], 1);
  EXPECT_EQ(record().pending_hosts[0], 0);

  Writer tag;
  tag(some_tag);
  EXPECT_EQ(manager.execute(0x5606, tag.bytes()).code, ReturnCode::success);
  EXPECT_EQ(record().flags, 1);
  ASSERT_EQ(answer(Opcode::release_dc, {{region0, block}}), ReturnCode::success);
  EXPECT_EQ(test::answer<DcTagsHeader>(list(0, 8)).total, 1u);
  EXPECT_EQ(manager.execute(0x5607, tag.bytes()).code, ReturnCode::success);
  EXPECT_EQ(test::answer<DcTagsHeader>(list(0, 8)).total, 0u);
}

TEST_F(Capacity, RequestWithoutItsExtentsIsTooShort) {
  InitiateDcAdd add_request;
  add_request.policy = 2;
  add_request.count = 0xFFFFFFFF;
  EXPECT_EQ(manage(Opcode::initiate_dc_add, add_request).code, ReturnCode::invalid_payload_length);
  InitiateDcRelease release;
  release.flags = 1;
  release.count = 1;
  EXPECT_EQ(manage(Opcode::initiate_dc_release, release).code, ReturnCode::invalid_payload_length);
}

TEST_F(Capacity, IsManagedThroughOneCciAlone) {
  EXPECT_TRUE(manager.implements(0x5604));
  for (Cci* cci :
       {&rig.device.primary(), &rig.fm_owned_ld.ld0(), &rig.ld_pool.cci(), &rig.switch_cci.cci()}) {
    for (std::uint16_t opcode = 0x5600; opcode <= 0x5608; ++opcode) {
      EXPECT_EQ(cci->execute(opcode, Bytes(32)).code, ReturnCode::unsupported);
    }
  }
  test::ManualClock clock;
  LdPool pool(Rig::pool_of_heads(), clock, &rig.pool);
  EXPECT_TRUE(pool.cci().implements(0x5604));
}

}  // namespace
}  // namespace cxlpool::command
