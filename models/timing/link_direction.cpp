// SPDX-License-Identifier: Apache-2.0
#include "models/timing/link_direction.h"

#include <algorithm>
#include <stdexcept>

namespace cxlpool::timing {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned units_per_slot = 60;

/// What a message costs a saturated link, in 1/60 slot. Header slots are shared, so that a data
/// response costs less than five slots where two fit one header slot. A 68B flit without MDH has
/// room for an NDR beside every DRS; elsewhere NDRs cost what the packer uses for them in a mix.
std::uint16_t units_of(MessageKind kind, const LinkConfig& config) {
  const bool lopt = config.flit == FlitMode::flit_256b_lopt;
  const bool small = config.flit == FlitMode::flit_68b;
  switch (kind) {
    case MessageKind::req:
      return units_per_slot;
    case MessageKind::rwd:
      return 5 * units_per_slot;
    case MessageKind::rwd_partial:
      return 6 * units_per_slot;
    case MessageKind::drs:
      return small && !config.mdh ? 300 : lopt ? 277 : 270;
    case MessageKind::ndr:
      return small ? (config.mdh ? 20 : 0) : 10;
  }
  return 0;
}

MessageKind data_kind(LinkDirection::Way way) {
  return way == LinkDirection::Way::m2s ? MessageKind::rwd : MessageKind::drs;
}

SlotCalendar calendar(const LinkConfig& config, LinkDirection::Way way, Picoseconds span) {
  const FlitLayout layout{config.flit};
  const unsigned slots = config.flit == FlitMode::flit_68b ? 4 : 15;
  const std::uint16_t units = units_of(data_kind(way), config);
  const LinkRate rate{config};
  const ExactTime flits = rate.bytes(std::uint64_t{layout.flit_bytes} * units);
  const std::uint64_t divisor = slots * units_per_slot;
  const std::uint64_t rest = flits.ps % divisor * rate.parts() + flits.part;
  const std::uint64_t fraction = (rest << 16) / rate.parts() * (std::uint64_t{1} << 16) / divisor;
  return {flits.ps / divisor,
          static_cast<std::uint32_t>(std::min<std::uint64_t>(fraction, UINT32_MAX)), units, span};
}

}  // namespace

LinkDirection::LinkDirection(const LinkConfig& config, Way way, Picoseconds span)
    : rate_{config}, packer_{config, way == Way::m2s}, calendar_{calendar(config, way, span)} {
  const FlitLayout& layout = packer_.layout();
  for (unsigned at = 0; at != FlitLayout::window; ++at) {
    const unsigned before = at / layout.stride * layout.flit_bytes;
    const FlitLayout::Slot& slot = layout.slots[at % layout.stride];
    positions_[at] = {rate_.bytes(before + slot.begin), rate_.bytes(before + slot.end),
                      rate_.bytes(before + slot.out)};
    flit_ends_[at] = rate_.bytes((at + 1) * layout.flit_bytes);
  }
  slide_by_ = rate_.bytes(packer_.slide_flits() * layout.flit_bytes);
  flits_per_ps_ = (std::uint64_t{1} << 48) / rate_.bytes(layout.flit_bytes).ceil();
  for (unsigned kind = 0; kind != kinds; ++kind) {
    Message message;
    message.kind = static_cast<MessageKind>(kind);
    units_[kind] = units_of(message.kind, config);
    if (is_m2s(message.kind) == (way == Way::m2s)) {
      for (unsigned lines = 1; lines <= max_lines; ++lines) {
        message.lines = static_cast<std::uint8_t>(lines);
        packer_.restart();
        base_ = {};
        idle_[kind][lines].service = place(message, 0, 0);
        idle_[kind][lines].open_until = open_until_;
      }
    }
  }
  open_until_ = 0;
  first_.lines = 0;
  if (config.flit == FlitMode::flit_68b) return;
  const unsigned parts = config.flit == FlitMode::flit_256b_lopt ? 2 : 1;
  flit_ = rate_.bytes(layout.flit_bytes / parts).ceil();
  booked_flits_per_ps_ = ~std::uint64_t{0} / flit_ + 1;
  const unsigned units_per_flit = layout.stride * units_per_slot / parts;
  for (unsigned kind = 0; kind != kinds; ++kind) {
    for (unsigned lines = 1; lines <= max_lines; ++lines) {
      slots_last_[kind][lines] = lines * units_[kind] * flit_ / units_per_flit;
    }
  }
  std::size_t flits = 2;
  while (flits * flit_ < span) flits *= 2;
  begun_.assign(flits, ~Picoseconds{0});
}

