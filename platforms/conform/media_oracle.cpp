// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/media_oracle.h"

#include <algorithm>
#include <array>

namespace cxlpool::platforms {
namespace {

constexpr std::uint64_t block_bytes = 256;

}  // namespace

MediaOracle::MediaOracle(Testbed& testbed, const std::vector<VectorDevice>& devices)
    : testbed_(testbed), devices_(devices) {}

void MediaOracle::landed(const std::vector<LandedBytes>& pieces) {
  for (const LandedBytes& piece : pieces) {
    look_at(piece.dpa, piece.bytes.size());
    auto& bytes = bytes_[piece.device];
    for (std::size_t i = 0; i < piece.bytes.size(); ++i) bytes[piece.dpa + i] = piece.bytes[i];
  }
}

void MediaOracle::look_at(std::uint64_t dpa, std::uint64_t length) {
  const std::uint64_t first = dpa / block_bytes;
  const std::uint64_t last = (dpa + length) / block_bytes;
  // The neighbours too.
  for (std::uint64_t block = first == 0 ? 0 : first - 1; block <= last + 1; ++block) {
    blocks_.insert(block);
  }
}

void MediaOracle::compare(Checker& checker, const std::string& path) {
  for (const VectorDevice& device : devices_) {
    for (const std::uint64_t block : blocks_) compare_block(device.name, block, checker, path);
  }
}

void MediaOracle::compare_block(const std::string& device, std::uint64_t block, Checker& checker,
                                const std::string& path) {
  const fabric::Media& media = testbed_.media(device);
  const std::uint64_t base = block * block_bytes;
  if (base >= media.capacity()) return;
  std::array<std::uint8_t, block_bytes> expected{};
  std::array<std::uint8_t, block_bytes> held{};
  const auto& bytes = bytes_[device];
  for (auto byte = bytes.lower_bound(base); byte != bytes.end(); ++byte) {
    if (byte->first - base >= block_bytes) break;
    expected[byte->first - base] = byte->second;
  }
  media.read(base, held.data(), std::min(block_bytes, media.capacity() - base));
  const auto differs = std::mismatch(expected.begin(), expected.end(), held.begin());
  if (differs.first == expected.end()) return;
  const auto offset = static_cast<std::uint64_t>(differs.first - expected.begin());
  checker.differ(path, fmt::format("{:02x} at {} {}", *differs.first, device, base + offset),
                 fmt::format("{:02x} in the media", *differs.second));
}

}  // namespace cxlpool::platforms
