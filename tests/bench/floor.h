// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <vector>

#include "models/fabric/media.h"

/// What the model is measured against: the same work written down plainly, without sockets, errors,
/// counters or registers. The floor that ratios are taken to keeps each device's bytes in one flat
/// mapping; a second one, over the model's own store, shows what the store costs.
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

/// Private memory as a plain program has it: one mapping, backed page by page as it is touched,
/// with pages of the same size as those behind the model's store.
class FlatStore {
 public:
  explicit FlatStore(std::uint64_t bytes) : size_(bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    bytes_ = static_cast<std::uint8_t*>(memory);
  }
  ~FlatStore() { ::munmap(bytes_, size_); }
  FlatStore(const FlatStore&) = delete;
  FlatStore& operator=(const FlatStore&) = delete;

  void prefetch(std::uint64_t at) const { __builtin_prefetch(bytes_ + at); }
  void read(std::uint64_t at, std::uint8_t* data) const { std::memcpy(data, bytes_ + at, 64); }
  void write(std::uint64_t at, const std::uint8_t* data) { std::memcpy(bytes_ + at, data, 64); }

 private:
  std::uint64_t size_;
  std::uint8_t* bytes_;
};

/// The model's store.
class ChunkedStore {
 public:
  explicit ChunkedStore(std::uint64_t bytes) : media_(bytes) {}
  void read(std::uint64_t at, std::uint8_t* data) const { media_.read(at, data, 64); }
  void write(std::uint64_t at, const std::uint8_t* data) { media_.write(at, data, 64); }

 private:
  fabric::Media media_;
};

/// A device: the last level turns HPA into DPA.
template <typename Store>
struct PlainDevice {
  PlainDecoder decoder;
  Store store;

  PlainDevice(const PlainDecoder& decoder, std::uint64_t bytes) : decoder(decoder), store(bytes) {}

  std::uint64_t dpa(std::uint64_t hpa) const {
    const PlainDecoder::Range* range = decoder.find(hpa);
    const std::uint64_t offset = hpa - range->base;
    const unsigned ways_bits = static_cast<unsigned>(__builtin_popcount(range->ways_mask));
    return offset >> (range->shift + ways_bits) << range->shift |
           (offset & ((1ull << range->shift) - 1));
  }
  void prefetch(std::uint64_t hpa) const { store.prefetch(dpa(hpa)); }
  void access(std::uint64_t hpa, std::uint8_t* data, bool write) {
    const std::uint64_t at = dpa(hpa);
    write ? store.write(at, data) : store.read(at, data);
  }
};

/// Window, bridge, switch, device: 2 x 2 x 2 ways over eight devices, as Pool has it.
template <typename Store>
struct PlainPool {
  PlainDecoder window;
  std::array<PlainDecoder, 2> bridges;
  std::array<std::array<PlainDecoder, 2>, 2> switches;
  std::vector<std::unique_ptr<PlainDevice<Store>>> devices;

  explicit PlainPool(std::uint64_t device_bytes) {
    const std::uint64_t size = 8 * device_bytes;
    window = plain_decoder(8, 2, size);
    for (auto& bridge : bridges) bridge = plain_decoder(9, 2, size);
    for (auto& row : switches) {
      for (auto& sw : row) sw = plain_decoder(10, 2, size);
    }
    for (unsigned i = 0; i < 8; ++i) {
      devices.push_back(
          std::make_unique<PlainDevice<Store>>(plain_decoder(8, 8, size), device_bytes));
    }
  }

  static constexpr std::size_t nowhere = ~std::size_t{0};

  /// Of the device that an address leads to.
  std::size_t index(std::uint64_t hpa) const {
    const int bridge = window.target(hpa);
    if (bridge < 0) return nowhere;
    const int port = bridges[static_cast<std::size_t>(bridge)].target(hpa);
    if (port < 0) return nowhere;
    const int leaf =
        switches[static_cast<std::size_t>(bridge)][static_cast<std::size_t>(port)].target(hpa);
    if (leaf < 0) return nowhere;
    return static_cast<std::size_t>(bridge * 4 + port * 2 + leaf);
  }
  PlainDevice<Store>* device(std::uint64_t hpa) const {
    const std::size_t at = index(hpa);
    return at == nowhere ? nullptr : devices[at].get();
  }
  void access(std::uint64_t hpa, std::uint8_t* data, bool write) {
    if (PlainDevice<Store>* to = device(hpa)) to->access(hpa, data, write);
  }
};

/// As many 1-way levels as a chain has hops, one after the other, then the device.
class PlainChain {
 public:
  PlainChain(unsigned hops, PlainDevice<FlatStore>& device)
      : hops_(hops, plain_decoder(8, 1, 1ull << 30)), device_(device) {}

  void access(std::uint64_t hpa, std::uint8_t* data, bool write) {
    for (const PlainDecoder& hop : hops_) {
      if (hop.target(hpa) != 0) return;
    }
    device_.access(hpa, data, write);
  }

 private:
  std::vector<PlainDecoder> hops_;
  PlainDevice<FlatStore>& device_;
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
