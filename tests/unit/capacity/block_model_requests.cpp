// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "block_model.h"

namespace cxlpool::capacity::test {

void BlockModel::offer(unsigned host, const std::vector<Extent>& extents, bool fresh) {
  Group group;
  for (const Extent& extent : extents) {
    const std::uint64_t serial = next_serial_++;
    group.offers.insert(serial);
    if (!extent.tag.is_null()) {
      unsigned& next = next_sequence_[extent.tag];
      next = std::max(next, extent.sequence + 1u);
    }
    for (const std::size_t i : blocks_of(extent.range())) {
      Block& block = blocks_[i];
      if (fresh) {
        block = {};
        block.held = true;
        block.tag = extent.tag;
        block.sequence = extent.sequence;
        block.origin = serial;
      }
      block.of[host].offer = serial;
    }
  }
  groups_[host].push_back(group);
  tell(EventType::add, host, extents);
}

Refusal BlockModel::add(const AddRequest& request) {
  const auto host = static_cast<unsigned>(request.host);
  if (host >= config_.hosts) return Refusal::unknown_host;
  std::vector<Extent> extents;
  Refusal refusal = Refusal::none;
  if (request.selection == Selection::prescriptive) {
    extents = request.extents;
    if (extents.empty()) return Refusal::nothing_requested;
    if (refusal = room(host, extents); refusal != Refusal::none) return refusal;
    for (const Extent& extent : extents) {
      for (std::size_t i = 0; i < blocks_.size(); ++i) {
        // An extent may begin or end within a block.
        const std::uint64_t first = dpa(i), last = first + block_bytes_ - 1;
        const std::uint64_t space = ~0ull - extent.dpa;
        const std::uint64_t end = extent.length > space ? ~0ull : extent.dpa + extent.length;
        const bool touches = extent.length != 0 && extent.dpa <= last && end > first;
        if (touches && blocks_[i].held) return Refusal::in_use;
      }
    }
    std::vector<DpaRange> ranges;
    for (const Extent& extent : extents) ranges.push_back(extent.range());
    if (refusal = check(ranges); refusal != Refusal::none) return refusal;
    offer(host, extents, true);
    return Refusal::none;
  }
  if (request.selection == Selection::enable_shared_access) {
    if (request.tag.is_null()) return Refusal::missing_tag;
    if (known_tags().count(request.tag) == 0) return Refusal::unknown_tag;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].held && blocks_[i].tag == request.tag &&
          !config_.regions[region_of_block(i)].sharable) {
        return Refusal::not_sharable;
      }
    }
    extents = runs([&](const Block& block) {
      const bool has = block.of[host].offer != 0 || block.of[host].accepted != 0;
      return block.held && block.tag == request.tag && !has ? block.origin : 0;
    });
    if (extents.empty()) return Refusal::already_held;
    if (refusal = room(host, extents); refusal != Refusal::none) return refusal;
    offer(host, extents, false);
    return Refusal::none;
  }

  if (request.region >= config_.regions.size()) return Refusal::unknown_region;
  if (request.length == 0 || request.length % block_bytes_ != 0) return Refusal::bad_length;
  const std::vector<Extent> gaps = runs([&](const Block& block) { return block.held ? 0 : 1; });
  std::uint64_t wanted = request.length;
  std::uint64_t space = 0;
  for (const Extent& gap : gaps) {
    if (!config_.regions[request.region].range().contains(gap.dpa)) continue;
    space += gap.length;
    if (request.selection == Selection::contiguous && gap.length < request.length) continue;
    if (wanted == 0) continue;
    extents.push_back({gap.dpa, std::min(wanted, gap.length), request.tag, 0});
    wanted -= extents.back().length;
  }
  if (space < request.length || (request.selection == Selection::contiguous && wanted != 0)) {
    return Refusal::capacity_exhausted;
  }
  if (refusal = room(host, extents); refusal != Refusal::none) return refusal;
  if (config_.regions[request.region].sharable && !request.tag.is_null()) {
    const auto known = next_sequence_.find(request.tag);
    unsigned next = known == next_sequence_.end() ? 0 : known->second;
    for (Extent& extent : extents) extent.sequence = static_cast<std::uint16_t>(next++);
  }
  offer(host, extents, true);
  return Refusal::none;
}

