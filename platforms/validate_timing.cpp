// SPDX-License-Identifier: Apache-2.0
// What the timed model takes its constants from: links, queues, media, rates.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/names.h"
#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

constexpr unsigned max_queue = 65'536;
constexpr std::uint64_t page_bytes = 4096;

void check_count(const Entry& entry, const std::string& key, std::uint64_t count,
                 std::uint64_t least, std::uint64_t most) {
  if (count >= least && count <= most) return;
  entry.fail(key, fmt::format("expected {} to {}, got {}", least, most, count));
}

void check_queue(const Entry& entry, const std::string& key, unsigned entries) {
  check_count(entry, key, entries, 1, max_queue);
}

/// 0 stands for no limit.
void check_bandwidth(const Entry& entry, const std::string& key, std::uint64_t rate) {
  if (rate == 0 || (rate >= min_bandwidth && rate <= max_bandwidth)) return;
  entry.fail(key, fmt::format("expected {} to {}, got {}", format_bandwidth(min_bandwidth),
                              format_bandwidth(max_bandwidth), format_bandwidth(rate)));
}

/// Between two lines that a server lets begin: a slot of its calendar.
void check_server_gap(const Entry& entry, const std::string& key, timing::Picoseconds gap) {
  constexpr timing::Picoseconds most = 4'000'000'000;
  if (gap <= most) return;
  entry.fail(
      key, fmt::format("expected at most {}, got {}", format_duration(most), format_duration(gap)));
}

void check_pace(const Entry& entry, const std::string& gap_key, const std::string& rate_key,
                const PaceDescription& pace) {
  if (pace.gap != 0 && pace.bytes_per_second != 0) {
    entry.fail(rate_key,
               fmt::format("expected {} or {}, not both", gap_key.substr(1), rate_key.substr(1)));
  }
  check_latency(entry, gap_key, pace.gap);
  check_bandwidth(entry, rate_key, pace.bytes_per_second);
}

void check_physical(const Entry& entry, const std::string& at,
                    const PhysicalLinkDescription& link) {
  const auto fail = [&](const char* key, const std::string& message) {
    entry.fail(at + key, message);
  };
  if (link.gen < 3 || link.gen > 6) {
    fail(".gen", fmt::format("expected 3, 4, 5 or 6, for 8, 16, 32 or 64GT/s, got {}", link.gen));
  }
  const unsigned width = link.width;
  if (width != 1 && width != 2 && width != 4 && width != 8 && width != 16) {
    fail(".width", fmt::format("expected 1, 2, 4, 8 or 16 lanes, got {}", width));
  }
  const std::string_view flit = name_of(flit_words, link.flit_mode());
  const bool short_flit = link.flit_mode() == FlitMode::flit_68b;
  if (short_flit && link.gen == 6) {
    fail(".flit", "expected 256B or 256B-lopt at gen 6, which has no 68B flits; got 68B");
  }
  if (!short_flit && link.gen != 6) {
    fail(".flit", fmt::format("expected 68B at gen {}, as {} flits belong to gen 6; got {}",
                              link.gen, flit, flit));
  }
  if (!short_flit && link.mdh) {
    fail(".mdh", fmt::format("expected false with {} flits; multiple data headers are an option of "
                             "68B flits",
                             flit));
  }
  check_count(entry, at + ".retimers", link.retimers, 0, 4);
  check_latency(entry, at + ".retimer_latency", link.retimer_latency);
  check_latency(entry, at + ".port_latency", link.port_latency);
  check_queue(entry, at + ".queue", link.queue);
  check_queue(entry, at + ".credits", link.credits);
}

