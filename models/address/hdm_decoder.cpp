// SPDX-License-Identifier: Apache-2.0
#include "models/address/hdm_decoder.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/address/window.h"

namespace cxlpool::address {
namespace {

constexpr std::uint32_t address_low_mask =
    0xF000'0000;  // bases, sizes and skips have no low 28 bits
constexpr std::uint32_t global_control_mask = 0x3;
constexpr std::uint32_t control_mask = 0x13FF;
constexpr std::uint64_t three_quanta = 3 * hdm_quantum;

constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) {
  return static_cast<std::uint64_t>(high) << 32 | low;
}

unsigned ways_code(std::uint32_t control) { return control >> 4 & 0xF; }
unsigned granularity_code(std::uint32_t control) { return control & 0xF; }

/// base + size, or all-ones where that passes 2^64.
std::uint64_t saturated_end(std::uint64_t base, std::uint64_t size) {
  return size > ~base ? ~0ull : base + size;
}

}  // namespace

HdmCapability HdmCapability::standard(ComponentKind kind) {
  HdmCapability capability;
  if (kind == ComponentKind::device) {
    capability.targets = 1;
    capability.ways_3_6_12 = true;
    capability.ways_16 = true;
  }
  return capability;
}

std::uint32_t HdmCapability::word() const {
  return encode_decoder_count(decoders).value_or(0) | targets << 4 | interleave_256b << 8 |
         interleave_4k << 9 | poison_on_error << 10 | ways_3_6_12 << 11 | ways_16 << 12;
}

const char* text(CommitFailure failure) {
  switch (failure) {
    case CommitFailure::none:
      return "committed";
    case CommitFailure::order:
      return "the next lower decoder is not committed";
    case CommitFailure::overlap:
      return "overlaps or precedes another committed decoder";
    case CommitFailure::wrap:
      return "base + size passes 2^64";
    case CommitFailure::reserved_ways:
      return "reserved interleave ways code";
    case CommitFailure::reserved_granularity:
      return "reserved interleave granularity code";
    case CommitFailure::unsupported_ways:
      return "the component does not offer these ways";
    case CommitFailure::unsupported_granularity:
      return "the component does not offer this granularity";
    case CommitFailure::size_not_multiple_of_3:
      return "size is not a multiple of 3 x 256 MiB, as 3, 6 and 12 ways need";
    case CommitFailure::repeated_target:
      return "the target list names a port twice";
  }
  return "?";
}

std::string describe(const WriteVerdict& verdict) {
  switch (verdict.effect) {
    case WriteVerdict::Effect::stored:
      return "stored";
    case WriteVerdict::Effect::committed:
      return fmt::format("decoder {} committed", verdict.decoder);
    case WriteVerdict::Effect::commit_failed:
      return fmt::format("decoder {} not committed: {}", verdict.decoder, text(verdict.failure));
    case WriteVerdict::Effect::uncommitted:
      return fmt::format("decoder {} un-committed", verdict.decoder);
    case WriteVerdict::Effect::ignored_read_only:
      return "ignored: read-only or no register here";
    case WriteVerdict::Effect::ignored_committed:
      return fmt::format("ignored: decoder {} is committed, clear COMMIT first", verdict.decoder);
    case WriteVerdict::Effect::ignored_locked:
      return fmt::format("ignored: decoder {} is locked until a conventional reset",
                         verdict.decoder);
  }
  return "?";
}

bool operator==(const DecodeRange& a, const DecodeRange& b) {
  return a.base == b.base && a.size == b.size && a.interleave == b.interleave &&
         a.index == b.index && a.targets == b.targets && a.dpa_base == b.dpa_base;
}

HdmDecoderBlock::HdmDecoderBlock(ComponentKind kind, HdmCapability capability)
    : kind_(kind), capability_(capability), decoders_(capability.decoders) {
  if (kind == ComponentKind::device) {
    capability_.targets = 1;
  } else {
    capability_.ways_3_6_12 = false;
    capability_.ways_16 = false;
  }
}

