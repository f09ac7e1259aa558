// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <tlm>

namespace foreign {

/// An ignorable extension of a vendor who has never heard of CXL: a number of the initiator's, and
/// where the vendor's own memories met it.
class Trail : public tlm::tlm_extension<Trail> {
 public:
  std::uint64_t serial = 0;
  std::vector<std::uint64_t> met_at;

  tlm::tlm_extension_base* clone() const override { return new Trail(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const Trail&>(other);
  }
};

}  // namespace foreign