void check_media(const Entry& entry, const std::string& at, const MediaDescription& media) {
  check_latency(entry, at + ".latency", media.latency);
  check_latency(entry, at + ".write_latency", media.latency_of_write());
  check_server_gap(entry, at + ".read_gap", media.read_gap);
  check_server_gap(entry, at + ".write_gap", media.write_gap);
  if (media.bytes_per_second != 0 && (media.read_gap != 0 || media.write_gap != 0)) {
    entry.fail(at + ".bandwidth", "expected bandwidth, or read_gap and write_gap, not both");
  }
  check_bandwidth(entry, at + ".bandwidth", media.bytes_per_second);
  if (media.kind != MediaKind::dram) return;
  if (media.part.empty()) entry.fail(at, "kind: dram needs a part such as DDR5-4800BN");
  if (std::find(part_names.begin(), part_names.end(), media.part) == part_names.end()) {
    entry.fail(at + ".part",
               unresolved("DRAM part", media.part, {part_names.begin(), part_names.end()}));
  }
  const auto power_of_two = [](std::uint64_t n) { return n != 0 && (n & (n - 1)) == 0; };
  if (!power_of_two(media.channels) || media.channels > 64) {
    entry.fail(at + ".channels",
               fmt::format("expected a power of two from 1 to 64, got {}", media.channels));
  }
  const std::uint64_t granularity = media.channel_granularity;
  // Not less than the parts that hosts send, each of which is served by one channel.
  if (!power_of_two(granularity) || granularity < 256 || granularity > page_bytes) {
    entry.fail(
        at + ".channel_granularity",
        fmt::format("expected a power of two from 256B to 4KiB, got {}", format_size(granularity)));
  }
  check_queue(entry, at + ".queue", media.queue);
  check_latency(entry, at + ".write_linger", media.write_linger);
  check_latency(entry, at + ".read_patience", media.read_patience);
  if (media.write_linger != 0 && media.scheduler != DramScheduler::first_ready) {
    entry.fail(at + ".write_linger", "expected only with scheduler: fr-fcfs, not with fifo");
  }
  if ((media.write_linger == 0) != (media.read_patience == 0)) {
    entry.fail(
        at + ".read_patience",
        fmt::format("expected write_linger and read_patience together, got {} and {}",
                    format_duration(media.write_linger), format_duration(media.read_patience)));
  }
}

void check_local(const Entry& entry, const HostDescription& host,
                 const LocalMemoryDescription& local) {
  const auto check_pages = [&](const char* key, std::uint64_t bytes) {
    if (bytes % page_bytes == 0) return;
    entry.fail(key, fmt::format("expected a multiple of {}, got {}", format_size(page_bytes),
                                format_size(bytes)));
  };
  check_pages(".local.base", local.base);
  check_pages(".local.size", local.size);
  if (local.size == 0) entry.fail(".local.size", "expected more than 0");
  if (local.base + (local.size - 1) < local.base) {
    entry.fail(".local.size",
               fmt::format("expected at most {} above base {}, got {}", format_size(0 - local.base),
                           format_address(local.base), format_size(local.size)));
  }
  for (std::size_t i = 0; i < host.windows.size(); ++i) {
    const WindowDescription& window = host.windows[i];
    if (local.base + (local.size - 1) < window.base ||
        window.base + (window.size - 1) < local.base) {
      continue;
    }
    entry.fail(".local.base",
               fmt::format("{} from {} overlaps windows[{}], {} from {}; expected local memory "
                           "beside the windows",
                           format_size(local.size), format_address(local.base), i,
                           format_size(window.size), format_address(window.base)));
  }
  check_latency(entry, ".local.latency", local.latency);
  check_media(entry, ".local.media", local.media);
}

void check_host(const Entry& entry, const HostDescription& host) {
  const HostTimingDescription& timing = host.timing;
  check_latency(entry, ".request_latency", timing.request_latency);
  check_latency(entry, ".response_latency", timing.response_latency);
  check_count(entry, ".outstanding", timing.outstanding, 0, max_queue);
  check_server_gap(entry, ".read_gap", timing.read.gap);
  check_server_gap(entry, ".write_gap", timing.write.gap);
  check_pace(entry, ".read_gap", ".read_limit", timing.read);
  check_pace(entry, ".write_gap", ".write_limit", timing.write);
  check_count(entry, ".priority", timing.priority, 0, 7);
  if (timing.local) check_local(entry, host, *timing.local);
}

void check_switch(const Entry& entry, const SwitchDescription& each) {
  const SwitchTimingDescription& timing = each.timing;
  check_latency(entry, ".latency", timing.latency);
  check_queue(entry, ".ingress_queue", timing.ingress_queue);
  check_queue(entry, ".egress_queue", timing.egress_queue);
  const bool weighted = timing.arbitration == Arbitration::weighted;
  if (!weighted && !timing.weights.empty()) {
    entry.fail(".weights", fmt::format("expected only with arbitration: weighted, not with {}",
                                       name_of(arbitration_words, timing.arbitration)));
  }
  if (weighted && timing.weights.size() != each.upstream.size()) {
    entry.fail(timing.weights.empty() ? "" : ".weights",
               fmt::format("arbitration: weighted needs {} weights, one for each upstream port; "
                           "got {}",
                           each.upstream.size(), timing.weights.size()));
  }
  for (std::size_t i = 0; i < timing.weights.size(); ++i) {
    check_count(entry, fmt::format(".weights[{}]", i), timing.weights[i], 1, 256);
  }
  if (timing.shared_buffers) {
    if (timing.buffers == 0) {
      entry.fail("",
                 "shared_buffers needs buffers of at least 1, how many messages there is room for");
    }
    check_queue(entry, ".buffers", timing.buffers);
    if (timing.buffers < each.upstream.size() + each.downstream.size()) {
      entry.fail(".buffers",
                 fmt::format("expected at least {}, one for each port, got {}",
                             each.upstream.size() + each.downstream.size(), timing.buffers));
    }
  } else if (timing.buffers != 0) {
    entry.fail(".buffers", "expected only with shared_buffers: true");
  }
}

