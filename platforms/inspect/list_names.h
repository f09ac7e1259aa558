// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "models/address/decode_tree.h"
#include "platforms/description.h"

namespace cxlpool::platforms {

/// What one host's kernel calls the components of its tree. Ids are given in the order in which the
/// Linux driver meets things: host bridges first, then device by device the switches above it that
/// are new, and the device. PCI addresses are those of a depth-first enumeration in which a host
/// bridge's UID is its bus; where that makes buses collide, each host bridge gets a segment.
class ListNames {
 public:
  ListNames(const PlatformDescription& description, const address::DecodeTree& tree);

  int port_id(address::NodeIndex node) const { return entries_[node].port_id; }
  int memdev_id(address::NodeIndex node) const { return entries_[node].memdev_id; }
  /// 1 for host bridges.
  unsigned depth(address::NodeIndex node) const { return entries_[node].depth; }
  /// "pci0000:34" of a host bridge, "0000:35:00.0" of a switch's upstream port or of a device.
  const std::string& pci(address::NodeIndex node) const { return entries_[node].pci; }
  /// "0000:34:00.0" of a downstream port; empty when the host does not see it.
  const std::string& pci(address::NodeIndex node, std::size_t port) const {
    return entries_[node].ports[port];
  }
  /// The same of the port that a component hangs from.
  const std::string& parent_pci(address::NodeIndex node) const { return entries_[node].parent; }

 private:
  struct Entry {
    int port_id = -1;
    int memdev_id = -1;
    unsigned depth = 0;
    std::string pci;
    std::string parent;
    std::vector<std::string> ports;
  };

  void number(const PlatformDescription& description);
  /// False when buses collide.
  bool enumerate(const PlatformDescription& description, bool segments);
  unsigned enumerate_below(const PlatformDescription& description, address::NodeIndex node,
                           unsigned segment, unsigned bus, unsigned last_bus);

  const address::DecodeTree& tree_;
  std::vector<Entry> entries_;
};

}  // namespace cxlpool::platforms
