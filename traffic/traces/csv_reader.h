// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "traffic/traces/text_reader.h"

namespace cxlpool::traffic {

/// Comma-separated values. The first line names the columns, in any order:
///
///     op            read, write, R, W               required
///     address       0x.. or decimal                 required
///     size          bytes, 1 to 4096                required
///     host          index                           may be empty
///     byte_enables  all, alternate                  all when absent or empty
///     status        one of trace_status_names       makes it a request trace; needs host
///     device, dpa   index; 0x.. or decimal          both or neither; need status; may be empty
///     issued_ps, answered_ps   decimal              both or neither; make it a timed request trace
///
/// An unknown, repeated or missing column, and a line with more or fewer fields, is a TraceError.
/// Blanks around fields and blank lines are ignored; there is no quoting. This is what write_csv()
/// writes.
class CsvTraceReader : public TextTraceReader {
 public:
  explicit CsvTraceReader(ByteStream stream);

  TraceKind kind() const override;

 protected:
  Line parse(std::string_view line, TraceRecord& record) override;

 private:
  enum class Column : std::uint8_t {
    op,
    address,
    size,
    host,
    byte_enables,
    status,
    device,
    dpa,
    issued,
    answered
  };

  void read_header();
  bool has(Column column) const;
  void set(Column column, std::string_view text, TraceRecord& record) const;
  std::uint32_t index(std::string_view text, const char* what) const;
  void check_times(const Times& times) const;

  std::vector<Column> columns_;
};

}  // namespace cxlpool::traffic
