// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platforms/qmp/machine.h"

namespace cxlpool::qmp::test {

/// Remembers what it was asked, and answers what it was told to. Time goes by only when asked.
class FakeMachine : public Machine {
 public:
  Status object_add(const Backend& request) override { return record(added, request); }
  Status object_del(const std::string& id) override { return record(deleted, id); }
  Status add_dynamic_capacity(const AddDynamicCapacity& request) override {
    return record(capacity_added, request);
  }
  Status release_dynamic_capacity(const ReleaseDynamicCapacity& request) override {
    return record(capacity_released, request);
  }
  Result<ReleaseStatus> release_status(const ReleaseStatusQuery& query) override {
    status_asked.push_back(query);
    if (failure) return *failure;
    return status;
  }
  Status inject_poison(const InjectPoison& request) override { return record(poison, request); }
  Status inject_uncorrectable_errors(const InjectUncorrectableErrors& request) override {
    return record(uncorrectable, request);
  }
  Status inject_correctable_error(const InjectCorrectableError& request) override {
    return record(correctable, request);
  }
  Status inject_general_media_event(const GeneralMediaEvent& event) override {
    return record(general_media, event);
  }
  Status inject_dram_event(const DramEvent& event) override { return record(dram, event); }
  Status inject_memory_module_event(const MemoryModuleEvent& event) override {
    return record(memory_module, event);
  }
  Result<MailboxReply> mailbox(const MailboxCommand& command) override {
    mailbox_commands.push_back(command);
    if (failure) return *failure;
    return MailboxReply{0x15, command.payload};
  }
  Result<std::uint64_t> read_register(const RegisterAccess& access) override {
    registers_read.push_back(access);
    if (failure) return *failure;
    return ~access.offset;
  }
  Status write_register(const RegisterAccess& access) override {
    return record(registers_written, access);
  }
  Result<Access> read(const std::string& host, std::uint64_t hpa, std::uint64_t size) override {
    accesses.push_back({host, hpa, size, {}});
    if (failure) return *failure;
    return Access{access_ok, access_ok ? "" : "no_window",
                  std::vector<std::uint8_t>(size, access_ok ? 0xA5 : 0xFF)};
  }
  Result<Access> write(const std::string& host, std::uint64_t hpa,
                       const std::vector<std::uint8_t>& bytes) override {
    accesses.push_back({host, hpa, bytes.size(), bytes});
    if (failure) return *failure;
    return Access{access_ok, access_ok ? "" : "no_window", {}};
  }
  Status system_reset() override { return record(resets, now_); }
  std::vector<BackendState> backends() override { return backend_states; }
  std::vector<DeviceState> devices() override { return device_states; }
  std::vector<std::string> hosts() override { return {"host0"}; }
  timing::Picoseconds now() override { return now_; }
  void advance_to(timing::Picoseconds time) override {
    now_ = std::max(now_, time);
    changes.insert(changes.end(), changes_of_time.begin(), changes_of_time.end());
    changes_of_time.clear();
  }
  std::vector<CapacityChange> take_capacity_changes() override {
    return std::exchange(changes, {});
  }

  std::vector<ErrorReport> take_error_reports() override { return std::exchange(reports, {}); }

  struct AccessAsked {
    std::string host;
    std::uint64_t hpa = 0;
    std::uint64_t size = 0;
    std::vector<std::uint8_t> bytes;
  };

  std::optional<Error> failure;  ///< of whatever is asked next and later
  ReleaseStatus status;
  bool access_ok = true;
  std::vector<CapacityChange> changes;          ///< for whoever takes them
  std::vector<ErrorReport> reports;             ///< for whoever takes them
  std::vector<CapacityChange> changes_of_time;  ///< become `changes` when time goes by
  std::vector<BackendState> backend_states;
  std::vector<DeviceState> device_states;

  std::vector<Backend> added;
  std::vector<std::string> deleted;
  std::vector<AddDynamicCapacity> capacity_added;
  std::vector<ReleaseDynamicCapacity> capacity_released;
  std::vector<ReleaseStatusQuery> status_asked;
  std::vector<InjectPoison> poison;
  std::vector<InjectUncorrectableErrors> uncorrectable;
  std::vector<InjectCorrectableError> correctable;
  std::vector<GeneralMediaEvent> general_media;
  std::vector<DramEvent> dram;
  std::vector<MemoryModuleEvent> memory_module;
  std::vector<MailboxCommand> mailbox_commands;
  std::vector<RegisterAccess> registers_read;
  std::vector<RegisterAccess> registers_written;
  std::vector<AccessAsked> accesses;
  std::vector<timing::Picoseconds> resets;

 private:
  template <class T>
  Status record(std::vector<T>& list, const T& request) {
    list.push_back(request);
    if (failure) return *failure;
    return Done{};
  }

  timing::Picoseconds now_ = 0;
};

}  // namespace cxlpool::qmp::test
