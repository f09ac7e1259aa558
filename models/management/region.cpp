// SPDX-License-Identifier: Apache-2.0
#include "models/management/region.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/management/region_paths.h"
#include "models/management/region_space.h"

namespace cxlpool::management {
namespace {

using address::DecodeTree;
using address::FixedMemoryWindow;
using address::hdm_quantum;
using address::Interleave;
using address::Node;
using address::NodeIndex;
using Mode = RegionRequest::Mode;
using Refused = std::optional<RegionRefusal>;

const char* text(Mode mode) { return mode == Mode::ram ? "ram" : "pmem"; }

Refused check_window(const FixedMemoryWindow& window, const RegionRequest& request) {
  if (const auto violations = window.violations(); !violations.empty()) {
    return RegionRefusal{
        "ENXIO", fmt::format("window {} is not legal: {}", request.window, violations.front())};
  }
  const std::uint16_t needed =
      request.mode == Mode::ram ? address::restrict_volatile : address::restrict_persistent;
  if (!(window.restrictions & needed)) {
    return RegionRefusal{
        "EINVAL", fmt::format("window {} does not allow {} (restrictions {:#x}); "
                              "use one with restriction bit {:#x}",
                              request.window, text(request.mode), window.restrictions, needed)};
  }
  if (!(window.restrictions & address::restrict_host_coherent)) {
    return RegionRefusal{
        "ENXIO", fmt::format("window {} does not allow host-only coherent memory (restrictions "
                             "{:#x}), as memory expanders are; use one with restriction bit {:#x}",
                             request.window, window.restrictions,
                             unsigned{address::restrict_host_coherent})};
  }
  return std::nullopt;
}

Refused check_devices(const DecodeTree& tree, const std::vector<NodeIndex>& devices) {
  for (std::size_t position = 0; position < devices.size(); ++position) {
    const NodeIndex index = devices[position];
    if (index >= tree.nodes.size()) {
      return RegionRefusal{
          "ENODEV", fmt::format("position {} names node {}; the fabric has nodes 0 to {}", position,
                                index, tree.nodes.size() - 1)};
    }
    const Node& node = tree.nodes[index];
    if (node.kind != Node::Kind::device || !node.decoders) {
      return RegionRefusal{
          "ENXIO", fmt::format("position {} names {}, which is no memory device with HDM decoders",
                               position, node.name)};
    }
    const auto end = devices.begin() + static_cast<std::ptrdiff_t>(position);
    const auto earlier = std::find(devices.begin(), end, index);
    if (earlier != end) {
      return RegionRefusal{
          "EBUSY", fmt::format("{} is at position {} already; position {} needs another device",
                               node.name, earlier - devices.begin(), position)};
    }
  }
  return std::nullopt;
}

/// The ways and granularity of the region.
std::variant<Interleave, RegionRefusal> choose_interleave(const FixedMemoryWindow& window,
                                                          const RegionRequest& request) {
  const std::size_t ways = request.devices.size();
  const unsigned root_ways = window.interleave.ways();
  if (!Interleave::from_values(ways, 256)) {
    return RegionRefusal{
        "EINVAL", fmt::format("a region cannot have {} ways; it needs 1, 2, 4, 8, 16, 3, 6 or 12 "
                              "devices",
                              ways)};
  }
  const std::size_t multiple = ways / root_ways;
  if (ways % root_ways != 0 || (multiple & (multiple - 1)) != 0) {
    return RegionRefusal{
        "EINVAL", fmt::format("{} ways are no power-of-two multiple of the window's {}; take {}, "
                              "{}, ... devices, or another window",
                              ways, root_ways, root_ways, 2 * root_ways)};
  }
  const std::uint32_t granularity = request.granularity.value_or(window.interleave.granularity());
  const auto interleave = Interleave::from_values(ways, granularity);
  if (!interleave) {
    return RegionRefusal{"EINVAL",
                         fmt::format("granularity cannot be {} B; it must be a power of two from "
                                     "256 B to 16384 B",
                                     granularity)};
  }
  if (root_ways > 1 && granularity != window.interleave.granularity()) {
    return RegionRefusal{
        "EINVAL", fmt::format("granularity cannot be {} B in window {}, which interleaves itself; "
                              "it must be the window's {} B",
                              granularity, request.window, window.interleave.granularity())};
  }
  return *interleave;
}

/// Chooses decoders, device capacity and addresses for a set whose paths are known to be right.
class Allocator {
 public:
  Allocator(const DecodeTree& tree, const RegionRequest& request, Interleave interleave,
            const RegionPaths& paths)
      : tree_(tree),
        window_(tree.windows[request.window]),
        request_(request),
        interleave_(interleave),
        paths_(paths),
        addresses_(tree, window_) {}

  std::variant<RegionPlan, RegionRefusal> plan() {
    if (auto refused = find_decoders()) return *refused;
    if (auto refused = choose_size()) return *refused;
    const auto place = addresses_.place(plan_.size);
    if (const auto* refusal = std::get_if<RegionRefusal>(&place)) return *refusal;
    plan_.base = std::get<std::uint64_t>(place);
    plan_.interleave = interleave_;
    if (auto refused = check_devices_space()) return *refused;
    assign();
    return std::move(plan_);
  }

 private:
  const Node& device(std::size_t position) const { return tree_.nodes[request_.devices[position]]; }

