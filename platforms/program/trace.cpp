// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/program/commands.h"
#include "traffic/address_map.h"
#include "traffic/files.h"
#include "traffic/traces/binary_writer.h"
#include "traffic/traces/csv_writer.h"
#include "traffic/traces/open.h"

namespace cxlpool::program {
namespace {

using namespace cxlpool::traffic;

struct TraceArguments {
  std::string file;
  std::string format;
  std::string to = "csv";
  std::string out;
  std::uint64_t limit = 0;
  bool instructions = false;
};

/// The first `limit` records of another reader, or all of them for 0.
class FirstRecords : public TraceReader {
 public:
  FirstRecords(std::unique_ptr<TraceReader> reader, std::uint64_t limit)
      : reader_(std::move(reader)), left_(limit == 0 ? UINT64_MAX : limit) {}

  bool next(TraceRecord& record) override {
    if (left_ == 0) return false;
    --left_;
    return reader_->next(record);
  }
  TraceKind kind() const override { return reader_->kind(); }
  std::string position() const override { return reader_->position(); }

 private:
  std::unique_ptr<TraceReader> reader_;
  std::uint64_t left_;
};

/// Text on stdout or in a file, which is an error unless all of it could be written. A file that
/// was there keeps its contents unless all goes well.
class TextOutput {
 public:
  explicit TextOutput(const std::string& path) : path_(path) {
    if (path_.empty()) return;
    replacement_.emplace(path_);
    file_.open(replacement_->path(), std::ios::binary);
    if (!file_) fail();
  }

  std::ostream& stream() { return path_.empty() ? std::cout : file_; }
  void check() {
    if (!stream().flush()) fail();
  }
  void finish() {
    check();
    if (replacement_) replacement_->commit();
  }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error((path_.empty() ? "standard output" : path_) + ": cannot be written");
  }

  std::string path_;
  std::optional<FileReplacement> replacement_;
  std::ofstream file_;
};

/// Writing to the file that is being read would destroy it.
void refuse_same_file(const TraceArguments& arguments) {
  std::error_code ignored;
  if (arguments.out.empty() ||
      !std::filesystem::equivalent(arguments.file, arguments.out, ignored)) {
    return;
  }
  throw std::invalid_argument(arguments.out + ": --out is the trace itself; name another file");
}

void write_text(TraceReader& reader, const std::string& path) {
  TextOutput output(path);
  try {
    write_csv(reader, output.stream());
  } catch (const TraceError&) {
    output.check();  // where it is at fault, it has the better message
    throw;
  }
  output.finish();
}

void write_binary(TraceReader& reader, const std::string& path) {
  if (path.empty()) throw std::invalid_argument("--to binary needs --out FILE");
  FileReplacement replacement(path);
  TraceWriter writer(replacement.path(), reader.kind());
  for (TraceRecord record; reader.next(record);) writer.write(record);
  writer.finish();
  replacement.commit();
}

const char* name_of(TraceKind kind) {
  switch (kind) {
    case TraceKind::access:
      return "access trace";
    case TraceKind::request:
      return "request trace";
    case TraceKind::timed_request:
      break;
  }
  return "timed request trace";
}

struct Totals {
  std::uint64_t reads = 0, writes = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;
  std::uint64_t lowest = UINT64_MAX, highest = 0;
  std::uint32_t smallest = UINT32_MAX, largest = 0;
  std::unordered_set<std::uint64_t> pages;

  void add(const TraceRecord& record) {
    const bool is_read = record.op == Op::read;
    (is_read ? reads : writes) += 1;
    (is_read ? read_bytes : write_bytes) += record.size;
    const std::uint64_t last = record.address + (record.size - 1);
    lowest = std::min(lowest, record.address);
    highest = std::max(highest, last);
    smallest = std::min(smallest, record.size);
    largest = std::max(largest, record.size);
    pages.insert(record.address / AddressMap::page_bytes);
    pages.insert(last / AddressMap::page_bytes);
  }

  std::string text(TraceKind kind) const {
    using platforms::grouped;
    using platforms::human_size;
    std::string text =
        fmt::format("kind       {}\nrecords    {}\nreads      {} ({})\nwrites     {} ({})\n",
                    name_of(kind), grouped(reads + writes), grouped(reads), human_size(read_bytes),
                    grouped(writes), human_size(write_bytes));
    text += fmt::format("footprint  {} pages of 4 KiB ({})\n", grouped(pages.size()),
                        human_size(pages.size() * AddressMap::page_bytes));
    if (pages.empty()) return text;
    return text + fmt::format("addresses  {:#x} to {:#x}\nsizes      {} B to {} B\n", lowest,
                              highest, smallest, largest);
  }
};

void write_info(TraceReader& reader, const std::string& path) {
  TextOutput output(path);
  Totals totals;
  for (TraceRecord record; reader.next(record);) totals.add(record);
  output.stream() << totals.text(reader.kind());
  output.finish();
}

void carry_out(const TraceArguments& arguments) {
  refuse_same_file(arguments);
  FirstRecords reader(open_trace(arguments.file, arguments.format, {arguments.instructions}),
                      arguments.limit);
  if (arguments.to == "binary") return write_binary(reader, arguments.out);
  if (arguments.to == "info") return write_info(reader, arguments.out);
  write_text(reader, arguments.out);
}

}  // namespace

void add_trace(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<TraceArguments>();
  CLI::App* trace = app.add_subcommand("trace", "Convert a trace, or say what it holds");
  trace->add_option("file", arguments->file, "trace file")->required();
  trace->add_option("--format", arguments->format, "format of FILE; default: by its content")
      ->check(CLI::IsMember(trace_formats()));
  trace->add_option("--to", arguments->to, "csv, binary, or info: what the trace holds")
      ->check(CLI::IsMember({"csv", "binary", "info"}))
      ->capture_default_str();
  trace->add_option("--out", arguments->out, "file to write; default: standard output");
  trace->add_option("--limit", arguments->limit, "only the first N records")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  trace->add_flag("--instructions", arguments->instructions,
                  "lackey: keep instruction fetches, as reads");
  trace->callback([arguments, &exit_status] {
    carry_out(*arguments);
    exit_status = passed;
  });
}

}  // namespace cxlpool::program