Refusal BlockModel::respond(HostId id, const std::vector<DpaRange>& accepted, bool more) {
  const auto host = static_cast<unsigned>(id);
  if (host >= config_.hosts) return Refusal::unknown_host;
  std::vector<Group>& groups = groups_[host];
  const std::set<std::uint64_t> oldest =
      groups.empty() ? std::set<std::uint64_t>{} : groups[0].offers;
  const auto oldest_waiting = static_cast<std::size_t>(std::count_if(
      oldest.begin(), oldest.end(), [&](std::uint64_t offer) { return waiting(host, offer); }));
  const std::size_t after = extents(host) + accepted.size();
  if (!accepted.empty()) {
    if (after - oldest_waiting > config_.extents) return Refusal::extents_exhausted;
    const Refusal refusal = check(accepted);
    if (refusal != Refusal::none) return refusal;
  }
  std::vector<Block> next = blocks_;
  std::vector<Extent> taken;
  for (const DpaRange& range : accepted) {
    const std::uint64_t serial = next_serial_++;
    std::set<std::uint64_t> from;
    for (const std::size_t i : blocks_of(range)) {
      Standing& standing = next[i].of[host];
      from.insert(standing.offer);
      standing.offer = 0;
      standing.accepted = serial;
    }
    if (from.size() != 1 || oldest.count(*from.begin()) == 0) return Refusal::not_offered;
    const Block& first = blocks_[blocks_of(range).front()];
    taken.push_back({range.base, range.length, first.tag, first.sequence});
  }
  std::swap(next, blocks_);
  if (more && !accepted.empty() && extents(host) > config_.extents) {
    std::swap(next, blocks_);
    return Refusal::extents_exhausted;
  }
  if (!taken.empty()) ++generation_[host];
  if (!taken.empty() && more) groups[0].answering = true;
  if (!more && !groups.empty()) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (oldest.count(blocks_[i].of[host].offer) != 0) drop_offered(host, i, false);
    }
    groups.erase(groups.begin());
    if (taken.empty()) taken.emplace_back();
  }
  tell(EventType::add_response, host, taken, more);
  return Refusal::none;
}

void BlockModel::let_go(std::size_t i) {
  Block& block = blocks_[i];
  for (const Standing& standing : block.of) {
    if (standing.offer != 0 || standing.accepted != 0) return;
  }
  if (referenced_.count(block.tag) != 0) return;
  if (block.sanitize) discarded.insert(i);
  const Tag tag = block.tag;
  block = {};
  if (known_tags().count(tag) == 0) next_sequence_.erase(tag);
}

void BlockModel::drop_accepted(unsigned host, std::size_t i, bool sanitize) {
  Standing& standing = blocks_[i].of[host];
  blocks_[i].sanitize |= sanitize || standing.asked_sanitize ||
                         config_.regions[region_of_block(i)].sanitize_on_release;
  standing = {};
  let_go(i);
}

void BlockModel::drop_offered(unsigned host, std::size_t i, bool sanitize) {
  blocks_[i].of[host].offer = 0;
  blocks_[i].sanitize |= sanitize;
  let_go(i);
}

Refusal BlockModel::check_cuts(unsigned host, const std::vector<DpaRange>& ranges) const {
  std::vector<Block> copy = blocks_;
  const std::size_t offers = count_offers(host);
  for (const DpaRange& range : ranges) {
    for (const std::size_t i : blocks_of(range)) copy[i].of[host].accepted = 0;
    if (count_accepted(copy, host, region_blocks_) + offers > config_.extents) {
      return Refusal::extents_exhausted;
    }
  }
  return Refusal::none;
}

std::vector<Extent> BlockModel::parts(unsigned host, const DpaRange& range, bool offered) const {
  return runs([&](const Block& block) -> std::uint64_t {
    const auto i = static_cast<std::size_t>(&block - blocks_.data());
    if (dpa(i) < range.base || dpa(i) - range.base >= range.length) return 0;
    return offered ? block.of[host].offer : block.of[host].accepted;
  });
}

Refusal BlockModel::release(HostId id, const std::vector<DpaRange>& released) {
  const auto host = static_cast<unsigned>(id);
  if (host >= config_.hosts) return Refusal::unknown_host;
  if (released.empty()) return Refusal::nothing_requested;
  Refusal refusal = check(released);
  if (refusal != Refusal::none) return refusal;
  std::vector<Extent> gone;
  for (const DpaRange& range : released) {
    for (const std::size_t i : blocks_of(range)) {
      if (blocks_[i].of[host].accepted == 0) return Refusal::not_accepted;
    }
    for (const Extent& part : parts(host, range, false)) gone.push_back(part);
  }
  if (refusal = check_cuts(host, released); refusal != Refusal::none) return refusal;
  for (const DpaRange& range : released) {
    for (const std::size_t i : blocks_of(range)) drop_accepted(host, i, false);
  }
  ++generation_[host];
  tell(EventType::released, host, gone);
  return Refusal::none;
}

void BlockModel::close_emptied(unsigned host) {
  std::vector<Group>& groups = groups_[host];
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [&](const Group& group) {
                                return !group.answering &&
                                       std::none_of(group.offers.begin(), group.offers.end(),
                                                    [&](std::uint64_t offer) {
                                                      return waiting(host, offer);
                                                    });
                              }),
               groups.end());
}

