// SPDX-License-Identifier: Apache-2.0
// The keys of traffic and of what happens during a run.
#include <algorithm>

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
  static const Fields<T> fields(
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
       {optional("byte_enables"), [](const Cursor& at, T& t) { t.byte_enables = at.boolean(); }},
       {optional("stride"), [](const Cursor& at, T& t) { t.stride = at.size(); }},
       {optional("zipf"),
        [](const Cursor& at, T& t) {
          t.zipf_exponent_percent = static_cast<std::uint32_t>(at.hundredths(1000));
        }},
       {optional("seeded"), [](const Cursor& at, T& t) { t.seeded = at.boolean(); }},
       {optional("outstanding"),
        [](const Cursor& at, T& t) {
          t.outstanding = static_cast<unsigned>(at.integer(1, max_outstanding));
        }},
       repeat_field<T>()});
  return fields;
}

}  // namespace cxlpool::platforms
