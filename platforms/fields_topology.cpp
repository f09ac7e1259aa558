// SPDX-License-Identifier: Apache-2.0
// The keys of hosts, switches and devices.
#include <limits>

#include <fmt/format.h>

#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

constexpr std::size_t max_ports = 256;  // port numbers are bytes

std::uint8_t port_number(const Cursor& at) {
  return static_cast<std::uint8_t>(at.integer(0, std::numeric_limits<std::uint8_t>::max()));
}

unsigned small_count(const Cursor& at) { return static_cast<unsigned>(at.integer(0, 0xFFFF)); }

template <class T>
decltype(T::timing)& timing_of(T& entry) {
  return entry.timing;
}

/// A list of ports, or their number: `4` makes rp0 to rp3 with port numbers 0 to 3.
template <class Port>
void read_ports(const Cursor& at, const Fields<Port>& fields, const char* prefix,
                std::vector<Port>& out) {
  if (at.node().kind == Node::Kind::scalar) {
    const std::uint64_t count = at.integer(0, max_ports);
    for (std::uint64_t i = 0; i < count; ++i) {
      read_entry(at, out, [&](const Cursor&, Port& port) {
        port.name = fmt::format("{}{}", prefix, i);
        port.port = static_cast<std::uint8_t>(i);
      });
    }
    return;
  }
  at.expect_list(max_ports);
  read_entries(at, fields, out, [&](const Cursor& item, Port& port) {
    port.port = static_cast<std::uint8_t>(out.size());
    read_section(item, fields, port);
  });
}

std::uint16_t read_restrictions(const Cursor& at) {
  if (at.node().kind == Node::Kind::scalar) {
    return static_cast<std::uint16_t>(at.integer(0, std::numeric_limits<std::uint16_t>::max()));
  }
  std::uint16_t bits = 0;
  const std::size_t items = at.expect_list(restriction_words.size());
  for (std::size_t i = 0; i < items; ++i) {
    bits = static_cast<std::uint16_t>(bits | at.item(i).word(restriction_words));
  }
  return bits;
}

const Fields<WindowDescription>& window_fields() {
  using W = WindowDescription;
  static const Fields<W> fields(
      "window",
      {{required("base"), [](const Cursor& at, W& w) { w.base = at.size(); }},
       {required("size"), [](const Cursor& at, W& w) { w.size = at.size(); }},
       {list_of(required("targets")),
        [](const Cursor& at, W& w) {
          read_scalars(at, 64, w.targets, [](const Cursor& item) { return item.text(); });
        }},
       {optional("granularity"), [](const Cursor& at, W& w) { w.granularity = at.granularity(); }},
       {optional("arithmetic"),
        [](const Cursor& at, W& w) { w.arithmetic = at.word(arithmetic_words); }},
       {list_of(optional("xormaps")),
        [](const Cursor& at, W& w) {
          read_scalars(at, 64, w.xor_maps, [](const Cursor& item) { return item.integer(); });
        }},
       {list_of(optional("restrictions")),
        [](const Cursor& at, W& w) { w.restrictions = read_restrictions(at); }},
       {optional("qtg"), [](const Cursor& at, W& w) {
          w.qtg = static_cast<std::uint16_t>(at.integer(0, 0xFFFF));
        }}});
  return fields;
}

const Fields<RootPortDescription>& root_port_fields() {
  using P = RootPortDescription;
  static const Fields<P> fields(
      "root_port", {{required("name"), [](const Cursor& at, P& p) { p.name = at.text(); }},
                    {optional("port"), [](const Cursor& at, P& p) { p.port = port_number(at); }}});
  return fields;
}

const Fields<HostBridgeDescription>& bridge_fields() {
  using B = HostBridgeDescription;
  static const Fields<B> fields(
      "bridge",
      {{required("name"), [](const Cursor& at, B& b) { b.name = at.text(); }},
       {optional("uid"), [](const Cursor& at, B& b) { b.uid = at.count(); }},
       {optional("passthrough"),
        [](const Cursor& at, B& b) { b.passthrough = at.word(passthrough_words); }},
       {list_of(required("root_ports"), &root_port_fields()),
        [](const Cursor& at, B& b) { read_ports(at, root_port_fields(), "rp", b.root_ports); }},
       {mapping(optional("capabilities"), capability_fields()),
        [](const Cursor& at, B& b) { read_section(at, capability_fields(), b.capabilities); }}});
  return fields;
}

const Fields<DownstreamPortDescription>& downstream_fields() {
  using P = DownstreamPortDescription;
  static const Fields<P> fields(
      "downstream_port",
      {{required("name"), [](const Cursor& at, P& p) { p.name = at.text(); }},
       {optional("port"), [](const Cursor& at, P& p) { p.port = port_number(at); }},
       {optional("bound_to"), [](const Cursor& at, P& p) { p.bound_to = at.text(); }}});
  return fields;
}

}  // namespace

