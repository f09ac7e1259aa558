// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/testbed.h"

#include <algorithm>

#include "platforms/builder_parts.h"
#include "platforms/programming.h"

namespace cxlpool::platforms {

using address::ComponentKind;
namespace hdm = address::hdm;

namespace {

/// Differs from what a device holds, and from the all-ones of a failed read.
constexpr std::uint8_t untouched = 0xA5;

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

std::vector<const VectorDecoder*> by_index(const std::vector<VectorDecoder>& decoders) {
  std::vector<const VectorDecoder*> sorted;
  for (const VectorDecoder& decoder : decoders) sorted.push_back(&decoder);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->index < b->index; });
  return sorted;
}

struct RegisterValue {
  std::uint32_t reg;
  const char* field;  ///< of the file
  std::uint32_t value;
};

/// A decoder's registers without its control, in the order in which drivers write them. Codes and
/// addresses that no register can hold are written all the same: reading back shows them.
std::vector<RegisterValue> range_registers(const VectorDecoder& decoder, bool is_device) {
  std::uint64_t list = decoder.skip;
  for (std::size_t i = 0; i < decoder.targets.size(); ++i) {
    list |= std::uint64_t{decoder.targets[i]} << 8 * i;
  }
  const char* list_field = is_device ? "skip" : "targets";
  return {{hdm::base_high, "base", high(decoder.base)}, {hdm::base_low, "base", low(decoder.base)},
          {hdm::size_high, "size", high(decoder.size)}, {hdm::size_low, "size", low(decoder.size)},
          {hdm::target_high, list_field, high(list)},   {hdm::target_low, list_field, low(list)}};
}

std::vector<unsigned> cores_beside(const ConformOptions& options) {
  return {options.mode == traffic::Mode::at ? 1u : 0u};
}

std::string in_hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

}  // namespace

Testbed::Testbed(const VectorTopology& topology, const ConformOptions& options)
    : topology_(topology),
      mode_(options.mode),
      platform_(
          describe_testbed(topology, options),
          {options.compiled_routes, options.mode == traffic::Mode::at, cores_beside(options)}) {
  if (mode_ == traffic::Mode::at) {
    phased_ = std::make_unique<PhasedInitiator>("phased");
    phased_->socket.bind(platform_.host(0).core[1]);
  }
  for (const LinkDescription& link : platform_.description().links) {
    latency_above_[link.lower] = fabric::to_sc_time(link.latency);
  }
}

void Testbed::bring_up(Checker& checker) {
  checker.prepare(topology_.path);
  platform_.start();
  enable_all(platform_);
  const auto program_all = [&](const auto& components) {
    for (const auto& each : components) {
      for (const VectorDecoder* decoder : by_index(each.decoders)) {
        program(each.name, *decoder, checker);
      }
    }
  };
  program_all(topology_.devices);
  program_all(topology_.switches);
  program_all(topology_.bridges);
}

void Testbed::program(const std::string& name, const VectorDecoder& decoder, Checker& checker) {
  checker.prepare(decoder.path);
  const Component& target = *component(name);
  fabric::MmioMaster& mmio = platform_.mmio();
  const std::uint32_t structure = mmio.hdm_structure(target.mmio_block);
  if (structure == 0) {
    checker.differ(decoder.path, "a component with HDM decoders", name + " without");
    return;
  }
  const auto offset = [&](std::uint32_t reg) {
    return structure + hdm::offset_of(decoder.index, reg);
  };
  const auto registers = range_registers(decoder, target.kind == ComponentKind::device);
  for (const RegisterValue& each : registers) {
    mmio.write(target.mmio_block, offset(each.reg), each.value, 4);
  }
  const std::uint32_t control = decoder.ig | decoder.iw << 4 | hdm::host_only_coherent |
                                (decoder.ctrl_readback & hdm::lock_on_commit);
  mmio.write(target.mmio_block, offset(hdm::control), control, 4);
  std::string verdict;
  if (decoder.committed) {
    verdict = ": " + address::describe(mmio.write(target.mmio_block, offset(hdm::control),
                                                  control | hdm::commit, 4));
  }
  for (const RegisterValue& each : registers) {
    const std::uint64_t held = mmio.read(target.mmio_block, offset(each.reg), 4);
    if (held == each.value) continue;
    checker.differ(fmt::format("{}.{}", decoder.path, each.field), in_hex(each.value),
                   in_hex(held) + " in the register");
  }
  const std::uint64_t held = mmio.read(target.mmio_block, offset(hdm::control), 4);
  if (held != decoder.ctrl_readback) {
    checker.differ(decoder.path + ".ctrl_readback", in_hex(decoder.ctrl_readback),
                   in_hex(held) + verdict);
  }
}

const Component* Testbed::component(const std::string& name) const {
  const Component* found = platform_.find_component(name);
  return found ? found : platform_.find_component(std::string(testbed_host) + "." + name);
}

const std::string& Testbed::device_name(fabric::DeviceId id) {
  return platform_.device(static_cast<std::size_t>(id)).label();
}

