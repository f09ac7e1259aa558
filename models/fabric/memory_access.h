// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <tlm>

#include "models/address/cause.h"
#include "models/fabric/counters.h"

namespace cxlpool::fabric {

struct Passage;

enum class HostId : std::uint16_t {};
enum class DeviceId : std::uint16_t {};
inline constexpr DeviceId no_device{0xFFFF};

/// One part of an access as the host sent it down: accesses are cut where they cross a granule
/// edge, and every part is routed and answered on its own.
struct AccessPart {
  std::uint64_t hpa = 0;
  std::uint32_t size = 0;                       ///< bytes
  address::Cause cause = address::Cause::none;  ///< also none when a foreign target refused it
  DeviceId device = no_device;                  ///< where it landed
  std::uint64_t dpa = 0;
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  bool poison = false;
};

/// Ignorable extension of a generic payload on its way through the fabric. It informs: identity is
/// the ingress port's, so the host stamps `host` whatever was there. A payload without it works.
///
/// `cause`, `where` and `decoder` tell why the access (or the first failing part of it) failed;
/// `where` is a label of the component that outlives the payload.
class MemoryAccess : public tlm::tlm_extension<MemoryAccess> {
 public:
  HostId host{};
  std::uint16_t logical_device = 0;
  std::uint32_t tag = 0;
  bool poison = false;
  address::Cause cause = address::Cause::none;
  const char* where = "";
  int decoder = -1;
  DeviceId device = no_device;
  std::uint64_t dpa = 0;
  /// An initiator that wants to know where every part went points this at a list of its own; the
  /// host appends to it.
  std::vector<AccessPart>* parts = nullptr;
  /// Approximately timed: what its initiator does when it is called gives the kernel nothing to do.
  bool off_kernel = false;
  /// Approximately timed: the access on its way; belongs to the module where it entered.
  Passage* passage = nullptr;

  /// Forgets the outcome of an earlier trip; the initiator's fields stay.
  void clear_outcome() {
    poison = false;
    cause = address::Cause::none;
    where = "";
    decoder = -1;
    device = no_device;
    dpa = 0;
  }

  tlm::tlm_extension_base* clone() const override { return new MemoryAccess(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const MemoryAccess&>(other);
  }
};

/// Counts what passes; a command that is to be ignored moves nothing and is no access.
inline void count(Traffic& traffic, const tlm::tlm_generic_payload& trans) {
  if (trans.get_command() == tlm::TLM_IGNORE_COMMAND) return;
  traffic.count(trans.is_read(), trans.get_data_length());
}

/// TLM response status of a cause: see Cause.
tlm::tlm_response_status status_of(address::Cause cause);

/// Answers `trans` as hardware does: the status of `cause`, all-ones in the enabled bytes of a
/// read, and in the extension, if there is one, who failed it and why.
void fail(tlm::tlm_generic_payload& trans, address::Cause cause, const char* where,
          int decoder = -1);

}  // namespace cxlpool::fabric
