// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/component_registers.h"
#include "models/address/config_space.h"
#include "models/address/partition.h"
#include "models/fabric/endpoint.h"
#include "models/fabric/media.h"
#include "models/fabric/mmio_socket.h"

namespace cxlpool::fabric {

/// A Type-3 single logical device: HDM decoders that turn HPA into DPA, a volatile and a persistent
/// partition, and the media behind them. It decodes only while its DVSEC Mem_Enable and its HDM
/// decoder enable are set. Refusals are response statuses, counted by cause.
class Type3Device final : public Endpoint, private RegisterOwner {
 public:
  struct Config {
    std::string label;
    DeviceId id{};
    address::Partitions partitions;
    address::HdmCapability capability =
        address::HdmCapability::standard(address::ComponentKind::device);
    std::string backing_file;  ///< empty: private memory
  };

  /// Where the register blocks lie on `mmio`.
  static constexpr std::uint64_t component_registers = 0x00000;
  static constexpr std::uint64_t config_space = 0x10000;

  MmioSocket mmio;

  /// Without `timing` the device takes no time.
  Type3Device(sc_core::sc_module_name name, Config config,
              std::unique_ptr<EndpointTiming> timing = nullptr);

  const address::HdmDecoderBlock& decoders() const { return registers_.decoders(); }
  const address::Partitions& partitions() const { return config_.partitions; }

  /// The media by DPA, for checking and seeding: a back door that no transaction uses.
  Media& media() { return media_; }

  /// Loss and return of power, as at hot-removal: registers take their reset values, the volatile
  /// partition is lost, the persistent one is kept.
  void power_cycle();

  void expect(std::uint64_t dpa) const override { media_.prefetch(dpa); }
  void serve_at(std::uint64_t dpa, tlm::tlm_generic_payload& trans, MemoryAccess* access) override {
    if (access) {
      access->device = config_.id;
      access->dpa = dpa;
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    trans.set_dmi_allowed(true);
    if (trans.get_byte_enable_ptr()) return serve_enabled_bytes(dpa, trans);
    serve_all_bytes(dpa, trans);
  }

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;

 private:
  Target locate(std::uint64_t hpa) const override;
  void peek_or_poke(std::uint64_t dpa, tlm::tlm_generic_payload& trans) override {
    serve_all_bytes(dpa, trans);
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi) override;
  void serve_all_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans) {
    if (trans.is_read()) {
      media_.read(dpa, trans.get_data_ptr(), trans.get_data_length());
    } else if (trans.is_write()) {
      media_.write(dpa, trans.get_data_ptr(), trans.get_data_length());
    }
  }
  void serve_enabled_bytes(std::uint64_t dpa, tlm::tlm_generic_payload& trans);
  void revoke() { usp->invalidate_direct_mem_ptr(0, ~0ull); }
  std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) override;
  address::WriteVerdict write_register(unsigned block, std::uint64_t offset, std::uint64_t value,
                                       unsigned size) override;
  address::WriteVerdict write_config(std::uint32_t offset, std::uint32_t value, unsigned size);

  Config config_;
  address::ComponentRegisters registers_;
  address::DeviceConfigSpace config_space_;
  Media media_;
};

}  // namespace cxlpool::fabric
