// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/factory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "traffic/nearest.h"
#include "traffic/patterns/interleaved.h"
#include "traffic/patterns/pointer_chase.h"
#include "traffic/patterns/sequential.h"
#include "traffic/patterns/stream.h"
#include "traffic/patterns/strided.h"
#include "traffic/patterns/uniform.h"
#include "traffic/patterns/zipf.h"

namespace cxlpool::traffic {
namespace {

using Maker = std::unique_ptr<RequestSource> (*)(const PatternOptions&);

template <class Pattern>
std::unique_ptr<RequestSource> make(const PatternOptions& options) {
  return std::make_unique<Pattern>(options);
}

template <StreamKernel kernel>
std::unique_ptr<RequestSource> make_stream(const PatternOptions& options) {
  return std::make_unique<StreamPattern>(kernel, options);
}

struct Entry {
  const char* name;
  Maker maker;
};

constexpr Entry patterns[] = {
    {"sequential", make<SequentialPattern>},
    {"strided", make<StridedPattern>},
    {"uniform", make<UniformPattern>},
    {"zipf", make<ZipfPattern>},
    {"pointer_chase", make<PointerChasePattern>},
    {"stream_copy", make_stream<StreamKernel::copy>},
    {"stream_scale", make_stream<StreamKernel::scale>},
    {"stream_add", make_stream<StreamKernel::add>},
    {"stream_triad", make_stream<StreamKernel::triad>},
    {"interleaved", make<InterleavedPattern>},
};

}  // namespace

std::vector<std::string_view> pattern_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : patterns) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<RequestSource> make_pattern(const std::string& name,
                                            const PatternOptions& options) {
  for (const Entry& entry : patterns) {
    if (name == entry.name) return entry.maker(options);
  }
  const std::vector<std::string_view> names = pattern_names();
  throw PatternError("pattern",
                     fmt::format("unknown pattern '{}', did you mean '{}'? known: {}",
                                 name.substr(0, 64), nearest(name, names), fmt::join(names, ", ")));
}

}  // namespace cxlpool::traffic
