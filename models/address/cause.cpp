// SPDX-License-Identifier: Apache-2.0
#include "models/address/cause.h"

#include <array>

namespace cxlpool::address {
namespace {

struct Words {
  const char* name;
  const char* text;
};

constexpr std::array<Words, cause_count> words{{
    {"none", "completed"},
    {"no_window", "outside every fixed memory window"},
    {"window_target", "window target is no host bridge"},
    {"decode_disabled", "HDM decoder enable is off"},
    {"not_committed", "decoder not committed"},
    {"no_decoder", "no decoder holds the address"},
    {"no_port", "target list names a port that does not exist"},
    {"empty_port", "nothing below the port"},
    {"link_down", "device not plugged"},
    {"memory_disabled", "DVSEC memory enable is off"},
    {"beyond_capacity", "beyond the device's capacity"},
    {"crossing", "access crosses a granule edge"},
    {"malformed", "malformed transaction"},
    {"not_accepted", "dynamic capacity not accepted"},
    {"media_disabled", "media disabled"},
    {"read_only", "capacity is read-only"},
}};

}  // namespace

const char* name(Cause cause) { return words[static_cast<std::size_t>(cause)].name; }
const char* text(Cause cause) { return words[static_cast<std::size_t>(cause)].text; }

}  // namespace cxlpool::address
