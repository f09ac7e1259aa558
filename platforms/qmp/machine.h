// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/timing/picoseconds.h"
#include "platforms/qmp/requests.h"
#include "platforms/qmp/result.h"

namespace cxlpool::qmp {

/// An access that was made. Reads of what failed are all-ones in the failed bytes.
struct Access {
  bool ok = false;
  std::string cause;                ///< why not, in the words of the platform's statistics
  std::vector<std::uint8_t> bytes;  ///< of a read: as many as were asked for, whatever failed
  bool poison = false;              ///< of a read: part of the data is poisoned
};

/// One extent of a device with dynamic capacity.
struct ExtentState {
  std::uint8_t region = 0;
  std::uint16_t host_id = 0;
  std::uint64_t dpa = 0;
  std::uint64_t len = 0;
  std::string tag;  ///< a UUID, or empty
  std::uint16_t shared_seq = 0;
  ReleaseState state = ReleaseState::accepted;  ///< never not_found
};

struct RegionState {
  std::uint64_t dpa = 0;
  std::uint64_t len = 0;
  std::uint64_t block_bytes = 0;
};

/// How many messages about errors a device has sent to its host.
struct ErrorCounts {
  std::uint64_t correctable = 0;
  std::uint64_t non_fatal = 0;
  std::uint64_t fatal = 0;
};

struct DeviceState {
  std::string name;
  std::string path;  ///< canonical: /machine/peripheral/NAME
  std::uint64_t volatile_bytes = 0;
  std::uint64_t persistent_bytes = 0;
  unsigned heads = 1;
  std::vector<RegionState> regions;
  std::vector<ExtentState> extents;  ///< offered and accepted, by DPA
  ErrorCounts error_messages;
};

/// A backend and who has it.
struct BackendState {
  Backend backend;
  std::string used_by;  ///< name of a device; empty while nobody does
};

/// What changed about the capacity of a device, for clients to be told: at whose `host_id`, and
/// which part of it. In the order of happening.
struct CapacityChange {
  enum class Kind : std::uint8_t {
    offered,            ///< the device has an add-capacity event for the host
    accepted,           ///< the host took all or part of an offer
    declined,           ///< the host closed an offer without taking this part
    release_requested,  ///< the device has a release-capacity event for the host
    released,           ///< the host gave it back
    removed,            ///< taken by force
  };
  Kind kind = Kind::offered;
  std::string device;
  std::uint16_t host_id = 0;
  std::uint8_t region = 0;
  std::uint64_t dpa = 0;
  std::uint64_t len = 0;
  std::string tag;  ///< a UUID, or empty
};

/// A message about an error that a device sent to its host (PCIe AER), for clients to be told.
struct ErrorReport {
  std::string device;
  address::ErrorMessage message = address::ErrorMessage::correctable;
  std::string error;  ///< as in the commands that inject them; the message itself does not say
};

/// What QMP commands are carried out on: the simulated machine as an orchestrator outside of its
/// hosts sees it. An interface, so that the protocol stands without a simulation and its tests with
/// a machine that only records.
///
/// Calls come one at a time from one thread, and are synchronous: a call returns after the activity
/// that it caused has settled, whatever simulated time that takes. A request that cannot be carried
/// out is an Error, of QEMU's class and, where QEMU has one, in its words, and changes nothing. No
/// call throws on account of what a client sent.
class Machine {
 public:
  virtual ~Machine() = default;

  // Memory backends, made and unmade while the machine runs.
  virtual Status object_add(const Backend& backend) = 0;
  virtual Status object_del(const std::string& id) = 0;

  // Dynamic capacity.
  virtual Status add_dynamic_capacity(const AddDynamicCapacity& request) = 0;
  virtual Status release_dynamic_capacity(const ReleaseDynamicCapacity& request) = 0;
  virtual Result<ReleaseStatus> release_status(const ReleaseStatusQuery& query) = 0;

  // Errors and events of a device.
  virtual Status inject_poison(const InjectPoison& request) = 0;
  virtual Status inject_uncorrectable_errors(const InjectUncorrectableErrors& request) = 0;
  virtual Status inject_correctable_error(const InjectCorrectableError& request) = 0;
  virtual Status inject_general_media_event(const GeneralMediaEvent& event) = 0;
  virtual Status inject_dram_event(const DramEvent& event) = 0;
  virtual Status inject_memory_module_event(const MemoryModuleEvent& event) = 0;

  /// A mailbox command as software would send it. An Error if there is no such mailbox.
  virtual Result<MailboxReply> mailbox(const MailboxCommand& command) = 0;

  /// A register by MMIO, as software reaches it. An Error if there are no such registers; one that
  /// is absent among them reads zero, and a write that it does not take is lost.
  virtual Result<std::uint64_t> read_register(const RegisterAccess& access) = 0;
  virtual Status write_register(const RegisterAccess& access) = 0;

  /// Accesses of the host of that name at a host physical address. An Error if there is no such
  /// host; an access that fails is an Access that is not ok.
  virtual Result<Access> read(const std::string& host, std::uint64_t hpa, std::uint64_t size) = 0;
  virtual Result<Access> write(const std::string& host, std::uint64_t hpa,
                               const std::vector<std::uint8_t>& bytes) = 0;

  /// Hot reset: decoders are lost; extents, offers, event records and RAS registers stay.
  virtual Status system_reset() = 0;

  // What there is.
  virtual std::vector<BackendState> backends() = 0;
  virtual std::vector<DeviceState> devices() = 0;
  virtual std::vector<std::string> hosts() = 0;

  /// Simulated time.
  virtual timing::Picoseconds now() = 0;
  /// Simulates until that time; at once if it is not in the future.
  virtual void advance_to(timing::Picoseconds time) = 0;

  /// Changes since the last call, whoever caused them. Asked after every command and advance.
  virtual std::vector<CapacityChange> take_capacity_changes() = 0;
  virtual std::vector<ErrorReport> take_error_reports() = 0;
};

}  // namespace cxlpool::qmp
