// SPDX-License-Identifier: Apache-2.0
// Host bridges, switches and links by themselves: which way an access goes, what is refused and in
// whose name.
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "models/fabric/cxl_switch.h"
#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;
using address::ComponentKind;

constexpr std::uint64_t hop_base = 4 * GiB;

/// What a directly bound initiator sees of one access.
struct Answer {
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  Cause cause = Cause::none;
  std::string where;
  int decoder = -1;
  int device = -1;
  std::uint64_t dpa = 0;
  std::uint8_t first_byte = 0;
  sc_core::sc_time delay;
};

Answer access(ForeignInitiator& initiator, tlm::tlm_command command, std::uint64_t hpa,
              std::uint8_t value = 0, unsigned length = 8) {
  std::vector<std::uint8_t> data(length, value);
  Payload trans(command, hpa, data.data(), length);
  fabric::MemoryAccess extension;
  trans.set_extension(&extension);
  Answer answer;
  answer.delay = initiator.send(trans);
  trans.clear_extension(&extension);
  answer.status = trans.get_response_status();
  answer.cause = extension.cause;
  answer.where = extension.where;
  answer.decoder = extension.decoder;
  answer.device = static_cast<int>(extension.device);
  answer.dpa = extension.dpa;
  answer.first_byte = data[0];
  return answer;
}

Answer read(ForeignInitiator& initiator, std::uint64_t hpa, unsigned length = 8) {
  return access(initiator, tlm::TLM_READ_COMMAND, hpa, 0, length);
}
Answer write(ForeignInitiator& initiator, std::uint64_t hpa, std::uint8_t value) {
  return access(initiator, tlm::TLM_WRITE_COMMAND, hpa, value);
}

std::unique_ptr<fabric::Type3Device> make_device(unsigned index) {
  fabric::Type3Device::Config config;
  config.label = "mem" + std::to_string(index);
  config.id = static_cast<fabric::DeviceId>(index);
  config.partitions.volatile_bytes = 512 * MiB;
  return std::make_unique<fabric::Type3Device>(config.label.c_str(), config);
}

void decode_at(const Software& device, std::uint64_t hpa = hop_base) {
  device.enable_memory();
  device.enable_decode();
  device.program(decoder(0, hpa, 512 * MiB));
}

/// Two upstream ports (two hosts), three downstream ports: 5 and 6 with a device each, 7 empty.
struct SwitchBench {
  fabric::CxlSwitch cxl_switch;
  std::vector<std::unique_ptr<fabric::Type3Device>> devices;
  fabric::MmioMaster mmio{"mmio", 4};
  ForeignInitiator host0{"host0"}, host1{"host1"};
  ProtocolChecker at0{"at0"}, at1{"at1"}, at_device0{"at_device0"}, at_device1{"at_device1"};

  SwitchBench() : cxl_switch("switch", config()) {
    at0.between(host0.socket, cxl_switch.usp[0]);
    at1.between(host1.socket, cxl_switch.usp[1]);
    for (unsigned i = 0; i < 2; ++i) devices.push_back(make_device(i));
    at_device0.between(cxl_switch.dsp[0], devices[0]->usp);
    at_device1.between(cxl_switch.dsp[1], devices[1]->usp);
    mmio.block[0].bind(cxl_switch.mmio[0]);
    mmio.block[1].bind(cxl_switch.mmio[1]);
    mmio.block[2].bind(devices[0]->mmio);
    mmio.block[3].bind(devices[1]->mmio);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (unsigned i = 0; i < 2; ++i) decode_at({mmio, 2 + i, ComponentKind::device});
  }
  static fabric::CxlSwitch::Config config() {
    fabric::CxlSwitch::Config config;
    config.label = "sw0";
    config.upstream_ports = 2;
    config.downstream_ports = {{"ds0", 5, 0}, {"ds1", 6, 1}, {"ds2", 7, 0}};
    return config;
  }
  Software upstream(unsigned index) { return {mmio, index, ComponentKind::switch_upstream}; }
  void route(unsigned index, std::uint8_t port) {
    upstream(index).enable_decode();
    upstream(index).uncommit(0);
    upstream(index).program(decoder(0, hop_base, 512 * MiB, 1, 256, {port}));
  }
};

