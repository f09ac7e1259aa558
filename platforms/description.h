// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/address/window.h"
#include "models/timing/picoseconds.h"
#include "platforms/description_capacity.h"
#include "platforms/description_timing.h"

/// What a platform file says, typed and with every default filled in, but not yet built. The
/// reader (platforms/reader.h) makes it from YAML, `conform` makes it from vector files, tests make
/// it by hand; the builder (platforms/builder.h) turns it into modules. Sizes and addresses are
/// bytes.
namespace cxlpool::platforms {

struct RootPortDescription {
  std::string name;
  std::uint8_t port = 0;  ///< physical port number, what a decoder's target list names
};

/// HDM decoder capability of a component (sources.md 1.2). Defaults are those of the vectors'
/// witness; unset fields take the kind's default.
struct CapabilityDescription {
  std::optional<unsigned> decoders;     ///< 1, 2, 4, 6, .. 32; at most 10 on a device; 4
  std::optional<unsigned> targets;      ///< 1, 2, 4 or 8 on bridges and switches; 8
  std::optional<bool> interleave_256b;  ///< address bits 11:8; true
  std::optional<bool> interleave_4k;    ///< address bits 14:12; true
  std::optional<bool> ways_3_6_12;      ///< devices only; true
  std::optional<bool> ways_16;          ///< devices only; true
  std::optional<bool> poison_on_error;  ///< false
};

enum class Passthrough : std::uint8_t {
  automatic,  ///< pass-through when there is exactly one root port (sources.md 1.6)
  on,
  off,  ///< decoders even with one root port
};

struct HostBridgeDescription {
  std::string name;
  std::uint32_t uid = 0;  ///< ACPI _UID, what a CFMWS target list names
  Passthrough passthrough = Passthrough::automatic;
  std::vector<RootPortDescription> root_ports;
  CapabilityDescription capabilities;
  Location location;
};

struct WindowDescription {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::vector<std::string> targets;  ///< host bridge names of the same host
  std::uint32_t granularity = 256;
  address::Arithmetic arithmetic = address::Arithmetic::modulo;
  std::vector<std::uint64_t> xor_maps;
  std::uint16_t restrictions = 0xF;
  std::uint16_t qtg = 0;
  Location location;
};

struct HostDescription {
  std::string name;
  std::vector<WindowDescription> windows;
  std::vector<HostBridgeDescription> bridges;
  Location location;
  std::string profile;  ///< where the timing comes from as far as the file does not say; or empty
  HostTimingDescription timing;
};

struct DownstreamPortDescription {
  std::string name;
  std::uint8_t port = 0;
  /// The upstream link (an entry of SwitchDescription::upstream) whose virtual switch this port
  /// belongs to. Defaults to the only one; empty: bound to none.
  std::string bound_to;
};

struct SwitchDescription {
  std::string name;
  /// What each upstream port hangs from: "host.bridge.rootport" or "switch.port".
  std::vector<std::string> upstream;
  std::vector<DownstreamPortDescription> downstream;
  CapabilityDescription capabilities;
  Location location;
  std::string profile;  ///< as of a host; its link is that of every upstream port
  SwitchTimingDescription timing;
};

struct DeviceDescription {
  std::string name;
  std::string at;  ///< "host.bridge.rootport" or "switch.port"
  std::uint64_t volatile_bytes = 0;
  std::uint64_t persistent_bytes = 0;
  std::uint64_t serial = 0;
  std::vector<DynamicRegionDescription> dynamic;
  DynamicBacking dynamic_backing = DynamicBacking::media;
  MailboxDescription mailbox;
  std::string backing;  ///< path of a plain file that holds the media; empty: private memory
  bool plugged = true;  ///< false: the port is there, the device comes by hot-plug
  CapabilityDescription capabilities;
  Location location;
  std::string profile;  ///< as of a host; its link is the one above the device
  DeviceTimingDescription timing;

