// SPDX-License-Identifier: Apache-2.0
// `cxlpool serve`: a pool under QMP, from a file of commands and from clients at its socket.
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* tagged_pool = CXLPOOL_CATALOG "/pools/tagged-capacity.yaml";
constexpr std::uint64_t GiB = 1ull << 30;
constexpr std::uint64_t window = 0x1'1000'0000;
constexpr const char* first_tag = "5be13bce-ae34-4a77-b6c3-16df975fcf1a";
constexpr const char* second_tag = "6be13bce-ae34-4a77-b6c3-16df975fcf1a";

json object_add(const std::string& id, const std::string& tag, std::uint64_t size = GiB) {
  return {{"execute", "object-add"},
          {"arguments",
           {{"qom-type", "memory-backend-tagged"}, {"id", id}, {"size", size}, {"tag", tag}}}};
}

json capacity_command(const std::string& execute, const std::string& tag, std::uint64_t offset,
                      std::uint64_t length = GiB) {
  json arguments{{"path", "/machine/peripheral/cxl-vmem0"},
                 {"host-id", 0},
                 {"region", 0},
                 {"tag", tag},
                 {"extents", json::array({{{"offset", offset}, {"len", length}}})}};
  if (execute == "cxl-add-dynamic-capacity") arguments["selection-policy"] = "prescriptive";
  if (execute == "cxl-release-dynamic-capacity") arguments["removal-policy"] = "tag-based";
  return {{"execute", execute}, {"arguments", arguments}};
}
json add(const std::string& tag, std::uint64_t offset, std::uint64_t length = GiB) {
  return capacity_command("cxl-add-dynamic-capacity", tag, offset, length);
}
json release(const std::string& tag, std::uint64_t offset) {
  return capacity_command("cxl-release-dynamic-capacity", tag, offset);
}
json status(const std::string& tag) {
  return {{"execute", "cxl-release-dynamic-capacity-status"},
          {"arguments", {{"path", "cxl-vmem0"}, {"host-id", 0}, {"region", 0}, {"tag", tag}}}};
}
json read(std::uint64_t hpa, unsigned size) {
  return {{"execute", "x-cxlpool-read"},
          {"arguments", {{"host", "h0"}, {"hpa", hpa}, {"size", size}}}};
}
json write(std::uint64_t hpa, const std::string& data) {
  return {{"execute", "x-cxlpool-write"},
          {"arguments", {{"host", "h0"}, {"hpa", hpa}, {"data", data}}}};
}
json mailbox(unsigned opcode, const std::string& payload) {
  return {{"execute", "x-cxlpool-mailbox"},
          {"arguments", {{"path", "cxl-vmem0"}, {"opcode", opcode}, {"payload", payload}}}};
}

/// Replies to the commands of a scenario, without the events between them.
std::vector<json> replies_to(const std::vector<json>& commands,
                             const std::vector<std::string>& options = {},
                             const std::string& platform = tagged_pool) {
  const TempDir folder;
  std::string text;
  for (const json& command : commands) text += command.dump() + "\n";
  std::vector<std::string> arguments{"serve", platform, "--scenario",
                                     folder.write("commands.jsonl", text)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Outcome outcome = cxlpool(arguments);
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  std::vector<json> replies;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    json reply = json::parse(line);
    if (!reply.contains("event")) replies.push_back(std::move(reply));
  }
  EXPECT_EQ(replies.size(), commands.size());
  return replies;
}

const json done{{"return", json::object()}};

TEST(Serve, TaggedCapacityComesAndGoes) {
  const auto replies = replies_to({object_add("tm0", first_tag), object_add("tm1", second_tag),
                                   add(first_tag, 0), add(second_tag, GiB), release(first_tag, 0),
                                   release(second_tag, GiB), status(second_tag)});
  const json gone{{"return", {{"status", "not-found"}}}};
  EXPECT_THAT(replies, ElementsAre(done, done, done, done, done, done, gone));
}

TEST(Serve, BytesStayInTheirBackendAndAreReachedOnlyWhileItIsAccepted) {
  const auto replies =
      replies_to({object_add("tm0", first_tag), read(window, 4), add(first_tag, 0),
                  write(window + 64, "cafe0123"), release(first_tag, 0), read(window + 64, 4),
                  add(first_tag, GiB), read(window + GiB + 64, 4), read(window + 64, 4)});
  EXPECT_EQ(replies[1]["return"]["cause"], "not_accepted") << replies[1];
  EXPECT_EQ(replies[1]["return"]["data"], "ffffffff");
  EXPECT_EQ(replies[5]["return"]["cause"], "not_accepted") << replies[5];
  EXPECT_EQ(replies[7]["return"]["data"], "cafe0123") << replies[7];
  EXPECT_EQ(replies[8]["return"]["data"], "ffffffff");
}

