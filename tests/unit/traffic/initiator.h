// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <vector>

#include "traffic/request.h"

namespace cxlpool::traffic::test {

/// Issues what a source asks for, one at a time, against plain memory.
struct Initiator {
  std::map<std::uint64_t, std::uint8_t> memory;
  std::vector<Request> requests;
  std::vector<Mismatch> mismatches;

  void run(RequestSource& source, std::size_t limit = 1'000'000) {
    Request request;
    for (;;) {
      const RequestSource::Next next = source.next(request);
      if (next == RequestSource::Next::done) return;
      if (next == RequestSource::Next::wait) throw std::logic_error("waits for nothing");
      if (requests.size() == limit) throw std::logic_error("never ends");
      std::vector<std::uint8_t> data(request.size);
      if (request.op == Op::write) {
        source.fill(request, requests.size(), data.data());
        for (std::uint32_t i = 0; i < request.size; ++i) memory[request.address + i] = data[i];
      } else {
        for (std::uint32_t i = 0; i < request.size; ++i) data[i] = memory[request.address + i];
        Mismatch mismatch;
        if (!source.observe(request, data.data(), mismatch)) mismatches.push_back(mismatch);
      }
      requests.push_back(request);
    }
  }
};

inline bool same(const Request& a, const Request& b) {
  return a.op == b.op && a.enables == b.enables && a.size == b.size && a.address == b.address;
}

}  // namespace cxlpool::traffic::test
