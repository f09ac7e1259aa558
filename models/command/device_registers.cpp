// SPDX-License-Identifier: Apache-2.0
#include "models/command/device_registers.h"

#include <utility>

namespace cxlpool::command {

namespace {

constexpr std::uint32_t header_bytes = 0x10;
constexpr std::uint32_t status_bytes = 8;
constexpr std::uint64_t version_1 = 1u << 16;

enum Capability : std::uint64_t {
  device_status = 0x0001,
  primary_mailbox = 0x0002,
  memory_device_status = 0x4000,
};

struct Block {
  std::uint64_t id;
  std::uint64_t offset;
  std::uint64_t length;
};

std::uint64_t header(const Block& block, bool second_half) {
  return second_half ? block.length : block.id | version_1 | block.offset << 32;
}

}  // namespace

DeviceRegisters::DeviceRegisters(Cci& cci, const Mailbox::Config& config, RaiseInterrupt raise,
                                 std::optional<Status> status)
    : mailbox_(cci, config, std::move(raise)), status_(std::move(status)) {}

std::uint32_t DeviceRegisters::memory_status_offset() const {
  return mailbox_offset + mailbox_.size_bytes();
}

std::uint32_t DeviceRegisters::size_bytes() const {
  return memory_status_offset() + (status_ ? status_bytes : 0);
}

std::uint64_t DeviceRegisters::capability_array(std::uint32_t offset) const {
  const Block blocks[] = {{device_status, event_status_offset, status_bytes},
                          {primary_mailbox, mailbox_offset, mailbox_.size_bytes()},
                          {memory_device_status, memory_status_offset(), status_bytes}};
  const std::uint32_t count = status_ ? 3 : 2;
  const std::uint32_t index = offset / header_bytes;
  const bool second_half = offset % header_bytes >= 8;
  if (index == 0) return second_half ? 0 : version_1 | std::uint64_t{count} << 32;
  return index <= count ? header(blocks[index - 1], second_half) : 0;
}

std::uint64_t DeviceRegisters::memory_status() const {
  constexpr std::uint64_t mailbox_ready = 1u << 4;
  constexpr unsigned media_shift = 2;
  constexpr unsigned reset_needed_shift = 5;
  constexpr std::uint64_t cold_reset = 1;
  const auto media = status_->media ? status_->media() : Media::ready;
  const bool reset = status_->reset_needed && status_->reset_needed();
  return mailbox_ready | static_cast<std::uint64_t>(media) << media_shift |
         (reset ? cold_reset << reset_needed_shift : 0);
}

std::uint64_t DeviceRegisters::read(std::uint32_t offset, unsigned size) const {
  if (offset >= mailbox_offset && offset < memory_status_offset()) {
    return mailbox_.read(offset - mailbox_offset, size);
  }
  if ((size != 4 && size != 8) || offset % size != 0 || offset >= size_bytes()) return 0;
  const std::uint32_t base = offset & ~7u;
  std::uint64_t value = 0;
  if (base < event_status_offset) {
    value = capability_array(base);
  } else if (base == event_status_offset) {
    value = status_ && status_->events ? status_->events() : 0;
  } else if (status_ && base == memory_status_offset()) {
    value = memory_status();
  }
  value >>= 8 * (offset & 7u);
  return size == 4 ? value & 0xFFFFFFFF : value;
}

void DeviceRegisters::write(std::uint32_t offset, std::uint64_t value, unsigned size) {
  if (offset < mailbox_offset || offset >= memory_status_offset()) return;
  mailbox_.write(offset - mailbox_offset, value, size);
}

}  // namespace cxlpool::command
