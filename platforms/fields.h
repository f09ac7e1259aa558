// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <type_traits>
#include <vector>

#include "platforms/cursor.h"
#include "platforms/section.h"

namespace cxlpool::platforms {

/// A key and what its value does to a T. The tables of fields are the only list of keys: unknown
/// and missing keys, --set and the schema's test all go by them.
template <class T>
struct Field {
  Key key;
  void (*read)(const Cursor& at, T& out);
};

template <class T>
struct Fields : Section {
  Fields(std::string_view section_name, std::initializer_list<Field<T>> fields) {
    name = section_name;
    for (const Field<T>& field : fields) {
      keys.push_back(field.key);
      readers.push_back(field.read);
    }
  }

  std::vector<void (*)(const Cursor&, T&)> readers;  ///< parallel to keys
};

inline Key required(std::string_view name) { return {name, Key::Presence::required, false, {}}; }
inline Key optional(std::string_view name) { return {name, Key::Presence::optional, false, {}}; }
inline Key list_of(Key key, const Section* section = nullptr) {
  return {key.name, key.presence, true, section};
}
inline Key mapping(Key key, const Section& section) {
  return {key.name, key.presence, false, &section};
}

/// `repeat` is obeyed by read_entries(), around the entry.
template <class T>
Field<T> repeat_field() {
  return {optional("repeat"), [](const Cursor&, T&) {}};
}

template <class T>
void read_section(const Cursor& at, const Fields<T>& fields, T& out) {
  at.expect_section(fields);
  for (const Node& child : at.node().children) {
    const auto index = static_cast<std::size_t>(fields.find(child.key) - fields.keys.data());
    fields.readers[index](at.member(child), out);
  }
}

template <class T, class = void>
struct has_location : std::false_type {};
template <class T>
struct has_location<T, std::void_t<decltype(T::location)>> : std::true_type {};

/// One entry, made by `read(cursor, entry)`.
template <class T, class Read>
void read_entry(const Cursor& at, std::vector<T>& out, Read read) {
  at.count_entry();
  T entry;
  if constexpr (has_location<T>::value) entry.location = at.location();
  read(at, entry);
  out.push_back(std::move(entry));
}

/// A list of entries, repeated ones as often as they say. `read` is called for each copy.
template <class T, class Read>
void read_entries(const Cursor& list, const Fields<T>& fields, std::vector<T>& out, Read read) {
  const std::size_t items = list.expect_list();
  for (std::size_t k = 0; k < items; ++k) {
    const Cursor item = list.item(k);
    const auto repeat =
        fields.find("repeat") != nullptr ? item.repeat() : std::optional<std::uint64_t>();
    if (!repeat) {
      read_entry(item, out, read);
      continue;
    }
    for (std::uint64_t i = 0; i < *repeat; ++i) read_entry(item.copy(i), out, read);
  }
}

template <class T>
void read_entries(const Cursor& list, const Fields<T>& fields, std::vector<T>& out) {
  read_entries(list, fields, out,
               [&](const Cursor& at, T& entry) { read_section(at, fields, entry); });
}

/// A list of scalars, each read by `read`, or one scalar in place of the list.
template <class T, class Read>
void read_scalars(const Cursor& at, std::size_t most, std::vector<T>& out, Read read) {
  out.clear();
  if (at.node().kind == Node::Kind::scalar) {
    out.push_back(read(at));
    return;
  }
  const std::size_t items = at.expect_list(most);
  for (std::size_t k = 0; k < items; ++k) out.push_back(read(at.item(k)));
}

const Fields<CapabilityDescription>& capability_fields();
const Fields<HostDescription>& host_fields();
const Fields<SwitchDescription>& switch_fields();
const Fields<DeviceDescription>& device_fields();
const Fields<DecoderDescription>& decoder_fields();
const Fields<RegionDescription>& region_fields();
const Fields<LinkDescription>& link_fields();
const Fields<HotplugDescription>& hotplug_fields();
const Fields<TrafficDescription>& traffic_fields();

/// A switch and the defaults that follow from its upstream ports.
void read_switch(const Cursor& at, SwitchDescription& out);

}  // namespace cxlpool::platforms
