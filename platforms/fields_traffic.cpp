// SPDX-License-Identifier: Apache-2.0
// The keys of traffic and of what happens during a run.
#include <algorithm>

#include <fmt/format.h>

#include "platforms/fields.h"
#include "platforms/validate.h"
#include "traffic/request.h"

namespace cxlpool::platforms {

const Fields<HotplugDescription>& hotplug_fields() {
  using H = HotplugDescription;
  static const Fields<H> fields(
      "hotplug",
      {{required("device"), [](const Cursor& at, H& h) { h.device = at.text(); }},
       {required("action"), [](const Cursor& at, H& h) { h.action = at.word(hotplug_words); }},
       {required("after_requests"),
        [](const Cursor& at, H& h) { h.after_requests = at.integer(); }},
       repeat_field<H>()});
  return fields;
}

const Fields<TrafficDescription>& traffic_fields() {
  using T = TrafficDescription;
  static const Fields<T> fields =
      Fields<T>(
          "traffic",
          {{required("host"), [](const Cursor& at, T& t) { t.host = at.text(); }},
           {optional("region"), [](const Cursor& at, T& t) { t.region = at.text(); }},
           {optional("base"), [](const Cursor& at, T& t) { t.base = at.size(); }},
           {optional("size"), [](const Cursor& at, T& t) { t.size = at.size(); }},
           {required("pattern"), [](const Cursor& at, T& t) { t.pattern = at.text(); }},
           {optional("trace"), [](const Cursor& at, T& t) { t.trace = at.path(); }},
           {optional("format"), [](const Cursor& at, T& t) { t.trace_format = at.text(); }},
           {optional("map"), [](const Cursor& at, T& t) { t.map = at.word(address_map_words); }},
           {optional("requests"), [](const Cursor& at, T& t) { t.requests = at.integer(); }},
           {optional("read"), [](const Cursor& at, T& t) { t.read_percent = at.percent(); }},
           {list_of(optional("sizes")),
            [](const Cursor& at, T& t) {
              read_scalars(at, 64, t.sizes, [](const Cursor& item) {
                return static_cast<std::uint32_t>(item.size(1, traffic::max_request_bytes));
              });
            }},
           {optional("unaligned"), [](const Cursor& at, T& t) { t.unaligned = at.boolean(); }},
           {optional("byte_enables"),
            [](const Cursor& at, T& t) { t.byte_enables = at.boolean(); }},
           {optional("stride"), [](const Cursor& at, T& t) { t.stride = at.size(); }},
           {optional("zipf"),
            [](const Cursor& at,
               T& t) { t.zipf_exponent_percent = static_cast<std::uint32_t>(at.hundredths(1000)); }},
           {optional("seeded"), [](const Cursor& at, T& t) { t.seeded = at.boolean(); }},
           {optional("outstanding"),
            [](const Cursor& at,
               T& t) { t.outstanding = static_cast<unsigned>(at.integer(1, max_outstanding)); }},
           repeat_field<T>()})
          .with(injection_fields(), [](T& t) -> InjectionDescription& { return t.injection; });
  return fields;
}

const Fields<InjectionDescription>& injection_fields() {
  using I = InjectionDescription;
  static const Fields<I> fields =
      Fields<I>("injection_keys",
                {{optional("injection"),
                  [](const Cursor& at, I& i) { i.kind = at.word(injection_words); }},
                 {optional("threads"),
                  [](const Cursor& at, I& i) {
                    i.threads = static_cast<unsigned>(
                        at.integer(0, std::numeric_limits<std::uint32_t>::max()));
                  }},
                 {optional("delay"), [](const Cursor& at, I& i) { i.delay = at.duration(); }},
                 {optional("gap"),
                  [](const Cursor& at, I& i) {
                    i.pace = {at.duration(), 0};
                  }},
                 {optional("rate"),
                  [](const Cursor& at, I& i) {
                    i.pace = {0, at.bandwidth()};
                  }},
                 {optional("arrival"),
                  [](const Cursor& at, I& i) { i.arrival = at.word(arrival_words); }},
                 {optional("start"), [](const Cursor& at, I& i) { i.start = at.duration(); }}})
          .checked([](const Cursor& at, I&) { refuse_both(at, "gap", "rate"); });
  return fields;
}

const Fields<OutputDescription>& output_fields() {
  using O = OutputDescription;
  static const Fields<O> fields(
      "output",
      {{optional("request_trace"), [](const Cursor& at, O& o) { o.request_trace = at.text(); }},
       {optional("timeline"), [](const Cursor& at, O& o) { o.timeline = at.text(); }},
       {optional("vcd"), [](const Cursor& at, O& o) { o.vcd = at.text(); }},
       {optional("time_series"), [](const Cursor& at, O& o) { o.time_series = at.duration(); }}});
  return fields;
}

SpanDescription read_span(const Cursor& at, bool may_be_zero) {
  SpanDescription span;
  const std::string text = at.text();
  const Parsed<timing::Picoseconds> time = parse_duration(text);
  const Parsed<std::uint64_t> requests = parse_integer(text);
  if (!time && !requests) {
    const char* const why = text.substr(0, 1) == "-" ? ": it must not be negative" : "";
    at.fail(fmt::format(
        "expected a duration such as 10us or a number of requests such as 1_000, got {}{}",
        quotable(text), why));
  }
  if (time) span.time = *time;
  if (requests) span.requests = *requests;
  if (!span.given() && !may_be_zero) at.fail("expected more than 0, or nothing for the whole run");
  return span;
}

}  // namespace cxlpool::platforms
