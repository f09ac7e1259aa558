// SPDX-License-Identifier: Apache-2.0
#include "sweep.h"

namespace cxlpool::command {
namespace {

using test::Rig;

struct EveryLength : ::testing::TestWithParam<std::size_t> {};

/// Every command of one CCI with every length, each with a new random payload.
TEST_P(EveryLength, OfEveryCommandIsSurvived) {
  Rig rig;
  Cci& cci = *test::all_ccis(rig)[GetParam()];
  std::mt19937 random(2);
  Bytes state = rig.state();
  for (const std::uint16_t opcode : cci.opcodes()) {
    for (std::size_t length = 0; length <= test::longest; ++length) {
      const Bytes payload = test::random_payload(random, length);
      ASSERT_TRUE(test::survives(rig, cci, opcode, payload, state));
    }
    const std::size_t exact = opcode_info(opcode)->input_bytes;
    for (int i = 0; i < 2000; ++i) {
      const Bytes payload = test::random_payload(random, exact + i % 100);
      ASSERT_TRUE(test::survives(rig, cci, opcode, payload, state));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cci, EveryLength, ::testing::Range<std::size_t>(0, 5));

}  // namespace
}  // namespace cxlpool::command
