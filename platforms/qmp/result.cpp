// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/result.h"

namespace cxlpool::qmp {

const char* to_string(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::generic_error:
      return "GenericError";
    case ErrorClass::command_not_found:
      return "CommandNotFound";
    case ErrorClass::device_not_active:
      return "DeviceNotActive";
    case ErrorClass::device_not_found:
      return "DeviceNotFound";
    case ErrorClass::kvm_missing_cap:
      return "KVMMissingCap";
  }
  return "GenericError";
}

}  // namespace cxlpool::qmp
