// SPDX-License-Identifier: Apache-2.0
// A platform file with anything in it: an InputError, or a description. Nothing is built.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platforms/input_error.h"
#include "platforms/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    cxlpool::platforms::read_platform_text(text, "/nowhere/fuzz.yaml");
  } catch (const cxlpool::platforms::InputError&) {
  }
  return 0;
}
