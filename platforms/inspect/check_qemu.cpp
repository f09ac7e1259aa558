// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "platforms/inspect/check_parts.h"

namespace cxlpool::platforms {

namespace {

constexpr std::size_t most_windows = 10;
constexpr unsigned most_decoders = 4;

void check_hosts(const Subject& subject, Findings& findings) {
  const PlatformDescription& description = subject.description();
  if (description.hosts.size() > 1) {
    findings.error(description.hosts[1].name,
                   fmt::format("there are {} hosts", description.hosts.size()),
                   "QEMU 10: one machine, one host", "describe one platform a host",
                   description.hosts[1].location);
  }
  for (std::size_t h = 0; h < description.hosts.size(); ++h) {
    const HostDescription& host = description.hosts[h];
    if (host.windows.size() > most_windows) {
      findings.error(window_label(subject, h, most_windows),
                     fmt::format("{} has {} windows", host.name, host.windows.size()),
                     "QEMU 10: at most 10 cxl-fmw", "merge windows",
                     host.windows[most_windows].location);
    }
    for (std::size_t w = 0; w < host.windows.size(); ++w) {
      const WindowDescription& window = host.windows[w];
      if (window.arithmetic == address::Arithmetic::exclusive_or) {
        findings.error(window_label(subject, h, w), "XOR arithmetic",
                       "QEMU 10: windows are modulo, there is no CXIMS", "use modulo",
                       window.location);
      }
      if (window.qtg != 0) {
        findings.error(window_label(subject, h, w), fmt::format("QTG {}", window.qtg),
                       "QEMU 10: the QTG of every window is 0", "use 0", window.location);
      }
    }
  }
}

void check_switches(const Subject& subject, Findings& findings) {
  const PlatformDescription& description = subject.description();
  for (const SwitchDescription& described : description.switches) {
    if (described.upstream.size() > 1) {
      findings.error(described.name, fmt::format("{} upstream ports", described.upstream.size()),
                     "QEMU 10: a switch has one upstream port", "use a switch a host",
                     described.location);
    }
    for (const std::string& upstream : described.upstream) {
      const std::string owner = upstream.substr(0, upstream.find('.'));
      const bool below_switch =
          std::any_of(description.switches.begin(), description.switches.end(),
                      [&](const SwitchDescription& other) { return other.name == owner; });
      if (!below_switch) continue;
      findings.error(described.name, fmt::format("hangs from another switch, {}", owner),
                     "QEMU 10: addresses are followed through one switch level",
                     "attach it to a root port", described.location);
    }
  }
}

void check_decoders(const Subject& subject, Findings& findings) {
  for (const Component& component : subject.platform.components()) {
    if (!component.decoders || component.decoders->decoder_count() <= most_decoders) continue;
    findings.error(component.label, fmt::format("{} decoders", component.decoders->decoder_count()),
                   "QEMU 10: every component has 4 decoders", "use at most 4");
  }
  for (const ProgrammedDecoder& programmed : subject.programming.decoders) {
    const auto* component = subject.platform.find_component(programmed.component);
    if (component->kind == address::ComponentKind::device) continue;
    const unsigned ways = programmed.program.interleave.ways();
    if (ways <= 8 && !programmed.program.interleave.is_multiple_of_3()) continue;
    findings.error(
        decoder_label(programmed.component, programmed.program.index), fmt::format("{} ways", ways),
        "QEMU 10: bridges and switches interleave over 1, 2, 4 or 8 ports",
        "interleave over 3, 6 or 12 ways at the window, or use fewer", programmed.location);
  }
}

}  // namespace

void check_qemu(const Subject& subject, Findings& findings) {
  check_hosts(subject, findings);
  check_switches(subject, findings);
  check_decoders(subject, findings);
}

}  // namespace cxlpool::platforms
