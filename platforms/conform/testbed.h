// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platforms/builder.h"
#include "platforms/conform/phased_initiator.h"
#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"

namespace cxlpool::platforms {

/// A vector file's topology as modules, programmed by MMIO, and single accesses to it from its one
/// host. Every access is judged in what no file says: that the parts of the access went where the
/// decoders alone, walked without modules, lead; and, with time, that it took as long as the links
/// on the way. One a process.
class Testbed {
 public:
  /// `topology` has no contradictions(), and outlives this.
  Testbed(const VectorTopology& topology, const ConformOptions& options);

  /// Elaborates, enables every component, writes every decoder's registers in the order of their
  /// indices, and compares what they then hold with the file.
  void bring_up(Checker& checker);

  Platform& platform() { return platform_; }
  fabric::Media& media(const std::string& device) { return platform_.find_device(device)->media(); }
  const std::string& device_name(fabric::DeviceId id);

  /// The register block of a component, by its name in the file; null: no such component.
  const Component* component(const std::string& name) const;

  using Outcome = fabric::DirectInitiator::Outcome;
  Outcome write(std::uint64_t hpa, const std::vector<std::uint8_t>& data, Checker& checker,
                const std::string& path);
  /// `data` has the length to read, and what it held is overwritten whatever happens.
  Outcome read(std::uint64_t hpa, std::vector<std::uint8_t>& data, Checker& checker,
               const std::string& path);

  /// Where the decoders lead, walked without modules.
  const address::Route& walk(std::uint64_t hpa);
  /// The device of a good route.
  const std::string& device_of(const address::Route& route);

 private:
  Outcome access(tlm::tlm_command command, std::uint64_t hpa, std::uint8_t* data,
                 std::size_t length);
  void program(const std::string& name, const VectorDecoder& decoder, Checker& checker);
  void judge(const Outcome& outcome, std::uint64_t hpa, std::size_t length, Checker& checker,
             const std::string& path);
  void judge_part(const fabric::AccessPart& part, Checker& checker, const std::string& path);
  sc_core::sc_time link_latency_above(address::NodeIndex node);
  void judge_time(const Outcome& outcome, Checker& checker, const std::string& path);
  void pass_time(const Outcome& outcome, Checker& checker, const std::string& path);

  const VectorTopology& topology_;
  traffic::Mode mode_;
  Platform platform_;
  std::unique_ptr<PhasedInitiator> phased_;                ///< approximately timed
  std::map<std::string, sc_core::sc_time> latency_above_;  ///< by what hangs from the link
  address::Route route_;
};

}  // namespace cxlpool::platforms
