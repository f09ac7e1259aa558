// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/timing/link_rate.h"
#include "models/timing/message.h"

namespace cxlpool::timing {

/// Where the slots of a flit lie on the wire. Positions count the flits of a packer's window
/// through: `stride` to a flit, one for every 16 B of it.
struct FlitLayout {
  explicit FlitLayout(FlitMode mode);

  struct Slot {
    std::uint16_t begin = 0;  ///< bytes from the start of the flit
    std::uint16_t end = 0;
    std::uint16_t out = 0;  ///< end of the flit, or half flit, whose CRC covers the slot
  };
  unsigned stride;
  unsigned flit_bytes;
  std::uint64_t header_only = 0;  ///< H and HS slots of every flit in the window
  std::uint64_t generic = 0;      ///< G slots
  std::array<Slot, 16> slots{};

  static constexpr unsigned window = 64;
};

/// Packs the messages of one direction into the slots of its flits, in the order they are given,
/// and knows nothing of time. It looks back instead of ahead: it remembers the last few flits, and
/// a header that was already waiting when one of their slots went out is put there, if a template
/// allows it. That is what a packer that sees its queues does, and no message has to be held back
/// for a partner that may never come. Channels (Req and RwD, DRS and NDR) may overtake each other;
/// within one, order is kept, and data follow their headers' order.
///
/// The specification leaves the choice of templates to the implementation. The choice here reaches
/// the published efficiency for every mix of reads and writes; the .cpp says where it mattered.
class FlitPacker {
 public:
  FlitPacker(const LinkConfig& config, bool m2s);

  /// The link has fallen idle: the window starts with a new flit.
  void restart();

  /// Puts one line's message into slots and returns the position of its last one. `eligible` are
  /// the positions that had not begun when the message came; the last flit of the window must be.
  unsigned place(MessageKind kind, std::uint64_t eligible);

  /// Forgets the oldest `slide_flits()` flits if the window would become short of new ones.
  bool slide();
  unsigned slide_flits() const { return slide_flits_; }

  /// Flits from the window's start to the last one that carries anything.
  unsigned open_flits() const { return (top_ >> shift_) + 1; }
  const FlitLayout& layout() const { return layout_; }

 private:
  /// The last positions of a channel's headers, for its limit in any 128 B.
  struct Channel {
    std::array<int, 8> recent{};
    unsigned next = 0;
    unsigned limit = 0;
    int last = 0;

    int earliest() const { return limit == 0 ? last : std::max(last, recent[next] + 8); }
  };

  unsigned place_header(Channel& channel, std::uint64_t candidates);
  unsigned place_ndr(std::uint64_t eligible);
  unsigned place_drs_header(std::uint64_t eligible);
  unsigned place_rwd_header(std::uint64_t eligible);
  unsigned place_req(std::uint64_t eligible);
  unsigned place_data(unsigned header, unsigned chunks);
  void took(Channel& channel, unsigned position);
  void took_plain(unsigned position);
  std::uint64_t flit_of(unsigned position) const;

  FlitLayout layout_;
  bool small_flit_;
  bool mdh_;
  unsigned shift_;
  unsigned slide_at_;
  unsigned slide_flits_;

  // One bit a position of the window.
  std::uint64_t free_ = 0;
  std::uint64_t data_ = 0;
  std::uint64_t headers_ = 0;
  std::uint64_t no_data_header_ = 0;  // 68B: flits that may take their one data header
  std::uint64_t one_plain_ = 0;       // 68B: flits that have one Req, or NDR
  std::uint64_t plain_allowed_ = 0;   // 68B: flits that have fewer than two
  std::uint64_t ndr_room1_ = 0;       // room for NDRs beside what is there, as a binary number
  std::uint64_t ndr_room2_ = 0;
  std::uint64_t drs_room1_ = 0;
  std::uint64_t drs_room2_ = 0;

  Channel plain_;  // Req or NDR
  Channel data_headers_;
  int last_data_ = -1;
  unsigned ndr_credit_ = 0;  // MDH: NDRs that a DRS should leave an H slot to
  unsigned top_ = 0;
};

}  // namespace cxlpool::timing
