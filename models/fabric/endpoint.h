// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "models/fabric/counters.h"
#include "models/fabric/handshake.h"
#include "models/fabric/media.h"
#include "models/fabric/memory_access.h"
#include "models/fabric/topology.h"
#include "models/timing/channel_spread.h"

namespace cxlpool::fabric {

class Host;

/// What takes time inside an endpoint: its controller, where requests queue, and behind it the
/// channels of its media. Time on the way out is the channels' latency.
struct EndpointTiming {
  Timekeeper* time = nullptr;
  std::unique_ptr<timing::Station> controller;
  std::vector<std::unique_ptr<timing::Station>> channels;
  timing::ChannelSpread spread{1, 256};  ///< of DPAs over the channels
};

/// Told of every access that an approximately timed endpoint serves, after its bytes have moved.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void served(DeviceId device, std::uint64_t dpa,
                      const tlm::tlm_generic_payload& trans) = 0;
};

/// Base of everything that ends an access in memory: Type-3 devices, a host's local memory. A
/// subclass says where an address lies, locate(); the base turns that into blocking transport, the
/// four phases, direct memory, debug transport and what compiled routes need, moves the bytes, and
/// sends every access through the controller and the media, where it takes its time.
///
/// The bytes move when the request reaches the controller, in the order of arrival: that is where
/// accesses are ordered, whatever the media does with them afterwards.
class Endpoint : public sc_core::sc_module, public TopologyNode {
 public:
  tlm_utils::simple_target_socket<Endpoint> usp;  ///< CXL.mem

  const std::string& label() const { return label_; }
  DeviceId id() const { return id_; }
  const Counters& counters() const { return counters_; }
  void set_witness(Witness* witness) { witness_ = witness; }

  /// The media by DPA, for checking and seeding: a back door that no transaction uses.
  Media& media() { return media_; }

  /// Serves an access whose DPA is known and within capacity; it is not counted. The sockets' path
  /// and compiled routes both end here. `access` is the payload's extension, null without.
  void serve_at(std::uint64_t dpa, tlm::tlm_generic_payload& trans, MemoryAccess* access) {
    if (access) {
      access->device = id_;
      access->dpa = dpa;
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    trans.set_dmi_allowed(true);
    if (trans.get_byte_enable_ptr()) return serve_enabled_bytes(dpa, trans);
    serve_all_bytes(dpa, trans);
  }

  /// Whether everything within capacity may be read and written as it is. Where not, somebody must
  /// ask may_access() before serve_at().
  bool is_open() const { return open_; }
  /// Whether an access would be neither refused nor poisoned.
  bool may_access(std::uint64_t dpa, unsigned length, bool is_write) const {
    const Admission admission = admit(dpa, length, is_write);
    return admission.cause == address::Cause::none && !admission.poison;
  }

  /// An access to `dpa`, which is within capacity, is on its way.
  void expect(std::uint64_t dpa) const { media_.prefetch(dpa); }

  /// Loosely timed: takes the message through controller and media; from arrival to the moment
  /// when the response may go up.
  timing::Picoseconds book(timing::Message message, std::uint64_t dpa, timing::Picoseconds arrival);

  /// Approximately timed: takes in a request whose DPA is known, at the place that was reserved for
  /// it; `then` is fired when the response may go up, with room reserved at `above`. `last`: the
  /// caller's event does nothing more.
  void accept(Passage& passage, std::uint64_t dpa, timing::Place above, timing::Actor& then,
              bool last);

  const EndpointTiming* timing() const { return timing_.get(); }

  timing::Place request_place(unsigned ingress, unsigned input, std::uint64_t hpa) override;
  void attach(unsigned ingress, TopologyNode& above, unsigned port) override;
  /// Which input of the place above a response of `dpa` uses.
  std::uint32_t channel(std::uint64_t dpa) const;

  /// What a device says of an access that its decoders let through.
  struct Admission {
    address::Cause cause = address::Cause::none;
    bool poison = false;  ///< a read returns poisoned data
  };

  /// Whether direct memory may be given around `dpa`, and how far: first and last DPA.
  struct Lending {
    bool allowed = true;
    std::uint64_t first = 0, last = ~std::uint64_t{0};
  };

 protected:
  /// Where an address lies.
  struct Target {
    address::Cause cause = address::Cause::none;
    int decoder = -1;
    std::uint64_t dpa = 0;
    std::uint64_t first = 0, last = 0;  ///< HPA around it whose DPA is contiguous, inclusive
    bool poison = false;
  };

  /// `media` may be shared by several endpoints, and may be made after its endpoint; it must
  /// outlive every access. Without `timing` an endpoint takes no time.
  Endpoint(sc_core::sc_module_name name, std::string label, DeviceId id, Media& media,
           std::unique_ptr<EndpointTiming> timing);

  virtual Target locate(std::uint64_t hpa) const = 0;
  /// Whether [dpa, dpa + length), all of it within one Target, may be accessed. Asked while the
  /// endpoint is not open.
  virtual Admission admit(std::uint64_t, unsigned, bool) const { return {}; }
  void set_open(bool open) { open_ = open; }

  virtual Lending lend(std::uint64_t) const { return {}; }
  /// Takes back direct memory if any was given since the last time.
  void revoke_lent() {
    if (std::exchange(lent_, false)) {
      revoking_ = true;  // who is told must not be lent it anew
      usp->invalidate_direct_mem_ptr(0, ~0ull);
      revoking_ = false;
    }
  }
  /// For describe(): adds `node`, which the subclass has filled in, with this endpoint behind it.
  address::NodeIndex add_to(Topology& topology, address::Node node);

  Counters counters_;

 private:
  Target checked_target(const tlm::tlm_generic_payload& trans, bool malformed) const;
  void refuse(tlm::tlm_generic_payload& trans, const Target& target);
  void serve_admitted(std::uint64_t dpa, tlm::tlm_generic_payload& trans, MemoryAccess* access);
  /// Serves what was admitted, and marks it if it is poisoned.
  void serve_marked(std::uint64_t dpa, bool poison, tlm::tlm_generic_payload& trans,
                    MemoryAccess* access) {
    serve_at(dpa, trans, access);
    if (poison && access) access->poison = true;
  }
  void serve_all_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans) {
    if (trans.is_read()) {
      media_.read(dpa, trans.get_data_ptr(), trans.get_data_length());
    } else if (trans.is_write()) {
      media_.write(dpa, trans.get_data_ptr(), trans.get_data_length());
    }
  }
  void serve_enabled_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans);
  void b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& trans);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi);

  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  bool admit_request(Passage& passage);
  void request_came(Passage& passage);
  void served(Passage& passage);
  void answer_refused(Passage& passage);
  timing::Place place_above(unsigned input) const;

  std::string label_;
  DeviceId id_;
  Media& media_;
  bool open_ = true;
  bool lent_ = false;  ///< direct memory
  bool revoking_ = false;
  Witness* witness_ = nullptr;
  std::unique_ptr<EndpointTiming> timing_;
  TopologyNode* above_ = nullptr;
  unsigned above_port_ = 0;
  std::unique_ptr<ResponseSide> responses_;
  std::vector<std::vector<timing::Place>> legs_;  ///< by channel
  PassageActor<Endpoint> request_came_{*this, &Endpoint::request_came};
  PassageActor<Endpoint> served_{*this, &Endpoint::served};
  PassageActor<Endpoint> answer_refused_{*this, &Endpoint::answer_refused};
};

}  // namespace cxlpool::fabric
