// SPDX-License-Identifier: Apache-2.0
// Compiled routes change no result: two equal random platforms side by side, one with them and one
// without, see the same random programming and the same random accesses, and answer alike.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <gtest/gtest.h>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "tests/module/bench.h"

namespace cxlpool::module_test {
namespace {

using address::ComponentKind;
using platforms::Platform;

constexpr std::uint64_t window_base = 4 * GiB;
constexpr std::uint64_t quantum = 256 * MiB;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t count) {
    return boost::random::uniform_int_distribution<std::uint64_t>(0, count - 1)(engine_);
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <typename T>
  const T& any(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  boost::random::mt19937 engine_;
};

/// A random platform: up to two hosts, bridges with and without pass-through, up to two layers of
/// switches (the upper one possibly shared), devices of different sizes, empty ports.
class RandomPlatform {
 public:
  explicit RandomPlatform(Dice& dice) : dice_(dice) {
    const unsigned hosts = 1 + dice.below(2);
    for (unsigned h = 0; h < hosts; ++h) add_host("h" + std::to_string(h));
    if (hosts == 2 && dice.chance(60)) add_switch({take_port(0), take_port(1)});
    for (unsigned i = dice.below(4); i > 0 && !free_.empty(); --i) {
      add_switch({take_port(dice.below(free_.size()))});
    }
    for (const std::string& port : free_) {
      if (dice.chance(85)) add_device(port);
    }
    description.quantum = 0;
  }

  platforms::PlatformDescription description;

 private:
  void add_host(const std::string& name) {
    platforms::HostDescription host;
    host.name = name;
    const unsigned bridges = 1 + dice_.below(4);
    for (unsigned b = 0; b < bridges; ++b) {
      platforms::HostBridgeDescription bridge;
      bridge.name = "hb" + std::to_string(b);
      bridge.uid = 10 + b;
      const unsigned ports = 1 + dice_.below(4);
      for (unsigned p = 0; p < ports; ++p) {
        bridge.root_ports.push_back(
            {"rp" + std::to_string(p), static_cast<std::uint8_t>(3 * p + b)});
        free_.insert(free_.begin() + dice_.below(free_.size() + 1),
                     name + "." + bridge.name + "." + bridge.root_ports.back().name);
      }
      if (dice_.chance(50)) bridge.passthrough = platforms::Passthrough::off;
      host.bridges.push_back(bridge);
    }
    add_windows(host);
    description.hosts.push_back(host);
  }

  void add_windows(platforms::HostDescription& host) {
    std::uint64_t base = window_base;
    for (unsigned w = 1 + dice_.below(3); w > 0; --w) {
      platforms::WindowDescription window;
      const unsigned ways = dice_.any<unsigned>({1, 1, 2, 2, 3, 4, 6, 8});
      for (unsigned i = 0; i < ways; ++i) {
        window.targets.push_back(host.bridges[dice_.below(host.bridges.size())].name);
      }
      window.granularity = 256u << dice_.below(4);
      window.base = base;
      window.size = ways * quantum * (1 + dice_.below(3));
      if (ways == 2 && dice_.chance(50)) {
        window.arithmetic = address::Arithmetic::exclusive_or;
        window.xor_maps = {window.granularity | 0x4'0400'0000ull | 1ull << 20};
      }
      base += window.size + quantum * dice_.below(2);
      host.windows.push_back(window);
    }
  }

  std::string take_port(std::size_t index) {
    const std::string port = free_[index];
    free_.erase(free_.begin() + index);
    return port;
  }

  void add_switch(std::vector<std::string> upstream) {
    platforms::SwitchDescription cxl_switch;
    cxl_switch.name = "sw" + std::to_string(description.switches.size());
    cxl_switch.upstream = std::move(upstream);
    const unsigned ports = 1 + dice_.below(4);
    for (unsigned p = 0; p < ports; ++p) {
      platforms::DownstreamPortDescription port;
      port.name = "ds" + std::to_string(p);
      port.port = static_cast<std::uint8_t>(2 * p + 1);
      if (dice_.chance(90)) port.bound_to = dice_.any(cxl_switch.upstream);
      cxl_switch.downstream.push_back(port);
      free_.push_back(cxl_switch.name + "." + port.name);
    }
    description.switches.push_back(cxl_switch);
  }

  void add_device(const std::string& at) {
    platforms::DeviceDescription device;
    device.name = "mem" + std::to_string(description.devices.size());
    device.at = at;
    device.volatile_bytes = quantum * (1 + dice_.below(2));
    device.persistent_bytes = quantum * dice_.below(2);
    device.plugged = dice_.chance(90);
    description.devices.push_back(device);
  }

  Dice& dice_;
  std::vector<std::string> free_;
};

/// A platform under a name of its own, so that two can stand side by side.
struct NamedPlatform : sc_core::sc_module {
  Platform platform;
  NamedPlatform(sc_core::sc_module_name name, const platforms::PlatformDescription& description,
                bool compiled_routes)
      : sc_module(name), platform(description, {compiled_routes, false, {}}) {}
};

class CompiledRoutes : public testing::TestWithParam<unsigned> {
 protected:
  Dice dice{GetParam()};
  RandomPlatform random{dice};
  NamedPlatform compiled{"compiled", random.description, true};
  NamedPlatform sockets{"sockets", random.description, false};
  unsigned good = 0, refused = 0;

  std::array<Platform*, 2> both{&compiled.platform, &sockets.platform};

  std::vector<std::uint8_t> port_numbers(const platforms::Component& component) {
    std::vector<std::uint8_t> numbers;
    for (const auto& host : random.description.hosts) {
      for (const auto& bridge : host.bridges) {
        if (host.name + "." + bridge.name != component.label) continue;
        for (const auto& port : bridge.root_ports) numbers.push_back(port.port);
      }
    }
    for (const auto& cxl_switch : random.description.switches) {
      if (component.label.rfind(cxl_switch.name, 0) != 0) continue;
      for (const auto& port : cxl_switch.downstream) numbers.push_back(port.port);
    }
    return numbers;
  }

  /// Mostly what decodes something, sometimes what cannot be committed.
  address::DecoderProgram random_program(const platforms::Component& component, unsigned index) {
    const auto& host = dice.any(random.description.hosts);
    const auto& window = dice.any(host.windows);
    auto program = decoder(index, window.base, window.size);
    if (dice.chance(30)) {
      program.base = window_base + quantum * dice.below(16);
      program.size = quantum * (1 + dice.below(12));
    }
    const unsigned granularity = 256u << dice.below(5);
    if (component.kind == ComponentKind::device) {
      program.interleave = *address::Interleave::from_values(
          dice.any<unsigned>({1, 2, 3, 4, 6, 8, 12, 16}), granularity);
      if (dice.chance(15)) program.skip = quantum * dice.below(4);
    } else {
      const auto numbers = port_numbers(component);
      unsigned ways = 1;
      while (ways * 2 <= numbers.size() && dice.chance(70)) ways *= 2;
      if (dice.chance(5)) ways = 16;
      program.interleave = *address::Interleave::from_values(ways, granularity);
      const std::size_t turn = dice.below(numbers.size());
      for (unsigned i = 0; i < 8; ++i) {
        program.targets[i] = dice.chance(3) ? 99 : numbers[(turn + i) % numbers.size()];
      }
    }
    program.commit = dice.chance(90);
    return program;
  }

  void program_at_random(const platforms::Component& component, unsigned index) {
    const auto program = random_program(component, index);
    for (Platform* platform : both) {
      platforms::program_decoder(*platform, *platform->find_component(component.label), program);
    }
  }

  /// Everything enabled, and one decoder a component over a whole window: most accesses near its
  /// base are good then, wherever the random ways lead them.
  void set_up_well() {
    const auto window = dice.any(dice.any(random.description.hosts).windows);
    for (const auto& component : both[0]->components()) {
      auto program = random_program(component, 0);
      program.base = window.base;
      program.size = window.size;
      program.skip = 0;
      program.commit = true;
      const auto numbers = port_numbers(component);
      for (std::size_t i = 0; i < numbers.size() && i < 8; ++i) program.targets[i] = numbers[i];
      for (Platform* platform : both) {
        const auto& same = *platform->find_component(component.label);
        clear_decoders(*platform, same);
        platforms::enable(*platform, same);
        platforms::program_decoder(*platform, same, program);
      }
    }
    if (dice.chance(50)) {
      for (const auto& device : random.description.devices) {
        for (Platform* platform : both) platform->plug(device.name);
      }
    }
  }

  static void clear_decoders(Platform& platform, const platforms::Component& component) {
    const std::uint32_t hdm = platform.mmio().hdm_structure(component.mmio_block);
    for (unsigned index = 0; index < 4; ++index) {
      for (std::uint32_t reg :
           {address::hdm::control, address::hdm::size_low, address::hdm::size_high,
            address::hdm::target_low, address::hdm::target_high}) {
        platform.mmio().write(component.mmio_block, hdm + address::hdm::offset_of(index, reg), 0,
                              4);
      }
    }
  }

  void write_at_random() {
    const auto& component = dice.any(both[0]->components());
    const unsigned block = component.mmio_block;
    const unsigned index = dice.below(4);
    const auto hdm = [&](std::uint32_t offset, std::uint32_t value) {
      for (Platform* platform : both) {
        const std::uint32_t base = platform->mmio().hdm_structure(block);
        platform->mmio().write(block, base + offset, value, 4);
      }
    };
    const bool on = dice.chance(80);
    switch (dice.below(6)) {
      case 0:
        return hdm(address::hdm::offset_of(index, address::hdm::control), 0);
      case 1:
        return hdm(address::hdm::global_control, on ? address::hdm::decoder_enable : 0);
      case 2:
        for (Platform* platform : both) {
          if (component.kind != ComponentKind::device) break;
          platform->mmio().write(
              block, fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control,
              on ? 4 : 0, 2);
        }
        return;
      case 3:
        return hdm(static_cast<std::uint32_t>(0x10 + 4 * dice.below(32)),
                   static_cast<std::uint32_t>(dice.below(1ull << 32)));
      default:
        return program_at_random(component, dice.chance(60) ? 0 : index);
    }
  }

  void replug_at_random() {
    if (random.description.devices.empty()) return;
    const std::string name = dice.any(random.description.devices).name;
    const bool plugged = both[0]->is_plugged(name);
    const auto program = random_program(*both[0]->find_component(name), 0);
    for (Platform* platform : both) {
      if (plugged) {
        platform->unplug(name);
      } else {
        platform->plug(name);
        const auto& component = *platform->find_component(name);
        platforms::enable(*platform, component);
        platforms::program_decoder(*platform, component, program);
      }
    }
  }

  void rebind_at_random() {
    if (random.description.switches.empty()) return;
    const std::size_t index = dice.below(random.description.switches.size());
    const auto& described = random.description.switches[index];
    const auto port = static_cast<unsigned>(dice.below(described.downstream.size()));
    const int upstream = static_cast<int>(dice.below(described.upstream.size() + 1)) - 1;
    for (Platform* platform : both) platform->cxl_switch(index).bind_port(port, upstream);
  }

  std::uint64_t random_address() {
    const auto& window = dice.any(dice.any(random.description.hosts).windows);
    if (dice.chance(4)) return dice.below(1ull << 36);
    if (dice.chance(60)) return window.base + dice.below(256 * MiB);
    if (dice.chance(40)) return window.base + quantum * dice.below(8) - 600 + dice.below(1200);
    return window.base + dice.below(window.size);
  }

  void access_at_random() {
    const std::size_t host = dice.below(random.description.hosts.size());
    const std::uint64_t hpa = random_address();
    const auto length =
        static_cast<unsigned>(dice.chance(70) ? 1 + dice.below(64) : 1 + dice.below(2000));
    std::array<std::vector<std::uint8_t>, 2> data;
    data[0].resize(length);
    for (auto& byte : data[0]) byte = static_cast<std::uint8_t>(dice.below(256));
    data[1] = data[0];
    const bool is_write = dice.chance(50);
    std::array<fabric::DirectInitiator::Outcome, 2> outcome;
    for (unsigned i = 0; i < 2; ++i) {
      auto& direct = both[i]->direct(host);
      outcome[i] = is_write ? direct.write(hpa, data[i].data(), length)
                            : direct.read(hpa, data[i].data(), length);
    }
    (outcome[0].ok() ? good : refused) += 1;
    ASSERT_EQ(data[0], data[1]);
    ASSERT_NO_FATAL_FAILURE(expect_equal(outcome[0], outcome[1]));
    ASSERT_NO_FATAL_FAILURE(expect_as_walked(host, outcome[0]));
  }

  static void expect_equal(const fabric::DirectInitiator::Outcome& a,
                           const fabric::DirectInitiator::Outcome& b) {
    ASSERT_EQ(a.status, b.status);
    ASSERT_EQ(a.delay, b.delay);
    ASSERT_EQ(a.access.cause, b.access.cause);
    ASSERT_STREQ(a.access.where, b.access.where);
    ASSERT_EQ(a.access.decoder, b.access.decoder);
    ASSERT_EQ(a.access.device, b.access.device);
    ASSERT_EQ(a.access.dpa, b.access.dpa);
    ASSERT_EQ(a.parts.size(), b.parts.size());
    for (std::size_t i = 0; i < a.parts.size(); ++i) {
      ASSERT_EQ(a.parts[i].hpa, b.parts[i].hpa);
      ASSERT_EQ(a.parts[i].size, b.parts[i].size);
      ASSERT_EQ(a.parts[i].cause, b.parts[i].cause);
      ASSERT_EQ(a.parts[i].device, b.parts[i].device);
      ASSERT_EQ(a.parts[i].dpa, b.parts[i].dpa);
    }
  }

  void expect_as_walked(std::size_t host, const fabric::DirectInitiator::Outcome& outcome) {
    const auto& topology = both[0]->host(host).topology();
    for (const auto& part : outcome.parts) {
      const auto route = address::walk(topology.tree, part.hpa);
      ASSERT_EQ(part.cause, route.cause) << std::hex << part.hpa;
      if (!route.good()) continue;
      ASSERT_EQ(part.device, topology.entries[route.node].device->id());
      ASSERT_EQ(part.dpa, route.dpa);
    }
  }

  void expect_equal_counters() {
    const auto a = both[0]->counters(), b = both[1]->counters();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].counters->reads, b[i].counters->reads) << a[i].label;
      EXPECT_EQ(a[i].counters->writes, b[i].counters->writes) << a[i].label;
      EXPECT_EQ(a[i].counters->read_bytes, b[i].counters->read_bytes) << a[i].label;
      EXPECT_EQ(a[i].counters->write_bytes, b[i].counters->write_bytes) << a[i].label;
      EXPECT_EQ(a[i].counters->errors, b[i].counters->errors) << a[i].label;
    }
  }
};

TEST_P(CompiledRoutes, ChangeNoResultOfARandomPlatform) {
  both[0]->start();
  for (Platform* platform : both) platforms::enable_all(*platform);
  set_up_well();
  for (unsigned step = 0; step < 3000; ++step) {
    const std::uint64_t die = dice.below(100);
    if (die < 5) {
      write_at_random();
    } else if (die < 6) {
      replug_at_random();
    } else if (die < 7) {
      dice.chance(50) ? rebind_at_random() : set_up_well();
    } else {
      ASSERT_NO_FATAL_FAILURE(access_at_random()) << "step " << step;
    }
  }
  expect_equal_counters();
  RecordProperty("good", static_cast<int>(good));
  RecordProperty("refused", static_cast<int>(refused));
  EXPECT_GT(good + refused, 2500u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CompiledRoutes, testing::Range(1u, 41u));

}  // namespace
}  // namespace cxlpool::module_test
