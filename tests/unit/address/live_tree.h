// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/address/decode_tree.h"
#include "models/address/decoder_program.h"

namespace cxlpool::address::test {

/// A decode tree together with the registers that it views. Ports of a component are numbered
/// from 10 by 3, so that a port number is never mistaken for an index.
class LiveTree {
 public:
  DecodeTree tree;

  static std::uint8_t port_number(std::size_t index) {
    return static_cast<std::uint8_t>(10 + 3 * index);
  }

  NodeIndex add_bridge(std::uint32_t uid, HdmCapability capability = {}) {
    const NodeIndex index = add(Node::Kind::host_bridge, "hb" + std::to_string(uid));
    give_decoders(index, ComponentKind::host_bridge, capability);
    tree.bridges.push_back({uid, index});
    return index;
  }

  NodeIndex add_switch(NodeIndex parent, HdmCapability capability = {}) {
    const NodeIndex index = add(Node::Kind::switch_upstream, "sw", parent);
    give_decoders(index, ComponentKind::switch_upstream, capability);
    return index;
  }

  NodeIndex add_device(NodeIndex parent, Partitions partitions,
                       HdmCapability capability = HdmCapability::standard(ComponentKind::device)) {
    const NodeIndex index = add(Node::Kind::device, "mem", parent);
    tree.nodes[index].partitions = partitions;
    give_decoders(index, ComponentKind::device, capability);
    return index;
  }

  void make_pass_through(NodeIndex index) { tree.nodes[index].decoders = nullptr; }

  Node& node(NodeIndex index) { return tree.nodes[index]; }
  HdmDecoderBlock& block(NodeIndex index) { return *blocks_[index]; }

  /// Turns decoding on and writes the program; what the last write did.
  WriteVerdict program(NodeIndex index, const DecoderProgram& program) {
    HdmDecoderBlock& decoders = block(index);
    decoders.write(hdm::global_control, hdm::decoder_enable);
    WriteVerdict last;
    for (const RegisterWrite& write : register_writes(decoders.kind(), program)) {
      last = decoders.write(write.offset, write.value);
    }
    return last;
  }

 private:
  NodeIndex add(Node::Kind kind, std::string name, NodeIndex parent = no_node) {
    const auto index = static_cast<NodeIndex>(tree.nodes.size());
    Node node;
    node.kind = kind;
    node.parent = parent;
    if (parent != no_node) {
      Node& above = tree.nodes[parent];
      const std::size_t at = above.ports.size();
      name = above.name + "." + std::move(name) + std::to_string(at);
      PortView port;
      port.name = above.name + ".dsp" + std::to_string(at);
      port.number = port_number(at);
      port.child = index;
      above.ports.push_back(std::move(port));
    }
    node.name = std::move(name);
    tree.nodes.push_back(std::move(node));
    blocks_.emplace_back();
    return index;
  }

  void give_decoders(NodeIndex index, ComponentKind kind, HdmCapability capability) {
    blocks_[index] = std::make_unique<HdmDecoderBlock>(kind, capability);
    tree.nodes[index].decoders = blocks_[index].get();
  }

  std::vector<std::unique_ptr<HdmDecoderBlock>> blocks_;  // by node
};

}  // namespace cxlpool::address::test
