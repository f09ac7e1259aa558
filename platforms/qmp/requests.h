// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/address/ras_registers.h"

/// What the commands carry: plain structs with the names of QEMU's arguments. The session fills
/// them in; whatever can be checked without a machine (types, ranges, enumerations, members that
/// are missing or unknown) has been checked. `path` is a QOM path as the client gave it
/// (`/machine/peripheral/mem0`, or just `mem0`) and may name anything or nothing.
namespace cxlpool::qmp {

enum class BackendKind : std::uint8_t { ram, file };

/// object-add of memory-backend-ram, memory-backend-file or memory-backend-tagged (a `ram` that
/// must have a tag).
struct Backend {
  std::string id;
  BackendKind kind = BackendKind::ram;
  std::uint64_t size_bytes = 0;    ///< may be 0: the machine refuses what it cannot use
  std::optional<std::string> tag;  ///< as given; whether it is a UUID is for the machine to say
  std::string mem_path;            ///< of a file
  bool share = false;
  bool readonly = false;
};

struct Extent {
  std::uint64_t offset = 0;  ///< bytes, from the start of the region
  std::uint64_t len = 0;     ///< bytes
};

enum class SelectionPolicy : std::uint8_t { free, contiguous, prescriptive, enable_shared_access };

struct AddDynamicCapacity {
  std::string path;
  std::uint16_t host_id = 0;
  SelectionPolicy selection_policy = SelectionPolicy::prescriptive;
  std::uint8_t region = 0;
  std::optional<std::string> tag;
  std::vector<Extent> extents;  ///< may be empty
};

enum class RemovalPolicy : std::uint8_t { tag_based, prescriptive };

struct ReleaseDynamicCapacity {
  std::string path;
  std::uint16_t host_id = 0;
  RemovalPolicy removal_policy = RemovalPolicy::prescriptive;
  bool forced_removal = false;
  bool sanitize_on_release = false;
  std::uint8_t region = 0;
  std::optional<std::string> tag;
  std::vector<Extent> extents;  ///< may be empty
};

struct ReleaseStatusQuery {
  std::string path;
  std::uint16_t host_id = 0;
  std::uint8_t region = 0;
  std::string tag;
};

/// `pending` (offered), `accepted`, `release-requested` or `not-found`.
enum class ReleaseState : std::uint8_t { pending, accepted, release_requested, not_found };

struct ReleaseStatus {
  ReleaseState status = ReleaseState::not_found;
  std::optional<std::string> message;
};

/// The event logs of a device, by their numbers.
enum class EventLog : std::uint8_t { informational = 0, warning = 1, failure = 2, fatal = 3 };

/// What every event record starts with. The optional members are those of CXL 3.2's records.
struct EventHeader {
  std::string path;
  EventLog log = EventLog::informational;
  std::uint32_t flags = 0;  ///< 24 bits; those of the optional members below not included
  std::optional<std::uint8_t> maint_op_class;
  std::optional<std::uint8_t> maint_op_subclass;
  std::optional<std::uint16_t> ld_id;
  std::optional<std::uint8_t> head_id;
};

struct GeneralMediaEvent {
  EventHeader header;
  std::uint64_t dpa = 0;  ///< bits 5:0 are flags
  std::uint8_t descriptor = 0;
  std::uint8_t type = 0;
  std::uint8_t transaction_type = 0;
  std::optional<std::uint8_t> channel;
  std::optional<std::uint8_t> rank;
  std::optional<std::uint32_t> device;      ///< 24 bits
  std::optional<std::string> component_id;  ///< up to 16 bytes are kept
  bool is_comp_id_pldm = false;
  std::uint8_t cme_ev_flags = 0;
  std::uint32_t cme_count = 0;  ///< 24 bits
  std::uint8_t sub_type = 0;
};

struct DramEvent {
  EventHeader header;
  std::uint64_t dpa = 0;  ///< bits 5:0 are flags
  std::uint8_t descriptor = 0;
  std::uint8_t type = 0;
  std::uint8_t transaction_type = 0;
  std::optional<std::uint8_t> channel;
  std::optional<std::uint8_t> rank;
  std::optional<std::uint32_t> nibble_mask;  ///< 24 bits
  std::optional<std::uint8_t> bank_group;
  std::optional<std::uint8_t> bank;
  std::optional<std::uint32_t> row;  ///< 24 bits
  std::optional<std::uint16_t> column;
  std::optional<std::vector<std::uint64_t>> correction_mask;  ///< at most 4
  std::optional<std::string> component_id;                    ///< up to 16 bytes are kept
  bool is_comp_id_pldm = false;
  std::optional<std::uint8_t> sub_channel;
  std::uint8_t cme_ev_flags = 0;
  std::uint32_t cvme_count = 0;  ///< 24 bits
  std::uint8_t sub_type = 0;
};

struct MemoryModuleEvent {
  EventHeader header;
  std::uint8_t type = 0;
  std::uint8_t health_status = 0;
  std::uint8_t media_status = 0;
  std::uint8_t additional_status = 0;
  std::uint8_t life_used = 0;
  std::int16_t temperature = 0;
  std::uint32_t dirty_shutdown_count = 0;
  std::uint32_t corrected_volatile_error_count = 0;
  std::uint32_t corrected_persistent_error_count = 0;
  std::optional<std::string> component_id;  ///< up to 16 bytes are kept
  bool is_comp_id_pldm = false;
  std::uint8_t sub_type = 0;
};

struct InjectPoison {
  std::string path;
  std::uint64_t start = 0;   ///< DPA
  std::uint64_t length = 0;  ///< bytes
};

using address::CorrectableError;
using address::UncorrectableError;

/// QEMU's bound, twice what the header log of the specification holds.
inline constexpr std::size_t max_header_dwords = 32;

struct UncorrectableErrorRecord {
  UncorrectableError type = UncorrectableError::internal;
  std::vector<std::uint32_t> header;  ///< at most max_header_dwords; the log holds 16
};

struct InjectUncorrectableErrors {
  std::string path;
  std::vector<UncorrectableErrorRecord> errors;
};

struct InjectCorrectableError {
  std::string path;
  CorrectableError type = CorrectableError::physical;
};

/// A command for a mailbox: a device's (of the head that `head` says) or a switch's.
struct MailboxCommand {
  std::string path;
  std::uint8_t head = 0;
  std::uint16_t opcode = 0;
  std::vector<std::uint8_t> payload;
};

/// A register of a device, of a switch's upstream port or of a host bridge, at an offset from the
/// start of its registers.
struct RegisterAccess {
  std::string path;
  std::uint64_t offset = 0;
  unsigned size = 4;        ///< 1, 2, 4 or 8 bytes
  std::uint64_t value = 0;  ///< of a write
};

struct MailboxReply {
  std::uint16_t rc = 0;  ///< the command's return code; failure is a reply, not an Error
  std::vector<std::uint8_t> payload;
};

}  // namespace cxlpool::qmp
