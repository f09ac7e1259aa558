// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/command/cci.h"
#include "models/command/media_control.h"
#include "models/command/own_memory.h"
#include "models/command/scan_media.h"

namespace cxlpool::command {

/// Header of 4300h's answer.
struct PoisonListHeader {
  static constexpr std::uint8_t more = 1u << 0;
  static constexpr std::uint8_t overflow = 1u << 1;
  static constexpr std::uint8_t scan_in_progress = 1u << 2;

  std::uint8_t flags = 0;
  std::uint64_t overflow_time = 0;
  std::uint16_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(flags), codec.reserved(1), codec(overflow_time), codec(count), codec.reserved(0x14);
  }
};

/// 4302h's request.
struct ClearPoison {
  std::uint64_t dpa = 0;
  std::array<std::uint8_t, PoisonList::line_bytes> data{};

  template <class Codec>
  void fields(Codec& codec) {
    codec(dpa), codec(data);
  }
};

/// Poison of a device by command (4300h-4302h). A misaligned address is 02h, memory that is not the
/// host's 0Fh, and so is read-only memory to be cleared: clearing writes it. A list that does not
/// fit one answer continues when the same query is made again.
class PoisonCommands {
 public:
  PoisonCommands(PoisonList& poison, const ScanMedia& scan, const OwnMemory& memory,
                 MediaControl& media, std::uint16_t inject_limit);

  void add_commands(Cci& cci);
  void save(Writer& state) const;

 private:
  struct Continuation {
    LineRange query;
    std::uint64_t from = 0;
  };

  Reply list(const Request& request);
  Reply inject(const Request& request);
  Reply clear(const Request& request);
  ReturnCode check_line(std::uint64_t dpa) const;

  PoisonList& poison_;
  const ScanMedia& scan_;
  const OwnMemory& memory_;
  MediaControl& media_;
  std::uint16_t inject_limit_;
  std::optional<Continuation> continuation_;
};

}  // namespace cxlpool::command
