// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/address/decode_tree.h"
#include "models/address/decoder_program.h"

/// Regions as the host's kernel makes them: the decoders of an interleave set, programmed as the
/// Linux CXL driver programs them.
namespace cxlpool::management {

struct RegionRequest {
  enum class Mode : std::uint8_t { ram, pmem };

  std::size_t window = 0;  ///< index into the tree's windows
  Mode mode = Mode::ram;
  std::vector<address::NodeIndex> devices;   ///< nodes of the tree, in position order
  std::optional<std::uint64_t> size;         ///< bytes of HPA; default: the most that fits
  std::optional<std::uint32_t> granularity;  ///< bytes; default: the window's
};

/// Programming of one decoder of one component.
struct DecoderAssignment {
  address::NodeIndex node = address::no_node;
  address::DecoderProgram program;
};

struct RegionPlan {
  std::uint64_t base = 0;  ///< HPA
  std::uint64_t size = 0;
  address::Interleave interleave;
  /// In commit order: position by position, each from the endpoint up to the host bridge; a
  /// component that several positions share comes once, the first time.
  std::vector<DecoderAssignment> decoders;
};

/// Why the driver refuses: the errno that it would return, by name, and a sentence that says what
/// is wrong and what would be right.
struct RegionRefusal {
  std::string error;  ///< e.g. "EINVAL"
  std::string text;
};

/// Plans a region on the fabric as it stands, decoders committed so far included (sources.md 1.4,
/// 1.5 and 3.6). Changes nothing: program the result by MMIO.
std::variant<RegionPlan, RegionRefusal> plan_region(const address::DecodeTree& tree,
                                                    const RegionRequest& request);

}  // namespace cxlpool::management
