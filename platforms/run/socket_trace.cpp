// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/socket_trace.h"

namespace cxlpool::platforms {
namespace {

using timing::Picoseconds;

/// Of a host, by phase.
constexpr std::size_t begin_req = 0, begin_resp = 1, phases_of_host = 2;

std::size_t phase_of(fabric::HostId host, std::size_t phase) {
  return static_cast<std::size_t>(host) * phases_of_host + phase;
}

std::uint32_t command_of(const traffic::Request& request) {
  return request.op == traffic::Op::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND;
}

}  // namespace

SocketTrace::SocketTrace(sc_core::sc_module_name name, const std::vector<std::string>& hosts,
                         const std::vector<std::string>& devices, const fabric::Timekeeper& time)
    : sc_module(name), time_(time), first_device_(hosts.size() * phases_of_host) {
  const auto add_phase = [this](const std::string& phase) {
    signals_.emplace_back();
    signals_.back().name = phase;
  };
  for (const std::string& host : hosts) {
    add_phase(host + ".core.begin_req");
    add_phase(host + ".core.begin_resp");
  }
  for (const std::string& device : devices) add_phase(device + ".usp.begin_req");
  SC_HAS_PROCESS(SocketTrace);
  SC_METHOD(replay);
  sensitive << due_;
  dont_initialize();
}

void SocketTrace::request_began(fabric::HostId host, const traffic::Request& asked,
                                Picoseconds at) {
  add({at, 0, phase_of(host, begin_req), asked.address, command_of(asked), asked.size,
       tlm::TLM_INCOMPLETE_RESPONSE});
}

void SocketTrace::response_began(fabric::HostId host, const traffic::Answer& answer) {
  add({answer.answered_at, 0, phase_of(host, begin_resp), answer.request.address,
       command_of(answer.request), answer.request.size, answer.trans.get_response_status()});
}

void SocketTrace::served(fabric::DeviceId device, std::uint64_t dpa,
                         const tlm::tlm_generic_payload& trans) {
  add({time_.now(), 0, first_device_ + static_cast<std::size_t>(device), dpa,
       static_cast<std::uint32_t>(trans.get_command()), trans.get_data_length(),
       trans.get_response_status()});
  if (next_) next_->served(device, dpa, trans);
}

void SocketTrace::add(Change change) {
  const bool earliest = changes_.empty() || change.at < changes_.top().at;
  change.serial = ++serial_;
  changes_.push(change);
  if (!earliest) return;
  const Picoseconds now = fabric::to_picoseconds(sc_core::sc_time_stamp());
  due_.notify(fabric::to_sc_time(change.at > now ? change.at - now : 0));
}

void SocketTrace::replay() {
  const Picoseconds now = fabric::to_picoseconds(sc_core::sc_time_stamp());
  for (; !changes_.empty() && changes_.top().at <= now; changes_.pop()) {
    const Change& change = changes_.top();
    PhaseSignals& phase = signals_[change.phase];
    ++phase.count;
    phase.address = change.address;
    phase.command = change.command;
    phase.bytes = change.bytes;
    phase.status = change.status;
  }
  if (!changes_.empty()) due_.notify(fabric::to_sc_time(changes_.top().at - now));
}

}  // namespace cxlpool::platforms
