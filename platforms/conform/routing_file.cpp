// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/routing_file.h"

namespace cxlpool::platforms {
namespace {

Landing read_landing(const JsonNode& node) {
  Landing landing;
  landing.path = node.path();
  landing.hpa = node.at("hpa").number();
  landing.device = node.at("device").text();
  landing.dpa = node.at("dpa").number();
  return landing;
}

}  // namespace

RoutingFile read_routing_file(const JsonNode& node) {
  RoutingFile file;
  file.topology = read_topology(node.at("topology"));
  for (const JsonNode& item : node.at("vectors").some_items()) {
    file.vectors.push_back(read_landing(item));
  }
  for (const JsonNode& item : node.at("runs").items()) {
    Landing run = read_landing(item);
    run.length = item.at("len").number(JsonNode::exact, word_bytes);
    file.runs.push_back(std::move(run));
  }
  for (const JsonNode& item : node.at("lost").items()) file.lost.push_back(item.number());
  if (const auto misconfigured = node.find("misconfigured")) {
    file.misconfigured = misconfigured->flag();
  }
  if (const auto words = node.find("qemu_args")) {
    for (const JsonNode& word : words->items()) file.command.push_back(word.text());
  }
  if (const auto counts = node.find("counts")) {
    const auto count = [&](const char* key) -> std::optional<std::uint64_t> {
      const auto member = counts->find(key);
      if (!member) return std::nullopt;
      return member->number();
    };
    file.vector_count = count("vectors");
    file.run_count = count("runs");
    file.lost_count = count("lost");
  }
  return file;
}

}  // namespace cxlpool::platforms
