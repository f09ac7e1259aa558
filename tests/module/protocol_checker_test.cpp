// SPDX-License-Identifier: Apache-2.0
// The checker is only worth something if it fires.
#include "tests/module/protocol_checker.h"

#include <gtest/gtest.h>

#include "models/fabric/memory_access.h"
#include "models/fabric/payload_pool.h"
#include "tests/module/foreign.h"

namespace cxlpool::module_test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

class Checker : public testing::Test {
 protected:
  using Gp = tlm::tlm_generic_payload;

  ForeignInitiator initiator{"initiator"};
  ForeignTarget target{"target"};
  ProtocolChecker checker{"checker"};
  std::uint8_t data[64] = {};
  unsigned char enables[4] = {0xFF, 0, 0xFF, 0};

  Checker() {
    checker.between(initiator.socket, target.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  /// A target that answers OK and then does `harm`; what the checker says of it.
  std::string complaint(std::function<void(Gp&, sc_time&)> harm, int reuse = 0) {
    target.serve = [harm](Gp& trans, sc_time& delay) {
      trans.set_response_status(tlm::TLM_OK_RESPONSE);
      harm(trans, delay);
    };
    Payload trans(tlm::TLM_WRITE_COMMAND, 0x1000, data, 64);
    trans.set_byte_enable_ptr(enables);
    trans.set_byte_enable_length(4);
    if (reuse == 1) trans.set_response_status(tlm::TLM_OK_RESPONSE);
    if (reuse == 2) trans.set_dmi_allowed(true);
    initiator.send(trans, sc_time(5, SC_NS));
    trans.clear_extension<fabric::MemoryAccess>();
    return taken();
  }
  std::string taken() {
    std::string all;
    for (const std::string& one : checker.take_violations()) all += one + ";";
    return all;
  }
};

TEST_F(Checker, IsSilentAboutAGoodTarget) {
  EXPECT_EQ(complaint([](Gp&, sc_time& delay) { delay += sc_time(1, SC_NS); }), "");
}

TEST_F(Checker, FiresOnEveryFieldThatATargetChanges) {
  static unsigned char other[64];
  const std::vector<std::pair<std::string, std::function<void(Gp&)>>> harms = {
      {"address", [](Gp& t) { t.set_address(0); }},
      {"data pointer", [](Gp& t) { t.set_data_ptr(other); }},
      {"data length", [](Gp& t) { t.set_data_length(8); }},
      {"command", [](Gp& t) { t.set_command(tlm::TLM_READ_COMMAND); }},
      {"streaming width", [](Gp& t) { t.set_streaming_width(8); }},
      {"byte enable pointer", [](Gp& t) { t.set_byte_enable_ptr(other); }},
      {"byte enable length", [](Gp& t) { t.set_byte_enable_length(1); }},
      {"byte enables", [](Gp& t) { t.get_byte_enable_ptr()[1] = 0xFF; }},
      {"data of a write", [](Gp& t) { t.get_data_ptr()[3] = 9; }},
      {"no response status", [](Gp& t) { t.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE); }},
  };
  for (const auto& [what, harm] : harms) {
    data[3] = 0;
    enables[1] = 0;
    const std::string said = complaint([h = harm](Gp& trans, sc_time&) { h(trans); });
    EXPECT_NE(said.find(what), std::string::npos) << what << ": " << said;
  }
}

TEST_F(Checker, FiresOnTimeThatRunsBackwards) {
  EXPECT_NE(complaint([](Gp&, sc_time& delay) { delay = sc_time(4, SC_NS); }).find("ended before"),
            std::string::npos);
}

TEST_F(Checker, LetsATargetWaitInsteadOfAnnotating) {
  std::string said = "not run";
  sc_core::sc_spawn([&] {
    said = complaint([](Gp&, sc_time& delay) {
      sc_core::wait(delay);
      delay = sc_core::SC_ZERO_TIME;
    });
  });
  sc_core::sc_start();
  EXPECT_EQ(said, "");
}

TEST_F(Checker, FiresOnAnExtensionLeftBehind) {
  fabric::MemoryAccess left;
  EXPECT_NE(complaint([&](Gp& trans, sc_time&) { trans.set_extension(&left); }).find("extensions"),
            std::string::npos);
  Payload trans(tlm::TLM_READ_COMMAND, 0, data, 4);
  trans.set_extension(&left);
  target.serve = [](Gp& t, sc_time&) {
    t.clear_extension<fabric::MemoryAccess>();
    t.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  initiator.send(trans);
  EXPECT_NE(taken().find("extensions"), std::string::npos);
}

TEST_F(Checker, FiresOnAPayloadThatIsKept) {
  fabric::PayloadPool pool;
  Gp& trans = pool.take();
  trans.set_data_ptr(data);
  trans.set_data_length(4);
  target.serve = [](Gp& t, sc_time&) {
    t.acquire();
    t.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  initiator.send(trans);
  EXPECT_NE(taken().find("kept"), std::string::npos);
  trans.release();
  trans.release();
}

TEST_F(Checker, FiresOnAnInitiatorThatDoesNotPrepareItsPayload) {
  const auto nothing = [](Gp&, sc_time&) {};
  EXPECT_NE(complaint(nothing, 1).find("response status that is set"), std::string::npos);
  EXPECT_NE(complaint(nothing, 2).find("DMI hint"), std::string::npos);
}

TEST_F(Checker, FiresOnDebugTransportThatClaimsTooMuchOrChangesThePayload) {
  target.debug = [](Gp& trans) {
    trans.set_address(1);
    return trans.get_data_length() + 1;
  };
  Payload trans(tlm::TLM_READ_COMMAND, 0, data, 4);
  initiator.socket->transport_dbg(trans);
  const std::string said = taken();
  EXPECT_NE(said.find("debug: address"), std::string::npos) << said;
  EXPECT_NE(said.find("more bytes"), std::string::npos) << said;
}

TEST_F(Checker, FiresOnDmiThatLeavesOutTheAddressOrHasNoPointer) {
  target.dmi = [](Gp& trans, tlm::tlm_dmi& grant) {
    grant.init();
    grant.set_start_address(trans.get_address() + 1);
    grant.set_end_address(trans.get_address() + 2);
    return true;
  };
  tlm::tlm_dmi dmi;
  initiator.ask_for_dmi(0x100, dmi);
  const std::string said = taken();
  EXPECT_NE(said.find("leaves out the address"), std::string::npos) << said;
  EXPECT_NE(said.find("without a pointer"), std::string::npos) << said;
}

TEST_F(Checker, FiresOnAnEmptyRevocation) {
  target.socket->invalidate_direct_mem_ptr(8, 7);
  EXPECT_NE(taken().find("empty range"), std::string::npos);
}

}  // namespace
}  // namespace cxlpool::module_test
