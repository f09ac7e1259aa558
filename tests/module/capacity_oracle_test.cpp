// SPDX-License-Identifier: Apache-2.0
// A device of dynamic capacity at work: its host's and its manager's commands as mailbox bytes, its
// memory through the sockets, resets and sanitizing, beside an oracle of bytes.
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "models/command/cci_message.h"
#include "models/command/dc_payloads.h"
#include "models/command/event_logs.h"
#include "models/command/fm_payloads.h"
#include "models/command/opcode.h"
#include "models/command/poison_commands.h"
#include "models/command/tunnel.h"
#include "platforms/machine/pool_machine.h"
#include "platforms/programming.h"
#include "platforms/reader.h"
#include "tests/unit/capacity/byte_requests.h"

namespace cxlpool::module_test {
namespace {

using capacity::DpaRange;
using capacity::test::ByteModel;
using capacity::test::ByteRequests;
using command::Opcode;
using command::ReturnCode;
using platforms::Platform;

constexpr std::uint64_t oracle_hpa = 0x1'0000'0000;
constexpr std::uint64_t static_end = 256ull << 20;
constexpr std::uint64_t static_tail = 512;  ///< of static capacity, what is looked at
constexpr capacity::HostId only_host{0};
/// Longer than it takes to sanitize 256 MiB.
constexpr timing::Picoseconds sanitize_time = 5'000'000'000'000;

struct OracleCase {
  std::uint32_t seed;
  std::uint64_t block0, block1;
  bool compiled_routes;
  std::uint64_t region_bytes = 1536;
  unsigned requests = 100'000;
  std::uint64_t unit = 64;  ///< of the lengths that are asked for

  friend std::ostream& operator<<(std::ostream& out, const OracleCase& which) {
    return out << "seed " << which.seed << ", blocks of " << which.block0 << " and " << which.block1
               << (which.compiled_routes ? "" : ", by the sockets");
  }
};

std::string oracle_description(const OracleCase& which) {
  const auto region = [&which](std::uint64_t block, const char* sanitize) {
    return "      - {length: " + std::to_string(which.region_bytes) +
           "B, block: " + std::to_string(block) + "B, sharable: true, sanitize: " + sanitize +
           "}\n";
  };
  return "version: 1\n"
         "hosts:\n"
         "  - name: h0\n"
         "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
         "    bridges: [{name: hb0, root_ports: 1}]\n"
         "devices:\n"
         "  - name: mem0\n"
         "    at: h0.hb0.rp0\n"
         "    volatile: 256MiB\n"
         "    dynamic:\n" +
         region(which.block0, "false") + region(which.block1, "true") +
         "decoders:\n"
         "  - {at: mem0, index: 0, base: 0x1_0000_0000, size: 768MiB, ways: 1, granularity: 256B}\n"
         "fabric_manager: mem0\n";
}

class CapacityOracle : public ::testing::TestWithParam<OracleCase> {
 protected:
  CapacityOracle()
      : platform_(platforms::read_platform_text(oracle_description(GetParam()), "test.yaml", {}),
                  options()) {
    platform_.start();
    reprogram();
    machine_.emplace(platform_, std::nullopt);
  }

  static Platform::Options options() {
    Platform::Options options;
    options.compiled_routes = GetParam().compiled_routes;
    return options;
  }
  static std::vector<capacity::Region> oracle_regions() {
    std::vector<capacity::Region> regions(2);
    for (std::size_t i = 0; i < 2; ++i) {
      regions[i].base = static_end + i * capacity::region_quantum;
      regions[i].decode_length = capacity::region_quantum;
      regions[i].length = GetParam().region_bytes;
      regions[i].block = i == 0 ? GetParam().block0 : GetParam().block1;
      regions[i].sanitize_on_release = i == 1;
      regions[i].sharable = true;
    }
    return regions;
  }

