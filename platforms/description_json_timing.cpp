// SPDX-License-Identifier: Apache-2.0
#include "platforms/description_json_timing.h"

#include "platforms/names.h"
#include "platforms/scalar.h"

namespace cxlpool::platforms {
namespace {

using Json = nlohmann::ordered_json;

/// A gap of 0 too, since it overrules what a profile says.
void add_pace(Json& json, const char* gap_key, const char* rate_key, const PaceDescription& pace) {
  if (pace.bytes_per_second != 0) {
    json[rate_key] = format_bandwidth(pace.bytes_per_second);
  } else {
    json[gap_key] = format_duration(pace.gap);
  }
}

Json media(const MediaDescription& m) {
  Json json{{"kind", name_of(media_kind_words, m.kind)}};
  if (m.kind == MediaKind::dram) {
    json["part"] = m.part;
    json["channels"] = m.channels;
    json["channel_granularity"] = m.channel_granularity;
    json["page"] = name_of(page_words, m.page);
    json["scheduler"] = name_of(scheduler_words, m.scheduler);
    json["queue"] = m.queue;
    json["write_linger"] = format_duration(m.write_linger);
    json["read_patience"] = format_duration(m.read_patience);
    json["refresh"] = m.refresh;
    return json;
  }
  json["latency"] = format_duration(m.latency);
  json["write_latency"] = format_duration(m.latency_of_write());
  if (m.bytes_per_second != 0) {
    json["bandwidth"] = format_bandwidth(m.bytes_per_second);
  } else {
    json["read_gap"] = format_duration(m.read_gap);
    json["write_gap"] = format_duration(m.write_gap);
  }
  return json;
}

}  // namespace

void add_profile(Json& json, const std::string& profile) {
  if (!profile.empty()) json["profile"] = profile;
}

void add_timing(Json& json, const PhysicalLinkDescription& link) {
  json["gen"] = link.gen;
  json["width"] = link.width;
  json["flit"] = name_of(flit_words, link.flit_mode());
  json["mdh"] = link.mdh;
  json["sync_header_bypass"] = link.sync_header_bypass;
  json["skp_ordered_sets"] = link.skp_ordered_sets;
  json["retimers"] = link.retimers;
  json["retimer_latency"] = format_duration(link.retimer_latency);
  json["port_latency"] = format_duration(link.port_latency);
  json["queue"] = link.queue;
  json["credits"] = link.credits;
}

void add_timing(Json& json, const HostTimingDescription& host) {
  json["request_latency"] = format_duration(host.request_latency);
  json["response_latency"] = format_duration(host.response_latency);
  json["outstanding"] = host.outstanding;
  add_pace(json, "read_gap", "read_limit", host.read);
  add_pace(json, "write_gap", "write_limit", host.write);
  json["priority"] = host.priority;
  if (!host.local) return;
  json["local"] = {{"base", host.local->base},
                   {"size", host.local->size},
                   {"latency", format_duration(host.local->latency)},
                   {"media", media(host.local->media)}};
}

void add_timing(Json& json, const SwitchTimingDescription& each) {
  json["latency"] = format_duration(each.latency);
  json["ingress_queue"] = each.ingress_queue;
  json["egress_queue"] = each.egress_queue;
  json["arbitration"] = name_of(arbitration_words, each.arbitration);
  json["weights"] = each.weights;
  json["shared_buffers"] = each.shared_buffers;
  json["buffers"] = each.buffers;
}

void add_timing(Json& json, const DeviceTimingDescription& device) {
  json["request_latency"] = format_duration(device.request_latency);
  json["response_latency"] = format_duration(device.response_latency);
  json["queue"] = device.queue;
  json["media"] = media(device.media);
}

void add_timing(Json& json, const InjectionDescription& injection) {
  json["injection"] = name_of(injection_words, injection.kind);
  json["start"] = format_duration(injection.start);
  if (injection.kind == Injection::closed) {
    json["threads"] = injection.threads;
    json["delay"] = format_duration(injection.delay);
  } else {
    add_pace(json, "gap", "rate", injection.pace);
    json["arrival"] = name_of(arrival_words, injection.arrival);
  }
}

}  // namespace cxlpool::platforms
