// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_part.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace cxlpool::timing {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string_view without_bin(std::string_view name) {
  const auto last_digit = name.find_last_of("0123456789");
  return name.substr(0, last_digit + 1);
}

constexpr std::string_view ramulator_ddr4 = "ramulator2 c5b1c3a4 ddr4.py, x8 8 Gb";
constexpr std::string_view ramulator_ddr5 =
    "ramulator2 c5b1c3a4 ddr5.py, x8 16 Gb; tFAW of the 1 KiB page (JESD79-5, gem5)";
// Ramulator falls back to 5 ns for tRRD_S too, which would cap random lines far below the bus.
constexpr std::string_view ramulator_ddr5_rrd =
    "ramulator2 c5b1c3a4 ddr5.py, x8 16 Gb; tFAW of the 1 KiB page and tRRD_S 8 nCK (JESD79-5)";
constexpr std::string_view gem5_ddr5 =
    "gem5 DDR5_4400_4x8 in whole cycles; tWTR without the CWL that gem5 counts in; tCCD_L_WR 20 ns "
    "(JESD79-5: gem5 does not tell writes apart)";

}  // namespace

DramTimes::DramTimes(const DramPart& part) {
  const auto cycles = [&part](std::uint64_t count) {
    const std::uint64_t rate = part.kilotransfers_per_s;
    return (count * 2'000'000'000 + rate - 1) / rate;
  };
  ck = cycles(1);
  burst = cycles(part.burst_length / 2u);
  cl = cycles(part.cl);
  rcd = cycles(part.rcd);
  rp = cycles(part.rp);
  ras = cycles(part.ras);
  rc = cycles(part.rc);
  cwl = cycles(part.cwl);
  ccd_s = cycles(part.ccd_s);
  ccd_l = cycles(part.ccd_l);
  ccd_l_wr = cycles(part.ccd_l_wr);
  rrd_s = cycles(part.rrd_s);
  rrd_l = cycles(part.rrd_l);
  faw = cycles(part.faw);
  wtr_s = cycles(part.wtr_s);
  wtr_l = cycles(part.wtr_l);
  wr = cycles(part.wr);
  rtp = cycles(part.rtp);
  rfc = part.rfc_ns * ps_per_ns;
  refi = part.refi_ns * ps_per_ns;
  read_to_write = cycles(part.cl + part.burst_length / 2u - part.cwl + 2u);
}

const std::vector<DramPart>& dram_parts() {
  // name, source, rate, bus, BL, groups, banks, row | CL RCD RP RAS RC CWL | CCD S L L_WR |
  // RRD S L FAW | WTR S L WR RTP | RFC REFI
  // clang-format off
  static const std::vector<DramPart> parts = {
      {"DDR4-1866M", "JESD79-4 bin 1866M (13-13-13), x8 8 Gb, from memory of the standard",
       1'866'667, 64, 8, 4, 4, 8192,
       13, 13, 13, 32, 45, 10,  4, 5, 5,  4, 5, 22,  3, 7, 14, 7,  350, 7800},
      {"DDR4-2400R", ramulator_ddr4, 2'400'000, 64, 8, 4, 4, 8192,
       16, 16, 16, 39, 55, 12,  4, 6, 6,  4, 6, 26,  3, 9, 18, 9,  360, 7800},
      {"DDR4-3200AA", ramulator_ddr4, 3'200'000, 64, 8, 4, 4, 8192,
       22, 22, 22, 52, 74, 16,  4, 8, 8,  4, 8, 34,  4, 12, 24, 12,  360, 7800},
      {"DDR5-4400", gem5_ddr5, 4'400'000, 32, 16, 8, 4, 4096,
       32, 32, 32, 71, 103, 30,  8, 11, 44,  8, 11, 32,  6, 22, 66, 17,  295, 3900},
      {"DDR5-4800BN", ramulator_ddr5, 4'800'000, 32, 16, 8, 4, 4096,
       36, 36, 36, 77, 113, 34,  8, 12, 48,  8, 12, 32,  6, 24, 72, 18,  295, 3900},
      {"DDR5-4800AN", ramulator_ddr5, 4'800'000, 32, 16, 8, 4, 4096,
       34, 34, 34, 77, 111, 32,  8, 12, 48,  8, 12, 32,  6, 24, 72, 18,  295, 3900},
      {"DDR5-5600AN", ramulator_ddr5_rrd, 5'600'000, 32, 16, 8, 4, 4096,
       40, 40, 40, 90, 130, 38,  8, 12, 56,  8, 14, 32,  5, 28, 84, 20,  295, 3900},
      {"DDR5-6400AN", ramulator_ddr5_rrd, 6'400'000, 32, 16, 8, 4, 4096,
       46, 46, 46, 103, 149, 44,  8, 16, 64,  8, 16, 32,  5, 32, 96, 24,  295, 3900},
  };
  // clang-format on
  return parts;
}

const DramPart* find_dram_part(std::string_view name) {
  for (const DramPart& part : dram_parts()) {
    if (part.name == name) return &part;
  }
  for (const DramPart& part : dram_parts()) {
    if (without_bin(part.name) == name) return &part;
  }
  return nullptr;
}

const DramPart& dram_part(std::string_view name) {
  if (const DramPart* part = find_dram_part(name)) return *part;
  const std::string_view word = name.substr(0, 64);
  std::string upper(word);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char letter) {
    return static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  });
  const auto nearest = std::min_element(
      dram_parts().begin(), dram_parts().end(), [&upper](const DramPart& a, const DramPart& b) {
        return edit_distance(upper, a.name) < edit_distance(upper, b.name);
      });
  throw std::invalid_argument("no DRAM part is named \"" + std::string(word) +
                              "\", did you mean \"" + std::string(nearest->name) + "\"?");
}

}  // namespace cxlpool::timing
