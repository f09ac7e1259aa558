// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "client.h"
#include "platforms/qmp/schema.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

TEST(ObjectAdd, KnowsBothFormsOfATaggedBackend) {
  Client client;
  EXPECT_EQ(client.execute("object-add", {{"qom-type", "memory-backend-tagged"},
                                          {"id", "tm0"},
                                          {"size", 1073741824},
                                          {"tag", "5be13bce"}}),
            empty_return());
  EXPECT_EQ(client.execute("object-add", {{"qom-type", "memory-backend-ram"},
                                          {"id", "tm1"},
                                          {"size", 4096},
                                          {"tag", "6be13bce"},
                                          {"share", true},
                                          {"prealloc", true}}),
            empty_return());
  ASSERT_EQ(client.machine.added.size(), 2u);
  EXPECT_EQ(client.machine.added[0].kind, BackendKind::ram);
  EXPECT_EQ(client.machine.added[0].tag, "5be13bce");
  EXPECT_EQ(client.machine.added[0].size_bytes, 1073741824u);
  EXPECT_FALSE(client.machine.added[0].share);
  EXPECT_EQ(client.machine.added[1].tag, "6be13bce");
  EXPECT_TRUE(client.machine.added[1].share);
}

TEST(ObjectAdd, AFileHasAPath) {
  Client client;
  EXPECT_EQ(client.execute("object-add", {{"qom-type", "memory-backend-file"},
                                          {"id", "f"},
                                          {"size", 4096},
                                          {"mem-path", "/x"},
                                          {"readonly", true}}),
            empty_return());
  const Backend& backend = client.machine.added.at(0);
  EXPECT_EQ(backend.kind, BackendKind::file);
  EXPECT_EQ(backend.mem_path, "/x");
  EXPECT_TRUE(backend.readonly);
  EXPECT_FALSE(backend.tag);
}

TEST(ObjectAdd, EachTypeHasItsOwnArguments) {
  Client client;
  const auto refused = [&](const json& arguments) { return client.error("object-add", arguments); };
  EXPECT_EQ(refused({{"id", "a"}}), "Parameter 'qom-type' is missing");
  EXPECT_EQ(refused({{"qom-type", "rng-random"}, {"id", "a"}}),
            "Parameter 'qom-type' does not accept value 'rng-random'");
  EXPECT_EQ(refused({{"qom-type", "memory-backend-ram"}, {"size", 1}}),
            "Parameter 'id' is missing");
  EXPECT_EQ(refused({{"qom-type", "memory-backend-ram"}, {"id", "a"}}),
            "Parameter 'size' is missing");
  EXPECT_EQ(refused({{"qom-type", "memory-backend-ram"}, {"id", "a"}, {"size", "1G"}}),
            "Invalid parameter type for 'size', expected: integer");
  EXPECT_EQ(refused({{"qom-type", "memory-backend-tagged"}, {"id", "a"}, {"size", 1}}),
            "Parameter 'tag' is missing");
  EXPECT_EQ(refused({{"qom-type", "memory-backend-file"}, {"id", "a"}, {"size", 1}}),
            "Parameter 'mem-path' is missing");
  EXPECT_EQ(
      refused({{"qom-type", "memory-backend-ram"}, {"id", "a"}, {"size", 1}, {"mem-path", "/x"}}),
      "Parameter 'mem-path' is unexpected");
  EXPECT_TRUE(client.machine.added.empty());
}

TEST(ObjectDel, NamesABackend) {
  Client client;
  EXPECT_EQ(client.execute("object-del", {{"id", "tm0"}}), empty_return());
  EXPECT_EQ(client.machine.deleted, std::vector<std::string>{"tm0"});
  client.machine.failure = generic_error("object 'x' not found");
  EXPECT_EQ(client.error("object-del", {{"id", "x"}}), "object 'x' not found");
}

TEST(Access, ReadsAndWritesBytesInMemoryOrder) {
  Client client;
  EXPECT_EQ(client.execute("x-cxlpool-read", {{"host", "h0"}, {"hpa", 1ull << 40}, {"size", 3}})
                .at("return"),
            json({{"status", "ok"}, {"data", "a5a5a5"}}));
  EXPECT_EQ(client.execute("x-cxlpool-write", {{"host", "h1"}, {"hpa", 64}, {"data", "0aF0"}})
                .at("return"),
            json({{"status", "ok"}}));
  EXPECT_EQ(client.machine.accesses.at(0).hpa, 1ull << 40);
  EXPECT_EQ(client.machine.accesses.at(1).host, "h1");
  EXPECT_EQ(client.machine.accesses.at(1).bytes, (std::vector<std::uint8_t>{0x0A, 0xF0}));
}