void check_device(const Entry& entry, const DeviceTimingDescription& timing) {
  check_latency(entry, ".request_latency", timing.request_latency);
  check_latency(entry, ".response_latency", timing.response_latency);
  check_queue(entry, ".queue", timing.queue);
  check_media(entry, ".media", timing.media);
}

void check_injection(const Entry& entry, const TrafficDescription& traffic) {
  const InjectionDescription& injection = traffic.injection;
  const std::string_view kind = name_of(injection_words, injection.kind);
  const auto only = [&](bool belongs, const char* right, const char* key, bool given) {
    if (belongs || !given) return;
    entry.fail(key, fmt::format("expected only with injection: {}, not with {}", right, kind));
  };
  const bool closed = injection.kind == Injection::closed;
  const bool open = injection.kind == Injection::open;
  only(closed, "closed", ".threads", injection.threads != 1);
  only(closed, "closed", ".delay", injection.delay != 0);
  only(!open, "closed or paced", ".outstanding", traffic.outstanding > 1);
  only(!closed, "open or paced", ".gap", injection.pace.gap != 0);
  only(!closed, "open or paced", ".rate", injection.pace.bytes_per_second != 0);
  only(open, "open", ".arrival", injection.arrival != Arrival::fixed);
  check_count(entry, ".threads", injection.threads, 1, max_queue);
  const std::uint64_t in_flight = std::uint64_t{injection.threads} * traffic.outstanding;
  if (in_flight > max_queue) {
    entry.fail(".threads", fmt::format("expected threads times outstanding of at most {}, got {}",
                                       max_queue, in_flight));
  }
  check_latency(entry, ".delay", injection.delay);
  check_latency(entry, ".start", injection.start);
  check_pace(entry, ".gap", ".rate", injection.pace);
  if (!closed && !injection.pace.limited()) {
    entry.fail("",
               fmt::format("injection: {} needs a rate such as 10GB/s or a gap such as 25ns, not 0",
                           kind));
  }
}

/// Files of one folder, which a run would otherwise write over each other.
void check_output(const Entry& whole, const OutputDescription& output) {
  const std::pair<const char*, const std::string*> files[] = {
      {"request_trace", &output.request_trace},
      {"timeline", &output.timeline},
      {"vcd", &output.vcd}};
  std::map<std::string, std::string> owners{{"results.json", "the results"},
                                            {time_series_file, "the time series"}};
  for (const auto& [key, file] : files) {
    check_file_name(whole, fmt::format(".output.{}", key), *file);
    if (file->empty()) continue;
    const auto [owner, added] = owners.emplace(*file, key);
    if (added) continue;
    whole.fail(fmt::format(".output.{}", key),
               fmt::format("expected another name than {}, the file of {}", quotable(*file),
                           owner->second));
  }
  check_latency(whole, ".output.time_series", output.time_series);
}

}  // namespace

void check_timing(const PlatformDescription& platform) {
  const Entry whole({}, std::string());
  if (platform.default_link) check_physical(whole, ".default_link", *platform.default_link);
  for (std::size_t i = 0; i < platform.links.size(); ++i) {
    const LinkDescription& link = platform.links[i];
    if (link.physical) check_physical(Entry(link.location, "links", i), "", *link.physical);
  }
  for (std::size_t i = 0; i < platform.hosts.size(); ++i) {
    check_host(Entry(platform.hosts[i].location, "hosts", i), platform.hosts[i]);
  }
  for (std::size_t i = 0; i < platform.switches.size(); ++i) {
    check_switch(Entry(platform.switches[i].location, "switches", i), platform.switches[i]);
  }
  for (std::size_t i = 0; i < platform.devices.size(); ++i) {
    check_device(Entry(platform.devices[i].location, "devices", i), platform.devices[i].timing);
  }
  for (std::size_t i = 0; i < platform.traffic.size(); ++i) {
    check_injection(Entry(platform.traffic[i].location, "traffic", i), platform.traffic[i]);
  }
  check_latency(whole, ".warmup", platform.warmup.time);
  check_latency(whole, ".measure", platform.measure.time);
  check_output(whole, platform.output);
}

}  // namespace cxlpool::platforms::validation
