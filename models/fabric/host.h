// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/address/compiled_routes.h"
#include "models/fabric/counters.h"
#include "models/fabric/endpoint.h"
#include "models/fabric/handshake.h"
#include "models/fabric/memory_access.h"
#include "models/fabric/payload_pool.h"
#include "models/fabric/topology.h"

namespace cxlpool::fabric {

/// What takes time in a host: the port that issues parts of accesses, with the way from the core as
/// its latency, the way back, and how many parts may be under way.
struct HostTiming {
  Timekeeper* time = nullptr;
  std::unique_ptr<timing::Station> issue;  ///< unbounded: `outstanding` is the bound
  timing::Picoseconds response_latency = 0;
  /// The same of what goes to local memory, whose way is another; there and back is its latency.
  std::unique_ptr<timing::Station> issue_local;
  unsigned outstanding = 0;        ///< 0: as many as the initiators have
  std::uint8_t traffic_class = 0;  ///< higher goes first where arbitration is by priority
};

/// The stations that an access passes, one after the other; null stations are left out.
struct TimedWay {
  std::vector<const timing::Station*> request;   ///< from the issuing port to the last link
  std::vector<const timing::Station*> device;    ///< controller, and the channel of its media
  std::vector<const timing::Station*> response;  ///< from the last link to the first
  timing::Picoseconds response_latency = 0;      ///< of the host, after that
  std::uint64_t media_address = 0;               ///< of the channel's own
};

/// The root of one host's address map: fixed memory windows that interleave over host bridges, and
/// beside them the host's own memory, if it has any. Initiators, ours or foreign, bind to `core`;
/// `bridge[i]` goes to host bridge i, and one more, bridge[config.bridge_uids.size()], to local
/// memory.
///
/// An access of any size is cut at multiples of 256 B, the smallest granule that a decoder can
/// have, or of a smaller block of dynamic capacity, and each part is sent, answered and counted on
/// its own: one failing part makes the access an error, the others are done. Parts start together,
/// and the access ends with its last part.
///
/// With compiled routes the host keeps the decode of its whole map and goes straight to our own
/// devices. It is taken back by the same DMI invalidation that takes back DMI pointers, made again
/// at the next access, and changes no result; accesses that are made during a revocation go through
/// the sockets, since the fabric changes only after it. What fails, or leads to a foreign target,
/// goes through the sockets.
///
/// Approximately timed, an access is decoded when it is issued: what the fabric becomes while it is
/// under way does not lead it elsewhere.
class Host : public sc_core::sc_module {
 public:
  using CoreSocket = tlm_utils::simple_target_socket_tagged<Host>;
  using BridgeSocket = tlm_utils::simple_initiator_socket_tagged<Host>;

  static constexpr unsigned part_bytes = 256;  ///< at most

  struct Config {
    std::string label;
    HostId id{};
    std::vector<address::FixedMemoryWindow> windows;
    std::vector<std::uint32_t> bridge_uids;    ///< of what is bound to bridge[i]
    std::optional<address::LocalRange> local;  ///< overlaps no window
    unsigned cores = 1;
    /// Smallest block of dynamic capacity that the host may reach, a power of two: where it is less
    /// than a part may have, all accesses are cut at its multiples, and take the time of so many
    /// parts. (The builder gives the platform's smallest to every host, since ports may be moved.)
    std::uint64_t least_block = part_bytes;
    bool compiled_routes = true;
  };

  sc_core::sc_vector<CoreSocket> core;
  sc_core::sc_vector<BridgeSocket> bridge;

  Host(sc_core::sc_module_name name, Config config, HostTiming timing = {});

  /// Switches compiled routes on or off; no result changes, only the speed.
  void use_compiled_routes(bool use) { config_.compiled_routes = use; }

  const std::string& label() const { return config_.label; }
  HostId id() const { return config_.id; }

  /// Parts of accesses that this host sent, and those that met no window; settle them first.
  const Counters& counters() const { return counters_; }

  /// The fabric as it is at this moment. The reference stays good until the next change of the
  /// fabric or call of this function.
  const Topology& topology();

  /// The way of an access to `hpa`, timed. Nothing where it would not reach a device of ours.
  std::optional<TimedWay> timed_way(std::uint64_t hpa);

  /// Adds what went over compiled routes to the counters of the components that it passed. To be
  /// called before counters are read; harmless at any time.
  void settle_counters();

 private:
  /// What the compiled route's leaf means here, and what has gone there since the last settling.
  struct Shortcut {
    Endpoint* device = nullptr;
    bool local = false;
    sc_core::sc_time latency;  ///< untimed links
    Traffic traffic;
    std::vector<Counters*> passed;
    std::vector<timing::Place> down;             ///< from the issuing port to the last link
    std::vector<std::vector<timing::Place>> up;  ///< by the device's channel
  };

