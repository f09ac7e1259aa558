// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tlm>

#include "models/address/decode_tree.h"
#include "models/fabric/endpoint.h"
#include "traffic/oracle.h"

namespace cxlpool::traffic {

/// A check that failed: one sentence of what was expected and what came.
struct Failure {
  std::string host;
  std::uint64_t hpa = 0;
  std::string text;
};

/// Checks every access of every host: that each part reached the device and DPA that the committed
/// decoders give (by the reference walk, not by the compiled routes that may have carried it), that
/// a read returned what the oracle holds there, that a write is found in the device's media by the
/// back door, and that what must fail failed, with all-ones for data.
///
/// One scoreboard serves all hosts of a platform: memory that two hosts reach is one memory. An
/// access is announced with expect() before it is made and judged with judge() after it. Accesses
/// that overlap in between must have their bytes judged where the devices serve them, in that
/// order: the scoreboard is then the devices' witness.
class Scoreboard : public fabric::Witness {
 public:
  /// Where one part of an access should go.
  struct Expected {
    std::uint64_t hpa = 0;
    std::uint32_t size = 0;
    address::Cause cause = address::Cause::none;
    bool foreign = false;
    std::size_t device = 0;
    std::uint64_t dpa = 0;
  };
  using Expectation = std::vector<Expected>;

  enum class Bytes : std::uint8_t { judge_now, judged_where_served };

  /// By DeviceId: an endpoint's id is its index here. Others are foreign.
  explicit Scoreboard(std::vector<fabric::Endpoint*> devices);

  /// `adopt` a device whose media held something before the run (a backing file): its pages are
  /// read when they are first touched.
  void adopt_contents_of(fabric::DeviceId device);

  /// Predicts where an access will go. `topology` is the host's, as it is now.
  void expect(const fabric::Topology& topology, std::uint64_t hpa, std::uint32_t size,
              Expectation& expectation);

  /// Judges the access that expect() announced. `parts` are those that the host reported. Returns
  /// whether every check passed; a failure is recorded.
  bool judge(const std::string& host, const tlm::tlm_generic_payload& trans,
             const Expectation& expectation, const std::vector<fabric::AccessPart>& parts,
             Bytes bytes);

  /// A device has moved the bytes of an access: judges them, and remembers what was written.
  void served(fabric::DeviceId device, std::uint64_t dpa,
              const tlm::tlm_generic_payload& trans) override;

  /// Forgets a range of a device, as loss of power does.
  void clear(fabric::DeviceId device, std::uint64_t dpa, std::uint64_t length);

  /// Compares all that was ever written with the media, once the run is over: finds what was
  /// damaged behind the accesses' backs. Returns the bytes compared.
  std::uint64_t audit();

  std::uint64_t failure_count() const { return failure_count_; }
  /// The first ones, at most max_failures.
  const std::vector<Failure>& failures() const { return failures_; }
  static constexpr std::size_t max_failures = 20;

  /// For sources that check what they read themselves.
  void record(Failure failure);

 private:
  void adopt(const Expected& part);
  bool judge_part(const std::string& host, const tlm::tlm_generic_payload& trans,
                  const Expected& expected, const fabric::AccessPart& part, Bytes bytes);
  bool judge_bytes(const std::string& who, const tlm::tlm_generic_payload& trans,
                   const Expected& expected);
  bool judge_refused(const std::string& host, const tlm::tlm_generic_payload& trans,
                     const Expected& expected);

  std::vector<fabric::Endpoint*> devices_;
  std::vector<Oracle> oracles_;
  std::vector<bool> adopted_;
  address::Route route_;
  std::vector<Failure> failures_;
  std::uint64_t failure_count_ = 0;
};

}  // namespace cxlpool::traffic
