// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace cxlpool::capacity {

/// Why a request was refused, with nothing changed. In brackets the CXL return code that fits where
/// the request came by mailbox; who decodes the command chooses it.
enum class Refusal : std::uint8_t {
  none,
  unknown_host,        ///< [02]
  unknown_region,      ///< [02; 03 in 5602h]
  unknown_policy,      ///< selection or removal policy that does not exist [02]
  nothing_requested,   ///< a list without entries where some are needed [02]
  bad_length,          ///< an amount of 0, or no multiple of the block [02]
  bad_block,           ///< a block size that the region does not offer [02]
  region_in_use,       ///< the region holds offered or allocated capacity [03]
  missing_tag,         ///< the policy goes by a tag, and it is null [02]
  unknown_tag,         ///< nothing is allocated under the tag, or none of it to this host [02]
  not_sharable,        ///< shared access to capacity in a region that is not sharable [02]
  already_held,        ///< all of the tag's capacity is offered to this host or accepted [1E]
  outside_regions,     ///< not wholly in one region [0F]
  zero_length,         ///< an entry of no bytes [1E]
  misaligned,          ///< an entry that is no whole blocks [1E]
  list_overlap,        ///< an entry overlaps an earlier one of the list [1E]
  in_use,              ///< to be added, and allocated already [1E]
  not_offered,         ///< accepted, and not in one extent of the oldest offer [0F]
  not_accepted,        ///< to be released, and not all of it accepted by the host [0F]
  still_pending,       ///< to be released unforced, and the host has not answered the offer [0F]
  extents_exhausted,   ///< offers and accepted extents would pass the limit [1D]
  tags_exhausted,      ///< one more tag than the device can keep [1D]
  capacity_exhausted,  ///< more than the region has free, or free in one piece [1D]
  tag_exhausted,       ///< by tag, more than the host has under it [1D]
  not_prescriptive,    ///< tagged backends: they are added by naming the extent [02]
  several_extents,     ///< tagged backends: one extent an add [1E]
  unknown_backend,     ///< tagged backends: none has the tag [02]
  backend_in_use,      ///< tagged backends: offered or mapped [02]
  not_the_backend,     ///< tagged backends: the extent's length is not the backend's [1E]
  part_of_a_backend,   ///< tagged backends: only whole ones are accepted and released [0F]
  bad_backend,         ///< the id or tag exists, or there is no tag or no byte [02]
};
inline constexpr std::size_t refusal_count = 31;

/// Identifier, e.g. "not_offered".
const char* name(Refusal refusal);

/// A sentence for people.
const char* text(Refusal refusal);

}  // namespace cxlpool::capacity
