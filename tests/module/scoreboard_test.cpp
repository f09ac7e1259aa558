// SPDX-License-Identifier: Apache-2.0
// A scoreboard is only worth something if it catches what goes wrong: each test lets one fault in.
#include "traffic/scoreboard.h"

#include <gtest/gtest.h>

#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using Gp = tlm::tlm_generic_payload;

/// Does to an access what a broken component would.
class Tamperer : public PassThrough {
 public:
  using PassThrough::PassThrough;
  std::function<void(Gp&)> before, after;
  std::function<bool(Gp&)> swallow;

 private:
  void b_transport(Gp& trans, sc_core::sc_time& delay) override {
    if (before) before(trans);
    if (!swallow || !swallow(trans)) out->b_transport(trans, delay);
    if (after) after(trans);
  }
};

class Judged : public testing::Test {
 protected:
  static constexpr std::uint64_t base = 4 * GiB;

  fabric::Host host{"host", host_config()};
  Tamperer tamperer{"tamperer"};
  fabric::Type3Device device{"device", device_config()};
  fabric::MmioMaster mmio{"mmio", 1};
  fabric::DirectInitiator unused{"unused"};
  ForeignInitiator initiator{"initiator"};
  ProtocolChecker checker{"checker"};
  traffic::Scoreboard scoreboard{{&device}};

  Judged() {
    checker.between(initiator.socket, host.core[0]);
    unused.socket.bind(host.core[1]);
    tamperer.between(host.bridge[0], device.usp);
    mmio.block[0].bind(device.mmio);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    const Software software(mmio, 0, address::ComponentKind::device);
    software.enable_memory();
    software.enable_decode();
    software.program(decoder(0, base, 256 * MiB));
  }

  static fabric::Host::Config host_config() {
    fabric::Host::Config config;
    config.label = "h0";
    config.cores = 2;
    config.compiled_routes = false;
    config.bridge_uids = {1};
    address::FixedMemoryWindow window;
    window.base = base;
    window.size = GiB;
    window.targets = {1};
    config.windows = {window};
    return config;
  }
  static fabric::Type3Device::Config device_config() {
    fabric::Type3Device::Config config;
    config.label = "mem0";
    config.partitions.volatile_bytes = 256 * MiB;
    return config;
  }

  bool judge(tlm::tlm_command command, std::uint64_t hpa, unsigned length, std::uint8_t value = 0) {
    std::vector<std::uint8_t> data(length, value);
    std::vector<fabric::AccessPart> parts;
    fabric::MemoryAccess access;
    access.parts = &parts;
    Payload trans(command, hpa, data.data(), length);
    trans.set_extension(&access);
    traffic::Scoreboard::Expectation expected;
    scoreboard.expect(host.topology(), hpa, length, expected);
    initiator.send(trans);
    trans.clear_extension(&access);
    return scoreboard.judge("h0", trans, expected, parts, traffic::Scoreboard::Bytes::judge_now);
  }
  bool write(std::uint64_t hpa, unsigned length, std::uint8_t value) {
    return judge(tlm::TLM_WRITE_COMMAND, hpa, length, value);
  }
  bool read(std::uint64_t hpa, unsigned length) {
    return judge(tlm::TLM_READ_COMMAND, hpa, length);
  }
  std::string text() const {
    return scoreboard.failures().empty() ? "" : scoreboard.failures().back().text;
  }
};

TEST_F(Judged, GoodAccessesPassAndRefusalsThatWereForeseen) {
  EXPECT_TRUE(write(base + 10, 1000, 3));
  EXPECT_TRUE(read(base, 2000));
  EXPECT_TRUE(read(base + 256 * MiB - 100, 200));  // runs out of the decoder
  EXPECT_TRUE(write(0, 8, 1));
  EXPECT_EQ(scoreboard.audit(), 2 * 4096u);  // the pages that were touched
  EXPECT_EQ(scoreboard.failure_count(), 0u);
}

TEST_F(Judged, ReadWithOneFlippedBitIsCaught) {
  write(base, 512, 3);
  tamperer.after = [](Gp& trans) {
    if (trans.is_read()) trans.get_data_ptr()[7] ^= 0x10;
  };
  EXPECT_FALSE(read(base, 8));
  EXPECT_EQ(text(), "expected 0x03, read 0x13 (mem0 DPA 0x7)");
  EXPECT_EQ(scoreboard.failures().back().hpa, base + 7);
}

TEST_F(Judged, WriteWithOneFlippedBitIsCaught) {
  std::uint8_t* harmed = nullptr;
  tamperer.before = [&](Gp& trans) { (harmed = trans.get_data_ptr())[63] ^= 1; };
  tamperer.after = [&](Gp&) { harmed[63] ^= 1; };
  EXPECT_FALSE(write(base, 64, 3));
  EXPECT_EQ(text(), "expected 0x03, the media holds 0x02 (mem0 DPA 0x3f)");
}

