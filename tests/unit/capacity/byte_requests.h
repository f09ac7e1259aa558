// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "tests/unit/capacity/byte_model.h"
#include "tests/unit/capacity/device.h"

namespace cxlpool::capacity::test {

/// Requests at random, of which most can be granted.
class ByteRequests {
 public:
  /// `unit`: what lengths to choose are multiples of.
  ByteRequests(std::uint32_t seed, const ByteModel& model, std::uint64_t unit = 64)
      : random_(seed), model_(model), unit_(unit) {}

  std::uint64_t below(std::uint64_t n) {
    return boost::random::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_);
  }
  bool once_in(unsigned n) { return below(n) == 0; }
  HostId host() { return HostId(once_in(60) ? 9 : below(ByteModel::hosts)); }
  Tag tag() { return once_in(4) ? Tag{} : tag_of(static_cast<std::uint8_t>(1 + below(5))); }
  std::uint8_t value() { return static_cast<std::uint8_t>(below(256)); }

  /// For accesses: mostly from a byte that the host has, over edges of blocks and extents,
  /// sometimes past the region's.
  DpaRange bytes(HostId host) {
    if (once_in(200)) return {~std::uint64_t{0} - below(100), 1 + below(200)};
    std::size_t byte = below(model_.size());
    for (int tries = 0; tries < 8 && model_.accepted(number(host))[byte] == 0; ++tries) {
      byte = below(model_.size());
    }
    return {model_.dpa(byte), 1 + (once_in(4) ? below(400) : below(70))};
  }
  /// Some blocks; rarely something else.
  DpaRange blocks() {
    const std::size_t byte = below(model_.size());
    const std::uint64_t block = model_.block_at(byte);
    DpaRange range{model_.dpa(byte) / block * block, block * (1 + below(4))};
    if (once_in(80)) range.base += 1 + below(block - 1);
    if (once_in(80)) range.length -= below(block);
    if (once_in(80)) range.length = 0;
    if (once_in(80)) range.base = ~std::uint64_t{0} - block + 1;
    return range;
  }
  /// Around a byte that fits: as far as bytes fit, cut at random block edges now and then.
  template <typename Fits>
  std::optional<DpaRange> run(Fits&& fits) {
    const std::size_t from = below(model_.size());
    for (std::size_t step = 0; step < model_.size(); ++step) {
      const std::size_t found = (from + step) % model_.size();
      if (!fits(found)) continue;
      const std::uint64_t block = model_.block_at(found);
      std::size_t first = found - found % block, end = first + block;
      const auto joins = [&](std::size_t byte) {
        return model_.block_at(byte) == block && fits(byte) && !once_in(4);
      };
      while (first > 0 && joins(first - 1)) first -= block;
      while (end < model_.size() && joins(end)) end += block;
      return DpaRange{model_.dpa(first), end - first};
    }
    return std::nullopt;
  }
  template <typename Fits>
  std::vector<DpaRange> runs(Fits&& fits) {
    std::vector<DpaRange> ranges;
    do {
      const auto range = run(fits);
      if (range && !covered(ranges, *range)) ranges.push_back(*range);
    } while (once_in(2));
    if (once_in(30)) ranges.push_back(blocks());
    return ranges;
  }

  AddRequest add() {
    AddRequest request;
    request.host = host();
    request.selection = Selection(below(4));
    request.region = static_cast<std::uint8_t>(once_in(60) ? 2 : below(2));
    request.length = unit_ * (once_in(60) ? 0 : 1 + below(8));
    if (request.region == 1) request.length *= 1 + below(2);
    request.tag = tag();
    if (request.selection != Selection::prescriptive) return request;
    const auto is_free = [&](std::size_t byte) { return !model_.allocated(byte); };
    for (const DpaRange& range : runs(is_free)) {
      request.extents.push_back(
          {range.base, range.length, tag(), static_cast<std::uint16_t>(below(3))});
    }
    return request;
  }
  ReleaseRequest release() {
    ReleaseRequest request;
    request.host = host();
    request.removal = Removal(below(2));
    request.forced = once_in(2);
    request.sanitize = once_in(2);
    request.tag = tag();
    if (!once_in(3)) request.length = unit_ * below(10);
    for (const DpaRange& range : given_back(request.host, request.forced)) {
      request.extents.push_back({range.base, range.length, once_in(2) ? tag() : Tag{}, 0});
    }
    return request;
  }
  std::vector<DpaRange> answer(HostId host) {
    if (once_in(6)) return {};
    return runs([&](std::size_t byte) { return model_.offered_first(number(host), byte); });
  }
  std::vector<DpaRange> given_back(HostId host, bool offers = false) {
    return runs([&](std::size_t byte) {
      return model_.accepted(number(host))[byte] != 0 ||
             (offers && model_.offered(number(host), byte));
    });
  }

 private:
  static unsigned number(HostId host) { return static_cast<unsigned>(host) % ByteModel::hosts; }
  static bool covered(const std::vector<DpaRange>& ranges, const DpaRange& range) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const DpaRange& other) {
      return range.base < other.end() && other.base < range.end();
    });
  }

  boost::random::mt19937 random_;
  const ByteModel& model_;
  const std::uint64_t unit_;
};

}  // namespace cxlpool::capacity::test
