// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <type_traits>
#include <utility>
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

  /// Adds the keys of a part of T, which `part_of(T&)` gives, to T's own.
  template <class Part, class PartOf>
  Fields with(const Fields<Part>& part, PartOf part_of) && {
    const auto wrap = [part_of](std::function<void(const Cursor&, Part&)> read) {
      return
          [part_of, read = std::move(read)](const Cursor& at, T& out) { read(at, part_of(out)); };
    };
    keys.insert(keys.end(), part.keys.begin(), part.keys.end());
    for (const auto& reader : part.readers) readers.push_back(wrap(reader));
    for (const auto& check : part.checks) checks.push_back(wrap(check));
    return std::move(*this);
  }

  /// `check` sees the whole mapping and what its keys will be read over, once the keys are known to
  /// be known.
  Fields checked(std::function<void(const Cursor&, T&)> check) && {
    checks.push_back(std::move(check));
    return std::move(*this);
  }

  std::vector<std::function<void(const Cursor&, T&)>> readers;  ///< parallel to keys
  std::vector<std::function<void(const Cursor&, T&)>> checks;
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
  for (const auto& check : fields.checks) check(at, out);
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
const Fields<DynamicRegionDescription>& dynamic_region_fields();
const Fields<MailboxDescription>& mailbox_fields();
const Fields<DecoderDescription>& decoder_fields();
const Fields<RegionDescription>& region_fields();
const Fields<LinkDescription>& link_fields();
const Fields<HotplugDescription>& hotplug_fields();
const Fields<OutputDescription>& output_fields();
const Fields<TrafficDescription>& traffic_fields();

/// Timing, as parts of the above and of profiles. Keys are read over what is there already.
const Fields<HostTimingDescription>& host_timing_fields();
const Fields<SwitchTimingDescription>& switch_timing_fields();
const Fields<DeviceTimingDescription>& device_timing_fields();
const Fields<InjectionDescription>& injection_fields();
const Fields<LinkDescription>& default_link_fields();

/// A duration or a number of requests, more than 0 unless `may_be_zero`.
SpanDescription read_span(const Cursor& at, bool may_be_zero);

/// Fails at the second one if the mapping has both keys.
void refuse_both(const Cursor& at, std::string_view first, std::string_view second);

/// A switch and the defaults that follow from its upstream ports.
void read_switch(const Cursor& at, SwitchDescription& out);

}  // namespace cxlpool::platforms
