// SPDX-License-Identifier: Apache-2.0
// A scenario file with anything in it: an InputError, or it runs.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "fake_machine.h"
#include "platforms/input_error.h"
#include "platforms/qmp/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    cxlpool::qmp::test::FakeMachine machine;
    std::ostringstream replies;
    cxlpool::qmp::Scenario::parse(text, "fuzz.jsonl").run(machine, replies);
  } catch (const cxlpool::platforms::InputError&) {
  }
  return 0;
}
