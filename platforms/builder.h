// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/fabric/cxl_switch.h"
#include "models/fabric/direct_initiator.h"
#include "models/fabric/host.h"
#include "models/fabric/host_bridge.h"
#include "models/fabric/link.h"
#include "models/fabric/local_memory.h"
#include "models/fabric/mmio_master.h"
#include "models/fabric/type3_device.h"
#include "platforms/description.h"

namespace cxlpool::platforms {

class StationFactory;

/// A register block that software can reach: a host bridge, an upstream port, or a device.
struct Component {
  std::string label;  ///< "h0.hb0", "sw0" (or "sw0.usp1" with several upstream ports), "mem0"
  address::ComponentKind kind{};
  unsigned mmio_block = 0;
  const address::HdmDecoderBlock* decoders = nullptr;  ///< null: a pass-through host bridge
};

/// The modules of one platform, built and bound from its description. Nothing is programmed: the
/// registers hold their reset values until software (platforms/programming.h) writes them.
///
/// The description must have passed validate(). One platform a process, since SystemC elaborates
/// once; call start() before the first access.
class Platform {
 public:
  /// Binds `upper` to `lower`, or to something that stands in between; `name` is what both ends are
  /// called in platform terms, with '-' between them.
  using Bind =
      std::function<void(const std::string& name, tlm::tlm_base_initiator_socket_b<>& upper,
                         tlm::tlm_base_target_socket_b<>& lower)>;

  struct Options {
    bool compiled_routes = true;
    /// Builds what takes time: stations in every module, on a timeline. Without it a platform has
    /// constant link latencies at most.
    bool timed = false;
    /// Core sockets of each host beside the one that direct(h) uses.
    std::vector<unsigned> extra_cores = {};
    Bind bind = nullptr;  ///< of every two sockets; null: directly
    /// Loosely timed accesses come in the order of their time (traffic::LooseDriver). Otherwise
    /// initiators may run ahead of each other by the description's quantum.
    bool in_order = false;
  };

  Platform(const PlatformDescription& description, const Options& options);
  ~Platform();

  /// Elaborates. Modules bound to extra core sockets must exist by now.
  void start();

  const PlatformDescription& description() const { return description_; }

  std::size_t host_count() const { return hosts_.size(); }
  fabric::Host& host(std::size_t index) { return *hosts_[index]; }
  fabric::DirectInitiator& direct(std::size_t host) { return *direct_[host]; }
  /// Index of a host by name; the name must exist.
  std::size_t host_index(const std::string& name) const;

  std::size_t device_count() const { return devices_.size(); }
  fabric::Type3Device& device(std::size_t index) { return *devices_[index]; }
  fabric::Type3Device* find_device(const std::string& name);

  /// Everything with memory, by DeviceId: the devices, then the hosts' own memories.
  std::vector<fabric::Endpoint*> endpoints();

  /// The memory backends that devices with tagged capacity draw on.
  fabric::BackendStore& backends() { return backends_; }

  std::size_t switch_count() const { return switches_.size(); }
  /// Switches in the order of the description.
  fabric::CxlSwitch& cxl_switch(std::size_t index) { return *switches_[index]; }

  const std::vector<Component>& components() const { return components_; }
  const Component* find_component(const std::string& label) const;
  fabric::MmioMaster& mmio() { return *mmio_; }

  bool is_plugged(const std::string& device) const;
  /// Hot-plug: brings the link of a device up; its registers hold reset values.
  void plug(const std::string& device);
  /// Hot-removal: takes the link down; the device loses power.
  void unplug(const std::string& device);

  /// Conventional reset of everything below the hosts: decoders are lost; extents, offers and event
  /// records stay.
  void hot_reset();

  /// Null unless timed.
  fabric::Timekeeper* time() { return time_.get(); }

  /// Counters of everything that accesses pass, by label, in building order. Settled first.
  struct LabelledCounters {
    std::string label;
    const char* kind;
    const fabric::Counters* counters;
  };
  std::vector<LabelledCounters> counters();

 private:
  struct PortRef {
    fabric::Hop* hop = nullptr;
    unsigned index = 0;
  };

  template <typename Upper, typename Lower>
  void connect(const std::string& upper_name, Upper& upper, const std::string& lower_name,
               Lower& lower);
  void build_hosts(const Options& options);
  void build_host(const HostDescription& host, const Options& options);
  void build_switches();
  void build_devices();
  void build_local_memories();
  void connect_switches();
  void connect_devices();
  void connect_registers();
  void connect_controls();
  fabric::Link& add_link(const std::string& upper, const std::string& lower,
                         fabric::Hop::UpstreamSocket* hop_side,
                         tlm_utils::simple_target_socket<fabric::Endpoint>* device_side, bool up);
  const LinkDescription* find_link(const std::string& upper, const std::string& lower) const;
  const PhysicalLinkDescription* physical_link(const std::string& upper,
                                               const std::string& lower) const;
  unsigned credits(const std::string& upper, const std::string& lower) const;
  timing::Picoseconds link_latency(const std::string& upper, const std::string& lower) const;
  const SwitchDescription* find_switch(const std::string& name) const;
  void add_component(std::string label, address::ComponentKind kind, fabric::MmioSocket& mmio,
                     const address::HdmDecoderBlock* decoders);

  PlatformDescription description_;
  Bind bind_;
  fabric::BackendStore backends_;
  std::unique_ptr<fabric::Timekeeper> time_;
  std::unique_ptr<StationFactory> stations_;  ///< likewise
  std::vector<std::unique_ptr<fabric::Host>> hosts_;
  std::vector<std::unique_ptr<fabric::DirectInitiator>> direct_;
  std::vector<std::unique_ptr<fabric::HostBridge>> bridges_;
  std::vector<std::unique_ptr<fabric::CxlSwitch>> switches_;
  std::vector<std::unique_ptr<fabric::Type3Device>> devices_;
  std::vector<std::unique_ptr<fabric::LocalMemory>> local_memories_;
  std::vector<std::unique_ptr<fabric::Link>> links_;
  std::vector<fabric::Link*> device_links_;  ///< by device
  std::unique_ptr<fabric::MmioMaster> mmio_;
  std::vector<fabric::MmioSocket*> mmio_targets_;
  std::vector<Component> components_;
  std::unordered_map<std::string, PortRef> ports_;  ///< downstream ports by name, while building
};

}  // namespace cxlpool::platforms
