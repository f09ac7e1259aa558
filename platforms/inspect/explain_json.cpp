// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain.h"

namespace cxlpool::platforms {

using Json = nlohmann::ordered_json;

namespace {

Json to_json(const WindowChoice& window) {
  return {{"index", window.index},
          {"base", window.base},
          {"size", window.size},
          {"ways", window.interleave.ways()},
          {"granularity", window.interleave.granularity()},
          {"arithmetic", window.arithmetic == address::Arithmetic::modulo ? "modulo" : "xor"},
          {"target_index", window.target_index},
          {"uid", window.uid},
          {"bridge", window.bridge},
          {"because", window.because}};
}

Json to_json(const PortChoice& hop) {
  Json json{{"component", hop.component}, {"kind", kind_name(hop.kind)}};
  if (hop.decoder >= 0) {
    json["decoder"] = hop.decoder;
    json["base"] = hop.base;
    json["size"] = hop.size;
    json["ways"] = hop.interleave.ways();
    json["granularity"] = hop.interleave.granularity();
  } else {
    json["pass_through"] = true;
  }
  json["target_index"] = hop.target_index;
  json["port"] = hop.port_number;
  if (!hop.port.empty()) json["port_name"] = hop.port;
  json["because"] = hop.because;
  if (hop.link) {
    json["link"] = {{"upper", hop.link->upper},
                    {"lower", hop.link->lower},
                    {"latency_ps", hop.link->latency},
                    {"passed", hop.passed}};
  }
  return json;
}

Json to_json(const DeviceDecode& device) {
  Json json{{"device", device.device},
            {"decoder", device.decoder},
            {"base", device.base},
            {"size", device.size},
            {"ways", device.interleave.ways()},
            {"granularity", device.interleave.granularity()},
            {"offset", device.offset},
            {"dpa_offset", device.dpa_offset},
            {"dpa_base", device.dpa_base}};
  json["shares"] = Json::array();
  for (const auto& share : device.shares) {
    json["shares"].push_back(
        {{"decoder", share.decoder}, {"skip", share.skip}, {"bytes", share.bytes}});
  }
  json["dpa"] = device.dpa;
  json["capacity"] = device.capacity;
  if (device.partition) {
    json["partition"] = {{"kind", partition_name(*device.partition)},
                         {"base", device.partition_base},
                         {"size", device.partition_size}};
  }
  json["because"] = device.because;
  return json;
}

Json to_json(const Stop& stop) {
  Json json{{"cause", address::name(stop.cause)},
            {"text", address::text(stop.cause)},
            {"where", stop.where}};
  if (stop.decoder >= 0) json["decoder"] = stop.decoder;
  if (stop.first_uncommitted) json["first_uncommitted"] = *stop.first_uncommitted;
  json["why"] = stop.why;
  json["mend"] = stop.mend;
  return json;
}

}  // namespace

Json to_json(const Explanation& explanation) {
  Json json{{"host", explanation.host}, {"hpa", explanation.hpa}};
  json["cause"] = explanation.stop ? address::name(explanation.stop->cause) : "none";
  if (!explanation.region.empty()) json["region"] = explanation.region;
  if (explanation.window) json["window"] = to_json(*explanation.window);
  json["hops"] = Json::array();
  for (const PortChoice& hop : explanation.hops) json["hops"].push_back(to_json(hop));
  if (explanation.local) {
    json["local"] = {{"memory", explanation.local->memory},
                     {"base", explanation.local->base},
                     {"size", explanation.local->size},
                     {"dpa", explanation.local->dpa}};
  }
  if (explanation.device) json["device"] = to_json(*explanation.device);
  if (explanation.stop) {
    json["stop"] = to_json(*explanation.stop);
  } else {
    json["contiguous"] = {{"first", explanation.first}, {"last", explanation.last}};
    if (explanation.time) {
      json["time"] = to_json(*explanation.time);
    } else {
      json["round_trip_ps"] = explanation.round_trip();
    }
  }
  return json;
}

}  // namespace cxlpool::platforms
