// SPDX-License-Identifier: Apache-2.0
#include "block_model.h"

#include <algorithm>
#include <map>

namespace cxlpool::capacity::test {

BlockModel::BlockModel(const DynamicCapacity::Config& config)
    : config_(config),
      region_blocks_(config.regions[0].length / config.regions[0].block),
      block_bytes_(config.regions[0].block),
      blocks_(config.regions.size() * region_blocks_) {}

std::uint64_t BlockModel::dpa(std::size_t block) const {
  return config_.regions[region_of_block(block)].base + block % region_blocks_ * block_bytes_;
}

BlockModel::Blocks BlockModel::blocks_of(const DpaRange& range) const {
  Blocks found;
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    const std::uint64_t at = dpa(block);
    if (at >= range.base && at - range.base < range.length) found.push_back(block);
  }
  return found;
}

Refusal BlockModel::check(const std::vector<DpaRange>& entries) const {
  std::set<std::size_t> seen;
  for (const DpaRange& entry : entries) {
    bool inside = false;
    for (const Region& region : config_.regions) {
      if (entry.base < region.base || entry.base >= region.base + region.length) continue;
      inside = entry.length <= region.base + region.length - entry.base;
    }
    if (!inside) return Refusal::outside_regions;
    if (entry.length == 0) return Refusal::zero_length;
    // Bases are aligned, so a DPA is aligned in its region as it is.
    if (entry.base % block_bytes_ != 0 || entry.length % block_bytes_ != 0) {
      return Refusal::misaligned;
    }
    for (const std::size_t block : blocks_of(entry)) {
      if (!seen.insert(block).second) return Refusal::list_overlap;
    }
  }
  return Refusal::none;
}

std::vector<Extent> BlockModel::accepted(unsigned host) const {
  return runs([&](const Block& block) { return block.of[host].accepted; });
}

bool BlockModel::waiting(unsigned host, std::uint64_t offer) const {
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const Block& block) { return block.of[host].offer == offer; });
}

std::vector<std::vector<Extent>> BlockModel::pending(unsigned host) const {
  std::vector<std::vector<Extent>> list;
  for (const Group& group : groups_[host]) {
    list.push_back(runs([&](const Block& block) {
      return group.offers.count(block.of[host].offer) != 0 ? block.of[host].offer : 0;
    }));
  }
  return list;
}

std::size_t BlockModel::count_accepted(const std::vector<Block>& blocks, unsigned host,
                                       std::size_t region_blocks) {
  std::size_t count = 0;
  std::uint64_t previous = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint64_t number = blocks[i].of[host].accepted;
    if (i % region_blocks == 0) previous = 0;
    if (number != 0 && number != previous) ++count;
    previous = number;
  }
  return count;
}

std::size_t BlockModel::count_offers(unsigned host) const {
  std::set<std::uint64_t> offers;
  for (const Block& block : blocks_) offers.insert(block.of[host].offer);
  offers.erase(0);
  return offers.size();
}

std::size_t BlockModel::extents(unsigned host) const {
  return count_accepted(blocks_, host, region_blocks_) + count_offers(host);
}

std::set<Tag> BlockModel::known_tags() const {
  std::set<Tag> tags;
  for (const Block& block : blocks_) {
    if (block.held && !block.tag.is_null()) tags.insert(block.tag);
  }
  return tags;
}

void BlockModel::tell(EventType type, unsigned host, const std::vector<Extent>& extents,
                      bool more) {
  for (std::size_t i = 0; i < extents.size(); ++i) {
    CapacityEvent event;
    event.type = type;
    event.host = HostId(host);
    event.more = more || i + 1 != extents.size();
    event.extent = extents[i];
    event.extents_available = static_cast<std::uint32_t>(config_.extents - this->extents(host));
    event.tags_available = static_cast<std::uint32_t>(config_.tags - known_tags().size());
    const bool manager = type == EventType::add_response || type == EventType::released;
    (manager ? manager_events : host_events).push_back(event);
  }
}

Refusal BlockModel::room(unsigned host, const std::vector<Extent>& extents) const {
  if (this->extents(host) + extents.size() > config_.extents) return Refusal::extents_exhausted;
  std::set<Tag> tags = known_tags();
  for (const Extent& extent : extents) {
    if (!extent.tag.is_null()) tags.insert(extent.tag);
  }
  return tags.size() > config_.tags ? Refusal::tags_exhausted : Refusal::none;
}

std::vector<TagRecord> BlockModel::tags() const {
  std::vector<TagRecord> list;
  for (const Tag& tag : known_tags()) {
    TagRecord row;
    row.tag = tag;
    row.referenced = referenced_.count(tag) != 0;
    for (const Block& block : blocks_) {
      if (!block.held || block.tag != tag) continue;
      for (unsigned host = 0; host < config_.hosts; ++host) {
        if (block.of[host].accepted != 0) row.hosts.set(host);
        if (block.of[host].offer != 0) row.pending.set(host);
      }
    }
    list.push_back(row);
  }
  return list;
}

DynamicCapacity::TagStatus BlockModel::tag_status(unsigned host, const Tag& tag) const {
  auto status = DynamicCapacity::TagStatus::not_found;
  for (const Block& block : blocks_) {
    if (!block.held || block.tag != tag || tag.is_null()) continue;
    const Standing& standing = block.of[host];
    if (standing.offer != 0) status = std::max(status, DynamicCapacity::TagStatus::pending);
    if (standing.accepted == 0) continue;
    status = std::max(status, standing.asked ? DynamicCapacity::TagStatus::release_requested
                                             : DynamicCapacity::TagStatus::accepted);
  }
  return status;
}

Fragmentation BlockModel::fragmentation(std::size_t region) const {
  Fragmentation result;
  for (const Extent& gap : runs([](const Block& block) { return block.held ? 0 : 1; })) {
    if (!config_.regions[region].range().contains(gap.dpa)) continue;
    result.free_bytes += gap.length;
    result.largest = std::max(result.largest, gap.length);
    ++result.gaps;
  }
  return result;
}

HostSet BlockModel::holders(std::size_t block) const {
  HostSet hosts;
  for (unsigned host = 0; host < config_.hosts; ++host) {
    const Standing& standing = blocks_[block].of[host];
    if (standing.offer != 0 || standing.accepted != 0) hosts.set(host);
  }
  return hosts;
}

}  // namespace cxlpool::capacity::test
