// SPDX-License-Identifier: Apache-2.0
#include "models/address/hdm_decoder.h"

#include <gtest/gtest.h>

#include "models/address/component_registers.h"
#include "models/address/decoder_program.h"
#include "models/address/window.h"

namespace cxlpool::address {
namespace {

using Effect = WriteVerdict::Effect;

HdmDecoderBlock make_device() {
  return {ComponentKind::device, HdmCapability::standard(ComponentKind::device)};
}
HdmDecoderBlock make_bridge() {
  return {ComponentKind::host_bridge, HdmCapability::standard(ComponentKind::host_bridge)};
}

std::uint32_t at(unsigned decoder, std::uint32_t reg) { return hdm::offset_of(decoder, reg); }

DecoderProgram quanta(unsigned index, std::uint64_t base, std::uint64_t size, unsigned ways = 1,
                      unsigned granularity = 256) {
  DecoderProgram program;
  program.index = index;
  program.base = base * hdm_quantum;
  program.size = size * hdm_quantum;
  program.interleave = *Interleave::from_values(ways, granularity);
  program.targets = {1, 2, 3, 4, 5, 6, 7, 8};
  return program;
}

WriteVerdict apply(HdmDecoderBlock& block, DecoderProgram program) {
  if (block.kind() == ComponentKind::device) program.targets = {};
  WriteVerdict last;
  for (const RegisterWrite& write : register_writes(block.kind(), program)) {
    last = block.write(write.offset, write.value);
  }
  return last;
}

/// The control register's code bits with COMMIT, over a decoder that is otherwise programmed.
WriteVerdict commit_codes(HdmDecoderBlock& block, unsigned ways_code, unsigned granularity_code) {
  block.write(at(0, hdm::size_high), 6);
  return block.write(at(0, hdm::control), granularity_code | ways_code << 4 | hdm::commit);
}

TEST(HdmDecoder, CapabilityWordsAreTheWitnesses) {
  EXPECT_EQ(make_bridge().read(hdm::capability), 0x382u);
  EXPECT_EQ(HdmDecoderBlock(ComponentKind::switch_upstream,
                            HdmCapability::standard(ComponentKind::switch_upstream))
                .read(hdm::capability),
            0x382u);
  EXPECT_EQ(make_device().read(hdm::capability), 0x1B12u);
}

TEST(HdmDecoder, CountsAreEncoded) {
  const unsigned counts[] = {1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32};
  for (unsigned code = 0; code < 13; ++code) {
    HdmCapability capability;
    capability.decoders = counts[code];
    const HdmDecoderBlock block(ComponentKind::host_bridge, capability);
    EXPECT_EQ(block.read(hdm::capability) & 0xF, code);
    EXPECT_EQ(block.decoder_count(), counts[code]);
    EXPECT_EQ(block.size_bytes(), 0x10 + 0x20 * counts[code]);
  }
}

TEST(HdmDecoder, CapabilityBitsThatAKindCannotHaveAreDropped) {
  HdmCapability all;
  all.ways_3_6_12 = all.ways_16 = all.poison_on_error = true;
  EXPECT_EQ(HdmDecoderBlock(ComponentKind::host_bridge, all).read(hdm::capability), 0x782u);
  EXPECT_EQ(HdmDecoderBlock(ComponentKind::device, all).read(hdm::capability), 0x1F12u);
}

TEST(HdmDecoder, RegistersKeepTheBitsOfTheirMasks) {
  struct Row {
    std::uint32_t reg, bridge_mask, device_mask;
  };
  for (const Row& row :
       {Row{hdm::base_low, 0xF000'0000, 0xF000'0000}, Row{hdm::base_high, ~0u, ~0u},
        Row{hdm::size_low, 0xF000'0000, 0xF000'0000}, Row{hdm::size_high, ~0u, ~0u},
        Row{hdm::control, 0x11FF, 0x11FF},  // COMMIT is tried apart
        Row{hdm::target_low, ~0u, 0xF000'0000}, Row{hdm::target_high, ~0u, ~0u}, Row{0x1C, 0, 0}}) {
    HdmDecoderBlock bridge = make_bridge(), device = make_device();
    for (unsigned decoder = 0; decoder < 4; ++decoder) {
      bridge.write(at(decoder, row.reg), ~hdm::commit);
      device.write(at(decoder, row.reg), ~hdm::commit);
      EXPECT_EQ(bridge.read(at(decoder, row.reg)), row.bridge_mask & ~hdm::commit) << row.reg;
      EXPECT_EQ(device.read(at(decoder, row.reg)), row.device_mask & ~hdm::commit) << row.reg;
    }
  }
  HdmDecoderBlock block = make_bridge();
  block.write(hdm::global_control, ~0u);
  EXPECT_EQ(block.read(hdm::global_control), 3u);
}

TEST(HdmDecoder, WhatIsNoRegisterReadsZeroAndIgnoresWrites) {
  HdmDecoderBlock block = make_bridge();
  for (const std::uint32_t offset : {0x08u, 0x0Cu, 0x2Cu, 0x90u, 0x1000u}) {
    EXPECT_EQ(block.write(offset, ~0u).effect, Effect::ignored_read_only) << offset;
    EXPECT_EQ(block.read(offset), 0u) << offset;
  }
  EXPECT_EQ(block.write(hdm::capability, 0).effect, Effect::ignored_read_only);
  EXPECT_EQ(block.read(hdm::capability), 0x382u);
}

TEST(HdmDecoder, ACommitReadsBackAsCommitted) {
  HdmDecoderBlock block = make_device();
  const WriteVerdict verdict = apply(block, quanta(0, 4, 2, 2, 1024));
  EXPECT_EQ(verdict.effect, Effect::committed);
  EXPECT_EQ(verdict.decoder, 0);
  EXPECT_TRUE(verdict.decode_changed);
  EXPECT_EQ(block.read(at(0, hdm::control)), 0x1612u);
  ASSERT_EQ(block.ranges().size(), 1u);
  EXPECT_EQ(block.ranges()[0].base, 4 * hdm_quantum);
  EXPECT_EQ(block.ranges()[0].size, 2 * hdm_quantum);
  EXPECT_EQ(block.find(4 * hdm_quantum), nullptr) << "not enabled yet";
  EXPECT_TRUE(block.write(hdm::global_control, hdm::decoder_enable).decode_changed);
  EXPECT_EQ(block.find(4 * hdm_quantum), &block.ranges()[0]);
  EXPECT_EQ(block.find(6 * hdm_quantum), nullptr);
}

TEST(HdmDecoder, AFailedCommitReadsBackAsAnErrorUntilCommitIsCleared) {
  HdmDecoderBlock block = make_device();
  EXPECT_EQ(apply(block, quanta(1, 4, 1)).failure, CommitFailure::order);
  const std::uint32_t failed = hdm::host_only_coherent | hdm::commit | hdm::error_not_committed;
  EXPECT_EQ(block.read(at(1, hdm::control)), failed);
  apply(block, quanta(0, 3, 1));
  // COMMIT stands already: no new attempt before it has been cleared.
  EXPECT_EQ(block.write(at(1, hdm::control), hdm::host_only_coherent | hdm::commit).effect,
            Effect::stored);
  EXPECT_EQ(block.read(at(1, hdm::control)), failed);
  block.write(at(1, hdm::control), hdm::host_only_coherent);
  EXPECT_EQ(block.read(at(1, hdm::control)), hdm::host_only_coherent);
  EXPECT_EQ(block.write(at(1, hdm::control), hdm::commit).effect, Effect::committed);
}

TEST(HdmDecoder, CommitsInIndexOrder) {
  HdmDecoderBlock block = make_bridge();
  EXPECT_EQ(apply(block, quanta(2, 6, 1)).failure, CommitFailure::order);
  EXPECT_EQ(apply(block, quanta(0, 4, 1)).effect, Effect::committed);
  EXPECT_EQ(apply(block, quanta(1, 5, 1)).effect, Effect::committed);
  EXPECT_EQ(apply(block, quanta(2, 6, 1)).effect, Effect::committed);
}

TEST(HdmDecoder, RangesAscendWithoutOverlap) {
  HdmDecoderBlock block = make_bridge();
  ASSERT_EQ(apply(block, quanta(0, 8, 2)).effect, Effect::committed);
  for (const std::uint64_t base : {7, 8, 9}) {
    EXPECT_EQ(apply(block, quanta(1, base, 1)).failure, CommitFailure::overlap) << base;
  }
  ASSERT_EQ(apply(block, quanta(1, 10, 2)).effect, Effect::committed);
  ASSERT_EQ(apply(block, quanta(2, 14, 1)).effect, Effect::committed);
  // Decoder 1 comes back while a higher one stands.
  block.write(at(1, hdm::control), 0);
  EXPECT_EQ(apply(block, quanta(1, 10, 5)).failure, CommitFailure::overlap);
  EXPECT_EQ(apply(block, quanta(1, 10, 4)).effect, Effect::committed);
}

TEST(HdmDecoder, MayEndWithTheAddressSpaceButNotPassIt) {
  constexpr std::uint64_t all = 1ull << 36;  // quanta in 2^64
  HdmDecoderBlock block = make_bridge();
  EXPECT_EQ(apply(block, quanta(0, all - 2, 3)).failure, CommitFailure::wrap);
  EXPECT_EQ(apply(block, quanta(0, all - 2, 2)).effect, Effect::committed);
  EXPECT_EQ(apply(block, quanta(1, 5, 1)).failure, CommitFailure::overlap);
  block.write(hdm::global_control, hdm::decoder_enable);
  EXPECT_NE(block.find(~std::uint64_t{0}), nullptr);
  EXPECT_EQ(block.find(0), nullptr);
}

TEST(HdmDecoder, ReservedCodesDoNotCommit) {
  for (unsigned code = 0; code < 16; ++code) {
    HdmDecoderBlock block = make_device();
    const CommitFailure expected =
        decode_ways(code) ? CommitFailure::none : CommitFailure::reserved_ways;
    EXPECT_EQ(commit_codes(block, code, 0).failure, expected) << code;
    HdmDecoderBlock other = make_device();
    EXPECT_EQ(commit_codes(other, 0, code).failure,
              code <= 6 ? CommitFailure::none : CommitFailure::reserved_granularity)
        << code;
  }
}

TEST(HdmDecoder, WaysThatAreNotOfferedDoNotCommit) {
  HdmCapability capability = HdmCapability::standard(ComponentKind::device);
  capability.ways_3_6_12 = capability.ways_16 = false;
  for (const unsigned ways : {3, 6, 12, 16}) {
    HdmDecoderBlock device(ComponentKind::device, capability);
    EXPECT_EQ(apply(device, quanta(0, 4, 48, ways)).failure, CommitFailure::unsupported_ways);
    HdmDecoderBlock bridge = make_bridge();
    EXPECT_EQ(apply(bridge, quanta(0, 4, 48, ways)).failure, CommitFailure::unsupported_ways);
  }
  HdmCapability narrow;
  narrow.targets = 2;
  HdmDecoderBlock bridge(ComponentKind::host_bridge, narrow);
  EXPECT_EQ(apply(bridge, quanta(0, 4, 4, 4)).failure, CommitFailure::unsupported_ways);
  EXPECT_EQ(apply(bridge, quanta(0, 4, 4, 2)).effect, Effect::committed);
}

TEST(HdmDecoder, GranularitiesThatAreNotOfferedDoNotCommit) {
  for (unsigned granularity = 256; granularity <= 16384; granularity *= 2) {
    const bool fine = granularity <= 2048;
    HdmCapability capability;
    (fine ? capability.interleave_256b : capability.interleave_4k) = false;
    HdmDecoderBlock block(ComponentKind::host_bridge, capability);
    EXPECT_EQ(apply(block, quanta(0, 4, 2, 2, granularity)).failure,
              CommitFailure::unsupported_granularity);
    EXPECT_EQ(apply(block, quanta(0, 4, 2, 1, granularity)).effect, Effect::committed)
        << "one way selects nothing";
  }
}

TEST(HdmDecoder, ThreeWaysNeedThirds) {
  for (const unsigned ways : {3, 6, 12}) {
    HdmDecoderBlock block = make_device();
    EXPECT_EQ(apply(block, quanta(0, 4, 4, ways)).failure, CommitFailure::size_not_multiple_of_3);
    EXPECT_EQ(apply(block, quanta(0, 4, 12, ways)).effect, Effect::committed);
  }
}

TEST(HdmDecoder, TargetsDifferAmongThoseInUse) {
  HdmDecoderBlock block = make_bridge();
  DecoderProgram program = quanta(0, 4, 4, 4);
  program.targets = {1, 2, 3, 1};
  EXPECT_EQ(apply(block, program).failure, CommitFailure::repeated_target);
  program.interleave = *Interleave::from_values(2, 256);
  EXPECT_EQ(apply(block, program).effect, Effect::committed);
  EXPECT_EQ(block.ranges()[0].targets[1], 2);
}

TEST(HdmDecoder, EmptyDecodersCommitAndDecodeNothing) {
  HdmDecoderBlock block = make_bridge();
  block.write(hdm::global_control, hdm::decoder_enable);
  EXPECT_EQ(apply(block, quanta(0, 0, 0)).effect, Effect::committed);
  EXPECT_TRUE(block.ranges().empty());
  EXPECT_EQ(block.why_not(0).cause, Cause::no_decoder);
  EXPECT_EQ(apply(block, quanta(1, 4, 1)).effect, Effect::committed);
  EXPECT_EQ(block.find(4 * hdm_quantum)->index, 1);
}

TEST(HdmDecoder, CommittedRegistersCannotBeWritten) {
  HdmDecoderBlock block = make_bridge();
  apply(block, quanta(0, 4, 2, 2));
  const HdmDecoderBlock before = block;
  for (const std::uint32_t reg : {hdm::base_low, hdm::base_high, hdm::size_low, hdm::size_high,
                                  hdm::target_low, hdm::target_high}) {
    EXPECT_EQ(block.write(at(0, reg), ~0u).effect, Effect::ignored_committed);
    EXPECT_EQ(block.read(at(0, reg)), before.read(at(0, reg)));
  }
  const WriteVerdict verdict = block.write(at(0, hdm::control), hdm::commit | 0x36);
  EXPECT_EQ(verdict.effect, Effect::ignored_committed);
  EXPECT_FALSE(verdict.decode_changed);
  EXPECT_EQ(block.read(at(0, hdm::control)), before.read(at(0, hdm::control)));
}

TEST(HdmDecoder, ClearingCommitUncommits) {
  HdmDecoderBlock block = make_bridge();
  block.write(hdm::global_control, hdm::decoder_enable);
  apply(block, quanta(0, 4, 2, 2));
  const WriteVerdict verdict = block.write(at(0, hdm::control), 0);
  EXPECT_EQ(verdict.effect, Effect::uncommitted);
  EXPECT_TRUE(verdict.decode_changed);
  EXPECT_FALSE(block.is_committed(0));
  EXPECT_EQ(block.why_not(4 * hdm_quantum).cause, Cause::not_committed);
  EXPECT_EQ(block.why_not(4 * hdm_quantum).decoder, 0);
  EXPECT_EQ(block.write(at(0, hdm::base_high), 1).effect, Effect::stored);
}

TEST(HdmDecoder, LocksUntilReset) {
  HdmDecoderBlock block = make_bridge();
  DecoderProgram program = quanta(0, 4, 2);
  program.lock = true;
  ASSERT_EQ(apply(block, program).effect, Effect::committed);
  EXPECT_EQ(block.write(at(0, hdm::control), 0).effect, Effect::ignored_locked);
  EXPECT_EQ(block.write(at(0, hdm::base_low), 0).effect, Effect::ignored_locked);
  EXPECT_TRUE(block.is_committed(0));
  block.reset();
  EXPECT_TRUE(block.ranges().empty());
  for (std::uint32_t offset = 4; offset < block.size_bytes(); offset += 4) {
    EXPECT_EQ(block.read(offset), 0u) << offset;
  }
  EXPECT_EQ(block.read(hdm::capability), 0x382u);
  EXPECT_EQ(block.write(at(0, hdm::base_high), 1).effect, Effect::stored);
}

TEST(HdmDecoder, AFailedCommitDoesNotLock) {
  HdmDecoderBlock block = make_bridge();
  DecoderProgram program = quanta(1, 4, 2);
  program.lock = true;
  ASSERT_EQ(apply(block, program).effect, Effect::commit_failed);
  EXPECT_EQ(block.write(at(1, hdm::base_low), 0).effect, Effect::stored);
}

TEST(HdmDecoder, DpaBaseAddsUpSkipsAndSharesOfLowerDecoders) {
  HdmDecoderBlock block = make_device();
  DecoderProgram first = quanta(0, 4, 4, 2), second = quanta(1, 8, 6, 6), third = quanta(2, 20, 1);
  second.skip = 3 * hdm_quantum;
  third.skip = hdm_quantum;
  apply(block, first);
  apply(block, second);
  apply(block, third);
  EXPECT_EQ(block.dpa_base(0), 0u);
  EXPECT_EQ(block.dpa_base(1), 5 * hdm_quantum);
  EXPECT_EQ(block.dpa_base(2), 7 * hdm_quantum);
  EXPECT_EQ(block.ranges()[2].dpa_base, 7 * hdm_quantum);
  block.write(at(0, hdm::control), 0x1010);  // its share counts, committed or not
  ASSERT_EQ(block.ranges().size(), 2u);
  EXPECT_EQ(block.ranges()[1].dpa_base, 7 * hdm_quantum);
  EXPECT_TRUE(block.write(at(0, hdm::size_low), 0x2000'0000).decode_changed);
  EXPECT_EQ(block.dpa_base(2), 6 * hdm_quantum);
}

TEST(HdmDecoder, WritesThatDecodeNothingChangeNoDecode) {
  HdmDecoderBlock block = make_bridge();
  for (const RegisterWrite& write : register_writes(block.kind(), quanta(0, 4, 2))) {
    const bool commits = (write.value & hdm::commit) && write.offset == at(0, hdm::control);
    EXPECT_EQ(block.write(write.offset, write.value).decode_changed, commits) << write.offset;
  }
}

TEST(HdmDecoder, VerdictsDescribeThemselves) {
  HdmDecoderBlock block = make_bridge();
  EXPECT_EQ(describe(block.write(hdm::global_control, 2)), "stored");
  EXPECT_EQ(describe(apply(block, quanta(1, 4, 1))),
            "decoder 1 not committed: the next lower decoder is not committed");
  EXPECT_EQ(describe(apply(block, quanta(0, 4, 1))), "decoder 0 committed");
  EXPECT_EQ(describe(block.write(at(0, hdm::control), 0)), "decoder 0 un-committed");
}

TEST(ComponentRegisters, AreFoundThroughTheCapabilityArray) {
  ComponentRegisters registers(make_device());
  const std::uint32_t begin =
      find_hdm_structure([&](std::uint32_t offset) { return registers.read(offset, 4); });
  ASSERT_NE(begin, 0u);
  EXPECT_EQ(registers.read(begin, 4), 0x1B12u);
  EXPECT_EQ(find_hdm_structure([](std::uint32_t) { return 0u; }), 0u);
  EXPECT_EQ(find_hdm_structure([](std::uint32_t) { return ~0u; }), 0u);
}

TEST(ComponentRegisters, AreFourBytesWide) {
  ComponentRegisters registers(make_device());
  const std::uint32_t base_high =
      find_hdm_structure([&](std::uint32_t offset) { return registers.read(offset, 4); }) +
      at(0, hdm::base_high);
  for (const auto& [skew, size] : {std::pair{0u, 8u}, {0u, 2u}, {0u, 1u}, {1u, 4u}, {2u, 4u}}) {
    EXPECT_EQ(registers.write(base_high + skew, 5, size).effect, Effect::ignored_read_only);
    EXPECT_EQ(registers.read(base_high, 4), 0u);
  }
  EXPECT_EQ(registers.write(base_high, 5, 4).effect, Effect::stored);
  EXPECT_EQ(registers.read(base_high, 4), 5u);
  for (const auto& [skew, size] : {std::pair{0u, 8u}, {0u, 2u}, {0u, 1u}, {1u, 4u}, {2u, 4u}}) {
    EXPECT_EQ(registers.read(base_high + skew, size), 0u);
  }
}

TEST(ComponentRegisters, RasIsWhereTheArraySaysAndAHostBridgeHasNone) {
  for (const bool is_device : {true, false}) {
    ComponentRegisters registers(is_device ? make_device() : make_bridge());
    const auto read = [&](std::uint32_t offset) { return registers.read(offset, 4); };
    const std::uint32_t begin = find_capability(read, ComponentRegisters::ras_capability_id);
    ASSERT_EQ(begin, is_device ? 0x1080u : 0u);
    if (!is_device) {
      EXPECT_EQ(read(0x1084), 0u);
      continue;
    }
    EXPECT_EQ(read(begin + ras::uncorrectable_mask), 0x1CFFFu);
    for (const auto& [skew, size] : {std::pair{0u, 8u}, {0u, 2u}, {1u, 4u}, {2u, 4u}}) {
      EXPECT_EQ(registers.write(begin + ras::correctable_mask + skew, 0, size).effect,
                Effect::ignored_read_only);
    }
    EXPECT_EQ(registers.write(begin + ras::correctable_mask, 0, 4).effect, Effect::stored);
    EXPECT_EQ(read(begin + ras::correctable_mask), 0u);
    EXPECT_EQ(read(begin + ras::size_bytes), 0u);
    EXPECT_EQ(registers.write(begin + ras::control, 0, 4).effect, Effect::ignored_read_only);
  }
}

TEST(ComponentRegisters, AResetLosesDecodersAndKeepsErrors) {
  ComponentRegisters registers(make_device());
  const auto read = [&](std::uint32_t offset) { return registers.read(offset, 4); };
  const std::uint32_t ras = find_capability(read, ComponentRegisters::ras_capability_id);
  const std::uint32_t enable = find_hdm_structure(read) + hdm::global_control;
  registers.write(ras + ras::correctable_mask, 0, 4);
  registers.write(enable, hdm::decoder_enable, 4);
  registers.ras()->record(CorrectableError::physical);
  registers.reset();
  EXPECT_EQ(read(enable), 0u);
  EXPECT_EQ(read(ras + ras::correctable_mask), 0u);
  EXPECT_EQ(read(ras + ras::correctable_status), 0x40u);
  registers.lose_power();
  EXPECT_EQ(read(ras + ras::correctable_mask), 0x7Fu);
  EXPECT_EQ(read(ras + ras::correctable_status), 0u);
}

TEST(ComponentRegisters, TheRestReadsZero) {
  ComponentRegisters registers(make_bridge());
  for (const std::uint32_t offset : {0u, 0xFFCu, 0x1008u, 0x2000u, 0xFFFCu}) {
    EXPECT_EQ(registers.read(offset, 4), 0u) << offset;
    EXPECT_EQ(registers.write(offset, ~0u, 4).effect, Effect::ignored_read_only) << offset;
  }
  EXPECT_EQ(registers.write(ComponentRegisters::capability_array, 0, 4).effect,
            Effect::ignored_read_only);
}

}  // namespace
}  // namespace cxlpool::address
