// SPDX-License-Identifier: Apache-2.0
// Whatever a user gets wrong, or a hostile file holds: the exit status says which kind of wrong,
// one line on standard error names the file and the flaw, nothing crashes or hangs (ctest's TIMEOUT
// tells), and it takes little memory.
#include <algorithm>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

/// What refusing an input may take. The sanitizer adds its shadow memory and keeps what was freed.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t memory_bound = 2 * gibibyte;
#else
constexpr std::uint64_t memory_bound = gibibyte / 2;
#endif

const std::string one_device = CXLPOOL_CATALOG "/one-device.yaml";
const std::string sort_trace = CXLPOOL_CATALOG "/traces/sort.trace";

const std::string good_window = "{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}";

/// A platform of one device, with these windows and top-level keys.
std::string platform(const std::string& windows, const std::string& more = {}) {
  return "version: 1\nhosts:\n  - name: h0\n    windows: [" + windows +
         "]\n    bridges: [{name: hb0, root_ports: 1}, {name: hb1, root_ports: 1}]\n"
         "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB}]\n" +
         more;
}

class BadInput : public ::testing::Test {
 protected:
  /// Runs cxlpool and expects one line that has all of `texts`.
  void refuses(const std::vector<std::string>& arguments, const std::vector<std::string>& texts) {
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 2) << outcome.err << outcome.out;
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_LT(outcome.err.size(), 1000u) << outcome.err;
    for (const std::string& text : texts) EXPECT_THAT(outcome.err, HasSubstr(text));
    EXPECT_LT(outcome.peak_bytes, memory_bound);
  }

  /// Runs a platform that the test makes up.
  void refuses_platform(const std::string& text, const std::vector<std::string>& texts) {
    const std::string file = folder_.write("pool.yaml", text);
    auto all = texts;
    all.push_back(file + ":");
    refuses({"run", file}, all);
  }

  /// Replays a trace at the addresses that it holds.
  void refuses_trace(const std::string& content, const std::vector<std::string>& texts) {
    const std::string file = folder_.write("bad.trace", content);
    auto all = texts;
    all.push_back(file + ":");
    refuses({"run", one_device, "--trace", file}, all);
  }

  /// Replays a trace of virtual addresses in a region of 256 MiB.
  void refuses_virtual_trace(const std::string& content, const std::vector<std::string>& texts) {
    const std::string file = folder_.write("virtual.trace", content);
    auto all = texts;
    all.push_back(file + ":");
    const std::string pool = folder_.write(
        "pool.yaml",
        platform(good_window,
                 "regions: [{name: r0, host: h0, devices: [mem0], size: 256MiB}]\n"
                 "traffic: [{host: h0, region: r0, pattern: trace, map: first_touch, trace: " +
                     file + "}]\n"));
    refuses({"run", pool}, all);
  }

  TempDir folder_;
};

TEST_F(BadInput, UnknownKey) {
  refuses_platform(platform(good_window, "trafic: []\n"),
                   {"pool.yaml:7:1", "trafic: unknown key", "did you mean \"traffic\"?"});
}

TEST_F(BadInput, NumbersOutOfRangeAreToldTheirRange) {
  refuses({"run", one_device, "--set", "traffic[0].requests=10_000_000_000_000_000_000"},
          {"requests", "at most 1000000000000000"});
  refuses({"run", one_device, "--set", "traffic[0].outstanding=5_000_000_000"},
          {"outstanding", "expected 1 to 65536"});
  refuses({"run", one_device, "--set", "traffic[0].sizes=8GiB"}, {"expected 1B to 4KiB"});
}

TEST_F(BadInput, UnknownKeyOnTheCommandLine) {
  refuses({"run", one_device, "--set", "traffic[0].request=3"},
          {"--set", "unknown key \"request\"", "did you mean \"requests\"?"});
}

TEST_F(BadInput, MisalignedBase) {
  refuses_platform(platform("{base: 0x1_0000_1000, size: 1GiB, targets: [hb0]}"),
                   {"pool.yaml:4:", "windows[0].base", "multiple of 256MiB"});
}

TEST_F(BadInput, OverlappingWindow) {
  refuses_platform(platform(good_window + ", {base: 0x1_3000_0000, size: 1GiB, targets: [hb1]}"),
                   {"pool.yaml:4:", "windows[1].base", "overlaps windows[0]", "0x1_4000_0000"});
}

TEST_F(BadInput, ThreeWaysAtASwitch) {
  const std::string devices =
      "switches: [{name: sw0, upstream: h0.hb1.rp0, downstream: 3}]\n"
      "decoders: [{at: sw0, index: 0, base: 0x1_0000_0000, size: 768MiB, ways: 3,"
      " targets: [0, 1, 2]}]\n";
  refuses_platform(platform(good_window, devices),
                   {"pool.yaml:8:", "decoders[0].ways", "1, 2, 4 or 8 ways, got 3"});
}

