// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <tlm>

#include "models/fabric/memory_access.h"
#include "models/timing/station.h"

namespace cxlpool::fabric {

/// One part of an access on its way through an approximately timed fabric: what the stations see of
/// it, and what the modules need to send its answer back the way it came. Ours hand it from one to
/// the next with the payload, in the payload's extension; it is made where the access enters.
struct Passage : timing::Transit {
  /// A hop that the answer must pass on its way back.
  struct Stop {
    unsigned ingress = 0;
    unsigned egress = 0;
  };

  tlm::tlm_generic_payload* payload = nullptr;
  MemoryAccess* access = nullptr;
  /// Room that whoever sends the passage has reserved where it goes; a null station: none.
  timing::Place reserved;
  timing::Place here;            ///< a leg of one place
  bool completed_below = false;  ///< the target answered with TLM_COMPLETED
  std::vector<Stop> stops;       ///< the nearest last
  void* entered = nullptr;       ///< what the module where the access entered keeps of it
  /// Of the extension that a foreign sender's payload was lent; null: it had one.
  tlm::tlm_generic_payload* lender = nullptr;

  static Passage& of(void* subject) {
    return static_cast<Passage&>(*static_cast<timing::Transit*>(subject));
  }

  /// Sets it on the single place `at`, after which `then` is told.
  void visit(const timing::Place& at, const timing::Place& beyond_it, timing::Actor& then) {
    here = at;
    leg = &here;
    leg_end = leg + 1;
    beyond = beyond_it;
    owner = &then;
    at.station->arrive(*this);
  }
};

/// The event handler of a module: fired with a passage, calls a member function with it.
template <typename Module>
class PassageActor final : public timing::Actor {
 public:
  using Handler = void (Module::*)(Passage&);
  PassageActor(Module& module, Handler handler) : module_(module), handler_(handler) {}

 private:
  void fire(void* subject, timing::Picoseconds) override {
    (module_.*handler_)(Passage::of(subject));
  }

  Module& module_;
  Handler handler_;
};

/// What goes down for an access, and what comes back.
inline timing::Message request_message(const tlm::tlm_generic_payload& trans) {
  timing::Message message;
  const std::uint64_t offset = trans.get_address() % timing::line_bytes;
  const std::uint64_t length = trans.get_data_length();
  message.lines =
      static_cast<std::uint8_t>((offset + length + timing::line_bytes - 1) / timing::line_bytes);
  message.write = trans.is_write();
  if (message.write) {
    const bool whole = length % timing::line_bytes == 0 && offset == 0;
    message.kind = whole && !trans.get_byte_enable_ptr() ? timing::MessageKind::rwd
                                                         : timing::MessageKind::rwd_partial;
  }
  return message;
}
inline void make_response(timing::Message& message) {
  message.kind = message.write ? timing::MessageKind::ndr : timing::MessageKind::drs;
}

}  // namespace cxlpool::fabric
