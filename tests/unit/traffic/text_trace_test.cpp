// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "files.h"

namespace cxlpool::traffic::test {
namespace {

constexpr const char* lackey_text =
    "==41== Lackey, an example Valgrind tool\n"
    "==41== \n"
    "--41-- warning: something\n"
    "I  0401ab70,3\n"
    " S 1fff000708,8\n"
    " L 04222cac,16\n"
    " M 0421e1a8,4\n"
    "==41== Exit code:       0\n";

TEST(LackeyTrace, TurnsAModifyIntoAReadThenAWriteAndSkipsInstructions) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t.lackey", lackey_text);
  const std::vector<TraceRecord> expected = {
      access(Op::write, 0x1fff000708, 8), access(Op::read, 0x04222cac, 16),
      access(Op::read, 0x0421e1a8, 4), access(Op::write, 0x0421e1a8, 4)};
  EXPECT_EQ(read_all(path), expected);
  EXPECT_EQ(read_all(path, "lackey"), expected);
}

TEST(LackeyTrace, GivesInstructionsAsReadsWhenAsked) {
  const TemporaryFolder folder;
  TraceOptions options;
  options.instructions = true;
  const auto records = read_all(folder.file("t", lackey_text), "", options);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[0], access(Op::read, 0x0401ab70, 3));
}

TEST(LackeyTrace, RefusesOutputOfTheProgramAmongItsLines) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) { return error_of(folder.file("t", text)); };
  EXPECT_NE(error(" L 1000,8\nhello, world\n").find("t:2: line 'hello, world'"), std::string::npos);
  EXPECT_NE(error(" L 1000,8\n L 1000,0\n").find("0 bytes"), std::string::npos);
  EXPECT_NE(error(" L 1000,8\n L 1000,8000\n").find("8000 bytes"), std::string::npos);
  EXPECT_NE(error(" L 1000,8\n L 1000,8 9\n").find("'8 9' is not"), std::string::npos);
  EXPECT_NE(error(" L 1000,8\n L ,8\n").find("'' is not"), std::string::npos);
  EXPECT_NE(error("I  1000,8\nI  zz,8\n").find("'zz' is not"), std::string::npos)
      << "skipped lines are checked too";
}

TEST(Ramulator2Trace, ReadsLinesOf64Bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t", "LD 0x1a40\nST 128\r\n\nLD 0XFF00\n");
  const std::vector<TraceRecord> expected = {
      access(Op::read, 0x1a40, 64), access(Op::write, 128, 64), access(Op::read, 0xFF00, 64)};
  EXPECT_EQ(read_all(path), expected);
  EXPECT_EQ(read_all(path, "ramulator2"), expected);
}

TEST(Ramulator2Trace, RefusesOtherLines) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) { return error_of(folder.file("t", text)); };
  EXPECT_NE(error("LD 0\nMV 0\n").find("t:2: line 'MV 0'; expected LD ADDRESS"), std::string::npos);
  EXPECT_NE(error("LD 0 1\n").find("expected LD ADDRESS"), std::string::npos);
  EXPECT_NE(error("LD\n").find("expected LD ADDRESS"), std::string::npos);
  EXPECT_NE(error("LD 1a40\n").find("'1a40' is not a number"), std::string::npos);
}

TEST(StlTrace, ReadsAbsoluteAndRelativeCyclesLengthsAndData) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t.stl",
                                       "# a comment\n"
                                       "31:\tread\t0x400140\n"
                                       "33: (4) write 0x400160 0x00112233\n"
                                       "(2): read 400180\n"
                                       "40: write 0x80 0xaabbccddeeff0011\n"
                                       "\n"
                                       "41 : (32) read 0xA0\n");
  const std::vector<TraceRecord> expected = {
      access(Op::read, 0x400140, 64), access(Op::write, 0x400160, 4),
      access(Op::read, 0x400180, 64), access(Op::write, 0x80, 8), access(Op::read, 0xA0, 32)};
  EXPECT_EQ(read_all(path), expected);
  EXPECT_EQ(read_all(path, "stl"), expected);
}

TEST(StlTrace, NamesTheLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto says = [&](const std::string& text, const std::string& part) {
    const std::string message = error_of(folder.file("t.stl", text), "stl");
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says("31 read 0\n", "t.stl:1: line '31 read 0'");
  says("x: read 0\n", "cycle 'x' is not a number");
  says("99999999999999999999: read 0\n", "does not fit 64 bits");
  says("1: fetch 0\n", "command 'fetch'");
  says("1: read\n", "address '' is not a number");
  says("1: (0) read 0x0\n", "0 bytes");
  says("1: (8) write 0x0 0x00\n", "1 bytes of data for an access of 8");
  says("1: write 0x0 0x0\n", "data '0x0'");
  says("1: write 0x0 0xzz\n", "data '0xzz'");
  says("1: write 0x0 0x00 0x00\n", "line '1: write");
}

TEST(OpenTrace, DetectsEveryTextFormatUnderCompressionToo) {
  const TemporaryFolder folder;
  for (const std::string text :
       {"op,address,size\nread,64,64\n", "LD 64\n", "1: read 0x40\n", "\n\n# c\n1: read 0x40\n",
        " L 40,64\n", "==1== x\n L 40,64\n", "I  40,4\n L 40,64"}) {
    const std::vector<TraceRecord> expected = {access(Op::read, 64, 64)};
    EXPECT_EQ(read_all(folder.file("plain", text)), expected) << text;
    EXPECT_EQ(read_all(folder.file("packed", compressed(text))), expected) << text;
    const std::size_t half = text.size() / 2;
    const std::string frames = compressed(text.substr(0, half)) + compressed(text.substr(half));
    EXPECT_EQ(read_all(folder.file("frames", frames)), expected) << text;
  }
}

TEST(OpenTrace, NamesTheNearestFormatForAMisspeltOne) {
  const TemporaryFolder folder;
  const std::string message = error_of(folder.file("t", "LD 64\n"), "ramulator");
  EXPECT_NE(message.find("did you mean 'ramulator2'"), std::string::npos) << message;
  EXPECT_NE(message.find("binary, csv, lackey, ramulator2, stl"), std::string::npos) << message;
}

TEST(OpenTrace, SaysWhatATraceWouldLookLike) {
  const TemporaryFolder folder;
  EXPECT_NE(
      error_of(folder.file("t", "hello\n")).find("t:1: begins with 'hello'; expected a trace"),
      std::string::npos);
  EXPECT_NE(error_of(folder.file("t", "\n\n")).find("no content"), std::string::npos);
}

}  // namespace
}  // namespace cxlpool::traffic::test
