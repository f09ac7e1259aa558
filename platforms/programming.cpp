// SPDX-License-Identifier: Apache-2.0
#include "platforms/programming.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/address/component_registers.h"

namespace cxlpool::platforms {

using address::ComponentKind;

namespace {

constexpr std::uint64_t dvsec_control =
    fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control;

address::DecoderProgram make_program(const DecoderDescription& described) {
  address::DecoderProgram program;
  program.index = described.index;
  program.base = described.base;
  program.size = described.size;
  program.interleave =
      address::Interleave::from_values(described.ways, described.granularity).value();
  std::copy(described.targets.begin(), described.targets.end(), program.targets.begin());
  program.skip = described.skip;
  program.lock = described.lock;
  program.commit = described.commit;
  return program;
}

bool is_unplugged(const Platform& platform, const std::string& label) {
  for (const DeviceDescription& device : platform.description().devices) {
    if (device.name == label) return !platform.is_plugged(label);
  }
  return false;
}

void program_and_record(Platform& platform, Programming& programming, ProgrammedDecoder decoder) {
  const Component& component = *platform.find_component(decoder.component);
  decoder.verdict = program_decoder(platform, component, decoder.program);
  programming.decoders.push_back(std::move(decoder));
}

address::NodeIndex find_node(const address::DecodeTree& tree, const std::string& name) {
  for (address::NodeIndex i = 0; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].name == name) return i;
  }
  return address::no_node;
}

void make_region(Platform& platform, Programming& programming, const RegionDescription& described,
                 ProgrammedRegion& region) {
  const address::DecodeTree& tree = platform.host(region.host).topology().tree;
  management::RegionRequest request;
  request.window = described.window;
  request.mode = described.mode == RegionMode::pmem ? management::RegionRequest::Mode::pmem
                                                    : management::RegionRequest::Mode::ram;
  request.size = described.size;
  request.granularity = described.granularity;
  for (const std::string& device : described.devices) {
    request.devices.push_back(find_node(tree, device));
    if (request.devices.back() != address::no_node) continue;
    region.refusal = management::RegionRefusal{
        "ENXIO", fmt::format("{} is not below host {}: check where it is attached and which "
                             "upstream port its downstream port is bound to",
                             device, described.host)};
    return;
  }
  auto planned = management::plan_region(tree, request);
  if (auto* refusal = std::get_if<management::RegionRefusal>(&planned)) {
    region.refusal = std::move(*refusal);
    return;
  }
  region.plan = std::get<management::RegionPlan>(std::move(planned));
  // Programming changes the fabric, and with it the tree: take the names first.
  std::vector<ProgrammedDecoder> decoders;
  for (const auto& assignment : region.plan.decoders) {
    ProgrammedDecoder decoder;
    decoder.component = tree.nodes[assignment.node].name;
    decoder.program = assignment.program;
    decoder.origin = "region " + region.name;
    decoder.location = region.location;
    decoders.push_back(std::move(decoder));
  }
  for (auto& decoder : decoders) program_and_record(platform, programming, std::move(decoder));
}

bool waits(const Platform& platform, const RegionDescription& region) {
  return std::any_of(region.devices.begin(), region.devices.end(),
                     [&](const std::string& device) { return is_unplugged(platform, device); });
}

}  // namespace

const ProgrammedRegion* Programming::region(const std::string& name) const {
  for (const ProgrammedRegion& region : regions) {
    if (region.name == name) return &region;
  }
  return nullptr;
}

void enable(Platform& platform, const Component& component) {
  fabric::MmioMaster& mmio = platform.mmio();
  if (component.kind == ComponentKind::device) {
    mmio.write(component.mmio_block, dvsec_control, address::DeviceConfigSpace::mem_enable, 2);
  }
  if (const std::uint32_t hdm = mmio.hdm_structure(component.mmio_block)) {
    mmio.write(component.mmio_block, hdm + address::hdm::global_control,
               address::hdm::decoder_enable, 4);
  }
}

void enable_all(Platform& platform) {
  for (const Component& component : platform.components()) {
    if (!is_unplugged(platform, component.label)) enable(platform, component);
  }
}

void unmask_errors(Platform& platform) {
  for (const Component& component : platform.components()) {
    const bool is_device = component.kind == address::ComponentKind::device;
    if (!is_device || is_unplugged(platform, component.label)) continue;
    const std::uint32_t ras = platform.mmio().ras_structure(component.mmio_block);
    if (ras == 0) continue;
    platform.mmio().write(component.mmio_block, ras + address::ras::uncorrectable_mask, 0, 4);
    platform.mmio().write(component.mmio_block, ras + address::ras::correctable_mask, 0, 4);
  }
}

address::WriteVerdict program_decoder(Platform& platform, const Component& component,
                                      const address::DecoderProgram& program) {
  const std::uint32_t hdm = platform.mmio().hdm_structure(component.mmio_block);
  address::WriteVerdict verdict;
  for (const auto& write : address::register_writes(component.kind, program)) {
    verdict = platform.mmio().write(component.mmio_block, hdm + write.offset, write.value, 4);
  }
  return verdict;
}

Programming program(Platform& platform) {
  Programming programming;
  const PlatformDescription& description = platform.description();
  for (std::size_t i = 0; i < description.decoders.size(); ++i) {
    const DecoderDescription& described = description.decoders[i];
    ProgrammedDecoder decoder;
    decoder.component = described.at;
    decoder.program = make_program(described);
    decoder.origin = fmt::format("decoders[{}]", i);
    decoder.location = described.location;
    if (is_unplugged(platform, described.at)) {
      decoder.waiting = true;
      programming.decoders.push_back(std::move(decoder));
    } else {
      program_and_record(platform, programming, std::move(decoder));
    }
  }
  for (const RegionDescription& described : description.regions) {
    ProgrammedRegion region;
    region.name = described.name;
    region.host = platform.host_index(described.host);
    region.location = described.location;
    region.waiting = waits(platform, described);
    if (!region.waiting) make_region(platform, programming, described, region);
    programming.regions.push_back(std::move(region));
  }
  return programming;
}

void program_device(Platform& platform, Programming& programming, const std::string& device) {
  const Component& component = *platform.find_component(device);
  enable(platform, component);
  for (ProgrammedDecoder& decoder : programming.decoders) {
    if (decoder.component != device) continue;
    decoder.verdict = program_decoder(platform, component, decoder.program);
    decoder.waiting = false;
  }
  for (std::size_t i = 0; i < programming.regions.size(); ++i) {
    const RegionDescription& described = platform.description().regions[i];
    ProgrammedRegion& region = programming.regions[i];
    if (!region.waiting || waits(platform, described)) continue;
    region.waiting = false;
    make_region(platform, programming, described, region);
  }
}

}  // namespace cxlpool::platforms
