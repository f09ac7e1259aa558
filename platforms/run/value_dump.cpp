// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/value_dump.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace cxlpool::platforms {
namespace {

constexpr const char* extension = ".vcd";

}  // namespace

ValueDump::ValueDump(std::string path, const Activity& activity, const SocketTrace& sockets)
    : path_(std::move(path)) {
  // SystemC adds the extension, and reports a file that it cannot open as a fault of the model.
  std::filesystem::path stem(path_);
  if (stem.extension() == extension) stem.replace_extension();
  written_ = stem.string() + extension;
  if (!std::ofstream(written_)) throw std::runtime_error(path_ + ": cannot be written");
  // It would say on standard output, where results go, that the unit was set, or that a run was cut
  // before anything had happened.
  for (const char* saying : {"tracing timescale unit set",
                             "trace file closed before any cycles were traced, file not written"}) {
    sc_core::sc_report_handler::set_actions(saying, sc_core::SC_DO_NOTHING);
  }
  file_ = sc_core::sc_create_vcd_trace_file(stem.c_str());
  file_->set_time_unit(1, sc_core::SC_PS);
  for (std::size_t i = 0; i < activity.levels().size(); ++i) {
    sc_core::sc_trace(file_, activity.value(i), activity.levels()[i]);
  }
  for (const PhaseSignals& phase : sockets.signals()) {
    sc_core::sc_trace(file_, phase.count, phase.name + ".count");
    sc_core::sc_trace(file_, phase.address, phase.name + ".address");
    sc_core::sc_trace(file_, phase.command, phase.name + ".command");
    sc_core::sc_trace(file_, phase.bytes, phase.name + ".bytes");
    sc_core::sc_trace(file_, phase.status, phase.name + ".status");
  }
}

ValueDump::~ValueDump() {
  if (file_) sc_core::sc_close_vcd_trace_file(file_);
}

void ValueDump::finish() {
  sc_core::sc_close_vcd_trace_file(file_);
  file_ = nullptr;
  std::error_code error;
  if (written_ != path_) std::filesystem::rename(written_, path_, error);
  if (error) throw std::runtime_error(path_ + ": cannot be written: " + error.message());
}

}  // namespace cxlpool::platforms
