// SPDX-License-Identifier: Apache-2.0
#include "models/address/cedt.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cxlpool::address {
namespace {

enum RecordType : std::uint8_t { chbs = 0, cfmws = 1, cxims = 2 };

// Offsets in the ACPI table header.
constexpr std::size_t table_length_at = 4;
constexpr std::size_t table_checksum_at = 9;
constexpr std::size_t table_header_bytes = 36;

// Offsets in every record: u8 type, u8 reserved, u16 length.
constexpr std::size_t record_length_at = 2;
constexpr std::size_t record_header_bytes = 4;

// Lengths of the records, without their lists.
constexpr std::size_t chbs_bytes = 32;
constexpr std::size_t cfmws_bytes = 36;
constexpr std::size_t cxims_bytes = 8;

constexpr std::uint32_t newest_chbs_version = 1;

using Bytes = std::vector<std::uint8_t>;

/// Sum of all bytes modulo 256; 0 for a valid ACPI table.
std::uint8_t byte_sum(const Bytes& bytes) {
  return static_cast<std::uint8_t>(std::accumulate(bytes.begin(), bytes.end(), 0u));
}

template <typename T>
void put(Bytes& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> 8 * i));
  }
}

void put_text(Bytes& out, std::string_view text) {
  for (const char character : text) out.push_back(static_cast<std::uint8_t>(character));
}

void put_record_header(Bytes& out, RecordType type, std::size_t length) {
  put<std::uint8_t>(out, type);
  put<std::uint8_t>(out, 0);
  put(out, static_cast<std::uint16_t>(length));
}

template <typename T>
T get(const Bytes& bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{bytes[offset + i]} << 8 * i;
  return static_cast<T>(value);
}

/// By granularity code, the maps that windows use; the longest list where windows share a prefix.
using MapsByGranularity = std::map<std::uint8_t, std::vector<std::uint64_t>>;

MapsByGranularity used_maps(const Cedt& cedt, std::vector<std::string>& disagreements) {
  MapsByGranularity result;
  for (std::size_t w = 0; w < cedt.windows.size(); ++w) {
    const FixedMemoryWindow& window = cedt.windows[w];
    const unsigned needed = XorMaps::needed(window.interleave.ways());
    const auto& maps = window.xor_maps.maps();
    if (window.arithmetic != Arithmetic::exclusive_or || needed == 0 || maps.size() < needed) {
      continue;
    }
    auto& shared = result[window.interleave.granularity_code()];
    for (std::size_t i = 0; i < needed; ++i) {
      if (i == shared.size()) {
        shared.push_back(maps[i]);
      } else if (shared[i] != maps[i]) {
        disagreements.push_back(
            fmt::format("window {}: XOR map {} is {:#x}; another window of granularity {} has "
                        "{:#x}, and all of one granularity must agree",
                        w, i, maps[i], window.interleave.granularity(), shared[i]));
      }
    }
  }
  return result;
}

void put_host_bridge(Bytes& out, const CedtHostBridge& bridge) {
  put_record_header(out, chbs, chbs_bytes);
  put(out, bridge.uid);
  put(out, bridge.version);
  put<std::uint32_t>(out, 0);
  put(out, bridge.base);
  put(out, bridge.length);
}

void put_window(Bytes& out, const FixedMemoryWindow& window) {
  put_record_header(out, cfmws, cfmws_bytes + 4 * window.targets.size());
  put<std::uint32_t>(out, 0);
  put(out, window.base);
  put(out, window.size);
  put(out, window.interleave.ways_code());
  put(out, static_cast<std::uint8_t>(window.arithmetic));
  put<std::uint16_t>(out, 0);
  put<std::uint32_t>(out, window.interleave.granularity_code());
  put(out, window.restrictions);
  put(out, window.qtg_id);
  for (const std::uint32_t target : window.targets) put(out, target);
}

void put_xor_maps(Bytes& out, std::uint8_t granularity_code,
                  const std::vector<std::uint64_t>& maps) {
  put_record_header(out, cxims, cxims_bytes + 8 * maps.size());
  put<std::uint16_t>(out, 0);
  put(out, granularity_code);
  put(out, static_cast<std::uint8_t>(maps.size()));
  for (const std::uint64_t map : maps) put(out, map);
}

/// The records of a table whose header has been checked.
class RecordReader {
 public:
  explicit RecordReader(const Bytes& bytes) : bytes_(bytes) {}

  std::variant<CedtReading, CedtFinding> read() {
    if (auto damage = find_records()) return std::move(*damage);
    for (const std::size_t at : bridges_at_) read_host_bridge(at);
    for (const std::size_t at : windows_at_) read_window(at);
    const auto by_offset = [](const CedtFinding& a, const CedtFinding& b) {
      return a.offset < b.offset;
    };
    std::stable_sort(reading_.notes.begin(), reading_.notes.end(), by_offset);
    return std::move(reading_);
  }

