// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::traffic {

enum class Op : std::uint8_t { read, write };

/// Which bytes of an access take part. `alternate` enables every other byte, beginning with the
/// first; it is how narrow and scattered stores look on TLM sockets.
enum class ByteEnables : std::uint8_t { all, alternate };

/// Largest access that a source may ask for, in bytes.
inline constexpr std::uint32_t max_request_bytes = 4096;

/// One access that a source wants made. `address` is a host physical address (HPA) for a pattern,
/// and whatever the trace recorded for a trace; an AddressMap turns the latter into an HPA.
struct Request {
  Op op = Op::read;
  ByteEnables enables = ByteEnables::all;
  std::uint32_t size = 0;  ///< bytes, 1 to max_request_bytes
  std::uint64_t address = 0;
};

/// What went wrong with an observed read; `expected` and `got` are the first differing word.
struct Mismatch {
  std::uint64_t address = 0;
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

/// Produces the accesses of one initiator, one at a time; knows nothing of SystemC or of time.
///
/// A source is deterministic: the same construction arguments give the same requests. It may wait
/// for data (a pointer chase does): then next() gives nothing until observe() has brought it, and
/// the initiator asks again after every completion.
class RequestSource {
 public:
  enum class Next : std::uint8_t {
    request,  ///< the argument holds the next access
    wait,     ///< nothing to do before an outstanding access completes
    done,     ///< no more accesses, ever
  };

  virtual ~RequestSource() = default;

  virtual Next next(Request& request) = 0;

  /// Fills `data` (request.size bytes) with what a write carries. `serial` counts the requests of
  /// this initiator and makes overwritten data differ from what it overwrites.
  virtual void fill(const Request& request, std::uint64_t serial, std::uint8_t* data);

  /// Sees the data of a completed read. Returns false, and describes it in `mismatch`, when this
  /// source knows what the bytes should have been and they are not. The scoreboard checks every
  /// byte in any case; this hook is for sources whose data carries meaning.
  virtual bool observe(const Request& request, const std::uint8_t* data, Mismatch& mismatch);

  /// Accesses that next() will hand out in all, 0 when that is not known in advance.
  virtual std::uint64_t size_hint() const { return 0; }
};

}  // namespace cxlpool::traffic