TEST_F(Judged, WriteThatIsDroppedIsCaught) {
  tamperer.before = [](Gp& trans) { trans.set_command(tlm::TLM_IGNORE_COMMAND); };
  tamperer.after = [](Gp& trans) { trans.set_command(tlm::TLM_WRITE_COMMAND); };
  EXPECT_FALSE(write(base, 64, 3));
  EXPECT_EQ(text(), "expected 0x03, the media holds 0x00 (mem0 DPA 0x0)");
}

TEST_F(Judged, AccessAtTheWrongDpaIsCaughtEvenWhereTheDataAgrees) {
  tamperer.before = [](Gp& trans) { trans.set_address(trans.get_address() + 4096); };
  tamperer.after = [](Gp& trans) { trans.set_address(trans.get_address() - 4096); };
  EXPECT_FALSE(read(base, 64));  // both places hold zeros
  EXPECT_EQ(text(), "expected mem0 DPA 0x0, landed in device 0 DPA 0x1000");
}

TEST_F(Judged, RefusalThatWasNotForeseenIsCaught) {
  tamperer.swallow = [](Gp& trans) {
    fabric::fail(trans, address::Cause::link_down, "x");
    return true;
  };
  EXPECT_FALSE(read(base, 64));
}

TEST_F(Judged, SuccessThatWasNotForeseenIsCaught) {
  tamperer.swallow = [](Gp& trans) {
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    return true;
  };
  EXPECT_FALSE(read(base + 512 * MiB, 64));
}

TEST_F(Judged, RefusedReadWithoutAllOnesIsCaught) {
  tamperer.after = [](Gp& trans) { trans.get_data_ptr()[5] = 0; };
  EXPECT_FALSE(read(base + 512 * MiB, 64));
  EXPECT_NE(text().find("all-ones"), std::string::npos);
}

TEST_F(Judged, StatusThatContradictsItsPartsIsCaught) {
  tamperer.after = [](Gp& trans) { trans.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE); };
  EXPECT_FALSE(write(base, 8, 1));
  EXPECT_FALSE(write(base, 600, 1));
}

TEST_F(Judged, DataDamagedBehindTheBackIsFoundByTheNextReadAndByTheAudit) {
  write(base, 64, 3);
  const std::uint8_t byte = 4;
  device.media().write(40, &byte, 1);
  EXPECT_FALSE(read(base, 64));
  scoreboard.audit();
  EXPECT_EQ(text(), "at the end DPA 0x28 holds 0x04, expected 0x03");
  EXPECT_EQ(scoreboard.failure_count(), 2u);
}

TEST_F(Judged, PowerLossIsForgottenOnlyWhereTold) {
  write(base, 64, 3);
  write(base + 8192, 64, 3);
  device.media().clear(0, 4096);
  scoreboard.clear(fabric::DeviceId{0}, 0, 4096);
  EXPECT_TRUE(read(base, 64));
  EXPECT_TRUE(read(base + 8192, 64));
}

TEST_F(Judged, ContentsFromBeforeTheRunAreAdopted) {
  const std::uint8_t byte = 9;
  device.media().write(100, &byte, 1);
  scoreboard.adopt_contents_of(fabric::DeviceId{0});
  EXPECT_TRUE(read(base, 256));
  EXPECT_TRUE(write(base + 101, 1, 5));
  scoreboard.audit();
  EXPECT_EQ(scoreboard.failure_count(), 0u);
}

TEST_F(Judged, KeepsTheFirstFailuresAndCountsAll) {
  for (unsigned i = 0; i < 50; ++i) scoreboard.record({"h0", i, "x"});
  EXPECT_EQ(scoreboard.failure_count(), 50u);
  EXPECT_EQ(scoreboard.failures().size(), traffic::Scoreboard::max_failures);
  EXPECT_EQ(scoreboard.failures().front().hpa, 0u);
}

TEST(Scoreboard, WhatAForeignTargetDoesIsItsOwnAffair) {
  fabric::Host::Config config;
  config.label = "h0";
  config.bridge_uids = {1};
  address::FixedMemoryWindow window;
  window.base = GiB;
  window.size = GiB;
  window.targets = {1};
  config.windows = {window};
  fabric::Host host("host", config);
  ForeignTarget target("target");
  fabric::DirectInitiator direct("direct");
  direct.socket.bind(host.core[0]);
  host.bridge[0].bind(target.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  for (const auto status : {tlm::TLM_OK_RESPONSE, tlm::TLM_GENERIC_ERROR_RESPONSE}) {
    target.serve = [=](Gp& trans, sc_core::sc_time&) { trans.set_response_status(status); };
    traffic::Scoreboard scoreboard({});
    std::uint8_t data[8] = {};
    traffic::Scoreboard::Expectation expected;
    scoreboard.expect(host.topology(), GiB, 8, expected);
    const auto outcome = direct.read(GiB, data, 8);
    Payload judged(tlm::TLM_READ_COMMAND, GiB, data, 8);
    judged.set_response_status(outcome.status);
    EXPECT_TRUE(scoreboard.judge("h0", judged, expected, outcome.parts,
                                 traffic::Scoreboard::Bytes::judge_now));
  }
}

}  // namespace
}  // namespace cxlpool::module_test
