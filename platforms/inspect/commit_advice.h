// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "models/address/hdm_decoder.h"

/// What stands between a decoder and COMMITTED, judged on the live registers.
namespace cxlpool::platforms {

/// What a commit of this decoder would come to, were it tried now. Changes nothing.
address::CommitFailure trial_commit(const address::HdmDecoderBlock& decoders, unsigned decoder);

/// What to change so that the commit no longer fails for this reason.
std::string mend_commit(const address::HdmDecoderBlock& decoders, unsigned decoder,
                        address::CommitFailure failure);

/// The lowest decoder that is not committed, if any.
std::optional<unsigned> first_uncommitted(const address::HdmDecoderBlock& decoders);

/// "decoder 0: 0x110000000..0x20fffffff (4 GiB), decoder 1: ..." of the committed ones.
std::string committed_ranges(const address::HdmDecoderBlock& decoders);

}  // namespace cxlpool::platforms
