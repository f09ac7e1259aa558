// SPDX-License-Identifier: Apache-2.0
// `cxlpool trace`: conversions lose nothing, and what goes wrong is said.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string sort_trace = CXLPOOL_CATALOG "/traces/sort.trace";

const std::string lackey =
    "==1== Lackey\n"
    "I  00108040,3\n"
    " S 1fff000ff8,8\n"
    " L 00401000,4\n"
    " M 00401ffe,8\n";

class TraceCommand : public ::testing::Test {
 protected:
  std::string csv(const std::string& trace, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"trace", trace};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return outcome.out;
  }

  TempDir folder_;
};

TEST_F(TraceCommand, PrintsCsvByDefault) {
  EXPECT_EQ(csv(folder_.write("t", lackey)),
            "op,address,size,host,byte_enables\n"
            "write,0x1fff000ff8,8,,all\n"
            "read,0x401000,4,,all\n"
            "read,0x401ffe,8,,all\n"
            "write,0x401ffe,8,,all\n");
}

TEST_F(TraceCommand, KeepsInstructionsWhenAsked) {
  EXPECT_THAT(csv(folder_.write("t", lackey), {"--instructions"}), HasSubstr("read,0x108040,3"));
}

TEST_F(TraceCommand, StopsAtTheLimit) {
  const std::string text = csv(sort_trace, {"--limit", "3"});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
  const std::string cut = folder_.path("cut.trace");
  csv(sort_trace, {"--limit", "3", "--to", "binary", "--out", cut});
  EXPECT_EQ(csv(cut), text);
}

TEST_F(TraceCommand, ConvertsBackAndForthWithoutLoss) {
  const std::string text = folder_.path("sort.csv");
  const std::string binary = folder_.path("again.trace");
  csv(sort_trace, {"--to", "csv", "--out", text});
  csv(text, {"--to", "binary", "--out", binary});
  EXPECT_TRUE(csv(binary) == read_file(text));
}

TEST_F(TraceCommand, ConvertsRequestTraces) {
  const Outcome run = cxlpool({"run", CXLPOOL_CATALOG "/one-device.yaml", "--out", folder_.path(),
                               "--set", "output.request_trace=r.trace", "--quiet"});
  ASSERT_EQ(run.exit_status, 0) << run.err;
  const std::string text = csv(folder_.path("r.trace"));
  EXPECT_THAT(text, HasSubstr("op,address,size,host,byte_enables,status,device,dpa\n"));
  const std::string binary = folder_.path("again.trace");
  csv(folder_.write("r.csv", text), {"--to", "binary", "--out", binary});
  EXPECT_TRUE(csv(binary) == text);
}

TEST_F(TraceCommand, SaysWhatATraceHolds) {
  const std::string info = csv(folder_.write("t", lackey), {"--to", "info"});
  // The last access reaches from one page into the next.
  EXPECT_THAT(info, AllOf(HasSubstr("access trace"), HasSubstr("records    4\n"),
                          HasSubstr("reads      2 (12 B)"), HasSubstr("writes     2 (16 B)"),
                          HasSubstr("footprint  3 pages of 4 KiB (12 KiB)"),
                          HasSubstr("0x401000 to 0x1fff000fff"), HasSubstr("4 B to 8 B")));
}

TEST_F(TraceCommand, TheCatalogsReadmeHasTheFiguresOfItsTrace) {
  const std::string info = csv(sort_trace, {"--to", "info"});
  const std::string readme = read_file(CXLPOOL_CATALOG "/traces/README.md");
  for (const char* figure : {"316,089", "199,524", "116,565", "100 pages"}) {
    EXPECT_THAT(info, HasSubstr(figure));
    EXPECT_THAT(readme, HasSubstr(figure));
  }
  EXPECT_LE(std::filesystem::file_size(sort_trace), 500u << 10);
}

TEST_F(TraceCommand, RefusesWhatCannotBeDone) {
  const auto fails = [](std::vector<std::string> arguments, const std::string& text) {
    arguments.insert(arguments.begin(), "trace");
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_THAT(outcome.err, HasSubstr(text));
  };
  fails({sort_trace, "--to", "binary"}, "--to binary needs --out FILE");
  fails({sort_trace, "--out", "/dev/full"}, "/dev/full: cannot be written");
  fails({sort_trace, "--out", folder_.path()},
        folder_.path() + ": expected a regular file, got a directory");
  fails({sort_trace, "--to", "binary", "--out", "/dev/full"}, "/dev/full: cannot be written");
  fails({sort_trace, "--to", "binary", "--out", folder_.path()}, folder_.path() + ": ");
  fails({sort_trace, "--format", "csv"}, sort_trace + ":1");
  fails({sort_trace, "--format", "elf"}, "--format");
  fails({sort_trace, "--limit", "0"}, "--limit");
}

TEST_F(TraceCommand, AFailedConversionKeepsTheFileThatWasThere) {
  const std::string whole = read_file(sort_trace);
  const std::string cut = folder_.write("cut.trace", whole.substr(0, whole.size() / 2));
  const std::string out = folder_.write("out", "precious");
  for (const char* to : {"csv", "binary", "info"}) {
    EXPECT_EQ(cxlpool({"trace", cut, "--to", to, "--out", out}).exit_status, 2);
    EXPECT_EQ(read_file(out), "precious") << to;
  }
  const std::filesystem::directory_iterator entries(folder_.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2) << "something was left behind";
  EXPECT_EQ(cxlpool({"trace", sort_trace, "--to", "info", "--out", out}).exit_status, 0);
  EXPECT_THAT(read_file(out), HasSubstr("records"));
}

TEST_F(TraceCommand, NeverWritesOverItsOwnInput) {
  const std::string file = folder_.write("t", lackey);
  const Outcome outcome = cxlpool({"trace", file, "--out", file});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.err, HasSubstr(file));
  EXPECT_EQ(read_file(file), lackey);
}

}  // namespace
}  // namespace cxlpool::testing
