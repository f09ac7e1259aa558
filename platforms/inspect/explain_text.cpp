// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/arithmetic.h"
#include "platforms/inspect/explain.h"
#include "platforms/inspect/outline.h"

namespace cxlpool::platforms {

using address::Cause;
using address::Node;

namespace {

std::string headline(const Explanation& e) {
  std::string line = fmt::format("{} HPA {:#x}", e.host, e.hpa);
  if (e.stop) {
    line += fmt::format(" stops at {}: {}", e.stop->where, address::text(e.stop->cause));
  } else if (e.device) {
    line += fmt::format(" -> {} DPA {:#x}", e.device->device, e.device->dpa);
    if (e.device->partition) line += fmt::format(" ({})", partition_name(*e.device->partition));
  }
  if (e.local) line += fmt::format(" -> {} DPA {:#x}", e.local->memory, e.local->dpa);
  if (!e.region.empty()) line += fmt::format(", region {}", e.region);
  return line + "\n\n";
}

void add_window(Outline& outline, const WindowChoice& window) {
  std::string shape = interleave_text(window.interleave);
  if (window.interleave.ways() > 1) {
    shape += window.arithmetic == address::Arithmetic::modulo ? ", modulo" : ", XOR";
  }
  outline.add(fmt::format("window {}", window.index),
              fmt::format("{}, {}", human_range(window.base, window.size), shape));
  for (const std::string& reason : window.because) outline.add(reason);
  outline.add(fmt::format("-> target {}: {} (UID {})", window.target_index,
                          window.bridge.empty() ? "no host bridge" : window.bridge, window.uid));
}

std::string decoder_line(int decoder, std::uint64_t base, std::uint64_t size,
                         address::Interleave interleave) {
  return fmt::format("decoder {}: {}, {}", decoder, human_range(base, size),
                     interleave_text(interleave));
}

/// `constant`: the described latency is all that a link takes.
void add_hop(Outline& outline, const PortChoice& hop, bool constant) {
  if (hop.decoder < 0) {
    outline.add(hop.component, hop.because);
    outline.add(fmt::format("-> port {} ({})", hop.port_number, hop.port));
  } else {
    outline.add(hop.component, decoder_line(hop.decoder, hop.base, hop.size, hop.interleave));
    if (!hop.because.empty()) outline.add(hop.because);
    outline.add(fmt::format("-> target {}: port {} ({})", hop.target_index, hop.port_number,
                            hop.port.empty() ? "does not exist" : hop.port));
  }
  if (!hop.link) return;
  const std::string ends = fmt::format("{} - {}", hop.link->upper, hop.link->lower);
  if (!hop.passed) return outline.add("link", ends + ", not passed");
  if (!constant) return outline.add("link", ends);
  outline.add("link", fmt::format("{}, {} each way", ends, human_duration(hop.link->latency)));
}

std::string shares_text(const DeviceDecode& device) {
  std::string terms;
  for (const auto& share : device.shares) {
    if (share.skip != 0) {
      terms += fmt::format("{}decoder {}'s skip of {}", terms.empty() ? "" : " + ", share.decoder,
                           human_size(share.skip));
    }
    if (share.bytes != 0) {
      terms += fmt::format("{}decoder {}'s share of {}", terms.empty() ? "" : " + ", share.decoder,
                           human_size(share.bytes));
    }
  }
  return terms.empty() ? "first decoder, no skip" : terms;
}

void add_device(Outline& outline, const DeviceDecode& device, std::uint64_t hpa) {
  outline.add(device.device,
              decoder_line(device.decoder, device.base, device.size, device.interleave));
  outline.add(fmt::format("offset     {:#x} - {:#x} = {:#x}", hpa, device.base, device.offset));
  outline.add(fmt::format("share      {}", device.because));
  outline.add(fmt::format("DPA base   {:#x}: {}", device.dpa_base, shares_text(device)));
  outline.add(fmt::format("DPA        {:#x} + {:#x} = {:#x}", device.dpa_base, device.dpa_offset,
                          device.dpa));
  if (device.partition) {
    outline.add(fmt::format("partition  {}, {}", partition_name(*device.partition),
                            human_range(device.partition_base, device.partition_size)));
  } else {
    outline.add(fmt::format("partition  none: the device has {}", human_size(device.capacity)));
  }
}

void add_stop(Outline& outline, const Stop& stop) {
  outline.add("stops at", fmt::format("{}: {}", stop.where, address::text(stop.cause)));
  outline.add("why", stop.why);
  if (stop.first_uncommitted) {
    outline.add("free", fmt::format("decoder {} is the first uncommitted one of {}",
                                    *stop.first_uncommitted, stop.where));
  }
  outline.add("mend", stop.mend);
}

}  // namespace

std::string to_text(const Explanation& e) {
  Outline outline;
  if (e.local) {
    outline.add(e.local->memory, human_range(e.local->base, e.local->size) + ", no decoders");
    outline.add(
        fmt::format("DPA        {:#x} - {:#x} = {:#x}", e.hpa, e.local->base, e.local->dpa));
    return headline(e) + outline.text() + (e.time ? "\n" + to_text(*e.time) : "");
  }
  if (e.window) add_window(outline, *e.window);
  for (const PortChoice& hop : e.hops) add_hop(outline, hop, !e.time);
  if (e.device) add_device(outline, *e.device, e.hpa);
  if (e.stop) {
    add_stop(outline, *e.stop);
    return headline(e) + outline.text();
  }
  outline.add("contiguous", human_range(e.first, e.last - e.first + 1));
  if (e.time) return headline(e) + outline.text() + "\n" + to_text(*e.time);
  std::size_t links = 0;
  for (const PortChoice& hop : e.hops) links += hop.link && hop.passed;
  outline.add("links", fmt::format("{}, {} there and back", counted(links, "link"),
                                   human_duration(e.round_trip())));
  return headline(e) + outline.text();
}

}  // namespace cxlpool::platforms
