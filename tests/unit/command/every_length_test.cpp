// SPDX-License-Identifier: Apache-2.0
#include "sweep.h"

namespace cxlpool::command {
namespace {

using test::Rig;

TEST(EveryCommand, SurvivesRandomPayloadsOfRandomLengths) {
  Rig rig;
  std::mt19937 random(1);
  Bytes state = rig.state();
  for (Cci* cci : test::all_ccis(rig)) {
    for (const std::uint16_t opcode : cci->opcodes()) {
      const std::size_t exact = opcode_info(opcode)->input_bytes;
      for (int i = 0; i < 40; ++i) {
        const std::size_t length = i % 2 ? exact + random() % 3 : random() % (test::longest + 1);
        const Bytes payload = test::random_payload(random, length);
        ASSERT_TRUE(test::survives(rig, *cci, opcode, payload, state));
      }
    }
  }
}

TEST(EveryOtherOpcode, IsUnsupportedWhateverItsLength) {
  Rig rig;
  const Bytes before = rig.state();
  const std::vector<Bytes> payloads{{}, Bytes(1), Bytes(2048), Bytes(2049), Bytes(4096)};
  for (Cci* cci : test::all_ccis(rig)) {
    for (unsigned opcode = 0; opcode <= 0xFFFF; ++opcode) {
      const auto number = static_cast<std::uint16_t>(opcode);
      if (cci->implements(number)) continue;
      for (const Bytes& payload : payloads) {
        ASSERT_EQ(cci->execute(number, payload).code, ReturnCode::unsupported) << opcode;
      }
    }
  }
  EXPECT_EQ(rig.state(), before);
}

}  // namespace
}  // namespace cxlpool::command
