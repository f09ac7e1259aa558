// SPDX-License-Identifier: Apache-2.0
// The keys of links, of constant latency or physical.
#include <fmt/format.h>

#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

const Fields<PhysicalLinkDescription>& physical_link_fields() {
  using P = PhysicalLinkDescription;
  static const Fields<P> fields(
      "physical_link",
      {{optional("gen"), [](const Cursor& at, P& p) { p.gen = at.count(); }},
       {optional("width"), [](const Cursor& at, P& p) { p.width = at.count(); }},
       {optional("flit"), [](const Cursor& at, P& p) { p.flit = at.word(flit_words); }},
       {optional("mdh"), [](const Cursor& at, P& p) { p.mdh = at.boolean(); }},
       {optional("sync_header_bypass"),
        [](const Cursor& at, P& p) { p.sync_header_bypass = at.boolean(); }},
       {optional("skp_ordered_sets"),
        [](const Cursor& at, P& p) { p.skp_ordered_sets = at.boolean(); }},
       {optional("retimers"), [](const Cursor& at, P& p) { p.retimers = at.count(); }},
       {optional("retimer_latency"),
        [](const Cursor& at, P& p) { p.retimer_latency = at.duration(); }},
       {optional("port_latency"), [](const Cursor& at, P& p) { p.port_latency = at.duration(); }},
       {optional("queue"), [](const Cursor& at, P& p) { p.queue = at.count(); }},
       {optional("credits"), [](const Cursor& at, P& p) { p.credits = at.count(); }}});
  return fields;
}

/// A mapping says `latency`, or keys of a physical link that has a gen, here or in what the mapping
/// is read over.
void choose_kind(const Cursor& at, LinkDescription& link) {
  const Node* const latency = at.node().member("latency");
  for (const Node& child : at.node().children) {
    if (physical_link_fields().find(child.key) == nullptr) continue;
    if (latency != nullptr) {
      at.member(*latency).fail(fmt::format(
          "expected latency, for a constant, or gen and what belongs to it, not both latency and "
          "{}",
          child.key));
    }
    if (!link.physical && at.node().member("gen") == nullptr) {
      at.member(child).fail(fmt::format(
          "{} needs gen: 3, 4, 5 or 6 beside it; a link without gen has a constant latency",
          child.key));
    }
  }
  if (latency != nullptr) link.physical.reset();
}

Fields<LinkDescription> with_kinds(Fields<LinkDescription> fields) {
  return std::move(fields)
      .checked(choose_kind)
      .with(physical_link_fields(), [](LinkDescription& link) -> PhysicalLinkDescription& {
        if (!link.physical) link.physical.emplace();
        return *link.physical;
      });
}

Field<LinkDescription> latency_field() {
  return {optional("latency"),
          [](const Cursor& at, LinkDescription& link) { link.latency = at.duration(); }};
}

}  // namespace

const Fields<LinkDescription>& link_fields() {
  using L = LinkDescription;
  static const Fields<L> fields =
      with_kinds(Fields<L>("link", {{list_of(required("between")),
                                     [](const Cursor& at, L& l) {
                                       if (at.expect_list(2) != 2) {
                                         at.fail("expected two items, [upper, lower]");
                                       }
                                       l.upper = at.item(0).text();
                                       l.lower = at.item(1).text();
                                     }},
                                    latency_field(),
                                    repeat_field<L>()}))
          .checked([](const Cursor& at, L&) {
            for (const Node& child : at.node().children) {
              if (child.key == "latency" || physical_link_fields().find(child.key)) return;
            }
            at.fail("expected latency, for a constant, or gen");
          });
  return fields;
}

const Fields<LinkDescription>& default_link_fields() {
  static const Fields<LinkDescription> fields =
      with_kinds(Fields<LinkDescription>("default_link", {latency_field()}));
  return fields;
}

}  // namespace cxlpool::platforms