const HdmDecoderBlock::Slot* HdmDecoderBlock::slot(std::uint32_t reg, ComponentKind kind) {
  static constexpr Slot base_low{&Registers::base_low, address_low_mask};
  static constexpr Slot base_high{&Registers::base_high, 0xFFFF'FFFF};
  static constexpr Slot size_low{&Registers::size_low, address_low_mask};
  static constexpr Slot size_high{&Registers::size_high, 0xFFFF'FFFF};
  static constexpr Slot control{&Registers::control, control_mask};
  static constexpr Slot target_low{&Registers::target_low, 0xFFFF'FFFF};
  static constexpr Slot skip_low{&Registers::target_low, address_low_mask};
  static constexpr Slot target_high{&Registers::target_high, 0xFFFF'FFFF};
  switch (reg) {
    case hdm::base_low:
      return &base_low;
    case hdm::base_high:
      return &base_high;
    case hdm::size_low:
      return &size_low;
    case hdm::size_high:
      return &size_high;
    case hdm::control:
      return &control;
    case hdm::target_low:
      return kind == ComponentKind::device ? &skip_low : &target_low;
    case hdm::target_high:
      return &target_high;
    default:
      return nullptr;
  }
}

std::uint32_t HdmDecoderBlock::read(std::uint32_t offset) const {
  if (offset == hdm::capability) return capability_.word();
  if (offset == hdm::global_control) return global_control_;
  if (offset < hdm::first_decoder || offset >= size_bytes()) return 0;
  const unsigned decoder = (offset - hdm::first_decoder) / hdm::decoder_stride;
  const Slot* where = slot((offset - hdm::first_decoder) % hdm::decoder_stride, kind_);
  return where ? decoders_[decoder].*(where->value) : 0;
}

WriteVerdict HdmDecoderBlock::write(std::uint32_t offset, std::uint32_t value) {
  WriteVerdict verdict;
  const bool was_enabled = decode_enabled();
  if (offset == hdm::global_control) {
    global_control_ = value & global_control_mask;
  } else if (offset < hdm::first_decoder || offset >= size_bytes()) {
    verdict.effect = WriteVerdict::Effect::ignored_read_only;
  } else {
    verdict = write_decoder((offset - hdm::first_decoder) / hdm::decoder_stride,
                            (offset - hdm::first_decoder) % hdm::decoder_stride, value);
  }
  std::vector<DecodeRange> ranges = collect_ranges();
  verdict.decode_changed = was_enabled != decode_enabled() || ranges != ranges_;
  ranges_ = std::move(ranges);
  return verdict;
}

WriteVerdict HdmDecoderBlock::write_decoder(unsigned decoder, std::uint32_t reg,
                                            std::uint32_t value) {
  WriteVerdict verdict;
  verdict.decoder = static_cast<int>(decoder);
  const Slot* where = slot(reg, kind_);
  if (!where) {
    verdict.effect = WriteVerdict::Effect::ignored_read_only;
  } else if (is_committed(decoder) && (control(decoder) & hdm::lock_on_commit)) {
    verdict.effect = WriteVerdict::Effect::ignored_locked;
  } else if (reg == hdm::control) {
    verdict = write_control(decoder, value);
  } else if (is_committed(decoder)) {
    verdict.effect = WriteVerdict::Effect::ignored_committed;
  } else {
    decoders_[decoder].*(where->value) = value & where->mask;
  }
  return verdict;
}

WriteVerdict HdmDecoderBlock::write_control(unsigned decoder, std::uint32_t value) {
  WriteVerdict verdict;
  verdict.decoder = static_cast<int>(decoder);
  std::uint32_t& control = decoders_[decoder].control;
  const bool wants_commit = (value & hdm::commit) != 0;
  if (is_committed(decoder)) {
    if (wants_commit) {
      verdict.effect = WriteVerdict::Effect::ignored_committed;
    } else {
      control &= ~(hdm::commit | hdm::committed);
      verdict.effect = WriteVerdict::Effect::uncommitted;
    }
    return verdict;
  }
  const bool starts_commit = wants_commit && !(control & hdm::commit);
  const std::uint32_t error = wants_commit ? control & hdm::error_not_committed : 0;
  control = (value & control_mask) | error;
  if (starts_commit) {
    verdict.failure = commit_failure(decoder);
    const bool ok = verdict.failure == CommitFailure::none;
    control |= ok ? hdm::committed : hdm::error_not_committed;
    verdict.effect = ok ? WriteVerdict::Effect::committed : WriteVerdict::Effect::commit_failed;
  }
  return verdict;
}

CommitFailure HdmDecoderBlock::commit_failure(unsigned decoder) const {
  if (decoder > 0 && !is_committed(decoder - 1)) return CommitFailure::order;
  const CommitFailure interleaving = interleave_failure(decoder);
  if (interleaving != CommitFailure::none) return interleaving;
  // A decoder may end exactly at 2^64.
  if (base(decoder) != 0 && size(decoder) > 0 - base(decoder)) return CommitFailure::wrap;
  if (overlaps(decoder)) return CommitFailure::overlap;
  return CommitFailure::none;
}

CommitFailure HdmDecoderBlock::interleave_failure(unsigned decoder) const {
  const std::uint32_t control = decoders_[decoder].control;
  const auto ways = decode_ways(ways_code(control));
  if (!ways) return CommitFailure::reserved_ways;
  if (!decode_granularity(granularity_code(control))) return CommitFailure::reserved_granularity;

  const bool multiple_of_3 = ways_code(control) >= 8;
  if (kind_ == ComponentKind::device) {
    if (multiple_of_3 && !capability_.ways_3_6_12) return CommitFailure::unsupported_ways;
    if (*ways == 16 && !capability_.ways_16) return CommitFailure::unsupported_ways;
  } else if (multiple_of_3 || *ways > capability_.targets) {
    return CommitFailure::unsupported_ways;
  }
  const bool fine = granularity_code(control) <= 3;
  if (*ways > 1 && !(fine ? capability_.interleave_256b : capability_.interleave_4k)) {
    return CommitFailure::unsupported_granularity;
  }
  if (multiple_of_3 && size(decoder) % three_quanta != 0) {
    return CommitFailure::size_not_multiple_of_3;
  }
  if (kind_ != ComponentKind::device) {
    const auto ports = targets(decoder);
    for (unsigned i = 0; i < *ways; ++i) {
      for (unsigned j = i + 1; j < *ways; ++j) {
        if (ports[i] == ports[j]) return CommitFailure::repeated_target;
      }
    }
  }
  return CommitFailure::none;
}

bool HdmDecoderBlock::overlaps(unsigned decoder) const {
  const std::uint64_t end = saturated_end(base(decoder), size(decoder));
  for (unsigned other = 0; other < decoder_count(); ++other) {
    if (other == decoder || !is_committed(other)) continue;
    // The specification compares with the next lower decoder even when that one is empty.
    const bool counts = size(other) != 0 || other + 1 == decoder;
    if (!counts) continue;
    if (other < decoder && base(decoder) < saturated_end(base(other), size(other))) return true;
    if (other > decoder && end > base(other)) return true;
  }
  return false;
}

void HdmDecoderBlock::reset() {
  global_control_ = 0;
  std::fill(decoders_.begin(), decoders_.end(), Registers{});
  ranges_.clear();
}

std::vector<DecodeRange> HdmDecoderBlock::collect_ranges() const {
  std::vector<DecodeRange> ranges;
  for (unsigned i = 0; i < decoder_count(); ++i) {
    if (!is_committed(i) || size(i) == 0) continue;
    DecodeRange range;
    range.base = base(i);
    range.size = size(i);
    range.interleave = *interleave(i);
    range.index = static_cast<std::uint8_t>(i);
    if (kind_ == ComponentKind::device) {
      range.dpa_base = dpa_base(i);
    } else {
      range.targets = targets(i);
    }
    ranges.push_back(range);
  }
  return ranges;
}

HdmDecoderBlock::Miss HdmDecoderBlock::why_not(std::uint64_t hpa) const {
  if (!decode_enabled()) return {Cause::decode_disabled, -1};
  for (unsigned i = 0; i < decoder_count(); ++i) {
    if (!is_committed(i) && hpa - base(i) < size(i)) {
      return {Cause::not_committed, static_cast<int>(i)};
    }
  }
  return {Cause::no_decoder, -1};
}

std::uint64_t HdmDecoderBlock::base(unsigned decoder) const {
  return join(decoders_[decoder].base_high, decoders_[decoder].base_low);
}

std::uint64_t HdmDecoderBlock::size(unsigned decoder) const {
  return join(decoders_[decoder].size_high, decoders_[decoder].size_low);
}

std::uint64_t HdmDecoderBlock::skip(unsigned decoder) const {
  return join(decoders_[decoder].target_high, decoders_[decoder].target_low);
}

std::array<std::uint8_t, 8> HdmDecoderBlock::targets(unsigned decoder) const {
  std::array<std::uint8_t, 8> ports{};
  const std::uint64_t list = skip(decoder);  // the same two registers
  for (unsigned i = 0; i < ports.size(); ++i) ports[i] = static_cast<std::uint8_t>(list >> (8 * i));
  return ports;
}

std::optional<Interleave> HdmDecoderBlock::interleave(unsigned decoder) const {
  const std::uint32_t control = decoders_[decoder].control;
  return Interleave::from_codes(ways_code(control), granularity_code(control));
}

std::uint64_t HdmDecoderBlock::dpa_base(unsigned decoder) const {
  std::uint64_t sum = skip(decoder);
  for (unsigned i = 0; i < decoder; ++i) {
    // An uncommitted decoder may hold a reserved code; it counts as not interleaved.
    const unsigned ways = decode_ways(ways_code(decoders_[i].control)).value_or(1);
    sum += skip(i) + size(i) / ways;
  }
  return sum;
}

}  // namespace cxlpool::address
