// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "models/capacity/extent.h"
#include "models/command/cci.h"
#include "models/command/event_record.h"

namespace cxlpool::management {

/// The part of a host's kernel that answers for dynamic capacity: it reads the device's event log,
/// collects the offers of a request up to the one without MORE, and answers each request once, with
/// all of it, none, or a part; what it is asked to give back it gives back at once
/// (sources.md 8.3). Offers whose records are gone, for want of room in the log or by a sanitize,
/// are refused. All of that by mailbox commands; a command that is refused leaves the device as it
/// was, and a request whose part is refused is refused whole.
class CapacityResponder {
 public:
  enum class Policy : std::uint8_t {
    accept,
    refuse,
    partial,  ///< the first half of each extent, rounded up to blocks
  };
  using Send = std::function<command::Reply(command::Opcode, const command::Bytes&)>;

  CapacityResponder(Policy policy, Send send);

  /// Asks for interrupts of the event logs, and for the regions' block sizes; again after a reset.
  void start();
  /// Answers everything that is in the log, and what could not be answered before.
  void handle_events();
  /// The device could not be read or answered (its media is disabled): to be looked at again.
  bool owes() const { return unread_ || !offers_.empty() || !returns_.empty(); }

 private:
  bool take_events(std::optional<std::size_t>& lost);
  void handle(const command::DynamicCapacityEvent& event);
  void answer_offers();
  void give_back();
  void refuse_what_was_lost(std::size_t records);
  std::vector<capacity::DpaRange> chosen(std::vector<capacity::DpaRange> offered) const;
  std::uint64_t block_at(std::uint64_t dpa) const;
  void clear(const std::vector<std::uint16_t>& handles);

  struct Region {
    capacity::DpaRange range;
    std::uint64_t block = 0;
  };

  Policy policy_;
  Send send_;
  std::vector<Region> regions_;
  std::uint32_t extents_supported_ = 0;
  bool unread_ = false;                                 ///< the log could not be read
  std::vector<capacity::DpaRange> offered_;             ///< of a request that is not complete yet
  std::deque<std::vector<capacity::DpaRange>> offers_;  ///< complete requests, in their order
  std::deque<capacity::DpaRange> returns_;              ///< asked back
};

}  // namespace cxlpool::management
