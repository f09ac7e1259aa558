// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/host.h"

#include <algorithm>
#include <array>

#include "models/fabric/hop.h"
#include "models/fabric/part.h"

namespace cxlpool::fabric {

using address::Cause;

namespace {

/// Lends a payload without our extension one, so that the way down can be explained; a foreign
/// initiator's payload comes back as it was.
class LentAccess {
 public:
  LentAccess(tlm::tlm_generic_payload& trans, PayloadPool& pool)
      : trans_(trans), lender_(pool.take()), access_(lender_.get_extension<MemoryAccess>()) {
    *access_ = MemoryAccess{};  // the pool's payloads carry what the last user left
    trans.set_extension(access_);
  }
  ~LentAccess() {
    trans_.clear_extension(access_);
    lender_.release();
  }
  LentAccess(const LentAccess&) = delete;
  LentAccess& operator=(const LentAccess&) = delete;

  MemoryAccess& operator*() const { return *access_; }

 private:
  tlm::tlm_generic_payload& trans_;
  tlm::tlm_generic_payload& lender_;
  MemoryAccess* access_;
};

/// A payload for a part of an access. It carries the foreign extensions of the access, so that
/// what a foreign initiator tells a foreign target travels along; afterwards it has ours alone.
class PartPayload {
 public:
  PartPayload(const tlm::tlm_generic_payload& trans, PayloadPool& pool) : part_(pool.take()) {
    for_each_foreign([&](unsigned id) { part_.set_extension(id, trans.get_extension(id)); });
  }
  ~PartPayload() {
    for_each_foreign([&](unsigned id) { part_.set_extension(id, nullptr); });
    access().parts = nullptr;
    part_.release();
  }
  PartPayload(const PartPayload&) = delete;
  PartPayload& operator=(const PartPayload&) = delete;

  tlm::tlm_generic_payload& operator*() const { return part_; }
  MemoryAccess& access() const { return *part_.get_extension<MemoryAccess>(); }

 private:
  template <typename Action>
  static void for_each_foreign(Action&& action) {
    for (unsigned id = 0; id < tlm::max_num_extensions(); ++id) {
      if (id != MemoryAccess::ID) action(id);
    }
  }

