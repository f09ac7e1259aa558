// SPDX-License-Identifier: Apache-2.0
#include "models/management/region_space.h"

#include <algorithm>

#include <fmt/format.h>

namespace cxlpool::management {
namespace {

using address::hdm_quantum;
using address::HdmDecoderBlock;
using address::Node;
using address::PartitionKind;

bool in_use(const HdmDecoderBlock& decoders, unsigned index) {
  return decoders.is_committed(index) || decoders.size(index) != 0;
}

/// Where `hpa` lies relative to a window, or its nearest end.
std::uint64_t clamped_offset(std::uint64_t hpa, std::uint64_t base, std::uint64_t size) {
  return hpa <= base ? 0 : std::min(hpa - base, size);
}

/// base + size, or the last address where that passes 2^64.
std::uint64_t end_of(const HdmDecoderBlock& decoders, unsigned index) {
  const std::uint64_t base = decoders.base(index);
  return base + std::min(decoders.size(index), ~base);
}

}  // namespace

std::variant<unsigned, RegionRefusal> next_decoder(const Node& node) {
  const HdmDecoderBlock& decoders = *node.decoders;
  unsigned next = decoders.decoder_count();
  while (next > 0 && !in_use(decoders, next - 1)) --next;
  if (next == decoders.decoder_count()) {
    return RegionRefusal{node.is_endpoint() ? "ENXIO" : "EBUSY",
                         fmt::format("all {} HDM decoders of {} are in use; one must be reset, the "
                                     "highest first",
                                     next, node.name)};
  }
  if (next > 0 && !decoders.is_committed(next - 1)) {
    return RegionRefusal{
        "EBUSY", fmt::format("decoder {} of {} has a size but is not committed, and decoders "
                             "commit in order; commit it or set its size to 0",
                             next - 1, node.name)};
  }
  return next;
}

DeviceSpace device_space(const Node& device, unsigned decoder, RegionRequest::Mode mode) {
  const PartitionKind kind =
      mode == RegionRequest::Mode::ram ? PartitionKind::volatile_memory : PartitionKind::persistent;
  const std::uint64_t first = device.partitions.base(kind);
  const std::uint64_t end = first + device.partitions.size(kind);
  // The next decoder holds no skip yet that counts: what it will hold is being decided.
  const std::uint64_t claimed = device.decoders->dpa_base(decoder) - device.decoders->skip(decoder);
  const std::uint64_t start = std::max(first, claimed);
  DeviceSpace space;
  space.skip = start - claimed;
  if (start < end) space.available = (end - start) / hdm_quantum * hdm_quantum;
  return space;
}

WindowSpace::WindowSpace(const address::DecodeTree& tree, const address::FixedMemoryWindow& window)
    : base_(window.base), size_(window.size) {
  for (const Node& node : tree.nodes) {
    if (!node.decoders) continue;
    for (unsigned i = 0; i < node.decoders->decoder_count(); ++i) {
      if (node.decoders->size(i) == 0) continue;
      used_.emplace_back(clamped_offset(node.decoders->base(i), base_, size_),
                         clamped_offset(end_of(*node.decoders, i), base_, size_));
    }
  }
  std::sort(used_.begin(), used_.end());
}

void WindowSpace::stay_above(const Node& node) {
  for (unsigned i = 0; i < node.decoders->decoder_count(); ++i) {
    if (!in_use(*node.decoders, i)) continue;
    const std::uint64_t end = clamped_offset(end_of(*node.decoders, i), base_, size_);
    if (end <= floor_) continue;
    floor_ = end;
    floor_node_ = node.name;
  }
}

std::vector<WindowSpace::Range> WindowSpace::free_ranges(std::uint64_t floor) const {
  std::vector<Range> found;
  std::uint64_t at = floor;
  for (const auto& [first, end] : used_) {
    if (first > at) found.emplace_back(at, first);
    at = std::max(at, end);
  }
  if (at < size_) found.emplace_back(at, size_);
  return found;
}

std::uint64_t WindowSpace::largest() const {
  std::uint64_t most = 0;
  for (const auto& [first, end] : free_ranges(floor_)) most = std::max(most, end - first);
  return most;
}

std::variant<std::uint64_t, RegionRefusal> WindowSpace::place(std::uint64_t size) const {
  const auto fits = [size](const Range& range) { return range.second - range.first >= size; };
  const auto above = free_ranges(floor_);
  const auto found = std::find_if(above.begin(), above.end(), fits);
  if (found != above.end()) return base_ + found->first;

  const auto all = free_ranges(0);
  if (std::any_of(all.begin(), all.end(), fits)) {
    return RegionRefusal{
        "EBUSY", fmt::format("{} of the window are free only below what {} decodes already, and "
                             "decoders ascend; reset those first, or take at most {}",
                             size_text(size), floor_node_, size_text(largest()))};
  }
  return RegionRefusal{"ENOSPC", fmt::format("the window at {:#x} has no free {}; at most {} fit",
                                             base_, size_text(size), size_text(largest()))};
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t mebi = 1u << 20;
  if (bytes % mebi != 0) return fmt::format("{} B", bytes);
  return fmt::format("{} MiB", bytes / mebi);
}

}  // namespace cxlpool::management
