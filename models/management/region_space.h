// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/address/decode_tree.h"
#include "models/management/region.h"

/// What decoders have left for one more region: a decoder, device capacity, addresses of a window
/// (sources.md 1.4 and 1.5). Part of plan_region().
namespace cxlpool::management {

/// The decoder that a component must use next: the one above the highest in use. A decoder is in
/// use when it is committed, or has a size.
std::variant<unsigned, RegionRefusal> next_decoder(const address::Node& node);

/// What a device can give to its next decoder out of one partition. Decoders take DPA in index
/// order, so whatever an earlier one has passed over is out of reach.
struct DeviceSpace {
  std::uint64_t skip = 0;       ///< free bytes below that the decoder must pass over
  std::uint64_t available = 0;  ///< bytes, a multiple of 256 MiB
};
DeviceSpace device_space(const address::Node& device, unsigned decoder, RegionRequest::Mode mode);

/// The addresses of a window that no decoder of the fabric uses yet.
class WindowSpace {
 public:
  WindowSpace(const address::DecodeTree& tree, const address::FixedMemoryWindow& window);

  /// Decoders ascend: a region that uses the component must lie above all that it decodes so far.
  void stay_above(const address::Node& node);

  /// Size of the largest free range.
  std::uint64_t largest() const;

  /// HPA of the lowest free range of `size` bytes; ENOSPC where there is none, and EBUSY where only
  /// the order of decoders forbids it.
  std::variant<std::uint64_t, RegionRefusal> place(std::uint64_t size) const;

 private:
  /// Offsets from the window's base, [first, second): free of overflow where a window ends at 2^64.
  using Range = std::pair<std::uint64_t, std::uint64_t>;

  std::vector<Range> free_ranges(std::uint64_t floor) const;

  std::uint64_t base_, size_;
  std::vector<Range> used_;  // by address
  std::uint64_t floor_ = 0;  // offset
  std::string floor_node_;
};

/// "512 MiB", for sentences.
std::string size_text(std::uint64_t bytes);

}  // namespace cxlpool::management
