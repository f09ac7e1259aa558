// SPDX-License-Identifier: Apache-2.0
#include "models/command/firmware.h"

#include <algorithm>
#include <utility>

namespace cxlpool::command {

namespace {

constexpr std::size_t revision_bytes = 16;
constexpr std::uint8_t can_activate_online = 1u << 0;
constexpr unsigned staged_shift = 3;

struct Activation {
  enum Action : std::uint8_t { online = 0, next_cold_reset = 1 };

  std::uint8_t action = 0;
  std::uint8_t slot = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(action), codec(slot);
  }
};

}  // namespace

Firmware::Firmware(std::string revision, const Clock& clock)
    : revision_(std::move(revision)), clock_(clock) {
  present_[active_] = true;
}

void Firmware::add_commands(Cci& cci) {
  cci.add(Opcode::get_firmware_info, [this](const Request&) { return info(); });
  cci.add(Opcode::transfer_firmware,
          [this, &cci](const Request& request) { return transfer(request, cci); });
  cci.add(Opcode::activate_firmware, [this](const Request& request) { return activate(request); });
}

Reply Firmware::info() const {
  FirmwareInfo info;
  info.slots = slot_count;
  info.slot_info = static_cast<std::uint8_t>(active_ | staged_ << staged_shift);
  info.capabilities = can_activate_online;
  for (std::size_t slot = 1; slot <= slot_count; ++slot) {
    if (!present_[slot]) continue;
    const std::size_t length = std::min(revision_.size(), revision_bytes);
    std::copy_n(revision_.begin(), length, info.revisions.begin() + (slot - 1) * revision_bytes);
  }
  return encode(info);
}

ReturnCode Firmware::check_order(std::uint64_t start, std::uint64_t length) const {
  const bool again = start == transfer_.last_start && start + length == transfer_.last_end;
  const bool overlaps = start < transfer_.last_end;
  return overlaps && !again ? ReturnCode::firmware_transfer_out_of_order : ReturnCode::success;
}

bool Firmware::under_way() const {
  return transfer_.running && clock_.now() - transfer_.last_time <= rest_limit;
}

/// Of the checks of a part the first that fails.
ReturnCode Firmware::check(const FirmwareTransfer& part, std::uint64_t start,
                           std::uint64_t length) const {
  if (part.action > abort || start + length > max_image_bytes) return ReturnCode::invalid_input;
  if (part.action == full || part.action == initiate) {
    if (under_way()) return ReturnCode::firmware_transfer_in_progress;
    if (start != 0) return ReturnCode::invalid_input;
  } else {
    if (!under_way()) return ReturnCode::invalid_input;
    const ReturnCode order = check_order(start, length);
    if (order != ReturnCode::success) return order;
  }
  if ((part.action == full || part.action == end) && !may_fill(part.slot)) {
    return ReturnCode::invalid_slot;
  }
  return ReturnCode::success;
}

Reply Firmware::transfer(const Request& request, Cci& cci) {
  const auto part = *decode<FirmwareTransfer>(request.payload);
  if (part.action == abort) {
    transfer_ = {};
    return ReturnCode::success;
  }
  const std::uint64_t length = request.payload.size() - wire_size<FirmwareTransfer>();
  const std::uint64_t start = std::uint64_t{part.offset} * FirmwareTransfer::offset_unit_bytes;
  const ReturnCode verdict = check(part, start, length);
  if (verdict != ReturnCode::success) return verdict;

  transfer_ = {true, start, start + length, clock_.now()};
  const bool last = part.action == full || part.action == end;
  const auto complete = [this, last, slot = part.slot] {
    transfer_.last_time = clock_.now();
    if (last) {
      transfer_ = {};
      present_[slot] = true;
    }
    return ReturnCode::success;
  };
  const auto aborted = [this] {
    transfer_ = {};
    return ReturnCode::aborted;
  };
  cci.background().start(Opcode::transfer_firmware,
                         part.action == full ? full_duration : part_duration, complete, aborted);
  return ReturnCode::background_started;
}

Reply Firmware::activate(const Request& request) {
  const auto wanted = *decode<Activation>(request.payload);
  if (!may_fill(wanted.slot) || !present_[wanted.slot]) return ReturnCode::invalid_slot;
  if (wanted.action == Activation::online) {
    active_ = wanted.slot;
    staged_ = 0;
  } else if (wanted.action == Activation::next_cold_reset) {
    staged_ = wanted.slot;
  } else {
    return ReturnCode::invalid_input;
  }
  return ReturnCode::success;
}

void Firmware::cold_reset() {
  if (staged_ != 0) active_ = staged_;
  staged_ = 0;
  transfer_ = {};
}

void Firmware::save(Writer& state) const {
  state(active_);
  state(staged_);
  for (const bool present : present_) state(present);
  state(transfer_.running);
  state(transfer_.last_start);
  state(transfer_.last_end);
  state(transfer_.last_time);
}

}  // namespace cxlpool::command
