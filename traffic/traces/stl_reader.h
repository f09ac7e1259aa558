// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/traces/text_reader.h"

namespace cxlpool::traffic {

/// DRAMSys' trace player files, absolute (.stl) and relative (.rstl):
///
///     # comment
///     31: read 0x400140
///     33: (32) write 0x400160 0x0011...   length in bytes in parentheses, then data
///     (2): read 0x400180                  relative: cycles after the access before
///
/// The cycle is checked and dropped: pacing belongs to the platform. Addresses are hexadecimal with
/// or without 0x. Without a length an access has as many bytes as its data, or 64. Data is checked
/// to be hexadecimal and of that length, and dropped: writes carry the project's own data, so that
/// what they leave behind can be checked.
class StlTraceReader : public TextTraceReader {
 public:
  using TextTraceReader::TextTraceReader;

 protected:
  Line parse(std::string_view line, TraceRecord& record) override;

 private:
  std::uint64_t data_bytes(std::string_view data) const;
};

}  // namespace cxlpool::traffic
