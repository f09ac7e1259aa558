// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/address/interleave.h"
#include "models/address/xor_map.h"

namespace cxlpool::address {

/// Unit of bases and sizes of windows and HDM decoders: their low 28 bits do not exist.
inline constexpr std::uint64_t hdm_quantum = 256ull << 20;

enum class Arithmetic : std::uint8_t { modulo = 0, exclusive_or = 1 };

/// CFMWS window restrictions (ACPI CEDT; sources.md 2).
enum Restriction : std::uint16_t {
  restrict_device_coherent = 1u << 0,
  restrict_host_coherent = 1u << 1,
  restrict_volatile = 1u << 2,
  restrict_persistent = 1u << 3,
  restrict_fixed = 1u << 4,
  restrict_back_invalidate = 1u << 5,
};

/// A CXL fixed memory window: a range of HPA that the host's root level interleaves over its host
/// bridges. It cannot be reprogrammed; it is described to software by a CFMWS record of the CEDT.
struct FixedMemoryWindow {
  std::uint64_t base = 0;  ///< bytes, multiple of hdm_quantum
  std::uint64_t size = 0;  ///< bytes, multiple of ways x hdm_quantum
  Interleave interleave;   ///< root ways and granularity; 1 way ignores the granularity
  Arithmetic arithmetic = Arithmetic::modulo;
  XorMaps xor_maps;                    ///< used when arithmetic is exclusive_or
  std::vector<std::uint32_t> targets;  ///< host bridge UIDs in interleave order, one per way
  std::uint16_t restrictions = 0xF;    ///< Restriction bits
  std::uint16_t qtg_id = 0;            ///< QoS throttling group

  bool contains(std::uint64_t hpa) const { return hpa - base < size; }

  /// Index into `targets` of the host bridge that `hpa` goes to. Works on the absolute address
  /// (sources.md 3.1); `hpa` must lie in the window, and the window must have no violations().
  unsigned target_index(std::uint64_t hpa) const {
    const unsigned index = interleave.position(hpa);
    if (arithmetic == Arithmetic::modulo) return index;
    const unsigned bits = interleave.binary_ways_bits();
    return (index >> bits << bits) | xor_maps.index_bits(hpa, bits);
  }

  /// What an ACPI table writer got wrong, one sentence each: alignment, wrap past 2^64, number of
  /// targets, too few XOR maps (more than needed are ignored), a map whose lowest set bit is not an
  /// interleave bit of the window or is another map's, maps that are not their own inverse. Empty
  /// when the window is legal.
  std::vector<std::string> violations() const;
};

}  // namespace cxlpool::address