Refusal BlockModel::request_release(const ReleaseRequest& request) {
  const auto host = static_cast<unsigned>(request.host);
  if (host >= config_.hosts) return Refusal::unknown_host;
  std::vector<Extent> entries;
  if (request.removal == Removal::prescriptive) {
    entries = request.extents;
    if (entries.empty()) return Refusal::nothing_requested;
    std::vector<DpaRange> ranges;
    for (const Extent& entry : entries) ranges.push_back(entry.range());
    if (const Refusal refusal = check(ranges); refusal != Refusal::none) return refusal;
    for (const Extent& entry : entries) {
      bool offered = false, missing = false;
      for (const std::size_t i : blocks_of(entry.range())) {
        offered |= blocks_[i].of[host].offer != 0;
        missing |= blocks_[i].of[host].offer == 0 && blocks_[i].of[host].accepted == 0;
      }
      if (offered && !request.forced) return Refusal::still_pending;
      if (missing) return Refusal::not_accepted;
    }
  } else {
    if (request.tag.is_null()) return Refusal::missing_tag;
    // Offers and accepted entries have serial numbers from one sequence.
    const auto mine = runs([&](const Block& block) -> std::uint64_t {
      if (!block.held || block.tag != request.tag) return 0;
      if (block.of[host].accepted != 0) return block.of[host].accepted;
      return request.forced ? block.of[host].offer : 0;
    });
    const bool offered = std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
      return block.held && block.tag == request.tag && block.of[host].offer != 0;
    });
    if (mine.empty()) return offered ? Refusal::still_pending : Refusal::unknown_tag;
    std::uint64_t held = 0;
    for (const Extent& extent : mine) held += extent.length;
    std::uint64_t wanted = request.length.value_or(held);
    if (wanted == 0) return Refusal::bad_length;
    if (wanted > held) return Refusal::tag_exhausted;
    if (wanted % block_bytes_ != 0) return Refusal::bad_length;
    for (Extent extent : mine) {
      if (wanted == 0) break;
      extent.length = std::min(extent.length, wanted);
      wanted -= extent.length;
      entries.push_back(extent);
    }
  }
  std::vector<DpaRange> ranges;
  for (const Extent& entry : entries) ranges.push_back(entry.range());
  if (const Refusal refusal = check_cuts(host, ranges); refusal != Refusal::none) return refusal;

  std::vector<Extent> records = entries;
  for (Extent& record : records) {
    if (!record.tag.is_null()) continue;
    const Block& first = blocks_[blocks_of(record.range()).front()];
    record.tag = request.tag.is_null() ? first.tag : request.tag;
    record.sequence = first.sequence;
  }
  if (!request.forced) {
    for (const DpaRange& range : ranges) {
      for (const std::size_t i : blocks_of(range)) {
        blocks_[i].of[host].asked = true;
        blocks_[i].of[host].asked_sanitize |= request.sanitize;
      }
    }
    tell(EventType::release, host, records);
    return Refusal::none;
  }
  std::vector<Extent> gone;
  for (const bool offered : {false, true}) {
    for (const DpaRange& range : ranges) {
      for (const Extent& part : parts(host, range, offered)) gone.push_back(part);
    }
  }
  bool changed = false;
  for (const DpaRange& range : ranges) {
    for (const std::size_t i : blocks_of(range)) {
      if (blocks_[i].of[host].accepted != 0) {
        changed = true;
        drop_accepted(host, i, request.sanitize);
      } else {
        drop_offered(host, i, request.sanitize);
      }
    }
  }
  close_emptied(host);
  if (changed) ++generation_[host];
  tell(EventType::forced_release, host, records);
  tell(EventType::released, host, gone);
  return Refusal::none;
}

Refusal BlockModel::configure_region(std::size_t region, std::uint64_t block, bool sanitize) {
  if (region >= config_.regions.size()) return Refusal::unknown_region;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (region_of_block(i) == region && blocks_[i].held) return Refusal::region_in_use;
  }
  if (block != block_bytes_) return Refusal::bad_block;
  if (config_.regions[region].sanitize_on_release == sanitize) return Refusal::none;
  config_.regions[region].sanitize_on_release = sanitize;
  for (unsigned host = 0; host < config_.hosts; ++host) {
    tell(EventType::region_updated, host, {Extent{}});
    host_events.back().region = static_cast<std::uint8_t>(region);
  }
  return Refusal::none;
}

Refusal BlockModel::add_reference(const Tag& tag) {
  if (known_tags().count(tag) == 0) return Refusal::unknown_tag;
  referenced_.insert(tag);
  return Refusal::none;
}

Refusal BlockModel::remove_reference(const Tag& tag) {
  if (known_tags().count(tag) == 0) return Refusal::unknown_tag;
  referenced_.erase(tag);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].held && blocks_[i].tag == tag) let_go(i);
  }
  return Refusal::none;
}

Refusal BlockModel::lose_host(HostId id) {
  const auto host = static_cast<unsigned>(id);
  if (host >= config_.hosts) return Refusal::unknown_host;
  std::vector<Extent> gone = accepted(host);
  if (!gone.empty()) ++generation_[host];
  for (const Extent& extent : runs([&](const Block& block) { return block.of[host].offer; })) {
    gone.push_back(extent);
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].of[host].accepted != 0) drop_accepted(host, i, false);
    if (blocks_[i].of[host].offer != 0) drop_offered(host, i, false);
  }
  groups_[host].clear();
  tell(EventType::released, host, gone);
  return Refusal::none;
}

}  // namespace cxlpool::capacity::test