TEST(Serve, WhatIsNotOneWholeUnusedBackendIsRefusedAndChangesNothing) {
  const auto replies = replies_to(
      {object_add("tm0", first_tag), add(first_tag, 0, GiB / 2), add(second_tag, 0),
       status(first_tag), add(first_tag, 0), add(first_tag, GiB),
       json{{"execute", "object-del"}, {"arguments", {{"id", "tm0"}}}}, status(first_tag),
       release(first_tag, 0), json{{"execute", "object-del"}, {"arguments", {{"id", "tm0"}}}},
       add(first_tag, 0)});
  for (const std::size_t refused : {1u, 2u, 5u, 6u, 10u}) {
    EXPECT_EQ(replies[refused]["error"]["class"], "GenericError") << refused << replies[refused];
  }
  EXPECT_EQ(replies[3]["return"]["status"], "not-found");
  EXPECT_EQ(replies[7]["return"]["status"], "accepted");
  EXPECT_EQ(replies[9], done);
}

TEST(Serve, TagsThatAreNilTakenOrNoTagsAreToldApart) {
  const std::string nil = "00000000-0000-0000-0000-000000000000";
  const auto replies =
      replies_to({object_add("tm0", first_tag), object_add("tm1", first_tag),
                  object_add("tm1", nil), object_add("tm1", "nil"), object_add("tm0", second_tag),
                  release(nil, 0), release(second_tag, 0), object_add("tm1", second_tag)});
  std::vector<std::string> texts;
  for (std::size_t i = 1; i < 7; ++i) texts.push_back(replies[i]["error"]["desc"]);
  EXPECT_THAT(texts, ElementsAre(HasSubstr("is that of memory backend 'tm0' already"),
                                 HasSubstr("tag of memory backend 'tm1' is nil"),
                                 HasSubstr("tag 'nil' is no UUID"),
                                 HasSubstr("attempt to add duplicate property 'tm0'"),
                                 "removal by tag needs a tag that is not nil",
                                 "nothing is allocated under the tag"));
  EXPECT_EQ(replies[7], done);
}

TEST(Serve, StatusFollowsATagThroughItsFourStates) {
  // 4802h and 4803h of one extent: count 1, no flags, DPA 0, 1 GiB.
  const std::string one_gib =
      "0100000000000000"
      "0000000000000000"
      "0000004000000000"
      "0000000000000000";
  const auto replies = replies_to(
      {object_add("tm0", first_tag), status(first_tag), add(first_tag, 0), status(first_tag),
       mailbox(0x4802, one_gib), status(first_tag), release(first_tag, 0), status(first_tag),
       read(window, 4), mailbox(0x4803, one_gib), status(first_tag), read(window, 4)},
      {"--host-response", "manual"});
  std::vector<std::string> states;
  for (const std::size_t i : {1u, 3u, 5u, 7u, 10u})
    states.push_back(replies[i]["return"]["status"]);
  EXPECT_THAT(states,
              ElementsAre("not-found", "pending", "accepted", "release-requested", "not-found"));
  EXPECT_EQ(replies[8]["return"]["data"], "00000000") << "a request to release changes nothing";
  EXPECT_EQ(replies[11]["return"]["data"], "ffffffff");
}

TEST(Serve, HostsThatRefuseGetNothing) {
  for (const std::string response : {"refuse", "partial"}) {
    const auto replies = replies_to(
        {object_add("tm0", first_tag), add(first_tag, 0), status(first_tag), read(window, 4)},
        {"--host-response", response});
    EXPECT_EQ(replies[1], done);
    EXPECT_EQ(replies[2]["return"]["status"], "not-found") << response;
    EXPECT_EQ(replies[3]["return"]["cause"], "not_accepted");
  }
}

/// A device of the same name whose capacity is its own media, below a switch `sw0`.
const std::string small_blocks = R"(version: 1
hosts:
  - {name: h0, windows: [{base: 0x1_1000_0000, size: 4GiB, targets: [hb0]}],
     bridges: [{name: hb0, root_ports: 1}]}
switches: [{name: sw0, upstream: h0.hb0.rp0, downstream: 1}]
devices:
  - {name: cxl-vmem0, at: sw0.ds0, volatile: 256MiB, serial: 1, mailbox: {},
     dynamic: [{length: 256MiB, block: 64B}]}
decoders:
  - {at: sw0, index: 0, base: 0x1_1000_0000, size: 512MiB, ways: 1, granularity: 256B, targets: [0]}
  - {at: cxl-vmem0, index: 0, base: 0x1_1000_0000, size: 512MiB, ways: 1, granularity: 256B}
)";