  Refused find_decoder(const Node& node, std::vector<unsigned>& chosen) {
    const auto decoder = next_decoder(node);
    if (const auto* refusal = std::get_if<RegionRefusal>(&decoder)) return *refusal;
    chosen.push_back(std::get<unsigned>(decoder));
    addresses_.stay_above(node);
    return std::nullopt;
  }

  Refused find_decoders() {
    for (std::size_t position = 0; position < request_.devices.size(); ++position) {
      if (auto refused = find_decoder(device(position), device_decoders_)) return refused;
      spaces_.push_back(device_space(device(position), device_decoders_.back(), request_.mode));
    }
    for (const PortUse& use : paths_.uses) {
      const Node& node = tree_.nodes[use.node];
      if (!node.decoders) {
        port_decoders_.push_back(0);  // pass-through: nothing to program
      } else if (auto refused = find_decoder(node, port_decoders_)) {
        return refused;
      }
    }
    return std::nullopt;
  }

  std::size_t fullest_device() const {
    const auto least =
        std::min_element(spaces_.begin(), spaces_.end(),
                         [](const auto& a, const auto& b) { return a.available < b.available; });
    return static_cast<std::size_t>(least - spaces_.begin());
  }

  Refused choose_size() {
    const std::uint64_t unit = interleave_.ways() * hdm_quantum;
    if (request_.size) {
      plan_.size = *request_.size;
      if (plan_.size != 0 && plan_.size % unit == 0) return std::nullopt;
      return RegionRefusal{
          "EINVAL", fmt::format("size cannot be {}; with {} way(s) it must be a multiple of {}",
                                size_text(plan_.size), interleave_.ways(), size_text(unit))};
    }
    const std::uint64_t share = spaces_[fullest_device()].available;
    if (share == 0) return no_device_space(hdm_quantum);
    plan_.size = std::min(share * interleave_.ways(), addresses_.largest() / unit * unit);
    if (plan_.size == 0) plan_.size = unit;  // place() says what is in the way
    return std::nullopt;
  }

  RegionRefusal no_device_space(std::uint64_t share) const {
    const std::size_t position = fullest_device();
    return {"ENOSPC", fmt::format("{} has {} of {} capacity left for its next decoder; the region "
                                  "needs {} of each device",
                                  device(position).name, size_text(spaces_[position].available),
                                  text(request_.mode), size_text(share))};
  }

  Refused check_devices_space() const {
    const std::uint64_t share = plan_.size / interleave_.ways();
    if (spaces_[fullest_device()].available < share) return no_device_space(share);
    for (std::size_t position = 0; position < spaces_.size(); ++position) {
      if (spaces_[position].skip % hdm_quantum == 0) continue;
      return RegionRefusal{
          "ENXIO",
          fmt::format("decoder {} of {} would have to skip {}; registers hold multiples of "
                      "256 MiB: make the partition below one",
                      device_decoders_[position], device(position).name,
                      size_text(spaces_[position].skip))};
    }
    return std::nullopt;
  }

  address::DecoderProgram program(unsigned index, Interleave interleave) const {
    address::DecoderProgram program;
    program.index = index;
    program.base = plan_.base;
    program.size = plan_.size;
    program.interleave = interleave;
    program.lock = (window_.restrictions & address::restrict_fixed) != 0;
    return program;
  }

  void assign() {
    std::vector<bool> done(paths_.uses.size());
    for (std::size_t position = 0; position < request_.devices.size(); ++position) {
      auto endpoint = program(device_decoders_[position], interleave_);
      endpoint.skip = spaces_[position].skip;
      plan_.decoders.push_back({request_.devices[position], endpoint});
      for (const std::size_t index : paths_.upwards[position]) {
        const PortUse& use = paths_.uses[index];
        if (done[index] || !tree_.nodes[use.node].decoders) continue;
        done[index] = true;
        auto port = program(port_decoders_[index], use.interleave);
        for (std::size_t i = 0; i < use.targets.size(); ++i) {
          port.targets[i] = use.targets[i]->number;
        }
        plan_.decoders.push_back({use.node, port});
      }
    }
  }

  const DecodeTree& tree_;
  const FixedMemoryWindow& window_;
  const RegionRequest& request_;
  const Interleave interleave_;
  const RegionPaths& paths_;
  WindowSpace addresses_;
  std::vector<unsigned> device_decoders_;  // by position
  std::vector<DeviceSpace> spaces_;        // by position
  std::vector<unsigned> port_decoders_;    // by use
  RegionPlan plan_;
};

}  // namespace

std::variant<RegionPlan, RegionRefusal> plan_region(const DecodeTree& tree,
                                                    const RegionRequest& request) {
  if (request.window >= tree.windows.size()) {
    return RegionRefusal{"ENODEV", fmt::format("there is no window {}; the host has {}",
                                               request.window, tree.windows.size())};
  }
  const FixedMemoryWindow& window = tree.windows[request.window];
  if (auto refused = check_window(window, request)) return *refused;
  if (auto refused = check_devices(tree, request.devices)) return *refused;
  const auto interleave = choose_interleave(window, request);
  if (const auto* refusal = std::get_if<RegionRefusal>(&interleave)) return *refusal;
  const Interleave set = std::get<Interleave>(interleave);
  const auto paths = find_paths(tree, window, request.devices, set);
  if (const auto* refusal = std::get_if<RegionRefusal>(&paths)) return *refusal;
  for (const NodeIndex device : request.devices) {
    if (auto refused = check_capability(tree.nodes[device], set)) return *refused;
  }
  return Allocator(tree, request, set, std::get<RegionPaths>(paths)).plan();
}

}  // namespace cxlpool::management
