// SPDX-License-Identifier: Apache-2.0
// Whole platforms of the catalog under mixed traffic, with a protocol checker on every socket: not
// one rule of the base protocol is broken, whatever time is known and however full the queues are.
#include <gtest/gtest.h>

#include "platforms/reader.h"
#include "tests/system/checked_platform.h"

namespace cxlpool::testing {
namespace {

using platforms::PlatformDescription;
using traffic::Mode;

struct Case {
  const char* platform;
  Mode mode;
  bool congested;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.platform; }

/// Enough of each stream to fill every queue, and every size of access at any address.
PlatformDescription short_run(const std::string& file) {
  PlatformDescription description =
      platforms::read_platform(CXLPOOL_CATALOG + ("/" + file + ".yaml"));
  for (auto& stream : description.traffic) {
    stream.requests = stream.requests == 0 ? 200 : std::min<std::uint64_t>(stream.requests, 200);
  }
  return description;
}

/// Room for next to nothing anywhere, and devices that are slower than the links.
void congest(PlatformDescription& description) {
  platforms::PhysicalLinkDescription link;
  link.gen = 5;
  link.width = 4;
  link.queue = 1;
  link.credits = 2;
  description.default_link = link;
  description.default_link_latency = link.flight();
  description.links.clear();
  for (auto& host : description.hosts) {
    host.timing.request_latency = 7'000;
    host.timing.response_latency = 9'000;
    host.timing.outstanding = 12;
  }
  for (auto& each : description.switches) {
    each.timing.latency = 10'000;
    each.timing.ingress_queue = 1;
    each.timing.egress_queue = 1;
  }
  bool dram = false;
  for (auto& device : description.devices) {
    device.timing.request_latency = 3'000;
    device.timing.response_latency = 4'000;
    device.timing.queue = 1;
    if ((dram = !dram)) {
      device.timing.media.kind = platforms::MediaKind::dram;
      device.timing.media.part = "DDR5-4800BN";
      device.timing.media.channels = 2;
      device.timing.media.queue = 2;
    } else {
      device.timing.media.latency = 40'000;
      device.timing.media.bytes_per_second = 2'000'000'000;
      device.timing.media.queue = 1;
    }
  }
}

class Protocol : public ::testing::TestWithParam<Case> {};

TEST_P(Protocol, IsKeptOnEverySocket) {
  const auto& [platform, mode, congested] = GetParam();
  PlatformDescription description = short_run(platform);
  if (congested) congest(description);
  CheckedPlatform checked(description, mode, false);
  checked.program();
  checked.begin();
  sc_core::sc_start();
  for (const auto& initiator : checked.initiators()) {
    const auto& seen = initiator->statistics();
    EXPECT_TRUE(initiator->finished()) << initiator->label();
    EXPECT_GT(seen.asked, 0u);
    EXPECT_EQ(seen.completed, seen.asked) << initiator->label();
    EXPECT_EQ(seen.verified, seen.asked) << initiator->label();
  }
  checked.scoreboard().audit();
  EXPECT_EQ(checked.scoreboard().failure_count(), 0u);
  for (const auto& [name, checker] : checked.checkers()) {
    // Those of direct() and of ports that lead nowhere see nothing but what the builder asks them.
    if (mode == Mode::at && name.rfind("traffic", 0) == 0) {
      EXPECT_GT(checker->phases().transactions(), 0u) << name;
    }
  }
  std::uint64_t at_devices = 0;
  for (std::size_t i = 0; i < description.devices.size(); ++i) {
    const auto& device = description.devices[i];
    const std::string name = device.at + "-" + device.name + "-" + device.name;
    const auto& checker = *checked.checkers().at(name);
    EXPECT_GT(checker.calls(), 0u) << name;
    at_devices += checker.phases().transactions();
  }
  EXPECT_EQ(at_devices > 0, mode == Mode::at);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* platform : {"two-hosts", "two-by-two-by-two", "twelve-way", "xor-four-way",
                               "unaligned-three-way", "sixteen-hosts"}) {
    all.push_back({platform, Mode::at, false});
    all.push_back({platform, Mode::at, true});
  }
  all.push_back({"two-hosts", Mode::lt, true});
  all.push_back({"two-hosts", Mode::functional, false});
  return all;
}

INSTANTIATE_TEST_SUITE_P(System, Protocol, ::testing::ValuesIn(cases()), [](const auto& info) {
  std::string name = std::string(info.param.platform) + "_" + traffic::name_of(info.param.mode);
  if (info.param.congested) name += "_congested";
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

class RefusedAtEveryPlace : public ::testing::TestWithParam<bool> {};

TEST_P(RefusedAtEveryPlace, TheProtocolIsKept) {
  PlatformDescription description = short_run("two-hosts");
  description.expect_refusals = true;
  if (GetParam()) congest(description);
  CheckedPlatform checked(description, Mode::at, false);
  checked.program();
  checked.platform().unplug("mem0");  // by the link above it
  checked.uncommit("mem1", 0);        // by the device
  checked.uncommit("right", 0);       // by a switch below another
  checked.uncommit("h0.hb1", 0);      // by a host bridge
  checked.begin();
  sc_core::sc_start();
  std::uint64_t refused = 0;
  for (const auto& initiator : checked.initiators()) {
    const auto& seen = initiator->statistics();
    EXPECT_TRUE(initiator->finished()) << initiator->label();
    EXPECT_EQ(seen.verified, seen.asked) << initiator->label();
    refused += seen.refused;
  }
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(checked.platform().time()->under_way(), 0u);
}

INSTANTIATE_TEST_SUITE_P(System, RefusedAtEveryPlace, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "congested" : "roomy");
});

/// What the checker is there for: it fires where an initiator of a whole platform breaks a rule.
TEST(ProtocolOfAPlatform, IsSeenToBeBrokenByAnInitiatorThatDoesNotWait) {
  class Impatient : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Impatient> socket{"socket"};
    explicit Impatient(sc_core::sc_module_name name) : sc_module(name) {
      socket.register_nb_transport_bw(this, &Impatient::nb_transport_bw);
    }
    void send(tlm::tlm_generic_payload& trans) {
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay;
      socket->nb_transport_fw(trans, phase, delay);
    }
    unsigned answers = 0;

   private:
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                       sc_core::sc_time&) {
      if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
      ++answers;
      trans.release();
      return tlm::TLM_COMPLETED;
    }
  };
  PlatformDescription description = short_run("one-device");
  platforms::Platform::Options options;
  options.timed = true;
  options.extra_cores = {1};
  platforms::Platform platform(description, options);
  Impatient impatient("impatient");
  module_test::ProtocolChecker checker("checker");
  checker.between(impatient.socket, platform.host(0).core[1]);
  platform.start();
  fabric::PayloadPool pool;
  std::uint8_t data[64] = {};
  for (int i = 0; i < 2; ++i) {
    auto& trans = pool.take();
    trans.set_read();
    trans.set_address(0);
    trans.set_data_ptr(data);
    trans.set_data_length(64);
    trans.set_streaming_width(64);
    impatient.send(trans);
  }
  sc_core::sc_start();
  EXPECT_EQ(impatient.answers, 2u);
  const auto violations = checker.take_violations();
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0], "request exclusion: BEGIN_REQ before END_REQ of the request before");
}

}  // namespace
}  // namespace cxlpool::testing
