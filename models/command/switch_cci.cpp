// SPDX-License-Identifier: Apache-2.0
#include "models/command/switch_cci.h"

namespace cxlpool::command {

namespace {

struct PortStatesHeader {
  std::uint8_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec.reserved(3);
  }
};

}  // namespace

SwitchCci::SwitchCci(const Config& config, const Clock& clock, SwitchPorts& ports)
    : clock_(clock), ports_(ports), timestamp_(clock), cci_(clock, config.max_payload_bytes) {
  cci_.add_identify(config.identity);
  cci_.add_background_status();
  cci_.add_request_abort();
  cci_.add_timestamp(timestamp_, true);
  cci_.add_logs();
  cci_.add(Opcode::identify_switch, [this](const Request&) { return encode(ports_.identity()); });
  cci_.add(Opcode::get_port_state, [this](const Request& request) { return port_states(request); });
  cci_.add(Opcode::port_control, [this](const Request& request) { return control(request); });
  if (!config.tunnel) return;
  add_tunnel(cci_, [this](TunnelTarget type, std::uint8_t id) {
    return type == TunnelTarget::port_or_ld ? ports_.below(id) : nullptr;
  });
}

Reply SwitchCci::port_states(const Request& request) const {
  const std::size_t count = request.payload[0];
  const ByteView ids = request.payload.from(1);
  if (ids.size() < count) return ReturnCode::invalid_payload_length;
  if (count > request.fitting(wire_size<PortState>(), wire_size<PortStatesHeader>())) {
    return ReturnCode::invalid_input;
  }
  Writer writer;
  writer(PortStatesHeader{request.payload[0]});
  for (std::size_t i = 0; i < count; ++i) {
    auto state = ports_.state(ids[i]);
    if (!state) return ReturnCode::invalid_input;
    if (perst_asserted(ids[i])) state->link |= PortState::link_perst;
    writer(*state);
  }
  return writer.take();
}

Reply SwitchCci::control(const Request& request) {
  const auto wanted = *decode<PortControl>(request.payload);
  const auto state = ports_.state(wanted.port);
  if (!state || state->configuration != PortState::downstream) return ReturnCode::internal_error;
  const auto last = last_assert_.find(wanted.port);
  const bool holding = last != last_assert_.end() && clock_.now() - last->second < perst_hold;
  const bool asserted = perst_asserted(wanted.port);
  switch (wanted.action) {
    case PortControl::assert_perst:
      if (asserted || holding) return ReturnCode::internal_error;
      asserted_.insert(wanted.port);
      last_assert_[wanted.port] = clock_.now();
      ports_.perst(wanted.port, true);
      return ReturnCode::success;
    case PortControl::deassert_perst:
      if (!asserted) return ReturnCode::internal_error;
      asserted_.erase(wanted.port);
      ports_.perst(wanted.port, false);
      return ReturnCode::success;
    case PortControl::reset_ppb:
      if (asserted || holding) return ReturnCode::internal_error;
      ports_.reset(wanted.port);
      return ReturnCode::success;
    default:
      return ReturnCode::invalid_input;
  }
}

void SwitchCci::save(Writer& state) const {
  state(timestamp_.get());
  for (const std::uint8_t port : asserted_) state(port);
  for (const auto& [port, time] : last_assert_) {
    state(port);
    state(time);
  }
  cci_.save(state);
}

}  // namespace cxlpool::command
