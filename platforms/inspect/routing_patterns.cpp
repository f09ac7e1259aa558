// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/routing_patterns.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace cxlpool::platforms {

using address::DecodeTree;
using address::FixedMemoryWindow;
using address::Interleave;

namespace {

constexpr unsigned block_bits = 20;  // no interleave looks at an address bit above 17
constexpr std::uint64_t block_mask = (std::uint64_t{1} << block_bits) - 1;
constexpr std::uint64_t most_runs = 1ull << 20;

/// How often routes repeat, and in which steps they change.
struct Period {
  std::uint64_t step = ~0ull;
  unsigned top = 0;
  bool thirds = false;

  void add(Interleave interleave) {
    if (interleave.ways() == 1) return;
    step = std::min<std::uint64_t>(step, interleave.granularity());
    top = std::max(top, interleave.shift() + interleave.binary_ways_bits());
    thirds |= interleave.is_multiple_of_3();
  }
  std::uint64_t length() const { return (thirds ? 3ull : 1ull) << top; }
};

Period period_of(const DecodeTree& tree, const FixedMemoryWindow& window, const Stretch& stretch) {
  Period period;
  period.add(window.interleave);
  for (const address::Node& node : tree.nodes) {
    if (!node.decoders) continue;
    for (const auto& range : node.decoders->ranges()) {
      if (range.contains(stretch.first)) period.add(range.interleave);
    }
  }
  return period;
}

void add_steps(std::uint64_t first, std::uint64_t last, std::uint64_t step,
               std::vector<std::uint64_t>& out) {
  for (std::uint64_t hpa = first;; hpa += step) {
    out.push_back(hpa);
    if (last - hpa < step) return;
  }
}

/// Collects blocks that differ in the parities that their own and the next block's address bits
/// give the maps, or in where stripes of 3 stand in them.
class XorBlocks {
 public:
  XorBlocks(const FixedMemoryWindow& window, const Stretch& stretch, bool thirds)
      : window_(window), stretch_(stretch), thirds_(thirds) {}

  std::vector<std::uint64_t> find() {
    // Parities stay the same over a run of blocks below the lowest bit that a map holds.
    std::uint64_t looked_at = 0;
    for (unsigned i = 0; i < bits(); ++i) looked_at |= window_.xor_maps.maps()[i] >> block_bits;
    const std::uint64_t first = stretch_.first >> block_bits;
    const std::uint64_t last = stretch_.last >> block_bits;
    const std::uint64_t run_mask = looked_at == 0 ? ~0ull : (looked_at & (~looked_at + 1)) - 1;
    std::uint64_t start = first;
    for (std::uint64_t runs = 0; runs < most_runs; ++runs) {
      const std::uint64_t end = std::min(start | run_mask, last);
      // Three blocks meet stripes of 3 in every way; the last one also meets the next run.
      for (std::uint64_t i = 0; i < 3 && i <= end - start; ++i) {
        add(start + i);
        add(end - i);
      }
      if (end == last) break;
      start = end + 1;
    }
    return blocks_;
  }

 private:
  unsigned bits() const { return window_.interleave.binary_ways_bits(); }
  unsigned parities(std::uint64_t block) const {
    return window_.xor_maps.index_bits(block << block_bits, bits());
  }
  void add(std::uint64_t block) {
    const unsigned next = thirds_ ? parities(block + 1) : 0;
    const auto third = static_cast<unsigned>(thirds_ ? block % 3 : 0);
    if (seen_.insert({parities(block), next, third}).second) blocks_.push_back(block);
  }

  const FixedMemoryWindow& window_;
  const Stretch& stretch_;
  bool thirds_;
  std::set<std::tuple<unsigned, unsigned, unsigned>> seen_;
  std::vector<std::uint64_t> blocks_;
};

}  // namespace

std::vector<Stretch> stretches_of(const DecodeTree& tree, const FixedMemoryWindow& window) {
  if (window.size == 0 || window.size - 1 > ~window.base) return {};
  const std::uint64_t last = window.base + (window.size - 1);
  std::set<std::uint64_t> starts{window.base};
  const auto hold = [](const address::HdmDecoderBlock& decoders, unsigned i, std::uint64_t hpa) {
    return hpa - decoders.base(i) < decoders.size(i);
  };
  for (const address::Node& node : tree.nodes) {
    if (!node.decoders) continue;
    for (unsigned i = 0; i < node.decoders->decoder_count(); ++i) {
      const std::uint64_t base = node.decoders->base(i);
      const std::uint64_t end = base + node.decoders->size(i);
      for (const std::uint64_t edge : {base, end}) {
        if (edge > window.base && edge <= last) starts.insert(edge);
      }
    }
  }
  std::vector<Stretch> stretches;
  for (auto start = starts.begin(); start != starts.end(); ++start) {
    const auto next = std::next(start);
    Stretch stretch{*start, next == starts.end() ? last : *next - 1, false};
    for (const address::Node& node : tree.nodes) {
      if (!node.decoders) continue;
      for (unsigned i = 0; i < node.decoders->decoder_count(); ++i) {
        stretch.programmed |= hold(*node.decoders, i, *start);
      }
    }
    stretches.push_back(stretch);
  }
  return stretches;
}

std::vector<std::uint64_t> routing_patterns(const DecodeTree& tree, const FixedMemoryWindow& window,
                                            const Stretch& stretch) {
  const Period period = period_of(tree, window, stretch);
  if (period.top == 0) return {stretch.first, stretch.last};
  std::vector<std::uint64_t> patterns;
  const std::uint64_t reach = stretch.last - stretch.first;
  const std::uint64_t head = std::min(reach, 2 * period.length() - 1);
  const std::uint64_t tail = std::min(reach, period.length() - 1);
  add_steps(stretch.first, stretch.first + head, period.step, patterns);
  add_steps(stretch.last - tail, stretch.last, period.step, patterns);
  patterns.push_back(stretch.last);
  if (window.arithmetic == address::Arithmetic::exclusive_or &&
      window.interleave.binary_ways_bits() > 0) {
    for (const std::uint64_t block : XorBlocks(window, stretch, period.thirds).find()) {
      const std::uint64_t from = block << block_bits;
      add_steps(std::max(from, stretch.first), std::min(from | block_mask, stretch.last),
                period.step, patterns);
    }
  }
  return patterns;
}

}  // namespace cxlpool::platforms
