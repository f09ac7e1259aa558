// SPDX-License-Identifier: Apache-2.0
// Neighbours that nobody here wrote, above and below cxlpool's modules:
//
//   AtInitiator (128 bits, four phases) - Host - HostBridge -+- Link - Type3Device
//                                                            +- LtMemory (64 bits, blocking only)
//
// The window's first half interleaves over both, its third quarter is the device's, its last the
// foreign memory's. `--hop-by-hop` switches compiled routes off.
#include <cstdio>
#include <cstring>
#include <numeric>

#include "at_initiator.h"
#include "lt_memory.h"
#include "models/address/decoder_program.h"
#include "models/fabric/host.h"
#include "models/fabric/host_bridge.h"
#include "models/fabric/link.h"
#include "models/fabric/mmio_master.h"
#include "models/fabric/type3_device.h"
#include "models/fabric/width_adapter.h"

namespace {

using namespace cxlpool;
using foreign::Answer;

constexpr std::uint64_t quarter = 256ull << 20;
constexpr std::uint64_t window = 4ull << 30;
constexpr std::uint64_t device_only = window + 2 * quarter;
constexpr std::uint64_t memory_only = window + 3 * quarter;
constexpr std::uint8_t device_port = 3, memory_port = 9;

unsigned checks = 0, failures = 0;

void check(bool good, const char* what, int line) {
  ++checks;
  if (good) return;
  ++failures;
  std::fprintf(stderr, "main.cpp:%d: not so: %s\n", line, what);
}
#define CHECK(condition) check(condition, #condition, __LINE__)

fabric::Host::Config host_config(bool compiled_routes) {
  fabric::Host::Config config;
  config.label = "host";
  config.windows.resize(1);
  config.windows[0].base = window;
  config.windows[0].size = 4 * quarter;
  config.windows[0].targets = {7};
  config.bridge_uids = {7};
  config.compiled_routes = compiled_routes;
  return config;
}

fabric::HostBridge::Config bridge_config() {
  fabric::HostBridge::Config config;
  config.label = "bridge";
  config.root_ports.resize(2);
  config.root_ports[0].name = "to_device";
  config.root_ports[0].number = device_port;
  config.root_ports[1].name = "to_memory";
  config.root_ports[1].number = memory_port;
  config.capability = address::HdmCapability::standard(address::ComponentKind::host_bridge);
  return config;
}

fabric::Type3Device::Config device_config() {
  fabric::Type3Device::Config config;
  config.label = "device";
  config.partitions.volatile_bytes = 2 * quarter;
  return config;
}

class Bench : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Bench);
  Bench(sc_core::sc_module_name name, bool compiled_routes)
      : sc_module(name),
        host("host", host_config(compiled_routes)),
        bridge("bridge", bridge_config()),
        link("link", {"link", sc_core::sc_time(20, sc_core::SC_NS)}),
        device("device", device_config()) {
    initiator.socket.bind(to_host.from);
    to_host.to.bind(host.core[0]);
    host.bridge[0].bind(bridge.usp[0]);
    bridge.dsp[0].bind(link.usp[0]);
    link.dsp[0].bind(device.usp);
    bridge.dsp[1].bind(to_memory.from);
    to_memory.to.bind(memory.socket);
    registers.block[0].bind(bridge.mmio);
    registers.block[1].bind(device.mmio);
    SC_THREAD(run);
  }

  bool finished = false;

 private:
  void run() {
    program();
    writes_and_reads();
    split_access();
    refusals();
    direct_memory();
    debug_transport();
    reprogramming();
    CHECK(initiator.payloads_in_use() == 0);
    finished = true;
  }

  void enable_memory(bool enabled) {
    registers.write(1,
                    fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control,
                    enabled ? address::DeviceConfigSpace::mem_enable : 0, 2);
  }

  void program_decoder(unsigned block, unsigned index, std::uint64_t base, std::uint64_t size,
                       unsigned ways, std::array<std::uint8_t, 8> targets = {}) {
    address::DecoderProgram program;
    program.index = index;
    program.base = base;
    program.size = size;
    program.interleave = *address::Interleave::from_values(ways, 256);
    program.targets = targets;
    const auto kind =
        block == 0 ? address::ComponentKind::host_bridge : address::ComponentKind::device;
    const std::uint32_t hdm = registers.hdm_structure(block);
    address::WriteVerdict verdict;
    for (const auto& write : address::register_writes(kind, program)) {
      verdict = registers.write(block, hdm + write.offset, write.value, 4);
    }
    CHECK(verdict.effect == address::WriteVerdict::Effect::committed);
  }

  void program() {
    for (unsigned block : {0u, 1u}) {
      registers.write(block, registers.hdm_structure(block) + address::hdm::global_control,
                      address::hdm::decoder_enable, 4);
    }
    enable_memory(true);
    program_decoder(0, 0, window, 2 * quarter, 2, {device_port, memory_port});
    program_decoder(0, 1, device_only, quarter, 1, {device_port});
    program_decoder(0, 2, memory_only, quarter, 1, {memory_port});
    program_decoder(1, 0, window, 2 * quarter, 2);
    program_decoder(1, 1, device_only, quarter, 1);
  }

  /// Content by address, so that data in the wrong place is seen.
  static std::vector<unsigned char> pattern(std::uint64_t address, unsigned length) {
    std::vector<unsigned char> data(length);
    for (unsigned i = 0; i < length; ++i) {
      const std::uint64_t at = address + i;
      data[i] = static_cast<unsigned char>(at * 0x9E3779B97F4A7C15ull >> 56);
    }
    return data;
  }

  static bool is_memorys(std::uint64_t hpa) {
    return hpa < device_only ? (hpa >> 8 & 1) == 1 : hpa >= memory_only;
  }
  static std::uint64_t dpa_of(std::uint64_t hpa) {
    const std::uint64_t offset = hpa - window;
    return hpa < device_only ? offset / 512 * 256 + offset % 256 : quarter + (hpa - device_only);
  }
  /// By the back doors: the device's media by DPA, the foreign memory by HPA.
  unsigned char byte_at(std::uint64_t hpa) {
    unsigned char byte = 0;
    if (!is_memorys(hpa)) {
      device.media().read(dpa_of(hpa), &byte, 1);
    } else if (memory.bytes.count(hpa)) {
      byte = memory.bytes.at(hpa);
    }
    return byte;
  }
  bool holds(std::uint64_t hpa, const std::vector<unsigned char>& data) {
    for (unsigned i = 0; i < data.size(); ++i) {
      if (byte_at(hpa + i) != data[i]) return false;
    }
    return true;
  }

  void check_answer(std::uint64_t serial, std::uint64_t hpa) {
    const Answer& answer = initiator.answers[serial];
    CHECK(answer.status == tlm::TLM_OK_RESPONSE);
    CHECK(answer.serial == serial);
    CHECK(answer.extensions == 1);  // the initiator's own: nothing of ours stays behind
    CHECK(answer.data == pattern(hpa, 64));
    CHECK(answer.met_at == (is_memorys(hpa) ? std::vector{hpa} : std::vector<std::uint64_t>{}));
  }

  void writes_and_reads() {
    std::vector<std::uint64_t> addresses;
    for (std::uint64_t base : {window, device_only - 4096, device_only, memory_only}) {
      for (std::uint64_t i = 0; i < 16; ++i) addresses.push_back(base + 192 * i / 64 * 64);
    }
    std::vector<std::uint64_t> serials;
    for (std::uint64_t hpa : addresses) {
      serials.push_back(initiator.post(tlm::TLM_WRITE_COMMAND, hpa, pattern(hpa, 64)));
    }
    initiator.drain();
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      check_answer(serials[i], addresses[i]);
      CHECK(holds(addresses[i], pattern(addresses[i], 64)));
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      serials[i] =
          initiator.post(tlm::TLM_READ_COMMAND, addresses[i], std::vector<unsigned char>(64));
    }
    initiator.drain();
    for (std::size_t i = 0; i < addresses.size(); ++i) check_answer(serials[i], addresses[i]);

    // Time adds up over foreign modules: two ways of 20 ns, or the memory's 80, and 3 to accept.
    const Answer near = initiator.access(tlm::TLM_READ_COMMAND, device_only, {0});
    CHECK(near.ended - near.began == sc_core::sc_time(43, sc_core::SC_NS));
    const Answer far = initiator.access(tlm::TLM_READ_COMMAND, memory_only, {0});
    CHECK(far.ended - far.began == sc_core::sc_time(83, sc_core::SC_NS));
  }

  /// 1,000 bytes that belong to both in turn.
  void split_access() {
    const std::uint64_t hpa = window + 0x10080;
    const auto data = pattern(hpa, 1000);
    const Answer written = initiator.access(tlm::TLM_WRITE_COMMAND, hpa, data);
    CHECK(written.status == tlm::TLM_OK_RESPONSE);
    CHECK(written.extensions == 1);
    CHECK((written.met_at == std::vector{window + 0x10100, window + 0x10300}));
    CHECK(holds(hpa, data));
    const Answer read =
        initiator.access(tlm::TLM_READ_COMMAND, hpa, std::vector<unsigned char>(1000));
    CHECK(read.status == tlm::TLM_OK_RESPONSE);
    CHECK(read.data == data);
  }

  void refusals() {
    const Answer miss = initiator.access(tlm::TLM_READ_COMMAND, window - 64, {1, 2, 3, 4});
    CHECK(miss.status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
    CHECK(miss.data == std::vector<unsigned char>(4, 0xFF));
    CHECK(miss.extensions == 1);
  }

  bool request_dmi(std::uint64_t hpa, tlm::tlm_dmi& dmi) {
    tlm::tlm_generic_payload trans;
    trans.set_read();
    trans.set_address(hpa);
    return initiator.socket->get_direct_mem_ptr(trans, dmi);
  }

  void direct_memory() {
    tlm::tlm_dmi dmi;
    CHECK(request_dmi(device_only + 0x1234, dmi));
    CHECK(dmi.get_start_address() == device_only && dmi.get_end_address() == memory_only - 1);
    CHECK(dmi.get_read_latency() == sc_core::sc_time(40, sc_core::SC_NS));
    const auto data = pattern(device_only + 0x5000, 64);
    std::memcpy(dmi.get_dmi_ptr() + 0x5000, data.data(), data.size());
    const Answer read = initiator.access(tlm::TLM_READ_COMMAND, device_only + 0x5000,
                                         std::vector<unsigned char>(64));
    CHECK(read.data == data);

    CHECK(request_dmi(window + 0x10210, dmi));
    CHECK(dmi.get_start_address() == window + 0x10200);
    CHECK(dmi.get_end_address() == window + 0x102FF);
    CHECK(dmi.get_dmi_ptr()[0] == byte_at(window + 0x10200));
    // A memory without DMI says so, and for no address that is not its own.
    CHECK(!request_dmi(window + 0x10310, dmi));
    CHECK(dmi.get_start_address() == window + 0x10300);
    CHECK(dmi.get_end_address() == window + 0x103FF);
    CHECK(!request_dmi(memory_only, dmi));
  }

  void debug_transport() {
    std::vector<unsigned char> data(64);
    tlm::tlm_generic_payload trans;
    trans.set_read();
    trans.set_address(device_only + 0x5000);
    trans.set_data_ptr(data.data());
    trans.set_data_length(64);
    trans.set_streaming_width(64);
    CHECK(initiator.socket->transport_dbg(trans) == 64);
    CHECK(data == pattern(device_only + 0x5000, 64));
    trans.set_address(memory_only);
    CHECK(initiator.socket->transport_dbg(trans) == 0);
  }

  void reprogramming() {
    initiator.invalidations.clear();
    enable_memory(false);
    CHECK(!initiator.invalidations.empty());
    bool covered = false;
    for (const auto& [first, last] : initiator.invalidations) {
      covered |= first <= device_only && last >= memory_only - 1;
    }
    CHECK(covered);
    tlm::tlm_dmi dmi;
    CHECK(!request_dmi(device_only, dmi));
    CHECK(initiator.access(tlm::TLM_READ_COMMAND, device_only, {0}).status ==
          tlm::TLM_ADDRESS_ERROR_RESPONSE);
    // The neighbour is no part of that.
    CHECK(initiator.access(tlm::TLM_READ_COMMAND, memory_only, {0}).status == tlm::TLM_OK_RESPONSE);
    enable_memory(true);
    CHECK(initiator.access(tlm::TLM_READ_COMMAND, device_only, {0}).data ==
          pattern(device_only, 1));
  }

  foreign::AtInitiator initiator{"initiator"};
  fabric::WidthAdapter<128, 32> to_host{"to_host"};
  fabric::Host host;
  fabric::HostBridge bridge;
  fabric::Link link;
  fabric::Type3Device device;
  fabric::WidthAdapter<32, 64> to_memory{"to_memory"};
  foreign::LtMemory memory{"memory"};
  fabric::MmioMaster registers{"registers", 2};
};

}  // namespace

int sc_main(int argc, char** argv) {
  Bench bench("bench", !(argc > 1 && std::strcmp(argv[1], "--hop-by-hop") == 0));
  sc_core::sc_start();
  CHECK(bench.finished);
  std::printf("%u checks, %u failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
