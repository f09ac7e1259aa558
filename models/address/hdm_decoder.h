// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/address/cause.h"
#include "models/address/interleave.h"

/// The HDM decoder capability structure as registers (sources.md 1.2 to 1.5).
namespace cxlpool::address {

enum class ComponentKind : std::uint8_t { host_bridge, switch_upstream, device };

/// What the capability register advertises. Read-only to software.
struct HdmCapability {
  unsigned decoders = 4;        ///< an encodable count; at most 10 on a device
  unsigned targets = 8;         ///< 1, 2, 4 or 8 ways at a bridge or switch; 1 at a device
  bool interleave_256b = true;  ///< granularities 256 B to 2 KiB
  bool interleave_4k = true;    ///< granularities 4 KiB to 16 KiB
  bool poison_on_error = false;
  bool ways_3_6_12 = false;  ///< devices only
  bool ways_16 = false;      ///< devices only

  /// The witness of the vectors: 0x382 at bridges and switches, 0x1B12 at devices.
  static HdmCapability standard(ComponentKind kind);

  std::uint32_t word() const;
};

/// Offsets from the structure's start; those of a decoder repeat every decoder_stride bytes.
namespace hdm {
inline constexpr std::uint32_t capability = 0x00;
inline constexpr std::uint32_t global_control = 0x04;
inline constexpr std::uint32_t first_decoder = 0x10;
inline constexpr std::uint32_t decoder_stride = 0x20;
inline constexpr std::uint32_t base_low = 0x00;
inline constexpr std::uint32_t base_high = 0x04;
inline constexpr std::uint32_t size_low = 0x08;
inline constexpr std::uint32_t size_high = 0x0C;
inline constexpr std::uint32_t control = 0x10;
inline constexpr std::uint32_t target_low = 0x14;  ///< DPA skip low on a device
inline constexpr std::uint32_t target_high = 0x18;

inline constexpr std::uint32_t poison_enable = 1u << 0;   ///< global control
inline constexpr std::uint32_t decoder_enable = 1u << 1;  ///< global control
inline constexpr std::uint32_t lock_on_commit = 1u << 8;
inline constexpr std::uint32_t commit = 1u << 9;
inline constexpr std::uint32_t committed = 1u << 10;
inline constexpr std::uint32_t error_not_committed = 1u << 11;
inline constexpr std::uint32_t host_only_coherent = 1u << 12;

constexpr std::uint32_t offset_of(unsigned decoder, std::uint32_t reg) {
  return first_decoder + decoder * decoder_stride + reg;
}
}  // namespace hdm

/// Why a commit failed (sources.md 1.4). The address bits that a set consumes are not tested here:
/// that is the Linux driver's rule, not the hardware's.
enum class CommitFailure : std::uint8_t {
  none,
  order,          ///< the next lower decoder is not committed
  overlap,        ///< begins below the end of a lower decoder, or reaches into a higher one
  wrap,           ///< base + size passes 2^64
  reserved_ways,  ///< the ways code is not defined
  reserved_granularity,
  unsupported_ways,  ///< the capability register does not offer the ways
  unsupported_granularity,
  size_not_multiple_of_3,  ///< 3, 6 or 12 ways with a size that is no multiple of 3 x 256 MiB
  repeated_target,         ///< two of the first `ways` targets are the same port
};
const char* text(CommitFailure failure);

/// What a register write did.
struct WriteVerdict {
  enum class Effect : std::uint8_t {
    stored,
    committed,
    commit_failed,
    uncommitted,
    ignored_read_only,  ///< a read-only, reserved or absent register
    ignored_committed,  ///< only COMMIT can be written while COMMITTED is 1
    ignored_locked,     ///< committed with lock-on-commit: nothing can be written
  };
  Effect effect = Effect::stored;
  CommitFailure failure = CommitFailure::none;
  int decoder = -1;             ///< the decoder that was written, -1 for the others
  bool decode_changed = false;  ///< some address may now decode differently
};
std::string describe(const WriteVerdict& verdict);

/// One committed decoder as the data path uses it.
struct DecodeRange {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  Interleave interleave;
  std::uint8_t index = 0;
  std::array<std::uint8_t, 8> targets{};  ///< physical port numbers; bridges and switches
  std::uint64_t dpa_base = 0;             ///< where this decoder's share of the device begins