/// The positions of the window that begin at or after `ready`. Only whole flits are divided out.
std::uint64_t LinkDirection::not_begun(Picoseconds ready) const {
  if (ready <= base_.ps) {
    return ~std::uint64_t{0};
  }
  const unsigned stride = packer_.layout().stride;
  const Picoseconds offset = ready - base_.ps;
  // Never behind the true flit, since the reciprocal is of a flit that is rounded up.
  unsigned at = static_cast<unsigned>(std::min<std::uint64_t>(offset * flits_per_ps_ >> 48,
                                                              FlitLayout::window / stride - 1)) *
                stride;
  while (at + 1 < FlitLayout::window && ((stride == 16 && at % 16 == 15) ||
                                         rate_.sum(base_, positions_[at].begin).ceil() < ready)) {
    ++at;
  }
  return ~std::uint64_t{0} << at;
}

/// In an idle link a message's flits are always the same. They are packed only if another message
/// comes before they have left.
Server::Service LinkDirection::serve(const Message& message, Picoseconds now, Picoseconds ready) {
  if (now >= open_until_) {
    base_ = {now, 0};
    first_ = message;
    const Idle& idle = idle_[static_cast<unsigned>(message.kind)].at(message.lines);
    open_until_ = now + idle.open_until;
    Service service = idle.service;
    service.free_at += now;
    service.done_at += now;
    return service;
  }
  if (first_.lines != 0) {
    packer_.restart();
    place(first_, base_.ps, base_.ps);
    first_.lines = 0;
  }
  return place(message, now, ready);
}

/// Into the flits of the window, or behind them.
Server::Service LinkDirection::place(const Message& message, Picoseconds now, Picoseconds ready) {
  ExactTime last_end;
  ExactTime out;
  for (unsigned line = 0; line < message.lines; ++line) {
    const unsigned last = packer_.place(message.kind, not_begun(ready));
    last_end = rate_.sum(base_, positions_[last].end);
    out = rate_.sum(base_, positions_[last].out);
    open_until_ = rate_.sum(base_, flit_ends_[packer_.open_flits() - 1]).ceil();
    if (packer_.slide()) {
      base_ = rate_.sum(base_, slide_by_);
    }
  }
  const Picoseconds free_at = std::max(now + 1, last_end.ceil());
  return {free_at, std::max(free_at, out.ceil()), free_at - now};
}

Picoseconds LinkDirection::book(const Message& message, Picoseconds arrival) {
  const auto kind = static_cast<unsigned>(message.kind);
  const Picoseconds begin = arrival + calendar_.book(arrival, message.lines * units_[kind]);
  const Picoseconds alone = idle_[kind].at(message.lines).service.done_at;
  if (begun_.empty()) return begin + alone;
  const Picoseconds flit = join_flit(begin);
  Picoseconds out = flit + flit_;
  for (const Picoseconds end = begin + slots_last_[kind][message.lines]; out <= end; out += flit_) {
    join_flit(out);
  }
  return flit == begin ? begin + alone : out;
}

/// When the flit began that is under way at `begin`; one begins then if none is.
Picoseconds LinkDirection::join_flit(Picoseconds begin) {
  const auto number = static_cast<std::uint64_t>(Wide{begin} * booked_flits_per_ps_ >> 64);
  const std::uint64_t mask = begun_.size() - 1;
  for (const std::uint64_t at : {number, number - 1}) {
    const Picoseconds begun = begun_[at & mask];
    if (begun <= begin && begin - begun < flit_) return begun;
  }
  return begun_[number & mask] = begin;
}

Picoseconds LinkDirection::alone(const Message& message) const {
  return idle_[static_cast<unsigned>(message.kind)].at(message.lines).service.done_at;
}

Picoseconds LinkDirection::occupancy(const Message& message) const {
  return calendar_.length_of(message.lines * units_[static_cast<unsigned>(message.kind)]);
}

}  // namespace cxlpool::timing
