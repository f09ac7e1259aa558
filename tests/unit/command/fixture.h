// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/command/dynamic_capacity.h"
#include "models/command/fm_owned_ld.h"
#include "models/command/switch_cci.h"
#include "models/command/type3_device.h"

namespace cxlpool::command::test {

inline constexpr std::uint64_t mib = 1ull << 20;
inline constexpr std::uint64_t quantum = 256 * mib;
inline constexpr std::uint64_t block = 2 * mib;
inline constexpr Nanoseconds second = 1'000'000'000;

struct ManualClock final : Clock {
  Nanoseconds time = 0;
  Nanoseconds now() const override { return time; }
};

/// Keeps what commands did to the media.
struct RecordedMedia final : MediaControl {
  struct Range {
    std::uint64_t dpa;
    std::uint64_t length;
  };
  std::vector<Range> cleared;
  std::map<std::uint64_t, Bytes> written;

  void clear(std::uint64_t dpa, std::uint64_t length) override { cleared.push_back({dpa, length}); }
  void write(std::uint64_t dpa, ByteView data) override { written[dpa] = data.copy(); }
  void save(Writer& state) const {
    for (const auto& range : cleared) state(range.dpa), state(range.length);
    for (const auto& [dpa, data] : written) state(dpa), state.append(data);
  }
};

/// A device of 512 MiB static and two regions of 256 MiB of dynamic capacity, below port 1 of a
/// switch, for two hosts; host 0 has the mailbox.
struct Rig final : capacity::Listener, SwitchPorts {
  ManualClock clock;
  RecordedMedia media;
  std::vector<unsigned> interrupts;
  Type3Device device;
  capacity::DynamicCapacity pool;
  Timestamp manager_time;
  FmOwnedLd fm_owned_ld;
  LdPool ld_pool;
  SwitchCci switch_cci;
  std::vector<std::pair<std::uint8_t, bool>> perst_calls;

  explicit Rig(Type3Config config = default_config(),
               const capacity::DynamicCapacity::Config& dynamic = pool_config())
      : device(config, clock, media, [this](unsigned vector) { interrupts.push_back(vector); }),
        pool(dynamic, this),
        manager_time(clock),
        fm_owned_ld({}, clock, manager_time, &pool),
        ld_pool(pool_of_heads(), clock, nullptr),
        switch_cci({}, clock, *this) {
    device.attach(pool, capacity::HostId{0});
  }

  static Type3Config default_config() {
    Type3Config config;
    config.volatile_bytes = quantum;
    config.persistent_bytes = quantum;
    config.partition_alignment_bytes = quantum;
    config.lsa_bytes = 4096;
    return config;
  }
  static capacity::DynamicCapacity::Config pool_config() {
    capacity::DynamicCapacity::Config config;
    config.hosts = 2;
    for (unsigned i = 0; i < 2; ++i) {
      capacity::Region region;
      region.base = (2 + i) * quantum;
      region.decode_length = region.length = quantum;
      region.block = block;
      region.dsmad_handle = i;
      config.regions.push_back(region);
    }
    return config;
  }
  static LdPool::Config pool_of_heads() {
    LdPool::Config config;
    config.head_of_ld = {0, 1, LdPool::unassigned};
    config.heads.resize(2);
    config.heads[1].port = 1;
    return config;
  }

  Reply run(std::uint16_t opcode, const Bytes& payload = {}) {
    return device.primary().execute(opcode, payload);
  }
  template <typename Payload>
  Reply run(Opcode opcode, const Payload& payload, const Bytes& more = {}) {
    Writer writer;
    writer(payload);
    writer.append(more);
    return run(static_cast<std::uint16_t>(opcode), writer.bytes());
  }
  Reply run(Opcode opcode) { return run(static_cast<std::uint16_t>(opcode)); }
  void pass(Nanoseconds duration) {
    clock.time += duration;
    device.advance(clock.time);
  }

  /// Everything that a command may change.
  Bytes state() const {
    Writer state;
    device.save(state);
    media.save(state);
    switch_cci.save(state);
    save(state, pool);
    return state.take();
  }

  void host_event(const capacity::CapacityEvent& event) override {
    if (event.host == capacity::HostId{0}) log_event(device.events(), event);
  }

  SwitchIdentity identity() const override {
    SwitchIdentity identity;
    identity.ports = 2;
    identity.active_ports[0] = 0x03;
    return identity;
  }
  std::optional<PortState> state(std::uint8_t port) const override {
    if (port > 1) return std::nullopt;
    PortState state;
    state.port = port;
    state.configuration = port == 0 ? PortState::upstream : PortState::downstream;
    return state;
  }
  Cci* below(std::uint8_t port) override { return port == 1 ? &fm_owned_ld.cci() : nullptr; }
  void perst(std::uint8_t port, bool asserted) override { perst_calls.push_back({port, asserted}); }
  void reset(std::uint8_t) override {}

 private:
  static void save(Writer& state, const capacity::DynamicCapacity& pool) {
    for (std::uint16_t id = 0; id < pool.hosts(); ++id) {
      const capacity::HostId host{id};
      state(pool.generation(host));
      for (const auto& extent : pool.accepted(host)) state(to_wire(extent));
      for (const auto& group : pool.pending(host)) {
        state(static_cast<std::uint64_t>(group.size()));
        for (const auto& extent : group) state(to_wire(extent));
      }
    }
    for (const auto& tag : pool.tags()) state(tag.tag.bytes), state(tag.referenced);
    for (const auto& region : pool.regions())
      state(region.block), state(region.sanitize_on_release);
    state(static_cast<std::uint64_t>(pool.allocations().size()));
    state(pool.tags_generation());
  }
};

template <typename Payload>
Payload answer(const Reply& reply) {
  return decode<Payload>(reply.payload).value();
}

/// The bytes of a text of hexadecimal digits.
inline Bytes hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace cxlpool::command::test
