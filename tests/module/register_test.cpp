// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::WriteVerdict;

/// Registers that remember; the value read tells block, offset and size.
class Recorder : public fabric::RegisterOwner {
 public:
  std::vector<std::array<std::uint64_t, 4>> writes;

  std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) override {
    return 0x1122'3344'5566'0000 | block << 12 | offset << 4 | size;
  }
  WriteVerdict write_register(unsigned block, std::uint64_t offset, std::uint64_t value,
                              unsigned size) override {
    writes.push_back({block, offset, value, size});
    return {};
  }
};

struct SocketBench {
  struct Owner : sc_core::sc_module {
    fabric::MmioSocket socket{"socket"};
    explicit Owner(sc_core::sc_module_name name) : sc_module(name) {}
  };

  Owner target{"target"};
  Recorder owner;
  ForeignInitiator initiator{"initiator"};
  ProtocolChecker checker{"checker"};

  SocketBench() {
    target.socket.serve(owner, 3);
    checker.between(initiator.socket, target.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
};

TEST(MmioSocket, LegalSizesReachTheOwnerInMemoryOrder) {
  SocketBench bench;
  for (unsigned size : {1u, 2u, 4u, 8u}) {
    std::uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    Payload write(tlm::TLM_WRITE_COMMAND, 0x21, data, size);
    bench.initiator.send(write);
    EXPECT_TRUE(write.is_response_ok());
    const auto& [block, offset, value, given] = bench.owner.writes.back();
    EXPECT_EQ(block, 3u);
    EXPECT_EQ(offset, 0x21u);
    EXPECT_EQ(given, size);
    EXPECT_EQ(value, 0x0807'0605'0403'0201 & (size == 8 ? ~0ull : (1ull << 8 * size) - 1));
    Payload read(tlm::TLM_READ_COMMAND, 0x21, data, size);
    bench.initiator.send(read);
    EXPECT_EQ(data[0], 0x10 | size);
    EXPECT_EQ(size < 8 ? data[size] : 0, size < 8 ? size + 1 : 0);  // no byte more
  }
}

TEST(MmioSocket, AnythingElseIsABurstErrorAndReachesNobody) {
  SocketBench bench;
  std::uint8_t data[64] = {};
  const auto refused = [&](tlm::tlm_generic_payload& trans) {
    bench.initiator.send(trans);
    EXPECT_EQ(trans.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
  };
  for (unsigned size : {0u, 3u, 5u, 6u, 7u, 9u, 16u, 64u}) {
    Payload trans(tlm::TLM_WRITE_COMMAND, 0, data, size);
    refused(trans);
  }
  Payload enabled(tlm::TLM_WRITE_COMMAND, 0, data, 4);
  enabled.set_byte_enable_ptr(data);
  enabled.set_byte_enable_length(4);
  refused(enabled);
  Payload streaming(tlm::TLM_WRITE_COMMAND, 0, data, 4);
  streaming.set_streaming_width(2);
  refused(streaming);
  Payload nowhere(tlm::TLM_READ_COMMAND, 0, nullptr, 4);
  refused(nowhere);
  EXPECT_TRUE(bench.owner.writes.empty());
}

TEST(MmioSocket, GivesNoDmiAndServesDebugTransport) {
  SocketBench bench;
  tlm::tlm_dmi dmi;
  EXPECT_FALSE(bench.initiator.ask_for_dmi(0, dmi));
  std::uint8_t data[4] = {};
  Payload read(tlm::TLM_READ_COMMAND, 0x30, data, 4);
  EXPECT_EQ(bench.initiator.socket->transport_dbg(read), 4u);
  EXPECT_EQ(data[0], 0x04);
  Payload bad(tlm::TLM_READ_COMMAND, 0x30, data, 3);
  EXPECT_EQ(bench.initiator.socket->transport_dbg(bad), 0u);
}

TEST(Registers, ComponentRegistersAnswerAlignedFourByteAccessesOnly) {
  Bench bench(true);
  bench.start();
  const std::uint32_t hdm = bench.mmio.hdm_structure(0);
  ASSERT_NE(hdm, 0u);
  EXPECT_EQ(bench.mmio.read(0, hdm, 4), 0x382u);
  EXPECT_EQ(bench.mmio.read(1, hdm, 4), 0x1B12u);
  for (unsigned size : {1u, 2u, 8u}) EXPECT_EQ(bench.mmio.read(0, hdm, size), 0u);
  for (unsigned offset : {1u, 2u, 3u}) EXPECT_EQ(bench.mmio.read(0, hdm + offset, 4), 0u);
  const std::uint32_t global = hdm + address::hdm::global_control;
  for (unsigned size : {1u, 2u, 8u}) {
    EXPECT_EQ(bench.mmio.write(0, global, 2, size).effect, WriteVerdict::Effect::ignored_read_only);
  }
  EXPECT_EQ(bench.mmio.write(0, global + 1, 2, 4).effect, WriteVerdict::Effect::ignored_read_only);
  EXPECT_EQ(bench.mmio.read(0, global, 4), 0u);
  EXPECT_EQ(bench.mmio.write(0, global, 2, 4).effect, WriteVerdict::Effect::stored);
  EXPECT_EQ(bench.mmio.read(0, global, 4), 2u);
}

TEST(Registers, AbsentRegistersReadZeroAndIgnoreWrites) {
  Bench bench(true);
  bench.start();
  for (const std::uint64_t offset :
       std::vector<std::uint64_t>{0x0ull, 0x2000ull, 0xFFFCull, 0x10000ull, 0x11000ull, 0x1FFFCull,
                                  0x1'0000'1000ull, ~0ull - 3}) {
    for (unsigned block : {0u, 1u}) {
      EXPECT_EQ(bench.mmio.read(block, offset, 4), 0u) << std::hex << offset;
      EXPECT_EQ(bench.mmio.write(block, offset, ~0u, 4).effect,
                WriteVerdict::Effect::ignored_read_only)
          << std::hex << offset;
    }
  }
}

TEST(Registers, MemoryEnableTakesEverySizeThatConfigurationSpaceHas) {
  Bench bench(true);
  bench.start();
  constexpr std::uint64_t control =
      fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control;
  for (unsigned size : {1u, 2u, 4u}) {
    EXPECT_EQ(bench.mmio.write(1, control, 4, size).effect, WriteVerdict::Effect::stored);
    EXPECT_EQ(bench.mmio.read(1, control, 2), 4u);
    EXPECT_TRUE(bench.mmio.write(1, control, 0, size).decode_changed);
    EXPECT_EQ(bench.mmio.read(1, control, 2), 0u);
  }
  EXPECT_EQ(bench.mmio.write(1, control, 4, 8).effect, WriteVerdict::Effect::ignored_read_only);
  EXPECT_EQ(bench.mmio.write(1, control + 1, 4, 1).effect, WriteVerdict::Effect::ignored_read_only);
  EXPECT_EQ(bench.mmio.read(1, control, 2), 0u);
}

TEST(Registers, HdmStructureIsFoundThroughTheCapabilityArrayAlone) {
  std::vector<std::uint32_t> array{1u | 3u << 24, 2u | 0x80u << 20, 4u | 0xD8u << 20,
                                   5u | 0x128u << 20};
  std::vector<std::uint32_t> asked;
  const auto read = [&](std::uint32_t offset) {
    asked.push_back(offset);
    return array.at((offset - 0x1000) / 4);
  };
  EXPECT_EQ(address::find_hdm_structure(read), 0x1128u);
  EXPECT_EQ(asked.size(), 4u);
  array = {1u | 2u << 24, 2u, 4u, 5u};
  EXPECT_EQ(address::find_hdm_structure(read), 0u);  // beyond the array's size
  array = {0xFFFF'FFFF};
  EXPECT_EQ(address::find_hdm_structure(read), 0u);  // nothing there
}

}  // namespace
}  // namespace cxlpool::module_test
