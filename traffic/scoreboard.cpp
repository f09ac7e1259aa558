// SPDX-License-Identifier: Apache-2.0
#include "traffic/scoreboard.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "models/fabric/host.h"

namespace cxlpool::traffic {

using address::Cause;

namespace {

bool is_enabled(const tlm::tlm_generic_payload& trans, std::uint64_t byte) {
  return !trans.get_byte_enable_ptr() ||
         trans.get_byte_enable_ptr()[byte % trans.get_byte_enable_length()] != 0;
}

}  // namespace

Scoreboard::Scoreboard(std::vector<fabric::Endpoint*> devices)
    : devices_(std::move(devices)), oracles_(devices_.size()), adopted_(devices_.size()) {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (static_cast<std::size_t>(devices_[i]->id()) == i) continue;
    throw std::invalid_argument(fmt::format("{} has the id {}, expected {}, its place in the list",
                                            devices_[i]->label(),
                                            static_cast<unsigned>(devices_[i]->id()), i));
  }
}

void Scoreboard::adopt_contents_of(fabric::DeviceId device) {
  adopted_[static_cast<std::size_t>(device)] = true;
}

void Scoreboard::expect(const fabric::Topology& topology, std::uint64_t hpa, std::uint32_t size,
                        Expectation& expectation) {
  expectation.clear();
  while (size > 0) {
    Expected part;
    part.hpa = hpa;
    part.size = std::min<std::uint32_t>(
        size, topology.part_bytes - static_cast<std::uint32_t>(hpa % topology.part_bytes));
    address::walk(topology.tree, hpa, route_);
    part.cause = route_.cause;
    if (route_.good()) {
      const fabric::Endpoint* device = topology.entries[route_.node].device;
      part.foreign = !device;
      part.device = device ? static_cast<std::size_t>(device->id()) : devices_.size();
      part.dpa = route_.dpa;
      if (!part.foreign && adopted_[part.device]) adopt(part);
    }
    expectation.push_back(part);
    hpa += part.size;
    size -= part.size;
  }
}

void Scoreboard::adopt(const Expected& part) {
  // A part never crosses a page: both are cut at multiples of 256.
  Oracle& oracle = oracles_[part.device];
  if (oracle.has_page(part.dpa)) return;
  const std::uint64_t begin = part.dpa / Oracle::page_bytes * Oracle::page_bytes;
  devices_[part.device]->media().read(begin, oracle.page(part.dpa).data(), Oracle::page_bytes);
}

bool Scoreboard::judge(const std::string& host, const tlm::tlm_generic_payload& trans,
                       const Expectation& expectation, const std::vector<fabric::AccessPart>& parts,
                       Bytes bytes) {
  if (parts.size() != expectation.size()) {
    record({host, trans.get_address(),
            fmt::format("expected {} parts, the host sent {}", expectation.size(), parts.size())});
    return false;
  }
  bool good = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    good = judge_part(host, trans, expectation[i], parts[i], bytes) && good;
  }
  const auto any = [&](auto&& holds) {
    return std::any_of(expectation.begin(), expectation.end(), holds);
  };
  const bool any_foreign = any([](const Expected& part) { return part.foreign; });
  const bool any_refused = any([](const Expected& part) { return part.cause != Cause::none; });
  const bool may_fail = any_refused || any_foreign;
  if (trans.is_response_ok() ? any_refused : !may_fail) {
    record({host, trans.get_address(),
            fmt::format("expected the access to {}, it was answered {}",
                        any_refused ? "fail" : "succeed", trans.get_response_string())});
    good = false;
  }
  return good;
}

bool Scoreboard::judge_part(const std::string& host, const tlm::tlm_generic_payload& trans,
                            const Expected& expected, const fabric::AccessPart& part, Bytes bytes) {
  if (expected.foreign) return true;  // what a foreign target does is its own affair
  if (part.cause != expected.cause || part.hpa != expected.hpa || part.size != expected.size) {
    record({host, expected.hpa,
            fmt::format("expected '{}' for {} bytes, got '{}' for {} bytes at {:#x}",
                        address::text(expected.cause), expected.size, address::text(part.cause),
                        part.size, part.hpa)});
    return false;
  }
  if (expected.cause != Cause::none) return judge_refused(host, trans, expected);
  if (part.device != devices_[expected.device]->id() || part.dpa != expected.dpa) {
    record({host, expected.hpa,
            fmt::format("expected {} DPA {:#x}, landed in device {} DPA {:#x}",
                        devices_[expected.device]->label(), expected.dpa,
                        static_cast<unsigned>(part.device), part.dpa)});
    return false;
  }
  return bytes == Bytes::judged_where_served || judge_bytes(host, trans, expected);
}