  /// An access under way, approximately timed.
  struct Transaction {
    tlm::tlm_generic_payload* trans = nullptr;
    MemoryAccess* access = nullptr;
    tlm::tlm_generic_payload* lender = nullptr;  ///< of the extension; null: it had one
    unsigned core = 0;
    unsigned started = 0;  ///< bytes that have been sent
    unsigned unfinished = 0;
    unsigned failed_at = 0;  ///< offset of the first part that failed
    std::uint64_t order = 0;
    bool in_call = false;  ///< its sender is calling, and takes END_REQ as the answer
  };
  /// What a part under way needs to be put back where it came from.
  struct Part {
    Passage* passage = nullptr;
    Transaction* transaction = nullptr;
    tlm::tlm_generic_payload* payload = nullptr;  ///< of its own; null: the access is one part
    unsigned offset = 0;
    std::size_t record = 0;  ///< in access->parts
    std::uint64_t dpa = 0;
    std::uint32_t channel = 0;  ///< of the device
    Shortcut* shortcut = nullptr;
    bool local = false;
    /// Made for the first access with byte enables that is cut; kept. There are as many parts as
    /// accesses under way, and most never need it.
    std::unique_ptr<std::array<unsigned char, part_bytes>> enables;
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
  bool is_local(unsigned index) const { return index == config_.bridge_uids.size(); }
  timing::Station& issuing_port(bool local) const {
    return local ? *timing_.issue_local : *timing_.issue;
  }
  /// Bytes of a part from `address` on, of an access that has `remaining` more.
  unsigned part_length(std::uint64_t address, std::uint64_t remaining) const;
  int bridge_for(std::uint64_t hpa, address::Cause& cause) const;
  void rebuild();
  void compile();
  Shortcut* find_shortcut(const tlm::tlm_generic_payload& trans, std::uint64_t& dpa);
  Shortcut* find_shortcut(std::uint64_t hpa, std::uint64_t& dpa);
  void add_places(Shortcut& shortcut, address::NodeIndex leaf) const;

  // Loosely timed.
  timing::Picoseconds book_issue(bool local, const timing::Message& message,
                                 timing::Picoseconds arrival);
  timing::Picoseconds book_return(bool local, timing::Picoseconds time);
  timing::Picoseconds book(const Shortcut& shortcut, const tlm::tlm_generic_payload& trans,
                           std::uint64_t dpa, timing::Picoseconds arrival);

  // Approximately timed, in the order in which an access comes by.
  void make_timed();
  tlm::tlm_sync_enum nb_transport_fw(int core_id, tlm::tlm_generic_payload& trans,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void came(Transaction& transaction);
  void start_what_can();
  void end_request(Transaction& transaction);
  bool start_parts(Transaction& transaction);
  void start_part(Transaction& transaction, unsigned offset, unsigned size);
  bool start_on_shortcut(Passage& passage, Part& part);
  void start_through_sockets(Passage& passage);
  void issued(Passage& passage);
  void reached(Passage& passage);
  void served(Passage& passage);
  tlm::tlm_sync_enum nb_transport_bw(int bridge_id, tlm::tlm_generic_payload& trans,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void came_back(Passage& passage);
  void done(Passage& passage);
  void merge(Transaction& transaction, const Part& part, const tlm::tlm_generic_payload& answer);
  void finish(Transaction& transaction);

  Config config_;
  unsigned part_bytes_;
  std::vector<Neighbour> neighbours_;
  Counters counters_;
  PayloadPool pool_;
  Topology topology_;
  bool topology_stale_ = true;
  unsigned revoking_ = 0;  ///< revocations under way: what is seen now is about to change
  address::CompiledRoutes routes_;
  std::vector<Shortcut> shortcuts_;
  bool routes_stale_ = true;

  HostTiming timing_;
  /// Loosely timed, with a limit of parts under way: when each of them will be back, a heap.
  std::vector<timing::Picoseconds> under_way_until_;
  std::uint16_t origin_ = 0;
  unsigned under_way_ = 0;
  std::vector<std::unique_ptr<RequestSide>> requests_;    ///< by bridge
  std::vector<std::unique_ptr<ResponseSide>> responses_;  ///< by core
  std::deque<Transaction*> waiting_;                      ///< with parts that have not been started
  std::vector<std::unique_ptr<Transaction>> transactions_;
  std::vector<Transaction*> free_transactions_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<Part*> free_parts_;
  /// Shortcuts of maps that are gone, which parts under way still follow.
  std::vector<std::vector<Shortcut>> former_shortcuts_;
  class TransactionActor final : public timing::Actor {
   public:
    using Handler = void (Host::*)(Transaction&);
    TransactionActor(Host& host, Handler handler) : host_(host), handler_(handler) {}
    void fire(void* subject, timing::Picoseconds) override {
      (host_.*handler_)(*static_cast<Transaction*>(subject));
    }

   private:
    Host& host_;
    Handler handler_;
  };
  TransactionActor came_{*this, &Host::came};
  TransactionActor finish_{*this, &Host::finish};
  PassageActor<Host> issued_{*this, &Host::issued};
  PassageActor<Host> reached_{*this, &Host::reached};
  PassageActor<Host> served_{*this, &Host::served};
  PassageActor<Host> done_{*this, &Host::done};
};

}  // namespace cxlpool::fabric
