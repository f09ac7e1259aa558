// SPDX-License-Identifier: Apache-2.0
#include "platforms/reader.h"

#include <filesystem>

#include "platforms/capabilities.h"
#include "platforms/document_path.h"
#include "platforms/fields.h"
#include "platforms/layers.h"
#include "platforms/profiles.h"
#include "platforms/validate.h"

namespace cxlpool::platforms {
namespace {

/// Defaults of one file for the components that do not say otherwise.
struct KindCapabilities {
  CapabilityDescription host_bridge;
  CapabilityDescription switch_port;
  CapabilityDescription device;
};

struct PlatformFile {
  PlatformDescription platform;
  KindCapabilities capabilities;
  Profiles profiles;
};

/// A reader of entries that needs the file's profiles.
template <class T>
auto profiled(PlatformFile& file, void (*read)(const Cursor&, Profiles&, T&)) {
  return [&file, read](const Cursor& at, T& out) { read(at, file.profiles, out); };
}

const Fields<KindCapabilities>& kind_capability_fields() {
  using K = KindCapabilities;
  static const Fields<K> fields(
      "kind_capabilities",
      {{mapping(optional("host_bridge"), capability_fields()),
        [](const Cursor& at, K& k) { read_section(at, capability_fields(), k.host_bridge); }},
       {mapping(optional("switch"), capability_fields()),
        [](const Cursor& at, K& k) { read_section(at, capability_fields(), k.switch_port); }},
       {mapping(optional("device"), capability_fields()),
        [](const Cursor& at, K& k) { read_section(at, capability_fields(), k.device); }}});
  return fields;
}

void expect_version(const Cursor& at) {
  at.integer(1, 1);
  if (at.node().quoted) at.fail("expected 1, got a text in quotes");
}

/// Without the key there is a default; an empty name is nobody's.
std::string read_manager(const Cursor& at) {
  std::string name = at.text();
  if (name.empty()) at.fail("expected the name of a switch or device, got an empty text");
  return name;
}

const Fields<PlatformFile>& platform_fields() {
  using F = PlatformFile;
  static const Fields<F> fields =
      Fields<F>(
          "platform",
          {{required("version"), [](const Cursor& at, F&) { expect_version(at); }},
           {list_of(required("hosts"), &host_fields()),
            [](const Cursor& at, F& f) {
              read_entries(at, host_fields(), f.platform.hosts, profiled(f, read_host));
            }},
           {list_of(optional("switches"), &switch_fields()),
            [](const Cursor& at, F& f) {
              read_entries(at, switch_fields(), f.platform.switches,
                           profiled(f, read_profiled_switch));
            }},
           {list_of(optional("devices"), &device_fields()),
            [](const Cursor& at, F& f) {
              read_entries(at, device_fields(), f.platform.devices, profiled(f, read_device));
            }},
           {mapping(optional("capabilities"), kind_capability_fields()),
            [](const Cursor& at, F& f) {
              read_section(at, kind_capability_fields(), f.capabilities);
            }},
           {list_of(optional("decoders"), &decoder_fields()),
            [](const Cursor& at, F& f) {
              read_entries(at, decoder_fields(), f.platform.decoders);
            }},
           {list_of(optional("regions"), &region_fields()),
            [](const Cursor& at, F& f) { read_entries(at, region_fields(), f.platform.regions); }},
           // After all else, see convert(): links lie over what other keys say.
           {list_of(optional("links"), &link_fields()), [](const Cursor&, F&) {}},
           {mapping(optional("default_link"), default_link_fields()),
            [](const Cursor& at, F& f) { read_default_link(at, f.platform); }},
           {optional("link_latency"),
            [](const Cursor& at, F& f) { f.platform.default_link_latency = at.duration(); }},
           {optional("fabric_manager"),
            [](const Cursor& at, F& f) { f.platform.fabric_manager = read_manager(at); }},
           {list_of(optional("hotplug"), &hotplug_fields()),
            [](const Cursor& at, F& f) { read_entries(at, hotplug_fields(), f.platform.hotplug); }},
           {list_of(optional("traffic"), &traffic_fields()),
            [](const Cursor& at, F& f) { read_entries(at, traffic_fields(), f.platform.traffic); }},
           {mapping(optional("output"), output_fields()),
            [](const Cursor& at, F& f) { read_section(at, output_fields(), f.platform.output); }},
           {optional("warmup"),
            [](const Cursor& at, F& f) { f.platform.warmup = read_span(at, true); }},
           {optional("measure"),
            [](const Cursor& at, F& f) { f.platform.measure = read_span(at, false); }},
           {optional("expect_refusals"),
            [](const Cursor& at, F& f) { f.platform.expect_refusals = at.boolean(); }},
           {optional("quantum"),
            [](const Cursor& at, F& f) { f.platform.quantum = at.duration(); }},
           {optional("seed"), [](const Cursor& at, F& f) { f.platform.seed = at.integer(); }}})
          .checked([](const Cursor& at, F&) { refuse_both(at, "link_latency", "default_link"); });
  return fields;
}

/// The file's own defaults, wherever in the file they stand.
void fill_capabilities(PlatformDescription& platform, const KindCapabilities& defaults) {
  for (HostDescription& host : platform.hosts) {
    for (HostBridgeDescription& bridge : host.bridges) {
      bridge.capabilities = merge(bridge.capabilities, defaults.host_bridge);
    }
  }
  for (SwitchDescription& each : platform.switches) {
    each.capabilities = merge(each.capabilities, defaults.switch_port);
  }
  for (DeviceDescription& device : platform.devices) {
    device.capabilities = merge(device.capabilities, defaults.device);
  }
}

PlatformDescription finish(Document document, const std::vector<std::string>& sets) {
  for (const std::string& set : sets) apply_set(document, set);
  PlatformDescription platform = convert(document);
  try {
    validate(platform);
  } catch (const InputError& error) {
    // validate() knows entries and paths; the document knows the lines of their keys.
    const std::string& path = error.location().path;
    throw InputError(document.locate(deepest(document, path), path), error.message());
  }
  return platform;
}

}  // namespace

const Section& platform_section() { return platform_fields(); }

PlatformDescription convert(const Document& document) {
  std::size_t entries = 0;
  PlatformFile file;
  const Cursor root(document, entries);
  read_section(root, platform_fields(), file);
  read_links(root, file.profiles, file.platform);
  fill_capabilities(file.platform, file.capabilities);
  file.platform.name = std::filesystem::path(document.file).stem().string();
  return std::move(file.platform);
}

PlatformDescription read_platform(const std::string& file, const std::vector<std::string>& sets) {
  return finish(read_document(file), sets);
}

PlatformDescription read_platform_text(std::string_view text, const std::string& file,
                                       const std::vector<std::string>& sets) {
  return finish(parse_document(text, file), sets);
}

}  // namespace cxlpool::platforms
