// SPDX-License-Identifier: Apache-2.0
#include "byte_model.h"

#include <algorithm>

namespace cxlpool::capacity::test {

ByteModel::ByteModel(std::vector<Region> regions) : regions_(std::move(regions)) {
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    Byte byte;
    byte.region = static_cast<std::uint8_t>(region);
    bytes_.insert(bytes_.end(), regions_[region].length, byte);
  }
  values_.assign(bytes_.size(), 0);
  accepted_.fill(Flags(bytes_.size(), 0));
}

std::uint64_t ByteModel::dpa(std::size_t byte) const {
  std::size_t before = 0;
  for (unsigned i = 0; i < bytes_[byte].region; ++i) before += regions_[i].length;
  return regions_[bytes_[byte].region].base + (byte - before);
}

std::optional<std::size_t> ByteModel::find(std::uint64_t dpa) const {
  std::size_t before = 0;
  for (const Region& region : regions_) {
    if (dpa >= region.base && dpa < region.base + region.length) {
      return before + (dpa - region.base);
    }
    before += region.length;
  }
  return std::nullopt;
}

ByteModel::Indexes ByteModel::bytes_of(const DpaRange& range) const {
  Indexes found;
  const auto first = find(range.base);
  if (!first) return found;
  for (std::size_t byte = *first; byte - *first < range.length; ++byte) {
    if (byte == bytes_.size() || bytes_[byte].region != bytes_[*first].region) return {};
    found.push_back(byte);
  }
  return found;
}

std::optional<std::vector<ByteModel::Indexes>> ByteModel::whole_blocks(
    const std::vector<DpaRange>& list) const {
  std::vector<Indexes> entries;
  Flags seen(bytes_.size(), 0);
  for (const DpaRange& range : list) {
    entries.push_back(bytes_of(range));
    if (entries.back().empty()) return std::nullopt;
    // Bases of regions are multiples of every block size.
    const std::uint64_t block = block_at(entries.back().front());
    if (range.base % block != 0 || range.length % block != 0) return std::nullopt;
    for (const std::size_t byte : entries.back()) {
      if (seen[byte]++ != 0) return std::nullopt;
    }
  }
  return entries;
}

bool ByteModel::known(std::uint8_t tag) const {
  return tag != 0 && std::any_of(bytes_.begin(), bytes_.end(), [&](const Byte& byte) {
           return byte.allocated && byte.tag == tag;
         });
}

bool ByteModel::held(std::size_t byte) const {
  for (unsigned host = 0; host < hosts; ++host) {
    if (accepted_[host][byte] != 0 || bytes_[byte].offer[host] != 0) return true;
  }
  return false;
}

bool ByteModel::offered_first(unsigned host, std::size_t byte) const {
  const std::uint32_t offer = bytes_[byte].offer[host];
  return !groups_[host].empty() && offer != 0 && groups_[host].front().holds(offer);
}

bool ByteModel::waits(unsigned host, const Group& group) const {
  return std::any_of(bytes_.begin(), bytes_.end(), [&](const Byte& byte) {
    return byte.offer[host] != 0 && group.holds(byte.offer[host]);
  });
}

void ByteModel::allocate(std::size_t byte, std::uint8_t tag, std::uint32_t origin) {
  bytes_[byte].allocated = true;
  bytes_[byte].tag = tag;
  bytes_[byte].origin = origin;
}

void ByteModel::free_if_left(std::size_t byte) {
  Byte& state = bytes_[byte];
  if (held(byte) || referenced_.count(state.tag) != 0) return;
  if (state.sanitize) values_[byte] = 0;
  const std::uint8_t region = state.region;
  state = {};
  state.region = region;
}

void ByteModel::take_accepted(unsigned host, std::size_t byte, bool sanitize) {
  Byte& state = bytes_[byte];
  accepted_[host][byte] = 0;
  state.sanitize |=
      sanitize || state.asked_sanitize[host] || regions_[state.region].sanitize_on_release;
  state.asked_sanitize[host] = false;
  free_if_left(byte);
}

void ByteModel::take_offered(unsigned host, std::size_t byte, bool sanitize) {
  bytes_[byte].offer[host] = 0;
  bytes_[byte].sanitize |= sanitize;
  free_if_left(byte);
}

