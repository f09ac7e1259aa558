// SPDX-License-Identifier: Apache-2.0
// A client of QMP that sends anything, in pieces of any size. The first byte says how large.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fake_machine.h"
#include "platforms/qmp/json_text.h"
#include "platforms/qmp/session.h"

namespace {

using namespace cxlpool::qmp;

/// A session that says anything but lines of JSON is broken.
void check_output(Session& session) {
  const std::string output = session.take_output();
  std::string_view rest = output;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    if (end == std::string_view::npos || !parse_json(rest.substr(0, end))) std::abort();
    rest.remove_prefix(end + 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = std::size_t{data[0]} + 1;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  test::FakeMachine machine;
  Monitor monitor(machine);
  Session session(monitor);
  session.receive(R"({"execute": "qmp_capabilities"})");
  while (!input.empty()) {
    const std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    session.receive(piece);
    check_output(session);
    if (session.paused()) session.resume();
  }
  return 0;
}
