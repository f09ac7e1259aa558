// SPDX-License-Identifier: Apache-2.0
#include "platforms/profiles.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

template <class T>
void read_part(const Cursor& at, const Fields<T>& fields, std::optional<T>& out) {
  out.emplace();
  read_section(at, fields, *out);
}

const Fields<Profile>& profile_fields() {
  using P = Profile;
  static const Fields<P> fields(
      "profile", {{required("name"), [](const Cursor& at, P& p) { p.name = at.text(); }},
                  {required("what"), [](const Cursor& at, P& p) { p.what = at.text(); }},
                  {required("source"), [](const Cursor& at, P& p) { p.source = at.text(4096); }},
                  {list_of(required("fitted")),
                   [](const Cursor& at, P& p) {
                     read_scalars(at, 64, p.fitted, [](const Cursor& item) { return item.text(); });
                   }},
                  {mapping(optional("device"), device_timing_fields()),
                   [](const Cursor& at, P& p) { read_part(at, device_timing_fields(), p.device); }},
                  {mapping(optional("link"), default_link_fields()),
                   [](const Cursor& at, P& p) { read_part(at, default_link_fields(), p.link); }},
                  {mapping(optional("host"), host_timing_fields()),
                   [](const Cursor& at, P& p) { read_part(at, host_timing_fields(), p.host); }},
                  {mapping(optional("switch"), switch_timing_fields()), [](const Cursor& at, P& p) {
                     read_part(at, switch_timing_fields(), p.switch_timing);
                   }}});
  return fields;
}

bool has_value(const Node& root, std::string_view path) {
  const Node* node = &root;
  for (std::size_t begin = 0; node != nullptr && begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    node = node->kind == Node::Kind::map ? node->member(path.substr(begin, end - begin)) : nullptr;
    begin = end + 1;
  }
  return node != nullptr && node->kind == Node::Kind::scalar;
}

/// A list of fitted constants that names others than the document has is a lie.
void check_fitted(const Cursor& root, const Profile& profile) {
  const Node& list = *root.node().member("fitted");
  for (std::size_t i = 0; i < profile.fitted.size(); ++i) {
    if (has_value(root.node(), profile.fitted[i])) continue;
    const Cursor at = root.member(list);
    const bool one = list.kind == Node::Kind::scalar;
    (one ? at : at.item(i))
        .fail(
            fmt::format("expected a constant of this profile such as device.media.latency, got {}",
                        quotable(profile.fitted[i])));
  }
}

}  // namespace

Profile read_profile(const ProfileDocument& document) {
  const Document parsed = parse_document(document.text, std::string(document.name) + ".yaml");
  std::size_t entries = 0;
  const Cursor root(parsed, entries);
  Profile profile;
  read_section(root, profile_fields(), profile);
  if (profile.name != document.name) {
    root.member(*parsed.root.member("name"))
        .fail(fmt::format("expected the name of the file, {}, got {}", document.name,
                          quotable(profile.name)));
  }
  check_fitted(root, profile);
  return profile;
}

const Profile* Profiles::find(std::string_view name) const {
  const auto known = read_.find(name);
  return known == read_.end() ? nullptr : &known->second;
}

const Profile* Profiles::named_in(const Cursor& entry) {
  const Node* const member =
      entry.node().kind == Node::Kind::map ? entry.node().member("profile") : nullptr;
  if (member == nullptr) return nullptr;
  const Cursor at = entry.member(*member);
  const std::string name = at.text();
  if (name.empty()) return nullptr;
  if (const Profile* const known = find(name)) return known;
  std::vector<std::string_view> names;
  for (const ProfileDocument& document : profile_documents()) {
    if (document.name == name) return &read_.emplace(name, read_profile(document)).first->second;
    names.push_back(document.name);
  }
  at.fail(fmt::format("no profile is named \"{}\"{}", quotable(name),
                      traffic::did_you_mean(name, names)));
}

}  // namespace cxlpool::platforms