  void step() {
    const auto kind = requests_.below(1000);
    if (kind < 300) {
      add();
    } else if (kind < 580) {
      respond();
    } else if (kind < 700) {
      release();
    } else if (kind < 830) {
      request_release();
    } else if (kind < 920) {
      refer();
    } else if (kind < 940) {
      configure();
    } else if (kind < 980) {
      clear_poison();
    } else if (kind < 992) {
      hot_reset();
    } else if (kind < 997) {
      cold_reset();
    } else {
      sanitize();
    }
    access();
    if (!decoding_ && requests_.once_in(4)) reprogram();
    compare_media();
    if (requests_.once_in(50)) read_everything();
  }

  fabric::Type3Device& device() { return platform_.device(0); }

  // -- commands, as bytes

  command::Reply ask(Opcode opcode, const command::Bytes& payload) {
    return machine_->mailbox_of("mem0")
        ->execute(static_cast<std::uint16_t>(opcode), payload)
        .value();
  }
  ReturnCode command(Opcode opcode, const command::Bytes& payload) {
    return ask(opcode, payload).code;
  }
  /// To the LD pool, through the tunnel of this device's own mailbox.
  ReturnCode manage(Opcode opcode, const command::Bytes& payload) {
    command::CciMessage message;
    message.opcode = static_cast<std::uint16_t>(opcode);
    message.payload_length = static_cast<std::uint32_t>(payload.size());
    message.payload = payload;
    const command::Bytes inner = message.encode();
    command::Writer writer;
    writer(command::TunnelRequest{0, static_cast<std::uint8_t>(command::TunnelTarget::ld_pool),
                                  static_cast<std::uint16_t>(inner.size())});
    writer.append(inner);
    const command::Reply reply = ask(Opcode::tunnel, writer.bytes());
    EXPECT_EQ(reply.code, ReturnCode::success) << "of the tunnel";
    const auto answer = command::CciMessage::decode(
        command::ByteView(reply.payload).from(command::wire_size<command::TunnelResponse>()));
    EXPECT_TRUE(answer);
    return answer ? answer->return_code : ReturnCode::internal_error;
  }
  static void append(command::Writer& writer, const std::vector<capacity::Extent>& extents) {
    for (const capacity::Extent& extent : extents) {
      writer(command::ExtentRecord{extent.dpa, extent.length, extent.tag.bytes, extent.sequence});
    }
  }
  static command::Bytes updated(const std::vector<DpaRange>& ranges, bool more) {
    command::Writer writer;
    writer(command::UpdatedExtentsHeader{
        static_cast<std::uint32_t>(ranges.size()),
        more ? command::UpdatedExtentsHeader::more : std::uint8_t{0}});
    for (const DpaRange& range : ranges) {
      writer(command::UpdatedExtent{range.base, range.length});
    }
    return writer.take();
  }
  void both(ReturnCode device, bool granted) {
    ASSERT_EQ(device == ReturnCode::success, granted) << command::name(device);
    ++(granted ? granted_ : refused_);
  }

