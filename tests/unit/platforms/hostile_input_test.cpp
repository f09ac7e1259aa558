// SPDX-License-Identifier: Apache-2.0
// Whatever a file holds, reading it gives a platform or an InputError, soon.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platforms/document.h"
#include "platforms/text_check.h"
#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

/// error_of() for texts too large to be printed by an assertion.
std::string repeated(const std::string& head, const std::string& unit, std::size_t bytes) {
  std::string text = head;
  while (text.size() + unit.size() <= bytes) text += unit;
  return text;
}

TEST(HostileInput, TextThatIsNoTextIsRefusedAtItsPlace) {
  EXPECT_EQ(error_of(""), "pool.yaml: expected a mapping with keys such as version, got nothing");
  EXPECT_EQ(error_of("# nothing\n"),
            "pool.yaml: expected a mapping with keys such as version, got nothing");
  EXPECT_EQ(error_of(std::string("version: 1\nhosts\0", 17)),
            "pool.yaml:2:6: expected UTF-8 text, got byte 0x00");
  // yaml-cpp takes this one for the end of the file.
  EXPECT_EQ(error_of("version: 1\n\x04"), "pool.yaml:2:1: expected UTF-8 text, got byte 0x04");
  EXPECT_EQ(error_of("\x7F"
                     "ELF"),
            "pool.yaml:1:1: expected UTF-8 text, got byte 0x7f");
  EXPECT_EQ(error_of("\xFF\xFEv\0"), "pool.yaml:1:1: expected UTF-8 text, got byte 0xff");
  EXPECT_EQ(error_of("version: \"\\0\"\n"),
            "pool.yaml:1:10: version: a control character in a scalar");
}

TEST(HostileInput, MalformedUtf8IsFound) {
  EXPECT_FALSE(find_text_flaw("a\tb\r\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_TRUE(find_text_flaw(bad));
  }
}

TEST(HostileInput, AHugeFileIsRefusedUnread) {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("cxlpool-" + std::to_string(getpid()) + ".yaml"))
          .string();
  std::fclose(std::fopen(file.c_str(), "w"));
  std::filesystem::resize_file(file, 1ull << 30);  // sparse
  std::string what;
  try {
    read_platform(file);
  } catch (const InputError& error) {
    what = error.message();
  }
  std::filesystem::remove(file);
  EXPECT_EQ(what, "is 1073741824 bytes; a platform is at most 16MiB");
}

TEST(HostileInput, AnAliasBombIsRefusedAtTheFirstAnchor) {
  EXPECT_EQ(error_of("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"),
            "pool.yaml:1:4: a: anchors (&name) are not allowed; write the value out");
}

TEST(HostileInput, DeepNestingIsRefused) {
  EXPECT_NE(error_of(repeated("version: ", "[", 1'000) + std::string(991, ']'))
                .find("nested more than 32 levels deep"),
            std::string::npos);
  EXPECT_NE(error_of(repeated("", "- ", 1'000)).find("nested more than 32 levels deep"),
            std::string::npos);
}

TEST(HostileInput, ExpansionIsBounded) {
  EXPECT_EQ(error_of("version: 1\nhosts:\n- {name: \"h{i}\", bridges: [], repeat: 65537}\n"),
            "pool.yaml:3:39: hosts[0].repeat: expected 1 to 65536, got 65537");
  EXPECT_EQ(error_of("version: 1\nhosts:\n- {name: \"h{i}\", bridges: [], repeat: 0}\n"),
            "pool.yaml:3:39: hosts[0].repeat: expected 1 to 65536, got 0");
  EXPECT_EQ(error_of("version: 1\nhosts:\n"
                     "- {name: \"h{i}\", bridges: [{name: b, root_ports: 256}], repeat: 65536}\n"),
            "pool.yaml:3:50: hosts[0, i=254].bridges[0].root_ports: more than 65536 entries in the "
            "whole platform, repeats counted");
}

TEST(HostileInput, LongListsAndTextsAreRefused) {
  EXPECT_EQ(error_of(repeated("version: 1\nhosts:\n- name: ", "x", 400) + "\n  bridges: []\n"),
            "pool.yaml:3:9: hosts[0].name: expected at most 256 characters, got 374");
  EXPECT_EQ(error_of(repeated("version: ", "x", 5'000)),
            "pool.yaml:1:10: version: a scalar of 4991 characters; at most 4096 are allowed");
  EXPECT_EQ(error_of("version: 1\nhosts: []\nregions: [{name: r, host: h, devices: [" +
                     repeated("", "d,", 200) + "]}]\n"),
            "pool.yaml:3:39: regions[0].devices: expected at most 64 items, got 100");
}

TEST(HostileInput, AByteOrderMarkIsNamed) {
  EXPECT_EQ(error_of("\xEF\xBB\xBFversion: 1\n"),
            "pool.yaml:1:1: expected plain UTF-8, got a byte order mark first");
}

TEST(HostileInput, PrintableEscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1B[2J\xFF\n\xC2\x9B\xC3\xA9"), "a\\x1b[2J\\xff\\x0a\\xc2\\x9b\xC3\xA9");
  EXPECT_EQ(printable("a\nb", true), "a\nb");
}

TEST(HostileInput, EveryTextOfTheLargestSizeIsRefused) {
  // One for each way to be stopped: by scanning ahead, by depth, by number, by form. A text that is
  // not stopped early takes longer than ctest's TIMEOUT.
  const std::pair<const char*, const char*> texts[] = {
      {"", "["}, {"", "- "}, {"", "- a\n"}, {"", "#"}, {"\"", "\n"}, {"", "---\n"}, {"", "? "}};
  for (const auto& [head, unit] : texts) {
    const std::string text = repeated(head, unit, max_document_bytes);
    const std::string error = error_of(text);
    EXPECT_EQ(error.substr(0, 9), "pool.yaml") << head << " + " << unit;
    EXPECT_LT(error.size(), 600u);
  }
}

TEST(HostileInput, AFileCutOffAnywhereNeverCrashes) {
  for (const char* name : {"small.yaml", "everything.yaml"}) {
    const std::string text = slurp(fixture(name));
    ASSERT_EQ(error_of(text), "(no error)");
    for (std::size_t length = 0; length < text.size(); ++length) {
      error_of(std::string_view(text).substr(0, length));
    }
  }
}

TEST(HostileInput, AFileWithAnyByteReplacedNeverCrashes) {
  const std::string good = slurp(fixture("small.yaml"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char byte : std::string("\0\x04\xFF\n\t [{}]:-?&*!|>'\"%@`#,0x~", 29)) {
      std::string text = good;
      text[at] = byte;
      error_of(text);
    }
  }
}

RC_GTEST_PROP(HostileInput, PiecesOfAGoodFileInAnyOrderNeverCrash, ()) {
  static const std::string good = slurp(fixture("everything.yaml"));
  const auto cuts =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, good.size()));
  std::string text;
  for (const std::size_t cut : cuts) text += good.substr(cut, cut % 97);
  error_of(text);
}

RC_GTEST_PROP(HostileInput, GarbageNeverCrashes, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::elementOf(std::string("[]{}:-?&*!|>'\"%@`#,\n \tab01~.<=")),
                     rc::gen::arbitrary<char>()));
  error_of(text);
  error_of("version: 1\nhosts:\n" + text);
  error_of(slurp(fixture("small.yaml")), {text, "seed=" + text, text + "=1"});
}

}  // namespace
}  // namespace cxlpool::platforms
