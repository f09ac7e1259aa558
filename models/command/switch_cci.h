// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "models/command/cci.h"
#include "models/command/tunnel.h"

namespace cxlpool::command {

/// 5100h's answer.
struct SwitchIdentity {
  std::uint8_t ingress_port = 0;
  std::uint8_t ports = 0;
  std::uint8_t virtual_switches = 1;
  std::array<std::uint8_t, 32> active_ports{};
  std::array<std::uint8_t, 32> active_virtual_switches{1};
  std::uint16_t vppbs = 0;
  std::uint16_t active_vppbs = 0;
  std::uint8_t hdm_decoders = 4;

  template <class Codec>
  void fields(Codec& codec) {
    codec(ingress_port), codec.reserved(1), codec(ports), codec(virtual_switches);
    codec(active_ports), codec(active_virtual_switches), codec(vppbs), codec(active_vppbs);
    codec(hdm_decoders);
  }
};

/// A port of 5101h's answer (sources.md 7.1).
struct PortState {
  static constexpr std::uint8_t disabled = 0, downstream = 3, upstream = 4;
  static constexpr std::uint8_t no_device = 0, type3_sld = 4, type3_mld = 5, switch_device = 6;
  static constexpr std::uint16_t link_perst = 1u << 1, link_present = 1u << 2;

  std::uint8_t port = 0;
  std::uint8_t configuration = disabled;
  std::uint8_t device_mode = 0;
  std::uint8_t device_type = no_device;
  std::uint8_t mode_mask = 0x02;
  std::uint8_t max_width = 16;
  std::uint8_t width = 16;
  std::uint8_t speeds = 0x1F;
  std::uint8_t max_speed = 5;
  std::uint8_t speed = 5;
  std::uint8_t ltssm = 4;  ///< L0
  std::uint8_t first_lane = 0;
  std::uint16_t link = 0;
  std::uint8_t lds = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(port), codec(configuration), codec(device_mode), codec.reserved(1), codec(device_type);
    codec(mode_mask), codec(max_width), codec(width), codec(speeds), codec(max_speed);
    codec(speed), codec(ltssm), codec(first_lane), codec(link), codec(lds);
  }
};

/// 5102h's request.
struct PortControl {
  enum Action : std::uint8_t { assert_perst = 0, deassert_perst = 1, reset_ppb = 2 };

  std::uint8_t port = 0;
  std::uint8_t action = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(port), codec(action);
  }
};

/// What the commands need to know of a switch and may do to it.
class SwitchPorts {
 public:
  virtual ~SwitchPorts() = default;
  virtual SwitchIdentity identity() const = 0;
  /// Nothing for a port number that the switch does not have.
  virtual std::optional<PortState> state(std::uint8_t port) const = 0;
  /// The FM-owned LD's CCI of the Type-3 device below a port; nullptr when there is none.
  virtual Cci* below(std::uint8_t port) = 0;
  /// Holds the device below in reset, or lets it go.
  virtual void perst(std::uint8_t port, bool asserted) = 0;
  /// Resets the port's bridge, and so what is below.
  virtual void reset(std::uint8_t port) = 0;
};

/// The mailbox CCI of a switch: identity, ports, port control, and the tunnel to devices below
/// (sources.md 7.1, 6.8). An unknown port is 02h, in 5102h 04h.
class SwitchCci {
 public:
  static constexpr Nanoseconds perst_hold = 100'000'000;

  struct Config {
    ComponentIdentity identity{0x19E5, 0xA128, 0, 0, 0, ComponentIdentity::switch_component};
    std::size_t max_payload_bytes = Cci::default_payload_bytes;
    bool tunnel = true;  ///< false: another CCI manages the pool, and 53xxh is 03h here
  };

  SwitchCci(const Config& config, const Clock& clock, SwitchPorts& ports);

  Cci& cci() { return cci_; }
  bool perst_asserted(std::uint8_t port) const { return asserted_.count(port) != 0; }
  void save(Writer& state) const;

 private:
  Reply port_states(const Request& request) const;
  Reply control(const Request& request);

  const Clock& clock_;
  SwitchPorts& ports_;
  Timestamp timestamp_;
  std::set<std::uint8_t> asserted_;
  std::map<std::uint8_t, Nanoseconds> last_assert_;
  Cci cci_;
};

}  // namespace cxlpool::command
