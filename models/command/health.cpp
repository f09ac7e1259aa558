// SPDX-License-Identifier: Apache-2.0
#include "models/command/health.h"

namespace cxlpool::command {

namespace {

std::int16_t celsius(std::uint16_t field) { return static_cast<std::int16_t>(field); }

bool reasonable(const AlertConfiguration& alerts) {
  return alerts.life_warning < alerts.life_critical &&
         celsius(alerts.over_temperature_warning) < celsius(alerts.over_temperature_critical) &&
         celsius(alerts.under_temperature_warning) > celsius(alerts.under_temperature_critical);
}

}  // namespace

void Health::add_commands(Cci& cci) {
  cci.add(Opcode::get_health_info, [this](const Request&) { return encode(info); });
  cci.add(Opcode::get_alert_configuration, [this](const Request&) { return encode(alerts_); });
  cci.add(Opcode::set_alert_configuration,
          [this](const Request& request) { return set_alerts(request); });
  cci.add(Opcode::get_shutdown_state,
          [this](const Request&) { return Bytes{static_cast<std::uint8_t>(dirty_)}; });
  cci.add(Opcode::set_shutdown_state,
          [this](const Request& request) { return set_shutdown_state(request); });
}

Reply Health::set_alerts(const Request& request) {
  using Set = SetAlertConfiguration;
  const auto wanted = *decode<Set>(request.payload);
  AlertConfiguration alerts = alerts_;
  if (wanted.valid & Set::life) alerts.life_warning = wanted.life_warning;
  if (wanted.valid & Set::over_temperature) {
    alerts.over_temperature_warning = wanted.over_temperature_warning;
  }
  if (wanted.valid & Set::under_temperature) {
    alerts.under_temperature_warning = wanted.under_temperature_warning;
  }
  if (wanted.valid & Set::corrected_volatile) {
    alerts.corrected_volatile_warning = wanted.corrected_volatile_warning;
  }
  if (wanted.valid & Set::corrected_persistent) {
    alerts.corrected_persistent_warning = wanted.corrected_persistent_warning;
  }
  if (!reasonable(alerts)) return ReturnCode::invalid_input;
  const unsigned chosen = wanted.valid & alerts.programmable;
  alerts.valid = static_cast<std::uint8_t>((alerts.valid & ~chosen) | (wanted.enable & chosen));
  alerts_ = alerts;
  return ReturnCode::success;
}

Reply Health::set_shutdown_state(const Request& request) {
  if (request.payload[0] > 1) return ReturnCode::invalid_input;
  dirty_ = request.payload[0] == 1;
  return ReturnCode::success;
}

void Health::cold_reset() {
  if (dirty_) ++info.dirty_shutdowns;
  dirty_ = false;
}

void Health::save(Writer& state) const {
  state(info);
  state(alerts_);
  state(dirty_);
}

}  // namespace cxlpool::command
