// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/unit/timing/saturated.h"

namespace cxlpool::timing {
namespace {

struct Row {
  FlitMode flit;
  bool mdh;
  unsigned gigatransfers, width, reads, of;
  double ideal, bypass, encoded;
};

constexpr Row rows[] = {
#include "tests/unit/timing/data/link_efficiency.inc"
};

constexpr Order orders[] = {Order::random, Order::alternating};

unsigned generation(unsigned gigatransfers) {
  return gigatransfers == 64 ? 6 : gigatransfers == 32 ? 5 : gigatransfers == 16 ? 4 : 3;
}

double off(double got, double want) { return std::abs(got / want - 1); }

/// GB/s of payload at a read fraction of `r` in 68B flits; S with MDH is fitted to published mixes.
double formula(double raw, double r, bool mdh) {
  const double w = 1 - r;
  const double m = r + 5 * w;
  const double s = mdh ? 4.5 * r + w / 3 : 5 * r + std::max(0.0, w - r) / 2;
  return raw * 64 / 68 * 4 / std::max(m, s);
}

TEST(LinkEfficiencyTest, EveryModeWidthMixAndEncodingOfTheReferenceIsMet) {
  double worst = 0;
  for (const Row& row : rows) {
    for (const bool bypass : {true, false}) {
      const double want = bypass ? row.bypass : row.encoded;
      for (const Order order : orders) {
        if (want == 0) {
          continue;  // no 128b/130b at 64 GT/s
        }
        const LinkConfig config{generation(row.gigatransfers), row.width, row.flit, row.mdh,
                                bypass};
        const double got = saturated(config, row.reads, row.of, order);
        worst = std::max(worst, off(got, want));
        EXPECT_LT(off(got, want), 0.01)
            << int(row.flit) << (row.mdh ? " MDH x" : " x") << row.width << ", " << row.reads
            << " reads in " << row.of << (order == Order::random ? ", random" : ", alternating");
      }
    }
  }
  std::printf("worst of all rows: %.2f %%\n", 100 * worst);
}

TEST(LinkEfficiencyTest, FormulasFor68ByteFlitsHoldAtEveryReadFraction) {
  for (const bool mdh : {false, true}) {
    const LinkConfig config{5, 16, FlitMode::flit_68b, mdh, true};
    const double raw = 64 * LinkRate::framing_factor(config);
    for (unsigned percent = 0; percent <= 100; ++percent) {
      for (const Order order : orders) {
        const double got = saturated(config, percent, 100, order, 40'000);
        // 31 reads to 19 writes in strict rotation locks H5 pairs and H4 pairs together.
        const bool locked = mdh && percent == 62 && order == Order::alternating;
        EXPECT_LT(off(got, formula(raw, percent / 100.0, mdh)), locked ? 0.015 : 0.01)
            << percent << " % reads" << (mdh ? ", MDH" : "")
            << (order == Order::random ? ", random" : ", alternating");
      }
    }
  }
}

/// Peaks of silicon: Mess (MICRO'24), A1000 (EuroSys'24), CZ120 (vendor), whose MDH and framing the
/// reference has inferred. The prediction is held to 1 %, the measurement to what it then leaves.
TEST(LinkEfficiencyTest, PublishedPeaksAreMet) {
  struct Peak {
    const char* name;
    unsigned width, reads, of;
    bool mdh, bypass;
    double predicted, reported, tolerance;
  };
  // Mess was fitted without framing losses: the model, with a SKP every 340 blocks, is 0.3 % below.
  const Peak peaks[] = {
      {"Mess 100 % read", 8, 100, 100, true, true, 26.771, 26.759, 0.01},
      {"Mess 66 % read", 8, 66, 100, true, true, 39.072, 39.211, 0.015},
      {"Mess 50 % read", 8, 50, 100, true, true, 40.157, 40.024, 0.01},
      {"Mess 0 % read", 8, 0, 100, true, true, 24.094, 24.084, 0.01},
      {"A1000 read", 16, 1, 1, false, true, 48.047, 48.039, 0.01},
      {"A1000 write", 16, 0, 1, false, true, 48.047, 47.1, 0.025},
      {"CZ120 2:1", 8, 2, 3, false, true, 36.035, 36.0, 0.01},
  };
  for (const Peak& peak : peaks) {
    const LinkConfig config{5, peak.width, FlitMode::flit_68b, peak.mdh, peak.bypass};
    const double got = saturated(config, peak.reads, peak.of, Order::random, 100'000);
    EXPECT_LT(off(got, peak.predicted), 0.01) << peak.name << ": " << got;
    EXPECT_LT(off(got, peak.reported), peak.tolerance) << peak.name << ": " << got;
  }
}

}  // namespace
}  // namespace cxlpool::timing
