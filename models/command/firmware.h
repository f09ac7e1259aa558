// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/command/cci.h"

namespace cxlpool::command {

/// 0200h's answer.
struct FirmwareInfo {
  std::uint8_t slots = 0;
  std::uint8_t slot_info = 0;  ///< [2:0] active, [5:3] staged for the next cold reset
  std::uint8_t capabilities = 0;
  std::array<std::uint8_t, 64> revisions{};  ///< 4 x 16 characters

  template <class Codec>
  void fields(Codec& codec) {
    codec(slots), codec(slot_info), codec(capabilities), codec.reserved(0x0D), codec(revisions);
  }
};

/// 0201h's request, before its data.
struct FirmwareTransfer {
  static constexpr std::uint32_t offset_unit_bytes = 128;

  std::uint8_t action = 0;
  std::uint8_t slot = 0;
  std::uint32_t offset = 0;  ///< in units of 128 bytes

  template <class Codec>
  void fields(Codec& codec) {
    codec(action), codec(slot), codec.reserved(2), codec(offset), codec.reserved(0x78);
  }
};

/// Two firmware slots (0200h-0202h), the first active. Images are counted, not kept. A transfer
/// that rests for more than 30 s is dropped at the next part.
class Firmware {
 public:
  static constexpr std::uint8_t slot_count = 2;
  static constexpr std::uint64_t max_image_bytes = 32u << 20;
  static constexpr Nanoseconds part_duration = 2'000'000'000;
  static constexpr Nanoseconds full_duration = 10'000'000'000;
  static constexpr Nanoseconds rest_limit = 30'000'000'000;

  Firmware(std::string revision, const Clock& clock);

  void add_commands(Cci& cci);
  std::uint8_t active_slot() const { return active_; }
  std::uint8_t staged_slot() const { return staged_; }
  void cold_reset();
  void save(Writer& state) const;

 private:
  enum Action : std::uint8_t { full = 0, initiate = 1, continued = 2, end = 3, abort = 4 };
  struct Transfer {
    bool running = false;
    std::uint64_t last_start = 0;
    std::uint64_t last_end = 0;
    Nanoseconds last_time = 0;
  };

  bool under_way() const;
  Reply info() const;
  Reply transfer(const Request& request, Cci& cci);
  ReturnCode check(const FirmwareTransfer& part, std::uint64_t start, std::uint64_t length) const;
  ReturnCode check_order(std::uint64_t start, std::uint64_t length) const;
  Reply activate(const Request& request);
  bool may_fill(std::uint8_t slot) const {
    return slot != 0 && slot != active_ && slot <= slot_count;
  }

  std::string revision_;
  const Clock& clock_;
  std::uint8_t active_ = 1;
  std::uint8_t staged_ = 0;
  std::array<bool, slot_count + 1> present_{};
  Transfer transfer_;
};

}  // namespace cxlpool::command
