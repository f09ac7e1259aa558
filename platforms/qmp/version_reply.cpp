// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/version_reply.h"

#include <cstdio>
#include <string>

#include "platforms/version.h"

namespace cxlpool::qmp {

nlohmann::json version_reply() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned micro = 0;
  std::sscanf(platforms::version, "%u.%u.%u", &major, &minor, &micro);
  return {{"qemu", {{"major", major}, {"minor", minor}, {"micro", micro}}},
          {"package", std::string("cxlpool ") + platforms::version}};
}

}  // namespace cxlpool::qmp
