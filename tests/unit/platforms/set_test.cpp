// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "platforms/document_path.h"
#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

PlatformDescription small_with(const std::vector<std::string>& sets) {
  return read_platform(fixture("small.yaml"), sets);
}

std::string error_with(const std::string& set) {
  try {
    small_with({set});
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(Set, ReplacesAValueByNumberOrByName) {
  EXPECT_EQ(small_with({"traffic[0].requests=5_000"}).traffic[0].requests, 5'000u);
  EXPECT_EQ(small_with({"regions[r0].size=512MiB"}).regions[0].size, 512ull << 20);
  EXPECT_EQ(small_with({"devices[mem{i}].volatile=1GiB"}).devices[1].volatile_bytes, 1ull << 30);
  EXPECT_EQ(
      small_with({"hosts[h0].bridges[hb0].root_ports=4"}).hosts[0].bridges[0].root_ports.size(),
      4u);
}

TEST(Set, AddsAKeyThatTheFileLacks) {
  EXPECT_EQ(small_with({"seed=42"}).seed, 42u);
  EXPECT_EQ(small_with({"capabilities.device.decoders=8"}).devices[0].capabilities.decoders, 8u);
  EXPECT_EQ(small_with({"output.request_trace=r.csv"}).output.request_trace, "r.csv");
}

TEST(Set, TakesYamlForListsAndMappings) {
  EXPECT_EQ(small_with({"traffic[0].sizes=[64, 128B]"}).traffic[0].sizes,
            (std::vector<std::uint32_t>{64, 128}));
  EXPECT_EQ(small_with({"traffic=[]"}).traffic.size(), 0u);
  EXPECT_EQ(small_with({"hosts[0].windows[0].targets[0]=hb0"}).hosts[0].windows[0].targets[0],
            "hb0");
}

TEST(Set, ALaterOneWins) { EXPECT_EQ(small_with({"seed=1", "seed=2"}).seed, 2u); }

TEST(Set, APathGivenOnTheCommandLineIsNotRelativeToTheFile) {
  EXPECT_EQ(
      small_with({"devices[0].backing=m.bin", "devices[0].repeat=1", "regions=[]", "traffic=[]"})
          .devices[0]
          .backing,
      "m.bin");
}

TEST(Set, AnUnknownPathIsAnErrorThatNamesTheNearest) {
  EXPECT_EQ(error_with("traffic[0].requsts=1"),
            "--set: traffic[0].requsts: unknown key \"requsts\", did you mean \"requests\"?");
  EXPECT_EQ(error_with("sed=1"), "--set: sed: unknown key \"sed\", did you mean \"seed\"?");
  EXPECT_EQ(error_with("devices[mem].serial=1"),
            "--set: devices[mem].serial: no entry is named \"mem\", did you mean \"mem{i}\"?");
  EXPECT_EQ(error_with("traffic[1].requests=1"),
            "--set: traffic[1].requests: traffic has 1 entries, numbered from 0");
  EXPECT_EQ(error_with("traffic[first].requests=1"),
            "--set: traffic[first].requests: no entry is named \"first\"; use a number");
  EXPECT_EQ(error_with("traffic.requests=1"),
            "--set: traffic.requests: traffic has no keys; name an entry as [0]");
  EXPECT_EQ(error_with("seed.x=1"), "--set: seed.x: seed has no keys");
  EXPECT_EQ(error_with("seed[0]=1"), "--set: seed[0]: seed is nothing, not a list");
  EXPECT_EQ(error_with("hosts[0].bridges[0].root_ports[0].port=1"),
            "--set: hosts[0].bridges[0].root_ports[0].port: hosts[0].bridges[0].root_ports is 2, "
            "not a list");
}

TEST(Set, AMalformedAssignmentIsAnError) {
  const std::string expected = "expected PATH=VALUE such as devices[mem0].volatile=4GiB";
  EXPECT_EQ(error_with("seed"), "--set: seed: " + expected);
  EXPECT_EQ(error_with(""), "--set: " + expected);
  for (const char* path : {"=1", ".seed=1", "seed.=1", "traffic[0=1", "traffic[]=1", "[0]=1",
                           "traffic[0]requests=1"}) {
    EXPECT_NE(error_with(path).find(expected), std::string::npos) << path;
  }
}

TEST(Set, AnErrorInTheValueNamesSetAndNoLine) {
  EXPECT_EQ(error_with("traffic[0].requests=many"),
            "--set: traffic[0].requests: expected an integer such as 4096, 1_000_000 or "
            "0x1_0000_0000, got many");
  EXPECT_EQ(error_with("devices[0].volatile=300MiB"),
            "--set: devices[0, i=0].volatile: expected a multiple of 256MiB, got 300MiB");
  EXPECT_EQ(
      error_with("seed="),
      "--set: seed: expected an integer such as 4096, 1_000_000 or 0x1_0000_0000, got nothing");
  EXPECT_EQ(error_with("seed=\"1"), "--set: seed: not YAML: illegal EOF in scalar");
  EXPECT_EQ(error_with("traffic[0].sizes=*a"),
            "--set: traffic[0].sizes: not YAML: the referenced anchor is not defined");
  EXPECT_EQ(error_with("traffic[0]={host: h0, patern: x}"),
            "--set: traffic[0].patern: unknown key, did you mean \"pattern\"?");
}

TEST(DocumentPath, LeadsToTheLastNodeThatExists) {
  const Document document = parse_document("a:\n  - b: 1\n    c: [2, 3]\n", "x.yaml");
  EXPECT_EQ(deepest(document, "a[0].c[1]").text, "3");
  EXPECT_EQ(deepest(document, "a[0, i=7].b").text, "1");
  EXPECT_EQ(deepest(document, "a[0].c[2]").line, 3);
  EXPECT_EQ(deepest(document, "a[0].none.deeper").line, 2);
  EXPECT_EQ(deepest(document, "]").line, 1);
}

}  // namespace
}  // namespace cxlpool::platforms
