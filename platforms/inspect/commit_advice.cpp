// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/commit_advice.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/format.h"

namespace cxlpool::platforms {

using address::CommitFailure;
using address::HdmDecoderBlock;

namespace {

std::string ways_on_offer(const HdmDecoderBlock& decoders) {
  if (decoders.kind() != address::ComponentKind::device) {
    return fmt::format("a power of two up to {}", decoders.capability().targets);
  }
  std::string offer = "1, 2, 4 or 8";
  if (decoders.capability().ways_16) offer += ", 16";
  if (decoders.capability().ways_3_6_12) offer += ", 3, 6 or 12";
  return offer;
}

std::string mend_overlap(const HdmDecoderBlock& decoders, unsigned decoder) {
  std::uint64_t floor = 0;
  for (const auto& range : decoders.ranges()) {
    if (range.index < decoder) floor = std::max(floor, range.base + range.size);
  }
  if (decoders.base(decoder) < floor) {
    return fmt::format(
        "ranges ascend with the decoder's index: begin decoder {} at {:#x} or above, or let a "
        "lower decoder hold it",
        decoder, floor);
  }
  return fmt::format("end decoder {} below the next higher decoder's base", decoder);
}

}  // namespace

CommitFailure trial_commit(const HdmDecoderBlock& decoders, unsigned decoder) {
  HdmDecoderBlock trial = decoders;
  const std::uint32_t offset = address::hdm::offset_of(decoder, address::hdm::control);
  const std::uint32_t control = trial.control(decoder) & ~address::hdm::commit;
  trial.write(offset, control);
  return trial.write(offset, control | address::hdm::commit).failure;
}

std::string mend_commit(const HdmDecoderBlock& decoders, unsigned decoder, CommitFailure failure) {
  switch (failure) {
    case CommitFailure::none:
      return fmt::format("clear and set COMMIT of decoder {} (control register, bit 9)", decoder);
    case CommitFailure::order:
      return fmt::format("commit decoder {} first, then decoder {}", decoder - 1, decoder);
    case CommitFailure::overlap:
      return mend_overlap(decoders, decoder);
    case CommitFailure::wrap:
      return fmt::format("let decoder {} hold at most {:#x} bytes", decoder,
                         0 - decoders.base(decoder));
    case CommitFailure::reserved_ways:
      return "use 1, 2, 3, 4, 6, 8, 12 or 16 ways";
    case CommitFailure::reserved_granularity:
      return "use a granularity of 256 B to 16 KiB";
    case CommitFailure::unsupported_ways:
      return fmt::format("use {} ways, or give the component the capability",
                         ways_on_offer(decoders));
    case CommitFailure::unsupported_granularity:
      return decoders.capability().interleave_256b
                 ? "use a granularity of 256 B to 2 KiB, or give the component the capability"
                 : "use a granularity of 4 KiB to 16 KiB, or give the component the capability";
    case CommitFailure::size_not_multiple_of_3:
      return fmt::format("let decoder {} hold a multiple of 768 MiB, not {}", decoder,
                         human_size(decoders.size(decoder)));
    case CommitFailure::repeated_target:
      return fmt::format("name a different port in each entry of decoder {}'s target list",
                         decoder);
  }
  return {};
}

std::optional<unsigned> first_uncommitted(const HdmDecoderBlock& decoders) {
  for (unsigned i = 0; i < decoders.decoder_count(); ++i) {
    if (!decoders.is_committed(i)) return i;
  }
  return std::nullopt;
}

std::string committed_ranges(const HdmDecoderBlock& decoders) {
  std::string text;
  for (const auto& range : decoders.ranges()) {
    if (!text.empty()) text += ", ";
    text += fmt::format("decoder {}: {}", range.index, human_range(range.base, range.size));
  }
  return text;
}

}  // namespace cxlpool::platforms
