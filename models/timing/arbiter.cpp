// SPDX-License-Identifier: Apache-2.0
#include "models/timing/arbiter.h"

#include <algorithm>
#include <stdexcept>

namespace cxlpool::timing {
namespace {

bool earlier(const Transit& a, const Transit& b) {
  return a.ready != b.ready ? a.ready < b.ready : a.order < b.order;
}

}  // namespace

Transit& FifoArbiter::choose(const Heads& heads, Picoseconds) {
  Transit* best = nullptr;
  heads.for_each([&](Transit& head) {
    if (!best || earlier(head, *best)) best = &head;
  });
  return *best;
}

RoundRobinArbiter::RoundRobinArbiter(std::vector<unsigned> weights) : weights_(std::move(weights)) {
  if (std::find(weights_.begin(), weights_.end(), 0u) != weights_.end()) {
    throw std::invalid_argument("an arbitration weight must be at least 1");
  }
}

Transit& RoundRobinArbiter::choose(const Heads& heads, Picoseconds) {
  credit_.resize(heads.size(), 0);
  if (weights_.empty()) {
    last_ = heads.next(last_ + 1);
    return *heads[last_];
  }
  // Every waiting input earns its weight; the richest goes and pays for all. An input that nobody
  // waits at saves nothing.
  std::int64_t total = 0;
  std::size_t best = heads.size();
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (!heads[i]) {
      credit_[i] = 0;
      continue;
    }
    total += weight(i);
    credit_[i] += weight(i);
    if (best == heads.size() || credit_[i] > credit_[best]) best = i;
  }
  credit_[best] -= total;
  return *heads[best];
}

Transit& PriorityArbiter::choose(const Heads& heads, Picoseconds) {
  Transit* best = nullptr;
  heads.for_each([&](Transit& head) {
    if (!best || head.message.traffic > best->message.traffic ||
        (head.message.traffic == best->message.traffic && earlier(head, *best))) {
      best = &head;
    }
  });
  return *best;
}

}  // namespace cxlpool::timing
