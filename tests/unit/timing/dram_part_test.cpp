// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_part.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "models/timing/dram_channel.h"

namespace cxlpool::timing {
namespace {

struct Published {
  const char* name;
  double peak_gb_per_s, burst_ns, row_hit_ns, row_closed_ns, row_conflict_ns;
};

// The published table has clocks rounded down to a picosecond; a clock is the tolerance.
constexpr Published published[] = {
    {"DDR4-3200AA", 25.6, 2.5, 16.25, 30.0, 43.75},
    {"DDR4-2400R", 19.2, 3.33, 16.66, 29.99, 43.32},
    {"DDR5-4800BN", 19.2, 3.33, 18.3, 33.28, 48.26},
    {"DDR5-4800AN", 19.2, 3.33, 17.47, 31.62, 45.76},
    {"DDR5-5600AN", 22.4, 2.86, 17.14, 31.42, 45.7},
    {"DDR5-6400AN", 25.6, 2.5, 16.85, 31.2, 45.55},
    {"DDR5-4400", 17.6, 3.63, 18.18, 32.72, 47.27},
    {"DDR4-1866M", 14.93, 4.29, 18.2, 32.1, 46.1},
};

Message read_of(std::uint64_t dpa) {
  Message message;
  message.dpa = dpa;
  return message;
}

TEST(DramPart, IdleLatenciesAreThePublishedOnesInBothModes) {
  ASSERT_EQ(std::size(published), dram_parts().size());
  for (const Published& row : published) {
    SCOPED_TRACE(row.name);
    const DramPart& part = dram_part(row.name);
    DramConfig config;
    config.hashed = false;
    DramChannel exact(part, config), loose(part, config);
    const double clock_ns = exact.times().ck / 1e3;
    EXPECT_NEAR(64e3 / exact.times().burst, row.peak_gb_per_s, 0.02);
    EXPECT_NEAR(exact.times().burst / 1e3, row.burst_ns, clock_ns);

    const std::uint64_t other_row =
        std::uint64_t{part.row_bytes} * part.bank_groups * part.banks_per_group;
    const std::uint64_t next_column = 64u * part.bank_groups;
    const std::uint64_t dpas[] = {0, next_column, other_row};
    const double expected[] = {row.row_closed_ns, row.row_hit_ns, row.row_conflict_ns};
    Picoseconds now = 12'345;
    for (int i = 0; i < 3; ++i, now += 500'001) {
      const Message message = read_of(dpas[i]);
      const Picoseconds done = exact.serve(message, now, now).done_at;
      EXPECT_NEAR((done - now) / 1e3, expected[i], clock_ns) << i;
      EXPECT_EQ(loose.book(message, now), done) << i;
    }
    EXPECT_NEAR(exact.alone(read_of(0)) / 1e3, row.row_closed_ns, clock_ns);
  }
}

TEST(DramPart, RefreshCostsWhatThePublishedTableSays) {
  for (const DramPart& part : dram_parts()) {
    const double loss = 100.0 * part.rfc_ns / part.refi_ns;
    EXPECT_NEAR(loss, part.bus_bits == 64 ? 4.6 : 7.6, 0.15) << part.name;
  }
}

TEST(DramPart, EveryPartIsConsistent) {
  for (const DramPart& part : dram_parts()) {
    SCOPED_TRACE(part.name);
    EXPECT_FALSE(part.source.empty());
    EXPECT_EQ(part.bus_bits / 8u * part.burst_length, 64u);
    EXPECT_EQ(part.row_bytes, 1024u * part.bus_bits / 8);
    EXPECT_GE(part.rc, part.ras + part.rp);
    EXPECT_LE(part.rc, part.ras + part.rp + 1);
    EXPECT_GE(part.faw, 4 * part.rrd_s);
    EXPECT_GE(part.ccd_l, part.ccd_s);
    EXPECT_GE(part.ccd_l_wr, part.ccd_l);
  }
}

TEST(DramPart, IsFoundByNameWithOrWithoutItsBin) {
  EXPECT_EQ(dram_part("DDR5-4800AN").name, "DDR5-4800AN");
  EXPECT_EQ(dram_part("DDR5-4800").name, "DDR5-4800BN");
  EXPECT_EQ(dram_part("DDR4-1866").name, "DDR4-1866M");
  EXPECT_EQ(find_dram_part("DDR5"), nullptr);
  EXPECT_EQ(find_dram_part(""), nullptr);
}

TEST(DramPart, AnUnknownNameIsToldTheNearest) {
  try {
    dram_part("DDR5-5600AM");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()),
              "no DRAM part is named \"DDR5-5600AM\", did you mean \"DDR5-5600AN\"?");
  }
}

}  // namespace
}  // namespace cxlpool::timing
