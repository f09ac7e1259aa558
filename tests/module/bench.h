// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/fabric/direct_initiator.h"
#include "models/fabric/host.h"
#include "models/fabric/host_bridge.h"
#include "models/fabric/link.h"
#include "models/fabric/mmio_master.h"
#include "models/fabric/type3_device.h"
#include "tests/module/foreign.h"
#include "tests/module/protocol_checker.h"

namespace cxlpool::module_test {

inline constexpr std::uint64_t MiB = 1ull << 20;
inline constexpr std::uint64_t GiB = 1ull << 30;

inline address::DecoderProgram decoder(unsigned index, std::uint64_t base, std::uint64_t size,
                                       unsigned ways = 1, unsigned granularity = 256,
                                       std::vector<std::uint8_t> targets = {}) {
  address::DecoderProgram program;
  program.index = index;
  program.base = base;
  program.size = size;
  program.interleave = address::Interleave::from_values(ways, granularity).value();
  std::copy(targets.begin(), targets.end(), program.targets.begin());
  return program;
}

/// Software's accesses to one register block.
class Software {
 public:
  Software(fabric::MmioMaster& mmio, unsigned block, address::ComponentKind kind)
      : mmio_(mmio), block_(block), kind_(kind) {}

  address::WriteVerdict write(std::uint32_t hdm_offset, std::uint32_t value) const {
    return mmio_.write(block_, mmio_.hdm_structure(block_) + hdm_offset, value, 4);
  }
  address::WriteVerdict program(const address::DecoderProgram& program) const {
    address::WriteVerdict verdict;
    for (const auto& step : address::register_writes(kind_, program)) {
      verdict = write(step.offset, step.value);
    }
    return verdict;
  }
  void uncommit(unsigned index) const {
    write(address::hdm::offset_of(index, address::hdm::control), 0);
  }
  void enable_decode(bool on = true) const {
    write(address::hdm::global_control, on ? address::hdm::decoder_enable : 0);
  }
  void enable_memory(bool on = true) const {
    mmio_.write(block_,
                fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control,
                on ? address::DeviceConfigSpace::mem_enable : 0, 2);
  }

 private:
  fabric::MmioMaster& mmio_;
  unsigned block_;
  address::ComponentKind kind_;
};

/// The smallest interleaved fabric: a host with one window of 1 GiB at 4 GiB, a host bridge that
/// interleaves its lower half over two devices at 256 B, and a protocol checker on every binding.
/// Device 1 ends at 64 MiB, half of its share, so that its accesses fail beyond that.
class Bench {
 public:
  static constexpr std::uint64_t base = 4 * GiB;
  static constexpr std::uint64_t window_bytes = GiB;
  static constexpr std::uint64_t decoder_bytes = 256 * MiB;
  static constexpr std::array<std::uint64_t, 2> capacity{128 * MiB, 64 * MiB};

  fabric::Host host;
  fabric::HostBridge bridge;
  fabric::Link link0, link1;
  fabric::Type3Device device0, device1;
  fabric::MmioMaster mmio{"mmio", 3};
  ForeignInitiator foreign{"foreign"};
  fabric::DirectInitiator direct{"direct"};
  ProtocolChecker at_foreign{"at_foreign"}, at_direct{"at_direct"}, at_bridge{"at_bridge"},
      at_link0{"at_link0"}, at_link1{"at_link1"}, at_device0{"at_device0"},
      at_device1{"at_device1"};

  explicit Bench(bool compiled_routes)
      : host("host", host_config(compiled_routes)),
        bridge("bridge", bridge_config()),
        link0("link0", link_config("link0")),
        link1("link1", link_config("link1")),
        device0("mem0", device_config(0)),
        device1("mem1", device_config(1)) {
    at_foreign.between(foreign.socket, host.core[0]);
    at_direct.between(direct.socket, host.core[1]);
    at_bridge.between(host.bridge[0], bridge.usp[0]);
    at_link0.between(bridge.dsp[0], link0.usp[0]);
    at_link1.between(bridge.dsp[1], link1.usp[0]);
    at_device0.between(link0.dsp[0], device0.usp);
    at_device1.between(link1.dsp[0], device1.usp);
    mmio.block[0].bind(bridge.mmio);
    mmio.block[1].bind(device0.mmio);
    mmio.block[2].bind(device1.mmio);
  }

  Software bridge_software() { return {mmio, 0, address::ComponentKind::host_bridge}; }
  Software device_software(unsigned device) {
    return {mmio, 1 + device, address::ComponentKind::device};
  }
  fabric::Type3Device& device(unsigned index) { return index == 0 ? device0 : device1; }

  void start() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }

  void start_programmed() {
    start();
    bridge_software().enable_decode();
    bridge_software().program(decoder(0, base, decoder_bytes, 2, 256, {10, 11}));
    for (unsigned i = 0; i < 2; ++i) {
      device_software(i).enable_memory();
      device_software(i).enable_decode();
      device_software(i).program(decoder(0, base, decoder_bytes, 2, 256));
    }
  }

  /// Where a byte of the programmed bench lies, by plain arithmetic.
  struct Place {
    address::Cause cause = address::Cause::none;
    unsigned device = 0;
    std::uint64_t dpa = 0;
  };
  static Place place(std::uint64_t hpa) {
    Place place;
    if (hpa < base || hpa >= base + window_bytes) {
      place.cause = address::Cause::no_window;
    } else if (hpa >= base + decoder_bytes) {
      place.cause = address::Cause::no_decoder;
    } else {
      const std::uint64_t granule = (hpa - base) / 256;
      place.device = granule % 2;
      place.dpa = granule / 2 * 256 + hpa % 256;
      if (place.dpa >= capacity[place.device]) place.cause = address::Cause::beyond_capacity;
    }
    return place;
  }

 private:
  static fabric::Host::Config host_config(bool compiled_routes) {
    fabric::Host::Config config;
    config.label = "h0";
    config.cores = 2;
    config.compiled_routes = compiled_routes;
    config.bridge_uids = {7};
    address::FixedMemoryWindow window;
    window.base = base;
    window.size = window_bytes;
    window.targets = {7};
    config.windows = {window};
    return config;
  }
  static fabric::HostBridge::Config bridge_config() {
    fabric::HostBridge::Config config;
    config.label = "h0.hb0";
    config.capability = address::HdmCapability::standard(address::ComponentKind::host_bridge);
    for (std::uint8_t number : {10, 11}) {
      address::PortView port;
      port.name = "rp" + std::to_string(number);
      port.number = number;
      config.root_ports.push_back(port);
    }
    return config;
  }
  static fabric::Link::Config link_config(const char* label) {
    fabric::Link::Config config;
    config.label = label;
    config.latency = sc_core::sc_time(25, sc_core::SC_NS);
    return config;
  }
  static fabric::Type3Device::Config device_config(unsigned index) {
    fabric::Type3Device::Config config;
    config.label = "mem" + std::to_string(index);
    config.id = static_cast<fabric::DeviceId>(index);
    config.partitions.volatile_bytes = capacity[index] / 2;
    config.partitions.persistent_bytes = capacity[index] / 2;
    return config;
  }
};

/// Whether the compiled routes are used must not matter to any test of the host.
class WithAndWithoutCompiledRoutes : public testing::TestWithParam<bool> {};
inline std::string route_name(const testing::TestParamInfo<bool>& info) {
  return info.param ? "compiled" : "sockets";
}

}  // namespace cxlpool::module_test