json advance_a_second() {
  return {{"execute", "x-cxlpool-advance"}, {"arguments", {{"by-ps", 1'000'000'000'000}}}};
}

json switch_port(const std::string& payload) {
  return {{"execute", "x-cxlpool-mailbox"},
          {"arguments", {{"path", "sw0"}, {"opcode", 0x5102}, {"payload", payload}}}};
}

TEST(Serve, AHostThatCouldNotAnswerAnOfferAnswersItLater) {
  const TempDir folder;
  const std::string platform = folder.write("small.yaml", small_blocks);
  struct Hindrance {
    json begin, end;
    std::string answer;
  };
  const Hindrance hindrances[] = {
      // A sanitize takes seconds and discards the records of what came: all that can be refused.
      {mailbox(0x4400, ""), advance_a_second(), "not-found"},
      {switch_port("0000"), switch_port("0001"), "accepted"},  // PERST# asserted and let go
  };
  for (const Hindrance& hindrance : hindrances) {
    std::vector<json> commands = {hindrance.begin, add(first_tag, 0, 64), status(first_tag)};
    for (int i = 0; i < 8; ++i) commands.push_back(i == 0 ? hindrance.end : advance_a_second());
    commands.push_back(status(first_tag));
    commands.push_back(add(second_tag, 64, 64));
    commands.push_back(status(second_tag));
    commands.push_back(release(second_tag, 64));
    commands.push_back(status(second_tag));
    const auto replies = replies_to(commands, {"--host-response", "accept"}, platform);
    EXPECT_EQ(replies[1], done);
    EXPECT_EQ(replies[2]["return"]["status"], "pending");
    EXPECT_EQ(replies[11]["return"]["status"], hindrance.answer) << hindrance.begin;
    EXPECT_EQ(replies[13]["return"]["status"], "accepted") << hindrance.begin;
    EXPECT_EQ(replies[15]["return"]["status"], "not-found") << replies[14];
  }
}

TEST(Serve, AReadOnlyBackendIsReadAndNotWritten) {
  const TempDir folder;
  std::string content(GiB / 256, '\0');
  content[0] = 'A';
  const std::string file = folder.write("memory.bin", content);
  json backend{{"execute", "object-add"},
               {"arguments",
                {{"qom-type", "memory-backend-file"},
                 {"id", "tm0"},
                 {"size", content.size()},
                 {"mem-path", file},
                 {"readonly", true},
                 {"tag", first_tag}}}};
  const auto replies = replies_to({backend, add(first_tag, 0, content.size()), read(window, 2),
                                   write(window, "00"), read(window, 2), release(first_tag, 0)});
  EXPECT_EQ(replies[2]["return"]["data"], "4100") << replies[2];
  EXPECT_EQ(replies[3]["return"]["cause"], "read_only") << replies[3];
  EXPECT_EQ(replies[4]["return"]["data"], "4100");
  EXPECT_EQ(read_file(file), content);
}

TEST(Serve, AScenarioGivesTheSameBytesTwice) {
  const TempDir folder;
  json timed = add(first_tag, 0);
  timed["at"] = "2us";
  const std::string file = folder.write(
      "commands.jsonl", object_add("tm0", first_tag).dump() + "\n" + timed.dump() + "\n");
  const std::vector<std::string> arguments{"serve", tagged_pool, "--scenario", file};
  const Outcome first = cxlpool(arguments);
  EXPECT_THAT(first.out, HasSubstr(R"("microseconds":2)"));
  EXPECT_EQ(first.out, cxlpool(arguments).out);
}

TEST(Serve, WrongArgumentsAreWrongInput) {
  EXPECT_EQ(cxlpool({"serve", tagged_pool}).exit_status, 2);
  EXPECT_EQ(cxlpool({"serve", tagged_pool, "--qmp", "carrier-pigeon:1"}).exit_status, 2);
  const TempDir folder;
  const Outcome outcome =
      cxlpool({"serve", tagged_pool, "--scenario", folder.write("bad.jsonl", "{\"execute\":\n")});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("bad.jsonl:1"));
}

