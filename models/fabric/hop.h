// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/address/hdm_decoder.h"
#include "models/fabric/counters.h"
#include "models/fabric/handshake.h"
#include "models/fabric/memory_access.h"
#include "models/fabric/topology.h"

namespace cxlpool::fabric {

/// Base of everything that passes accesses on: links, host bridges, switches. It turns one
/// decision, route(), one duration, latency(), and two stations, request_station() and
/// response_station(), into blocking transport, the four phases of non-blocking transport, debug
/// transport, DMI and its revocation. Payloads keep their host physical address all the way down.
///
/// Loosely timed, an access books its time at the stations; approximately timed, it waits in their
/// queues. A hop without a timekeeper knows latency() alone, and takes non-blocking calls as the
/// sockets convert them.
///
/// `usp` are the upstream ports (targets), `dsp` the downstream ports (initiators); a downstream
/// port may stay unbound and is then an empty port. Refusals are response statuses, counted by
/// cause; nothing here throws.
class Hop : public sc_core::sc_module, public TopologyNode {
 public:
  using UpstreamSocket = tlm_utils::simple_target_socket_tagged<Hop>;
  using DownstreamSocket = tlm_utils::simple_initiator_socket_tagged_optional<Hop>;

  sc_core::sc_vector<UpstreamSocket> usp;
  sc_core::sc_vector<DownstreamSocket> dsp;

  const std::string& label() const { return label_; }
  const Counters& counters() const { return counters_; }

  timing::Place request_place(unsigned ingress, unsigned input, std::uint64_t hpa) override;
  timing::Place response_place(unsigned port, unsigned input, unsigned ingress) override;
  void attach(unsigned ingress, TopologyNode& above, unsigned port) override;

  /// Where messages wait in this very module, if they do.
  timing::Place own_request_place(unsigned ingress) const;
  timing::Place own_response_place(unsigned port) const;

 protected:
  /// `label` is the name in platform terms ("h0.hb0"), which SystemC names cannot spell.
  Hop(sc_core::sc_module_name name, std::string label, unsigned upstream, unsigned downstream,
      Timekeeper* time = nullptr);

  /// Which way an access goes, and over which range of HPA around it every address goes the same
  /// way without a granule edge (both inclusive; used for DMI and to refuse crossing accesses).
  struct Egress {
    address::Cause cause = address::Cause::none;
    int decoder = -1;
    unsigned port = 0;
    std::uint64_t first = 0, last = ~0ull;

    static Egress refuse(address::Cause cause, int decoder = -1) { return {cause, decoder}; }
  };
  virtual Egress route(std::uint64_t hpa, unsigned ingress) const = 0;

  /// One way; zero unless the module takes time.
  virtual sc_core::sc_time latency() const { return sc_core::SC_ZERO_TIME; }

  /// Where a request from `ingress` and a response from downstream port `port` wait in this module,
  /// and what takes time; null: nowhere. Only asked of modules with a timekeeper.
  virtual timing::Station* request_station(unsigned ingress) const {
    static_cast<void>(ingress);
    return nullptr;
  }
  virtual timing::Station* response_station(unsigned port) const {
    static_cast<void>(port);
    return nullptr;
  }

  /// Upstream ports that may hold DMI pointers through downstream port `port`.
  virtual std::vector<unsigned> upstream_of(unsigned port) const = 0;

  /// To be called before any change of where upstream port `ingress` leads is visible: takes back
  /// every DMI pointer and compiled route that went through it.
  void revoke(unsigned ingress);

  /// Egress through the lowest committed decoder that holds the address; port number by target
  /// list.
  Egress decode(const address::HdmDecoderBlock& decoders, std::uint64_t hpa) const;

  bool is_bound(unsigned port) const { return below_[port] || dsp[port].size() > 0; }
  const Neighbour& neighbour(unsigned port) const { return neighbours_[port]; }

  /// In whose name upstream port `ingress` refuses.
  virtual const std::string& refuser(unsigned) const { return label_; }

  /// This module's entry in a topology, for describe().
  address::NodeIndex add_node(Topology& topology, address::Node node, unsigned ingress = 0);

  /// Target lists that name port `number` mean dsp[port] from now on; the first to ask has it.
  void number_port(std::uint8_t number, unsigned port);

  Counters counters_;

 private:
  struct Above {
    TopologyNode* node = nullptr;  ///< null: foreign, or a host
    unsigned port = 0;
  };

  void end_of_elaboration() override;
  void b_transport(int ingress, tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  unsigned transport_dbg(int ingress, tlm::tlm_generic_payload& trans);
  bool get_direct_mem_ptr(int ingress, tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int port, sc_dt::uint64 first, sc_dt::uint64 last);
  Egress checked_route(const tlm::tlm_generic_payload& trans, unsigned ingress,
                       bool malformed) const;
  void refuse(tlm::tlm_generic_payload& trans, const Egress& out, unsigned ingress);
  void pass_on_booked(tlm::tlm_generic_payload& trans, unsigned ingress, unsigned port,
                      sc_core::sc_time& delay);

  // Approximately timed, in the order in which an access comes by.
  void make_timed();
  tlm::tlm_sync_enum nb_transport_fw(int ingress, tlm::tlm_generic_payload& trans,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  bool admit_request(Passage& passage);
  void request_came(Passage& passage);
  void request_passed(Passage& passage);
  tlm::tlm_sync_enum nb_transport_bw(int port, tlm::tlm_generic_payload& trans,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  bool response_came(Passage& passage);
  void admit_response(Passage& passage);
  void response_passed(Passage& passage);
  void answer_refused(Passage& passage);

  std::string label_;
  std::vector<Neighbour> neighbours_;
  Timekeeper* time_;
  std::vector<Above> above_;
  std::vector<std::unique_ptr<RequestSide>> requests_;    ///< by downstream port
  std::vector<std::unique_ptr<ResponseSide>> responses_;  ///< by upstream port
  PassageActor<Hop> request_came_{*this, &Hop::request_came};
  PassageActor<Hop> request_passed_{*this, &Hop::request_passed};
  PassageActor<Hop> admit_response_{*this, &Hop::admit_response};
  PassageActor<Hop> response_passed_{*this, &Hop::response_passed};
  PassageActor<Hop> answer_refused_{*this, &Hop::answer_refused};
  std::vector<tlm::tlm_fw_transport_if<>*> below_;  ///< of dsp[i], once it is elaborated
  std::array<std::int16_t, 256> port_of_number_;    ///< -1: no port has the number
};

/// No data, no length, or a length that wraps past 2^64. Of a debug transaction nothing else can be
/// wrong: the base protocol leaves streaming width and byte enables unset there.
inline bool has_no_range(const tlm::tlm_generic_payload& trans) {
  return trans.get_data_length() == 0 || !trans.get_data_ptr() ||
         trans.get_address() + (trans.get_data_length() - 1) < trans.get_address();
}

/// An access that no module here can serve: one without a range, or with a streaming width shorter
/// than the data.
inline bool is_malformed(const tlm::tlm_generic_payload& trans) {
  return has_no_range(trans) || trans.get_streaming_width() < trans.get_data_length() ||
         (trans.get_byte_enable_ptr() && trans.get_byte_enable_length() == 0);
}

}  // namespace cxlpool::fabric
