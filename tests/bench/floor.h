// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/fabric/media.h"

/// What the model is measured against: the same work written down plainly, without sockets, errors,
/// counters or registers, over the same backing store.
namespace cxlpool::bench {

/// One level of decode: four ranges searched in order, a way selected by address bits.
struct PlainDecoder {
  struct Range {
    std::uint64_t base, size;
    unsigned shift, ways_mask;
    std::array<std::uint8_t, 8> targets;
  };
  std::array<Range, 4> ranges{};

  const Range* find(std::uint64_t hpa) const {
    for (const Range& range : ranges) {
      if (hpa - range.base < range.size) return &range;
    }
    return nullptr;
  }
  int target(std::uint64_t hpa) const {
    const Range* range = find(hpa);
    return range ? range->targets[hpa >> range->shift & range->ways_mask] : -1;
  }
};

inline constexpr std::uint64_t pool_base = 0x1'0000'0000;

/// A decoder whose first range holds `size` bytes from pool_base; way i leads to target i.
inline PlainDecoder plain_decoder(unsigned shift, unsigned ways, std::uint64_t size) {
  PlainDecoder decoder;
  decoder.ranges[0] = {pool_base, size, shift, ways - 1, {0, 1, 2, 3, 4, 5, 6, 7}};
  return decoder;
}

/// A device: the fourth level turns HPA into DPA.
struct PlainDevice {
  PlainDecoder decoder;
  fabric::Media* media = nullptr;

  std::uint64_t dpa(std::uint64_t hpa) const {
    const PlainDecoder::Range* range = decoder.find(hpa);
    const std::uint64_t offset = hpa - range->base;
    const unsigned ways_bits = static_cast<unsigned>(__builtin_popcount(range->ways_mask));
    return offset >> (range->shift + ways_bits) << range->shift |
           (offset & ((1ull << range->shift) - 1));
  }
};

/// Window, bridge, switch, device: 2 x 2 x 2 ways over eight devices, as `platform` has it.
struct PlainPool {
  PlainDecoder window;
  std::array<PlainDecoder, 2> bridges;
  std::array<std::array<PlainDecoder, 2>, 2> switches;
  std::array<PlainDevice, 8> devices;

  struct Place {
    PlainDevice* device;
    std::uint64_t dpa;
  };

  Place locate(std::uint64_t hpa) {
    const int bridge = window.target(hpa);
    if (bridge < 0) return {};
    const int port = bridges[static_cast<std::size_t>(bridge)].target(hpa);
    if (port < 0) return {};
    const int leaf =
        switches[static_cast<std::size_t>(bridge)][static_cast<std::size_t>(port)].target(hpa);
    if (leaf < 0) return {};
    PlainDevice& device = devices[static_cast<std::size_t>(bridge * 4 + port * 2 + leaf)];
    return {&device, device.dpa(hpa)};
  }

  void access(std::uint64_t hpa, std::uint8_t* data, bool write) {
    const Place place = locate(hpa);
    if (!place.device) return;
    if (write) {
      place.device->media->write(place.dpa, data, 64);
    } else {
      place.device->media->read(place.dpa, data, 64);
    }
  }
};

/// Cheap random line addresses within a power-of-two footprint; the same for model and floor.
class Lines {
 public:
  Lines(std::uint64_t base, std::uint64_t footprint) : base_(base), mask_(footprint - 64) {}
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return base_ + (state_ >> 20 & mask_);
  }

 private:
  std::uint64_t base_, mask_;
  std::uint64_t state_ = 1;
};

}  // namespace cxlpool::bench
