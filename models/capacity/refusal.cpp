// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/refusal.h"

#include <array>

namespace cxlpool::capacity {
namespace {

struct Words {
  const char* name;
  const char* text;
};

constexpr std::array<Words, refusal_count> words{{
    {"none", "carried out"},
    {"unknown_host", "unknown host id"},
    {"unknown_region", "the device has no such region"},
    {"unknown_policy", "no such selection or removal policy"},
    {"nothing_requested", "the list has no entries"},
    {"bad_length", "the length is not a multiple of the block size above 0"},
    {"bad_block", "the region does not offer this block size"},
    {"region_in_use", "the region holds offered or allocated capacity"},
    {"missing_tag", "the policy needs a tag"},
    {"unknown_tag", "nothing is allocated under the tag"},
    {"not_sharable", "the capacity is not in a sharable region"},
    {"already_held", "the host has all of it, or is offered it"},
    {"outside_regions", "an entry is not wholly in one region"},
    {"zero_length", "an entry has no bytes"},
    {"misaligned", "an entry is not whole blocks"},
    {"list_overlap", "an entry overlaps an earlier one of the list"},
    {"in_use", "the capacity is offered or allocated"},
    {"not_offered", "an entry is not in one extent of the oldest offer"},
    {"not_accepted", "the host has not accepted all of it"},
    {"still_pending", "the host has not answered the offer of it"},
    {"extents_exhausted", "more extents than the device can keep for the host"},
    {"tags_exhausted", "more tags than the device can keep"},
    {"capacity_exhausted", "the region has not as much free, or not in one piece"},
    {"tag_exhausted", "the host has less than that under the tag"},
    {"not_prescriptive", "capacity from backends is added by naming the extent"},
    {"several_extents", "capacity from backends is added one extent at a time"},
    {"unknown_backend", "no backend has the tag"},
    {"backend_in_use", "the backend is offered or mapped"},
    {"not_the_backend", "the extent is not as long as the backend"},
    {"part_of_a_backend", "a backend is accepted and released as a whole"},
    {"bad_backend", "a backend of this id or tag exists, or it has no tag or no bytes"},
}};

}  // namespace

const char* name(Refusal refusal) { return words[static_cast<std::size_t>(refusal)].name; }
const char* text(Refusal refusal) { return words[static_cast<std::size_t>(refusal)].text; }

}  // namespace cxlpool::capacity
