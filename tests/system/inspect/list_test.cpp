// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/list.h"

#include <gtest/gtest.h>

#include "tests/system/inspect/pools.h"

namespace cxlpool::platforms {
namespace {

using pools::gib;
using pools::Machine;
using pools::mib;
using pools::quantum;
using Json = nlohmann::ordered_json;

Json list_of(const PlatformDescription& pool) {
  Machine machine(pool);
  return list(*machine, machine.programming);
}

/// Two bridges with decoders and one port, one device each, interleaved by hand.
PlatformDescription skeleton() {
  PlatformDescription pool = pools::single();
  auto& host = pool.hosts[0];
  host.bridges.push_back(pools::bridge("hb1", 0x40, {{"rp0", 1}}));
  for (auto& bridge : host.bridges) bridge.passthrough = Passthrough::off;
  host.windows = {pools::window(4 * gib, 4 * gib, {"hb0", "hb1"})};
  host.windows[0].restrictions = address::restrict_host_coherent | address::restrict_volatile;
  pool.devices.push_back(pools::device("mem1", "h0.hb1.rp0", quantum));
  pool.devices[1].serial = 7;
  pool.decoders = {pools::decoder("h0.hb0", 0, 4 * gib, 512 * mib, 1, 256, {0}),
                   pools::decoder("h0.hb1", 0, 4 * gib, 512 * mib, 1, 256, {1}),
                   pools::decoder("mem0", 0, 4 * gib, 512 * mib, 2, 256),
                   pools::decoder("mem1", 0, 4 * gib, 512 * mib, 2, 256)};
  return pool;
}

TEST(List, IsWhatCxlListPrints) {
  const Json expected = Json::parse(R"([{"bus":"root0","provider":"ACPI.CXL",
    "nr_dports":2,"dports":[{"dport":"pci0000:34","alias":"ACPI0016:00","id":52},
                            {"dport":"pci0000:40","alias":"ACPI0016:01","id":64}],
    "ports:root0":[
     {"port":"port1","host":"pci0000:34","depth":1,"decoders_committed":1,
      "nr_dports":1,"dports":[{"dport":"0000:34:00.0","id":0}],
      "endpoints:port1":[{"endpoint":"endpoint3","host":"mem0","parent_dport":"0000:34:00.0",
        "depth":2,"decoders_committed":1,
        "memdev":{"memdev":"mem0","ram_size":268435456,"serial":0,"host":"0000:35:00.0"},
        "decoders:endpoint3":[{"decoder":"decoder3.0","resource":4294967296,"size":536870912,
          "interleave_ways":2,"interleave_granularity":256,"region":"region0","dpa_resource":0,
          "dpa_size":268435456,"mode":"ram"}]}],
      "decoders:port1":[{"decoder":"decoder1.0","resource":4294967296,"size":536870912,
        "interleave_ways":1,"region":"region0","nr_targets":1,
        "targets":[{"target":"0000:34:00.0","position":0,"id":0}]}]},
     {"port":"port2","host":"pci0000:40","depth":1,"decoders_committed":1,
      "nr_dports":1,"dports":[{"dport":"0000:40:00.0","id":1}],
      "endpoints:port2":[{"endpoint":"endpoint4","host":"mem1","parent_dport":"0000:40:00.0",
        "depth":2,"decoders_committed":1,
        "memdev":{"memdev":"mem1","ram_size":268435456,"serial":7,"host":"0000:41:00.0"},
        "decoders:endpoint4":[{"decoder":"decoder4.0","resource":4294967296,"size":536870912,
          "interleave_ways":2,"interleave_granularity":256,"region":"region0","dpa_resource":0,
          "dpa_size":268435456,"mode":"ram"}]}],
      "decoders:port2":[{"decoder":"decoder2.0","resource":4294967296,"size":536870912,
        "interleave_ways":1,"region":"region0","nr_targets":1,
        "targets":[{"target":"0000:40:00.0","position":0,"id":1}]}]}],
    "decoders:root0":[{"decoder":"decoder0.0","resource":4294967296,"size":4294967296,
      "interleave_ways":2,"interleave_granularity":256,"max_available_extent":3758096384,
      "volatile_capable":true,"qos_class":0,"nr_targets":2,
      "targets":[{"target":"pci0000:34","alias":"ACPI0016:00","position":0,"id":52},
                 {"target":"pci0000:40","alias":"ACPI0016:01","position":1,"id":64}],
      "regions:decoder0.0":[{"region":"region0","resource":4294967296,"size":536870912,
        "type":"ram","interleave_ways":2,"interleave_granularity":256,"decode_state":"commit",
        "mappings":[{"position":0,"memdev":"mem0","decoder":"decoder3.0"},
                    {"position":1,"memdev":"mem1","decoder":"decoder4.0"}]}]}]}])");
  // As text: the order of keys counts.
  EXPECT_EQ(expected.dump(1), list_of(skeleton()).dump(1));
}

