// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <tlm>

#include "models/address/decode_tree.h"
#include "models/fabric/counters.h"
#include "models/timing/transit.h"

namespace cxlpool::fabric {

class Endpoint;
class Hop;
class TopologyNode;

/// What a host learns about the fabric below its sockets: the decode tree, and beside each of its
/// nodes what the compiled route needs to do there what the sockets would have done.
struct Topology {
  struct Entry {
    Endpoint* device = nullptr;        ///< null: not one of our endpoints
    Hop* hop = nullptr;                ///< null: an endpoint, or foreign
    unsigned ingress = 0;              ///< upstream port of the hop
    std::vector<TopologyNode*> links;  ///< above the node, the uppermost first
    std::vector<Counters*> counters;   ///< of the links above the node, then of the node itself
    sc_core::sc_time latency;          ///< round trip that these components add
  };

  address::DecodeTree tree;
  std::vector<Entry> entries;  ///< parallel to tree.nodes
  unsigned part_bytes = 256;   ///< at whose multiples the host cuts accesses
};

/// A conventional reset on its way down: once, or a fundamental one for as long as PERST# is
/// asserted.
enum class Reset : std::uint8_t { hot, begin_fundamental, end_fundamental };

/// A module that can describe itself and what hangs below it.
class TopologyNode {
 public:
  virtual ~TopologyNode() = default;

  /// Adds the subtree seen from upstream port `ingress` to `topology` and returns its root;
  /// no_node, with the cause in `why`, where the port leads nowhere.
  virtual address::NodeIndex describe(Topology& topology, unsigned ingress,
                                      address::Cause& why) = 0;

  /// A reset reaches upstream port `ingress`, and goes on to everything below it. What decoded
  /// there is taken back first.
  virtual void reset_from_above(unsigned ingress, Reset reset) {
    static_cast<void>(ingress), static_cast<void>(reset);
  }

  /// Timed: where a request for `hpa` waits that comes in at upstream port `ingress`; `input` is
  /// which of several ways it came there. No station: it goes through without waiting.
  virtual timing::Place request_place(unsigned ingress, unsigned input, std::uint64_t hpa) {
    static_cast<void>(ingress), static_cast<void>(input), static_cast<void>(hpa);
    return {};
  }
  /// The same of a response that comes in at downstream port `port`, to go up at `ingress`.
  virtual timing::Place response_place(unsigned port, unsigned input, unsigned ingress) {
    static_cast<void>(port), static_cast<void>(input), static_cast<void>(ingress);
    return {};
  }
  /// Tells it what is bound to its upstream port `ingress`: downstream port `port` of `above`.
  virtual void attach(unsigned ingress, TopologyNode& above, unsigned port) {
    static_cast<void>(ingress), static_cast<void>(above), static_cast<void>(port);
  }
};

/// Ignorable extension of a debug transaction by which a module finds out who is bound below one
/// of its initiator sockets. Modules of ours fill it in and touch nothing else; a foreign target
/// leaves it empty and is reached through the sockets alone. A foreign interconnect passes debug
/// transactions on, so only the target whose very interface was `asked` answers: the route must
/// not lead round what stands between.
class TopologyProbe : public tlm::tlm_extension<TopologyProbe> {
 public:
  using Interface = tlm::tlm_fw_transport_if<>;

  const Interface* asked = nullptr;
  TopologyNode* node = nullptr;
  unsigned ingress = 0;

  tlm::tlm_extension_base* clone() const override { return new TopologyProbe(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TopologyProbe&>(other);
  }

  /// Whether `trans`, which came in by `socket`, is a probe and nothing else; answers it if it is
  /// meant for us.
  template <typename Socket>
  static bool answer(tlm::tlm_generic_payload& trans, Socket& socket, TopologyNode& node,
                     unsigned ingress) {
    auto* probe = trans.get_extension<TopologyProbe>();
    if (!probe) return false;
    if (probe->asked == socket.get_base_export().operator->()) {
      probe->node = &node;
      probe->ingress = ingress;
    }
    return true;
  }

  /// For a module that stands in the way and may be led round: a probe, if `trans` carries one, now
  /// asks who is bound to the initiator socket `below`.
  template <typename Socket>
  static void pass_on(tlm::tlm_generic_payload& trans, Socket& below) {
    auto* probe = trans.get_extension<TopologyProbe>();
    if (probe) probe->asked = below.get_base_port().operator->();
  }
};

/// Who is bound below an initiator socket.
struct Neighbour {
  TopologyNode* node = nullptr;  ///< null: foreign
  unsigned ingress = 0;

  template <typename Socket>
  static Neighbour below(Socket& socket) {
    tlm::tlm_generic_payload trans;
    TopologyProbe probe;
    trans.set_extension(&probe);
    TopologyProbe::pass_on(trans, socket);
    trans.set_command(tlm::TLM_IGNORE_COMMAND);
    socket->transport_dbg(trans);
    trans.clear_extension(&probe);
    return {probe.node, probe.ingress};
  }

  /// The subtree below, with a node of kind foreign where there is no module of ours.
  address::NodeIndex describe(Topology& topology, const std::string& foreign_name,
                              address::Cause& why) const {
    if (node) return node->describe(topology, ingress, why);
    address::Node foreign;
    foreign.name = foreign_name;
    topology.tree.nodes.push_back(foreign);
    topology.entries.emplace_back();
    return static_cast<address::NodeIndex>(topology.tree.nodes.size() - 1);
  }
};

}  // namespace cxlpool::fabric