  void add() {
    capacity::AddRequest request = requests_.add();
    request.host = only_host;
    const std::vector<capacity::Extent>& extents = request.extents;
    command::Writer writer;
    writer(command::InitiateDcAdd{0, static_cast<std::uint8_t>(request.selection), request.region,
                                  request.length, request.tag.bytes,
                                  static_cast<std::uint32_t>(extents.size())});
    append(writer, extents);
    both(manage(Opcode::initiate_dc_add, writer.bytes()), model_.add(request));
  }
  void respond() {
    const std::vector<DpaRange> answer = requests_.answer(only_host);
    const bool more = requests_.once_in(4);
    both(command(Opcode::add_dc_response, updated(answer, more)),
         model_.respond(only_host, answer, more));
  }
  void release() {
    const std::vector<DpaRange> released = requests_.given_back(only_host);
    both(command(Opcode::release_dc, updated(released, false)),
         model_.release(only_host, released));
  }
  void request_release() {
    capacity::ReleaseRequest request = requests_.release();
    request.host = only_host;
    request.length = request.length.value_or(64);
    const std::vector<capacity::Extent>& extents = request.extents;
    command::InitiateDcRelease header;
    header.flags = static_cast<std::uint8_t>(request.removal);
    if (request.forced) header.flags |= command::InitiateDcRelease::forced;
    if (request.sanitize) header.flags |= command::InitiateDcRelease::sanitize;
    header.length = *request.length;
    header.tag = request.tag.bytes;
    header.count = static_cast<std::uint32_t>(extents.size());
    command::Writer writer;
    writer(header);
    append(writer, extents);
    both(manage(Opcode::initiate_dc_release, writer.bytes()), model_.request_release(request));
  }
  void refer() {
    const capacity::Tag tag = requests_.tag();
    const command::Bytes payload(tag.bytes.begin(), tag.bytes.end());
    if (requests_.once_in(4)) {
      both(manage(Opcode::add_dc_reference, payload), model_.add_reference(tag));
    } else {
      both(manage(Opcode::remove_dc_reference, payload), model_.remove_reference(tag));
    }
  }
  void configure() {
    command::SetDcRegion request;
    request.region = static_cast<std::uint8_t>(requests_.below(2));
    request.block_size = request.region == 0 ? GetParam().block0 : GetParam().block1;
    request.sanitize = requests_.once_in(2) ? 1 : 0;
    both(manage(Opcode::set_dc_region_configuration, command::encode(request)),
         model_.configure_region(request.region, request.block_size, request.sanitize != 0));
  }
  /// It writes 64 bytes, and takes the poison from them if there is any.
  void clear_poison() {
    command::ClearPoison request;
    request.dpa = requests_.bytes(only_host).base / 64 * 64;
    for (std::uint8_t& byte : request.data) byte = requests_.value();
    const DpaRange line{request.dpa, 64};
    both(command(Opcode::clear_poison, command::encode(request)),
         model_.may_access(only_host, line));
    for (std::size_t i = 0; model_.may_access(only_host, line) && i < line.length; ++i) {
      model_.write(only_host, {line.base + i, 1}, request.data[i]);
    }
  }

  // -- resets

  void reprogram() {
    platforms::enable_all(platform_);
    platforms::program(platform_);
    decoding_ = true;
  }
  command::Bytes events() {
    constexpr std::uint8_t dynamic_capacity_log = 4;
    return ask(Opcode::get_event_records, {dynamic_capacity_log}).payload;
  }
  void hot_reset() {
    const auto pending = device().control().capacity()->pending(only_host);
    const command::Bytes logged = events();
    platform_.hot_reset();
    decoding_ = false;
    EXPECT_EQ(events(), logged);
    EXPECT_EQ(device().control().capacity()->pending(only_host), pending);
    ++resets_;
  }
  void cold_reset() {
    device().power_cycle();
    decoding_ = false;
    model_.power_cycle();
    static_.assign(static_tail, 0);
    ++resets_;
  }
  /// All that the host has reads zero afterwards, if it was not lost meanwhile; nobody else's does.
  void sanitize() {
    ASSERT_EQ(command(Opcode::sanitize, {}), ReturnCode::background_started);
    disabled_ = true;
    read_everything();
    if (requests_.once_in(3)) {
      cold_reset();
    } else {
      machine_->advance_to(machine_->now() + sanitize_time);
      for (std::size_t byte = 0; byte < model_.size(); ++byte) {
        model_.write(only_host, {model_.dpa(byte), 1}, 0);
      }
      static_.assign(static_tail, 0);
    }
    disabled_ = false;
    ++sanitized_;
    read_everything();
  }

  // -- memory

