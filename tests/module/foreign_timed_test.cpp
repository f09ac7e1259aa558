// SPDX-License-Identifier: Apache-2.0
// Neighbours that are not ours in an approximately timed fabric: initiators and memories of every
// style that the base protocol permits, and loosely timed ones beside them.
#include <gtest/gtest.h>

#include "models/timing/pipe_server.h"
#include "platforms/builder.h"
#include "platforms/programming.h"
#include "platforms/reader.h"
#include "tests/module/bench.h"
#include "tests/module/four_phases.h"

namespace cxlpool::module_test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using timing::Picoseconds;
using Ending = FourPhaseInitiator::Ending;
using Style = FourPhaseMemory::Style;

/// A memory that knows blocking transport only; it annotates its time or waits for it.
class LooseMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<LooseMemory> socket{"socket"};
  bool waits = false;

  explicit LooseMemory(sc_core::sc_module_name name) : sc_module(name), bytes_(65'536) {
    socket.register_b_transport(this, &LooseMemory::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& trans, sc_time& delay) {
    unsigned char* at = &bytes_[trans.get_address() % bytes_.size()];
    if (waits) {
      sc_core::wait(delay + sc_time(20, SC_NS));
      delay = sc_core::SC_ZERO_TIME;
    } else {
      delay += sc_time(20, SC_NS);
    }
    if (trans.is_read()) {
      std::memcpy(trans.get_data_ptr(), at, trans.get_data_length());
    } else {
      std::memcpy(at, trans.get_data_ptr(), trans.get_data_length());
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  std::vector<unsigned char> bytes_;
};

/// A host of 7 ns down and 9 ns up, over a bridge with a link of 25 ns each way to a foreign
/// memory, and over a second foreign memory that is bound to the host itself.
struct TimedFabric {
  static constexpr std::uint64_t behind_link = 4 * GiB;
  static constexpr std::uint64_t at_host = 8 * GiB;

  fabric::Timekeeper time{"time"};
  fabric::Host host;
  fabric::HostBridge bridge;
  fabric::Link link;
  fabric::MmioMaster mmio{"mmio", 1};
  FourPhaseInitiator initiator{"initiator"};
  ForeignInitiator blocking{"blocking"};
  ProtocolChecker at_initiator{"at_initiator"}, at_blocking{"at_blocking"}, at_bridge{"at_bridge"},
      at_link{"at_link"}, at_far{"at_far"}, at_near{"at_near"};

  explicit TimedFabric(unsigned outstanding = 0, unsigned queue = 0,
                       Picoseconds response_latency = 9'000)
      : host("host", host_config(), host_timing(outstanding, response_latency)),
        bridge("bridge", bridge_config()),
        link("link", {"link", {}, true}, link_timing(queue)) {
    at_initiator.between(initiator.socket, host.core[0]);
    at_blocking.between(blocking.socket, host.core[1]);
    at_bridge.between(host.bridge[0], bridge.usp[0]);
    at_link.between(bridge.dsp[0], link.usp[0]);
    mmio.block[0].bind(bridge.mmio);
  }

  template <typename Far, typename Near>
  void bind(Far& far, Near& near) {
    at_far.between(link.dsp[0], far);
    at_near.between(host.bridge[1], near);
  }

 private:
  std::unique_ptr<timing::Station> station(const char* name, Picoseconds latency, unsigned depth,
                                           Picoseconds gap = 0) {
    timing::Station::Config config;
    config.label = name;
    config.latency = latency;
    config.depth = depth;
    timing::PipeServer::Config pipe;
    pipe.gap_per_message = gap;
    return std::make_unique<timing::Station>(time.timeline(), config,
                                             std::make_unique<timing::PipeServer>(pipe),
                                             std::make_unique<timing::FifoArbiter>());
  }
  fabric::HostTiming host_timing(unsigned outstanding, Picoseconds response_latency) {
    fabric::HostTiming timing;
    timing.time = &time;
    timing.issue = station("issue", 7'000, 0);
    timing.response_latency = response_latency;
    timing.outstanding = outstanding;
    return timing;
  }
  fabric::LinkTiming link_timing(unsigned queue) {
    fabric::LinkTiming timing;
    timing.time = &time;
    timing.m2s = station("m2s", 25'000, queue);
    // Bounded, it is slower than any memory, so that responses have to wait for room.
    timing.s2m = station("s2m", 25'000, queue, queue == 0 ? 0 : 30'000);
    return timing;
  }
  static fabric::Host::Config host_config() {
    fabric::Host::Config config;
    config.label = "h0";
    config.cores = 2;
    config.bridge_uids = {1, 2};
    for (const auto& [base, uid] : {std::pair{behind_link, 1u}, std::pair{at_host, 2u}}) {
      address::FixedMemoryWindow window;
      window.base = base;
      window.size = GiB;
      window.targets = {uid};
      config.windows.push_back(window);
    }
    return config;
  }
  fabric::HostBridge::Config bridge_config() {
    fabric::HostBridge::Config config;
    config.label = "hb0";
    config.pass_through = true;
    config.root_ports = {{"rp0"}};
    config.time = &time;
    return config;
  }
};

/// 0 to 3: a four-phase memory of that style; 4: a loose one that annotates, 5: that waits.
using Parties = std::tuple<Ending, int>;
constexpr int loose_annotates = 4, loose_waits = 5;

class ForeignParties : public testing::TestWithParam<Parties> {
 protected:
  void bind(TimedFabric& fabric) {
    const int kind = std::get<1>(GetParam());
    fabric.initiator.ending = std::get<0>(GetParam());
    if (kind >= loose_annotates) {
      loose_far_ = std::make_unique<LooseMemory>("far");
      loose_near_ = std::make_unique<LooseMemory>("near");
      loose_far_->waits = loose_near_->waits = kind == loose_waits;
      fabric.bind(loose_far_->socket, loose_near_->socket);
      return;
    }
    far_ = std::make_unique<FourPhaseMemory>("far");
    near_ = std::make_unique<FourPhaseMemory>("near");
    far_->style = near_->style = static_cast<Style>(kind);
    fabric.bind(far_->socket, near_->socket);
  }

  std::unique_ptr<FourPhaseMemory> far_, near_;
  std::unique_ptr<LooseMemory> loose_far_, loose_near_;
};

TEST_P(ForeignParties, TakeTheirTimeAndNoOtherAloneInTheFabric) {
  TimedFabric fabric;
  bind(fabric);
  fabric.initiator.annotation = sc_time(4, SC_NS);
  sc_core::sc_spawn([&] {
    for (unsigned i = 0; i < 10; ++i) {
      const std::uint64_t base = i % 2 ? TimedFabric::behind_link : TimedFabric::at_host;
      fabric.initiator.post(i % 3 ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND, base + 64 * i,
                            std::vector<unsigned char>(64));
      fabric.initiator.drain();
      sc_core::wait(sc_time(100, SC_NS));
    }
  });
  sc_core::sc_start();
  ASSERT_EQ(fabric.initiator.answers.size(), 10u);
  for (unsigned i = 0; i < 10; ++i) {
    const auto& answer = fabric.initiator.answers[i];
    EXPECT_EQ(answer.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(answer.ended - answer.began, sc_time(7 + 20 + 9 + (i % 2 ? 50 : 0), SC_NS)) << i;
  }
  EXPECT_EQ(fabric.time.under_way(), 0u);
}

TEST_P(ForeignParties, GetTheirBytesHoweverManyAreUnderWay) {
  // No time passes between the memory's response and the host's, which gives the payload up.
  TimedFabric fabric(5, 1, 0);
  bind(fabric);
  constexpr unsigned accesses = 80;
  // Lengths that are one part and several, at addresses that do not overlap.
  const auto address = [](unsigned i) {
    return (i % 2 ? TimedFabric::behind_link : TimedFabric::at_host) + 1024 * (i / 2) + 40;
  };
  const auto length = [](unsigned i) { return 1 + i * 37 % 700; };
  const auto value = [](unsigned i) { return static_cast<unsigned char>(i + 1); };
  bool done = false;
  sc_core::sc_spawn([&] {
    for (unsigned i = 0; i < accesses; ++i) {
      fabric.initiator.post(tlm::TLM_WRITE_COMMAND, address(i),
                            std::vector<unsigned char>(length(i), value(i)));
      if (i % 7 == 0) sc_core::wait(sc_time(13, SC_NS));
    }
    fabric.initiator.drain();
    fabric.initiator.annotation = sc_time(6, SC_NS);
    for (unsigned i = 0; i < accesses; ++i) {
      fabric.initiator.post(tlm::TLM_READ_COMMAND, address(i),
                            std::vector<unsigned char>(length(i)));
    }
    fabric.initiator.drain();
    done = true;
  });
  sc_core::sc_start();
  ASSERT_TRUE(done);
  for (unsigned i = 0; i < accesses; ++i) {
    const auto& answer = fabric.initiator.answers[accesses + i];
    EXPECT_EQ(answer.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(answer.data, std::vector<unsigned char>(length(i), value(i))) << i;
  }
  EXPECT_EQ(fabric.time.under_way(), 0u);
  const bool overlaps = far_ && far_->style != Style::completes;
  if (overlaps && far_->style != Style::begins_response) {
    EXPECT_GT(far_->most_at_once, 1u);
  }
}

TEST_P(ForeignParties, ShareTheFabricWithThreadsThatBlock) {
  TimedFabric fabric(4, 2);
  bind(fabric);
  const int kind = std::get<1>(GetParam());
  unsigned bad = 0, done = 0;
  const auto blocks = [&](unsigned id) {
    for (unsigned i = 0; i < 20; ++i) {
      std::uint8_t out[300], in[300] = {};
      std::fill_n(out, 300, static_cast<std::uint8_t>(16 * id + i));
      const std::uint64_t at = TimedFabric::behind_link + 32'768 + 2048 * id;
      for (auto [command, data] :
           {std::pair{tlm::TLM_WRITE_COMMAND, out}, std::pair{tlm::TLM_READ_COMMAND, in}}) {
        Payload trans(command, at, data, 300);
        sc_core::wait(fabric.blocking.send(trans));
        bad += !trans.is_response_ok();
      }
      bad += !std::equal(out, out + 300, in);
    }
    ++done;
  };
  // Their conversion of blocking calls is the memory's own; ours go straight there.
  const unsigned threads = kind >= loose_annotates ? 3 : 0;
  for (unsigned id = 0; id < threads; ++id) sc_core::sc_spawn([&, id] { blocks(id); });
  sc_core::sc_spawn([&] {
    for (unsigned i = 0; i < 60; ++i) {
      const bool write = i < 30;
      fabric.initiator.post(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND,
                            TimedFabric::behind_link + 512 * (i % 30),
                            std::vector<unsigned char>(300, write ? 7 + i : 0));
      if (i == 29) fabric.initiator.drain();
    }
    fabric.initiator.drain();
    ++done;
  });
  sc_core::sc_start();
  EXPECT_EQ(done, threads + 1);
  EXPECT_EQ(bad, 0u);
  for (unsigned i = 0; i < 30; ++i) {
    const std::vector<unsigned char> expected(300, static_cast<unsigned char>(7 + i));
    EXPECT_EQ(fabric.initiator.answers[30 + i].data, expected) << i;
  }
}

std::string style_name(const testing::TestParamInfo<Parties>& info) {
  const char* const endings[] = {"EndsByCall", "EndsByUpdate", "EndsByCompletion"};
  const char* const kinds[] = {"FourPhases", "EndsRequest",    "BeginsResponse",
                               "Completes",  "LooseAnnotates", "LooseWaits"};
  return std::string(endings[static_cast<int>(std::get<0>(info.param))]) + "_" +
         kinds[std::get<1>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Styles, ForeignParties,
                         testing::Combine(testing::Values(Ending::by_call, Ending::by_update,
                                                          Ending::by_completion),
                                          testing::Range(0, 6)),
                         style_name);

/// The catalog's smallest platform, approximately timed, with a foreign party of each kind at it.
struct TimedPlatform {
  platforms::Platform platform;
  FourPhaseInitiator initiator{"initiator"};
  ForeignInitiator blocking{"blocking"};
  ProtocolChecker at_initiator{"at_initiator"}, at_blocking{"at_blocking"};

  TimedPlatform() : platform(description(), options()) {
    at_initiator.between(initiator.socket, platform.host(0).core[1]);
    at_blocking.between(blocking.socket, platform.host(0).core[2]);
    platform.start();
    platforms::enable_all(platform);
    platforms::program(platform);
  }
  static platforms::PlatformDescription description() {
    return platforms::read_platform_text(
        "version: 1\n"
        "hosts:\n"
        "  - name: h0\n"
        "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
        "    bridges: [{name: hb0, root_ports: 1}]\n"
        "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB, media: {latency: 50ns}}]\n"
        "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n",
        "platform.yaml");
  }
  static platforms::Platform::Options options() {
    platforms::Platform::Options options;
    options.timed = true;
    options.extra_cores = {2};
    return options;
  }
};

TEST(TimedPlatform, GivesDirectMemoryAndDebugAccessWhileAccessesAreUnderWay) {
  TimedPlatform bench;
  constexpr std::uint64_t base = 4 * GiB;
  std::uint8_t seen_by_debug = 0, seen_by_dmi = 0;
  tlm::tlm_dmi dmi;
  bool granted = false;
  sc_core::sc_spawn([&] {
    bench.initiator.post(tlm::TLM_WRITE_COMMAND, base + 64, std::vector<unsigned char>(64, 0x5A));
    bench.initiator.drain();
    for (unsigned i = 0; i < 8; ++i) {
      bench.initiator.post(tlm::TLM_READ_COMMAND, base + 64, std::vector<unsigned char>(64));
    }
    Payload debug(tlm::TLM_READ_COMMAND, base + 64, &seen_by_debug, 1);
    EXPECT_EQ(bench.blocking.socket->transport_dbg(debug), 1u);
    granted = bench.blocking.ask_for_dmi(base + 64, dmi);
    if (granted) seen_by_dmi = dmi.get_dmi_ptr()[base + 64 - dmi.get_start_address()];
    if (granted) dmi.get_dmi_ptr()[base + 128 - dmi.get_start_address()] = 0x77;
    bench.initiator.drain();
    bench.initiator.post(tlm::TLM_READ_COMMAND, base + 128, std::vector<unsigned char>(1));
    bench.initiator.drain();
    bench.platform.unplug("mem0");
  });
  sc_core::sc_start();
  EXPECT_EQ(seen_by_debug, 0x5A);
  ASSERT_TRUE(granted);
  EXPECT_EQ(seen_by_dmi, 0x5A);
  EXPECT_EQ(bench.initiator.answers.back().data[0], 0x77);
  EXPECT_EQ(dmi.get_read_latency(), sc_time(50, SC_NS));
  EXPECT_GE(bench.blocking.revocations, 1u);
}

TEST(TimedPlatform, TellsAnInitiatorOfTheEndOfARequestBeforeItGoesOn) {
  // An initiator of the kernel's that posts when END_REQ comes must not find the fabric further on.
  auto description = TimedPlatform::description();
  description.hosts[0].timing.outstanding = 1;
  platforms::Platform platform(description, TimedPlatform::options());
  FourPhaseInitiator initiator("initiator");
  ForeignInitiator unused("unused");
  ProtocolChecker checker("checker");
  initiator.ending = Ending::by_completion;
  checker.between(initiator.socket, platform.host(0).core[1]);
  unused.socket.bind(platform.host(0).core[2]);
  platform.start();
  platforms::enable_all(platform);
  platforms::program(platform);
  sc_core::sc_spawn([&] {
    for (unsigned i = 0; i < 6; ++i) {
      initiator.post(tlm::TLM_READ_COMMAND, 4 * GiB + 64 * i, std::vector<unsigned char>(64));
    }
    initiator.drain();
  });
  sc_core::sc_start();
  ASSERT_EQ(initiator.answers.size(), 6u);
  // 25 ns of link each way and 50 ns of media: one after the other, and each request is let in
  // when the one before it is answered.
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_EQ(initiator.answers[i].ended, sc_time(100 * (i + 1), SC_NS)) << i;
    EXPECT_EQ(initiator.answers[i].began, sc_time(i < 2 ? 0 : 100 * (i - 1), SC_NS)) << i;
  }
}

}  // namespace
}  // namespace cxlpool::module_test
