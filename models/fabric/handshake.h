// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include <tlm>

#include "models/fabric/timekeeper.h"

namespace cxlpool::fabric {

/// The base protocol's four phases at an initiator socket, for whoever sends passages through it:
/// one request at a time, the next when the last one's END_REQ came or was implied. Our own modules
/// answer at once; a foreign one may answer when and how the protocol permits. A payload is held
/// until its response has ended, since what is above may give it up before.
class RequestSide {
 public:
  using Forward = std::function<tlm::tlm_sync_enum(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                                   sc_core::sc_time&)>;
  /// Told of each response, at its time. Returns whether there was room for it; if not, the
  /// receiver calls end_response() later.
  using Response = std::function<bool(Passage&)>;

  RequestSide(Timekeeper& time, Forward forward, Response response)
      : time_(time), forward_(std::move(forward)), response_(std::move(response)) {}
  RequestSide(const RequestSide&) = delete;
  RequestSide& operator=(const RequestSide&) = delete;

  void send(Passage& passage);
  /// `completed` is the passage's completed_below when the response came: there is no END_RESP
  /// then.
  void end_response(tlm::tlm_generic_payload& trans, bool completed);

  tlm::tlm_sync_enum nb_transport_bw(Passage& passage, tlm::tlm_phase& phase,
                                     const sc_core::sc_time& delay);

 private:
  void start(Passage& passage);
  void end_request(Passage& passage);
  void respond(Passage& passage);
  void respond_completed(Passage& passage);
  void hand_over(Passage& passage);

  Timekeeper& time_;
  Forward forward_;
  Response response_;
  PassageActor<RequestSide> request_ended_{*this, &RequestSide::end_request};
  PassageActor<RequestSide> responded_{*this, &RequestSide::respond};
  PassageActor<RequestSide> completed_{*this, &RequestSide::respond_completed};
  Passage* pending_ = nullptr;  ///< between BEGIN_REQ and END_REQ
  std::deque<Passage*> waiting_;
};

/// The same at a target socket: one response at a time, the next after END_RESP.
class ResponseSide {
 public:
  using Backward = std::function<tlm::tlm_sync_enum(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                                    sc_core::sc_time&)>;

  ResponseSide(Timekeeper& time, Backward backward) : time_(time), backward_(std::move(backward)) {}
  ResponseSide(const ResponseSide&) = delete;
  ResponseSide& operator=(const ResponseSide&) = delete;

  /// Begins the response of `trans`, to which a reference is held until it has ended; `order` as
  /// in a transit.
  void send(tlm::tlm_generic_payload& trans, std::uint64_t order);

  /// END_RESP has come.
  void nb_transport_fw_end_response(const sc_core::sc_time& delay);

 private:
  struct Entry {
    tlm::tlm_generic_payload* trans = nullptr;
    std::uint64_t order = 0;
  };
  class Ended final : public timing::Actor {
   public:
    explicit Ended(ResponseSide& side) : side_(side) {}
    void fire(void*, timing::Picoseconds) override { side_.ended(); }

   private:
    ResponseSide& side_;
  };

  void start(const Entry& entry);
  void ended();

  Timekeeper& time_;
  Backward backward_;
  Ended ended_{*this};
  Entry pending_;
  std::deque<Entry> waiting_;
};

}  // namespace cxlpool::fabric
