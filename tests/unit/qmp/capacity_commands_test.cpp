// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "client.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

constexpr const char* tag = "5be13bce-ae34-4a77-b6c3-16df975fcf1a";

json add_arguments() {
  return {{"path", "/machine/peripheral/dev0"},
          {"host-id", 0},
          {"selection-policy", "prescriptive"},
          {"region", 0},
          {"extents", {{{"offset", 0}, {"len", 134217728}}}}};
}

json release_arguments() {
  json arguments = add_arguments();
  arguments.erase("selection-policy");
  arguments["removal-policy"] = "prescriptive";
  return arguments;
}

json without(json arguments, const char* name) {
  arguments.erase(name);
  return arguments;
}

json with(json arguments, const char* name, const json& value) {
  arguments[name] = value;
  return arguments;
}

TEST(AddDynamicCapacity, CarriesWhatQemusClientsSend) {
  Client client;
  json arguments = add_arguments();
  arguments["host-id"] = 65535;
  arguments["region"] = 7;
  arguments["tag"] = tag;
  arguments["extents"].push_back({{"offset", 18446744073709551615u}, {"len", 1}});
  EXPECT_EQ(client.execute("cxl-add-dynamic-capacity", arguments), empty_return());
  ASSERT_EQ(client.machine.capacity_added.size(), 1u);
  const AddDynamicCapacity& request = client.machine.capacity_added[0];
  EXPECT_EQ(request.path, "/machine/peripheral/dev0");
  EXPECT_EQ(request.host_id, 65535);
  EXPECT_EQ(request.region, 7);
  EXPECT_EQ(request.tag, tag);
  EXPECT_EQ(request.selection_policy, SelectionPolicy::prescriptive);
  ASSERT_EQ(request.extents.size(), 2u);
  EXPECT_EQ(request.extents[0].len, 134217728u);
  EXPECT_EQ(request.extents[1].offset, 18446744073709551615u);
}

TEST(AddDynamicCapacity, KnowsEveryPolicy) {
  Client client;
  for (const char* policy : {"free", "contiguous", "prescriptive", "enable-shared-access"}) {
    EXPECT_EQ(client.execute("cxl-add-dynamic-capacity",
                             with(add_arguments(), "selection-policy", policy)),
              empty_return());
  }
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(client.machine.capacity_added.at(i).selection_policy,
              static_cast<SelectionPolicy>(i));
  }
  EXPECT_EQ(client.machine.capacity_added[0].selection_policy, SelectionPolicy::free);
  EXPECT_EQ(client.machine.capacity_added[3].selection_policy,
            SelectionPolicy::enable_shared_access);
}

TEST(AddDynamicCapacity, RefusesWhatQemuRefuses) {
  Client client;
  const auto refused = [&](const json& arguments) {
    return client.error("cxl-add-dynamic-capacity", arguments);
  };
  EXPECT_EQ(refused(with(add_arguments(), "region", 256)), "Parameter 'region' expects uint8_t");
  EXPECT_EQ(refused(with(add_arguments(), "host-id", 65536)),
            "Parameter 'host-id' expects uint16_t");
  EXPECT_EQ(refused(with(add_arguments(), "selection-policy", "bogus")),
            "Parameter 'selection-policy' does not accept value 'bogus'");
  EXPECT_EQ(refused(with(add_arguments(), "tag", 1)),
            "Invalid parameter type for 'tag', expected: string");
  EXPECT_EQ(refused(with(add_arguments(), "forced-removal", true)),
            "Parameter 'forced-removal' is unexpected");
  for (const char* name : {"path", "host-id", "selection-policy", "region", "extents"}) {
    EXPECT_EQ(refused(without(add_arguments(), name)),
              std::string("Parameter '") + name + "' is missing");
  }
  EXPECT_TRUE(client.machine.capacity_added.empty());
}