const Fields<CapabilityDescription>& capability_fields() {
  using C = CapabilityDescription;
  static const Fields<C> fields(
      "capabilities",
      {{optional("decoders"), [](const Cursor& at, C& c) { c.decoders = small_count(at); }},
       {optional("targets"), [](const Cursor& at, C& c) { c.targets = small_count(at); }},
       {optional("interleave_256b"),
        [](const Cursor& at, C& c) { c.interleave_256b = at.boolean(); }},
       {optional("interleave_4k"), [](const Cursor& at, C& c) { c.interleave_4k = at.boolean(); }},
       {optional("ways_3_6_12"), [](const Cursor& at, C& c) { c.ways_3_6_12 = at.boolean(); }},
       {optional("ways_16"), [](const Cursor& at, C& c) { c.ways_16 = at.boolean(); }},
       {optional("poison_on_error"),
        [](const Cursor& at, C& c) { c.poison_on_error = at.boolean(); }}});
  return fields;
}

const Fields<HostDescription>& host_fields() {
  using H = HostDescription;
  static const Fields<H> fields =
      Fields<H>("host",
                {{required("name"), [](const Cursor& at, H& h) { h.name = at.text(); }},
                 {list_of(optional("windows"), &window_fields()),
                  [](const Cursor& at, H& h) { read_entries(at, window_fields(), h.windows); }},
                 {list_of(required("bridges"), &bridge_fields()),
                  [](const Cursor& at, H& h) {
                    read_entries(at, bridge_fields(), h.bridges,
                                 [&](const Cursor& item, HostBridgeDescription& bridge) {
                                   bridge.uid = static_cast<std::uint32_t>(h.bridges.size());
                                   read_section(item, bridge_fields(), bridge);
                                 });
                  }},
                 {optional("profile"), [](const Cursor& at, H& h) { h.profile = at.text(); }},
                 repeat_field<H>()})
          .with(host_timing_fields(), timing_of<H>);
  return fields;
}

const Fields<SwitchDescription>& switch_fields() {
  using S = SwitchDescription;
  static const Fields<S> fields =
      Fields<S>(
          "switch",
          {{required("name"), [](const Cursor& at, S& s) { s.name = at.text(); }},
           {list_of(required("upstream")),
            [](const Cursor& at, S& s) {
              read_scalars(at, max_ports, s.upstream,
                           [](const Cursor& item) { return item.text(); });
            }},
           {list_of(required("downstream"), &downstream_fields()),
            [](const Cursor& at, S& s) {
              read_ports(at, downstream_fields(), "ds", s.downstream);
            }},
           {mapping(optional("capabilities"), capability_fields()),
            [](const Cursor& at, S& s) { read_section(at, capability_fields(), s.capabilities); }},
           {optional("profile"), [](const Cursor& at, S& s) { s.profile = at.text(); }},
           repeat_field<S>()})
          .with(switch_timing_fields(), timing_of<S>);
  return fields;
}

void read_switch(const Cursor& at, SwitchDescription& out) {
  read_section(at, switch_fields(), out);
  const Cursor list = at.member(*at.node().member("downstream"));
  const bool counted = list.node().kind == Node::Kind::scalar;
  for (std::size_t i = 0; i < out.downstream.size(); ++i) {
    if (!counted && list.node().children[i].member("bound_to") != nullptr) continue;
    if (out.upstream.size() == 1) {
      out.downstream[i].bound_to = out.upstream.front();
    } else if (out.upstream.size() > 1) {
      const std::string message = fmt::format(
          "missing bound_to, which a switch with {} upstream ports needs on each downstream port: "
          "one of them such as {}, or \"\" for none",
          out.upstream.size(), quotable(out.upstream.front()));
      if (counted) list.fail(message);
      list.item(i).fail(message);
    }
  }
}

const Fields<DeviceDescription>& device_fields() {
  using D = DeviceDescription;
  static const Fields<D> fields =
      Fields<D>(
          "device",
          {{required("name"), [](const Cursor& at, D& d) { d.name = at.text(); }},
           {optional("kind"), [](const Cursor& at, D&) { at.word(device_kind_words); }},
           {required("at"), [](const Cursor& at, D& d) { d.at = at.text(); }},
           {optional("volatile"), [](const Cursor& at, D& d) { d.volatile_bytes = at.size(); }},
           {optional("persistent"), [](const Cursor& at, D& d) { d.persistent_bytes = at.size(); }},
           {list_of(optional("dynamic"), &dynamic_region_fields()),
            [](const Cursor& at, D& d) { read_entries(at, dynamic_region_fields(), d.dynamic); }},
           {optional("dynamic_backing"),
            [](const Cursor& at, D& d) { d.dynamic_backing = at.word(dynamic_backing_words); }},
           {mapping(optional("mailbox"), mailbox_fields()),
            [](const Cursor& at, D& d) { read_section(at, mailbox_fields(), d.mailbox); }},
           {optional("serial"), [](const Cursor& at, D& d) { d.serial = at.integer(); }},
           {optional("backing"), [](const Cursor& at, D& d) { d.backing = at.path(); }},
           {optional("plugged"), [](const Cursor& at, D& d) { d.plugged = at.boolean(); }},
           {mapping(optional("capabilities"), capability_fields()),
            [](const Cursor& at, D& d) { read_section(at, capability_fields(), d.capabilities); }},
           {optional("profile"), [](const Cursor& at, D& d) { d.profile = at.text(); }},
           repeat_field<D>()})
          .with(device_timing_fields(), timing_of<D>);
  return fields;
}

}  // namespace cxlpool::platforms
