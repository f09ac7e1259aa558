// SPDX-License-Identifier: Apache-2.0
// Mailboxes, memory, time, and who answers for hosts. Capacity is in pool_capacity.cpp, events in
// pool_events.cpp.
#include "platforms/machine/pool_machine.h"

#include <utility>

#include <fmt/format.h>

#include "platforms/machine/pool_paths.h"

namespace cxlpool::platforms {

using command::Bytes;
using qmp::generic_error;

namespace {

constexpr std::uint64_t longest_access = 4096;  // what one payload carries

bool wraps(std::uint64_t hpa, std::uint64_t size) { return size != 0 && size - 1 > ~hpa; }

qmp::Error past_the_end(std::uint64_t hpa, std::uint64_t size) {
  return generic_error(
      fmt::format("{} bytes from {:#x} on pass the end of the address space", size, hpa));
}

qmp::Error no_answer(const std::string& path) {
  return generic_error(
      fmt::format("'{}' is held in reset or not plugged: it does not answer", path));
}

/// An access in pieces of what one payload carries; `one` makes one, from an offset on.
template <typename One>
qmp::Access in_pieces(std::uint64_t size, One&& one) {
  qmp::Access access;
  access.ok = true;
  for (std::uint64_t done = 0; done < size; done += longest_access) {
    const auto outcome = one(done, static_cast<unsigned>(std::min(longest_access, size - done)));
    access.poison |= outcome.access.poison;
    if (outcome.ok() || !access.ok) continue;
    access.ok = false;
    access.cause = address::name(outcome.access.cause);
  }
  return access;
}

std::string name_of_switch(const Component& component) {
  return component.label.substr(0, component.label.find('.'));
}

}  // namespace

PoolMachine::PoolMachine(Platform& platform, std::optional<Response> response)
    : platform_(platform) {
  add_mailboxes();
  for (std::size_t i = 0; i < platform_.device_count(); ++i) {
    fabric::Type3Device& device = platform_.device(i);
    device.on_capacity([this, name = device.label()](const capacity::CapacityEvent& event) {
      record(name, event);
    });
    device.on_error_message(
        [this, name = device.label()](address::ErrorMessage message, const char* error) {
          error_reports_.push_back({name, message, error});
        });
    if (response && device.control().capacity()) add_responder(device, *response);
  }
}

PoolMachine::~PoolMachine() {
  for (std::size_t i = 0; i < platform_.device_count(); ++i) {
    platform_.device(i).on_capacity(nullptr);
    platform_.device(i).on_error_message(nullptr);
    platform_.device(i).on_interrupt(nullptr);
  }
}

void PoolMachine::add_mailboxes() {
  for (const Component& component : platform_.components()) {
    if (component.kind == address::ComponentKind::device) {
      mailboxes_.emplace(component.label, MmioMailbox(platform_.mmio(), component.mmio_block,
                                                      fabric::Type3Device::device_registers));
    } else if (component.kind == address::ComponentKind::switch_upstream) {
      // The first upstream port's block; the others find the name taken.
      mailboxes_.emplace(
          name_of_switch(component),
          MmioMailbox(platform_.mmio(), component.mmio_block, fabric::CxlSwitch::device_registers));
    }
  }
}

void PoolMachine::add_responder(fabric::Type3Device& device, Response response) {
  Responder& responder = responders_[device.label()];
  MmioMailbox& mailbox = mailboxes_.at(device.label());
  responder.software = std::make_unique<management::CapacityResponder>(
      response, [&mailbox](command::Opcode opcode, const Bytes& payload) {
        const auto reply = mailbox.execute(static_cast<std::uint16_t>(opcode), payload);
        return reply.value_or(command::ReturnCode::internal_error);
      });
  responder.device = platform_.find_component(device.label());
  responder.software->start();
  device.on_interrupt([&responder](unsigned) { responder.called = true; });
}

/// Software finds a device that was away as after a reset, and tries again what it owes.
void PoolMachine::call_who_has_to_look(Responder& responder) {
  const bool was_away = std::exchange(responder.away, !answers(*responder.device));
  if (responder.away) return;
  if (was_away) responder.software->start();
  responder.called |= was_away || responder.software->owes();
}

/// Software runs when it was called, until nothing calls any more.
void PoolMachine::settle() {
  for (auto& [name, responder] : responders_) call_who_has_to_look(responder);
  bool ran = true;
  while (ran) {
    ran = false;
    for (auto& [name, responder] : responders_) {
      if (!responder.called || responder.away) continue;
      responder.called = false;
      responder.software->handle_events();
      ran = true;
    }
  }
}

qmp::Result<fabric::Type3Device*> PoolMachine::find(const std::string& path) {
  fabric::Type3Device* device = platform_.find_device(name_in(path));
  if (!device) return generic_error("Unable to resolve CXL type 3 device");
  return device;
}

qmp::Result<fabric::Type3Device*> PoolMachine::find_running(const std::string& path) {
  const auto device = find(path);
  if (!device) return device;
  if (!answers(*platform_.find_component((*device)->label()))) return no_answer(path);
  return device;
}

qmp::Result<const Component*> PoolMachine::find_registers(const std::string& path) {
  const Component* component = platform_.find_component(name_in(path));
  if (!component) {
    return generic_error(fmt::format(
        "'{}' has no registers: expected a device, a switch's upstream port or a host bridge",
        path));
  }
  if (!answers(*component)) return no_answer(path);
  return component;
}

bool PoolMachine::answers(const Component& component) {
  const bool is_device = component.kind == address::ComponentKind::device;
  if (is_device && !platform_.is_plugged(component.label)) return false;
  // Every component has a capability array; only what is held in reset reads zero there.
  return platform_.mmio().read(component.mmio_block, address::ComponentRegisters::capability_array,
                               4) != 0;
}

qmp::Result<std::uint64_t> PoolMachine::read_register(const qmp::RegisterAccess& access) {
  const auto component = find_registers(access.path);
  if (!component) return component.error();
  return platform_.mmio().read((*component)->mmio_block, access.offset, access.size);
}

qmp::Status PoolMachine::write_register(const qmp::RegisterAccess& access) {
  const auto component = find_registers(access.path);
  if (!component) return component.error();
  platform_.mmio().write((*component)->mmio_block, access.offset, access.value, access.size);
  settle();
  return qmp::Done{};
}

MmioMailbox* PoolMachine::mailbox_of(const std::string& name) {
  const auto found = mailboxes_.find(name);
  return found == mailboxes_.end() ? nullptr : &found->second;
}

qmp::Result<qmp::MailboxReply> PoolMachine::mailbox(const qmp::MailboxCommand& command) {
  MmioMailbox* mailbox = mailbox_of(name_in(command.path));
  if (!mailbox) {
    return generic_error(
        fmt::format("'{}' has no mailbox: expected a device or a switch", command.path));
  }
  if (command.head != 0) {
    return generic_error(fmt::format("'{}' has one head, 0; got {}", command.path, command.head));
  }
  const fabric::Type3Device* device = platform_.find_device(name_in(command.path));
  if (device && !platform_.is_plugged(device->label())) return no_answer(command.path);
  const auto reply = mailbox->execute(command.opcode, command.payload);
  if (!reply) return no_answer(command.path);
  settle();
  return qmp::MailboxReply{static_cast<std::uint16_t>(reply->code), reply->payload};
}

std::optional<std::size_t> PoolMachine::find_host(const std::string& name) {
  for (std::size_t i = 0; i < platform_.host_count(); ++i) {
    if (platform_.host(i).label() == name) return i;
  }
  return std::nullopt;
}

qmp::Result<qmp::Access> PoolMachine::read(const std::string& host, std::uint64_t hpa,
                                           std::uint64_t size) {
  const auto index = find_host(host);
  if (!index) return generic_error(fmt::format("no host is named '{}'", host));
  if (wraps(hpa, size)) return past_the_end(hpa, size);
  std::vector<std::uint8_t> bytes(size, 0xFF);
  qmp::Access access = in_pieces(size, [&](std::uint64_t done, unsigned here) {
    return platform_.direct(*index).read(hpa + done, &bytes[done], here);
  });
  access.bytes = std::move(bytes);
  return access;
}

qmp::Result<qmp::Access> PoolMachine::write(const std::string& host, std::uint64_t hpa,
                                            const std::vector<std::uint8_t>& bytes) {
  const auto index = find_host(host);
  if (!index) return generic_error(fmt::format("no host is named '{}'", host));
  if (wraps(hpa, bytes.size())) return past_the_end(hpa, bytes.size());
  return in_pieces(bytes.size(), [&](std::uint64_t done, unsigned here) {
    return platform_.direct(*index).write(hpa + done, &bytes[done], here);
  });
}

qmp::Status PoolMachine::system_reset() {
  platform_.hot_reset();
  if (firmware_) firmware_();
  settle();
  return qmp::Done{};
}

std::vector<std::string> PoolMachine::hosts() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < platform_.host_count(); ++i)
    names.push_back(platform_.host(i).label());
  return names;
}

timing::Picoseconds PoolMachine::now() { return fabric::to_picoseconds(sc_core::sc_time_stamp()); }

void PoolMachine::advance_to(timing::Picoseconds time) {
  if (time <= now()) return;
  // Software that was called on the way answers when the time has come.
  sc_core::sc_start(fabric::to_sc_time(time - now()));
  settle();
}

std::vector<qmp::CapacityChange> PoolMachine::take_capacity_changes() {
  return std::exchange(changes_, {});
}

std::vector<qmp::ErrorReport> PoolMachine::take_error_reports() {
  return std::exchange(error_reports_, {});
}

}  // namespace cxlpool::platforms