TEST(AddDynamicCapacity, AnEmptyListIsForTheMachineToRefuse) {
  Client client;
  EXPECT_EQ(
      client.execute("cxl-add-dynamic-capacity", with(add_arguments(), "extents", json::array())),
      empty_return());
  EXPECT_TRUE(client.machine.capacity_added.at(0).extents.empty());
}

TEST(AddDynamicCapacity, WhatTheMachineRefusesIsTheAnswer) {
  Client client;
  client.machine.failure = Error{ErrorClass::device_not_found, "unknown host id"};
  EXPECT_EQ(client.execute("cxl-add-dynamic-capacity", add_arguments()).at("error"),
            json({{"class", "DeviceNotFound"}, {"desc", "unknown host id"}}));
}

TEST(ReleaseDynamicCapacity, CarriesWhatQemusClientsSend) {
  Client client;
  json arguments = release_arguments();
  EXPECT_EQ(client.execute("cxl-release-dynamic-capacity", arguments), empty_return());
  arguments["removal-policy"] = "tag-based";
  arguments["forced-removal"] = true;
  arguments["sanitize-on-release"] = true;
  arguments["tag"] = tag;
  EXPECT_EQ(client.execute("cxl-release-dynamic-capacity", arguments), empty_return());
  ASSERT_EQ(client.machine.capacity_released.size(), 2u);
  const ReleaseDynamicCapacity& plain = client.machine.capacity_released[0];
  EXPECT_EQ(plain.removal_policy, RemovalPolicy::prescriptive);
  EXPECT_FALSE(plain.forced_removal);
  EXPECT_FALSE(plain.sanitize_on_release);
  EXPECT_FALSE(plain.tag);
  ASSERT_EQ(plain.extents.size(), 1u);
  const ReleaseDynamicCapacity& forced = client.machine.capacity_released[1];
  EXPECT_EQ(forced.removal_policy, RemovalPolicy::tag_based);
  EXPECT_TRUE(forced.forced_removal);
  EXPECT_TRUE(forced.sanitize_on_release);
  EXPECT_EQ(forced.tag, tag);
}

TEST(ReleaseDynamicCapacity, RefusesWhatQemuRefuses) {
  Client client;
  const auto refused = [&](const json& arguments) {
    return client.error("cxl-release-dynamic-capacity", arguments);
  };
  EXPECT_EQ(refused(with(release_arguments(), "removal-policy", "all")),
            "Parameter 'removal-policy' does not accept value 'all'");
  EXPECT_EQ(refused(with(release_arguments(), "forced-removal", 1)),
            "Invalid parameter type for 'forced-removal', expected: boolean");
  EXPECT_EQ(refused(with(release_arguments(), "selection-policy", "free")),
            "Parameter 'selection-policy' is unexpected");
  for (const char* name : {"path", "host-id", "removal-policy", "region", "extents"}) {
    EXPECT_EQ(refused(without(release_arguments(), name)),
              std::string("Parameter '") + name + "' is missing");
  }
  EXPECT_TRUE(client.machine.capacity_released.empty());
}

TEST(ReleaseStatus, IsThatOfTheMachine) {
  Client client;
  const json arguments = {{"path", "mem0"}, {"host-id", 2}, {"region", 1}, {"tag", tag}};
  EXPECT_EQ(client.execute("cxl-release-dynamic-capacity-status", arguments).at("return"),
            json({{"status", "not-found"}}));
  EXPECT_EQ(client.machine.status_asked.at(0).host_id, 2);
  EXPECT_EQ(client.machine.status_asked.at(0).region, 1);
  EXPECT_EQ(client.machine.status_asked.at(0).tag, tag);
  client.machine.status = {ReleaseState::release_requested, "waits for the host"};
  EXPECT_EQ(client.execute("cxl-release-dynamic-capacity-status", arguments).at("return"),
            json({{"status", "release-requested"}, {"message", "waits for the host"}}));
  client.machine.failure = generic_error("not a UUID");
  EXPECT_EQ(client.error("cxl-release-dynamic-capacity-status", arguments), "not a UUID");
}

}  // namespace
}  // namespace cxlpool::qmp::test