bool ByteModel::may_access(HostId host, const DpaRange& range) const {
  const Indexes bytes = bytes_of(range);
  return !bytes.empty() && std::all_of(bytes.begin(), bytes.end(), [&](std::size_t byte) {
    return accepted_[number(host)][byte] != 0;
  });
}

std::vector<std::uint8_t> ByteModel::read(HostId host, const DpaRange& range) const {
  std::vector<std::uint8_t> data(range.length, 0xFF);
  if (!may_access(host, range)) return data;
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = values_[*find(range.base) + i];
  return data;
}

void ByteModel::write(HostId host, const DpaRange& range, std::uint8_t value) {
  if (!may_access(host, range)) return;
  for (const std::size_t byte : bytes_of(range)) values_[byte] = value++;
}

/// Bytes of the picked policies, by DPA.
std::optional<ByteModel::Indexes> ByteModel::choose(const AddRequest& request) const {
  if (request.region >= regions_.size() || request.length == 0 ||
      request.length % regions_[request.region].block != 0) {
    return std::nullopt;
  }
  Indexes chosen;
  for (std::size_t byte = 0; byte < bytes_.size() && chosen.size() < request.length; ++byte) {
    if (bytes_[byte].region != request.region) continue;
    if (!bytes_[byte].allocated) {
      chosen.push_back(byte);
    } else if (request.selection == Selection::contiguous) {
      chosen.clear();
    }
  }
  return chosen.size() == request.length ? std::optional<Indexes>(chosen) : std::nullopt;
}

std::optional<ByteModel::Indexes> ByteModel::choose_shared(unsigned host, std::uint8_t tag) const {
  Indexes chosen;
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    if (tag == 0 || !bytes_[byte].allocated || bytes_[byte].tag != tag) continue;
    if (!sharable(byte)) return std::nullopt;
    const bool has = accepted_[host][byte] != 0 || bytes_[byte].offer[host] != 0;
    if (!has) chosen.push_back(byte);
  }
  return chosen.empty() ? std::nullopt : std::optional<Indexes>(chosen);
}

bool ByteModel::add(const AddRequest& request) {
  if (number(request.host) >= hosts) return false;
  const unsigned host = number(request.host);
  Group group;
  group.first = next_;
  if (request.selection == Selection::prescriptive) {
    std::vector<DpaRange> ranges;
    for (const Extent& extent : request.extents) ranges.push_back(extent.range());
    const auto entries = whole_blocks(ranges);
    if (!entries || entries->empty()) return false;
    for (const Indexes& entry : *entries) {
      for (const std::size_t byte : entry) {
        if (bytes_[byte].allocated) return false;
      }
    }
    for (std::size_t i = 0; i < entries->size(); ++i, ++next_) {
      for (const std::size_t byte : (*entries)[i]) {
        allocate(byte, number(request.extents[i].tag), next_);
        bytes_[byte].offer[host] = next_;
      }
    }
  } else {
    const bool shares = request.selection == Selection::enable_shared_access;
    const auto chosen = shares ? choose_shared(host, number(request.tag)) : choose(request);
    if (!chosen) return false;
    std::size_t before = chosen->front();
    for (const std::size_t byte : *chosen) {
      // An extent ends at what is not chosen, and at the end of what was allocated as one.
      const bool other_origin = shares && bytes_[byte].origin != bytes_[before].origin;
      const bool other_region = bytes_[byte].region != bytes_[before].region;
      if (byte > before + 1 || other_origin || other_region) ++next_;
      if (!shares) allocate(byte, number(request.tag), next_);
      bytes_[byte].offer[host] = next_;
      before = byte;
    }
    ++next_;
  }
  group.last = next_ - 1;
  groups_[host].push_back(group);
  return true;
}

bool ByteModel::respond(HostId id, const std::vector<DpaRange>& accepted, bool more) {
  if (number(id) >= hosts) return false;
  const unsigned host = number(id);
  std::deque<Group>& groups = groups_[host];
  const auto entries = whole_blocks(accepted);
  if (!entries) return false;
  for (const Indexes& entry : *entries) {
    for (const std::size_t byte : entry) {
      const bool same_extent = bytes_[byte].offer[host] == bytes_[entry.front()].offer[host];
      if (!offered_first(host, byte) || !same_extent) return false;
    }
  }
  for (const Indexes& entry : *entries) {
    for (const std::size_t byte : entry) {
      bytes_[byte].offer[host] = 0;
      accepted_[host][byte] = 1;
    }
  }
  if (groups.empty()) return true;
  if (more) {
    groups.front().answering |= !entries->empty();
    return true;
  }
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    if (offered_first(host, byte)) take_offered(host, byte, false);
  }
  groups.pop_front();
  return true;
}

