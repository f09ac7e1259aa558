// SPDX-License-Identifier: Apache-2.0
#include "models/address/cedt.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include <gtest/gtest.h>

#include "random_address.h"

namespace cxlpool::address {

bool operator==(const CedtHostBridge& a, const CedtHostBridge& b) {
  return std::tie(a.uid, a.base, a.length, a.version) ==
         std::tie(b.uid, b.base, b.length, b.version);
}

bool operator==(const FixedMemoryWindow& a, const FixedMemoryWindow& b) {
  return std::tie(a.base, a.size, a.interleave, a.arithmetic, a.xor_maps.maps(), a.targets,
                  a.restrictions, a.qtg_id) == std::tie(b.base, b.size, b.interleave, b.arithmetic,
                                                        b.xor_maps.maps(), b.targets,
                                                        b.restrictions, b.qtg_id);
}

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t checksum_at = 9;

void fix_checksum(Bytes& bytes) {
  bytes[checksum_at] = 0;
  bytes[checksum_at] =
      static_cast<std::uint8_t>(0 - std::accumulate(bytes.begin(), bytes.end(), 0));
}

/// Length and checksum as the bytes have them now.
void fix_header(Bytes& bytes) {
  for (int i = 0; i < 4; ++i) bytes[4 + i] = static_cast<std::uint8_t>(bytes.size() >> 8 * i);
  fix_checksum(bytes);
}

void put_le(Bytes& bytes, std::size_t at, unsigned size, std::uint64_t value) {
  for (unsigned i = 0; i < size; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

Bytes from_hex(const std::string& text) {
  std::string digits = text;
  digits.erase(std::remove(digits.begin(), digits.end(), ' '), digits.end());
  Bytes bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

CedtReading read_good(const Bytes& bytes) {
  auto result = read_cedt(bytes);
  if (const auto* damage = std::get_if<CedtFinding>(&result)) {
    ADD_FAILURE() << "at " << damage->offset << ": " << damage->text;
    return {};
  }
  return std::get<CedtReading>(std::move(result));
}

CedtFinding read_damaged(const Bytes& bytes) {
  auto result = read_cedt(bytes);
  if (!std::holds_alternative<CedtFinding>(result)) {
    ADD_FAILURE() << "the table was accepted";
    return {};
  }
  return std::get<CedtFinding>(std::move(result));
}

/// What reading gives back of a window: only what the table can say of it.
FixedMemoryWindow as_read(FixedMemoryWindow window) {
  const unsigned needed =
      window.arithmetic == Arithmetic::exclusive_or ? XorMaps::needed(window.interleave.ways()) : 0;
  auto maps = window.xor_maps.maps();
  maps.resize(needed);
  window.xor_maps = XorMaps(std::move(maps));
  if (window.interleave.ways() == 1) window.interleave = Interleave();
  return window;
}

Cedt random_cedt(std::mt19937_64& random) {
  Cedt cedt;
  for (std::uint64_t i = random() % 4; i > 0; --i) {
    CedtHostBridge bridge;
    bridge.uid = static_cast<std::uint32_t>(random());
    bridge.base = random();
    if (random() % 4 == 0) {
      bridge.version = 0;
      bridge.length = 0x2000;
    }
    cedt.host_bridges.push_back(bridge);
  }
  const auto interleaves = test::every_interleave();
  std::vector<std::vector<std::uint64_t>> maps_of_granularity;
  for (unsigned code = 0; code < 7; ++code) {
    maps_of_granularity.push_back(test::random_xor_maps(random, code + 8, 4, code + 12));
  }
  for (std::uint64_t i = random() % 6; i > 0; --i) {
    FixedMemoryWindow window;
    window.interleave = interleaves[random() % interleaves.size()];
    window.base = random() % (1u << 24) * hdm_quantum;
    window.size = (1 + random() % 1024) * window.interleave.ways() * hdm_quantum;
    window.arithmetic = random() % 2 ? Arithmetic::exclusive_or : Arithmetic::modulo;
    if (window.arithmetic == Arithmetic::exclusive_or) {
      window.xor_maps = XorMaps(maps_of_granularity[window.interleave.granularity_code()]);
    }
    for (unsigned t = 0; t < window.interleave.ways(); ++t) {
      window.targets.push_back(static_cast<std::uint32_t>(random()));
    }
    window.restrictions = static_cast<std::uint16_t>(random());
    window.qtg_id = static_cast<std::uint16_t>(random());
    cedt.windows.push_back(window);
  }
  return cedt;
}

/// Offsets of the records that write_cedt gives this table.
constexpr std::size_t bridge_at = 36;
constexpr std::size_t first_window_at = 68;
constexpr std::size_t second_window_at = 112;
constexpr std::size_t third_window_at = 156;
constexpr std::size_t cxims_at = 208;
constexpr std::size_t end_at = 224;

/// A modulo window, a window of 2 ways under XOR, and one of 4 ways; the second is for breaking.
Cedt three_windows() {
  Cedt cedt;
  cedt.host_bridges.push_back({7, 0x410000000, 0x10000, 1});
  FixedMemoryWindow window;
  window.interleave = *Interleave::from_values(2, 4096);
  window.base = 0x100000000;
  window.size = 2 * hdm_quantum;
  window.targets = {7, 8};
  cedt.windows.push_back(window);
  window.interleave = *Interleave::from_values(2, 256);
  window.base = 0x200000000;
  window.arithmetic = Arithmetic::exclusive_or;
  window.xor_maps = XorMaps({0x404100});
  cedt.windows.push_back(window);
  window.interleave = *Interleave::from_values(4, 512);
  window.base = 0x300000000;
  window.size = 4 * hdm_quantum;
  window.arithmetic = Arithmetic::modulo;
  window.xor_maps = XorMaps();
  window.targets = {1, 2, 3, 4};
  cedt.windows.push_back(window);
  return cedt;
}

TEST(Cedt, BytesOfASmallTable) {
  Cedt cedt;
  cedt.host_bridges.push_back({7, 0x410000000, 0x10000, 1});
  FixedMemoryWindow window;
  window.base = 0x100000000;
  window.size = 0x40000000;
  window.interleave = *Interleave::from_values(2, 256);
  window.arithmetic = Arithmetic::exclusive_or;
  window.xor_maps = XorMaps({0x404100});
  window.targets = {7, 0x0A0B0C0D};
  window.restrictions = restrict_host_coherent | restrict_persistent;
  window.qtg_id = 42;
  cedt.windows.push_back(window);

  const Bytes expected = from_hex(
      "43454454 80000000 01 69"                 // CEDT, length, revision, checksum
      "43584C504F4C 43584C504F4F4C20 01000000"  // OEM id, table id, revision
      "43584C50 01000000"                       // creator, its revision
      "00 00 2000 07000000 01000000 00000000"   // CHBS: UID, version
      "00000010 04000000 00000100 00000000"     // base, length
      "01 00 2C00 00000000"                     // CFMWS
      "00000000 01000000 00000040 00000000"     // base, size
      "01 01 0000 00000000 0A00 2A00"           // ways, XOR, granularity, restrictions, QTG
      "07000000 0D0C0B0A"                       // targets
      "02 00 1000 0000 00 01"                   // CXIMS: granularity, number of maps
      "0041400000000000");
  EXPECT_EQ(write_cedt(cedt), expected);
  const CedtReading reading = read_good(expected);
  EXPECT_EQ(reading.cedt.host_bridges, cedt.host_bridges);
  EXPECT_EQ(reading.cedt.windows, cedt.windows);
  EXPECT_TRUE(reading.notes.empty());
}

TEST(Cedt, ReadingIsTheInverseOfWriting) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2'000; ++i) {
    const Cedt cedt = random_cedt(random);
    const Bytes bytes = write_cedt(cedt);
    const CedtReading reading = read_good(bytes);
    std::vector<FixedMemoryWindow> windows;
    for (const auto& window : cedt.windows) windows.push_back(as_read(window));
    ASSERT_EQ(reading.cedt.host_bridges, cedt.host_bridges) << "table " << i;
    ASSERT_EQ(reading.cedt.windows, windows) << "table " << i;
    ASSERT_TRUE(reading.notes.empty()) << "table " << i << ": " << reading.notes[0].text;
  }
}

TEST(Cedt, WindowsOfOneGranularityShareOneCxims) {
  Cedt cedt = three_windows();
  cedt.windows[2].arithmetic = Arithmetic::exclusive_or;
  cedt.windows[2].interleave = *Interleave::from_values(4, 256);
  cedt.windows[2].xor_maps = XorMaps({0x404100, 0x808200});
  const Bytes bytes = write_cedt(cedt);
  ASSERT_EQ(bytes.size(), cxims_at + 8 + 2 * 8);
  EXPECT_EQ(bytes[cxims_at + 7], 2);
  EXPECT_EQ(read_good(bytes).cedt.windows, cedt.windows);
}

TEST(Cedt, WindowsOfOneGranularityMustAgreeOnTheirMaps) {
  Cedt cedt = three_windows();
  cedt.windows[2].arithmetic = Arithmetic::exclusive_or;
  cedt.windows[2].interleave = *Interleave::from_values(4, 256);
  cedt.windows[2].xor_maps = XorMaps({0x1000100, 0x808200});
  EXPECT_EQ(violations(cedt),
            std::vector<std::string>{
                "window 2: XOR map 0 is 0x1000100; another window of granularity 256 has 0x404100, "
                "and all of one granularity must agree"});
  EXPECT_THROW(write_cedt(cedt), std::invalid_argument);
}

TEST(Cedt, AnIllegalWindowIsNotWritten) {
  Cedt cedt = three_windows();
  cedt.windows[1].targets.pop_back();
  EXPECT_EQ(violations(cedt),
            std::vector<std::string>{"window 1: 1 target(s) given; 2 way(s) need one each, 2"});
  EXPECT_THROW(write_cedt(cedt), std::invalid_argument);
}

TEST(Cedt, OneWayWindowsReadAsGranularity256) {
  Cedt cedt = three_windows();
  cedt.windows[0].interleave = *Interleave::from_values(1, 4096);
  cedt.windows[0].targets = {7};
  const Bytes bytes = write_cedt(cedt);
  EXPECT_EQ(bytes[first_window_at + 28], 4);
  EXPECT_EQ(read_good(bytes).cedt.windows.at(0).interleave, Interleave());
}

/// One broken field of the second window: the others are read as if nothing had happened.
struct BrokenField {
  std::size_t at;
  unsigned size;
  std::uint64_t value;
  std::size_t reported_at;
  const char* text;
};

TEST(Cedt, AFailingWindowIsSkippedAndTheOthersContinue) {
  const Cedt cedt = three_windows();
  const Bytes good = write_cedt(cedt);
  ASSERT_EQ(good.size(), end_at);
  const std::size_t w = second_window_at;
  const BrokenField fields[] = {
      {w + 25, 1, 2, w + 25, "arithmetic is 2; it must be 0 (modulo) or 1 (XOR)"},
      {w + 8, 8, 0x200001000, w,
       "base is 0x200001000; it must be a multiple of 256 MiB, such as 0x200000000"},
      {w + 16, 8, 0x20000100, w,
       "size is 0x20000100; with 2 way(s) it must be a multiple of 2 x 256 MiB, such as "
       "0x20000000"},
      {w + 16, 8, 0, w,
       "size is 0x0; with 2 way(s) it must be a multiple of 2 x 256 MiB, such as 0x20000000"},
      {w + 8, 8, 0xFFFFFFFFF0000000, w,
       "base 0xfffffffff0000000 + size 0x20000000 runs past 2^64; size can be at most 0x10000000 "
       "there"},
      {w + 24, 1, 5, w + 24, "ways code is 5; it must be 0 to 4 or 8 to 10"},
      {w + 24, 1, 11, w + 24, "ways code is 11; it must be 0 to 4 or 8 to 10"},
      {w + 24, 1, 8, w + 2, "length is 44; 3 way(s) take 48"},
      {w + 28, 4, 7, w + 28, "granularity code is 7; it must be 0 to 6"},
      {w + 28, 4, 0x100, w + 28, "granularity code is 256; it must be 0 to 6"},
      {w + 28, 4, 2, w + 25,
       "arithmetic is XOR; that takes a CXIMS of granularity code 2 with 1 map(s), and there is "
       "none"},
      {cxims_at + 7, 1, 0, cxims_at + 7, "its CXIMS has 0 map(s); 2 ways need 1"},
      {cxims_at + 8, 8, 0x404200, w,
       "XOR map 0 (0x404200) has bit 9 as its lowest set bit; it must be one of the window's "
       "interleave bits, 8 to 8"},
      {cxims_at + 8, 8, 0, w, "XOR map 0 is 0; its lowest set bit must be one of bits 8 to 8"},
  };
  for (const BrokenField& field : fields) {
    SCOPED_TRACE(field.text);
    Bytes bytes = good;
    put_le(bytes, field.at, field.size, field.value);
    fix_checksum(bytes);
    const CedtReading reading = read_good(bytes);
    EXPECT_EQ(reading.cedt.host_bridges, cedt.host_bridges);
    EXPECT_EQ(reading.cedt.windows,
              (std::vector<FixedMemoryWindow>{cedt.windows[0], cedt.windows[2]}));
    ASSERT_EQ(reading.notes.size(), 1u);
    EXPECT_EQ(reading.notes[0].offset, field.reported_at);
    EXPECT_EQ(reading.notes[0].text.substr(0, 20), "skipped: window at 0");
    EXPECT_NE(reading.notes[0].text.find(field.text), std::string::npos) << reading.notes[0].text;
  }
}

TEST(Cedt, AnIllegalGranularityFailsOneWayToo) {
  Cedt cedt = three_windows();
  cedt.windows[0].interleave = Interleave();
  cedt.windows[0].targets = {7};
  Bytes bytes = write_cedt(cedt);
  bytes[first_window_at + 28] = 7;
  fix_checksum(bytes);
  EXPECT_EQ(read_good(bytes).cedt.windows.size(), 2u);
}

TEST(Cedt, XorOfThreeWaysTakesNoMaps) {
  Cedt cedt = three_windows();
  cedt.windows[1].interleave = *Interleave::from_values(3, 256);
  cedt.windows[1].size = 3 * hdm_quantum;
  cedt.windows[1].targets = {1, 2, 3};
  const Bytes bytes = write_cedt(cedt);
  EXPECT_EQ(bytes.size(), cxims_at + 4);  // one target more and no CXIMS
  const CedtReading reading = read_good(bytes);
  EXPECT_EQ(reading.cedt.windows.at(1), as_read(cedt.windows[1]));
  EXPECT_TRUE(reading.notes.empty());
}

TEST(Cedt, AnIllegalCximsIsSkipped) {
  Bytes bytes = write_cedt(three_windows());
  bytes[cxims_at + 6] = 9;
  fix_checksum(bytes);
  const CedtReading reading = read_good(bytes);
  ASSERT_EQ(reading.notes.size(), 2u);
  EXPECT_EQ(reading.notes[0].offset, second_window_at + 25);
  EXPECT_EQ(reading.notes[1].offset, cxims_at + 6);
  EXPECT_EQ(reading.cedt.windows.size(), 2u);
}

TEST(Cedt, AnUnknownHostBridgeVersionIsSkipped) {
  Bytes bytes = write_cedt(three_windows());
  bytes[bridge_at + 8] = 2;
  fix_checksum(bytes);
  const CedtReading reading = read_good(bytes);
  EXPECT_TRUE(reading.cedt.host_bridges.empty());
  EXPECT_EQ(reading.cedt.windows.size(), 3u);
  ASSERT_EQ(reading.notes.size(), 1u);
  EXPECT_EQ(reading.notes[0].offset, bridge_at + 8);
}

TEST(Cedt, ALongerWindowIsAcceptedWithANote) {
  const Cedt cedt = three_windows();
  Bytes bytes = write_cedt(cedt);
  bytes.insert(bytes.begin() + third_window_at, 4, 0xEE);
  bytes[second_window_at + 2] = 48;
  fix_header(bytes);
  const CedtReading reading = read_good(bytes);
  EXPECT_EQ(reading.cedt.windows, cedt.windows);
  ASSERT_EQ(reading.notes.size(), 1u);
  EXPECT_EQ(reading.notes[0].offset, second_window_at + 2);
}

TEST(Cedt, UnknownRecordsAreSkipped) {
  const Cedt cedt = three_windows();
  Bytes bytes = write_cedt(cedt);
  const Bytes unknown = {3, 0, 7, 0, 1, 2, 3};
  bytes.insert(bytes.begin() + second_window_at, unknown.begin(), unknown.end());
  bytes.insert(bytes.end(), {0xFF, 0, 4, 0});
  fix_header(bytes);
  const CedtReading reading = read_good(bytes);
  EXPECT_EQ(reading.cedt.host_bridges, cedt.host_bridges);
  EXPECT_EQ(reading.cedt.windows, cedt.windows);
  EXPECT_TRUE(reading.notes.empty());
}

TEST(Cedt, RecordsMayComeInAnyOrder) {
  const Cedt cedt = three_windows();
  Bytes bytes = write_cedt(cedt);
  std::rotate(bytes.begin() + bridge_at, bytes.begin() + cxims_at, bytes.end());
  EXPECT_EQ(read_good(bytes).cedt.windows, cedt.windows);
}

TEST(Cedt, AWrongRecordLengthIsDamage) {
  const Bytes good = write_cedt(three_windows());
  const BrokenField fields[] = {
      {bridge_at + 2, 2, 0, bridge_at + 2, "record of type 0 has length 0; it takes 32"},
      {bridge_at + 2, 2, 31, bridge_at + 2, "record of type 0 has length 31; it takes 32"},
      {bridge_at + 2, 2, 0xFFFF, bridge_at + 2,
       "record of type 0 has length 65535; 188 bytes are left in the table"},
      {first_window_at + 2, 2, 35, first_window_at + 2,
       "record of type 1 has length 35; it takes 36"},
      {cxims_at + 2, 2, 7, cxims_at + 2, "record of type 2 has length 7; it takes 8"},
      {cxims_at + 7, 1, 2, cxims_at + 2, "record of type 2 has length 16; it takes 24"},
      {cxims_at + 2, 2, 17, cxims_at + 2,
       "record of type 2 has length 17; 16 bytes are left in the table"},
      {cxims_at, 4, 0x00030009, cxims_at + 2, "record of type 9 has length 3; it takes 4"},
  };
  for (const BrokenField& field : fields) {
    SCOPED_TRACE(field.text);
    Bytes bytes = good;
    put_le(bytes, field.at, field.size, field.value);
    fix_checksum(bytes);
    const CedtFinding damage = read_damaged(bytes);
    EXPECT_EQ(damage.offset, field.reported_at);
    EXPECT_EQ(damage.text, field.text);
  }
}

TEST(Cedt, AWrongHeaderIsDamage) {
  const Bytes good = write_cedt(three_windows());
  Bytes bytes = good;
  bytes[0] = 'c';
  EXPECT_EQ(read_damaged(bytes).offset, 0u);
  EXPECT_EQ(read_damaged(bytes).text,
            "the signature is 63 45 44 54; it must be 43 45 44 54 (\"CEDT\")");
  bytes = good;
  bytes.push_back(0);
  EXPECT_EQ(read_damaged(bytes).offset, 4u);
  EXPECT_EQ(read_damaged(bytes).text, "the table's length is 224; 225 bytes are there");
  bytes = good;
  bytes[20] += 3;
  EXPECT_EQ(read_damaged(bytes).offset, checksum_at);
}

TEST(Cedt, TheChecksumFindingNamesTheRightOne) {
  Bytes bytes = write_cedt(three_windows());
  const unsigned right = bytes[checksum_at];
  bytes[checksum_at] ^= 0xFF;
  char tail[8];
  std::snprintf(tail, sizeof tail, "0x%02x", right);
  const std::string text = read_damaged(bytes).text;
  EXPECT_EQ(text.substr(text.size() - 4), tail);
}

TEST(Cedt, TruncationAtAnyByteIsDamage) {
  const Bytes good = write_cedt(three_windows());
  for (std::size_t size = 0; size < good.size(); ++size) {
    read_damaged(Bytes(good.begin(), good.begin() + size));
  }
}

// With a header that fits, only a cut between records leaves a table, one with fewer of them.
TEST(Cedt, TruncationInsideARecordIsDamageWhateverTheHeaderSays) {
  const Bytes good = write_cedt(three_windows());
  for (std::size_t size = 36; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    Bytes bytes(good.begin(), good.begin() + size);
    fix_header(bytes);
    if (size == bridge_at || size == first_window_at || size == second_window_at ||
        size == third_window_at || size == cxims_at) {
      EXPECT_LT(read_good(bytes).cedt.windows.size(), 3u);
    } else {
      EXPECT_GE(read_damaged(bytes).offset, 36u);
    }
  }
}

TEST(Cedt, CorruptionOfAnyByteIsDamage) {
  const Bytes good = write_cedt(three_windows());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned flip = 1; flip < 256; ++flip) {
      Bytes bytes = good;
      bytes[at] ^= static_cast<std::uint8_t>(flip);
      ASSERT_TRUE(std::holds_alternative<CedtFinding>(read_cedt(bytes))) << at << " ^ " << flip;
    }
  }
}

TEST(Cedt, CorruptionUnderARightChecksumNeverYieldsAnIllegalWindow) {
  const Bytes good = write_cedt(three_windows());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned flip = 1; flip < 256; ++flip) {
      Bytes bytes = good;
      bytes[at] ^= static_cast<std::uint8_t>(flip);
      fix_checksum(bytes);
      const auto result = read_cedt(bytes);
      if (const auto* reading = std::get_if<CedtReading>(&result)) {
        for (const auto& window : reading->cedt.windows) {
          ASSERT_TRUE(window.violations().empty()) << at << " ^ " << flip;
        }
      } else {
        ASSERT_LT(std::get<CedtFinding>(result).offset, good.size()) << at << " ^ " << flip;
      }
    }
  }
}

TEST(Cedt, RandomCorruptionNeverCrashes) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = write_cedt(three_windows());
    for (int k = 0; k < 4; ++k) {
      bytes[36 + random() % (bytes.size() - 36)] = static_cast<std::uint8_t>(random());
    }
    fix_checksum(bytes);
    read_cedt(bytes);
  }
}

}  // namespace
}  // namespace cxlpool::address
