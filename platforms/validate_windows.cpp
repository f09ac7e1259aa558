// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "models/address/window.h"
#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

std::uint32_t target_uid(const Entry& entry, const HostDescription& host, std::size_t target,
                         const std::string& name) {
  std::vector<std::string_view> names;
  for (const HostBridgeDescription& bridge : host.bridges) {
    if (bridge.name == name) return bridge.uid;
    names.push_back(bridge.name);
  }
  const std::string what = fmt::format("host bridge of {}", host.name);
  entry.fail(fmt::format(".targets[{}]", target), unresolved(what.c_str(), name, names));
}

void check_window(const Entry& entry, const HostDescription& host,
                  const WindowDescription& description) {
  const std::size_t ways = description.targets.size();
  if (!address::encode_ways(ways)) {
    entry.fail(".targets",
               fmt::format("expected 1, 2, 3, 4, 6, 8, 12 or 16 targets, got {}", ways));
  }
  check_granularity(entry, description.granularity);
  check_quantum(entry, ".base", description.base);
  if (description.size == 0 || description.size % (ways * address::hdm_quantum) != 0) {
    entry.fail(".size", fmt::format("expected a multiple of {} for {} targets, got {}",
                                    format_size(ways * address::hdm_quantum), ways,
                                    format_size(description.size)));
  }
  if (description.size > hpa_end || description.base > hpa_end - description.size) {
    entry.fail(".size", fmt::format("expected a window that ends at {} or below, as CXL.mem "
                                    "carries 52 address bits; got {} from {}",
                                    format_address(hpa_end), format_size(description.size),
                                    format_address(description.base)));
  }

  address::FixedMemoryWindow window;
  window.base = description.base;
  window.size = description.size;
  window.interleave = *address::Interleave::from_values(ways, description.granularity);
  window.arithmetic = description.arithmetic;
  window.xor_maps = address::XorMaps(description.xor_maps);
  for (std::size_t i = 0; i < ways; ++i) {
    window.targets.push_back(target_uid(entry, host, i, description.targets[i]));
  }
  window.restrictions = description.restrictions;
  window.qtg_id = description.qtg;
  const std::vector<std::string> violations = window.violations();
  if (!violations.empty()) entry.fail("", violations.front());
}

void refuse_overlaps(const Entry& host_entry, const HostDescription& host) {
  std::vector<std::size_t> order(host.windows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return host.windows[a].base < host.windows[b].base;
  });
  for (std::size_t k = 1; k < order.size(); ++k) {
    const WindowDescription& below = host.windows[order[k - 1]];
    const WindowDescription& above = host.windows[order[k]];
    if (above.base - below.base >= below.size) continue;
    host_entry.part(above.location, "windows", order[k])
        .fail(".base",
              fmt::format("overlaps windows[{}], {} from {}; expected {} or above", order[k - 1],
                          format_size(below.size), format_address(below.base),
                          format_address(below.base + below.size)));
  }
}

}  // namespace

void check_windows(const PlatformDescription& platform) {
  for (std::size_t h = 0; h < platform.hosts.size(); ++h) {
    const HostDescription& host = platform.hosts[h];
    const Entry entry(host.location, "hosts", h);
    for (std::size_t i = 0; i < host.windows.size(); ++i) {
      check_window(entry.part(host.windows[i].location, "windows", i), host, host.windows[i]);
    }
    refuse_overlaps(entry, host);
  }
}

}  // namespace cxlpool::platforms::validation
