// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "files.h"

namespace cxlpool::traffic::test {
namespace {

const std::vector<std::string> text_samples = {
    "op,address,size,host,byte_enables\nread,0x40,64,1,all\nwrite,128,8,,alternate\n",
    "op,address,size,host,status,device,dpa\nread,0x40,64,1,ok,2,0x80\n",
    "op,address,size,host,status,issued_ps,answered_ps\nread,0x40,64,1,ok,5,7\n",
    "==1== x\nI  0401ab70,3\n S 1fff000708,8\n M 0421e1a8,4\n",
    "LD 0x1a40\nST 128\n",
    "# c\n31: (4) write 0x400160 0x00112233\n(2): read 0x400180\n",
};

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(HostileTrace, TextCutAtAnyByteIsAnErrorOrShorterButNeverMore) {
  const TemporaryFolder folder;
  for (const std::string& text : text_samples) {
    const std::size_t whole = read_all(folder.file("whole", text)).size();
    for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
      const std::string path = folder.file("cut", text.substr(0, bytes));
      try {
        EXPECT_LE(read_all(path).size(), whole);
      } catch (const TraceError&) {
      }
    }
  }
}

TEST(HostileTrace, CompressedTextCutAtAnyByteIsAnError) {
  const TemporaryFolder folder;
  for (const std::string& text : text_samples) {
    const std::string packed = compressed(text);
    for (std::size_t bytes = 0; bytes < packed.size(); ++bytes) {
      EXPECT_NE(error_of(folder.file("cut", packed.substr(0, bytes))), "no error") << bytes;
    }
  }
}

TEST(HostileTrace, GarbageInAnyFormatIsATraceErrorOrATrace) {
  const TemporaryFolder folder;
  std::vector<std::string> formats = trace_formats();
  formats.emplace_back();
  for (const std::string& format : formats) {
    EXPECT_TRUE(rc::check(format, [&](const std::string& noise) {
      const std::string start = *rc::gen::element<std::string>(
          "",
          "\x89"
          "CXLTRC\n\x01\x01",
          "op,address,size\n", " L 10,8\n", "LD 0\n", "1: read 0\n", "\x28\xB5\x2F\xFD");
      try {
        read_all(folder.file("t", start + noise), format);
      } catch (const TraceError&) {
      }
    }));
  }
}

TEST(HostileTrace, DamagedTextIsATraceErrorOrATrace) {
  const TemporaryFolder folder;
  for (const std::string& text : text_samples) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char value : {'\0', '\n', ',', '9', '-', '\xFF', ' '}) {
        std::string damaged = text;
        damaged[at] = value;
        try {
          read_all(folder.file("t", damaged));
        } catch (const TraceError&) {
        }
      }
    }
  }
}

TEST(HostileTrace, ALineOfAGibibyteFailsFastInBoundedMemory) {
  const TemporaryFolder folder;
  for (const std::string& format : trace_formats()) {
    const std::string path = folder.file("t", "L");
    std::filesystem::resize_file(path, std::uint64_t{1} << 30);  // a hole: takes no disk
    const long before = peak_kib();
    EXPECT_NE(error_of(path, format), "no error") << format;
    EXPECT_LT(peak_kib() - before, 64 * 1024) << format;
  }
  const std::string bomb = compressed("LD 0\n" + std::string(64 << 20, 'x'));
  ASSERT_LT(bomb.size(), 16'384u);
  EXPECT_NE(error_of(folder.file("bomb", bomb)).find("bomb:2: line longer than 65536 bytes"),
            std::string::npos);
}

TEST(HostileTrace, ALineOfTheGreatestLengthIsRead) {
  const TemporaryFolder folder;
  const std::string longest = "LD 64" + std::string(65536 - 5, ' ');
  EXPECT_EQ(read_all(folder.file("t", longest + "\nLD 64\n")).size(), 2u);
  EXPECT_EQ(read_all(folder.file("t", longest)).size(), 1u);
  EXPECT_NE(error_of(folder.file("t", longest + " \n")).find("line longer"), std::string::npos);
}

TEST(HostileTrace, EndlessBlankLinesFail) {
  const TemporaryFolder folder;
  const std::string packed = compressed("LD 0\n" + std::string(4 << 20, '\n'));
  EXPECT_NE(error_of(folder.file("t", packed)).find("blank lines in a row"), std::string::npos);
}

TEST(HostileTrace, ZstdThatAsksForMoreHistoryThanAllowedFails) {
  const TemporaryFolder folder;
  // A frame header with a window of 2^28 bytes, and one raw byte.
  const std::string frame("\x28\xB5\x2F\xFD\x00\x90\x09\x00\x00L", 10);
  EXPECT_NE(error_of(folder.file("t", frame)).find("at most 128 MiB"), std::string::npos);
  const std::string allowed("\x28\xB5\x2F\xFD\x00\x88\x29\x00\x00LD 0\n", 14);
  EXPECT_EQ(read_all(folder.file("t", allowed)).size(), 1u);
}

TEST(HostileTrace, MissingEmptyAndUnreadableFilesAreTraceErrors) {
  const TemporaryFolder folder;
  EXPECT_NE(error_of(folder.path("none")).find("cannot be opened: No such file"),
            std::string::npos);
  EXPECT_NE(error_of(folder.file("empty", "")).find("is empty"), std::string::npos);
  EXPECT_NE(error_of(folder.path(".")).find("expected a regular file, got a directory"),
            std::string::npos);
  EXPECT_NE(error_of("").find("cannot be opened"), std::string::npos);
  EXPECT_NE(error_of("/dev/zero").find("got a device"), std::string::npos);
  EXPECT_NE(error_of(std::string(10'000, 'x')), "no error");
  EXPECT_NE(error_of(folder.file("t", compressed(""))).find("no content"), std::string::npos);
}

TEST(OpenTrace, RefusesAPipeWithoutWaitingForItsWriter) {
  const TemporaryFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(error_of(path), path + ": expected a regular file, got a fifo");
}

TEST(OpenTrace, ReadsALongTraceInBoundedMemory) {
  const TemporaryFolder folder;
  {
    std::ofstream out(folder.path("t"));
    for (int i = 0; i < 2'000'000; ++i) out << "LD " << i * 64 << "\n";
  }
  const long before = peak_kib();
  const auto reader = open_trace(folder.path("t"));
  std::uint64_t count = 0;
  for (TraceRecord record; reader->next(record); ++count) ASSERT_EQ(record.address, 64 * count);
  EXPECT_EQ(count, 2'000'000u);
  EXPECT_LT(peak_kib() - before, 8 * 1024);
}

}  // namespace
}  // namespace cxlpool::traffic::test
