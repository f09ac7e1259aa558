// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/access_map.h"

#include <algorithm>
#include <limits>

namespace cxlpool::capacity {

AccessMap::AccessMap(const std::vector<Region>& regions) : parts_(regions.size()) {
  bases_.fill(std::numeric_limits<std::uint64_t>::max());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    bases_[i] = regions[i].base;
    reset(i, regions[i]);
  }
}

void AccessMap::reset(std::size_t region, const Region& description) {
  Part& part = parts_[region];
  part.range = description.range();
  part.block_shift = 0;
  while ((description.block >> part.block_shift) > 1) ++part.block_shift;
  const std::uint64_t blocks = part.range.length >> part.block_shift;
  part.pages.clear();
  part.pages.resize(static_cast<std::size_t>((blocks + page_blocks - 1) >> page_shift));
}

void AccessMap::set(std::size_t region, const DpaRange& range, bool accessible) {
  Part& part = parts_[region];
  std::uint64_t block = (range.base - part.range.base) >> part.block_shift;
  const std::uint64_t end = block + (range.length >> part.block_shift);
  while (block < end) {
    std::unique_ptr<Page>& page = part.pages[block >> page_shift];
    if (page == nullptr) page = std::make_unique<Page>();
    const std::uint64_t bit = block % 64;
    const std::uint64_t count = std::min<std::uint64_t>(64 - bit, end - block);
    const std::uint64_t mask = (count == 64 ? ~0ull : (1ull << count) - 1) << bit;
    std::uint64_t& word = (*page)[(block & (page_blocks - 1)) / 64];
    word = accessible ? word | mask : word & ~mask;
    block += count;
  }
}

}  // namespace cxlpool::capacity
