// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/timed.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::bench {
namespace {

using namespace platforms;

constexpr std::uint64_t mib256 = 256ull << 20;

void set_times(PlatformDescription& platform) {
  PhysicalLinkDescription link;
  link.gen = 5;
  link.port_latency = Times::flight;
  platform.default_link = link;
  platform.default_link_latency = link.flight();
  for (HostDescription& host : platform.hosts) {
    host.timing.request_latency = Times::host;
    host.timing.response_latency = Times::host;
  }
  for (SwitchDescription& sw : platform.switches) {
    sw.timing.latency = Times::through;
    sw.timing.arbitration = Arbitration::fifo;
  }
  for (DeviceDescription& device : platform.devices) {
    device.timing.request_latency = Times::controller;
    device.timing.response_latency = Times::controller;
    device.timing.media.latency = Times::media;
    device.timing.media.read_gap = Times::media_gap;
    device.timing.media.write_gap = Times::media_gap;
  }
}

HostDescription one_way_host(const std::string& name) {
  HostDescription host;
  host.name = name;
  HostBridgeDescription bridge;
  bridge.name = "hb0";
  bridge.root_ports = {{"rp0", 0}};
  host.bridges = {bridge};
  WindowDescription window;
  window.base = pool_base;
  window.size = mib256;
  window.targets = {"hb0"};
  host.windows = {window};
  return host;
}

DeviceDescription device_at(const std::string& name, const std::string& at, std::uint64_t bytes) {
  DeviceDescription device;
  device.name = name;
  device.at = at;
  device.volatile_bytes = bytes;
  return device;
}

RegionDescription region_of(const std::string& name, const std::string& host, std::size_t window) {
  RegionDescription region;
  region.name = name;
  region.host = host;
  region.window = window;
  return region;
}

/// One for a sender of requests, and on the first host one for loosely timed accesses.
std::vector<unsigned> extra_cores(const Workload& workload) {
  std::vector<unsigned> cores(workload.platform.hosts.size(), 1);
  cores.front() = 2;
  return cores;
}

Workload finish(PlatformDescription platform, const Share& share, unsigned outstanding) {
  set_times(platform);
  Workload workload;
  workload.shares.assign(platform.hosts.size(), share);
  workload.platform = std::move(platform);
  workload.outstanding = outstanding;
  return workload;
}

}  // namespace

Workload timed_pool() {
  const std::uint64_t size = 8 * Pool::device_bytes;
  return finish(describe_pool(), {pool_base, 1, size, 4 * Pool::device_bytes}, 64);
}

Workload dram_pool() {
  Workload workload = timed_pool();
  for (DeviceDescription& device : workload.platform.devices) {
    device.timing.media = {};
    device.timing.media.kind = MediaKind::dram;
    device.timing.media.part = "DDR5-4800BN";
  }
  return workload;
}

Workload many_hosts(unsigned hosts) {
  constexpr std::uint64_t footprint = 256 << 10;
  PlatformDescription p;
  SwitchDescription sw;
  sw.name = "sw";
  for (unsigned i = 0; i < hosts; ++i) {
    const std::string host = fmt::format("h{}", i);
    p.hosts.push_back(one_way_host(host));
    sw.upstream.push_back(host + ".hb0.rp0");
    sw.downstream.push_back(
        {fmt::format("ds{}", i), static_cast<std::uint8_t>(i), sw.upstream.back()});
    p.devices.push_back(device_at(fmt::format("mem{}", i), fmt::format("sw.ds{}", i), mib256));
    p.regions.push_back(region_of(fmt::format("r{}", i), host, 0));
    p.regions.back().devices = {p.devices.back().name};
  }
  p.switches = {sw};
  return finish(p, {pool_base, 1, mib256, footprint / hosts}, 16);
}

Workload many_devices(unsigned devices) {
  constexpr std::uint64_t footprint = 256 << 10;
  const unsigned ways = std::min(devices, 16u);
  const unsigned sides = std::min(devices, 2u);      // switches of a set
  const unsigned pairs = devices > 512 ? 2 : 1;      // sets of switches
  const unsigned sets = devices / ways / pairs;      // of one window
  const unsigned ports = devices / (sides * pairs);  // of a switch
  PlatformDescription p;
  HostDescription host = one_way_host("h0");
  host.bridges.clear();
  host.windows.clear();
  for (unsigned pair = 0; pair < pairs; ++pair) {
    WindowDescription window;
    window.base = pool_base + pair * sets * ways * mib256;
    window.size = sets * ways * mib256;
    for (unsigned side = 0; side < sides; ++side) {
      const unsigned index = pair * sides + side;
      HostBridgeDescription bridge;
      bridge.name = fmt::format("hb{}", index);
      bridge.uid = index;
      bridge.root_ports = {{"rp0", 0}};
      host.bridges.push_back(bridge);
      window.targets.push_back(bridge.name);
      SwitchDescription sw;
      sw.name = fmt::format("sw{}", index);
      sw.upstream = {fmt::format("h0.hb{}.rp0", index)};
      sw.capabilities.decoders = 32;
      for (unsigned port = 0; port < ports; ++port) {
        const std::string name = fmt::format("ds{}", port);
        sw.downstream.push_back({name, static_cast<std::uint8_t>(port), sw.upstream[0]});
        p.devices.push_back(device_at(fmt::format("mem{}_{}", index, port),
                                      fmt::format("sw{}.{}", index, name), mib256));
      }
      p.switches.push_back(sw);
    }
    host.windows.push_back(window);
    for (unsigned set = 0; set < sets; ++set) {
      RegionDescription region = region_of(fmt::format("r{}_{}", pair, set), "h0", pair);
      for (unsigned position = 0; position < ways; ++position) {
        region.devices.push_back(fmt::format("mem{}_{}", pair * sides + position % sides,
                                             set * ways / sides + position / sides));
      }
      p.regions.push_back(region);
    }
  }
  p.hosts = {host};
  const unsigned regions = sets * pairs;
  return finish(p, {pool_base, regions, ways * mib256, footprint / regions}, 64);
}

