// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "traffic/address_map.h"
#include "traffic/request.h"
#include "traffic/traces/reader.h"

namespace cxlpool::traffic {

/// Replays a trace: each record becomes a request at the HPA that the AddressMap gives, or several
/// where it crosses pages that do not lie side by side. Either kind of trace will do.
///
/// next() throws TraceError, with the record's position, for an address that cannot be mapped, for
/// whatever is wrong with the trace, and when the trace ends before the number of records that was
/// asked for.
class TraceSource : public RequestSource {
 public:
  struct Options {
    std::uint64_t records = 0;          ///< replay just that many, 0: all
    std::optional<std::uint32_t> host;  ///< leave out records of other hosts
  };

  TraceSource(std::unique_ptr<TraceReader> reader, AddressMap map, Options options);
  TraceSource(std::unique_ptr<TraceReader> reader, AddressMap map)
      : TraceSource(std::move(reader), std::move(map), Options()) {}

  Next next(Request& request) override;

  /// Records taken up so far; requests may be more, because of pieces.
  std::uint64_t records() const { return records_; }
  const AddressMap& map() const { return map_; }

 private:
  bool read_record();
  void take_piece(Request& request);

  std::unique_ptr<TraceReader> reader_;
  AddressMap map_;
  Options options_;
  TraceRecord record_;
  std::uint32_t taken_ = 0;  ///< bytes of record_ handed out; all of them before the first record
  std::uint64_t records_ = 0;
};

}  // namespace cxlpool::traffic
