// SPDX-License-Identifier: Apache-2.0
#include "platforms/machine/mmio_mailbox.h"

#include <algorithm>

#include "models/command/device_registers.h"

namespace cxlpool::platforms {

using command::Bytes;
using command::DeviceRegisters;
using command::Mailbox;

namespace {

// Offsets in the mailbox.
constexpr std::uint64_t capabilities = 0x00, control = 0x04, command_register = 0x08, status = 0x10;
constexpr std::uint64_t doorbell = 1;
constexpr std::uint64_t payload_size_mask = 0x1F;
constexpr unsigned length_shift = 16, return_code_shift = 32;
constexpr std::uint64_t length_mask = 0x1FFFFF;

}  // namespace

MmioMailbox::MmioMailbox(fabric::MmioMaster& mmio, unsigned block, std::uint64_t registers)
    : mmio_(mmio),
      block_(block),
      registers_(registers),
      mailbox_(registers + DeviceRegisters::mailbox_offset),
      payload_bytes_(std::size_t{1}
                     << (mmio.read(block, mailbox_ + capabilities, 4) & payload_size_mask)) {}

std::optional<command::Reply> MmioMailbox::execute(std::uint16_t opcode, const Bytes& payload) {
  // A mailbox says how large its payload is; only what does not answer reads zero.
  if (mmio_.read(block_, mailbox_ + capabilities, 4) == 0) return std::nullopt;
  write_payload(payload);
  const std::uint64_t length = std::min<std::uint64_t>(payload.size(), length_mask);
  mmio_.write(block_, mailbox_ + command_register, length << length_shift | opcode, 8);
  const std::uint64_t enables = mmio_.read(block_, mailbox_ + control, 4);
  mmio_.write(block_, mailbox_ + control, enables | doorbell, 4);
  const std::uint64_t outcome = mmio_.read(block_, mailbox_ + status, 8);
  command::Reply reply(static_cast<command::ReturnCode>(outcome >> return_code_shift & 0xFFFF));
  const std::uint64_t answered =
      mmio_.read(block_, mailbox_ + command_register, 8) >> length_shift & length_mask;
  // A refused command leaves the request's length where it was.
  if (reply.code == command::ReturnCode::success) {
    reply.payload = read_payload(std::min<std::size_t>(answered, payload_bytes_));
  }
  return reply;
}

std::uint32_t MmioMailbox::event_status() {
  return static_cast<std::uint32_t>(
      mmio_.read(block_, registers_ + DeviceRegisters::event_status_offset, 4));
}

void MmioMailbox::write_payload(const Bytes& payload) {
  const std::size_t size = std::min(payload.size(), payload_bytes_);
  for (std::size_t offset = 0; offset < size; offset += 8) {
    const auto here = static_cast<unsigned>(std::min<std::size_t>(8, size - offset));
    const unsigned width = here == 8 ? 8 : 1;
    for (unsigned done = 0; done < here; done += width) {
      std::uint64_t value = 0;
      for (unsigned i = 0; i < width; ++i) {
        value |= std::uint64_t{payload[offset + done + i]} << 8 * i;
      }
      mmio_.write(block_, mailbox_ + Mailbox::payload_offset + offset + done, value, width);
    }
  }
}

Bytes MmioMailbox::read_payload(std::size_t length) {
  Bytes payload;
  while (payload.size() < length) {
    const unsigned width = length - payload.size() >= 8 ? 8 : 1;
    const std::uint64_t value =
        mmio_.read(block_, mailbox_ + Mailbox::payload_offset + payload.size(), width);
    for (unsigned i = 0; i < width; ++i) {
      payload.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    }
  }
  return payload;
}

}  // namespace cxlpool::platforms
