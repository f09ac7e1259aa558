// SPDX-License-Identifier: Apache-2.0
#include "models/command/return_code.h"

#include <cstddef>
#include <iterator>

namespace cxlpool::command {

namespace {

constexpr const char* names[] = {
    "success",
    "background operation started",
    "invalid input",
    "unsupported",
    "internal error",
    "retry required",
    "busy",
    "media disabled",
    "firmware transfer in progress",
    "firmware transfer out of order",
    "firmware authentication failed",
    "invalid slot",
    "activation failed, firmware rolled back",
    "activation failed, cold reset required",
    "invalid handle",
    "invalid physical address",
    "inject poison limit reached",
    "permanent media failure",
    "aborted",
    "invalid security state",
    "incorrect passphrase",
    "unsupported mailbox",
    "invalid payload length",
    "invalid log",
    "interrupted",
    "unsupported feature version",
    "unsupported feature selection value",
    "feature transfer in progress",
    "feature transfer out of order",
    "resources exhausted",
    "invalid extent list",
    "transfer out of order",
    "background abort not supported",
};

}  // namespace

const char* name(ReturnCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < std::size(names) ? names[index] : "undefined";
}

}  // namespace cxlpool::command
