// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/address/decode_tree.h"

namespace cxlpool::address {

/// The decode of one host, resolved once: HPA to endpoint and DPA in one table look-up however many
/// levels lie between. It is made from a DecodeTree, describes that tree only, and must be thrown
/// away before any decoder, binding, link or enable changes. find() gives what walk() gives; a test
/// proves it.
///
/// Local memory is a segment with one leaf. A window is cut into segments at every decoder's edges,
/// so that within a segment each component uses one decoder. There the root index and the address
/// bits that any bridge or switch looks at choose the leaf.
class CompiledRoutes {
 public:
  /// The end of a route: an endpoint, or the failure that every address of it meets.
  struct Leaf {
    Cause cause = Cause::none;
    bool foreign = false;      ///< endpoint that is not ours: address it through the sockets
    NodeIndex node = no_node;  ///< endpoint, or component that failed
    int decoder = -1;          ///< as in Route
    std::uint64_t base = 0;
    std::uint64_t dpa_base = 0;
    std::uint64_t static_end = 0;    ///< DPA below it exists
    std::uint64_t dynamic_base = 0;  ///< and from here to `end`
    std::uint64_t end = 0;

    bool exists(std::uint64_t dpa) const {
      return dpa < static_end || (dpa >= dynamic_base && dpa < end);
    }

    /// As Interleave::dpa_offset(), with what depends on the decoder alone worked out before.
    std::uint64_t dpa(std::uint64_t hpa) const {
      const std::uint64_t offset = hpa - base;
      std::uint64_t granule = offset >> way_shift;
      if (__builtin_expect(multiple_of_3, 0)) granule /= 3;
      return dpa_base + (granule << granule_shift | (offset & granule_mask));
    }
    void set_interleave(Interleave interleave) {
      multiple_of_3 = interleave.is_multiple_of_3();
      granule_shift = static_cast<std::uint8_t>(interleave.shift());
      way_shift = static_cast<std::uint8_t>(interleave.shift() + interleave.binary_ways_bits());
      granule_mask = interleave.granularity() - 1u;
    }

   private:
    std::uint64_t granule_mask = 0xFF;
    std::uint8_t granule_shift = 8, way_shift = 8;
    bool multiple_of_3 = false;
  };

  CompiledRoutes() = default;
  explicit CompiledRoutes(const DecodeTree& tree);
  CompiledRoutes(CompiledRoutes&&) = default;
  CompiledRoutes& operator=(CompiledRoutes&&) = default;

  /// The leaf of an address; null when no window holds it. A leaf without failure may still be
  /// beyond the device's capacity: ask leaf->exists(leaf->dpa(hpa)).
  const Leaf* find(std::uint64_t hpa) const {
    const Segment* segment = last_;
    if (!segment || hpa - segment->first > segment->extent) {
      segment = search(hpa);
      if (!segment) return nullptr;
      last_ = segment;
    }
    return &leaves_[table_[segment->table + segment->index(hpa)]];
  }

  const std::vector<Leaf>& leaves() const { return leaves_; }
  std::size_t index_of(const Leaf* leaf) const {
    return static_cast<std::size_t>(leaf - leaves_.data());
  }

 private:
  struct Segment {
    std::uint64_t first = 0;
    std::uint64_t extent = 0;  ///< last address - first
    const FixedMemoryWindow* window = nullptr;
    std::uint64_t root_mask = 0;  ///< modulo with a power of two: ways - 1
    std::uint8_t root_shift = 0;
    bool root_is_binary = true;    ///< else ask the window
    std::uint8_t lower_shift = 0;  ///< lowest address bit that a bridge or switch looks at
    std::uint32_t lower_mask = 0;
    std::uint8_t lower_bits = 0;
    std::size_t table = 0;

    std::size_t index(std::uint64_t hpa) const {
      const std::uint64_t root =
          root_is_binary ? hpa >> root_shift & root_mask : window->target_index(hpa);
      return static_cast<std::size_t>(root << lower_bits | (hpa >> lower_shift & lower_mask));
    }
  };

  const Segment* search(std::uint64_t hpa) const;
  void add_local(const DecodeTree::LocalMemory& local);
  void add_window(const DecodeTree& tree, const FixedMemoryWindow& window);
  void add_segment(const DecodeTree& tree, const FixedMemoryWindow& window, std::uint64_t first,
                   std::uint64_t last);

  std::vector<FixedMemoryWindow> windows_;
  std::vector<Segment> segments_;  ///< by address
  std::vector<std::uint32_t> table_;
  std::vector<Leaf> leaves_;
  mutable const Segment* last_ = nullptr;  ///< the one hit last: accesses come in runs
};

}  // namespace cxlpool::address
