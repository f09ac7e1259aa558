// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/command/cci.h"

namespace cxlpool::command {

/// Health block (sources.md 4.8): 4200h's answer, and part of a memory module event.
struct HealthInfo {
  static constexpr std::uint8_t life_not_reported = 0xFF;
  static constexpr std::uint16_t temperature_not_reported = 0x7FFF;

  std::uint8_t status = 0;
  std::uint8_t media_status = 0;
  std::uint8_t additional_status = 0;
  std::uint8_t life_used_percent = life_not_reported;
  std::uint16_t temperature_c = temperature_not_reported;  ///< two's complement
  std::uint32_t dirty_shutdowns = 0;
  std::uint32_t corrected_volatile = 0;
  std::uint32_t corrected_persistent = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(status), codec(media_status), codec(additional_status), codec(life_used_percent);
    codec(temperature_c), codec(dirty_shutdowns), codec(corrected_volatile);
    codec(corrected_persistent);
  }
};

/// 4201h's answer. Temperatures are degrees Celsius in two's complement.
struct AlertConfiguration {
  std::uint8_t valid = 0;
  std::uint8_t programmable = 0x1F;
  std::uint8_t life_critical = 75;
  std::uint8_t life_warning = 40;
  std::uint16_t over_temperature_critical = 35;
  std::uint16_t under_temperature_critical = 10;
  std::uint16_t over_temperature_warning = 25;
  std::uint16_t under_temperature_warning = 20;
  std::uint16_t corrected_volatile_warning = 0;
  std::uint16_t corrected_persistent_warning = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(valid), codec(programmable), codec(life_critical), codec(life_warning);
    codec(over_temperature_critical), codec(under_temperature_critical);
    codec(over_temperature_warning), codec(under_temperature_warning);
    codec(corrected_volatile_warning), codec(corrected_persistent_warning);
  }
};

/// 4202h's request: bits of `valid` say which thresholds to set, of `enable` which alerts to
/// enable.
struct SetAlertConfiguration {
  static constexpr std::uint8_t life = 1u << 0;
  static constexpr std::uint8_t over_temperature = 1u << 1;
  static constexpr std::uint8_t under_temperature = 1u << 2;
  static constexpr std::uint8_t corrected_volatile = 1u << 3;
  static constexpr std::uint8_t corrected_persistent = 1u << 4;

  std::uint8_t valid = 0;
  std::uint8_t enable = 0;
  std::uint8_t life_warning = 0;
  std::uint16_t over_temperature_warning = 0;
  std::uint16_t under_temperature_warning = 0;
  std::uint16_t corrected_volatile_warning = 0;
  std::uint16_t corrected_persistent_warning = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(valid), codec(enable), codec(life_warning), codec.reserved(1);
    codec(over_temperature_warning), codec(under_temperature_warning);
    codec(corrected_volatile_warning), codec(corrected_persistent_warning);
  }
};

/// Health, alerts and shutdown state of a Type-3 device (4200h-4204h). A warning at or past its
/// critical limit answers 02h and changes nothing.
class Health {
 public:
  HealthInfo info;  ///< the model's user may change it

  void add_commands(Cci& cci);
  bool shutdown_dirty() const { return dirty_; }
  /// Counts a shutdown that found the state dirty.
  void cold_reset();
  void save(Writer& state) const;

 private:
  Reply set_alerts(const Request& request);
  Reply set_shutdown_state(const Request& request);

  AlertConfiguration alerts_;
  bool dirty_ = false;
};

}  // namespace cxlpool::command
