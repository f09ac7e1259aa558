// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/stop.h"

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/commit_advice.h"

namespace cxlpool::platforms {

using address::Cause;
using address::CommitFailure;
using address::HdmDecoderBlock;
using address::Node;

namespace {

void explain_no_window(const address::DecodeTree& tree, const std::string& host, Stop& stop) {
  std::string windows;
  for (const auto& window : tree.windows) {
    if (!windows.empty()) windows += ", ";
    windows += human_range(window.base, window.size);
  }
  stop.why = windows.empty() ? fmt::format("{} has no fixed memory windows", host)
                             : fmt::format("the fixed memory windows of {} are {}", host, windows);
  if (tree.local) {
    stop.why += fmt::format(", its local memory is {}",
                            human_range(tree.local->range.base, tree.local->range.size));
  }
  stop.mend = "use an address inside a window, or describe a window that holds it";
}

void explain_not_committed(const HdmDecoderBlock& decoders, Stop& stop) {
  const auto index = static_cast<unsigned>(stop.decoder);
  const CommitFailure failure = trial_commit(decoders, index);
  const bool tried = (decoders.control(index) & address::hdm::error_not_committed) != 0;
  stop.why = fmt::format("decoder {} holds {}, but {}", index,
                         human_range(decoders.base(index), decoders.size(index)),
                         tried ? "its commit failed" : "COMMIT is not set");
  if (failure != CommitFailure::none) stop.why += fmt::format(": {}", address::text(failure));
  stop.mend = tried || failure != CommitFailure::none
                  ? mend_commit(decoders, index, failure)
                  : fmt::format("set COMMIT of decoder {} (control register, bit 9)", index);
}

void explain_no_decoder(const HdmDecoderBlock& decoders, std::uint64_t hpa, Stop& stop) {
  const std::string ranges = committed_ranges(decoders);
  stop.why = ranges.empty() ? "no decoder is committed"
                            : fmt::format("committed decoders hold other ranges: {}", ranges);
  if (!stop.first_uncommitted) {
    stop.mend = fmt::format("all {} decoders are committed: un-commit and widen one, highest first",
                            decoders.decoder_count());
    return;
  }
  const unsigned next = *stop.first_uncommitted;
  stop.mend = fmt::format(
      "program decoder {}, the first uncommitted one, with a range that holds {:#x}", next, hpa);
  if (next > 0 && decoders.base(next - 1) > hpa) {
    stop.mend += fmt::format("; ranges must ascend, so decoder {} has to move up", next - 1);
  }
}

std::string list_ports(const Node& node) {
  std::string ports;
  for (const address::PortView& port : node.ports) {
    if (!ports.empty()) ports += ", ";
    ports += fmt::format("{} ({})", port.number, port.name);
  }
  return ports.empty() ? "none" : ports;
}

void explain_empty_port(const PlatformDescription& description, const Node& node,
                        const address::RouteStep& step, Stop& stop) {
  std::size_t port = 0;
  while (port + 1 < node.ports.size() && node.ports[port].number != step.port) ++port;
  const Wire wire = wire_below(description, node, port);
  if (wire.end == Wire::End::nothing) {
    stop.why = fmt::format("nothing hangs from {} (port {})", wire.upper, step.port);
    stop.mend = "attach a device there, or name another port in the target list";
    return;
  }
  if (stop.cause == Cause::link_down) {
    stop.why = fmt::format("{} belongs to {} (port {}) but is not plugged", wire.lower, wire.upper,
                           step.port);
    stop.mend = fmt::format("plug {}", wire.lower);
    return;
  }
  const std::string bound = binding_of(description, wire.upper);
  stop.why = fmt::format("{} (port {}, {}) is bound to {}", wire.upper, step.port, wire.lower,
                         bound.empty() ? "no upstream port" : bound + ", another upstream port");
  stop.mend = fmt::format("bind {} to this host's upstream port", wire.upper);
}

void explain_beyond_capacity(const Node& device, std::uint64_t hpa, Stop& stop) {
  const std::uint64_t capacity = device.partitions.capacity();
  const auto* range = device.decoders->find(hpa);
  stop.why = fmt::format("DPA {:#x} does not exist: {} has {}", range->dpa(hpa), device.name,
                         human_size(capacity));
  stop.mend = fmt::format(
      "decoder {} ends at DPA {:#x}: lower its size, or the skips and sizes below it, so that the "
      "end is at most {:#x}",
      stop.decoder, range->dpa_base + range->size / range->interleave.ways(), capacity);
}

}  // namespace

Stop explain_stop(const Platform& platform, const std::string& host,
                  const address::DecodeTree& tree, const address::Route& route, std::uint64_t hpa) {
  Stop stop;
  stop.cause = route.cause;
  stop.decoder = route.decoder;
  stop.where = route.node == address::no_node ? host : tree.nodes[route.node].name;
  const Node* node = route.node == address::no_node ? nullptr : &tree.nodes[route.node];
  if (node && node->decoders) stop.first_uncommitted = first_uncommitted(*node->decoders);
  switch (route.cause) {
    case Cause::no_window:
      explain_no_window(tree, host, stop);
      break;
    case Cause::window_target:
      stop.why = fmt::format("target {} of window {} is UID {}, which no host bridge has",
                             route.window_target, route.window,
                             tree.windows[route.window].targets[route.window_target]);
      stop.mend = "name the UID of a host bridge";
      break;
    case Cause::decode_disabled:
      stop.why = "HDM decoder enable is clear, so no decoder of it is used";
      stop.mend = "set HDM decoder enable (global control register, bit 1)";
      break;
    case Cause::not_committed:
      explain_not_committed(*node->decoders, stop);
      break;
    case Cause::no_decoder:
      explain_no_decoder(*node->decoders, hpa, stop);
      break;
    case Cause::no_port:
      stop.why = fmt::format("entry {} of decoder {}'s target list names port {}; its ports are {}",
                             route.steps.back().target_index, route.decoder,
                             route.steps.back().port, list_ports(*node));
      stop.mend = "name one of these ports";
      break;
    case Cause::empty_port:
    case Cause::link_down:
      explain_empty_port(platform.description(), *node, route.steps.back(), stop);
      break;
    case Cause::memory_disabled:
      stop.why = "DVSEC Mem_Enable is clear, so the device answers no CXL.mem";
      stop.mend = "set Mem_Enable (DVSEC for CXL devices, control, bit 2)";
      break;
    case Cause::beyond_capacity:
      explain_beyond_capacity(*node, hpa, stop);
      break;
    case Cause::none:
    case Cause::crossing:
    case Cause::malformed:
    case Cause::not_accepted:  // from here on no decoder's doing
    case Cause::media_disabled:
    case Cause::read_only:
      break;
  }
  return stop;
}

}  // namespace cxlpool::platforms
