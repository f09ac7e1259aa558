// SPDX-License-Identifier: Apache-2.0
#include "platforms/description_json.h"

#include "platforms/capabilities.h"
#include "platforms/description_json_timing.h"
#include "platforms/names.h"
#include "platforms/scalar.h"

namespace cxlpool::platforms {
namespace {

using Json = nlohmann::ordered_json;

template <class T, class Write>
Json list(const std::vector<T>& entries, Write write) {
  Json all = Json::array();
  for (const T& entry : entries) all.push_back(write(entry));
  return all;
}

Json capabilities(const CapabilityDescription& given, ComponentKind kind) {
  const CapabilityDescription all = effective(given, kind);
  return {{"decoders", *all.decoders},
          {"targets", *all.targets},
          {"interleave_256b", *all.interleave_256b},
          {"interleave_4k", *all.interleave_4k},
          {"ways_3_6_12", *all.ways_3_6_12},
          {"ways_16", *all.ways_16},
          {"poison_on_error", *all.poison_on_error}};
}

Json restrictions(std::uint16_t bits) {
  Json names = Json::array();
  std::uint16_t named = 0;
  for (const auto& word : restriction_words) {
    if ((bits & word.value) == 0) continue;
    names.push_back(word.name);
    named = static_cast<std::uint16_t>(named | word.value);
  }
  return named == bits ? names : Json(bits);
}

Json window(const WindowDescription& w) {
  return {{"base", w.base},
          {"size", w.size},
          {"targets", w.targets},
          {"granularity", w.granularity},
          {"arithmetic", name_of(arithmetic_words, w.arithmetic)},
          {"xormaps", w.xor_maps},
          {"restrictions", restrictions(w.restrictions)},
          {"qtg", w.qtg}};
}

Json bridge(const HostBridgeDescription& b) {
  return {{"name", b.name},
          {"uid", b.uid},
          {"passthrough", name_of(passthrough_words, b.passthrough)},
          {"root_ports", list(b.root_ports,
                              [](const RootPortDescription& p) {
                                return Json{{"name", p.name}, {"port", p.port}};
                              })},
          {"capabilities", capabilities(b.capabilities, ComponentKind::host_bridge)}};
}

Json host(const HostDescription& h) {
  Json json{
      {"name", h.name}, {"windows", list(h.windows, window)}, {"bridges", list(h.bridges, bridge)}};
  add_profile(json, h.profile);
  add_timing(json, h.timing);
  return json;
}

Json switch_json(const SwitchDescription& s) {
  const auto port = [](const DownstreamPortDescription& p) {
    return Json{{"name", p.name}, {"port", p.port}, {"bound_to", p.bound_to}};
  };
  Json json{{"name", s.name},
            {"upstream", s.upstream},
            {"downstream", list(s.downstream, port)},
            {"capabilities", capabilities(s.capabilities, ComponentKind::switch_upstream)}};
  add_profile(json, s.profile);
  add_timing(json, s.timing);
  return json;
}

Json dynamic_region(const DynamicRegionDescription& r) {
  Json json{{"length", r.length},
            {"block", r.block},
            {"decode_length", r.decode_length},
            {"sanitize", r.sanitize},
            {"sharable", r.sharable},
            {"non_volatile", r.non_volatile},
            {"hardware_coherent", r.hardware_coherent},
            {"read_only", r.read_only}};
  if (r.dsmad) json["dsmad"] = *r.dsmad;
  return json;
}

Json mailbox(const MailboxDescription& m) {
  return {{"payload", m.payload},
          {"extents", m.extents},
          {"tags", m.tags},
          {"event_records", m.event_records},
          {"poison_records", m.poison_records},
          {"label_storage", m.label_storage},
          {"partition_alignment", m.partition_alignment},
          {"firmware", m.firmware}};
}

Json device(const DeviceDescription& d) {
  Json json{{"name", d.name},
            {"kind", name_of(device_kind_words, DeviceKind::single_logical_device)},
            {"at", d.at},
            {"volatile", d.volatile_bytes},
            {"persistent", d.persistent_bytes},
            {"dynamic", list(d.dynamic, dynamic_region)},
            {"dynamic_backing", name_of(dynamic_backing_words, d.dynamic_backing)},
            {"mailbox", mailbox(d.mailbox)},
            {"serial", d.serial},
            {"backing", d.backing},
            {"plugged", d.plugged},
            {"capabilities", capabilities(d.capabilities, ComponentKind::device)}};
  add_profile(json, d.profile);
  add_timing(json, d.timing);
  return json;
}

Json decoder(const DecoderDescription& d) {
  return {{"at", d.at},           {"index", d.index}, {"base", d.base},
          {"size", d.size},       {"ways", d.ways},   {"granularity", d.granularity},
          {"targets", d.targets}, {"skip", d.skip},   {"lock", d.lock},
          {"commit", d.commit}};
}

Json region(const RegionDescription& r) {
  Json json{{"name", r.name},
            {"host", r.host},
            {"window", r.window},
            {"mode", name_of(region_mode_words, r.mode)},
            {"devices", r.devices}};
  if (r.size) json["size"] = *r.size;
  if (r.granularity) json["granularity"] = *r.granularity;
  return json;
}

Json link(const LinkDescription& l) {
  Json json{{"between", Json::array({l.upper, l.lower})}};
  if (l.physical) {
    add_timing(json, *l.physical);
  } else {
    json["latency"] = format_duration(l.latency);
  }
  return json;
}

Json hotplug(const HotplugDescription& h) {
  return {{"device", h.device},
          {"action", name_of(hotplug_words, h.action)},
          {"after_requests", h.after_requests}};
}

Json traffic(const TrafficDescription& t) {
  Json json{{"host", t.host}};
  if (!t.region.empty()) json["region"] = t.region;
  if (t.base) json["base"] = *t.base;
  if (t.size) json["size"] = *t.size;
  json["pattern"] = t.pattern;
  if (t.pattern == "trace") {
    json["trace"] = t.trace;
    json["format"] = t.trace_format;
    json["map"] = name_of(address_map_words, t.map);
  }
  json["requests"] = t.requests;
  json["read"] = format_percent(t.read_percent);
  json["sizes"] = t.sizes;
  json["unaligned"] = t.unaligned;
  json["byte_enables"] = t.byte_enables;
  json["stride"] = t.stride;
  json["zipf"] = format_hundredths(t.zipf_exponent_percent);
  json["seeded"] = t.seeded;
  json["outstanding"] = t.outstanding;
  add_timing(json, t.injection);
  return json;
}

Json output(const OutputDescription& o) {
  return {{"request_trace", o.request_trace},
          {"timeline", o.timeline},
          {"vcd", o.vcd},
          {"time_series", format_duration(o.time_series)}};
}

void add_span(Json& json, const char* key, const SpanDescription& span) {
  if (span.requests != 0) {
    json[key] = span.requests;
  } else if (span.time != 0) {
    json[key] = format_duration(span.time);
  }
}

}  // namespace

nlohmann::ordered_json resolved_json(const PlatformDescription& platform) {
  Json json{{"version", 1},
            {"hosts", list(platform.hosts, host)},
            {"switches", list(platform.switches, switch_json)},
            {"devices", list(platform.devices, device)},
            {"decoders", list(platform.decoders, decoder)},
            {"regions", list(platform.regions, region)},
            {"links", list(platform.links, link)}};
  if (platform.default_link) {
    add_timing(json["default_link"], *platform.default_link);
  } else {
    json["link_latency"] = format_duration(platform.default_link_latency);
  }
  if (!platform.fabric_manager.empty()) json["fabric_manager"] = platform.fabric_manager;
  json["hotplug"] = list(platform.hotplug, hotplug);
  json["traffic"] = list(platform.traffic, traffic);
  add_span(json, "warmup", platform.warmup);
  add_span(json, "measure", platform.measure);
  json["output"] = output(platform.output);
  json["expect_refusals"] = platform.expect_refusals;
  json["quantum"] = format_duration(platform.quantum);
  json["seed"] = platform.seed;
  return json;
}

}  // namespace cxlpool::platforms
