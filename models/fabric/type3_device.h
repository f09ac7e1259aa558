// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "models/address/component_registers.h"
#include "models/address/config_space.h"
#include "models/address/partition.h"
#include "models/fabric/device_control.h"
#include "models/fabric/device_register_block.h"
#include "models/fabric/endpoint.h"
#include "models/fabric/media.h"
#include "models/fabric/mmio_socket.h"

namespace cxlpool::fabric {

/// A Type-3 single logical device: HDM decoders that turn HPA into DPA, volatile, persistent and
/// dynamic capacity, the media behind them, and a mailbox with its commands. It decodes only while
/// its DVSEC Mem_Enable and its HDM decoder enable are set; of dynamic capacity the host reaches
/// what it has accepted. Refusals are response statuses, counted by cause.
class Type3Device final : public Endpoint, private RegisterOwner {
 public:
  struct Config {
    std::string label;
    DeviceId id{};
    address::Partitions partitions;
    address::HdmCapability capability =
        address::HdmCapability::standard(address::ComponentKind::device);
    std::string backing_file;  ///< empty: private memory
    DeviceControl::Config control;
  };

  /// Where the register blocks lie on `mmio`.
  static constexpr std::uint64_t component_registers = 0x00000;
  static constexpr std::uint64_t config_space = 0x10000;
  static constexpr std::uint64_t device_registers = DeviceRegisterBlock::offset;

  MmioSocket mmio;

  /// Without `timing` the device takes no time.
  Type3Device(sc_core::sc_module_name name, Config config,
              std::unique_ptr<EndpointTiming> timing = nullptr);

  const address::HdmDecoderBlock& decoders() const { return registers_.decoders(); }
  const address::Partitions& partitions() const { return config_.partitions; }
  DeviceControl& control() { return *control_; }

  /// Poison from outside, as an operator injects it. False: misaligned, beyond capacity, or there.
  bool inject_poison(std::uint64_t dpa, std::uint64_t length);

  /// A protocol error, as if the device had just detected it: recorded in its RAS registers and
  /// told to the host, unless it is masked. False, and nothing: the device is held in reset.
  bool inject_error(address::UncorrectableError error, const address::HeaderLog& header);
  bool inject_error(address::CorrectableError error);

  /// Called with every error message that the device sends to its host, and with the error.
  void on_error_message(
      std::function<void(address::ErrorMessage message, const char* error)> observer) {
    error_observer_ = std::move(observer);
  }
  /// Messages of that kind sent so far.
  std::uint64_t error_messages(address::ErrorMessage message) const {
    return error_messages_[static_cast<std::size_t>(message)];
  }

  /// Called with the vector of every MSI that the device sends.
  void on_interrupt(std::function<void(unsigned vector)> observer) {
    interrupt_ = std::move(observer);
  }
  /// Called with everything that happens to dynamic capacity.
  void on_capacity(std::function<void(const capacity::CapacityEvent&)> observer) {
    capacity_observer_ = std::move(observer);
  }

  /// Loss and return of power, as at hot-removal: registers take their reset values, the volatile
  /// partition and dynamic capacity are lost, the persistent partition is kept.
  void power_cycle();
  /// Conventional reset: decoders are lost; extents, offers, event records and RAS registers stay.
  void hot_reset();
  /// A fundamental reset as long as it is held: the device is reset and answers no access.
  void hold_in_reset(bool held);

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;
  void reset_from_above(unsigned ingress, Reset reset) override;

 private:
  Target locate(std::uint64_t hpa) const override;
  void send(std::optional<address::ErrorMessage> message, const char* error);
  Admission admit(std::uint64_t dpa, unsigned length, bool is_write) const override;
  void revoke() { usp->invalidate_direct_mem_ptr(0, ~0ull); }
  void control_changed();
  void control_due();
  Lending lend(std::uint64_t dpa) const override;
  std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) override;
  address::WriteVerdict write_register(unsigned block, std::uint64_t offset, std::uint64_t value,
                                       unsigned size) override;
  address::WriteVerdict write_config(std::uint32_t offset, std::uint32_t value, unsigned size);

  Config config_;
  address::ComponentRegisters registers_;
  address::DeviceConfigSpace config_space_;
  Media media_;
  std::unique_ptr<DeviceControl> control_;
  bool held_in_reset_ = false;
  sc_core::sc_event due_{"due"};
  std::array<std::uint64_t, 3> error_messages_{};  ///< by kind
  std::function<void(address::ErrorMessage, const char*)> error_observer_;
  std::function<void(unsigned)> interrupt_;
  std::function<void(const capacity::CapacityEvent&)> capacity_observer_;
};

}  // namespace cxlpool::fabric