TEST(List, NumbersSwitchesAsTheDriverMeetsThem) {
  const Json json = list_of(pools::two_level());
  const Json& bridge = json[0]["ports:root0"][0];
  const Json& top = bridge["ports:port1"][0];
  EXPECT_EQ("port2", top["port"]);
  EXPECT_EQ("0000:08:00.0", top["host"]);
  EXPECT_EQ("0000:07:00.0", top["parent_dport"]);
  EXPECT_EQ(2, top["depth"]);
  const Json& low = top["ports:port2"][0];
  EXPECT_EQ("port3", low["port"]);
  EXPECT_EQ("0000:0a:00.0", low["host"]);
  EXPECT_EQ("0000:09:00.0", low["parent_dport"]);
  const Json& endpoint = low["endpoints:port3"][1];
  EXPECT_EQ("endpoint5", endpoint["endpoint"]);
  EXPECT_EQ(4, endpoint["depth"]);
  EXPECT_EQ("0000:0b:01.0", endpoint["parent_dport"]);
  EXPECT_EQ("0000:0d:00.0", endpoint["memdev"]["host"]);
  EXPECT_EQ(2u, low["decoders:port3"][0]["nr_targets"]);
}

TEST(List, MappingsOfADescribedRegionAreItsSlots) {
  const Json json = list_of(pools::two_level());
  const Json& region = json[0]["decoders:root0"][0]["regions:decoder0.0"][0];
  ASSERT_EQ(8u, region["mappings"].size());
  // The driver met mem000, mem001, mem010, mem011, mem100..: the second slot's device is the fifth.
  EXPECT_EQ("mem0", region["mappings"][0]["memdev"]);
  EXPECT_EQ("mem4", region["mappings"][1]["memdev"]);
  EXPECT_EQ(512, region["interleave_granularity"]);
}

TEST(List, APassThroughBridgeForwardsByADecoderOfItsOwn) {
  const Json json = list_of(pools::programmed_single());
  const Json& port = json[0]["ports:root0"][0];
  EXPECT_EQ(0, port["decoders_committed"]);
  EXPECT_EQ("decoder1.0", port["decoders:port1"][0]["decoder"]);
  EXPECT_EQ("region0", port["decoders:port1"][0]["region"]);
  EXPECT_EQ(0, json[0]["decoders:root0"][0]["max_available_extent"]);
}

TEST(List, AnUnprogrammedPlatformHasNoRegions) {
  const Json json = list_of(pools::single());
  EXPECT_FALSE(json[0]["decoders:root0"][0].contains("regions:decoder0.0"));
  EXPECT_FALSE(json[0]["ports:root0"][0]["endpoints:port1"][0].contains("decoders:endpoint2"));
  EXPECT_EQ(4 * gib, json[0]["decoders:root0"][0]["max_available_extent"]);
}

TEST(List, EachHostSeesItsVirtualSwitch) {
  const Json json = list_of(pools::shared_switch());
  const Json& h0 = json["h0"][0]["ports:root0"][0]["ports:port1"][0];
  EXPECT_EQ(2u, h0["dports"].size());  // ds0 and ds3, where nothing is plugged yet
  EXPECT_EQ(1u, h0["endpoints:port2"].size());
  const Json& h1 = json["h1"][0]["ports:root0"][0]["ports:port1"][0];
  ASSERT_EQ(1u, h1["dports"].size());
  EXPECT_EQ(11, h1["dports"][0]["id"]);
}

TEST(List, APersistentRegionIsPmem) {
  PlatformDescription pool = pools::programmed_single();
  pool.devices[0].volatile_bytes = 0;
  pool.devices[0].persistent_bytes = quantum;
  const Json json = list_of(pool);
  EXPECT_EQ("pmem", json[0]["decoders:root0"][0]["regions:decoder0.0"][0]["type"]);
  EXPECT_EQ(quantum, json[0]["ports:root0"][0]["endpoints:port1"][0]["memdev"]["pmem_size"]);
}

TEST(List, BusesThatCollideGetSegments) {
  PlatformDescription pool = pools::four_way();  // UIDs 8 and 9, two ports each
  const Json json = list_of(pool);
  EXPECT_EQ("pci0000:08", json[0]["ports:root0"][0]["host"]);
  EXPECT_EQ("pci0001:09", json[0]["ports:root0"][1]["host"]);
}

}  // namespace
}  // namespace cxlpool::platforms
