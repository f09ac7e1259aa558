// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/management/region.h"
#include "platforms/builder.h"

/// Software's part of bringing a platform up: every register is written by MMIO through the
/// sockets, as firmware and drivers do it.
namespace cxlpool::platforms {

/// What one decoder's programming came to.
struct ProgrammedDecoder {
  std::string component;
  address::DecoderProgram program;
  address::WriteVerdict verdict;  ///< of the control register's last write
  bool waiting = false;           ///< for its device to be plugged; nothing was written
  std::string origin;             ///< "decoders[3]" or "region r0"
  Location location;
};

struct ProgrammedRegion {
  std::string name;
  std::size_t host = 0;
  bool waiting = false;  ///< for a device that is not plugged; nothing was programmed
  std::optional<management::RegionRefusal> refusal;  ///< nothing was programmed
  management::RegionPlan plan;
  Location location;

  bool made() const { return !waiting && !refusal; }
};

struct Programming {
  std::vector<ProgrammedDecoder> decoders;
  std::vector<ProgrammedRegion> regions;  ///< as described, in the same order

  const ProgrammedRegion* region(const std::string& name) const;
};

/// Sets HDM decoder enable in a component, and DVSEC memory enable in a device.
void enable(Platform& platform, const Component& component);

/// Enables every component.
void enable_all(Platform& platform);

/// Unmasks every error in the RAS capability of every device, as the Linux driver does where it
/// handles errors and the link has 256B flits; out of reset all are masked.
void unmask_errors(Platform& platform);

/// Writes one decoder, register by register.
address::WriteVerdict program_decoder(Platform& platform, const Component& component,
                                      const address::DecoderProgram& program);

/// Programs `decoders:` in the order of the file, then `regions:` as the Linux driver does. Nothing
/// is repaired: a commit that fails, or a region that the driver refuses, is in the result. What
/// belongs to a device that is not plugged waits for program_device().
Programming program(Platform& platform);

/// Programs what waits for a device, or what it held before it was removed, once it is plugged.
void program_device(Platform& platform, Programming& programming, const std::string& device);

}  // namespace cxlpool::platforms
