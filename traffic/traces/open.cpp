// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/open.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "traffic/nearest.h"
#include "traffic/traces/binary_reader.h"
#include "traffic/traces/csv_reader.h"
#include "traffic/traces/lackey_reader.h"
#include "traffic/traces/ramulator2_reader.h"
#include "traffic/traces/stl_reader.h"

namespace cxlpool::traffic {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool looks_like_csv(std::string_view line) {
  return contains(line, ",") && contains(line, "op") && contains(line, "address");
}

bool looks_like_lackey(std::string_view line) {
  const std::string_view start = line.substr(0, 2);
  if (start == "==" || start == "--" || start == "**") return true;
  const std::string_view kind = take_word(line);
  return (kind == "I" || kind == "L" || kind == "S" || kind == "M") && contains(line, ",");
}

bool looks_like_ramulator2(std::string_view line) {
  const std::string_view op = take_word(line);
  return op == "LD" || op == "ST";
}

bool looks_like_stl(std::string_view line) {
  if (line.front() == '#') return true;
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         line.substr(0, colon).find_first_not_of("0123456789() \t") == std::string_view::npos;
}

struct Format {
  const char* name;
  bool (*looks_like)(std::string_view first_line);  ///< null: by magic
  std::unique_ptr<TraceReader> (*open)(ByteStream stream, const TraceOptions& options);
};

template <class Reader>
std::unique_ptr<TraceReader> open_with(ByteStream stream, const TraceOptions&) {
  return std::make_unique<Reader>(std::move(stream));
}

std::unique_ptr<TraceReader> open_lackey(ByteStream stream, const TraceOptions& options) {
  return std::make_unique<LackeyTraceReader>(std::move(stream), options.instructions);
}

constexpr Format formats[] = {
    {"binary", nullptr, open_with<BinaryTraceReader>},
    {"csv", looks_like_csv, open_with<CsvTraceReader>},
    {"lackey", looks_like_lackey, open_lackey},
    {"ramulator2", looks_like_ramulator2, open_with<Ramulator2TraceReader>},
    {"stl", looks_like_stl, open_with<StlTraceReader>},
};

std::string_view first_line(std::string_view content) {
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    const std::string_view line = trimmed(content.substr(0, end));
    if (!line.empty() && line != "\r") return line;
    if (end == std::string_view::npos) break;
    content.remove_prefix(end + 1);
  }
  return {};
}

const Format& detect(ByteStream& stream) {
  const std::string_view content = stream.peek(TextTraceReader::max_line_bytes);
  const std::string_view magic = binary_format::magic;
  if (content.substr(0, magic.size()) == magic) return formats[0];
  const std::string_view line = first_line(content);
  for (const Format& format : formats) {
    if (!line.empty() && format.looks_like != nullptr && format.looks_like(line)) return format;
  }
  throw TraceError(stream.path() + ":1",
                   line.empty() ? "no content" : "begins with " + quoted(line),
                   fmt::format("a trace: {}", fmt::join(trace_formats(), ", ")));
}

}  // namespace

std::vector<std::string> trace_formats() {
  std::vector<std::string> names;
  for (const Format& format : formats) names.emplace_back(format.name);
  return names;
}

std::unique_ptr<TraceReader> open_trace(const std::string& path, const std::string& format,
                                        const TraceOptions& options) {
  const auto named = std::find_if(std::begin(formats), std::end(formats),
                                  [&](const Format& known) { return format == known.name; });
  if (!format.empty() && named == std::end(formats)) {
    const std::vector<std::string> names = trace_formats();
    throw TraceError(path,
                     fmt::format("unknown trace format {}, did you mean '{}'?", quoted(format),
                                 nearest(format, {names.begin(), names.end()})),
                     fmt::format("one of {}", fmt::join(names, ", ")));
  }
  ByteStream stream(path);
  const Format& chosen = format.empty() ? detect(stream) : *named;
  return chosen.open(std::move(stream), options);
}

}  // namespace cxlpool::traffic
