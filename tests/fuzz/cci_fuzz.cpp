// SPDX-License-Identifier: Apache-2.0
// CCI messages that say anything, one after another, to the mailbox of a device, the FM-owned LD
// behind a switch's tunnel, an LD pool and the switch: a byte that chooses which, a byte that says
// how much time passes, two of length, and a message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fixture.h"

using namespace cxlpool::command;

namespace {

constexpr std::size_t header_bytes = 4;

/// A refused command must leave everything as it was.
void send(test::Rig& rig, Cci& cci, ByteView message) {
  const auto request = CciMessage::decode(message);
  if (!request) return;
  const Bytes before = rig.state();
  const Reply reply = cci.execute(request->opcode, request->payload);
  const bool done =
      reply.code == ReturnCode::success || reply.code == ReturnCode::background_started;
  if (!done && rig.state() != before) std::abort();
  if (!done && !reply.payload.empty()) std::abort();
  if (reply.payload.size() > cci.max_payload_bytes()) std::abort();
}

Cci& choose(test::Rig& rig, std::uint8_t which) {
  switch (which % 4) {
    case 0:
      return rig.device.primary();
    case 1:
      return rig.fm_owned_ld.cci();
    case 2:
      return rig.ld_pool.cci();
    default:
      return rig.switch_cci.cci();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::Rig rig;
  while (size >= header_bytes) {
    const std::size_t length = std::size_t{data[2]} | std::size_t{data[3]} << 8;
    const std::size_t here = length < size - header_bytes ? length : size - header_bytes;
    rig.pass(data[1] * test::second / 16);
    send(rig, choose(rig, data[0]), ByteView(data + header_bytes, here));
    data += header_bytes + here;
    size -= header_bytes + here;
  }
  return 0;
}
