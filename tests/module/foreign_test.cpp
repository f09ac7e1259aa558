// SPDX-License-Identifier: Apache-2.0
// Neighbours that are not ours: initiators without the extension, memories and interconnects that
// know nothing of the fabric, targets that wait or keep a payload.
#include <gtest/gtest.h>

#include "models/fabric/width_adapter.h"
#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using fabric::MemoryAccess;
using sc_core::SC_NS;
using sc_core::sc_time;

/// A host whose only bridge is a foreign memory; the window is 1 GiB at 4 GiB.
struct HostOverForeignMemory {
  static constexpr std::uint64_t base = 4 * GiB;

  fabric::Host host;
  ForeignTarget memory{"memory"};
  ForeignInitiator first{"first"};
  fabric::DirectInitiator second{"second"};
  ProtocolChecker at_first{"at_first"}, at_memory{"at_memory"};

  HostOverForeignMemory() : host("host", config()) {
    at_first.between(first.socket, host.core[0]);
    second.socket.bind(host.core[1]);
    at_memory.between(host.bridge[0], memory.socket);
  }
  void start() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }

  static fabric::Host::Config config() {
    fabric::Host::Config config;
    config.label = "h0";
    config.id = fabric::HostId{3};
    config.cores = 2;
    config.bridge_uids = {1};
    address::FixedMemoryWindow window;
    window.base = base;
    window.size = GiB;
    window.targets = {1};
    config.windows = {window};
    return config;
  }
};

TEST(Foreign, InterconnectBetweenOurModulesIsNeverBypassed) {
  Bench bench(true);
  bench.at_device0.transparent = false;
  bench.start_programmed();
  const auto before = bench.at_device0.calls();
  std::uint8_t data[64] = {};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bench.direct.write(Bench::base, data, 64).ok());
  EXPECT_EQ(bench.at_device0.calls(), before + 5);
}

TEST(Foreign, TransparentModuleIsBypassedByCompiledRoutes) {
  Bench bench(true);
  bench.start_programmed();
  const auto before = bench.at_device0.calls();
  std::uint8_t data[64] = {};
  EXPECT_TRUE(bench.direct.write(Bench::base, data, 64).ok());
  EXPECT_EQ(bench.at_device0.calls(), before);
}

TEST(Foreign, WidthAdapterPassesEverythingOnAndIsTransparent) {
  fabric::Type3Device::Config config;
  config.label = "mem";
  config.partitions.volatile_bytes = MiB;
  fabric::Type3Device device("mem", config);
  fabric::MmioMaster mmio("mmio", 1);
  mmio.block[0].bind(device.mmio);
  ForeignInitiator initiator("initiator");
  ProtocolChecker above("above"), below("below");
  fabric::WidthAdapter<32, 64> widen("widen");
  fabric::WidthAdapter<64, 32> narrow("narrow");
  above.between(initiator.socket, widen.from);
  widen.to.bind(narrow.from);
  below.between(narrow.to, device.usp);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const Software software(mmio, 0, address::ComponentKind::device);
  software.enable_memory();
  software.enable_decode();
  software.program(decoder(0, 4 * GiB, 256 * MiB));
  initiator.revocations = 0;
  std::uint8_t data[4] = {1, 2, 3, 4};
  Payload trans(tlm::TLM_WRITE_COMMAND, 4 * GiB + 16, data, 4);
  EXPECT_EQ(initiator.send(trans, sc_time(3, SC_NS)), sc_time(3, SC_NS));
  EXPECT_TRUE(trans.is_response_ok());
  std::uint8_t stored[4] = {};
  device.media().read(16, stored, 4);
  EXPECT_TRUE(std::equal(data, data + 4, stored));
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(initiator.ask_for_dmi(4 * GiB + 16, dmi));
  EXPECT_EQ(dmi.get_dmi_ptr()[16], 1);
  software.uncommit(0);
  EXPECT_EQ(initiator.revocations, 1u);
  EXPECT_EQ(fabric::Neighbour::below(initiator.socket).node, &device);
}

