// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include <gtest/gtest.h>

#include "fixture.h"

namespace cxlpool::command::test {

inline constexpr std::size_t longest = 4096;

inline std::vector<Cci*> all_ccis(Rig& rig) {
  return {&rig.device.primary(), &rig.fm_owned_ld.cci(), &rig.fm_owned_ld.ld0(), &rig.ld_pool.cci(),
          &rig.switch_cci.cci()};
}

/// Random bytes, of which many are zero: counts and offsets are small often enough to be right.
inline Bytes random_payload(std::mt19937& random, std::size_t length) {
  Bytes payload(length);
  const unsigned zeroes = random() % 4;
  for (auto& byte : payload) {
    if (random() % 4 >= zeroes) byte = static_cast<std::uint8_t>(random() >> (random() % 3 * 4));
  }
  return payload;
}

/// One command with one payload: a defined return code, an answer that fits, and if it failed
/// nothing changed. `before` is the state before and becomes the state after.
inline ::testing::AssertionResult survives(Rig& rig, Cci& cci, std::uint16_t opcode,
                                           const Bytes& payload, Bytes& before) {
  const Reply reply = cci.execute(opcode, payload);
  const auto failure = [&] {
    return ::testing::AssertionFailure() << "opcode " << opcode << " with " << payload.size()
                                         << " bytes, code " << static_cast<int>(reply.code) << ": ";
  };
  if (reply.code > ReturnCode::background_abort_not_supported) return failure() << "no such code";
  const bool succeeded =
      reply.code == ReturnCode::success || reply.code == ReturnCode::background_started;
  const OpcodeInfo* info = opcode_info(opcode);
  const bool wrong_length =
      payload.size() > cci.max_payload_bytes() || (info && !info->accepts(payload.size()));
  if (cci.implements(opcode) && wrong_length && reply.code != ReturnCode::invalid_payload_length) {
    return failure() << "the length is wrong";
  }
  if (reply.payload.size() > cci.max_payload_bytes()) return failure() << "too long an answer";
  if (!succeeded && !reply.payload.empty()) return failure() << "an answer to a failure";
  const Bytes after = rig.state();
  if (!succeeded && after != before) return failure() << "it failed and changed something";
  before = after;
  if (reply.code == ReturnCode::background_started && payload.size() % 2 == 0) {
    rig.pass(20 * second);
    before = rig.state();
  }
  return ::testing::AssertionSuccess();
}

}  // namespace cxlpool::command::test
