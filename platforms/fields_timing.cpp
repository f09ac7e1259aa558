// SPDX-License-Identifier: Apache-2.0
// The keys of hosts, switches and devices that the timed model takes its constants from.
#include <limits>

#include <fmt/format.h>

#include "platforms/fields.h"

namespace cxlpool::platforms {
namespace {

PaceDescription gap(const Cursor& at) { return {at.duration(), 0}; }
PaceDescription limit(const Cursor& at) { return {0, at.bandwidth()}; }

constexpr std::array<std::string_view, 5> fixed_keys{"latency", "write_latency", "read_gap",
                                                     "write_gap", "bandwidth"};
constexpr std::array<std::string_view, 9> dram_keys{
    "part",  "channels",     "channel_granularity", "page",   "scheduler",
    "queue", "write_linger", "read_patience",       "refresh"};

/// Only keys of the kind that is named here, or else in what the mapping is read over; another kind
/// than there starts anew.
void choose_media(const Cursor& at, MediaDescription& media) {
  if (const Node* const named = at.node().member("kind")) {
    const MediaKind kind = at.member(*named).word(media_kind_words);
    if (kind != media.kind) media = MediaDescription();
    media.kind = kind;
  }
  // FIFO over a profile whose writes linger takes that away with the profile's scheduler.
  const Node* const scheduler = at.node().member("scheduler");
  if (scheduler != nullptr &&
      at.member(*scheduler).word(scheduler_words) != DramScheduler::first_ready) {
    media.write_linger = media.read_patience = 0;
  }
  const auto refuse = [&](const auto& keys, const char* right) {
    for (const std::string_view key : keys) {
      const Node* const member = at.node().member(key);
      if (member == nullptr) continue;
      at.member(*member).fail(fmt::format("expected only with kind: {}, not with kind: {}", right,
                                          name_of(media_kind_words, media.kind)));
    }
  };
  if (media.kind == MediaKind::fixed) refuse(dram_keys, "dram");
  if (media.kind == MediaKind::dram) refuse(fixed_keys, "fixed");
  refuse_both(at, "bandwidth", "read_gap");
  refuse_both(at, "bandwidth", "write_gap");
}

const Fields<MediaDescription>& media_fields() {
  using M = MediaDescription;
  static const Fields<M> fields =
      Fields<M>("media",
                {{optional("kind"), [](const Cursor&, M&) {}},  // choose_media() did
                 {optional("latency"), [](const Cursor& at, M& m) { m.latency = at.duration(); }},
                 {optional("write_latency"),
                  [](const Cursor& at, M& m) { m.write_latency = at.duration(); }},
                 {optional("read_gap"),
                  [](const Cursor& at, M& m) {
                    m.read_gap = at.duration();
                    m.bytes_per_second = 0;
                  }},
                 {optional("write_gap"),
                  [](const Cursor& at, M& m) {
                    m.write_gap = at.duration();
                    m.bytes_per_second = 0;
                  }},
                 {optional("bandwidth"),
                  [](const Cursor& at, M& m) {
                    m.bytes_per_second = at.bandwidth();
                    m.read_gap = m.write_gap = 0;
                  }},
                 {optional("part"), [](const Cursor& at, M& m) { m.part = at.text(); }},
                 {optional("channels"), [](const Cursor& at, M& m) { m.channels = at.count(); }},
                 {optional("channel_granularity"),
                  [](const Cursor& at, M& m) { m.channel_granularity = at.granularity(); }},
                 {optional("page"), [](const Cursor& at, M& m) { m.page = at.word(page_words); }},
                 {optional("scheduler"),
                  [](const Cursor& at, M& m) { m.scheduler = at.word(scheduler_words); }},
                 {optional("queue"), [](const Cursor& at, M& m) { m.queue = at.count(); }},
                 {optional("write_linger"),
                  [](const Cursor& at, M& m) { m.write_linger = at.duration(); }},
                 {optional("read_patience"),
                  [](const Cursor& at, M& m) { m.read_patience = at.duration(); }},
                 {optional("refresh"), [](const Cursor& at, M& m) { m.refresh = at.boolean(); }}})
          .checked(choose_media);
  return fields;
}

const Fields<LocalMemoryDescription>& local_fields() {
  using L = LocalMemoryDescription;
  static const Fields<L> fields(
      "local", {{required("base"), [](const Cursor& at, L& l) { l.base = at.size(); }},
                {required("size"), [](const Cursor& at, L& l) { l.size = at.size(); }},
                {optional("latency"), [](const Cursor& at, L& l) { l.latency = at.duration(); }},
                {mapping(optional("media"), media_fields()),
                 [](const Cursor& at, L& l) { read_section(at, media_fields(), l.media); }}});
  return fields;
}

}  // namespace

void refuse_both(const Cursor& at, std::string_view first, std::string_view second) {
  const Node* const other = at.node().member(second);
  if (at.node().member(first) == nullptr || other == nullptr) return;
  at.member(*other).fail(fmt::format("expected {} or {}, not both", first, second));
}

const Fields<HostTimingDescription>& host_timing_fields() {
  using H = HostTimingDescription;
  static const Fields<H> fields =
      Fields<H>(
          "host_timing",
          {{optional("request_latency"),
            [](const Cursor& at, H& h) { h.request_latency = at.duration(); }},
           {optional("response_latency"),
            [](const Cursor& at, H& h) { h.response_latency = at.duration(); }},
           {optional("outstanding"), [](const Cursor& at, H& h) { h.outstanding = at.count(); }},
           {optional("read_gap"), [](const Cursor& at, H& h) { h.read = gap(at); }},
           {optional("read_limit"), [](const Cursor& at, H& h) { h.read = limit(at); }},
           {optional("write_gap"), [](const Cursor& at, H& h) { h.write = gap(at); }},
           {optional("write_limit"), [](const Cursor& at, H& h) { h.write = limit(at); }},
           {optional("priority"), [](const Cursor& at, H& h) { h.priority = at.count(); }},
           {mapping(optional("local"), local_fields()),
            [](const Cursor& at, H& h) {
              if (!h.local) h.local.emplace();
              read_section(at, local_fields(), *h.local);
            }}})
          .checked([](const Cursor& at, H&) {
            refuse_both(at, "read_gap", "read_limit");
            refuse_both(at, "write_gap", "write_limit");
          });
  return fields;
}

const Fields<SwitchTimingDescription>& switch_timing_fields() {
  using S = SwitchTimingDescription;
  static const Fields<S> fields(
      "switch_timing",
      {{optional("latency"), [](const Cursor& at, S& s) { s.latency = at.duration(); }},
       {optional("ingress_queue"), [](const Cursor& at, S& s) { s.ingress_queue = at.count(); }},
       {optional("egress_queue"), [](const Cursor& at, S& s) { s.egress_queue = at.count(); }},
       {optional("arbitration"),
        [](const Cursor& at, S& s) { s.arbitration = at.word(arbitration_words); }},
       {list_of(optional("weights")),
        [](const Cursor& at, S& s) {
          read_scalars(at, 256, s.weights, [](const Cursor& item) { return item.count(); });
        }},
       {optional("shared_buffers"),
        [](const Cursor& at, S& s) { s.shared_buffers = at.boolean(); }},
       {optional("buffers"), [](const Cursor& at, S& s) { s.buffers = at.count(); }}});
  return fields;
}

const Fields<DeviceTimingDescription>& device_timing_fields() {
  using D = DeviceTimingDescription;
  static const Fields<D> fields(
      "device_timing", {{optional("request_latency"),
                         [](const Cursor& at, D& d) { d.request_latency = at.duration(); }},
                        {optional("response_latency"),
                         [](const Cursor& at, D& d) { d.response_latency = at.duration(); }},
                        {optional("queue"), [](const Cursor& at, D& d) { d.queue = at.count(); }},
                        {mapping(optional("media"), media_fields()), [](const Cursor& at, D& d) {
                           read_section(at, media_fields(), d.media);
                         }}});
  return fields;
}

}  // namespace cxlpool::platforms