TEST(Foreign, PayloadWithoutExtensionComesBackWithout) {
  HostOverForeignMemory bench;
  bench.start();
  MemoryAccess seen;
  bench.memory.serve = [&](tlm::tlm_generic_payload& trans, sc_time&) {
    ASSERT_TRUE(trans.get_extension<MemoryAccess>());
    seen = *trans.get_extension<MemoryAccess>();
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  std::uint8_t data[8] = {};
  Payload trans(tlm::TLM_WRITE_COMMAND, HostOverForeignMemory::base, data, 8);
  bench.first.send(trans);
  EXPECT_EQ(seen.host, fabric::HostId{3});
  EXPECT_EQ(trans.get_extension<MemoryAccess>(), nullptr);
}

TEST(Foreign, LentExtensionCarriesNothingOfAnEarlierAccess) {
  HostOverForeignMemory bench;
  bench.start();
  std::vector<std::uint32_t> tags;
  const auto note = [&](tlm::tlm_generic_payload& trans) {
    tags.push_back(trans.get_extension<MemoryAccess>()->tag);
    tags.push_back(trans.get_extension<MemoryAccess>()->logical_device);
  };
  bench.memory.serve = [&](tlm::tlm_generic_payload& trans, sc_time&) {
    note(trans);
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  bench.memory.debug = [&](tlm::tlm_generic_payload& trans) {
    note(trans);
    return trans.get_data_length();
  };
  std::uint8_t data[512] = {};
  Payload tagged(tlm::TLM_WRITE_COMMAND, HostOverForeignMemory::base, data, 512);
  MemoryAccess access;
  access.tag = 77;
  access.logical_device = 5;
  tagged.set_extension(&access);
  bench.first.send(tagged);
  EXPECT_EQ(tags, (std::vector<std::uint32_t>{77, 5, 77, 5}));
  tagged.clear_extension(&access);
  tags.clear();
  Payload plain(tlm::TLM_WRITE_COMMAND, HostOverForeignMemory::base, data, 8);
  bench.first.send(plain);
  bench.first.socket->transport_dbg(plain);
  EXPECT_EQ(tags, (std::vector<std::uint32_t>{0, 0, 0, 0}));
}

TEST(Foreign, ExtensionsOfOthersSurviveTheTripAndASplit) {
  class Mine : public tlm::tlm_extension<Mine> {
   public:
    tlm::tlm_extension_base* clone() const override { return new Mine; }
    void copy_from(const tlm::tlm_extension_base&) override {}
  };
  HostOverForeignMemory bench;
  bench.start();
  std::uint8_t data[1024] = {};
  Mine mine;
  for (unsigned length : {8u, 1024u}) {
    Payload trans(tlm::TLM_READ_COMMAND, HostOverForeignMemory::base, data, length);
    trans.set_extension(&mine);
    bench.first.send(trans);
    EXPECT_EQ(trans.get_extension<Mine>(), &mine);
    trans.clear_extension(&mine);
  }
}

TEST(Foreign, PartThatATargetKeepsIsNotUsedAgain) {
  HostOverForeignMemory bench;
  bench.start();
  std::vector<tlm::tlm_generic_payload*> kept;
  bench.memory.serve = [&](tlm::tlm_generic_payload& trans, sc_time&) {
    trans.acquire();
    kept.push_back(&trans);
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  std::uint8_t data[768] = {};
  Payload trans(tlm::TLM_WRITE_COMMAND, HostOverForeignMemory::base, data, 768);
  bench.first.send(trans);
  EXPECT_EQ(bench.at_memory.take_violations().size(), 3u);  // it did keep them
  ASSERT_EQ(kept.size(), 3u);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(kept[i]->get_address(), HostOverForeignMemory::base + 256 * i);
    kept[i]->release();
  }
}

TEST(Foreign, RefusalOfATargetReachesTheInitiator) {
  HostOverForeignMemory bench;
  bench.start();
  bench.memory.serve = [](tlm::tlm_generic_payload& trans, sc_time&) {
    trans.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  };
  std::uint8_t data[512] = {};
  for (unsigned length : {8u, 512u}) {
    EXPECT_EQ(bench.second.read(HostOverForeignMemory::base, data, length).status,
              tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
}

TEST(Foreign, DebugTransportNeedsNeitherStreamingWidthNorByteEnables) {
  // The base protocol leaves these fields of a debug transaction unset.
  Bench bench(false);
  bench.start_programmed();
  std::uint8_t data[512];
  std::fill_n(data, 512, 0x5A);
  Payload write(tlm::TLM_WRITE_COMMAND, Bench::base, data, 512);
  write.set_streaming_width(0);
  EXPECT_EQ(bench.foreign.socket->transport_dbg(write), 512u);
  std::uint8_t got[64] = {};
  Payload read(tlm::TLM_READ_COMMAND, Bench::base, got, 64);
  read.set_streaming_width(0);
  EXPECT_EQ(bench.bridge.usp.size(), 1u);
  EXPECT_EQ(bench.at_bridge.out->transport_dbg(read), 64u);  // without a host to set it
  EXPECT_EQ(got[63], 0x5A);
  std::uint32_t header = 0;
  Payload reg(tlm::TLM_READ_COMMAND, 0x1000, reinterpret_cast<std::uint8_t*>(&header), 4);
  reg.set_streaming_width(0);
  EXPECT_EQ(bench.mmio.block[0]->transport_dbg(reg), 4u);
  EXPECT_NE(header, 0u);
}

TEST(Foreign, DmiOfAWholeMemoryIsCutToTheGranuleOfTheWindow) {
  auto config = HostOverForeignMemory::config();
  config.cores = 1;
  config.windows[0].interleave = *address::Interleave::from_values(2, 1024);
  config.windows[0].targets = {1, 1};
  fabric::Host host("host", config);
  ForeignTarget memory("memory");
  ForeignInitiator initiator("initiator");
  ProtocolChecker above("above"), below("below");
  above.between(initiator.socket, host.core[0]);
  below.between(host.bridge[0], memory.socket);
  std::vector<unsigned char> bytes(8192);
  memory.dmi = [&](tlm::tlm_generic_payload&, tlm::tlm_dmi& grant) {
    grant.init();
    grant.set_start_address(HostOverForeignMemory::base);
    grant.set_end_address(HostOverForeignMemory::base + 8191);
    grant.set_dmi_ptr(bytes.data());
    grant.allow_read_write();
    return true;
  };
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(initiator.ask_for_dmi(HostOverForeignMemory::base + 3000, dmi));
  EXPECT_EQ(dmi.get_start_address(), HostOverForeignMemory::base + 2048);
  EXPECT_EQ(dmi.get_end_address(), HostOverForeignMemory::base + 3071);
  EXPECT_EQ(dmi.get_dmi_ptr(), bytes.data() + 2048);
}

TEST(Foreign, TargetThatWaitsServesOtherInitiatorsMeanwhile) {
  HostOverForeignMemory bench;
  bench.memory.serve = [](tlm::tlm_generic_payload& trans, sc_time& delay) {
    sc_core::wait(delay + sc_time(10, SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    std::fill_n(trans.get_data_ptr(), trans.get_data_length(),
                static_cast<std::uint8_t>(trans.get_address() / 4096));
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  std::vector<int> bad;
  unsigned done = 0;
  for (unsigned id = 0; id < 8; ++id) {
    sc_core::sc_spawn([&, id] {
      std::vector<std::uint8_t> data(1000);
      for (unsigned n = 0; n < 20; ++n) {
        const std::uint64_t at = HostOverForeignMemory::base + 4096 * (id + 1);
        Payload trans(tlm::TLM_READ_COMMAND, at, data.data(), 1000);
        bench.first.send(trans);
        const auto expected = static_cast<std::uint8_t>(at / 4096);
        if (!trans.is_response_ok() || trans.get_extension<MemoryAccess>()) bad.push_back(1);
        if (data.front() != expected || data.back() != expected) bad.push_back(2);
      }
      ++done;
    });
  }
  sc_core::sc_start();
  EXPECT_EQ(done, 8u);
  EXPECT_TRUE(bad.empty());
}

TEST(Foreign, WaitOfOnePartIsNotAddedToTheStartOfTheNext) {
  // The access begins 1 us ahead of the kernel; the first part uses that up by waiting.
  HostOverForeignMemory bench;
  bench.memory.serve = [](tlm::tlm_generic_payload& trans, sc_time& delay) {
    sc_core::wait(delay + sc_time(10, SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  sc_time end;
  sc_core::sc_spawn([&] {
    std::uint8_t data[512] = {};
    Payload trans(tlm::TLM_READ_COMMAND, HostOverForeignMemory::base, data, 512);
    const sc_time left = bench.first.send(trans, sc_time(1, sc_core::SC_US));
    end = sc_core::sc_time_stamp() + left;
  });
  sc_core::sc_start();
  EXPECT_EQ(end, sc_time(1020, SC_NS));
}

TEST(Foreign, LongAnnotationOfOnePartOutlastsTheWaitOfAnother) {
  HostOverForeignMemory bench;
  bool first = true;
  bench.memory.serve = [&](tlm::tlm_generic_payload& trans, sc_time& delay) {
    if (first) {
      delay += sc_time(100, SC_NS);
    } else {
      sc_core::wait(delay + sc_time(30, SC_NS));
      delay = sc_core::SC_ZERO_TIME;
    }
    first = false;
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  sc_time end;
  sc_core::sc_spawn([&] {
    std::uint8_t data[512] = {};
    Payload trans(tlm::TLM_READ_COMMAND, HostOverForeignMemory::base, data, 512);
    const sc_time left = bench.first.send(trans);
    end = sc_core::sc_time_stamp() + left;
  });
  sc_core::sc_start();
  EXPECT_EQ(end, sc_time(100, SC_NS));
}

}  // namespace
}  // namespace cxlpool::module_test