Testbed::Outcome Testbed::write(std::uint64_t hpa, const std::vector<std::uint8_t>& data,
                                Checker& checker, const std::string& path) {
  // A write leaves its data alone; the payload has one pointer type for both directions.
  Outcome outcome =
      access(tlm::TLM_WRITE_COMMAND, hpa, const_cast<std::uint8_t*>(data.data()), data.size());
  judge(outcome, hpa, data.size(), checker, path);
  return outcome;
}

Testbed::Outcome Testbed::read(std::uint64_t hpa, std::vector<std::uint8_t>& data, Checker& checker,
                               const std::string& path) {
  std::fill(data.begin(), data.end(), untouched);
  Outcome outcome = access(tlm::TLM_READ_COMMAND, hpa, data.data(), data.size());
  judge(outcome, hpa, data.size(), checker, path);
  return outcome;
}

Testbed::Outcome Testbed::access(tlm::tlm_command command, std::uint64_t hpa, std::uint8_t* data,
                                 std::size_t length) {
  const auto size = static_cast<unsigned>(length);
  if (phased_) return phased_->access(command, hpa, data, size);
  fabric::DirectInitiator& direct = platform_.direct(0);
  return command == tlm::TLM_READ_COMMAND ? direct.read(hpa, data, size)
                                          : direct.write(hpa, data, size);
}

const address::Route& Testbed::walk(std::uint64_t hpa) {
  address::walk(platform_.host(0).topology().tree, hpa, route_);
  return route_;
}

const std::string& Testbed::device_of(const address::Route& route) {
  return platform_.host(0).topology().tree.nodes[route.node].name;
}

void Testbed::judge(const Outcome& outcome, std::uint64_t hpa, std::size_t length, Checker& checker,
                    const std::string& path) {
  std::uint64_t next = hpa;
  bool all_good = true;
  for (const fabric::AccessPart& part : outcome.parts) {
    if (part.hpa != next || part.size == 0) {
      checker.differ(path, fmt::format("a part from {} on", next),
                     fmt::format("{} bytes from {}", part.size, part.hpa));
    }
    next = part.hpa + part.size;
    all_good = all_good && part.cause == address::Cause::none;
    judge_part(part, checker, path);
  }
  // An access past the end of the address space is refused before it is cut.
  if (next != hpa + length && hpa + (length - 1) >= hpa) {
    checker.differ(path, fmt::format("parts up to {}", hpa + length),
                   fmt::format("parts up to {}", next));
  }
  if (outcome.ok() && !all_good) {
    checker.differ(path, "an error where a part failed", "TLM_OK_RESPONSE");
  }
  if (mode_ == traffic::Mode::functional) return;
  judge_time(outcome, checker, path);
  if (mode_ == traffic::Mode::lt) pass_time(outcome, checker, path);
}

void Testbed::judge_part(const fabric::AccessPart& part, Checker& checker,
                         const std::string& path) {
  const address::Route& route = walk(part.hpa);
  const auto show = [](bool good, const std::string& device, std::uint64_t dpa,
                       address::Cause cause) {
    return good ? fmt::format("{} {}", device, dpa) : std::string(address::text(cause));
  };
  // What the device itself refuses, the decoders know nothing of.
  const bool good = part.cause == address::Cause::none;
  if (!good && route.good() && part.status == tlm::TLM_GENERIC_ERROR_RESPONSE) return;
  const std::string there =
      show(route.good(), route.good() ? device_of(route) : "", route.dpa, route.cause);
  const std::string here =
      show(good, good ? device_name(part.device) : std::string(), part.dpa, part.cause);
  if (there != here) {
    checker.differ(path, fmt::format("{}, as walking the decoders says of {}", there, part.hpa),
                   fmt::format("{} through the sockets", here));
  }
}

sc_core::sc_time Testbed::link_latency_above(address::NodeIndex node) {
  const auto& nodes = platform_.host(0).topology().tree.nodes;
  sc_core::sc_time sum;
  for (; node != address::no_node; node = nodes[node].parent) {
    const auto link = latency_above_.find(nodes[node].name);
    if (link != latency_above_.end()) sum += link->second;
  }
  return sum;
}

void Testbed::judge_time(const Outcome& outcome, Checker& checker, const std::string& path) {
  sc_core::sc_time least;
  for (const fabric::AccessPart& part : outcome.parts) {
    if (part.cause != address::Cause::none) continue;
    const address::Route& route = walk(part.hpa);
    if (route.good()) least = std::max(least, 2 * link_latency_above(route.node));
  }
  if (outcome.delay < least) {
    checker.differ(path, "a delay of at least " + least.to_string(), outcome.delay.to_string());
  }
}

void Testbed::pass_time(const Outcome& outcome, Checker& checker, const std::string& path) {
  if (outcome.delay == sc_core::SC_ZERO_TIME)
    return;  // nothing to wait for, as at a missing window
  const sc_core::sc_time end = sc_core::sc_time_stamp() + outcome.delay;
  sc_core::sc_start(outcome.delay);
  if (sc_core::sc_time_stamp() != end) {
    checker.differ(path, "simulated time " + end.to_string(), sc_core::sc_time_stamp().to_string());
  }
}

}  // namespace cxlpool::platforms
