// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/media.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace cxlpool::fabric {
namespace {

constexpr std::uint64_t MiB = 1ull << 20;
constexpr std::uint64_t GiB = 1ull << 30;
constexpr std::uint64_t TiB = 1ull << 40;

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::vector<std::uint8_t> read(const Media& media, std::uint64_t dpa, std::size_t length) {
  std::vector<std::uint8_t> data(length, 0xEE);
  media.read(dpa, data.data(), length);
  return data;
}

void write(Media& media, std::uint64_t dpa, const std::vector<std::uint8_t>& data) {
  media.write(dpa, data.data(), data.size());
}

bool is_zero(const std::vector<std::uint8_t>& data) {
  return std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte == 0; });
}

class BackingFile : public testing::Test {
 protected:
  BackingFile() {
    std::string name = (std::filesystem::temp_directory_path() / "media_test_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~BackingFile() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name = "media") const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

/// The message of the refusal; empty when the file was taken.
std::string refusal(const std::string& path, std::uint64_t capacity = MiB) {
  try {
    Media media(capacity, path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST(Media, ReadsZeroWhereNobodyWrote) {
  const Media media(2 * GiB);
  EXPECT_TRUE(is_zero(read(media, 0, 4096)));
  EXPECT_TRUE(is_zero(read(media, GiB - 100, 200)));
  EXPECT_TRUE(is_zero(read(media, 2 * GiB - 64, 64)));
}

TEST(Media, SixteenDevicesOfOneTiBCostNextToNothing) {
  const std::uint64_t before = resident_bytes();
  std::vector<std::unique_ptr<Media>> media;
  for (unsigned i = 0; i < 16; ++i) media.push_back(std::make_unique<Media>(TiB));
  for (auto& one : media) {
    for (std::uint64_t dpa = 0; dpa < TiB; dpa += TiB / 16) write(*one, dpa, {1});
    EXPECT_TRUE(is_zero(read(*one, TiB - 4096, 4096)));
  }
  EXPECT_LT(resident_bytes() - before, 8 * MiB);
}

TEST(Media, AccessOverAChunkEdgeIsOneAccess) {
  Media media(2 * GiB);
  std::vector<std::uint8_t> data(5000);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7 + 1);
  write(media, GiB - 2500, data);
  EXPECT_EQ(read(media, GiB - 2500, 5000), data);
  EXPECT_EQ(*media.pointer(GiB - 1), data[2499]);
  EXPECT_EQ(*media.pointer(GiB), data[2500]);
  EXPECT_EQ(media.last_of_chunk(5), GiB - 1);
  EXPECT_EQ(media.first_of_chunk(GiB + 5), GiB);
  EXPECT_EQ(media.last_of_chunk(GiB + 5), 2 * GiB - 1);
}

TEST(Media, LastChunkEndsAtTheCapacity) {
  Media media(GiB + 512 * MiB);
  write(media, GiB + 512 * MiB - 8, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(read(media, GiB + 512 * MiB - 1, 1)[0], 8);
  EXPECT_EQ(media.last_of_chunk(GiB), GiB + 512 * MiB - 1);
}

/// Fills [0, 3 pages) around `dpa`, clears a part, and compares byte by byte.
void expect_exact_clear(Media& media, std::uint64_t dpa, std::uint64_t begin,
                        std::uint64_t length) {
  constexpr std::uint64_t span = 5 * 4096;
  write(media, dpa, std::vector<std::uint8_t>(span, 0xAB));
  media.clear(dpa + begin, length);
  const auto got = read(media, dpa, span);
  for (std::uint64_t i = 0; i < span; ++i) {
    const bool cleared = i >= begin && i - begin < length;
    ASSERT_EQ(got[i], cleared ? 0 : 0xAB) << i << " of [" << begin << ", +" << length << ")";
  }
}

void expect_exact_clears(Media& media, std::uint64_t dpa) {
  for (std::uint64_t begin : {0, 1, 100, 4095, 4096, 4097}) {
    for (std::uint64_t length : {0, 1, 100, 4096, 5000, 8192, 12000}) {
      ASSERT_NO_FATAL_FAILURE(expect_exact_clear(media, dpa, begin, length));
    }
  }
}

TEST(Media, ClearIsExactToTheByte) {
  Media media(2 * GiB);
  expect_exact_clears(media, 0);
  expect_exact_clears(media, GiB - 8192);
}

TEST(Media, ClearGivesMemoryBack) {
  Media media(GiB);
  write(media, 0, std::vector<std::uint8_t>(64 * MiB, 1));
  const std::uint64_t before = resident_bytes();
  media.clear(0, GiB);
  EXPECT_LT(resident_bytes() + 48 * MiB, before);
  EXPECT_TRUE(is_zero(read(media, 0, 64 * MiB)));
}

TEST_F(BackingFile, WhatIsWrittenHereIsReadFromTheFile) {
  Media media(2 * GiB, path());
  write(media, GiB + 10, {1, 2, 3});
  const int file = ::open(path().c_str(), O_RDONLY);
  std::uint8_t got[3] = {};
  EXPECT_EQ(::pread(file, got, 3, GiB + 10), 3);
  EXPECT_EQ(got[2], 3);
  ::close(file);
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), 2 * GiB);
  EXPECT_LT(static_cast<std::uint64_t>(status.st_blocks) * 512, MiB);  // sparse
}

TEST_F(BackingFile, WhatIsWrittenToTheFileIsReadHere) {
  Media media(2 * GiB, path());
  EXPECT_TRUE(is_zero(read(media, GiB, 64)));
  const int file = ::open(path().c_str(), O_WRONLY);
  EXPECT_EQ(::pwrite(file, "abc", 3, GiB), 3);
  EXPECT_EQ(read(media, GiB, 3), (std::vector<std::uint8_t>{'a', 'b', 'c'}));
  EXPECT_EQ(::pwrite(file, "xyz", 3, 100), 3);  // in a chunk that nobody touched
  EXPECT_EQ(read(media, 100, 3), (std::vector<std::uint8_t>{'x', 'y', 'z'}));
  ::close(file);
}

TEST_F(BackingFile, KeepsItsContentsFromOneRunToTheNext) {
  { Media(MiB, path()).write(5, reinterpret_cast<const std::uint8_t*>("hi"), 2); }
  Media again(MiB, path());
  EXPECT_EQ(read(again, 5, 2), (std::vector<std::uint8_t>{'h', 'i'}));
}

TEST_F(BackingFile, OfAnotherLengthThanTheDeviceIsRefusedAndStaysAsItIs) {
  for (const std::uint64_t length : {std::uint64_t{1}, MiB - 1, MiB + 1, 3 * MiB}) {
    std::ofstream(path()) << std::string(length, 'q');
    const std::string text = refusal(path());
    EXPECT_NE(text.find("expected a backing file of 1048576 bytes"), std::string::npos) << text;
    EXPECT_NE(text.find("got " + std::to_string(length) + " bytes"), std::string::npos) << text;
    EXPECT_EQ(std::filesystem::file_size(path()), length);
  }
}

TEST_F(BackingFile, OneThatIsOnlyReadMustHaveItsLength) {
  for (const std::uint64_t length : {std::uint64_t{0}, MiB - 1}) {
    std::ofstream(path()) << std::string(length, 'q');
    try {
      fabric::MemoryBackend(MiB, path(), true);
      ADD_FAILURE() << length;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), path() +
                                  ": expected a backing file of 1048576 bytes, as the device has, "
                                  "since one that is only read cannot grow, got " +
                                  std::to_string(length) + " bytes");
    }
    EXPECT_EQ(std::filesystem::file_size(path()), length);
  }
}

TEST_F(BackingFile, EmptyFileBecomesAsLongAsTheDevice) {
  std::ofstream(path()) << "";
  Media media(MiB, path());
  EXPECT_EQ(std::filesystem::file_size(path()), MiB);
}

TEST_F(BackingFile, ClearIsExactToTheByte) {
  Media media(2 * GiB, path());
  expect_exact_clears(media, 0);
  expect_exact_clears(media, GiB - 8192);
}

TEST_F(BackingFile, ClearingASparseFileNeitherFillsItNorTakesLong) {
  Media media(64 * GiB, path());
  write(media, 5 * GiB, std::vector<std::uint8_t>(MiB, 1));
  media.clear(0, 64 * GiB);
  EXPECT_TRUE(is_zero(read(media, 5 * GiB, MiB)));
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_LT(static_cast<std::uint64_t>(status.st_blocks) * 512, 2 * MiB);
}

TEST_F(BackingFile, ShortenedBeforeMoreOfItIsMappedIsRefusedByName) {
  Media media(2 * GiB, path());
  write(media, 0, {1});
  ASSERT_EQ(::truncate(path().c_str(), 4096), 0);
  try {
    write(media, GiB, {1});
    FAIL() << "mapped what is not there";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(path()), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("shortened"), std::string::npos) << error.what();
  }
}

using BackingFileDeath = BackingFile;

TEST_F(BackingFileDeath, ShortenedInUseEndsAProgramWithItsName) {
  const auto use = [&](bool as_backend) {
    explain_shortened_files();
    if (as_backend) {
      const MemoryBackend backend(MiB, path());
      Media media(GiB);
      media.map(4096, backend);
      write(media, 4096, {1});
      ::truncate(path().c_str(), 0);
      read(media, 4096, 1);
    } else {
      Media media(MiB, path());
      write(media, 0, {1});
      ::truncate(path().c_str(), 0);
      read(media, 0, 1);
    }
  };
  const std::string text = "cxlpool: " + path() + ": the backing file was shortened, or its";
  EXPECT_EXIT(use(false), testing::ExitedWithCode(2), text);
  std::filesystem::remove(path());
  EXPECT_EXIT(use(true), testing::ExitedWithCode(2), text);
}

TEST_F(BackingFileDeath, AnotherBusErrorIsWhatItWas) {
  EXPECT_EXIT(
      {
        ::signal(SIGBUS, SIG_DFL);  // a sanitizer may have it
        const Media media(MiB, path());
        explain_shortened_files();
        ::raise(SIGBUS);
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(BackingFileDeath, AnotherBusErrorGoesToWhoeverHadItBefore) {
  EXPECT_EXIT(
      {
        ::signal(SIGBUS, [](int) { ::_exit(7); });
        const Media media(MiB, path());
        explain_shortened_files();
        explain_shortened_files();
        ::raise(SIGBUS);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(BackingFile, BackendsKeepNoFileDescriptors) {
  const rlimit limit{40, 40};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  Media media(GiB);
  std::vector<std::unique_ptr<MemoryBackend>> backends;
  for (unsigned i = 0; i < 100; ++i) {
    const std::string file = i % 2 == 0 ? std::string() : path(std::to_string(i).c_str());
    backends.push_back(std::make_unique<MemoryBackend>(4096, file));
    media.map(i * 8192, *backends.back());
    write(media, i * 8192, {static_cast<std::uint8_t>(i + 1)});
  }
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_EQ(read(media, i * 8192, 1)[0], i + 1);
    media.unmap(i * 8192, 4096);
    EXPECT_TRUE(is_zero(read(media, i * 8192, 4096)));
  }
  media.map(0, *backends[7]);
  EXPECT_EQ(read(media, 0, 1)[0], 8) << "what a backend holds outlives its mappings";
}

TEST_F(BackingFile, BackendOverTheEdgeOfAChunkIsOne) {
  const MemoryBackend backend(MiB);
  Media media(2 * GiB);
  media.map(GiB - MiB / 2, backend);
  std::vector<std::uint8_t> data(MiB);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i / 4096 + 1);
  write(media, GiB - MiB / 2, data);
  media.unmap(GiB - MiB / 2, MiB);
  media.map(0, backend);
  EXPECT_EQ(read(media, 0, MiB), data);
}

TEST_F(BackingFile, DirectoryIsRefusedByName) {
  const std::string text = refusal(folder_.string());
  EXPECT_NE(text.find(folder_.string()), std::string::npos) << text;
  EXPECT_NE(text.find("directory"), std::string::npos) << text;
}

TEST_F(BackingFile, MissingFolderIsRefused) {
  EXPECT_NE(refusal(path("no/such")).find("No such file"), std::string::npos);
}

TEST_F(BackingFile, WhatIsNoPlainFileIsRefused) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_NE(refusal(path("pipe")).find("plain file"), std::string::npos);
  EXPECT_NE(refusal("/dev/null").find("plain file"), std::string::npos);
}

TEST_F(BackingFile, FileThatCannotBecomeSoLongIsRefused) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{MiB, RLIM_INFINITY};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string text = refusal(path(), GiB);
  EXPECT_NE(text.find("as large as the device"), std::string::npos) << text;
}

TEST_F(BackingFile, ReadOnlyFileAndForeignFolderAreRefused) {
  std::ofstream(path()) << "data";
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  const uid_t user = ::geteuid();
  if (user == 0) {  // root may do everything
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::string read_only = refusal(path());
  const std::string no_room = refusal(path("new"));
  if (user == 0) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ::chmod(folder_.c_str(), 0755);
  EXPECT_NE(read_only.find("Permission denied"), std::string::npos) << read_only;
  EXPECT_NE(no_room.find("Permission denied"), std::string::npos) << no_room;
}

}  // namespace
}  // namespace cxlpool::fabric
