// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/management/capacity_responder.h"
#include "platforms/builder.h"
#include "platforms/machine/mmio_mailbox.h"
#include "platforms/qmp/machine.h"

namespace cxlpool::platforms {

/// A simulated platform as an orchestrator sees it: what QMP commands are carried out on. Capacity
/// commands go to the devices as a fabric manager outside of all hosts would give them; mailboxes
/// and memory are reached as software reaches them, by MMIO and by accesses of a host.
///
/// In place of host software a responder per device answers offers and releases, unless that is
/// left to the client. It runs when an interrupt has come, before a call returns.
class PoolMachine : public qmp::Machine {
 public:
  using Response = management::CapacityResponder::Policy;

  /// `response`: none leaves answers to whoever sends mailbox commands. The platform is started,
  /// and outlives this.
  PoolMachine(Platform& platform, std::optional<Response> response);
  ~PoolMachine() override;

  qmp::Status object_add(const qmp::Backend& backend) override;
  qmp::Status object_del(const std::string& id) override;
  qmp::Status add_dynamic_capacity(const qmp::AddDynamicCapacity& request) override;
  qmp::Status release_dynamic_capacity(const qmp::ReleaseDynamicCapacity& request) override;
  qmp::Result<qmp::ReleaseStatus> release_status(const qmp::ReleaseStatusQuery& query) override;
  qmp::Status inject_poison(const qmp::InjectPoison& request) override;
  qmp::Status inject_uncorrectable_errors(const qmp::InjectUncorrectableErrors& request) override;
  qmp::Status inject_correctable_error(const qmp::InjectCorrectableError& request) override;
  qmp::Status inject_general_media_event(const qmp::GeneralMediaEvent& event) override;
  qmp::Status inject_dram_event(const qmp::DramEvent& event) override;
  qmp::Status inject_memory_module_event(const qmp::MemoryModuleEvent& event) override;
  qmp::Result<qmp::MailboxReply> mailbox(const qmp::MailboxCommand& command) override;
  qmp::Result<std::uint64_t> read_register(const qmp::RegisterAccess& access) override;
  qmp::Status write_register(const qmp::RegisterAccess& access) override;
  qmp::Result<qmp::Access> read(const std::string& host, std::uint64_t hpa,
                                std::uint64_t size) override;
  qmp::Result<qmp::Access> write(const std::string& host, std::uint64_t hpa,
                                 const std::vector<std::uint8_t>& bytes) override;
  qmp::Status system_reset() override;
  std::vector<qmp::BackendState> backends() override;
  std::vector<qmp::DeviceState> devices() override;
  std::vector<std::string> hosts() override;
  timing::Picoseconds now() override;
  void advance_to(timing::Picoseconds time) override;
  std::vector<qmp::CapacityChange> take_capacity_changes() override;
  std::vector<qmp::ErrorReport> take_error_reports() override;

  /// Called after a system reset: what firmware does to a machine that starts.
  void on_reset(std::function<void()> firmware) { firmware_ = std::move(firmware); }

  /// The mailbox of a device or switch; null where nothing of that name has one.
  MmioMailbox* mailbox_of(const std::string& name);

 private:
  struct Responder {
    std::unique_ptr<management::CapacityResponder> software;
    const Component* device = nullptr;
    bool called = false;  ///< an interrupt has come
    bool away = false;    ///< the device was held in reset or not plugged when it was looked at
  };

  /// Of the device at a path: of a Type-3 device, or of nothing.
  qmp::Result<fabric::Type3Device*> find(const std::string& path);
  /// The same, if it answers.
  qmp::Result<fabric::Type3Device*> find_running(const std::string& path);
  qmp::Result<const Component*> find_registers(const std::string& path);
  /// False: held in reset, or not plugged.
  bool answers(const Component& component);
  void call_who_has_to_look(Responder& responder);
  /// The device's dynamic capacity, and its region. An error says what is missing.
  qmp::Result<capacity::DynamicCapacity*> find_capacity(const std::string& path,
                                                        std::uint8_t region);
  qmp::Status add_record(const qmp::EventHeader& header, command::EventRecord record);
  void add_mailboxes();
  void add_responder(fabric::Type3Device& device, Response response);
  void record(const std::string& device, const capacity::CapacityEvent& event);
  qmp::DeviceState state_of(std::size_t device);
  std::optional<std::size_t> find_host(const std::string& name);
  void settle();

  Platform& platform_;
  std::map<std::string, MmioMailbox> mailboxes_;  ///< by name of device or switch
  std::map<std::string, Responder> responders_;   ///< by name of device
  std::map<std::string, qmp::Backend> backends_;  ///< as they were asked for
  std::vector<qmp::CapacityChange> changes_;
  std::vector<qmp::ErrorReport> error_reports_;
  std::function<void()> firmware_;
};

}  // namespace cxlpool::platforms