  std::uint64_t capacity() const { return volatile_bytes + persistent_bytes; }  ///< static
  /// DPA that the regions of dynamic capacity take, from where it begins.
  std::uint64_t dynamic_bytes() const {
    std::uint64_t sum = 0;
    for (const DynamicRegionDescription& region : dynamic) sum += region.dpa_bytes();
    return sum;
  }
};

/// One HDM decoder to be programmed by MMIO, register for register, in the order of the file.
struct DecoderDescription {
  std::string
      at;  ///< "host.bridge", switch ("sw0", or "sw0.usp1" with several upstream ports), device
  unsigned index = 0;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  unsigned ways = 1;
  std::uint32_t granularity = 256;
  std::vector<std::uint8_t> targets;  ///< port numbers; host bridges and switches
  std::uint64_t skip = 0;             ///< bytes of DPA skipped before this decoder's; devices
  bool lock = false;
  bool commit = true;
  Location location;
};

enum class RegionMode : std::uint8_t { ram, pmem };

/// An interleave set to be programmed as the Linux driver programs it (sources.md 3.6).
struct RegionDescription {
  std::string name;
  std::string host;
  std::size_t window = 0;  ///< index into the host's windows
  RegionMode mode = RegionMode::ram;
  std::vector<std::string> devices;          ///< in position order
  std::optional<std::uint64_t> size;         ///< bytes of HPA; default: all that is free
  std::optional<std::uint32_t> granularity;  ///< default: the window's
  Location location;
};

/// The link between a port and what hangs below it; links not described are as the default link.
/// The reader also describes the links that come from the profile of what hangs below.
struct LinkDescription {
  std::string upper;  ///< "host.bridge.rootport" or "switch.port"
  std::string lower;  ///< switch or device
  /// One way. Of a physical link its flight(), for whoever wants no more than a constant.
  timing::Picoseconds latency = 0;
  Location location;
  /// None: a constant latency, and no bandwidth.
  std::optional<PhysicalLinkDescription> physical = std::nullopt;
};

/// Hot-plug and hot-removal during the run.
struct HotplugDescription {
  enum class Action : std::uint8_t { plug, unplug };
  std::string device;
  Action action = Action::plug;
  std::uint64_t after_requests = 0;  ///< once this many requests of all hosts have completed
  Location location;
};

enum class AddressMapKind : std::uint8_t { identity, first_touch };

/// One stream of accesses of one host. `pattern` names a traffic pattern, or is "trace".
struct TrafficDescription {
  std::string host;
  std::string region;                 ///< where patterns run and first_touch places pages; or:
  std::optional<std::uint64_t> base;  ///< explicit HPA range instead of a region
  std::optional<std::uint64_t> size;
  std::string pattern;       ///< sequential, strided, uniform, zipf, pointer_chase,
                             ///< stream_copy, stream_scale, stream_add, stream_triad,
                             ///< interleaved, trace
  std::string trace;         ///< path, for "trace"
  std::string trace_format;  ///< empty: by content
  AddressMapKind map = AddressMapKind::identity;
  std::uint64_t requests = 0;  ///< 0: the pattern's natural length, or the whole trace
  unsigned read_percent = 100;
  std::vector<std::uint32_t> sizes = {64};  ///< access sizes in bytes, drawn evenly
  bool unaligned = false;                   ///< any byte address, so that accesses cross granules
  bool byte_enables = false;                ///< every second write carries alternating byte enables
  std::uint64_t stride = 256;               ///< strided, bytes
  std::uint32_t zipf_exponent_percent = 99;  ///< zipf, hundredths
  bool seeded = false;       ///< interleaved: the pattern is in the media already; only read
  unsigned outstanding = 1;  ///< of one thread; not with open injection
  Location location;
  InjectionDescription injection;
};

inline constexpr const char* time_series_file = "time_series.csv";

/// File names are inside --out; empty: none.
struct OutputDescription {
  std::string request_trace;
  std::string timeline;                 ///< Perfetto trace events, JSON
  std::string vcd;                      ///< value change dump
  timing::Picoseconds time_series = 0;  ///< intervals of time_series_file; 0: none. Timed
};

struct PlatformDescription {
  std::string name;  ///< of the file, without folder and extension
  std::vector<HostDescription> hosts;
  std::vector<SwitchDescription> switches;
  std::vector<DeviceDescription> devices;
  std::vector<DecoderDescription> decoders;
  std::vector<RegionDescription> regions;
  std::vector<LinkDescription> links;
  timing::Picoseconds default_link_latency = 25 * timing::ps_per_ns;  ///< as LinkDescription's
  std::optional<PhysicalLinkDescription> default_link;  ///< of links not described, if physical
  /// The switch or device whose command interface manages dynamic capacity; empty: the first
  /// switch, if there is one.
  std::string fabric_manager;
  std::vector<HotplugDescription> hotplug;
  std::vector<TrafficDescription> traffic;
  OutputDescription output;
  SpanDescription warmup;   ///< not measured
  SpanDescription measure;  ///< what is measured after it; not given: the rest of the run
  /// Hot-plug and reprogramming make accesses fail on purpose: refused requests, if predicted, are
  /// then no reason for a run to fail.
  bool expect_refusals = false;
  timing::Picoseconds quantum = 1'000 * timing::ps_per_ns;
  std::uint64_t seed = 1;
};

/// Name of the component that manages dynamic capacity; empty: none does.
std::string fabric_manager(const PlatformDescription& platform);

}  // namespace cxlpool::platforms
