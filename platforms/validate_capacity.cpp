// SPDX-License-Identifier: Apache-2.0
// Dynamic capacity, mailboxes, and who manages them.
#include <fmt/format.h>

#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

constexpr std::uint64_t KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;
constexpr std::size_t most_regions = 8;    // of a logical device (sources.md 5.1)
constexpr std::uint64_t least_block = 64;  // a cache line (sources.md 5.1)
constexpr std::uint64_t most_block = address::hdm_quantum;
/// Longer lists would not fit the 32-bit counts of their commands.
constexpr std::uint64_t most_extents = 1u << 24;

bool is_power_of_two(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

void check_region(const Entry& entry, const DynamicRegionDescription& region) {
  constexpr std::uint64_t most = std::uint64_t{1} << address::dpa_bits;
  if (!is_power_of_two(region.block) || region.block < least_block || region.block > most_block) {
    entry.fail(".block", fmt::format("expected a power of two from {} to {}, got {}",
                                     format_size(least_block), format_size(most_block),
                                     format_size(region.block)));
  }
  if (region.length == 0 || region.length > most || region.length % region.block != 0) {
    entry.fail(".length", fmt::format("expected a multiple of the block, {}, up to {}, got {}",
                                      format_size(region.block), format_size(most),
                                      format_size(region.length)));
  }
  constexpr std::uint64_t most_blocks = std::uint64_t{1} << 32;  // a bit for each
  if (region.length / region.block > most_blocks) {
    entry.fail(".block", fmt::format("expected at least {} for a region of {}, got {}",
                                     format_size(region.length / most_blocks),
                                     format_size(region.length), format_size(region.block)));
  }
  check_quantum(entry, ".decode_length", region.decode_length);
  if (region.decode_length > most ||
      (region.decode_length != 0 && region.decode_length < region.length)) {
    entry.fail(".decode_length",
               fmt::format("expected at least the length, {}, and at most {}, got {}",
                           format_size(region.length), format_size(most),
                           format_size(region.decode_length)));
  }
  if (region.dsmad.value_or(0) > 0xFF) {
    entry.fail(".dsmad", fmt::format("expected a handle from 0 to 255, got {}", *region.dsmad));
  }
}

void check_range(const Entry& entry, const char* key, std::uint64_t value, std::uint64_t least,
                 std::uint64_t most) {
  if (value >= least && value <= most) return;
  entry.fail(fmt::format(".mailbox.{}", key),
             fmt::format("expected {} to {}, got {}", least, most, value));
}

}  // namespace

void check_dynamic_capacity(const Entry& entry, const DeviceDescription& device) {
  if (device.dynamic.size() > most_regions) {
    entry.fail(".dynamic", fmt::format("expected at most {} regions, got {}", most_regions,
                                       device.dynamic.size()));
  }
  std::uint64_t sum = device.capacity();
  constexpr std::uint64_t most = std::uint64_t{1} << address::dpa_bits;
  for (std::size_t i = 0; i < device.dynamic.size(); ++i) {
    const DynamicRegionDescription& region = device.dynamic[i];
    check_region(entry.part(region.location, "dynamic", i), region);
    sum += region.dpa_bytes();
    if (sum > most) {
      entry.fail(".dynamic", fmt::format("expected at most {} of capacity together, got more",
                                         format_size(most)));
    }
  }
  if (device.dynamic_backing != DynamicBacking::tagged) return;
  if (device.dynamic.empty()) {
    entry.fail(".dynamic_backing", "tagged backends need regions of dynamic capacity");
  }
  constexpr std::uint64_t page = 4096;  // backends are mapped page by page
  for (std::size_t i = 0; i < device.dynamic.size(); ++i) {
    if (device.dynamic[i].block >= page) continue;
    entry.part(device.dynamic[i].location, "dynamic", i)
        .fail(".block", fmt::format("expected at least {} where backends are tagged, got {}",
                                    format_size(page), format_size(device.dynamic[i].block)));
  }
  if (!device.backing.empty()) {
    entry.fail(".dynamic_backing", "expected media: tagged backends take the place of `backing`");
  }
}

void check_mailbox(const Entry& entry, const MailboxDescription& mailbox) {
  if (!is_power_of_two(mailbox.payload) || mailbox.payload < 256 || mailbox.payload > MiB) {
    entry.fail(".mailbox.payload", fmt::format("expected a power of two from 256B to 1MiB, got {}",
                                               format_size(mailbox.payload)));
  }
  check_range(entry, "extents", mailbox.extents, 1, most_extents);
  check_range(entry, "tags", mailbox.tags, 1, most_extents);
  check_range(entry, "event_records", mailbox.event_records, 1, 0xFFFF);
  check_range(entry, "poison_records", mailbox.poison_records, 1, 0xFFFF);
  if (mailbox.label_storage > GiB) {
    entry.fail(".mailbox.label_storage",
               fmt::format("expected at most 1GiB, got {}", format_size(mailbox.label_storage)));
  }
  check_quantum(entry, ".mailbox.partition_alignment", mailbox.partition_alignment);
}

void check_fabric_manager(const PlatformDescription& platform, const Index& index) {
  const std::string& name = platform.fabric_manager;
  if (name.empty() || index.switches.count(name) != 0 || index.devices.count(name) != 0) return;
  std::vector<std::string_view> known;
  for (const auto& each : index.switches) known.push_back(each.first);
  for (const auto& each : index.devices) known.push_back(each.first);
  Entry({}, "fabric_manager").fail("", unresolved("switch or device", name, known));
}

}  // namespace cxlpool::platforms::validation

namespace cxlpool::platforms {

std::string fabric_manager(const PlatformDescription& platform) {
  if (!platform.fabric_manager.empty()) return platform.fabric_manager;
  return platform.switches.empty() ? std::string() : platform.switches.front().name;
}

}  // namespace cxlpool::platforms