 private:
  std::optional<CedtFinding> find_records() {
    for (std::size_t at = table_header_bytes; at < bytes_.size(); at += length_of(at)) {
      const std::size_t left = bytes_.size() - at;
      if (left < record_header_bytes) {
        return CedtFinding{
            at, fmt::format("{} byte(s) left for a record; its header alone takes {}", left,
                            record_header_bytes)};
      }
      if (length_of(at) > left) {
        return CedtFinding{at + record_length_at,
                           fmt::format("record of type {} has length {}; {} bytes are left in the "
                                       "table",
                                       bytes_[at], length_of(at), left)};
      }
      if (length_of(at) < least_length_of(at)) {
        return too_short(at, least_length_of(at));
      }
      switch (bytes_[at]) {
        case chbs:
          bridges_at_.push_back(at);
          break;
        case cfmws:
          windows_at_.push_back(at);
          break;
        case cxims: {
          const std::size_t needed = cxims_bytes + 8 * std::size_t{bytes_[at + 7]};
          if (length_of(at) < needed) return too_short(at, needed);
          note_cxims(at);
          break;
        }
        default:
          break;
      }
    }
    return std::nullopt;
  }

  std::size_t length_of(std::size_t at) const {
    return get<std::uint16_t>(bytes_, at + record_length_at);
  }

  std::size_t least_length_of(std::size_t at) const {
    switch (bytes_[at]) {
      case chbs:
        return chbs_bytes;
      case cfmws:
        return cfmws_bytes;
      case cxims:
        return cxims_bytes;
      default:
        return record_header_bytes;
    }
  }

  CedtFinding too_short(std::size_t at, std::size_t needed) const {
    return {at + record_length_at, fmt::format("record of type {} has length {}; it takes {}",
                                               bytes_[at], length_of(at), needed)};
  }

  void note(std::size_t offset, std::string text) {
    reading_.notes.push_back({offset, std::move(text)});
  }

  void note_cxims(std::size_t at) {
    const unsigned code = bytes_[at + 6];
    if (!decode_granularity(code)) {
      return note(at + 6,
                  fmt::format("skipped: CXIMS granularity code is {}; 0 to 6 are defined", code));
    }
    cxims_at_[static_cast<std::uint8_t>(code)].push_back(at);
  }

  void read_host_bridge(std::size_t at) {
    const CedtHostBridge bridge{
        get<std::uint32_t>(bytes_, at + 4), get<std::uint64_t>(bytes_, at + 16),
        get<std::uint64_t>(bytes_, at + 24), get<std::uint32_t>(bytes_, at + 8)};
    if (bridge.version > newest_chbs_version) {
      return note(at + 8, fmt::format("skipped: host bridge {} has version {}; 0 and 1 are defined",
                                      bridge.uid, bridge.version));
    }
    reading_.cedt.host_bridges.push_back(bridge);
  }

  void read_window(std::size_t at) {
    FixedMemoryWindow window;
    window.base = get<std::uint64_t>(bytes_, at + 8);
    window.size = get<std::uint64_t>(bytes_, at + 16);
    const auto skip = [&](std::size_t offset, const std::string& why) {
      note(offset, fmt::format("skipped: window at {:#x}: {}", window.base, why));
    };

    const unsigned arithmetic = bytes_[at + 25];
    if (arithmetic > static_cast<unsigned>(Arithmetic::exclusive_or)) {
      return skip(at + 25,
                  fmt::format("arithmetic is {}; it must be 0 (modulo) or 1 (XOR)", arithmetic));
    }
    window.arithmetic = static_cast<Arithmetic>(arithmetic);

    const auto ways = decode_ways(bytes_[at + 24]);
    if (!ways) {
      return skip(at + 24,
                  fmt::format("ways code is {}; it must be 0 to 4 or 8 to 10", bytes_[at + 24]));
    }
    const std::size_t length = cfmws_bytes + 4 * std::size_t{*ways};
    if (length_of(at) < length) {
      return skip(at + record_length_at,
                  fmt::format("length is {}; {} way(s) take {}", length_of(at), *ways, length));
    }

    const auto granularity_code = get<std::uint32_t>(bytes_, at + 28);
    if (!decode_granularity(granularity_code)) {
      return skip(at + 28,
                  fmt::format("granularity code is {}; it must be 0 to 6", granularity_code));
    }
    window.interleave = *Interleave::from_codes(bytes_[at + 24], *ways == 1 ? 0 : granularity_code);
    window.restrictions = get<std::uint16_t>(bytes_, at + 32);
    window.qtg_id = get<std::uint16_t>(bytes_, at + 34);
    for (std::size_t i = 0; i < *ways; ++i) {
      window.targets.push_back(get<std::uint32_t>(bytes_, at + cfmws_bytes + 4 * i));
    }

    const unsigned needed = XorMaps::needed(*ways);
    if (window.arithmetic == Arithmetic::exclusive_or && needed > 0) {
      const auto found = cxims_at_.find(window.interleave.granularity_code());
      if (found == cxims_at_.end()) {
        return skip(at + 25,
                    fmt::format("arithmetic is XOR; that takes a CXIMS of granularity code {} with "
                                "{} map(s), and there is none",
                                granularity_code, needed));
      }
      // Linux visits every CXIMS of the granularity: all must suffice and the last one counts.
      for (const std::size_t cxims_at : found->second) {
        if (bytes_[cxims_at + 7] < needed) {
          return skip(cxims_at + 7, fmt::format("its CXIMS has {} map(s); {} ways need {}",
                                                bytes_[cxims_at + 7], *ways, needed));
        }
        std::vector<std::uint64_t> maps;
        for (std::size_t i = 0; i < needed; ++i) {
          maps.push_back(get<std::uint64_t>(bytes_, cxims_at + cxims_bytes + 8 * i));
        }
        window.xor_maps = XorMaps(std::move(maps));
      }
    }

    const auto violations = window.violations();
    if (!violations.empty()) return skip(at, fmt::format("{}", fmt::join(violations, "; ")));
    if (length_of(at) > length) {
      note(at + record_length_at,
           fmt::format("window at {:#x} has length {}; {} way(s) take {}, the rest is ignored",
                       window.base, length_of(at), *ways, length));
    }
    reading_.cedt.windows.push_back(std::move(window));
  }