TEST(Switch, TwoHostsAtEqualAddressesStayApart) {
  SwitchBench bench;
  bench.route(0, 5);
  bench.route(1, 6);
  EXPECT_EQ(write(bench.host0, hop_base, 0x10).device, 0);
  EXPECT_EQ(write(bench.host1, hop_base, 0x20).device, 1);
  EXPECT_EQ(read(bench.host0, hop_base).first_byte, 0x10);
  EXPECT_EQ(read(bench.host1, hop_base).first_byte, 0x20);
}

TEST(Switch, PortBoundElsewhereIsAnEmptyPort) {
  SwitchBench bench;
  bench.route(0, 6);
  const Answer answer = read(bench.host0, hop_base);
  EXPECT_EQ(answer.cause, Cause::empty_port);
  EXPECT_EQ(answer.decoder, 0);
  EXPECT_EQ(answer.first_byte, 0xFF);
  bench.route(0, 7);
  EXPECT_EQ(read(bench.host0, hop_base).cause, Cause::empty_port);
  bench.route(0, 99);
  EXPECT_EQ(read(bench.host0, hop_base).cause, Cause::no_port);
}

TEST(Switch, RefusalNamesTheUpstreamPortWhoseDecodersRefused) {
  SwitchBench bench;
  bench.upstream(1).enable_decode();
  auto program = decoder(0, hop_base, 512 * MiB, 1, 256, {6});
  program.commit = false;
  bench.upstream(1).program(program);
  const Answer answer = read(bench.host1, hop_base);
  EXPECT_EQ(answer.cause, Cause::not_committed);
  EXPECT_EQ(answer.decoder, 0);
  EXPECT_EQ(answer.where, "sw0.usp1");
  EXPECT_EQ(read(bench.host0, hop_base).where, "sw0.usp0");
  EXPECT_EQ(read(bench.host0, hop_base).cause, Cause::decode_disabled);
}

TEST(Switch, BindPortMovesADeviceFromOneHostToTheOther) {
  SwitchBench bench;
  bench.route(0, 5);
  bench.route(1, 5);
  write(bench.host0, hop_base, 0x77);
  EXPECT_EQ(read(bench.host1, hop_base).cause, Cause::empty_port);
  bench.cxl_switch.bind_port(0, 1);
  EXPECT_EQ(read(bench.host0, hop_base).cause, Cause::empty_port);
  EXPECT_EQ(read(bench.host1, hop_base).first_byte, 0x77);
  bench.cxl_switch.bind_port(0, fabric::CxlSwitch::unbound);
  EXPECT_EQ(read(bench.host1, hop_base).cause, Cause::empty_port);
}

TEST(Switch, BindPortToAnUpstreamPortThatDoesNotExistIsOurOwnMistake) {
  SwitchBench bench;
  EXPECT_THROW(bench.cxl_switch.bind_port(0, 2), std::out_of_range);
  EXPECT_THROW(bench.cxl_switch.bind_port(3, 0), std::out_of_range);
}

TEST(Switch, BindPortRevokesFromEachHostBeforeItsOwnMapChanges) {
  SwitchBench bench;
  bench.route(0, 5);
  bench.route(1, 5);
  std::vector<Cause> seen0, seen1, other_at1;
  bench.host0.on_revocation = [&](auto, auto) {
    seen0.push_back(read(bench.host0, hop_base).cause);
  };
  bench.host1.on_revocation = [&](auto, auto) {
    seen1.push_back(read(bench.host1, hop_base).cause);
    other_at1.push_back(read(bench.host0, hop_base).cause);
  };
  bench.cxl_switch.bind_port(0, 1);
  EXPECT_EQ(seen0, std::vector<Cause>{Cause::none});
  EXPECT_EQ(seen1, std::vector<Cause>{Cause::empty_port});
  // When the new owner hears of it, the old owner's map has changed already.
  EXPECT_EQ(other_at1, std::vector<Cause>{Cause::empty_port});
}

