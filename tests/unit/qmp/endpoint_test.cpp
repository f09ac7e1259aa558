// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/endpoint.h"

#include <gtest/gtest.h>

#include "platforms/input_error.h"

namespace cxlpool::qmp {
namespace {

TEST(Endpoint, AUnixSocketIsAPath) {
  const Endpoint endpoint = parse_endpoint("unix:/tmp/a:b.sock");
  EXPECT_EQ(endpoint.kind, Endpoint::Kind::unix_socket);
  EXPECT_EQ(endpoint.path, "/tmp/a:b.sock");
  EXPECT_EQ(to_string(endpoint), "unix:/tmp/a:b.sock");
}

TEST(Endpoint, TcpIsAHostAndAPort) {
  for (const char* text : {"tcp:localhost:4444", "tcp:127.0.0.1:0", "tcp:[::1]:65535"}) {
    EXPECT_EQ(to_string(parse_endpoint(text)), text);
  }
  EXPECT_EQ(parse_endpoint("tcp:[::1]:5").host, "::1");
}

TEST(Endpoint, TheOptionsThatQemuUsersWriteAreUnderstood) {
  EXPECT_EQ(parse_endpoint("unix:a,server,nowait").path, "a");
  EXPECT_EQ(parse_endpoint("unix:a,server=on,wait=off").path, "a");
  EXPECT_EQ(parse_endpoint("tcp:localhost:4,server").port, 4);
}

TEST(Endpoint, AnythingElseIsAnInputError) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("unix:"), std::string("tcp:4444"),
        std::string("tcp::4444"), std::string("tcp:localhost:"), std::string("tcp:localhost:65536"),
        std::string("tcp:localhost:-1"), std::string("tcp:localhost: 1"), std::string("tcp:::1:5"),
        std::string("unix:a,server=off"), std::string("unix:a,wait"), std::string("unix:a,"),
        "unix:" + std::string(108, 'a'), std::string("unix:a\0b", 8)}) {
    EXPECT_THROW(parse_endpoint(text), platforms::InputError) << text;
  }
}

}  // namespace
}  // namespace cxlpool::qmp