bool ByteModel::release(HostId id, const std::vector<DpaRange>& released) {
  if (number(id) >= hosts) return false;
  const auto entries = whole_blocks(released);
  if (!entries || entries->empty()) return false;
  for (const DpaRange& range : released) {
    if (!may_access(id, range)) return false;
  }
  for (const Indexes& entry : *entries) {
    for (const std::size_t byte : entry) take_accepted(number(id), byte, false);
  }
  return true;
}

/// The lowest bytes under the tag that the host has, as many as asked for.
std::optional<ByteModel::Indexes> ByteModel::choose_by_tag(const ReleaseRequest& request) const {
  const unsigned host = number(request.host);
  Indexes chosen;
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    const Byte& state = bytes_[byte];
    if (!state.allocated || state.tag != number(request.tag) || state.tag == 0) continue;
    const bool has = accepted_[host][byte] != 0 || (request.forced && state.offer[host] != 0);
    if (has) chosen.push_back(byte);
  }
  const std::uint64_t wanted = request.length.value_or(chosen.size());
  if (wanted == 0 || wanted > chosen.size()) return std::nullopt;
  chosen.resize(wanted);
  const std::uint64_t past = dpa(chosen.back()) + 1;
  if (past % block_at(chosen.back()) != 0) return std::nullopt;
  return chosen;
}

bool ByteModel::request_release(const ReleaseRequest& request) {
  if (number(request.host) >= hosts) return false;
  const unsigned host = number(request.host);
  Indexes chosen;
  if (request.removal == Removal::tag_based) {
    const auto tagged = choose_by_tag(request);
    if (!tagged) return false;
    chosen = *tagged;
  } else {
    std::vector<DpaRange> ranges;
    for (const Extent& extent : request.extents) ranges.push_back(extent.range());
    const auto entries = whole_blocks(ranges);
    if (!entries || entries->empty()) return false;
    for (const Indexes& entry : *entries) chosen.insert(chosen.end(), entry.begin(), entry.end());
  }
  for (const std::size_t byte : chosen) {
    const bool has = accepted_[host][byte] != 0 || (request.forced && offered(host, byte));
    if (!has) return false;
  }
  for (const std::size_t byte : chosen) {
    if (!request.forced) {
      bytes_[byte].asked_sanitize[host] |= request.sanitize;
    } else if (accepted_[host][byte] != 0) {
      take_accepted(host, byte, request.sanitize);
    } else {
      take_offered(host, byte, request.sanitize);
    }
  }
  std::deque<Group>& groups = groups_[host];
  for (std::size_t i = request.forced ? groups.size() : 0; i-- > 0;) {
    if (!groups[i].answering && !waits(host, groups[i])) groups.erase(groups.begin() + i);
  }
  return true;
}

bool ByteModel::configure_region(std::size_t region, std::uint64_t block, bool sanitize) {
  if (region >= regions_.size() || regions_[region].block != block) return false;
  for (const Byte& byte : bytes_) {
    if (byte.region == region && byte.allocated) return false;
  }
  regions_[region].sanitize_on_release = sanitize;
  return true;
}

bool ByteModel::add_reference(const Tag& tag) {
  if (!known(number(tag))) return false;
  referenced_.insert(number(tag));
  return true;
}

bool ByteModel::remove_reference(const Tag& tag) {
  if (!known(number(tag))) return false;
  referenced_.erase(number(tag));
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    if (bytes_[byte].allocated) free_if_left(byte);
  }
  return true;
}

bool ByteModel::lose_host(HostId id) {
  if (number(id) >= hosts) return false;
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    if (accepted_[number(id)][byte] != 0) take_accepted(number(id), byte, false);
    if (offered(number(id), byte)) take_offered(number(id), byte, false);
  }
  groups_[number(id)].clear();
  return true;
}

void ByteModel::power_cycle() {
  for (unsigned host = 0; host < hosts; ++host) lose_host(HostId(host));
  std::fill(values_.begin(), values_.end(), std::uint8_t{0});
}

}  // namespace cxlpool::capacity::test
