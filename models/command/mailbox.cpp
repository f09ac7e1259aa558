// SPDX-License-Identifier: Apache-2.0
#include "models/command/mailbox.h"

#include <algorithm>
#include <utility>

namespace cxlpool::command {

namespace {

enum Offset : std::uint32_t {
  capabilities = 0x00,
  command = 0x08,
  status = 0x10,
  background = 0x18
};

constexpr std::uint64_t doorbell = 1u << 0;
constexpr std::uint64_t interrupt_enable = 1u << 1;
constexpr std::uint64_t background_interrupt_enable = 1u << 2;
constexpr unsigned control_shift = 32;  ///< control is the upper half of the first 8 bytes
constexpr std::uint64_t interrupt_capable = 1u << 5;
constexpr std::uint64_t background_interrupt_capable = 1u << 6;
constexpr unsigned length_shift = 16;
constexpr std::uint64_t length_mask = 0x1FFFFF;
constexpr std::uint64_t command_mask = 0x1FFFFFFFFFull;

unsigned log2_of(std::size_t power) {
  unsigned exponent = 0;
  while ((std::size_t{1} << exponent) < power) ++exponent;
  return exponent;
}

std::uint64_t low_bytes(unsigned size) {
  return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
}

bool is_register_access(std::uint32_t offset, unsigned size) {
  return (size == 4 || size == 8) && offset % size == 0;
}

}  // namespace

Mailbox::Mailbox(Cci& cci, const Config& config, RaiseInterrupt raise)
    : cci_(cci), config_(config), raise_(std::move(raise)), payload_(cci.max_payload_bytes()) {
  cci_.background().on_end([this] {
    if (background_interrupt_enabled_ && raise_) raise_(config_.vector);
  });
}

std::uint32_t Mailbox::size_bytes() const {
  return payload_offset + static_cast<std::uint32_t>(payload_.size());
}

std::uint64_t Mailbox::register_at(std::uint32_t offset) const {
  const BackgroundOperation& operation = cci_.background();
  switch (offset) {
    case capabilities: {
      const std::uint64_t control =
          (interrupt_enabled_ ? interrupt_enable : 0) |
          (background_interrupt_enabled_ ? background_interrupt_enable : 0);
      return log2_of(payload_.size()) | interrupt_capable | background_interrupt_capable |
             (config_.vector & 0xFull) << 7 | (config_.type & 0xFull) << 19 |
             control << control_shift;
    }
    case command:
      return command_;
    case status:
      return (operation.running() ? 1 : 0) | std::uint64_t{static_cast<std::uint16_t>(return_code_)}
                                                 << 32;
    case background:
      return operation.opcode() | std::uint64_t{operation.percent()} << 16 |
             std::uint64_t{static_cast<std::uint16_t>(operation.return_code())} << 32;
    default:
      return 0;
  }
}

std::uint64_t Mailbox::read(std::uint32_t offset, unsigned size) const {
  if (size == 0 || size > 8 || offset >= size_bytes() || size > size_bytes() - offset) return 0;
  if (offset >= payload_offset) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      value |= std::uint64_t{payload_[offset - payload_offset + i]} << (8 * i);
    }
    return value;
  }
  if (!is_register_access(offset, size)) return 0;
  return register_at(offset & ~7u) >> (8 * (offset & 7u)) & low_bytes(size);
}

void Mailbox::write(std::uint32_t offset, std::uint64_t value, unsigned size) {
  if (size == 0 || size > 8 || offset >= size_bytes() || size > size_bytes() - offset) return;
  if (offset >= payload_offset) {
    for (unsigned i = 0; i < size; ++i) {
      payload_[offset - payload_offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return;
  }
  if (!is_register_access(offset, size)) return;
  const unsigned shift = 8 * (offset & 7u);
  write_register(offset & ~7u, value << shift, low_bytes(size) << shift);
}

void Mailbox::write_register(std::uint32_t offset, std::uint64_t value, std::uint64_t mask) {
  if (offset == command) {
    command_ = ((command_ & ~mask) | (value & mask)) & command_mask;
    return;
  }
  const bool reaches_control = (mask >> control_shift) != 0;
  if (offset != capabilities || !reaches_control) return;
  const std::uint64_t control = value >> control_shift;
  interrupt_enabled_ = (control & interrupt_enable) != 0;
  background_interrupt_enabled_ = (control & background_interrupt_enable) != 0;
  if (control & doorbell) ring();
}

void Mailbox::ring() {
  const auto opcode = static_cast<std::uint16_t>(command_ & 0xFFFF);
  const std::size_t length = command_ >> length_shift & length_mask;
  Reply reply = ReturnCode::invalid_payload_length;
  if (length <= payload_.size()) {
    const Bytes input(payload_.begin(), payload_.begin() + static_cast<std::ptrdiff_t>(length));
    reply = cci_.execute(opcode, input);
  }
  return_code_ = reply.code;
  std::fill(payload_.begin(), payload_.end(), std::uint8_t{0});
  std::copy(reply.payload.begin(), reply.payload.end(), payload_.begin());
  command_ = opcode | std::uint64_t{reply.payload.size()} << length_shift;
  if (interrupt_enabled_ && raise_) raise_(config_.vector);
}

void Mailbox::reset() {
  interrupt_enabled_ = background_interrupt_enabled_ = false;
  command_ = 0;
  return_code_ = ReturnCode::success;
  std::fill(payload_.begin(), payload_.end(), std::uint8_t{0});
}

void Mailbox::save(Writer& state) const {
  state(interrupt_enabled_);
  state(background_interrupt_enabled_);
  state(command_);
  state(static_cast<std::uint16_t>(return_code_));
  state.append(payload_);
}

}  // namespace cxlpool::command
