// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/address/compiled_routes.h"
#include "models/fabric/counters.h"
#include "models/fabric/memory_access.h"
#include "models/fabric/payload_pool.h"
#include "models/fabric/topology.h"

namespace cxlpool::fabric {

/// The root of one host's address map: fixed memory windows that interleave over host bridges.
/// Initiators, ours or foreign, bind to `core`; `bridge[i]` goes to host bridge i.
///
/// An access of any size is cut at multiples of 256 B, the smallest granule that a decoder can
/// have, and each part is sent, answered and counted on its own: one failing part makes the access
/// an error, the others are done. Parts start together, and the access ends with its last part.
///
/// With compiled routes the host keeps the decode of its whole map and goes straight to our own
/// devices. It is taken back by the same DMI invalidation that takes back DMI pointers, made again
/// at the next access, and changes no result; accesses that are made during a revocation go through
/// the sockets, since the fabric changes only after it. What fails, or leads to a foreign target,
/// goes through the sockets.
class Host : public sc_core::sc_module {
 public:
  using CoreSocket = tlm_utils::simple_target_socket_tagged<Host>;
  using BridgeSocket = tlm_utils::simple_initiator_socket_tagged<Host>;

  static constexpr unsigned part_bytes = 256;

  struct Config {
    std::string label;
    HostId id{};
    std::vector<address::FixedMemoryWindow> windows;
    std::vector<std::uint32_t> bridge_uids;  ///< of what is bound to bridge[i]
    unsigned cores = 1;
    bool compiled_routes = true;
  };

  sc_core::sc_vector<CoreSocket> core;
  sc_core::sc_vector<BridgeSocket> bridge;

  Host(sc_core::sc_module_name name, Config config);

  /// Switches compiled routes on or off; no result changes, only the speed.
  void use_compiled_routes(bool use) { config_.compiled_routes = use; }

  const std::string& label() const { return config_.label; }
  HostId id() const { return config_.id; }

  /// Parts of accesses that this host sent, and those that met no window; settle them first.
  const Counters& counters() const { return counters_; }

  /// The fabric as it is at this moment. The reference stays good until the next change of the
  /// fabric or call of this function.
  const Topology& topology();

  /// Adds what went over compiled routes to the counters of the components that it passed. To be
  /// called before counters are read; harmless at any time.
  void settle_counters();

 private:
  /// What the compiled route's leaf means here, and what has gone there since the last settling.
  struct Shortcut {
    Type3Device* device = nullptr;
    sc_core::sc_time latency;
    Traffic traffic;
    std::vector<Counters*> passed;
  };

  void end_of_elaboration() override;
  void b_transport(int core_id, tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  unsigned transport_dbg(int core_id, tlm::tlm_generic_payload& trans);
  bool get_direct_mem_ptr(int core_id, tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int bridge_id, sc_dt::uint64 first, sc_dt::uint64 last);

  void serve_foreign(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  void serve(tlm::tlm_generic_payload& trans, MemoryAccess& access, sc_core::sc_time& delay);
  void issue(tlm::tlm_generic_payload& trans, MemoryAccess& access, sc_core::sc_time& delay);
  bool issue_compiled(tlm::tlm_generic_payload& trans, MemoryAccess& access,
                      sc_core::sc_time& delay);
  void issue_through_sockets(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  void issue_in_parts(tlm::tlm_generic_payload& trans, MemoryAccess& access,
                      sc_core::sc_time& delay);
  int bridge_for(std::uint64_t hpa, address::Cause& cause) const;
  void rebuild();
  void compile();

  Config config_;
  std::vector<Neighbour> neighbours_;
  Counters counters_;
  PayloadPool pool_;
  Topology topology_;
  bool topology_stale_ = true;
  unsigned revoking_ = 0;  ///< revocations under way: what is seen now is about to change
  address::CompiledRoutes routes_;
  std::vector<Shortcut> shortcuts_;
  bool routes_stale_ = true;
};

}  // namespace cxlpool::fabric