TEST(Access, OneThatFailsIsAnAnswerWithItsCause) {
  Client client;
  client.machine.access_ok = false;
  EXPECT_EQ(client.execute("x-cxlpool-read", {{"host", "h"}, {"hpa", 0}, {"size", 2}}).at("return"),
            json({{"status", "error"}, {"cause", "no_window"}, {"data", "ffff"}}));
  EXPECT_EQ(
      client.execute("x-cxlpool-write", {{"host", "h"}, {"hpa", 0}, {"data", "00"}}).at("return"),
      json({{"status", "error"}, {"cause", "no_window"}}));
}

TEST(Access, SizesAreBounded) {
  Client client;
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{262145}, ~std::uint64_t{0}}) {
    EXPECT_EQ(client.error("x-cxlpool-read", {{"host", "h"}, {"hpa", 0}, {"size", size}}),
              "Parameter 'size' expects 1 to 262144");
  }
  for (const std::size_t size : {0u, 262145u}) {
    EXPECT_EQ(client.error("x-cxlpool-write",
                           {{"host", "h"}, {"hpa", 0}, {"data", std::string(2 * size, '0')}}),
              "Parameter 'data' expects 1 to 262144 bytes");
  }
  EXPECT_EQ(client.error("x-cxlpool-write", {{"host", "h"}, {"hpa", 0}, {"data", "0"}}),
            "Parameter 'data' expects an even number of hex digits");
  EXPECT_TRUE(client.machine.accesses.empty());
}

TEST(Mailbox, CarriesAPayloadBothWays) {
  Client client;
  EXPECT_EQ(client
                .execute("x-cxlpool-mailbox",
                         {{"path", "mem0"}, {"opcode", 0x4801}, {"payload", "01ff"}, {"head", 2}})
                .at("return"),
            json({{"rc", 0x15}, {"payload", "01ff"}}));
  EXPECT_EQ(client.execute("x-cxlpool-mailbox", {{"path", "sw0"}, {"opcode", 1}}).at("return"),
            json({{"rc", 0x15}, {"payload", ""}}));
  EXPECT_EQ(client.machine.mailbox_commands.at(0).opcode, 0x4801);
  EXPECT_EQ(client.machine.mailbox_commands.at(0).head, 2);
  EXPECT_EQ(client.machine.mailbox_commands.at(1).head, 0);
  EXPECT_EQ(client.error("x-cxlpool-mailbox", {{"path", "mem0"}, {"opcode", 65536}}),
            "Parameter 'opcode' expects uint16_t");
}

TEST(Registers, AreReadAndWrittenByPathAndOffset) {
  Client client;
  EXPECT_EQ(client.execute("x-cxlpool-register-read", {{"path", "mem0"}, {"offset", 0x1080}})
                .at("return"),
            json({{"value", ~0x1080ull}}));
  EXPECT_EQ(client.machine.registers_read.at(0).path, "mem0");
  EXPECT_EQ(client.machine.registers_read.at(0).size, 4u);
  EXPECT_EQ(client.execute("x-cxlpool-register-write",
                           {{"path", "sw0"}, {"offset", 8}, {"value", ~0ull}, {"size", 8}}),
            empty_return());
  EXPECT_EQ(client.machine.registers_written.at(0).value, ~0ull);
  EXPECT_EQ(client.machine.registers_written.at(0).size, 8u);
}

TEST(Registers, SizesAndValuesAreBounded) {
  Client client;
  for (const int size : {0, 3, 5, 16, 255}) {
    EXPECT_EQ(
        client.error("x-cxlpool-register-read", {{"path", "mem0"}, {"offset", 0}, {"size", size}}),
        "Parameter 'size' expects 1, 2, 4 or 8");
  }
  EXPECT_EQ(
      client.error("x-cxlpool-register-read", {{"path", "mem0"}, {"offset", 0}, {"size", 256}}),
      "Parameter 'size' expects uint8_t");
  EXPECT_EQ(client.error("x-cxlpool-register-write",
                         {{"path", "mem0"}, {"offset", 0}, {"value", 1ull << 32}}),
            "Parameter 'value' expects at most 4 bytes");
  EXPECT_EQ(client.error("x-cxlpool-register-write", {{"path", "mem0"}, {"offset", 0}}),
            "Parameter 'value' is missing");
  EXPECT_TRUE(client.machine.registers_read.empty());
  EXPECT_TRUE(client.machine.registers_written.empty());
}

TEST(Advance, SimulatesForATimeWithinReason) {
  Client client;
  EXPECT_EQ(client.execute("x-cxlpool-advance", {{"by-ps", 1500}}).at("return"),
            json({{"time-ps", 1500}}));
  EXPECT_EQ(client.execute("x-cxlpool-advance", {{"by-ps", 500}}).at("return"),
            json({{"time-ps", 2000}}));
  for (const std::uint64_t by : {std::uint64_t{1'000'000'000'001}, ~std::uint64_t{0}}) {
    EXPECT_EQ(client.error("x-cxlpool-advance", {{"by-ps", by}}),
              "Parameter 'by-ps' expects at most 1000000000000");
  }
  client.machine.advance_to(std::numeric_limits<timing::Picoseconds>::max() - 5);
  EXPECT_EQ(client.error("x-cxlpool-advance", {{"by-ps", 6}}),
            "Parameter 'by-ps' expects at most 1000000000000");
}