TEST_F(BadInput, RegionOverThreePortsOfASwitch) {
  const std::string text =
      "version: 1\nhosts:\n  - name: h0\n"
      "    windows: [{base: 0x1_2000_0000, size: 3GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n"
      "switches: [{name: sw0, upstream: h0.hb0.rp0, downstream: 3}]\n"
      "devices: [{name: 'mem{i}', repeat: 3, at: 'sw0.ds{i}', volatile: 1GiB}]\n"
      "regions: [{name: r0, host: h0, devices: [mem0, mem1, mem2]}]\n"
      "traffic: [{host: h0, region: r0, pattern: uniform}]\n";
  refuses_platform(text, {"pool.yaml:8:", "region r0", "refuses with EINVAL", "3 ways"});
}

TEST_F(BadInput, NothingToRun) { refuses_platform(platform(good_window), {"nothing to run"}); }

TEST_F(BadInput, TruncatedTrace) {
  const std::string whole = read_file(sort_trace);
  refuses_virtual_trace(whole.substr(0, whole.size() / 2), {"the file ends within"});
  refuses_virtual_trace(whole.substr(0, whole.size() - 1), {"the file ends within"});
}

TEST_F(BadInput, DamagedTrace) {
  std::string damaged = read_file(sort_trace);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x10);
  refuses_virtual_trace(damaged, {"virtual.trace"});
}

TEST_F(BadInput, TraceAddressOutsideEveryWindow) {
  refuses_trace("op,address,size\nR,0x1_0000_0000,8\n", {"bad.trace:2", "address"});
  refuses_trace("op,address,size\nR,0x100000000,8\nW,0x10,8\n",
                {"bad.trace:3", "0x10 lie in no window", "0x100000000-0x13fffffff"});
}

TEST_F(BadInput, TraceWithMorePagesThanTheRegionHolds) {
  // first_touch places each page it meets; the region has room for 65,536.
  std::string trace = "op,address,size\n";
  for (unsigned page = 0; page <= 65'536; ++page) {
    trace += "R," + std::to_string(std::uint64_t{page} * 4096) + ",1\n";
  }
  refuses_virtual_trace(trace, {"virtual.trace:65538"});
}

TEST_F(BadInput, EmptyFiles) {
  refuses_platform("", {"expected a mapping"});
  refuses_trace("", {"is empty"});
  const std::string file = folder_.write("empty.mmio", "");
  refuses({"run", one_device, "--mmio", file}, {file, "no register access"});
}

TEST_F(BadInput, MissingFiles) {
  const std::string missing = folder_.path("missing");
  refuses({"run", missing}, {missing + ": no such file"});
  refuses({"run", one_device, "--trace", missing}, {missing + ": "});
  refuses({"run", one_device, "--mmio", missing}, {missing + ": "});
  refuses({"trace", missing}, {missing + ": "});
}

TEST_F(BadInput, FoldersAsFiles) {
  refuses({"run", folder_.path()}, {folder_.path() + ": expected a regular file, got a directory"});
  refuses({"run", one_device, "--trace", folder_.path()},
          {folder_.path() + ": expected a regular file, got a directory"});
  refuses({"run", one_device, "--mmio", folder_.path()}, {folder_.path() + ": "});
  refuses({"trace", folder_.path()},
          {folder_.path() + ": expected a regular file, got a directory"});
}

TEST_F(BadInput, FifosAsFiles) {
  const std::string fifo = folder_.path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const std::string flaw = fifo + ": expected a regular file, got a fifo";
  refuses({"run", fifo}, {flaw});
  refuses({"run", one_device, "--trace", fifo}, {flaw});
  refuses({"run", one_device, "--mmio", fifo}, {flaw});
  refuses({"trace", fifo}, {flaw});
  refuses({"trace", sort_trace, "--out", fifo}, {flaw});
  refuses({"trace", sort_trace, "--to", "binary", "--out", fifo}, {flaw});
}

TEST_F(BadInput, StandardOutputThatIsFull) {
  const std::string vectors = CXLPOOL_CATALOG "/../../tests/vectors/routing/T1_g512.json";
  const std::vector<std::vector<std::string>> commands = {
      {"run", one_device},
      {"run", one_device, "--json"},
      {"check", one_device},
      {"list", one_device},
      {"explain", one_device, "--hpa", "0x100000000"},
      {"conform", vectors},
      {"trace", sort_trace},
      {"--help"}};
  for (const auto& command : commands) {
    const Outcome outcome = cxlpool(command, "/dev/full");
    EXPECT_EQ(outcome.exit_status, 2) << command[0];
    EXPECT_EQ(outcome.err, "cxlpool: standard output: cannot be written\n") << command[0];
  }
}

