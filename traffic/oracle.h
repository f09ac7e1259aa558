// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace cxlpool::traffic {

/// What one device's memory ought to hold: a plain map of pages, knowing nothing of how the model
/// stores bytes. Untouched memory is zero, or what adopt() said.
class Oracle {
 public:
  static constexpr std::uint64_t page_bytes = 4096;
  using Page = std::array<std::uint8_t, page_bytes>;

  /// A byte that has been written or adopted lies in one of these.
  const std::unordered_map<std::uint64_t, std::unique_ptr<Page>>& pages() const { return pages_; }

  bool has_page(std::uint64_t dpa) const { return find(dpa) != nullptr; }

  /// The page that holds `dpa`, zeroed when it is new; its contents may be set.
  Page& page(std::uint64_t dpa) {
    const std::uint64_t number = dpa / page_bytes;
    if (number == last_number_) return *last_;
    auto& page = pages_[number];
    if (!page) page = std::make_unique<Page>();
    last_number_ = number;
    last_ = page.get();
    return *page;
  }

  std::uint8_t read(std::uint64_t dpa) const {
    const Page* page = find(dpa);
    return page ? (*page)[dpa % page_bytes] : 0;
  }

 private:
  const Page* find(std::uint64_t dpa) const {
    const std::uint64_t number = dpa / page_bytes;
    if (number == last_number_) return last_;
    const auto at = pages_.find(number);
    return at == pages_.end() ? nullptr : at->second.get();
  }

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  std::uint64_t last_number_ = ~0ull;
  Page* last_ = nullptr;
};

}  // namespace cxlpool::traffic
