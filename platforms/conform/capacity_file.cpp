// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/capacity_file.h"

#include <cstdlib>

#include <fmt/format.h>

#include "platforms/conform/step_node.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using Op = CapacityStep::Op;

ExpectedBytes read_expected(const JsonNode& node) {
  ExpectedBytes expected;
  expected.bytes = read_hex(node, &expected.compared);
  return expected;
}

void read_qmp(const JsonNode& plain, const StepNode& node, CapacityStep& step) {
  step.request = {{"execute", plain.at("execute").text()}};
  if (plain.has("arguments")) step.request["arguments"] = plain.at("arguments").object().json();
  const JsonNode result = node.at("result");
  if (const auto error = result.find("error")) {
    step.error_class = error->at("class").text();
  } else {
    step.returned = result.at("return").json();
  }
}

/// A field beside `base`, unless `expect` replaces the one and leaves the other to the witness.
std::optional<JsonNode> beside(const StepNode& node, const char* base, const char* key) {
  if (node.replaces(base) && !node.replaces(key)) return std::nullopt;
  return node.find(key);
}

void read_name(const StepNode& node, StatedAnswer& stated) {
  if (const auto name = beside(node, "rc", "rc_name")) stated.return_code_name = name->text();
}

std::uint16_t read_hex_word(const JsonNode& node, const std::string& text) {
  std::size_t used = 0;
  unsigned long value = 0x10000;
  try {
    value = std::stoul(text, &used, 16);
  } catch (const std::exception&) {
  }
  if (used != text.size() || value > 0xFFFF) {
    node.fail(fmt::format("expected up to 4 hex digits, got \"{}\"", quotable(text)));
  }
  return static_cast<std::uint16_t>(value);
}

void read_effects(const JsonNode& plain, CapacityStep& step) {
  const auto expect = plain.find("expect");
  const auto common = expect ? expect->find("cel_common") : std::nullopt;
  if (!common) return;
  step.effects.emplace();
  for (const auto& [opcode, effect] : common->members()) {
    (*step.effects)[read_hex_word(*common, opcode)] = read_hex_word(effect, effect.text());
  }
  step.response.reset();
}

void read_mailbox(const JsonNode& plain, const StepNode& node, CapacityStep& step) {
  step.device = plain.at("device").text();
  step.opcode = plain.at("opcode").number_as<std::uint16_t>();
  step.payload = read_hex(plain.at("request"));
  step.return_code = node.at("rc").number_as<std::uint16_t>();
  if (const auto response = node.find("response")) step.response = read_expected(*response);
  read_name(node, step.stated);
  if (const auto decoded = beside(node, "response", "decoded")) {
    step.stated.decoded = decoded->json();
  }
  read_effects(plain, step);
}

/// What the file says of the message inside, which the bytes of the whole must say too. A request
/// that is malformed on purpose says nothing of it.
void check_tunnel_request(const JsonNode& plain, const std::vector<std::uint8_t>& whole) {
  constexpr std::size_t opcode_at = 4 + 3, headers = 4 + 12;
  const auto inner = plain.find("request");
  if (!inner) return;
  const std::vector<std::uint8_t> request = read_hex(*inner);
  if (whole.size() < headers ||
      std::vector<std::uint8_t>(whole.begin() + headers, whole.end()) != request) {
    inner->fail("expected the bytes after the headers of tunnel_request");
  }
  const unsigned opcode = whole[opcode_at] | whole[opcode_at + 1] << 8;
  if (const auto stated = plain.at("opcode"); stated.number() != opcode) {
    stated.fail(fmt::format("expected {}, as in tunnel_request", opcode));
  }
  if (const auto port = plain.find("port"); port && port->number() != whole[0]) {
    port->fail(fmt::format("expected {}, as in tunnel_request", whole[0]));
  }
}

/// The outer command; the answer inside is part of the outer one's bytes.
void read_tunnel(const JsonNode& plain, const StepNode& node, CapacityStep& step) {
  step.opcode = plain.at("opcode").number_as<std::uint16_t>();
  step.payload = read_hex(plain.at("tunnel_request"));
  step.return_code = node.at("tunnel_rc").number_as<std::uint16_t>();
  if (const auto response = node.find("tunnel_response")) step.response = read_expected(*response);
  check_tunnel_request(plain, step.payload);
  if (const auto code = node.find("rc")) {
    step.stated.return_code = code->number_as<std::uint16_t>();
  }
  read_name(node, step.stated);
  if (const auto inner = beside(node, "tunnel_response", "response")) {
    step.stated.response = read_expected(*inner);
  }
}

CapacityStep read_step(const JsonNode& plain) {
  const StepNode node(plain);
  CapacityStep step;
  step.path = plain.path();
  const std::string& op = plain.at("op").text();
  if (op == "qmp") {
    step.op = Op::qmp;
    read_qmp(plain, node, step);
  } else if (op == "mbox") {
    step.op = Op::mailbox;
    read_mailbox(plain, node, step);
  } else if (op == "tunnel") {
    step.op = Op::tunnel;
    read_tunnel(plain, node, step);
  } else if (op == "event_status") {
    step.op = Op::event_status;
    step.device = plain.at("device").text();
    step.status = node.at("value").number();
  } else if (op == "system_reset") {
    step.op = Op::system_reset;
  } else {
    step.op = Op::access;
    step.access = read_scenario_step(plain);
    if (const auto dpa = plain.find("dpa")) step.dpa = dpa->number();
  }
  return step;
}

/// What the header repeats of the topology.
void check_header(const JsonNode& described, const VectorTopology& topology) {
  std::uint64_t fixed = 0;
  for (const VectorDevice& device : topology.devices) {
    for (const VectorMemory& memory : device.memory) {
      if (memory.kind != address::PartitionKind::dynamic) fixed += memory.size;
    }
  }
  if (const auto stated = described.find("static"); stated && stated->number() != fixed) {
    stated->fail(fmt::format("expected {}, as the devices' memory comes to", fixed));
  }
  const auto base = described.find("hpa_base");
  if (!base || topology.windows.empty()) return;
  if (const std::uint64_t window = topology.windows[0].base; base->number() != window) {
    base->fail(fmt::format("expected {}, where the window begins", window));
  }
}

/// The file says of its one dynamic device how it is divided.
void divide(const JsonNode& described, VectorTopology& topology) {
  const std::uint64_t length = described.at("region_len").number();
  for (VectorDevice& device : topology.devices) {
    for (const VectorMemory& memory : device.memory) {
      if (memory.kind != address::PartitionKind::dynamic) continue;
      device.dynamic_regions = described.at("regions").number(8, 1);
      device.dynamic_block = described.at("block").number();
      if (memory.size != length * device.dynamic_regions) {
        described.at("region_len")
            .fail(fmt::format("expected {} regions that make {} bytes", device.dynamic_regions,
                              memory.size));
      }
    }
  }
}

}  // namespace

CapacityFile read_capacity_file(const JsonNode& node) {
  CapacityFile file;
  file.id = node.at("id").text();
  file.topology = read_topology(node.at("topology"));
  check_header(node.at("device"), file.topology);
  divide(node.at("device"), file.topology);
  for (const JsonNode& step : node.at("steps").some_items()) file.steps.push_back(read_step(step));
  return file;
}

}  // namespace cxlpool::platforms