BareSender::BareSender(sc_core::sc_module_name name, unsigned outstanding, const Share& share)
    : sc_module(name),
      socket("socket"),
      share_(share),
      lines_(0, share.footprint),
      slots_(outstanding) {
  socket.register_nb_transport_bw(this, &BareSender::nb_transport_bw);
  for (unsigned i = 0; i < outstanding; ++i) free_.push_back(i);
}

void BareSender::begin(std::uint64_t count) {
  left_ += count;
  ahead_ = sc_core::SC_ZERO_TIME;
  send_what_can();
}

void BareSender::send_what_can() {
  while (left_ > 0 && !free_.empty() && !open_request_) {
    const unsigned slot = free_.back();
    free_.pop_back();
    --left_;
    send(slot);
  }
}

void BareSender::send(unsigned slot) {
  tlm::tlm_generic_payload& trans = pool_.take();
  auto& access = *trans.get_extension<fabric::MemoryAccess>();
  access = fabric::MemoryAccess{};
  access.off_kernel = true;
  access.tag = slot;
  trans.set_command((write_ = !write_) ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  const std::uint64_t region = turn_++ & (share_.regions - 1);
  trans.set_address(share_.base + region * share_.region_size + lines_.next());
  trans.set_data_ptr(slots_[slot].data);
  trans.set_data_length(64);
  trans.set_streaming_width(64);
  trans.set_byte_enable_ptr(nullptr);
  trans.set_byte_enable_length(0);
  trans.set_dmi_allowed(false);
  trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = ahead_;
  open_request_ = &trans;
  if (socket->nb_transport_fw(trans, phase, delay) == tlm::TLM_UPDATED) open_request_ = nullptr;
}

tlm::tlm_sync_enum BareSender::nb_transport_bw(tlm::tlm_generic_payload& trans,
                                               tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  ahead_ = delay;
  if (&trans == open_request_) open_request_ = nullptr;
  if (phase != tlm::BEGIN_RESP) {
    send_what_can();
    return tlm::TLM_ACCEPTED;
  }
  failed_ += !trans.is_response_ok();
  free_.push_back(trans.get_extension<fabric::MemoryAccess>()->tag);
  trans.release();
  send_what_can();
  return tlm::TLM_COMPLETED;
}

TimedPool::TimedPool(sc_core::sc_module_name name, const Workload& workload)
    : sc_module(name),
      platform_(workload.platform, {true, true, extra_cores(workload)}),
      loose_("loose"),
      under_way_(std::uint64_t{workload.outstanding} * workload.shares.size()) {
  loose_.socket.bind(platform_.host(0).core[2]);
  for (std::size_t i = 0; i < platform_.host_count(); ++i) {
    senders_.push_back(std::make_unique<BareSender>(fmt::format("sender{}", i).c_str(),
                                                    workload.outstanding, workload.shares[i]));
    senders_[i]->socket.bind(platform_.host(i).core[1]);
  }
}

void TimedPool::program() {
  platforms::enable_all(platform_);
  for (const auto& region : platforms::program(platform_).regions) {
    if (!region.made()) throw std::logic_error(region.refusal->text);
  }
}

void TimedPool::use_compiled_routes(bool use) {
  for (std::size_t i = 0; i < platform_.host_count(); ++i) {
    platform_.host(i).use_compiled_routes(use);
  }
}

void TimedPool::count(bool on) {
  for (timing::Station* station : platform_.time()->timeline().stations()) {
    station->measure(on ? 0 : timing::Wheel::never, timing::Wheel::never);
  }
}

void TimedPool::set_footprint(std::uint64_t footprint) {
  for (auto& sender : senders_) sender->set_footprint(footprint);
}

void TimedPool::access(std::uint64_t hpa, std::uint8_t* data, bool write) {
  loose_.access(hpa, data, write, fabric::to_sc_time(ahead_));
  ahead_ += loose_gap;
  if (ahead_ < quantum) return;
  sc_core::sc_start(fabric::to_sc_time(quantum));
  ahead_ -= quantum;
}

void TimedPool::run(std::uint64_t count) {
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    const std::uint64_t before = count * i / senders_.size();
    senders_[i]->begin(count * (i + 1) / senders_.size() - before);
  }
  sc_core::sc_start();
}

bool TimedPool::all_ok() const {
  return std::all_of(senders_.begin(), senders_.end(),
                     [](const auto& sender) { return sender->failed() == 0; });
}

}  // namespace cxlpool::bench
