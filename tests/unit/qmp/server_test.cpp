// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/server.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <gtest/gtest.h>

#include "client.h"
#include "platforms/input_error.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Socket = boost::asio::generic::stream_protocol::socket;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "cxlpool-qmp-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A server and its clients, all on this thread: the server runs whenever a client waits.
class Door {
 public:
  explicit Door(const std::string& endpoint) : server(monitor, parse_endpoint(endpoint)) {}

  FakeMachine machine;
  Monitor monitor{machine};
  Server server;

  Socket connect() {
    const Endpoint& endpoint = server.endpoint();
    boost::asio::io_context& context = context_;
    Socket socket(context);
    if (endpoint.kind == Endpoint::Kind::unix_socket) {
      socket.connect(boost::asio::local::stream_protocol::endpoint(endpoint.path));
    } else {
      socket.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(endpoint.host),
                                                    endpoint.port));
    }
    socket.non_blocking(true);
    return socket;
  }

  Socket connect_in_command_mode() {
    Socket socket = connect();
    send(socket, R"({"execute": "qmp_capabilities"})");
    EXPECT_EQ(receive(socket, 2).size(), 2u);
    return socket;
  }

  /// All of it, unless the server gives the client up first.
  bool send(Socket& socket, const std::string& text) {
    std::size_t sent = 0;
    for (int turns = 0; sent < text.size() && turns < 100'000; ++turns) {
      boost::system::error_code error;
      sent += socket.write_some(boost::asio::buffer(text.data() + sent, text.size() - sent), error);
      if (error && error != boost::asio::error::would_block) return false;
      server.run_for(0ms);
    }
    return sent == text.size();
  }

  /// The next `count` lines, or those that came before the connection was closed.
  std::vector<json> receive(Socket& socket, std::size_t count) {
    std::string text;
    std::vector<json> lines;
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (lines.size() < count && std::chrono::steady_clock::now() < end) {
      server.run_for(1ms);
      char c = 0;
      boost::system::error_code error;
      while (lines.size() < count && socket.read_some(boost::asio::buffer(&c, 1), error) == 1) {
        text += c;
        if (c == '\n') lines.push_back(json::parse(std::exchange(text, {})));
      }
      if (error && error != boost::asio::error::would_block) break;
    }
    return lines;
  }

  json ask(Socket& socket, const std::string& command) {
    send(socket, json{{"execute", command}}.dump());
    const auto lines = receive(socket, 1);
    return lines.empty() ? json() : lines.front();
  }

  bool is_closed(Socket& socket) {
    for (int i = 0; i < 200; ++i) {
      server.run_for(1ms);
      char block[4096];
      boost::system::error_code error;
      while (socket.read_some(boost::asio::buffer(block), error) > 0) {
      }
      if (error && error != boost::asio::error::would_block) return true;
    }
    return false;
  }

  void wait_for_clients(std::size_t count) {
    for (int i = 0; i < 1000 && server.clients() != count; ++i) server.run_for(1ms);
    EXPECT_EQ(server.clients(), count);
  }

 private:
  boost::asio::io_context context_;
};

class AnyDoor : public ::testing::TestWithParam<const char*> {
 protected:
  Folder folder;
  Door door{GetParam() == std::string("unix") ? "unix:" + folder.file("qmp")
                                              : std::string("tcp:127.0.0.1:0")};
};

INSTANTIATE_TEST_SUITE_P(Server, AnyDoor, ::testing::Values("unix", "tcp"));

TEST_P(AnyDoor, GreetsNegotiatesAndAnswers) {
  Socket socket = door.connect();
  EXPECT_TRUE(door.receive(socket, 1).at(0).contains("QMP"));
  EXPECT_TRUE(door.ask(socket, "query-status").contains("error"));
  EXPECT_EQ(door.ask(socket, "qmp_capabilities"), empty_return());
  EXPECT_TRUE(door.ask(socket, "query-status").contains("return"));
}

TEST_P(AnyDoor, SeveralClientsHaveTheirOwnConversations) {
  Socket first = door.connect_in_command_mode();
  Socket second = door.connect();
  EXPECT_TRUE(door.receive(second, 1).at(0).contains("QMP"));
  EXPECT_TRUE(door.ask(first, "query-status").contains("return"));
  EXPECT_TRUE(door.ask(second, "query-status").contains("error"));
}

