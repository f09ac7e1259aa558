// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fixture.h"
#include "models/command/switch_cci.h"

namespace cxlpool::command {
namespace {

using test::Rig;

/// 5300h's payload around a message.
Bytes in_tunnel(std::uint8_t id, std::uint8_t type, const Bytes& message) {
  Writer writer;
  writer(TunnelRequest{id, type, static_cast<std::uint16_t>(message.size())});
  writer.append(message);
  return writer.take();
}

Bytes message(std::uint16_t opcode, const Bytes& payload = {}, std::uint8_t tag = 0x55) {
  CciMessage request;
  request.tag = tag;
  request.opcode = opcode;
  request.payload = payload;
  request.payload_length = static_cast<std::uint32_t>(payload.size());
  return request.encode();
}

CciMessage inner(const Reply& reply) {
  EXPECT_EQ(reply.code, ReturnCode::success);
  const auto header = decode<TunnelResponse>(reply.payload);
  EXPECT_EQ(header->length, reply.payload.size() - 4);
  return *CciMessage::decode(ByteView(reply.payload).from(4));
}

struct Tunnel : ::testing::Test {
  Rig rig;
  Cci& cci = rig.switch_cci.cci();
  Reply send(const Bytes& payload) { return cci.execute(0x5300, payload); }
};

TEST_F(Tunnel, LeadsToTheFmOwnedLdOfTheDeviceBelow) {
  const CciMessage response = inner(send(in_tunnel(1, 0, message(0x5600))));
  EXPECT_EQ(response.category, CciMessage::response);
  EXPECT_EQ(response.tag, 0x55);
  EXPECT_EQ(response.opcode, 0x5600);
  EXPECT_EQ(response.return_code, ReturnCode::success);
  EXPECT_EQ(response.payload.size(), 0x54u);
}

TEST_F(Tunnel, OuterFaultsAreTheOuterReturnCode) {
  for (const auto& [payload, code] : {std::pair{"", 0x16}, std::pair{"01000000", 0x16},
                                      std::pair{"01000c000055000056000000000000", 0x16},
                                      std::pair{"01000c0000550000560000000000000000", 0x16},
                                      std::pair{"01000b00005500005600000000000000", 0x16},
                                      std::pair{"0100ffff005500005600000000000000", 0x16},
                                      std::pair{"01000c00015500005600000000000000", 0x02},
                                      std::pair{"01010c00005500005600000000000000", 0x02},
                                      std::pair{"01020c00005500005600000000000000", 0x02},
                                      std::pair{"02000c00005500005600000000000000", 0x02},
                                      std::pair{"01010b00015500005600000000000000", 0x16}}) {
    EXPECT_EQ(static_cast<int>(send(test::hex(payload)).code), code) << payload;
  }
}

TEST_F(Tunnel, InnerFaultsAreInsideAnOuterSuccess) {
  EXPECT_EQ(inner(send(in_tunnel(1, 0, message(0x56FF)))).return_code, ReturnCode::unsupported);
  EXPECT_EQ(inner(send(in_tunnel(1, 0, message(0x4802, Bytes(8))))).return_code,
            ReturnCode::unsupported);
  EXPECT_EQ(inner(send(in_tunnel(1, 0, message(0x5601, Bytes(3))))).return_code,
            ReturnCode::invalid_payload_length);
  Bytes longer = message(0x5601, Bytes(4));
  longer[5] = 5;  // more than there is
  EXPECT_EQ(inner(send(in_tunnel(1, 0, longer))).return_code, ReturnCode::invalid_payload_length);
  longer[5] = 3;
  EXPECT_EQ(inner(send(in_tunnel(1, 0, longer))).return_code, ReturnCode::invalid_payload_length);
}

TEST_F(Tunnel, NestsDownToLd0) {
  const Bytes to_ld = in_tunnel(0, 0, message(0x0001, {}, 0x66));
  const CciMessage outer = inner(send(in_tunnel(1, 0, message(0x5300, to_ld))));
  ASSERT_EQ(outer.return_code, ReturnCode::success);
  const CciMessage identity = *CciMessage::decode(ByteView(outer.payload).from(4));
  EXPECT_EQ(identity.tag, 0x66);
  EXPECT_EQ(identity.payload.size(), 18u);
  const Bytes to_ld1 = in_tunnel(1, 0, message(0x0001));
  EXPECT_EQ(inner(send(in_tunnel(1, 0, message(0x5300, to_ld1)))).return_code,
            ReturnCode::invalid_input);
}

TEST_F(Tunnel, LongAnswersStillFitTheOuterOne) {
  Writer request;
  request.append(test::hex("0da9c0b5bf414b788f7996b1623b3f17"));
  request(std::uint32_t{0});
  request(std::uint32_t{512});
  const Reply reply = send(in_tunnel(1, 0, message(0x0401, request.bytes())));
  EXPECT_EQ(inner(reply).payload.size(), 512u);
  EXPECT_LE(reply.payload.size(), cci.max_payload_bytes());
}

TEST_F(Tunnel, ThroughAHeadLeadsToTheLdPool) {
  rig.device.enable_tunnel([this](TunnelTarget type, std::uint8_t) {
    return type == TunnelTarget::ld_pool ? &rig.ld_pool.cci() : nullptr;
  });
  const Reply reply = rig.run(0x5300, in_tunnel(9, 1, message(0x5500, {0, 8})));
  EXPECT_EQ(inner(reply).payload, test::hex("030200000003000000"
                                            "01ff"));
  EXPECT_EQ(rig.run(0x5300, in_tunnel(0, 0, message(0x5500, {0, 8}))).code,
            ReturnCode::invalid_input);
}

/// An LD of the pool that tunnels into the pool again.
TEST_F(Tunnel, InACircleEndsWhenTheMessageDoes) {
  rig.ld_pool.set_lds({&rig.ld_pool.cci()});
  Bytes nested = message(0x0001);
  while (nested.size() + 16 <= 2048) nested = message(0x5300, in_tunnel(0, 0, nested));
  rig.device.enable_tunnel([this](TunnelTarget, std::uint8_t) { return &rig.ld_pool.cci(); });
  const Bytes last(nested.begin() + 12, nested.end());
  EXPECT_EQ(rig.run(0x5300, last).code, ReturnCode::success);
}

TEST_F(Tunnel, WhereItIsNotGrantedIsUnsupported) {
  SwitchCci::Config config;
  config.tunnel = false;
  SwitchCci other(config, rig.clock, rig);
  EXPECT_EQ(other.cci().execute(0x5300, in_tunnel(1, 0, message(0x5600))).code,
            ReturnCode::unsupported);
  EXPECT_EQ(rig.run(0x5300, in_tunnel(1, 0, message(0x5600))).code, ReturnCode::unsupported);
}

TEST(MultiHeaded, MapOfLdsStartsWhereAsked) {
  Rig rig;
  Cci& cci = rig.ld_pool.cci();
  EXPECT_EQ(cci.execute(0x5500, Bytes{1, 1}).payload, test::hex("030200000101000001"));
  EXPECT_EQ(cci.execute(0x5500, Bytes{2, 255}).payload, test::hex("0302000002010000ff"));
  EXPECT_EQ(cci.execute(0x5500, Bytes{3, 1}).code, ReturnCode::invalid_input);
}

TEST(MultiHeaded, HeadsHaveNineBytesEach) {
  Rig rig;
  Cci& cci = rig.ld_pool.cci();
  const Reply reply = cci.execute(0x5501, Bytes{0, 2});
  EXPECT_EQ(reply.payload.size(), 4u + 2 * 9);
  EXPECT_EQ(reply.payload[0], 2);
  EXPECT_EQ(reply.payload[4 + 9], 1);  // port of the second
  EXPECT_EQ(cci.execute(0x5501, Bytes{1, 2}).code, ReturnCode::invalid_input);
  EXPECT_EQ(cci.execute(0x5501, Bytes{255, 255}).code, ReturnCode::invalid_input);
}

struct Ports : ::testing::Test {
  Rig rig;
  Cci& cci = rig.switch_cci.cci();
  ReturnCode control(std::uint8_t port, std::uint8_t action) {
    return cci.execute(0x5102, Bytes{port, action}).code;
  }
};

TEST_F(Ports, IdentityHas49hBytes) {
  const auto identity = test::answer<SwitchIdentity>(cci.execute(0x5100, {}));
  EXPECT_EQ(cci.execute(0x5100, {}).payload.size(), 0x49u);
  EXPECT_EQ(identity.ports, 2);
  EXPECT_EQ(identity.hdm_decoders, 4);
}

TEST_F(Ports, StateOfThoseAskedFor) {
  const Reply reply = cci.execute(0x5101, Bytes{2, 1, 0});
  ASSERT_EQ(reply.payload.size(), 4u + 2 * 16);
  EXPECT_EQ(reply.payload[0], 2);
  EXPECT_EQ(reply.payload[4], 1);
  EXPECT_EQ(reply.payload[5], PortState::downstream);
  EXPECT_EQ(cci.execute(0x5101, Bytes{1, 2}).code, ReturnCode::invalid_input);
  EXPECT_EQ(cci.execute(0x5101, Bytes{2, 1}).code, ReturnCode::invalid_payload_length);
  Bytes too_many(201, 1);
  too_many[0] = 200;
  EXPECT_EQ(cci.execute(0x5101, too_many).code, ReturnCode::invalid_input);
}

TEST_F(Ports, PerstIsAssertedAndLetGo) {
  EXPECT_EQ(control(1, PortControl::deassert_perst), ReturnCode::internal_error);
  EXPECT_EQ(control(1, PortControl::assert_perst), ReturnCode::success);
  EXPECT_EQ(control(1, PortControl::assert_perst), ReturnCode::internal_error);
  EXPECT_EQ(control(1, PortControl::reset_ppb), ReturnCode::internal_error);
  EXPECT_TRUE(cci.execute(0x5101, Bytes{1, 1}).payload[4 + 13] & PortState::link_perst);
  EXPECT_EQ(control(1, PortControl::deassert_perst), ReturnCode::success);
  EXPECT_EQ(control(1, PortControl::assert_perst), ReturnCode::internal_error);  // within 100 ms
  rig.clock.time += SwitchCci::perst_hold;
  EXPECT_EQ(control(1, PortControl::reset_ppb), ReturnCode::success);
  EXPECT_EQ(control(1, PortControl::assert_perst), ReturnCode::success);
  EXPECT_EQ(rig.perst_calls.size(), 3u);
}

TEST_F(Ports, ControlIsForDownstreamPorts) {
  EXPECT_EQ(control(0, PortControl::reset_ppb), ReturnCode::internal_error);
  EXPECT_EQ(control(9, PortControl::reset_ppb), ReturnCode::internal_error);
  EXPECT_EQ(control(1, 3), ReturnCode::invalid_input);
}

}  // namespace
}  // namespace cxlpool::command
