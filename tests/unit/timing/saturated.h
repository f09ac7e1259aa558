// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "models/timing/link_direction.h"

namespace cxlpool::timing {

enum class Order { random, alternating };

/// GB/s of payload that one direction carries of a mix with `reads` in `of` accesses, when all of
/// its messages have been waiting since the start.
inline double saturated_one_way(const LinkConfig& config, LinkDirection::Way way, unsigned reads,
                                unsigned of, Order order, unsigned accesses) {
  LinkDirection direction{config, way};
  boost::random::mt19937 generator{7};
  boost::random::uniform_int_distribution<unsigned> any{0, of - 1};
  const bool m2s = way == LinkDirection::Way::m2s;
  Picoseconds now = 0;
  Picoseconds done = 0;
  for (unsigned i = 0, sum = 0; i != accesses; ++i) {
    sum += reads;
    bool read = sum >= of;
    sum -= read ? of : 0;
    if (order == Order::random) {
      read = any(generator) < reads;
    }
    Message message;
    message.kind = m2s ? (read ? MessageKind::req : MessageKind::rwd)
                       : (read ? MessageKind::drs : MessageKind::ndr);
    message.write = !read;
    const Server::Service service = direction.serve(message, now, 0);
    now = service.free_at;
    done = std::max(done, service.done_at);
  }
  return 1'000.0 * line_bytes * accesses / static_cast<double>(done);
}

inline double saturated(const LinkConfig& config, unsigned reads, unsigned of, Order order,
                        unsigned accesses = 30'000) {
  return std::min(saturated_one_way(config, LinkDirection::Way::m2s, reads, of, order, accesses),
                  saturated_one_way(config, LinkDirection::Way::s2m, reads, of, order, accesses));
}

}  // namespace cxlpool::timing
