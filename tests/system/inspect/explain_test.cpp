// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain.h"

#include <random>

#include <gtest/gtest.h>

#include "platforms/inspect/explain_inverse.h"
#include "tests/system/inspect/pools.h"

namespace cxlpool::platforms {
namespace {

using pools::Machine;

/// Whatever the decode tree says is said of real transactions: cause, device, DPA and time agree.
void expect_agreement(Machine& machine, std::size_t host, std::uint64_t hpa) {
  std::uint8_t byte = 0;
  const auto outcome = machine->direct(host).read(hpa, &byte, 1);
  const Explanation explained = explain_hpa(*machine, host, hpa, &machine.programming);
  SCOPED_TRACE(to_text(explained));
  ASSERT_EQ(outcome.ok(), explained.reached());
  if (!explained.reached()) {
    EXPECT_EQ(outcome.access.cause, explained.stop->cause);
    EXPECT_FALSE(explained.stop->why.empty());
    EXPECT_FALSE(explained.stop->mend.empty());
    // A link that is down refuses by itself; explain names the port's owner.
    if (explained.stop->cause != address::Cause::link_down) {
      EXPECT_EQ(0u, explained.stop->where.find(outcome.access.where));
      EXPECT_EQ(outcome.access.decoder, explained.stop->decoder);
    }
    return;
  }
  ASSERT_TRUE(explained.device);
  EXPECT_EQ(machine->device(static_cast<std::size_t>(outcome.access.device)).label(),
            explained.device->device);
  EXPECT_EQ(outcome.access.dpa, explained.device->dpa);
  EXPECT_EQ(explained.device->dpa, explained.device->dpa_base + explained.device->dpa_offset);
  EXPECT_EQ(static_cast<double>(explained.round_trip()),
            outcome.delay / sc_core::sc_time(1, sc_core::SC_PS));
  EXPECT_LE(explained.first, hpa);
  EXPECT_GE(explained.last, hpa);
}

/// The byte that an address reaches is reached by that address, and by no other.
void expect_inverse(Machine& machine, std::size_t host, std::uint64_t hpa) {
  const Explanation down = explain_hpa(*machine, host, hpa);
  if (!down.reached()) return;
  const auto device = static_cast<std::size_t>(machine->find_device(down.device->device)->id());
  const DpaExplanation up = explain_dpa(*machine, device, down.device->dpa, &machine.programming);
  SCOPED_TRACE(to_text(down) + to_text(up));
  ASSERT_EQ(1u, up.hosts[host].reaches.size());
  const Reach& reach = up.hosts[host].reaches[0];
  EXPECT_EQ(hpa, reach.hpa);
  EXPECT_EQ(down.device->decoder, reach.decoder);
  EXPECT_LT(reach.position, reach.ways);
  for (std::size_t other = 0; other < up.hosts.size(); ++other) {
    EXPECT_EQ(other == host, !up.hosts[other].reaches.empty());
  }
}

void explore(const PlatformDescription& description, unsigned samples) {
  Machine machine(description);
  std::mt19937_64 random(20);
  std::size_t reached = 0;
  for (std::size_t host = 0; host < machine->host_count(); ++host) {
    for (const auto& window : machine->host(host).topology().tree.windows) {
      for (unsigned i = 0; i < samples; ++i) {
        // A little beyond each end too.
        const std::uint64_t hpa = window.base - 0x1000 + random() % (window.size + 0x2000);
        expect_agreement(machine, host, hpa);
        expect_inverse(machine, host, hpa);
        if (testing::Test::HasFailure()) return;
        reached += explain_hpa(*machine, host, hpa).reached();
      }
    }
  }
  EXPECT_GT(reached, 0u);
}

TEST(Explain, AgreesWithTransactionsOnOneDevice) { explore(pools::programmed_single(), 2'000); }
TEST(Explain, AgreesWithTransactionsOverTwoBridges) { explore(pools::four_way(), 4'000); }
TEST(Explain, AgreesWithTransactionsUnderXor) { explore(pools::four_way_xor(), 4'000); }
TEST(Explain, AgreesWithTransactionsOfThreeWaysUnaligned) { explore(pools::three_way(), 4'000); }
TEST(Explain, AgreesWithTransactionsThroughTwoSwitchLevels) { explore(pools::two_level(), 4'000); }
TEST(Explain, AgreesWithTransactionsOfSeveralHosts) { explore(pools::shared_switch(), 2'000); }
TEST(Explain, AgreesWithTransactionsThatFail) { explore(pools::failures(), 6'000); }

/// One address of each quantum of pools::failures().
TEST(Explain, NamesEveryCauseAndWhatMendsIt) {
  Machine machine(pools::failures());
  const auto stop = [&](unsigned quantum) {
    return *explain_hpa(*machine, 0, pools::base + quantum * pools::quantum + 0x40).stop;
  };
  const auto holds = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(explain_hpa(*machine, 0, pools::base).reached());

  const Stop uncommitted = stop(1);
  EXPECT_EQ(address::Cause::not_committed, uncommitted.cause);
  EXPECT_EQ("h0.hb0", uncommitted.where);
  EXPECT_EQ(5, uncommitted.decoder);
  EXPECT_EQ(5u, uncommitted.first_uncommitted);
  EXPECT_TRUE(holds(uncommitted.why, "its commit failed"));
  EXPECT_TRUE(holds(uncommitted.why, "overlaps or precedes"));

  EXPECT_EQ(address::Cause::no_port, stop(2).cause);
  EXPECT_TRUE(holds(stop(2).why, "names port 77; its ports are 0 (rp0), 1 (rp1), 2 (rp2)"));
  EXPECT_EQ(address::Cause::empty_port, stop(3).cause);
  EXPECT_TRUE(holds(stop(3).why, "nothing hangs from h0.hb0.rp1"));
  EXPECT_EQ(address::Cause::beyond_capacity, stop(4).cause);
  EXPECT_TRUE(holds(stop(4).why, "DPA 0x10000040 does not exist: mem0 has 256 MiB"));
  EXPECT_EQ(address::Cause::no_decoder, stop(5).cause);
  EXPECT_EQ("mem0", stop(5).where);
  EXPECT_TRUE(holds(stop(5).mend, "program decoder 2"));
  EXPECT_EQ(address::Cause::link_down, stop(6).cause);
  EXPECT_EQ("plug mem1", stop(6).mend);
  EXPECT_EQ(address::Cause::no_decoder, stop(9).cause);
  EXPECT_EQ(address::Cause::no_window, stop(16).cause);
  EXPECT_EQ("h0", stop(16).where);
}

TEST(Explain, NamesTheEnableThatIsOff) {
  Platform platform(pools::programmed_single(), {});
  platform.start();
  program(platform);
  EXPECT_EQ(address::Cause::memory_disabled, explain_hpa(platform, 0, 4 * pools::gib).stop->cause);
  EXPECT_NE(std::string::npos, explain_dpa(platform, 0, 0).hosts[0].why_not.find("Mem_Enable"));
  enable_all(platform);
  EXPECT_TRUE(explain_hpa(platform, 0, 4 * pools::gib).reached());
}

TEST(Explain, ReadsWell) {
  Machine machine(pools::two_level());
  EXPECT_EQ(R"(h0 HPA 0x110002340 -> mem100 DPA 0x540 (volatile), region r0

  window 0     0x110000000..0x50fffffff (16 GiB), 1 way
               -> target 0: h0.hb0 (UID 7)
  h0.hb0       decoder 0: 0x110000000..0x18fffffff (2 GiB), 2 ways x 512 B
               bit 9 of 0x110002340 = 1
               -> target 1: port 2 (rp1)
  link         h0.hb0.rp1 - sw1, 25 ns each way
  sw1          decoder 0: 0x110000000..0x18fffffff (2 GiB), 2 ways x 1 KiB
               bit 10 of 0x110002340 = 0
               -> target 0: port 5 (ds0)
  link         sw1.ds0 - sw10, 25 ns each way
  sw10         decoder 0: 0x110000000..0x18fffffff (2 GiB), 2 ways x 2 KiB
               bit 11 of 0x110002340 = 0
               -> target 0: port 70 (ds0)
  link         sw10.ds0 - mem100, 25 ns each way
  mem100       decoder 0: 0x110000000..0x18fffffff (2 GiB), 8 ways x 512 B
               offset     0x110002340 - 0x110000000 = 0x2340
               share      (0x2340 >> 12 << 9) | 0x140 = 0x540
               DPA base   0x0: first decoder, no skip
               DPA        0x0 + 0x540 = 0x540
               partition  volatile, 0x0..0xfffffff (256 MiB)
  contiguous   0x110002200..0x1100023ff (512 B)
  links        3 links, 150 ns there and back
)",
            to_text(explain_hpa(*machine, 0, 0x1'1000'2340, &machine.programming)));
}

TEST(Explain, ReadsWellWhereAnAccessStops) {
  Machine machine(pools::failures());
  EXPECT_EQ(R"(h0 HPA 0x120000040 stops at h0.hb0: decoder not committed

  window 0   0x110000000..0x20fffffff (4 GiB), 1 way
             -> target 0: h0.hb0 (UID 1)
  stops at   h0.hb0: decoder not committed
  why        decoder 5 holds 0x120000000..0x12fffffff (256 MiB), but its commit failed: overlaps or precedes another committed decoder
  free       decoder 5 is the first uncommitted one of h0.hb0
  mend       ranges ascend with the decoder's index: begin decoder 5 at 0x180000000 or above, or let a lower decoder hold it
)",
            to_text(explain_hpa(*machine, 0, pools::base + pools::quantum + 0x40)));
}

TEST(Explain, WritesOutXorParities) {
  Machine machine(pools::four_way_xor());
  const Explanation explained = explain_hpa(*machine, 0, 0x1'1020'0340);
  // Bits 8 and 21 of the address are set and in the map: an even parity.
  EXPECT_EQ(std::vector<std::string>{"bit 0 = parity(0x110200340 & 0x20202100) = 0"},
            explained.window->because);
}

TEST(Explain, WritesOutThreeWays) {
  Machine machine(pools::three_way());
  const Explanation explained = explain_hpa(*machine, 0, 0x1'1000'0400);
  // 0x440001 = 3 x 0x16aaab + 0.
  EXPECT_EQ(std::vector<std::string>{"(0x110000400 >> 10) mod 3 = 0"}, explained.window->because);
  EXPECT_EQ("(0x400 >> 10 div 3 << 10) | 0x0 = 0x0", explained.device->because);
}

TEST(Explain, JsonHoldsWhatTheTextSays) {
  Machine machine(pools::four_way_xor());
  const auto json = to_json(explain_hpa(*machine, 0, pools::base + 0x2340, &machine.programming));
  EXPECT_EQ("none", json["cause"]);
  EXPECT_EQ("r0", json["region"]);
  EXPECT_EQ("xor", json["window"]["arithmetic"]);
  EXPECT_EQ(1u, json["hops"].size());
  EXPECT_EQ(json["device"]["dpa"].get<std::uint64_t>(),
            json["device"]["dpa_base"].get<std::uint64_t>() +
                json["device"]["dpa_offset"].get<std::uint64_t>());
  const auto failed = to_json(explain_hpa(*machine, 0, 0x1000));
  EXPECT_EQ("no_window", failed["stop"]["cause"]);
}

TEST(ExplainDpa, SaysWhyNothingDecodesToIt) {
  Machine machine(pools::shared_switch());
  const auto why = [&](std::size_t device, std::size_t host) {
    return explain_dpa(*machine, device, 0x40).hosts[host].why_not;
  };
  EXPECT_EQ("", why(0, 0));
  EXPECT_EQ("mem0 is not below h1: it hangs from sw0.ds0, which is bound to h0.hb0.rp0", why(0, 1));
  EXPECT_EQ("mem2 is not below h0: it hangs from sw0.ds2, which is bound to no upstream port",
            why(2, 0));
  EXPECT_EQ("mem3 is not plugged; its place is sw0.ds3, which is bound to h0.hb0.rp0", why(3, 0));
  EXPECT_EQ("it does not exist: mem0 has 256 MiB",
            explain_dpa(*machine, 0, pools::quantum).hosts[0].why_not);
}

TEST(ExplainDpa, NamesTheDecoderThatWouldMapIt) {
  PlatformDescription pool = pools::four_way();
  Machine machine(pool);
  const DpaExplanation beyond = explain_dpa(*machine, 0, 0x1800'0000);
  EXPECT_EQ("no decoder of mem0 maps it (decoder 0: DPA 0x0..0xfffffff (256 MiB))",
            beyond.hosts[0].why_not);
  EXPECT_EQ("program decoder 1 of mem0, whose share begins at DPA 0x10000000",
            beyond.hosts[0].mend);
}

TEST(ExplainDpa, FindsEveryAliasAndTheRegionSlot) {
  PlatformDescription pool = pools::four_way();
  Machine machine(pool);
  const DpaExplanation up = explain_dpa(*machine, 2, 0x540, &machine.programming);
  ASSERT_EQ(1u, up.hosts[0].reaches.size());
  EXPECT_EQ("r0", up.hosts[0].reaches[0].region);
  EXPECT_EQ(2u, up.hosts[0].reaches[0].slot);
  EXPECT_EQ(2u, up.hosts[0].reaches[0].position);
}

}  // namespace
}  // namespace cxlpool::platforms