void Scoreboard::served(fabric::DeviceId device, std::uint64_t dpa,
                        const tlm::tlm_generic_payload& trans) {
  Expected here;
  here.hpa = trans.get_address();
  here.size = trans.get_data_length();
  here.device = static_cast<std::size_t>(device);
  here.dpa = dpa;
  judge_bytes(devices_[here.device]->label(), trans, here);
}

bool Scoreboard::judge_refused(const std::string& host, const tlm::tlm_generic_payload& trans,
                               const Expected& expected) {
  if (!trans.is_read()) return true;
  const std::uint64_t begin = expected.hpa - trans.get_address();
  for (std::uint32_t i = 0; i < expected.size; ++i) {
    const std::uint8_t got = trans.get_data_ptr()[begin + i];
    if (!is_enabled(trans, begin + i) || got == 0xFF) continue;
    record({host, expected.hpa + i,
            fmt::format("expected all-ones from a refused read, got {:#04x}", got)});
    return false;
  }
  return true;
}

bool Scoreboard::judge_bytes(const std::string& who, const tlm::tlm_generic_payload& trans,
                             const Expected& expected) {
  std::array<std::uint8_t, fabric::Host::part_bytes> stored;
  fabric::Endpoint& device = *devices_[expected.device];
  device.media().read(expected.dpa, stored.data(), expected.size);
  Oracle::Page& page = oracles_[expected.device].page(expected.dpa);
  std::uint8_t* oracle = page.data() + expected.dpa % Oracle::page_bytes;
  const std::uint64_t begin = expected.hpa - trans.get_address();
  const std::uint8_t* data = trans.get_data_ptr() + begin;
  if (!trans.get_byte_enable_ptr() && std::memcmp(stored.data(), data, expected.size) == 0) {
    // All is well at once; only what is not needs to be looked at byte by byte.
    if (trans.is_write()) {
      std::memcpy(oracle, data, expected.size);
      return true;
    }
    if (std::memcmp(data, oracle, expected.size) == 0) return true;
  }
  for (std::uint32_t i = 0; i < expected.size; ++i) {
    const bool enabled = is_enabled(trans, begin + i);
    if (trans.is_write() && enabled) oracle[i] = data[i];
    const bool read_wrong = trans.is_read() && enabled && data[i] != oracle[i];
    if (!read_wrong && stored[i] == oracle[i]) continue;
    record({who, expected.hpa + i,
            fmt::format("expected {:#04x}, {} {:#04x} ({} DPA {:#x})", oracle[i],
                        read_wrong ? "read" : "the media holds", read_wrong ? data[i] : stored[i],
                        device.label(), expected.dpa + i)});
    return false;
  }
  return true;
}

void Scoreboard::clear(fabric::DeviceId device, std::uint64_t dpa, std::uint64_t length) {
  Oracle& oracle = oracles_[static_cast<std::size_t>(device)];
  for (const auto& [number, page] : oracle.pages()) {
    // Partitions end at multiples of 256 MiB, so a page is cleared whole or not at all.
    if (number * Oracle::page_bytes - dpa < length) page->fill(0);
  }
}

std::uint64_t Scoreboard::audit() {
  std::uint64_t compared = 0;
  Oracle::Page stored;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    for (const auto& [number, page] : oracles_[i].pages()) {
      const std::uint64_t dpa = number * Oracle::page_bytes;
      devices_[i]->media().read(dpa, stored.data(), stored.size());
      compared += stored.size();
      const auto differs = std::mismatch(page->begin(), page->end(), stored.begin());
      if (differs.first == page->end()) continue;
      const auto offset = static_cast<std::uint64_t>(differs.first - page->begin());
      record({devices_[i]->label(), dpa + offset,
              fmt::format("at the end DPA {:#x} holds {:#04x}, expected {:#04x}", dpa + offset,
                          *differs.second, *differs.first)});
    }
  }
  return compared;
}

void Scoreboard::record(Failure failure) {
  ++failure_count_;
  if (failures_.size() < max_failures) failures_.push_back(std::move(failure));
}

}  // namespace cxlpool::traffic