TEST(Query, StatusAndVersionAreInQemusForm) {
  Client client;
  EXPECT_EQ(client.execute("query-status").at("return"),
            json({{"running", true}, {"status", "running"}}));
  const json version = client.execute("query-version").at("return");
  EXPECT_EQ(version.at("package").get<std::string>().find("cxlpool "), 0u);
  EXPECT_EQ(client.error("query-status", {{"x", 1}}), "Parameter 'x' is unexpected");
}

TEST(Query, MemdevListsBackends) {
  Client client;
  BackendState used;
  used.backend.id = "tm0";
  used.backend.size_bytes = 4096;
  used.backend.tag = "5be13bce";
  used.used_by = "mem0";
  BackendState unused;
  unused.backend.id = "m1";
  client.machine.backend_states = {used, unused};
  const json list = client.execute("query-memdev").at("return");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].at("id"), "tm0");
  EXPECT_EQ(list[0].at("size"), 4096);
  EXPECT_EQ(list[0].at("tag"), "5be13bce");
  EXPECT_EQ(list[0].at("used-by"), "mem0");
  EXPECT_FALSE(list[1].contains("used-by") || list[1].contains("tag"));
  EXPECT_EQ(client.execute("query-memory-devices").at("return"), json::array());
}

TEST(Query, ThePoolHasItsDevicesWithTheirExtents) {
  Client client;
  DeviceState device;
  device.name = "mem0";
  device.path = "/machine/peripheral/mem0";
  device.regions = {{0x1000, 0x2000, 0x100}};
  device.extents = {{0, 0, 0x1000, 0x100, "5be1", 3, ReleaseState::pending}};
  device.error_messages = {1, 2, 3};
  client.machine.device_states = {device};
  const json pool = client.execute("x-cxlpool-query").at("return");
  EXPECT_EQ(pool.at("hosts"), json({"host0"}));
  EXPECT_EQ(pool.at("time-ps"), 0);
  const json& entry = pool.at("devices").at(0);
  EXPECT_EQ(entry.at("path"), "/machine/peripheral/mem0");
  EXPECT_EQ(entry.at("error-messages"), json({{"correctable", 1}, {"non-fatal", 2}, {"fatal", 3}}));
  EXPECT_EQ(entry.at("regions").at(0), json({{"dpa", 4096}, {"len", 8192}, {"block-size", 256}}));
  EXPECT_EQ(entry.at("extents").at(0), json({{"region", 0},
                                             {"host-id", 0},
                                             {"dpa", 4096},
                                             {"len", 256},
                                             {"tag", "5be1"},
                                             {"shared-seq", 3},
                                             {"state", "pending"}}));
}

TEST(Query, CommandsAreAllThatThereAre) {
  Client client;
  std::set<std::string> names;
  const json reply = client.execute("query-commands");
  for (const json& entry : reply.at("return")) {
    EXPECT_TRUE(names.insert(entry.at("name")).second) << entry;
  }
  EXPECT_EQ(names.size(), client.monitor.commands().size());
  EXPECT_EQ(names.count("cxl-add-dynamic-capacity"), 1u);
  for (const std::string& name : names) {
    const json refused = client.execute(name, {{"no-such-argument", 1}});
    EXPECT_NE(refused.at("error").at("desc"), "The command " + name + " has not been found");
  }
}

TEST(Query, TheSchemaDescribesEveryTypeThatItNames) {
  Client client;
  std::set<std::string> named;
  std::set<std::string> described;
  const json reply = client.execute("query-qmp-schema");
  for (const json& entity : reply.at("return")) {
    EXPECT_TRUE(described.insert(entity.at("name")).second) << entity;
    for (const char* key : {"arg-type", "ret-type", "element-type"}) {
      if (entity.contains(key)) named.insert(entity.at(key).get<std::string>());
    }
    for (const char* list : {"members", "variants"}) {
      if (!entity.contains(list)) continue;
      for (const json& member : entity.at(list)) {
        if (member.contains("type")) named.insert(member.at("type").get<std::string>());
      }
    }
  }
  for (const std::string& name : named) EXPECT_EQ(described.count(name), 1u) << name;
  EXPECT_EQ(described.count("object-add"), 1u);
}

TEST(SystemReset, IsPassedOn) {
  Client client;
  EXPECT_EQ(client.execute("system_reset"), empty_return());
  EXPECT_EQ(client.machine.resets.size(), 1u);
  client.machine.failure = generic_error("no");
  client.send(R"({"execute": "system_reset"})");
  EXPECT_EQ(client.take().size(), 1u);  // and no event
}

}  // namespace
}  // namespace cxlpool::qmp::test
