// SPDX-License-Identifier: Apache-2.0
#include "traffic/data.h"

#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "traffic/request.h"

namespace cxlpool::traffic {
namespace {

class AnySource : public RequestSource {
 public:
  Next next(Request&) override { return Next::done; }
};

std::vector<std::uint8_t> filled(std::uint64_t address, std::uint32_t size, std::uint64_t serial) {
  AnySource source;
  std::vector<std::uint8_t> data(size);
  source.fill({Op::write, ByteEnables::all, size, address}, serial, data.data());
  return data;
}

std::uint64_t unmix(std::uint64_t x) {
  const auto unshift = [](std::uint64_t y, unsigned by) {
    std::uint64_t result = y;
    for (unsigned done = by; done < 64; done += by) result = y ^ (result >> by);
    return result;
  };
  x = unshift(x, 31) * 0x319642b2d24d8ec3u;  // the odd multipliers' inverses modulo 2^64
  x = unshift(x, 27) * 0x96de1b173f119089u;
  return unshift(x, 30);
}

TEST(UniqueWord, IsTheDocumentedFormula) {
  EXPECT_EQ(unique_word(0), 0xe220a8397b1dcdafu);  // splitmix64's published first output for seed 0
  EXPECT_EQ(unique_word(0x9e3779b97f4a7c15u), 0x6e789e6aa1b965f4u);  // and its second
}

TEST(UniqueWord, HasAnInverseSoThatNoTwoAddressesShareAWord) {
  EXPECT_TRUE(rc::check("inverse", [](std::uint64_t address) {
    RC_ASSERT(unmix(unique_word(address)) - 0x9e3779b97f4a7c15u == address);
  }));
}

TEST(DefaultData, IsAFunctionOfTheByteAddressWhateverAccessCarriesIt) {
  EXPECT_TRUE(rc::check("a part of an access carries that part of its bytes", [] {
    const auto address = *rc::gen::inRange<std::uint64_t>(0, 1u << 20);
    const auto size = *rc::gen::inRange<std::uint32_t>(1, 300);
    const auto skip = *rc::gen::inRange<std::uint32_t>(0, size);
    const auto serial = *rc::gen::arbitrary<std::uint64_t>();
    const auto whole = filled(address, size, serial);
    const auto part = filled(address + skip, size - skip, serial);
    RC_ASSERT(std::equal(part.begin(), part.end(), whole.begin() + skip));
  }));
}

TEST(DefaultData, DiffersFromWhatItOverwritesInNearlyEveryByte) {
  const auto before = filled(0x1000, 4096, 7);
  const auto after = filled(0x1000, 4096, 8);
  int equal = 0;
  for (std::size_t i = 0; i < before.size(); ++i) equal += before[i] == after[i];
  EXPECT_LT(equal, 48);  // 16 expected of unrelated bytes
}

TEST(DefaultData, HasNoWordTwice) {
  std::set<std::uint64_t> words;
  for (std::uint64_t serial = 0; serial < 64; ++serial) {
    for (std::uint64_t address = 0; address < 8 * 256; address += 8) {
      words.insert(written_word(address, serial));
    }
  }
  EXPECT_EQ(words.size(), 64u * 256u);
}

TEST(Words, AreLittleEndianInMemory) {
  std::array<std::uint8_t, 8> bytes{};
  store_word(bytes.data(), 0x0807060504030201u);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(load_word(bytes.data()), 0x0807060504030201u);
}

}  // namespace
}  // namespace cxlpool::traffic
