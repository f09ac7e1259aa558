// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// One speed bin of DDR4 or DDR5 as its data sheet has it: clock cycles, except for refresh, which
/// JEDEC gives in nanoseconds. A channel is what one burst of 64 B goes over: 64 bits of DDR4, a
/// subchannel of 32 bits of DDR5; one rank of x8 devices.
struct DramPart {
  std::string_view name;
  std::string_view source;  ///< where the figures are from, and which of them are not from there
  std::uint32_t kilotransfers_per_s;  ///< two a clock; 1,866,667 where a name says 1866
  std::uint8_t bus_bits, burst_length;
  std::uint8_t bank_groups, banks_per_group;
  std::uint32_t row_bytes;  ///< over the whole channel
  std::uint16_t cl, rcd, rp, ras, rc, cwl;
  std::uint16_t ccd_s, ccd_l, ccd_l_wr;
  std::uint16_t rrd_s, rrd_l, faw;
  std::uint16_t wtr_s, wtr_l, wr, rtp;
  std::uint16_t rfc_ns, refi_ns;
};

/// The same in picoseconds, named as JEDEC names them without the t. Every sum of cycles is rounded
/// up on its own: a clock of 416 2/3 ps does not drift, and nothing is faster than the data sheet.
struct DramTimes {
  explicit DramTimes(const DramPart& part);

  Picoseconds ck, burst;
  Picoseconds cl, rcd, rp, ras, rc, cwl;
  Picoseconds ccd_s, ccd_l, ccd_l_wr;
  Picoseconds rrd_s, rrd_l, faw;
  Picoseconds wtr_s, wtr_l, wr, rtp;
  Picoseconds rfc, refi;
  Picoseconds
      read_to_write;  ///< command to command: CL + burst - CWL + 2 clocks of bus turn-around

  Picoseconds latency(bool write) const { return write ? cwl : cl; }
  /// From a column command until the bank may be precharged.
  Picoseconds recovery(bool write) const { return write ? cwl + burst + wr : rtp; }
  /// From one column command until another may follow.
  Picoseconds column_gap(bool first_writes, bool then_writes, bool same_group) const {
    if (first_writes && !then_writes) return cwl + burst + (same_group ? wtr_l : wtr_s);
    if (!first_writes && then_writes) return read_to_write;
    if (!same_group) return ccd_s;
    return then_writes ? ccd_l_wr : ccd_l;
  }
  /// Between the lines of one message, each in a bank group of its own.
  Picoseconds line_gap() const { return rrd_s > ccd_s ? rrd_s : ccd_s; }
};

const std::vector<DramPart>& dram_parts();

/// By full name, or by a name without its speed bin's letters ("DDR5-4800"), which is the first
/// such part of the table; null when there is none.
const DramPart* find_dram_part(std::string_view name);

/// The same, but throws std::invalid_argument that names the nearest part.
const DramPart& dram_part(std::string_view name);

}  // namespace cxlpool::timing
