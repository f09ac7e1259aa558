// SPDX-License-Identifier: Apache-2.0
#include "traffic/request.h"

#include "traffic/data.h"

namespace cxlpool::traffic {

void RequestSource::fill(const Request& request, std::uint64_t serial, std::uint8_t* data) {
  std::uint64_t address = request.address;
  std::uint32_t done = 0;
  while (done < request.size) {
    const unsigned skipped = address % 8;
    const std::uint64_t word = written_word(address - skipped, serial);
    if (skipped == 0 && request.size - done >= 8) {
      store_word(data + done, word);
      done += 8;
      address += 8;
      continue;
    }
    for (unsigned byte = skipped; byte < 8 && done < request.size; ++byte, ++done, ++address) {
      data[done] = static_cast<std::uint8_t>(word >> 8 * byte);
    }
  }
}

bool RequestSource::observe(const Request&, const std::uint8_t*, Mismatch&) { return true; }

}  // namespace cxlpool::traffic
