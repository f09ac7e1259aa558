// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/address/hdm_decoder.h"
#include "models/address/partition.h"
#include "models/address/window.h"

namespace cxlpool::address {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex no_node = ~NodeIndex{0};

/// A downstream port as the decoders above it see it.
struct PortView {
  std::string name;
  std::uint8_t number = 0;        ///< what target lists name
  NodeIndex child = no_node;      ///< no_node: see `why`
  Cause why = Cause::empty_port;  ///< empty_port or link_down when there is no child
};

/// A component below one host. A switch with several upstream ports appears in each
/// host's tree with the decoders of the upstream port that the host enters by.
struct Node {
  enum class Kind : std::uint8_t { host_bridge, switch_upstream, device, local_memory, foreign };

  Kind kind = Kind::foreign;
  std::string name;
  NodeIndex parent = no_node;
  const HdmDecoderBlock* decoders =
      nullptr;  ///< null: pass-through bridge, local memory, or foreign
  std::vector<PortView> ports;
  // Devices:
  Partitions partitions;
  bool memory_enabled = true;  ///< DVSEC Mem_Enable

  bool is_endpoint() const {
    return kind == Kind::device || kind == Kind::local_memory || kind == Kind::foreign;
  }
};

/// Host physical addresses of the host's own DRAM, beside the windows: no decoder leads there, and
/// its DPA is the offset.
struct LocalRange {
  std::uint64_t base = 0;
  std::uint64_t size = 0;

  bool contains(std::uint64_t hpa) const { return hpa - base < size; }
};

/// Everything that decides where the accesses of one host go: a view of live registers, and of
/// which port leads where at one moment. It owns no registers; whoever made it must outlive it, and
/// makes a new one when bindings, links or memory enables change.
struct DecodeTree {
  struct Bridge {
    std::uint32_t uid = 0;
    NodeIndex node = no_node;
  };

  struct LocalMemory {
    LocalRange range;
    NodeIndex node = no_node;
  };

  std::optional<LocalMemory> local;
  std::vector<FixedMemoryWindow> windows;
  std::vector<Bridge> bridges;
  std::vector<Node> nodes;

  NodeIndex bridge(std::uint32_t uid) const;
  const FixedMemoryWindow* window(std::uint64_t hpa) const;
};

/// One decision on the way down.
struct RouteStep {
  NodeIndex node = no_node;
  int decoder = -1;           ///< -1: pass-through
  unsigned target_index = 0;  ///< which entry of the target list
  std::uint8_t port = 0;      ///< the physical port number it names
};

/// Where an address goes, and why.
struct Route {
  Cause cause = Cause::none;
  int window = -1;             ///< index into DecodeTree::windows, -1: none, or local memory
  unsigned window_target = 0;  ///< index into the window's target list
  NodeIndex node = no_node;    ///< the endpoint reached, or the component that failed
  int decoder = -1;            ///< the endpoint's; of Cause::not_committed, the one to commit
  std::uint64_t dpa = 0;       ///< device physical address, when a device was reached
  /// The range of HPA around the address over which every choice is the same and DPA is
  /// contiguous; both inclusive. Only when the route is good.
  std::uint64_t first = 0, last = 0;
  std::vector<RouteStep> steps;

  bool good() const { return cause == Cause::none; }
};

/// Follows the decoders hop by hop: the reference that compiled routes and sockets agree with.
/// `out` is overwritten and its memory reused.
void walk(const DecodeTree& tree, std::uint64_t hpa, Route& out);
Route walk(const DecodeTree& tree, std::uint64_t hpa);

/// The part of walk() below the root level: from `node` on.
void descend(const DecodeTree& tree, NodeIndex node, std::uint64_t hpa, Route& out);

/// Every HPA that reaches `device` at `dpa`, ascending: none where nothing decodes to it, several
/// where programming aliases. The positions are found by walking (sources.md 3.6, derived trap),
/// so hierarchies of 3 x 2, 3 x 4, 6 x 2 and unaligned bases need no special case.
std::vector<std::uint64_t> hpas_of(const DecodeTree& tree, NodeIndex device, std::uint64_t dpa);

}  // namespace cxlpool::address