  bool contains(std::uint64_t hpa) const { return hpa - base < size; }
  std::uint64_t dpa(std::uint64_t hpa) const {
    return dpa_base + interleave.dpa_offset(hpa - base);
  }
  friend bool operator==(const DecodeRange& a, const DecodeRange& b);
};

/// The registers of one component's HDM decoders, with what hardware does on a write: masks,
/// commit checks, lock. Copyable, so that a module can try a write and revoke what depends on the
/// old decode before the new one is seen. Programming is never repaired.
class HdmDecoderBlock {
 public:
  /// Capability bits that the kind cannot have (3/6/12/16 ways and devices' targets) are dropped.
  HdmDecoderBlock(ComponentKind kind, HdmCapability capability);

  ComponentKind kind() const { return kind_; }
  const HdmCapability& capability() const { return capability_; }
  unsigned decoder_count() const { return capability_.decoders; }
  std::uint32_t size_bytes() const { return hdm::offset_of(decoder_count(), 0); }

  /// 4-byte register access at a multiple of 4; absent registers read 0.
  std::uint32_t read(std::uint32_t offset) const;
  WriteVerdict write(std::uint32_t offset, std::uint32_t value);

  /// A conventional reset: every register but the capability takes its reset value.
  void reset();

  bool decode_enabled() const { return (global_control_ & hdm::decoder_enable) != 0; }

  /// Committed decoders in index order. Empty ones (size 0) are left out: they decode nothing.
  const std::vector<DecodeRange>& ranges() const { return ranges_; }

  /// The lowest committed decoder that holds `hpa`, if decoding is enabled; else null.
  const DecodeRange* find(std::uint64_t hpa) const {
    if (!decode_enabled()) return nullptr;
    for (const DecodeRange& range : ranges_) {
      if (range.contains(hpa)) return &range;
    }
    return nullptr;
  }

  struct Miss {
    Cause cause;
    int decoder;  ///< of not_committed: the lowest decoder that holds the address; else -1
  };
  /// Why find() found nothing.
  Miss why_not(std::uint64_t hpa) const;

  // Decoded views of single registers, committed or not.
  std::uint64_t base(unsigned decoder) const;
  std::uint64_t size(unsigned decoder) const;
  std::uint64_t skip(unsigned decoder) const;
  std::uint32_t control(unsigned decoder) const { return decoders_[decoder].control; }
  bool is_committed(unsigned decoder) const {
    return (decoders_[decoder].control & hdm::committed) != 0;
  }
  std::array<std::uint8_t, 8> targets(unsigned decoder) const;
  std::optional<Interleave> interleave(unsigned decoder) const;
  /// Sum over lower decoders, committed or not, of skip + size / ways, plus this one's skip.
  std::uint64_t dpa_base(unsigned decoder) const;

 private:
  struct Registers {
    std::uint32_t base_low = 0, base_high = 0;
    std::uint32_t size_low = 0, size_high = 0;
    std::uint32_t control = 0;
    std::uint32_t target_low = 0, target_high = 0;
  };
  /// Where a register's value lives and which of its bits software can write.
  struct Slot {
    std::uint32_t Registers::*value;
    std::uint32_t mask;
  };

  static const Slot* slot(std::uint32_t reg, ComponentKind kind);
  WriteVerdict write_decoder(unsigned decoder, std::uint32_t reg, std::uint32_t value);
  WriteVerdict write_control(unsigned decoder, std::uint32_t value);
  CommitFailure commit_failure(unsigned decoder) const;
  CommitFailure interleave_failure(unsigned decoder) const;
  bool overlaps(unsigned decoder) const;
  std::vector<DecodeRange> collect_ranges() const;

  ComponentKind kind_;
  HdmCapability capability_;
  std::uint32_t global_control_ = 0;
  std::vector<Registers> decoders_;
  std::vector<DecodeRange> ranges_;
};

}  // namespace cxlpool::address