  tlm::tlm_generic_payload& part_;
};

/// From now; nothing when it has passed.
sc_core::sc_time until(const sc_core::sc_time& time) {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  return time > now ? time - now : sc_core::SC_ZERO_TIME;
}

}  // namespace

Host::Host(sc_core::sc_module_name name, Config config, HostTiming timing)
    : sc_module(name),
      core("core", config.cores),
      bridge("bridge", config.bridge_uids.size() + (config.local ? 1 : 0)),
      config_(std::move(config)),
      part_bytes_(static_cast<unsigned>(std::min<std::uint64_t>(part_bytes, config_.least_block))),
      neighbours_(bridge.size()),
      timing_(std::move(timing)) {
  for (unsigned i = 0; i < core.size(); ++i) {
    core[i].register_b_transport(this, &Host::b_transport, static_cast<int>(i));
    core[i].register_transport_dbg(this, &Host::transport_dbg, static_cast<int>(i));
    core[i].register_get_direct_mem_ptr(this, &Host::get_direct_mem_ptr, static_cast<int>(i));
  }
  for (unsigned i = 0; i < bridge.size(); ++i) {
    bridge[i].register_invalidate_direct_mem_ptr(this, &Host::invalidate_direct_mem_ptr,
                                                 static_cast<int>(i));
  }
  if (timing_.time) make_timed();
}

void Host::end_of_elaboration() {
  for (unsigned i = 0; i < bridge.size(); ++i) neighbours_[i] = Neighbour::below(bridge[i]);
  topology_stale_ = true;  // whoever asked before now saw nothing below the bridges
}

void Host::b_transport(int, tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
  auto* access = trans.get_extension<MemoryAccess>();
  if (access) return serve(trans, *access, delay);
  serve_foreign(trans, delay);
}

void Host::serve_foreign(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
  const LentAccess lent(trans, pool_);
  serve(trans, *lent, delay);
}

inline void Host::serve(tlm::tlm_generic_payload& trans, MemoryAccess& access,
                        sc_core::sc_time& delay) {
  access.clear_outcome();
  access.host = config_.id;
  trans.set_dmi_allowed(false);
  if (is_malformed(trans)) {
    counters_.count_error(Cause::malformed);
    fail(trans, Cause::malformed, config_.label.c_str());
  } else if ((trans.get_address() & (part_bytes_ - 1)) + trans.get_data_length() <= part_bytes_) {
    issue(trans, access, delay);
  } else {
    issue_in_parts(trans, access, delay);
  }
}

void Host::issue(tlm::tlm_generic_payload& trans, MemoryAccess& access, sc_core::sc_time& delay) {
  if (!config_.compiled_routes || revoking_ > 0 || !issue_compiled(trans, access, delay)) {
    issue_through_sockets(trans, delay);
  }
  if (access.parts) {
    access.parts->push_back({trans.get_address(), trans.get_data_length(), access.cause,
                             access.device, access.dpa, trans.get_response_status(),
                             access.poison});
  }
}

/// Where a compiled route leads that ends well at one of our own devices; else null: the sockets
/// know what is wrong.
Host::Shortcut* Host::find_shortcut(const tlm::tlm_generic_payload& trans, std::uint64_t& dpa) {
  Shortcut* shortcut = find_shortcut(trans.get_address(), dpa);
  if (!shortcut || shortcut->device->is_open()) return shortcut;
  return shortcut->device->may_access(dpa, trans.get_data_length(), trans.is_write()) ? shortcut
                                                                                      : nullptr;
}

/// The same for an address, whatever its device says of it.
Host::Shortcut* Host::find_shortcut(std::uint64_t hpa, std::uint64_t& dpa) {
  if (routes_stale_) compile();
  const auto* leaf = routes_.find(hpa);
  if (!leaf) return nullptr;
  Shortcut& shortcut = shortcuts_[routes_.index_of(leaf)];
  if (!shortcut.device) return nullptr;
  dpa = leaf->dpa(hpa);
  return leaf->exists(dpa) ? &shortcut : nullptr;
}

inline bool Host::issue_compiled(tlm::tlm_generic_payload& trans, MemoryAccess& access,
                                 sc_core::sc_time& delay) {
  std::uint64_t dpa = 0;
  Shortcut* shortcut = find_shortcut(trans, dpa);
  if (!shortcut) return false;
  count(shortcut->traffic, trans);
  shortcut->device->serve_at(dpa, trans, &access);
  if (timing_.time) {
    const timing::Picoseconds now = to_picoseconds(sc_core::sc_time_stamp());
    delay = to_sc_time(book(*shortcut, trans, dpa, now + to_picoseconds(delay)) - now);
  } else {
    delay += shortcut->latency;
  }
  return true;
}

void Host::issue_through_sockets(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
  count(counters_, trans);
  Cause cause = Cause::none;
  const int target = bridge_for(trans.get_address(), cause);
  if (target < 0) {
    counters_.count_error(cause);
    fail(trans, cause, config_.label.c_str());
    return;
  }
  const auto index = static_cast<unsigned>(target);
  if (!timing_.time) return bridge[index]->b_transport(trans, delay);
  const bool local = is_local(index);
  const auto now = [] { return to_picoseconds(sc_core::sc_time_stamp()); };
  const auto arrival = now() + to_picoseconds(delay);
  delay = to_sc_time(book_issue(local, request_message(trans), arrival) - now());
  bridge[index]->b_transport(trans, delay);
  delay = to_sc_time(book_return(local, now() + to_picoseconds(delay)) - now());
}

void Host::issue_in_parts(tlm::tlm_generic_payload& trans, MemoryAccess& access,
                          sc_core::sc_time& delay) {
  // Absolute, because a target may wait where ours annotate.
  const sc_core::sc_time start = sc_core::sc_time_stamp() + delay;
  sc_core::sc_time end = start;
  PartEnables enables;
  trans.set_response_status(tlm::TLM_OK_RESPONSE);
  for (unsigned offset = 0; offset < trans.get_data_length();) {
    const unsigned size =
        part_length(trans.get_address() + offset, trans.get_data_length() - offset);
    const PartPayload lent(trans, pool_);  // its own: a target may keep it
    tlm::tlm_generic_payload& part = *lent;
    MemoryAccess& part_access = lent.access();
    make_part(trans, offset, size, &enables, part);
    part_access = access;
    part_access.clear_outcome();
    sc_core::sc_time part_delay = until(start);
    issue(part, part_access, part_delay);
    end = std::max(end, sc_core::sc_time_stamp() + part_delay);
    access.poison |= part_access.poison;
    const bool first_failure = part.is_response_error() && trans.is_response_ok();
    if (offset == 0 || first_failure) {
      access.device = part_access.device;
      access.dpa = part_access.dpa;
    }
    if (first_failure) {
      trans.set_response_status(part.get_response_status());
      access.cause = part_access.cause;
      access.where = part_access.where;
      access.decoder = part_access.decoder;
    }
    offset += size;
  }
  delay = until(end);
}

unsigned Host::part_length(std::uint64_t address, std::uint64_t remaining) const {
  return static_cast<unsigned>(
      std::min<std::uint64_t>(remaining, part_bytes_ - (address & (part_bytes_ - 1))));
}

int Host::bridge_for(std::uint64_t hpa, Cause& cause) const {
  if (config_.local && config_.local->contains(hpa)) {
    return static_cast<int>(config_.bridge_uids.size());
  }
  for (const address::FixedMemoryWindow& window : config_.windows) {
    if (!window.contains(hpa)) continue;
    const std::uint32_t uid = window.targets[window.target_index(hpa)];
    const auto at = std::find(config_.bridge_uids.begin(), config_.bridge_uids.end(), uid);
    if (at != config_.bridge_uids.end()) return static_cast<int>(at - config_.bridge_uids.begin());
    cause = Cause::window_target;
    return -1;
  }
  cause = Cause::no_window;
  return -1;
}

unsigned Host::transport_dbg(int, tlm::tlm_generic_payload& trans) {
  if (has_no_range(trans)) {
    trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return 0;
  }
  const PartPayload lent(trans, pool_);
  tlm::tlm_generic_payload& part = *lent;
  unsigned done = 0;
  while (done < trans.get_data_length()) {
    const unsigned size = part_length(trans.get_address() + done, trans.get_data_length() - done);
    make_part(trans, done, size, nullptr, part);
    lent.access() = MemoryAccess{};
    lent.access().host = config_.id;
    Cause cause = Cause::none;
    const int target = bridge_for(part.get_address(), cause);
    if (target < 0) {
      fail(part, cause, config_.label.c_str());
      break;
    }
    const unsigned moved = bridge[static_cast<unsigned>(target)]->transport_dbg(part);
    done += moved;
    if (moved < size) break;
  }
  trans.set_response_status(done == trans.get_data_length() ? tlm::TLM_OK_RESPONSE
                                                            : part.get_response_status());
  return done;
}

bool Host::get_direct_mem_ptr(int, tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi) {
  const std::uint64_t hpa = trans.get_address();
  Cause cause = Cause::none;
  const int target = bridge_for(hpa, cause);
  if (target < 0) {
    dmi.init();
    dmi.set_start_address(hpa);
    dmi.set_end_address(hpa);
    return false;
  }
  const bool granted = bridge[static_cast<unsigned>(target)]->get_direct_mem_ptr(trans, dmi);
  for (const address::FixedMemoryWindow& window : config_.windows) {
    if (!window.contains(hpa)) continue;
    std::uint64_t first = window.base;
    std::uint64_t last = window.base + (window.size - 1);
    if (window.interleave.ways() > 1) {
      first = hpa & ~(window.interleave.granularity() - 1ull);
      last = hpa | (window.interleave.granularity() - 1ull);
    }
    first = std::max<std::uint64_t>(first, dmi.get_start_address());
    if (granted) dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
    dmi.set_start_address(first);
    dmi.set_end_address(std::min<std::uint64_t>(last, dmi.get_end_address()));
    break;
  }
  return granted;
}

void Host::invalidate_direct_mem_ptr(int, sc_dt::uint64 first, sc_dt::uint64 last) {
  if (!routes_stale_) settle_counters();
  routes_stale_ = true;
  topology_stale_ = true;
  ++revoking_;
  for (auto& socket : core) socket->invalidate_direct_mem_ptr(first, last);
  --revoking_;
}

const Topology& Host::topology() {
  if (topology_stale_) rebuild();
  return topology_;
}

void Host::rebuild() {
  topology_.tree = address::DecodeTree{};
  topology_.entries.clear();
  topology_.tree.windows = config_.windows;
  topology_.part_bytes = part_bytes_;
  for (unsigned i = 0; i < bridge.size(); ++i) {
    Cause why = Cause::none;
    const auto node =
        neighbours_[i].describe(topology_, config_.label + ".bridge" + std::to_string(i), why);
    if (is_local(i)) {
      topology_.tree.local = {*config_.local, node};
    } else {
      topology_.tree.bridges.push_back({config_.bridge_uids[i], node});
    }
  }
  topology_stale_ = revoking_ > 0;
}

void Host::compile() {
  const Topology& fabric = topology();
  if (under_way_ > 0) former_shortcuts_.push_back(std::move(shortcuts_));
  routes_ = address::CompiledRoutes(fabric.tree);
  shortcuts_ = std::vector<Shortcut>(routes_.leaves().size());
  for (std::size_t i = 0; i < shortcuts_.size(); ++i) {
    const auto& leaf = routes_.leaves()[i];
    if (leaf.cause != Cause::none || leaf.foreign) continue;
    shortcuts_[i].device = fabric.entries[leaf.node].device;
    shortcuts_[i].local = fabric.tree.nodes[leaf.node].kind == address::Node::Kind::local_memory;
    shortcuts_[i].passed.push_back(&counters_);
    for (auto node = leaf.node; node != address::no_node; node = fabric.tree.nodes[node].parent) {
      const Topology::Entry& entry = fabric.entries[node];
      shortcuts_[i].latency += entry.latency;
      shortcuts_[i].passed.insert(shortcuts_[i].passed.end(), entry.counters.begin(),
                                  entry.counters.end());
    }
    if (timing_.time) add_places(shortcuts_[i], leaf.node);
  }
  routes_stale_ = false;
}

void Host::settle_counters() {
  for (Shortcut& shortcut : shortcuts_) {
    for (Counters* counters : shortcut.passed) counters->add(shortcut.traffic);
    shortcut.traffic = Traffic{};
  }
}

}  // namespace cxlpool::fabric