TEST_F(BadInput, VectorsThatCannotBeRead) {
  const std::string bad = folder_.write("bad.json", "{\n  \"topology\": nope}");
  for (const auto& [file, flaw] : {std::pair{bad, "expected JSON; line 2, column "},
                                   std::pair{folder_.path("none"), "cannot be read: No such file"},
                                   std::pair{folder_.path(), "expected a regular file"}}) {
    const Outcome outcome = cxlpool({"conform", file});
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_THAT(outcome.err, HasSubstr("cxlpool: " + file + ": " + flaw));
    EXPECT_THAT(outcome.err + outcome.out, Not(HasSubstr("json.exception")));
  }
}

TEST_F(BadInput, ControlBytesAreNotPrinted) {
  refuses({"run", "x\x1B[2J"}, {"x\\x1b[2J: no such file"});
  const std::string file = folder_.write("bad.mmio", "read m\x9B\x1B hdm.capability\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"check", one_device, "--profile", "\x1B[2J"},
        std::vector<std::string>{"run", one_device, "--mmio", file}}) {
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.err.find_first_of("\x1B\x9B"), std::string::npos) << outcome.err;
  }
}

TEST_F(BadInput, DeepSwitchChain) {
  std::string text = "version: 1\nhosts:\n  - name: h0\n    windows: [" + good_window +
                     "]\n    bridges: [{name: hb0, root_ports: 1}]\nswitches:\n";
  std::string port = "h0.hb0.rp0";
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "sw" + std::to_string(i);
    text += "  - {name: " + name + ", upstream: " + port + ", downstream: 1}\n";
    port = name + ".ds0";
  }
  text += "devices: [{name: mem0, at: " + port + ", volatile: 1GiB}]\n";
  refuses_platform(text, {"switches[64].upstream", "at most 64 levels of switches"});
}

TEST_F(BadInput, ManyStreamsOfManyOutstandingTakeLittle) {
  const std::string file = folder_.write(
      "pool.yaml", platform(good_window,
                            "regions: [{name: r0, host: h0, devices: [mem0]}]\n"
                            "traffic: [{host: h0, region: r0, pattern: sequential, requests: 10, "
                            "outstanding: 65536, repeat: 16}]\n"));
  for (const char* mode : {"functional", "lt"}) {
    const Outcome outcome = cxlpool({"run", file, "--mode", mode});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    EXPECT_LT(outcome.peak_bytes, memory_bound);
  }
}

TEST_F(BadInput, OutputThatCannotBeWritten) {
  const std::string file = folder_.write("taken", "x");
  refuses({"run", one_device, "--out", file}, {file, "cannot be made a folder"});
  refuses({"run", one_device, "--out", file + "/below"}, {file, "cannot be made a folder"});
  std::filesystem::create_directories(folder_.path("out/requests.trace"));
  refuses({"run", one_device, "--out", folder_.path("out"), "--set",
           "output.request_trace=requests.trace", "--quiet"},
          {folder_.path("out/requests.trace"), "cannot be created"});
}

TEST_F(BadInput, BackingThatIsNoPlainFile) {
  refuses({"run", one_device, "--set", "devices[0].backing=" + folder_.path()},
          {folder_.path(), "backing"});
}

TEST_F(BadInput, MmioOfWhatIsNotThere) {
  const std::string file = folder_.write("bad.mmio", "\nread h0.hb9 hdm.capability\n");
  refuses({"run", one_device, "--mmio", file}, {file + ":2", "no component h0.hb9"});
}

TEST_F(BadInput, FirmwareThatFindsSomethingElseFailsTheRun) {
  const std::string file = folder_.write("wrong.mmio", "read mem0 hdm.global_control 0x1\n");
  const Outcome outcome = cxlpool({"run", one_device, "--mmio", file});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("FAILED"), HasSubstr(file + ":1")));
}

TEST_F(BadInput, RefusedRequestsFailTheRun) {
  const Outcome outcome = cxlpool({"run", one_device, "--set", "traffic[1].base=0x2_0000_0000"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("FAILED"), HasSubstr("were refused")));
}

TEST_F(BadInput, NoFileIsWrittenOverAnother) {
  const std::string platform = folder_.write("p.yaml", read_file(one_device));
  const std::string text = read_file(platform);
  for (const char* view : {"--timeline", "--vcd"}) {
    refuses({"run", platform, "--mode", "at", view, platform}, {view, "the platform file"});
    const std::string out = folder_.path("out");
    refuses({"run", platform, "--mode", "at", "--out", out, view, out + "/../out/results.json"},
            {view, "results.json of --out"});
    refuses({"run", platform, "--mode", "at", "--out", out, "--set", "output.request_trace=r", view,
             out + "/r"},
            {view, "output.request_trace"});
  }
  EXPECT_EQ(read_file(platform), text);
}