TEST_P(AnyDoor, CommandsAreCarriedOutInTheOrderOfArrival) {
  Socket first = door.connect_in_command_mode();
  Socket second = door.connect_in_command_mode();
  const auto del = [&](Socket& socket, const char* id) {
    door.send(socket, json{{"execute", "object-del"}, {"arguments", {{"id", id}}}}.dump());
    door.server.run_for(10ms);
  };
  del(first, "1");
  del(second, "2");
  del(second, "3");
  del(first, "4");
  EXPECT_EQ(door.machine.deleted, (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST_P(AnyDoor, AClientThatVanishesWithinACommandIsForgotten) {
  Socket stays = door.connect_in_command_mode();
  {
    Socket vanishes = door.connect_in_command_mode();
    door.send(vanishes, R"({"execute": "object-del", "argum)");
  }
  door.wait_for_clients(1);
  EXPECT_TRUE(door.machine.deleted.empty());
  EXPECT_TRUE(door.ask(stays, "query-status").contains("return"));
}

TEST_P(AnyDoor, AClientThatVanishesBeforeItsAnswerIsForgotten) {
  Socket stays = door.connect_in_command_mode();
  {
    Socket vanishes = door.connect_in_command_mode();
    boost::asio::write(vanishes,
                       boost::asio::buffer(std::string(R"({"execute": "query-qmp-schema"})")));
    vanishes.set_option(boost::asio::socket_base::linger(true, 0));
  }
  door.wait_for_clients(1);
  EXPECT_TRUE(door.ask(stays, "query-status").contains("return"));
}

TEST_P(AnyDoor, HalfALineWaitsForItsEndAndNobodyElseDoes) {
  Socket slow = door.connect_in_command_mode();
  Socket quick = door.connect_in_command_mode();
  door.send(slow, R"({"execute": "query-)");
  EXPECT_TRUE(door.ask(quick, "query-status").contains("return"));
  door.send(slow, R"(status"})");
  EXPECT_TRUE(door.receive(slow, 1).at(0).contains("return"));
}

TEST_P(AnyDoor, AClientThatStopsSendingStillGetsItsAnswers) {
  Socket socket = door.connect();
  std::string text = R"({"execute": "qmp_capabilities"})";
  for (int i = 0; i < 20; ++i) text += R"({"execute": "query-qmp-schema"})";
  EXPECT_TRUE(door.send(socket, text));
  socket.shutdown(Socket::shutdown_send);
  EXPECT_EQ(door.receive(socket, 22).size(), 22u);
  EXPECT_TRUE(door.is_closed(socket));
  door.wait_for_clients(0);
}

TEST_P(AnyDoor, AHundredMebibytesWithoutALineEndCloseTheConnection) {
  Socket stays = door.connect_in_command_mode();
  Socket floods = door.connect_in_command_mode();
  const std::string piece(1 << 20, 'a');
  bool open = door.send(floods, R"({"execute": ")");
  for (int i = 0; open && i < 100; ++i) open = door.send(floods, piece);
  EXPECT_FALSE(open);
  door.wait_for_clients(1);
  EXPECT_TRUE(door.ask(stays, "query-status").contains("return"));
}

TEST_P(AnyDoor, AClientThatReadsNothingHoldsUpItselfOnly) {
  Socket stays = door.connect_in_command_mode();
  Socket slow = door.connect_in_command_mode();
  const std::string command = json{{"execute", "x-cxlpool-read"},
                                   {"arguments", {{"host", "h"}, {"hpa", 0}, {"size", 256 << 10}}}}
                                  .dump();
  std::string text;
  for (int i = 0; i < 60; ++i) text += command;
  EXPECT_TRUE(door.send(slow, text));
  for (int i = 0; i < 50; ++i) door.server.run_for(1ms);
  EXPECT_LT(door.machine.accesses.size(), 30u);  // what fits the buffers on the way
  EXPECT_TRUE(door.ask(stays, "query-status").contains("return"));
  std::size_t bytes = 0;
  std::vector<char> block(1 << 20);
  for (int i = 0; i < 20'000 && bytes < 60u * (512u << 10); ++i) {
    boost::system::error_code error;
    bytes += slow.read_some(boost::asio::buffer(block), error);
    door.server.run_for(0ms);
  }
  EXPECT_EQ(door.machine.accesses.size(), 60u);
}

TEST_P(AnyDoor, AClientThatReadsNoEventsIsClosed) {
  Socket stays = door.connect_in_command_mode();
  Socket slow = door.connect_in_command_mode();
  const CapacityChange change{CapacityChange::Kind::offered, "mem0", 0, 0, 0, 1,
                              std::string(3000, 't')};
  std::vector<char> block(1 << 20);
  for (int i = 0; i < 200 && door.server.clients() == 2; ++i) {
    door.machine.changes.assign(100, change);
    door.monitor.publish_changes();
    for (int reads = 0; reads < 20; ++reads) {
      door.server.run_for(0ms);
      boost::system::error_code error;
      stays.read_some(boost::asio::buffer(block), error);
    }
  }
  EXPECT_EQ(door.server.clients(), 1u);
}

TEST_P(AnyDoor, ClientsBeyondTheLimitAreTurnedAway) {
  std::vector<Socket> clients;
  for (std::size_t i = 0; i < Server::max_clients; ++i) {
    clients.push_back(door.connect());
    EXPECT_EQ(door.receive(clients.back(), 1).size(), 1u);
  }
  Socket extra = door.connect();
  EXPECT_EQ(door.receive(extra, 1).at(0).at("error").at("desc"), "Too many connections");
  EXPECT_TRUE(door.is_closed(extra));
  clients.pop_back();
  door.wait_for_clients(Server::max_clients - 1);
  Socket next = door.connect();
  EXPECT_TRUE(door.receive(next, 1).at(0).contains("QMP"));
}

TEST_P(AnyDoor, QuitReachesEverybody) {
  Socket first = door.connect_in_command_mode();
  Socket second = door.connect_in_command_mode();
  EXPECT_EQ(door.ask(first, "quit"), empty_return());
  EXPECT_TRUE(door.monitor.quitting());
  door.server.finish(1s);
  EXPECT_EQ(door.receive(first, 1).at(0).at("event"), "SHUTDOWN");
  EXPECT_EQ(door.receive(second, 1).at(0).at("event"), "SHUTDOWN");
}

TEST(Server, PortZeroBecomesThePortThatItIs) {
  const Door door("tcp:localhost:0");
  EXPECT_NE(door.server.endpoint().port, 0);
}

TEST(Server, RefusesAnAddressThatOthersCanReach) {
  EXPECT_THROW(Door("tcp:0.0.0.0:0"), platforms::InputError);
  EXPECT_THROW(Door("tcp:[::]:0"), platforms::InputError);
  FakeMachine machine;
  Monitor monitor(machine);
  const Server allowed(monitor, parse_endpoint("tcp:0.0.0.0:0"), true);
  EXPECT_NE(allowed.endpoint().port, 0);
}

TEST(Server, AnAddressInUseIsAnInputError) {
  const Door door("tcp:127.0.0.1:0");
  EXPECT_THROW(Door(to_string(door.server.endpoint())), platforms::InputError);
  const Folder folder;
  const Door first("unix:" + folder.file("qmp"));
  EXPECT_THROW(Door("unix:" + folder.file("qmp")), platforms::InputError);
  EXPECT_TRUE(std::filesystem::exists(folder.file("qmp")));
}

TEST(Server, TheSocketsFileIsItsOwnersAndGoesWithTheServer) {
  const Folder folder;
  {
    const Door door("unix:" + folder.file("qmp"));
    struct stat status {};
    ASSERT_EQ(::stat(folder.file("qmp").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file("qmp")));
}

TEST(Server, ReplacesAStaleSocketAndNothingElse) {
  const Folder folder;
  const std::string path = folder.file("qmp");
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(left);
  { const Door door("unix:" + path); }
  std::ofstream(path) << "precious";
  EXPECT_THROW(Door("unix:" + path), platforms::InputError);
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
  EXPECT_THROW(Door("unix:" + folder.file("no/such/folder")), platforms::InputError);
}

TEST(Server, LeavesAFileThatTookItsPlace) {
  const Folder folder;
  const std::string path = folder.file("qmp");
  {
    const Door door("unix:" + path);
    std::filesystem::remove(path);
    std::ofstream(path) << "precious";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace cxlpool::qmp::test