  /// Nothing: the host cannot reach it.
  std::optional<std::uint8_t> expected(std::uint64_t dpa) const {
    if (!decoding_ || disabled_) return std::nullopt;
    if (dpa < static_end) return static_[dpa - (static_end - static_tail)];
    const auto byte = model_.find(dpa);
    if (!byte || model_.accepted(0)[*byte] == 0) return std::nullopt;
    return model_.values()[*byte];
  }
  void set(std::uint64_t dpa, std::uint8_t value) {
    if (dpa < static_end) {
      static_[dpa - (static_end - static_tail)] = value;
    } else {
      model_.write(only_host, {dpa, 1}, value);
    }
  }
  void read(const DpaRange& range) {
    std::vector<std::uint8_t> data(range.length, 0x5A), wanted;
    bool all = true;
    for (std::uint64_t dpa = range.base; dpa < range.end(); ++dpa) {
      const auto byte = expected(dpa);
      all &= byte.has_value();
      wanted.push_back(byte.value_or(0xFF));
    }
    const auto outcome = platform_.direct(0).read(oracle_hpa + range.base, data.data(),
                                                  static_cast<unsigned>(data.size()));
    ASSERT_EQ(outcome.ok(), all) << range.length << " bytes at " << range.base;
    ASSERT_EQ(data, wanted) << range.length << " bytes at " << range.base;
    (all ? reached_ : missed_) += 1;
  }
  void write(const DpaRange& range) {
    std::vector<std::uint8_t> data(range.length);
    for (std::uint8_t& byte : data) byte = requests_.value();
    const auto outcome = platform_.direct(0).write(oracle_hpa + range.base, data.data(),
                                                   static_cast<unsigned>(data.size()));
    bool all = true;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const bool reached = expected(range.base + i).has_value();
      if (reached) set(range.base + i, data[i]);
      all &= reached;
    }
    ASSERT_EQ(outcome.ok(), all) << range.length << " bytes written at " << range.base;
  }
  void access() {
    DpaRange range = requests_.bytes(only_host);
    // Over the edge between static and dynamic capacity too.
    if (range.base > 3 * static_end || requests_.once_in(10)) {
      range.base = static_end - 1 - requests_.below(static_tail);
    }
    if (requests_.once_in(2)) write(range);
    read(range);
  }
  void read_everything() {
    const std::uint64_t length = GetParam().region_bytes;
    read({static_end - static_tail, static_tail + length + 300});
    read({static_end + capacity::region_quantum - 300, length + 600});
  }
  /// What the media holds, also where nobody reaches it.
  void compare_media() {
    std::vector<std::uint8_t> held(model_.size());
    const std::uint64_t length = GetParam().region_bytes;
    device().media().read(static_end, held.data(), length);
    device().media().read(static_end + capacity::region_quantum, &held[length], length);
    ASSERT_EQ(held, model_.values());
    held.resize(static_tail);
    device().media().read(static_end - static_tail, held.data(), static_tail);
    ASSERT_EQ(held, static_);
  }

  Platform platform_;
  ByteModel model_{oracle_regions()};
  ByteRequests requests_{GetParam().seed, model_, GetParam().unit};
  std::optional<platforms::PoolMachine> machine_;
  std::vector<std::uint8_t> static_ = std::vector<std::uint8_t>(static_tail, 0);
  bool decoding_ = false, disabled_ = false;
  std::uint64_t granted_ = 0, refused_ = 0, reached_ = 0, missed_ = 0;
  std::uint64_t resets_ = 0, sanitized_ = 0;
};

TEST_P(CapacityOracle, AgreesOnEveryByteOverMailboxesSocketsAndResets) {
  const unsigned requests = GetParam().requests;
  for (unsigned i = 0; i < requests; ++i) {
    step();
    if (HasFailure()) FAIL() << "after " << i << " requests";
  }
  // Without these the comparison may be one of empty memory.
  EXPECT_GT(granted_, requests * 3 / 10);
  EXPECT_GT(refused_, requests / 10);
  EXPECT_GT(reached_, requests / 10);
  EXPECT_GT(missed_, requests / 10);
  EXPECT_GT(resets_, requests / 100);
  EXPECT_GT(sanitized_, requests / 500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CapacityOracle,
                         ::testing::Values(OracleCase{1, 64, 128, true},
                                           OracleCase{2, 128, 64, false},
                                           OracleCase{3, 256, 512, true},
                                           // Blocks of whole pages, which the media gives back.
                                           OracleCase{4, 4096, 8192, true, 64 * 4096, 2000, 4096}));

}  // namespace
}  // namespace cxlpool::module_test