/// A script's variable that is not set must not cost it its output or its stop.
TEST_F(BadInput, OptionsWithoutAValueAreNoDefaults) {
  for (const char* option : {"--out", "--vcd", "--timeline", "--until", "--trace", "--mmio",
                             "--seed", "--timeline-requests"}) {
    const Outcome outcome = cxlpool({"run", one_device, "--mode", "at", option, ""});
    EXPECT_EQ(outcome.exit_status, 2) << option;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(option) + ": expected a value, got nothing"));
  }
  EXPECT_EQ(cxlpool({"run", ""}).exit_status, 2);
}

TEST_F(BadInput, ArgumentsThatAreWrong) {
  EXPECT_EQ(cxlpool({}).exit_status, 2);
  EXPECT_EQ(cxlpool({"rum"}).exit_status, 2);
  EXPECT_EQ(cxlpool({"run"}).exit_status, 2);
  EXPECT_EQ(cxlpool({"run", one_device, "--mode", "fast"}).exit_status, 2);
  EXPECT_EQ(cxlpool({"run", one_device, "--seed", "-1"}).exit_status, 2);
  EXPECT_EQ(cxlpool({"run", one_device, "--until", "1"}).exit_status, 2);
  refuses({"run", one_device, "--mode", "lt", "--until", "0ns"}, {"--until", "more than 0"});
  for (const char* view : {"--timeline", "--vcd"}) {
    refuses({"run", one_device, view, folder_.path("x")}, {view, "no time passes", "--mode"});
    refuses({"run", one_device, "--mode", "at", view, folder_.path("none/x")},
            {"none/x", "cannot be written"});
    refuses({"run", one_device, "--mode", "at", view, folder_.path()}, {view, "no regular file"});
    refuses({"run", one_device, "--mode", "at", view, "/dev/full"}, {view, "no regular file"});
  }
  refuses({"run", one_device, "--mode", "at", "--timeline", folder_.path("x"), "--vcd",
           folder_.path("x")},
          {"--vcd", "which is --timeline"});
  for (const char* requests : {"0", "many", "-1"}) {
    refuses({"run", one_device, "--mode", "at", "--timeline", folder_.path("x"),
             std::string("--timeline-requests=") + requests},
            {"--timeline-requests"});
  }
  refuses({"run", one_device, "--mode", "at", "--timeline-requests", "5"},
          {"--timeline-requests", "together with --timeline"});
  EXPECT_EQ(cxlpool({"--help"}).exit_status, 0);
  EXPECT_EQ(cxlpool({"--version"}).exit_status, 0);
}

// A file of one line of 1 GiB.

TEST_F(BadInput, GibibyteLineAsAPlatform) {
  const std::string file = folder_.write("huge.yaml", "name: ");
  std::filesystem::resize_file(file, gibibyte);  // sparse
  refuses({"run", file}, {file, "at most 16MiB"});
  refuses({"run", one_device, "--mmio", file}, {file, "at most 64MiB"});
}

TEST_F(BadInput, MebibytesOfOneLineAsAPlatform) {
  refuses_platform(std::string(15u << 20, '['), {"pool.yaml"});
  refuses_platform(std::string(15u << 20, 'a'), {"pool.yaml"});
  refuses_platform("name: " + std::string(15u << 20, 'a'), {"pool.yaml"});
  refuses_platform("version: 1 # " + std::string(15u << 20, 'a'), {"pool.yaml"});
}

/// Where a trace of one line goes wrong: after what shows its format.
struct Beginning {
  const char* name;
  const char* text;
};

void PrintTo(const Beginning& beginning, std::ostream* out) { *out << beginning.name; }

class GibibyteLine : public BadInput, public ::testing::WithParamInterface<Beginning> {};

TEST_P(GibibyteLine, AsATrace) {
  const std::string file = folder_.write("huge.trace", GetParam().text);
  std::filesystem::resize_file(file, gibibyte);  // sparse: zero bytes without an end of line
  refuses({"run", one_device, "--trace", file}, {file + ":"});
  refuses({"trace", file, "--to", "info"}, {file + ":"});
}

INSTANTIATE_TEST_SUITE_P(Formats, GibibyteLine,
                         ::testing::Values(Beginning{"none", ""},
                                           Beginning{"csv", "op,address,size\n"},
                                           Beginning{"csv_header", "op,"},
                                           Beginning{"ramulator2", "LD "},
                                           Beginning{"lackey", " L 1000,8\n L "}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cxlpool::testing
