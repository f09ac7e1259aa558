// SPDX-License-Identifier: Apache-2.0
// The keys of dynamic capacity and of mailboxes.
#include "platforms/fields.h"

namespace cxlpool::platforms {

const Fields<DynamicRegionDescription>& dynamic_region_fields() {
  using R = DynamicRegionDescription;
  static const Fields<R> fields(
      "dynamic_region",
      {{required("length"), [](const Cursor& at, R& r) { r.length = at.size(); }},
       {optional("block"), [](const Cursor& at, R& r) { r.block = at.size(); }},
       {optional("decode_length"), [](const Cursor& at, R& r) { r.decode_length = at.size(); }},
       {optional("sanitize"), [](const Cursor& at, R& r) { r.sanitize = at.boolean(); }},
       {optional("sharable"), [](const Cursor& at, R& r) { r.sharable = at.boolean(); }},
       {optional("non_volatile"), [](const Cursor& at, R& r) { r.non_volatile = at.boolean(); }},
       {optional("hardware_coherent"),
        [](const Cursor& at, R& r) { r.hardware_coherent = at.boolean(); }},
       {optional("read_only"), [](const Cursor& at, R& r) { r.read_only = at.boolean(); }},
       {optional("dsmad"), [](const Cursor& at, R& r) { r.dsmad = at.count(); }}});
  return fields;
}

const Fields<MailboxDescription>& mailbox_fields() {
  using M = MailboxDescription;
  static const Fields<M> fields(
      "mailbox",
      {{optional("payload"), [](const Cursor& at, M& m) { m.payload = at.granularity(); }},
       {optional("extents"), [](const Cursor& at, M& m) { m.extents = at.count(); }},
       {optional("tags"), [](const Cursor& at, M& m) { m.tags = at.count(); }},
       {optional("event_records"), [](const Cursor& at, M& m) { m.event_records = at.count(); }},
       {optional("poison_records"), [](const Cursor& at, M& m) { m.poison_records = at.count(); }},
       {optional("label_storage"), [](const Cursor& at, M& m) { m.label_storage = at.size(); }},
       {optional("partition_alignment"),
        [](const Cursor& at, M& m) { m.partition_alignment = at.size(); }},
       {optional("firmware"), [](const Cursor& at, M& m) { m.firmware = at.text(16); }}});
  return fields;
}

}  // namespace cxlpool::platforms
