// SPDX-License-Identifier: Apache-2.0
// The keys of decoders and regions.
#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

constexpr std::size_t max_set = 64;  // more than any interleave set, so that validate() can say why

}  // namespace

const Fields<DecoderDescription>& decoder_fields() {
  using D = DecoderDescription;
  static const Fields<D> fields(
      "decoder",
      {{required("at"), [](const Cursor& at, D& d) { d.at = at.text(); }},
       {required("index"),
        [](const Cursor& at, D& d) { d.index = static_cast<unsigned>(at.integer(0, 0xFFFF)); }},
       {required("base"), [](const Cursor& at, D& d) { d.base = at.size(); }},
       {required("size"), [](const Cursor& at, D& d) { d.size = at.size(); }},
       {optional("ways"),
        [](const Cursor& at, D& d) { d.ways = static_cast<unsigned>(at.integer(0, 0xFFFF)); }},
       {optional("granularity"), [](const Cursor& at, D& d) { d.granularity = at.granularity(); }},
       {list_of(optional("targets")),
        [](const Cursor& at, D& d) {
          read_scalars(at, max_set, d.targets, [](const Cursor& item) {
            return static_cast<std::uint8_t>(item.integer(0, 0xFF));
          });
        }},
       {optional("skip"), [](const Cursor& at, D& d) { d.skip = at.size(); }},
       {optional("lock"), [](const Cursor& at, D& d) { d.lock = at.boolean(); }},
       {optional("commit"), [](const Cursor& at, D& d) { d.commit = at.boolean(); }},
       repeat_field<D>()});
  return fields;
}

const Fields<RegionDescription>& region_fields() {
  using R = RegionDescription;
  static const Fields<R> fields(
      "region",
      {{required("name"), [](const Cursor& at, R& r) { r.name = at.text(); }},
       {required("host"), [](const Cursor& at, R& r) { r.host = at.text(); }},
       {optional("window"), [](const Cursor& at, R& r) { r.window = at.integer(0, max_entries); }},
       {optional("mode"), [](const Cursor& at, R& r) { r.mode = at.word(region_mode_words); }},
       {list_of(required("devices")),
        [](const Cursor& at, R& r) {
          read_scalars(at, max_set, r.devices, [](const Cursor& item) { return item.text(); });
        }},
       {optional("size"), [](const Cursor& at, R& r) { r.size = at.size(); }},
       {optional("granularity"), [](const Cursor& at, R& r) { r.granularity = at.granularity(); }},
       repeat_field<R>()});
  return fields;
}

}  // namespace cxlpool::platforms
