// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <tlm>

#include "models/fabric/host.h"

/// How a host cuts an access into the parts that it sends.
namespace cxlpool::fabric {

/// Byte enables of one part of an access: the pattern repeats over the whole access, so a part
/// sees it turned.
using PartEnables = std::array<unsigned char, Host::part_bytes>;

inline void copy_enables(const tlm::tlm_generic_payload& trans, unsigned offset, unsigned size,
                         PartEnables& enables) {
  for (unsigned i = 0; i < size; ++i) {
    enables[i] = trans.get_byte_enable_ptr()[(offset + i) % trans.get_byte_enable_length()];
  }
}

/// Describes bytes [offset, offset + size) of `trans` in `part`, every field of it. `enables` holds
/// the part's byte enables, if `trans` has any; null to go without.
inline void make_part(const tlm::tlm_generic_payload& trans, unsigned offset, unsigned size,
                      PartEnables* enables, tlm::tlm_generic_payload& part) {
  const bool enabled = enables && trans.get_byte_enable_ptr();
  if (enabled) copy_enables(trans, offset, size, *enables);
  part.set_command(trans.get_command());
  part.set_address(trans.get_address() + offset);
  part.set_data_ptr(trans.get_data_ptr() + offset);
  part.set_data_length(size);
  part.set_streaming_width(size);
  part.set_byte_enable_ptr(enabled ? enables->data() : nullptr);
  part.set_byte_enable_length(enabled ? size : 0);
  part.set_dmi_allowed(false);
  part.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace cxlpool::fabric
