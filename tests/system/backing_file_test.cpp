// SPDX-License-Identifier: Apache-2.0
// A backing file is the device's media: words put there from outside, at the places that a device's
// decoder gives them, are what the simulated host reads, and what it writes is in the file.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/run_program.h"
#include "traffic/data.h"

namespace cxlpool::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t window_base = 0x1'0000'0000;
constexpr std::uint64_t device_bytes = std::uint64_t{256} << 20;

/// One set of 256 MiB devices, each with its file.
struct Set {
  const char* name;
  unsigned ways;
  std::uint64_t granularity;

  std::uint64_t bytes() const { return ways * device_bytes; }
};

void PrintTo(const Set& set, std::ostream* out) { *out << set.ways << " x " << set.granularity; }

std::string platform(const Set& set, bool seeded, std::uint64_t words) {
  const std::string ways = std::to_string(set.ways);
  std::string devices;
  for (unsigned i = 0; i < set.ways; ++i) {
    devices += (i == 0 ? "mem" : ", mem") + std::to_string(i);
  }
  return "version: 1\nhosts:\n  - name: h0\n    windows: [{base: 0x1_0000_0000, size: " +
         std::to_string(set.bytes()) +
         ", targets: [hb0], granularity: " + std::to_string(set.granularity) +
         "}]\n    bridges: [{name: hb0, root_ports: " + ways +
         "}]\ndevices:\n  - {name: 'mem{i}', repeat: " + ways +
         ", at: 'h0.hb0.rp{i}', persistent: 256MiB, backing: 'mem{i}.media'}\n"
         "regions: [{name: r0, host: h0, mode: pmem, devices: [" +
         devices + "]}]\ntraffic: [{host: h0, region: r0, pattern: interleaved, seeded: " +
         (seeded ? "true" : "false") + ", requests: " + std::to_string(words * (seeded ? 1 : 2)) +
         ", outstanding: 4}]\n";
}

/// Makes the devices' files as the interleave rule says, with no help from the model: granule k of
/// the set is granule k / ways of device k mod ways.
void write_media(const TempDir& folder, const std::string& prefix, const Set& set,
                 std::uint64_t words) {
  std::vector<std::ofstream> files;
  for (unsigned i = 0; i < set.ways; ++i) {
    const std::string path = folder.write(prefix + std::to_string(i) + ".media", "");
    std::filesystem::resize_file(path, device_bytes);
    files.emplace_back(path, std::ios::binary | std::ios::in | std::ios::out);
  }
  for (std::uint64_t k = 0; k < words; ++k) {
    std::uint8_t bytes[8];
    traffic::store_word(bytes, traffic::unique_word(window_base + k * set.granularity));
    std::ofstream& file = files[k % set.ways];
    file.seekp(static_cast<std::streamoff>(k / set.ways * set.granularity));
    file.write(reinterpret_cast<const char*>(bytes), sizeof bytes);
  }
  for (std::ofstream& file : files) ASSERT_TRUE(file.flush());
}

class BackingFile : public ::testing::TestWithParam<Set> {
 protected:
  static constexpr std::uint64_t words = 4'000;
  TempDir folder_;
};

TEST_P(BackingFile, SimulatedReadsFindWhatWasPutThere) {
  write_media(folder_, "mem", GetParam(), words);
  const std::string pool = folder_.write("pool.yaml", platform(GetParam(), true, words));
  const Outcome run = cxlpool({"run", pool});
  EXPECT_EQ(run.exit_status, 0) << run.out << run.err;
}

TEST_P(BackingFile, SimulatedReadsNoticeOneWrongByte) {
  write_media(folder_, "mem", GetParam(), words);
  std::fstream file(folder_.path("mem0.media"), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(3 * GetParam().granularity + 5));
  const char was = static_cast<char>(file.peek());
  file.put(static_cast<char>(was ^ 1));
  file.close();
  const std::string pool = folder_.write("pool.yaml", platform(GetParam(), true, words));
  const Outcome run = cxlpool({"run", pool});
  EXPECT_EQ(run.exit_status, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("expected the word"));
}

TEST_P(BackingFile, SimulatedWritesAreInTheFile) {
  const std::string pool = folder_.write("pool.yaml", platform(GetParam(), false, words));
  const Outcome run = cxlpool({"run", pool});
  ASSERT_EQ(run.exit_status, 0) << run.out << run.err;
  write_media(folder_, "expected", GetParam(), words);
  for (unsigned i = 0; i < GetParam().ways; ++i) {
    const std::string name = std::to_string(i) + ".media";
    const Outcome same = run_program(
        {"cmp", "--bytes=32MiB", folder_.path("mem" + name), folder_.path("expected" + name)});
    EXPECT_EQ(same.exit_status, 0) << same.out << same.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, BackingFile,
                         ::testing::Values(Set{"alone", 1, 256}, Set{"two_ways", 2, 256},
                                           Set{"four_ways", 4, 4096}),
                         [](const auto& info) { return info.param.name; });

TEST(BackingFileOfAPlatform, IsNotTouchedByLookingAtIt) {
  const TempDir folder;
  const std::string pool = folder.write("pool.yaml", platform({"", 1, 256}, false, 100));
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"check", pool}, std::vector<std::string>{"list", pool},
        std::vector<std::string>{"explain", pool, "--hpa", "0x100000000"}}) {
    EXPECT_EQ(cxlpool(command).exit_status, 0) << command[0];
    EXPECT_FALSE(std::filesystem::exists(folder.path("mem0.media"))) << command[0];
  }
}

TEST(BackingFileOfAPlatform, OfAnotherSizeIsRefused) {
  const TempDir folder;
  const std::string pool = folder.write("pool.yaml", platform({"", 1, 256}, false, 100));
  folder.write("mem0.media", "not yours");
  const Outcome run = cxlpool({"run", pool});
  EXPECT_EQ(run.exit_status, 2);
  EXPECT_THAT(run.err, HasSubstr("mem0.media: expected a backing file of 268435456 bytes"));
  EXPECT_EQ(read_file(folder.path("mem0.media")), "not yours");
}

TEST(BackingFileOfTwoRuns, KeepsWhatTheFirstOneLeft) {
  const TempDir folder;
  const Set set{"", 1, 256};
  const std::string pool = folder.write("pool.yaml", platform(set, false, 100));
  ASSERT_EQ(cxlpool({"run", pool}).exit_status, 0);
  const Outcome again =
      cxlpool({"run", pool, "--set", "traffic[0].seeded=true", "--set", "traffic[0].requests=100"});
  EXPECT_EQ(again.exit_status, 0) << again.out << again.err;
}

}  // namespace
}  // namespace cxlpool::testing