/// The program as a server in a process of its own.
class Server {
 public:
  /// `stderr_to` names a file; empty: this program's own.
  explicit Server(const std::string& socket, const std::string& stderr_to = {}) : socket_(socket) {
    process_ = ::fork();
    if (process_ != 0) return;
    if (!stderr_to.empty()) {
      ::dup2(::open(stderr_to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    }
    ::execl(CXLPOOL_PROGRAM, "cxlpool", "serve", tagged_pool, "--quiet", "--qmp",
            ("unix:" + socket).c_str(), nullptr);
    ::_exit(127);
  }
  ~Server() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

  /// A connected client; it is there once the server listens.
  int connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(socket_.begin(), socket_.end(), address.sun_path);
    for (;;) {
      const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        return client;
      }
      ::close(client);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }

 private:
  std::string socket_;
  pid_t process_ = -1;
};

std::string read_line(int client) {
  std::string line;
  for (char byte = 0; ::read(client, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

void send_text(int client, const std::string& text) {
  ASSERT_EQ(::write(client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

json read_reply(int client) {
  for (;;) {
    json reply = json::parse(read_line(client));
    if (!reply.contains("event")) return reply;
  }
}

json ask(int client, const json& request) {
  send_text(client, request.dump() + "\n");
  return read_reply(client);
}

TEST(Serve, BackingFileThatIsShortenedInUseIsNamedAtTheEnd) {
  const TempDir folder;
  const std::string file = folder.path("backend.bin"), said = folder.path("stderr.txt");
  Server server(folder.path("qmp.sock"), said);
  const int client = server.connect();
  EXPECT_THAT(read_line(client), HasSubstr("QMP"));
  EXPECT_EQ(ask(client, {{"execute", "qmp_capabilities"}}), done);
  json backend = object_add("tm0", first_tag);
  backend["arguments"]["qom-type"] = "memory-backend-file";
  backend["arguments"]["mem-path"] = file;
  backend["arguments"]["share"] = true;
  EXPECT_EQ(ask(client, backend), done);
  EXPECT_EQ(ask(client, add(first_tag, 0)), done);
  EXPECT_EQ(ask(client, read(window, 1))["return"]["status"], "ok");
  ASSERT_EQ(::truncate(file.c_str(), 0), 0);
  send_text(client, read(window, 1).dump() + "\n");
  const int status = server.wait();
  ::close(client);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_THAT(read_file(said), HasSubstr(file + ": the backing file was shortened"));
}

/// The commands of QEMU's tagged-capacity users, as they are.
TEST(Serve, TakesTheLinesThatQemusUsersSend) {
  const TempDir folder;
  Server server(folder.path("qmp.sock"));
  const int client = server.connect();
  EXPECT_THAT(read_line(client), HasSubstr("QMP"));
  EXPECT_EQ(ask(client, {{"execute", "qmp_capabilities"}}), done);
  std::istringstream lines(read_file(CXLPOOL_VECTORS "/qmp/tagged-capacity.jsonl"));
  std::vector<json> replies;
  for (std::string line; std::getline(lines, line);) {
    send_text(client, line + "\n");
    replies.push_back(read_reply(client));
  }
  const json gone{{"return", {{"status", "not-found"}}}};
  EXPECT_THAT(replies, ElementsAre(done, done, done, done, done, done, gone));
  EXPECT_EQ(ask(client, read(window, 4))["return"]["cause"], "not_accepted");
  ::close(client);
}

/// Garbage and a line without an end from one client are nothing to another.
TEST(Serve, GarbageFromOneClientIsNothingToAnother) {
  const TempDir folder;
  Server server(folder.path("qmp.sock"));
  const int good = server.connect(), bad = server.connect();
  EXPECT_THAT(read_line(good), HasSubstr("QMP"));
  EXPECT_EQ(ask(good, {{"execute", "qmp_capabilities"}}), done);
  const std::string block(1u << 20, '[');
  for (unsigned i = 0; i < 100; ++i) {
    if (::send(bad, block.data(), block.size(), MSG_NOSIGNAL) < 0) break;
  }
  EXPECT_EQ(ask(good, object_add("tm0", first_tag)), done);
  ::close(bad);
  EXPECT_EQ(ask(good, add(first_tag, 0)), done);
  ::close(good);
}

TEST(Serve, AClientAtTheSocketDrivesThePoolWhileAnotherVanishes) {
  const TempDir folder;
  Server server(folder.path("qmp.sock"));
  const int client = server.connect();
  EXPECT_THAT(read_line(client), HasSubstr("QMP"));
  EXPECT_EQ(ask(client, {{"execute", "qmp_capabilities"}}), done);
  const int other = server.connect();
  send_text(other, "{\"execute\": \"qmp_capab");
  ::close(other);
  EXPECT_EQ(ask(client, object_add("tm0", first_tag)), done);
  EXPECT_EQ(ask(client, add(first_tag, 0)), done);
  EXPECT_EQ(ask(client, status(first_tag))["return"]["status"], "accepted");
  EXPECT_EQ(ask(client, {{"execute", "quit"}}), done);
  EXPECT_EQ(server.wait(), 0);
  ::close(client);
}

}  // namespace
}  // namespace cxlpool::testing