  const Bytes& bytes_;
  CedtReading reading_;
  std::vector<std::size_t> bridges_at_;
  std::vector<std::size_t> windows_at_;
  std::map<std::uint8_t, std::vector<std::size_t>> cxims_at_;  ///< by granularity code
};

}  // namespace

std::vector<std::string> violations(const Cedt& cedt) {
  std::vector<std::string> found;
  for (std::size_t w = 0; w < cedt.windows.size(); ++w) {
    for (const std::string& sentence : cedt.windows[w].violations()) {
      found.push_back(fmt::format("window {}: {}", w, sentence));
    }
  }
  used_maps(cedt, found);
  return found;
}

std::vector<std::uint8_t> write_cedt(const Cedt& cedt) {
  const auto found = violations(cedt);
  if (!found.empty()) {
    throw std::invalid_argument(fmt::format("CEDT: {}", fmt::join(found, "; ")));
  }
  Bytes out;
  put_text(out, "CEDT");
  put<std::uint32_t>(out, 0);  // length, below
  put<std::uint8_t>(out, 1);   // revision
  put<std::uint8_t>(out, 0);   // checksum, below
  put_text(out, "CXLPOL");     // OEM id
  put_text(out, "CXLPOOL ");   // OEM table id
  put<std::uint32_t>(out, 1);  // OEM revision
  put_text(out, "CXLP");       // creator id
  put<std::uint32_t>(out, 1);  // creator revision

  for (const CedtHostBridge& bridge : cedt.host_bridges) put_host_bridge(out, bridge);
  for (const FixedMemoryWindow& window : cedt.windows) put_window(out, window);
  std::vector<std::string> none;
  for (const auto& [granularity_code, maps] : used_maps(cedt, none)) {
    put_xor_maps(out, granularity_code, maps);
  }

  Bytes length;
  put(length, static_cast<std::uint32_t>(out.size()));
  std::copy(length.begin(), length.end(), out.begin() + table_length_at);
  out[table_checksum_at] = static_cast<std::uint8_t>(0 - byte_sum(out));
  return out;
}

std::variant<CedtReading, CedtFinding> read_cedt(const std::vector<std::uint8_t>& bytes) {
  if (bytes.size() < table_header_bytes) {
    return CedtFinding{bytes.size(),
                       fmt::format("the table ends after {} byte(s); the ACPI header takes {}",
                                   bytes.size(), table_header_bytes)};
  }
  const std::string signature(bytes.begin(), bytes.begin() + 4);
  if (signature != "CEDT") {
    return CedtFinding{0, fmt::format("the signature is {:02x}; it must be 43 45 44 54 (\"CEDT\")",
                                      fmt::join(bytes.begin(), bytes.begin() + 4, " "))};
  }
  const auto length = get<std::uint32_t>(bytes, table_length_at);
  if (length != bytes.size()) {
    return CedtFinding{table_length_at, fmt::format("the table's length is {}; {} bytes are there",
                                                    length, bytes.size())};
  }
  if (const std::uint8_t sum = byte_sum(bytes); sum != 0) {
    const auto checksum = bytes[table_checksum_at];
    return CedtFinding{table_checksum_at,
                       fmt::format("the checksum is {:#04x}; these bytes take {:#04x}", checksum,
                                   static_cast<std::uint8_t>(checksum - sum))};
  }
  return RecordReader(bytes).read();
}

}  // namespace cxlpool::address
