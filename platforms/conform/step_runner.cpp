// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/step_runner.h"

#include <algorithm>
#include <array>

#include "models/address/config_space.h"
#include "platforms/conform/step_node.h"

namespace cxlpool::platforms {
namespace {

using Step = ScenarioStep;
namespace hdm = address::hdm;

/// Offset of a register from the HDM decoder structure.
std::uint32_t structure_offset(const Step& step) {
  switch (step.reg) {
    case Step::Register::base_lo:
      return hdm::offset_of(step.decoder, hdm::base_low);
    case Step::Register::base_hi:
      return hdm::offset_of(step.decoder, hdm::base_high);
    case Step::Register::size_lo:
      return hdm::offset_of(step.decoder, hdm::size_low);
    case Step::Register::size_hi:
      return hdm::offset_of(step.decoder, hdm::size_high);
    case Step::Register::ctrl:
      return hdm::offset_of(step.decoder, hdm::control);
    case Step::Register::target_lo:
    case Step::Register::skip_lo:
      return hdm::offset_of(step.decoder, hdm::target_low);
    case Step::Register::target_hi:
    case Step::Register::skip_hi:
      return hdm::offset_of(step.decoder, hdm::target_high);
    case Step::Register::global_ctrl:
      return hdm::global_control;
    case Step::Register::capability:
    case Step::Register::dvsec_ctrl:
      break;
  }
  return hdm::capability;
}

/// What the witness wrote to learn an access's status.
constexpr std::array<std::uint8_t, 4> probe{'Q', 'E', 'M', 'U'};

std::string show(const std::vector<LandedBytes>& pieces) {
  if (pieces.empty()) return "nothing";
  std::string text;
  for (const LandedBytes& piece : pieces) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", piece.device, piece.dpa,
                        in_hex(piece.bytes));
  }
  return text;
}

}  // namespace

void StepRunner::run(const Step& step) {
  switch (step.op) {
    case Step::Op::reg_write:
      return write_register(step);
    case Step::Op::reg_read:
      return read_register(step);
    case Step::Op::write:
      return write(step);
    case Step::Op::read:
      return read(step);
  }
}

std::string StepRunner::at(const Step& step, const char* field) const {
  return fmt::format("{}.{} of {}", step.path, field, id_);
}

std::optional<StepRunner::Register> StepRunner::find(const Step& step) {
  const Component& component = *testbed_.component(step.component);
  if (step.reg == Step::Register::dvsec_ctrl) {
    return Register{component.mmio_block,
                    fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control};
  }
  const std::uint32_t structure = testbed_.platform().mmio().hdm_structure(component.mmio_block);
  if (structure == 0) {
    checker_.differ(at(step, "component"), "a component with HDM decoders",
                    step.component + " without");
    return std::nullopt;
  }
  return Register{component.mmio_block, structure + structure_offset(step)};
}

void StepRunner::write_register(const Step& step) {
  if (const auto reg = find(step)) {
    testbed_.platform().mmio().write(reg->block, reg->offset, step.register_value, step.size);
  }
}

void StepRunner::read_register(const Step& step) {
  const auto reg = find(step);
  if (!reg) return;
  const std::uint64_t held = testbed_.platform().mmio().read(reg->block, reg->offset, step.size);
  if (held == step.register_value) return;
  checker_.differ(at(step, "value"), fmt::format("0x{:x}", step.register_value),
                  fmt::format("0x{:x}", held));
}

void StepRunner::check_status(const Step& step, const Testbed::Outcome& outcome) {
  if (outcome.ok() == step.ok) return;
  const auto status = [](bool ok) { return ok ? "ok" : "error"; };
  checker_.differ(at(step, "memtx"), status(step.ok),
                  outcome.ok() ? std::string("ok")
                               : fmt::format("error: {}", address::text(outcome.access.cause)));
}

void StepRunner::write(const Step& step) {
  if (probes_) {
    const std::size_t length = std::min<std::size_t>(probe.size(), step.size);
    check_status(step, testbed_.write(step.hpa, {probe.begin(), probe.begin() + length}, checker_,
                                      step.path));
  }
  const auto outcome = testbed_.write(step.hpa, step.value, checker_, step.path);
  if (!probes_) check_status(step, outcome);
  std::vector<LandedBytes> landed;
  for (const fabric::AccessPart& part : outcome.parts) {
    if (part.cause != address::Cause::none) continue;
    // Where the first byte did not land and no bytes are listed, the witness looked no further;
    // what landed elsewhere shows when it is read.
    if (probes_ && step.landed.empty() && !step.lists_bytes && part.hpa != step.hpa) continue;
    const auto first = step.value.begin() + static_cast<std::ptrdiff_t>(part.hpa - step.hpa);
    landed.push_back({testbed_.device_name(part.device), part.dpa, {first, first + part.size}});
    if (oracle_) oracle_->look_at(part.dpa, part.size);
  }
  landed = merged(std::move(landed));
  if (show(landed) != show(step.landed)) {
    checker_.differ(at(step, "landed"), show(step.landed), show(landed));
  }
  if (!oracle_) return check_landed(step);
  oracle_->landed(step.landed);
  oracle_->compare(checker_, at(step, "landed"));
}

void StepRunner::read(const Step& step) {
  std::vector<std::uint8_t> data(step.size);
  const auto outcome = testbed_.read(step.hpa, data, checker_, step.path);
  check_status(step, outcome);
  check_failed_parts(step, outcome, data);
  std::vector<std::uint8_t> compared = data;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!step.compared[i]) compared[i] = step.value[i];
  }
  if (compared != step.value) {
    checker_.differ(at(step, "value"), in_hex(step.value) + " in memory order", in_hex(data));
  }
  if (oracle_) oracle_->compare(checker_, step.path);
}

void StepRunner::check_failed_parts(const Step& step, const Testbed::Outcome& outcome,
                                    const std::vector<std::uint8_t>& data) {
  for (const fabric::AccessPart& part : outcome.parts) {
    if (part.cause == address::Cause::none) continue;
    const auto first = data.begin() + static_cast<std::ptrdiff_t>(part.hpa - step.hpa);
    const bool all_ones =
        std::all_of(first, first + part.size, [](std::uint8_t byte) { return byte == 0xFF; });
    if (all_ones) continue;
    checker_.differ(
        at(step, "value"),
        fmt::format("all-ones in the {} bytes from {} that failed", part.size, part.hpa),
        in_hex({first, first + part.size}));
  }
}

/// Without an oracle: that the bytes are where they should be.
void StepRunner::check_landed(const Step& step) {
  for (const LandedBytes& piece : step.landed) {
    std::vector<std::uint8_t> held(piece.bytes.size());
    testbed_.media(piece.device).read(piece.dpa, held.data(), held.size());
    if (held == piece.bytes) continue;
    checker_.differ(at(step, "landed"), in_hex(piece.bytes) + " in " + piece.device, in_hex(held));
  }
}

}  // namespace cxlpool::platforms