TEST(Switch, RevocationFromBelowReachesTheOwnerOnly) {
  SwitchBench bench;
  const unsigned before0 = bench.host0.revocations, before1 = bench.host1.revocations;
  bench.devices[1]->power_cycle();
  EXPECT_EQ(bench.host0.revocations, before0);
  EXPECT_EQ(bench.host1.revocations, before1 + 1);
}

TEST(Switch, CrossingAccessOfAForeignInitiatorIsABurstError) {
  SwitchBench bench;
  bench.cxl_switch.bind_port(1, 0);
  bench.upstream(0).enable_decode();
  bench.upstream(0).program(decoder(0, hop_base, 512 * MiB, 2, 512, {5, 6}));
  EXPECT_EQ(read(bench.host0, hop_base + 256, 256).cause, Cause::none);
  const Answer crossing = read(bench.host0, hop_base + 508);
  EXPECT_EQ(crossing.cause, Cause::crossing);
  EXPECT_EQ(crossing.status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(crossing.first_byte, 0xFF);
  EXPECT_EQ(read(bench.host0, hop_base + 512 * MiB - 4).cause, Cause::crossing);
}

TEST(Switch, DmiOfAWiderTargetIsCutToTheGranuleAndItsPointerMoved) {
  SwitchBench bench;
  bench.cxl_switch.bind_port(1, 0);
  bench.upstream(0).enable_decode();
  bench.upstream(0).program(decoder(0, hop_base, 512 * MiB, 2, 512, {5, 6}));
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(bench.host0.ask_for_dmi(hop_base + 1024 + 300, dmi));  // the device decodes one way
  EXPECT_EQ(dmi.get_start_address(), hop_base + 1024);
  EXPECT_EQ(dmi.get_end_address(), hop_base + 1535);
  EXPECT_EQ(dmi.get_dmi_ptr(), bench.devices[0]->media().pointer(1024));
}

struct BridgeBench {
  fabric::HostBridge bridge;
  std::unique_ptr<fabric::Type3Device> device = make_device(0);
  fabric::MmioMaster mmio{"mmio", 2};
  ForeignInitiator host{"host"};
  ProtocolChecker at_host{"at_host"}, at_device{"at_device"};

  BridgeBench(bool pass_through, bool with_device = true, unsigned root_ports = 1)
      : bridge("bridge", config(pass_through, root_ports)) {
    at_host.between(host.socket, bridge.usp[0]);
    if (with_device) {
      at_device.between(bridge.dsp[0], device->usp);
    } else {
      elsewhere_ = std::make_unique<ForeignInitiator>("elsewhere");
      at_device.between(elsewhere_->socket, device->usp);
    }
    mmio.block[0].bind(bridge.mmio);
    mmio.block[1].bind(device->mmio);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    decode_at({mmio, 1, ComponentKind::device});
  }
  static fabric::HostBridge::Config config(bool pass_through, unsigned root_ports) {
    fabric::HostBridge::Config config;
    config.label = "h0.hb0";
    config.pass_through = pass_through;
    for (unsigned i = 0; i < root_ports; ++i) {
      address::PortView port;
      port.name = "rp" + std::to_string(i);
      port.number = static_cast<std::uint8_t>(20 + i);
      config.root_ports.push_back(port);
    }
    return config;
  }

 private:
  std::unique_ptr<ForeignInitiator> elsewhere_;
};

TEST(HostBridge, PassThroughForwardsEverythingAndHasNoRegisters) {
  BridgeBench bench(true);
  EXPECT_EQ(read(bench.host, hop_base).cause, Cause::none);
  EXPECT_EQ(read(bench.host, 0).cause, Cause::no_decoder);
  EXPECT_EQ(read(bench.host, 0).where, "mem0");
  EXPECT_EQ(bench.mmio.read(0, 0x1000, 4), 0u);
  EXPECT_EQ(bench.mmio.hdm_structure(0), 0u);
  EXPECT_EQ(bench.mmio.write(0, 0x1210, 1, 4).effect,
            address::WriteVerdict::Effect::ignored_read_only);
}

TEST(HostBridge, PassThroughOverAnEmptyPortRefuses) {
  BridgeBench bench(true, false);
  const Answer answer = read(bench.host, hop_base);
  EXPECT_EQ(answer.cause, Cause::empty_port);
  EXPECT_EQ(answer.where, "h0.hb0");
  tlm::tlm_dmi dmi;
  EXPECT_FALSE(bench.host.ask_for_dmi(hop_base, dmi));
}

TEST(HostBridge, PassThroughOverSeveralRootPortsIsOurOwnMistake) {
  EXPECT_THROW(fabric::HostBridge("bridge", BridgeBench::config(true, 2)), std::invalid_argument);
}

TEST(HostBridge, OneRootPortWithoutPassThroughDecodes) {
  BridgeBench bench(false);
  EXPECT_EQ(read(bench.host, hop_base).cause, Cause::decode_disabled);
  const Software software(bench.mmio, 0, ComponentKind::host_bridge);
  software.enable_decode();
  EXPECT_EQ(read(bench.host, hop_base).cause, Cause::no_decoder);
  software.program(decoder(0, hop_base, 512 * MiB, 1, 256, {20}));
  EXPECT_EQ(read(bench.host, hop_base).cause, Cause::none);
}

struct LinkBench {
  fabric::Link link;
  std::unique_ptr<fabric::Type3Device> device = make_device(0);
  fabric::MmioMaster mmio{"mmio", 1};
  ForeignInitiator host{"host"};
  ProtocolChecker at_host{"at_host"}, at_device{"at_device"};

  explicit LinkBench(bool up) : link("link", config(up)) {
    at_host.between(host.socket, link.usp[0]);
    at_device.between(link.dsp[0], device->usp);
    mmio.block[0].bind(device->mmio);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    decode_at({mmio, 0, ComponentKind::device});
  }
  static fabric::Link::Config config(bool up) {
    fabric::Link::Config config;
    config.label = "rp0-mem0";
    config.latency = sc_core::sc_time(7, sc_core::SC_NS);
    config.up = up;
    return config;
  }
};

TEST(Link, TakesItsLatencyEachWay) {
  LinkBench bench(true);
  sc_core::sc_time arrival;
  EXPECT_EQ(read(bench.host, hop_base).delay, sc_core::sc_time(14, sc_core::SC_NS));
  EXPECT_EQ(read(bench.host, 0).delay, sc_core::sc_time(14, sc_core::SC_NS));  // an error too
}

TEST(Link, RefusesAtOnceWhileDown) {
  LinkBench bench(false);
  const Answer answer = read(bench.host, hop_base);
  EXPECT_EQ(answer.cause, Cause::link_down);
  EXPECT_EQ(answer.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(answer.where, "rp0-mem0");
  EXPECT_EQ(answer.delay, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(bench.at_device.calls(), 0u);
  bench.link.set_up(true);
  EXPECT_EQ(read(bench.host, hop_base).cause, Cause::none);
  EXPECT_EQ(bench.link.counters().reads, 2u);
  EXPECT_EQ(bench.link.counters().errors[static_cast<int>(Cause::link_down)], 1u);
}

TEST(Link, DebugTransportTakesNoNoticeOfTimeButOfTheState) {
  LinkBench bench(true);
  std::uint8_t data[8] = {1};
  Payload trans(tlm::TLM_WRITE_COMMAND, hop_base, data, 8);
  EXPECT_EQ(bench.host.socket->transport_dbg(trans), 8u);
  bench.link.set_up(false);
  EXPECT_EQ(bench.host.socket->transport_dbg(trans), 0u);
}

}  // namespace
}  // namespace cxlpool::module_test
