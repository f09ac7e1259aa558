// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "platforms/run/streams.h"
#include "tests/module/protocol_checker.h"
#include "traffic/initiator.h"

namespace cxlpool::testing {

/// A platform as `cxlpool run` builds, programs and drives it, with a protocol checker between
/// every two sockets.
class CheckedPlatform {
 public:
  CheckedPlatform(const platforms::PlatformDescription& description, traffic::Mode mode,
                  bool compiled_routes)
      : description_(description),
        platform_(description_, options(mode, compiled_routes)),
        scoreboard_(platform_.endpoints()) {
    if (mode == traffic::Mode::lt) {
      driver_ = std::make_unique<traffic::LooseDriver>("driver",
                                                       fabric::to_sc_time(description_.quantum));
    }
    std::vector<unsigned> next_core(description_.hosts.size(), 1);
    for (std::size_t i = 0; i < description_.traffic.size(); ++i) {
      const auto& stream = description_.traffic[i];
      const std::size_t host = platform_.host_index(stream.host);
      traffic::Initiator::Config config;
      config.label = "traffic" + std::to_string(i);
      config.mode = mode;
      config.injection.outstanding = stream.outstanding;
      config.believe_source = !description_.expect_refusals;
      config.driver = driver_.get();
      if (mode == traffic::Mode::at) config.time = platform_.time();
      initiators_.push_back(std::make_unique<traffic::Initiator>(
          config.label.c_str(), config, platform_.host(host), scoreboard_, nullptr));
      checker(config.label + "-" + stream.host)
          .between(initiators_.back()->socket, platform_.host(host).core[next_core[host]++]);
    }
    if (mode != traffic::Mode::at) return;
    for (fabric::Endpoint* each : platform_.endpoints()) each->set_witness(&scoreboard_);
  }

  void program() {
    platform_.start();
    platforms::enable_all(platform_);
    programming_ = platforms::program(platform_);
  }
  /// Takes a decoder of a component away.
  void uncommit(const std::string& component, unsigned decoder) {
    const unsigned block = platform_.find_component(component)->mmio_block;
    fabric::MmioMaster& mmio = platform_.mmio();
    const auto control = address::hdm::offset_of(decoder, address::hdm::control);
    mmio.write(block, mmio.hdm_structure(block) + control, 0, 4);
  }
  /// Begins with the traffic of the description.
  void begin() {
    for (std::size_t i = 0; i < initiators_.size(); ++i) {
      initiators_[i]->begin(platforms::make_source(description_, programming_, i));
    }
  }

  platforms::Platform& platform() { return platform_; }
  std::vector<std::unique_ptr<traffic::Initiator>>& initiators() { return initiators_; }
  traffic::Scoreboard& scoreboard() { return scoreboard_; }
  const std::map<std::string, std::unique_ptr<module_test::ProtocolChecker>>& checkers() const {
    return checkers_;
  }

 private:
  platforms::Platform::Options options(traffic::Mode mode, bool compiled_routes) {
    platforms::Platform::Options options;
    options.compiled_routes = compiled_routes;
    options.timed = mode != traffic::Mode::functional;
    for (const auto& host : description_.hosts) {
      options.extra_cores.push_back(static_cast<unsigned>(
          std::count_if(description_.traffic.begin(), description_.traffic.end(),
                        [&](const auto& stream) { return stream.host == host.name; })));
    }
    options.bind = [this](const std::string& name, auto& upper, auto& lower) {
      checker(name).between(upper, lower);
    };
    return options;
  }

  module_test::ProtocolChecker& checker(const std::string& name) {
    std::string module = "check_" + name;
    std::replace(module.begin(), module.end(), '.', '_');
    auto& made = checkers_[name];
    made = std::make_unique<module_test::ProtocolChecker>(module.c_str());
    return *made;
  }

  platforms::PlatformDescription description_;
  std::map<std::string, std::unique_ptr<module_test::ProtocolChecker>> checkers_;
  platforms::Platform platform_;
  platforms::Programming programming_;
  traffic::Scoreboard scoreboard_;
  std::unique_ptr<traffic::LooseDriver> driver_;
  std::vector<std::unique_ptr<traffic::Initiator>> initiators_;
};

}  // namespace cxlpool::testing
