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

SlotCalendar calendar(const LinkConfig& config, bool m2s, Picoseconds span) {
  const FlitLayout layout{config.flit};
  const unsigned slots = config.flit == FlitMode::flit_68b ? 4 : 15;
  const std::uint16_t units = units_of(m2s ? MessageKind::rwd : MessageKind::drs, config);
  const LinkRate rate{config};
  const ExactTime flits = rate.bytes(std::uint64_t{layout.flit_bytes} * units);
  const std::uint64_t divisor = slots * units_per_slot;
  const std::uint64_t rest = flits.ps % divisor * rate.parts() + flits.part;
  const std::uint64_t fraction = (rest << 16) / rate.parts() * (std::uint64_t{1} << 16) / divisor;
  return {flits.ps / divisor,
          static_cast<std::uint32_t>(std::min<std::uint64_t>(fraction, UINT32_MAX)), units, span};
}

}  // namespace

LinkTables::LinkTables(const LinkConfig& agreed, bool goes_down)
    : config{agreed}, m2s{goes_down}, rate{agreed} {
  const FlitPacker packer{config, m2s};
  const FlitLayout& layout = packer.layout();
  for (unsigned at = 0; at != FlitLayout::window; ++at) {
    const unsigned before = at / layout.stride * layout.flit_bytes;
    const FlitLayout::Slot& slot = layout.slots[at % layout.stride];
    positions[at] = {rate.bytes(before + slot.begin), rate.bytes(before + slot.end),
                     rate.bytes(before + slot.out)};
    flit_ends[at] = rate.bytes((at + 1) * layout.flit_bytes);
  }
  slide_by = rate.bytes(packer.slide_flits() * layout.flit_bytes);
  flits_per_ps = (std::uint64_t{1} << 48) / rate.bytes(layout.flit_bytes).ceil();
  for (unsigned kind = 0; kind != message_kinds; ++kind) {
    units[kind] = units_of(static_cast<MessageKind>(kind), config);
  }
  if (config.flit == FlitMode::flit_68b) return;
  const unsigned parts = config.flit == FlitMode::flit_256b_lopt ? 2 : 1;
  flit = rate.bytes(layout.flit_bytes / parts).ceil();
  booked_flits_per_ps = ~std::uint64_t{0} / flit + 1;
  const unsigned units_per_flit = layout.stride * units_per_slot / parts;
  for (unsigned kind = 0; kind != message_kinds; ++kind) {
    for (unsigned lines = 1; lines <= most_lines; ++lines) {
      slots_last[kind][lines] = lines * units[kind] * flit / units_per_flit;
    }
  }
}

LinkDirection::LinkDirection(const LinkConfig& config, Way way, Picoseconds span)
    : LinkDirection{make_tables(config, way == Way::m2s), span} {}

LinkDirection::LinkDirection(std::shared_ptr<const LinkTables> tables, Picoseconds span)
    : tables_{std::move(tables)},
      packer_{tables_->config, tables_->m2s},
      calendar_{calendar(tables_->config, tables_->m2s, span)} {
  first_.lines = 0;
  if (tables_->flit == 0) return;
  booked_flits_ = 2;
  while (booked_flits_ * tables_->flit < span) booked_flits_ *= 2;
}

/// What an idle link does with each message is what the packing itself makes of it.
std::shared_ptr<const LinkTables> LinkDirection::make_tables(const LinkConfig& config, bool m2s) {
  const auto tables = std::make_shared<LinkTables>(config, m2s);
  LinkDirection scratch{tables};
  for (unsigned kind = 0; kind != message_kinds; ++kind) {
    Message message;
    message.kind = static_cast<MessageKind>(kind);
    if (is_m2s(message.kind) != m2s) continue;
    for (unsigned lines = 1; lines <= most_lines; ++lines) {
      message.lines = static_cast<std::uint8_t>(lines);
      scratch.packer_.restart();
      scratch.base_ = {};
      const Service service = scratch.place(message, 0, 0);
      tables->idle[kind][lines] = {service, scratch.open_until_};
    }
  }
  return tables;
}

/// The positions of the window that begin at or after `ready`. Only whole flits are divided out.
std::uint64_t LinkDirection::not_begun(Picoseconds ready) const {
  if (ready <= base_.ps) {
    return ~std::uint64_t{0};
  }
  const unsigned stride = packer_.layout().stride;
  const Picoseconds offset = ready - base_.ps;
  // Never behind the true flit, since the reciprocal is of a flit that is rounded up.
  unsigned at = static_cast<unsigned>(std::min<std::uint64_t>(offset * tables_->flits_per_ps >> 48,
                                                              FlitLayout::window / stride - 1)) *
                stride;
  while (at + 1 < FlitLayout::window &&
         ((stride == 16 && at % 16 == 15) ||
          tables_->rate.sum(base_, tables_->positions[at].begin).ceil() < ready)) {
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
    const LinkTables::Idle& alone = idle(message);
    open_until_ = now + alone.open_until;
    Service service = alone.service;
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
    last_end = tables_->rate.sum(base_, tables_->positions[last].end);
    out = tables_->rate.sum(base_, tables_->positions[last].out);
    open_until_ = tables_->rate.sum(base_, tables_->flit_ends[packer_.open_flits() - 1]).ceil();
    if (packer_.slide()) {
      base_ = tables_->rate.sum(base_, tables_->slide_by);
    }
  }
  const Picoseconds free_at = std::max(now + 1, last_end.ceil());
  return {free_at, std::max(free_at, out.ceil()), free_at - now};
}

Picoseconds LinkDirection::book(const Message& message, Picoseconds arrival) {
  const auto kind = static_cast<unsigned>(message.kind);
  const Picoseconds begin = arrival + calendar_.book(arrival, units(message));
  const Picoseconds alone = idle(message).service.done_at;
  if (tables_->flit == 0) return begin + alone;
  if (begun_.empty()) begun_.assign(booked_flits_, ~Picoseconds{0});
  const Picoseconds flit = join_flit(begin);
  Picoseconds out = flit + tables_->flit;
  for (const Picoseconds end = begin + tables_->slots_last[kind][message.lines]; out <= end;
       out += tables_->flit) {
    join_flit(out);
  }
  return flit == begin ? begin + alone : out;
}

Server::Room LinkDirection::room(const Message& message) {
  if (tables_->flit != 0) return {};
  return {&calendar_, units(message)};
}

/// When the flit began that is under way at `begin`; one begins then if none is.
Picoseconds LinkDirection::join_flit(Picoseconds begin) {
  const auto number = static_cast<std::uint64_t>(Wide{begin} * tables_->booked_flits_per_ps >> 64);
  const std::uint64_t mask = begun_.size() - 1;
  for (const std::uint64_t at : {number, number - 1}) {
    const Picoseconds begun = begun_[at & mask];
    if (begun <= begin && begin - begun < tables_->flit) return begun;
  }
  return begun_[number & mask] = begin;
}

Picoseconds LinkDirection::alone(const Message& message) const {
  return idle(message).service.done_at;
}

Picoseconds LinkDirection::occupancy(const Message& message) const {
  return calendar_.length_of(units(message));
}

}  // namespace cxlpool::timing
