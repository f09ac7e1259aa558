// SPDX-License-Identifier: Apache-2.0
#include "models/command/poison_commands.h"

#include <algorithm>
#include <limits>

namespace cxlpool::command {

namespace {

constexpr std::uint64_t line = PoisonList::line_bytes;

std::uint64_t bytes_of(std::uint64_t lines) {
  constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
  return lines > top / line ? top : lines * line;
}

}  // namespace

PoisonCommands::PoisonCommands(PoisonList& poison, const ScanMedia& scan, const OwnMemory& memory,
                               MediaControl& media, std::uint16_t inject_limit)
    : poison_(poison), scan_(scan), memory_(memory), media_(media), inject_limit_(inject_limit) {}

void PoisonCommands::add_commands(Cci& cci) {
  cci.add(Opcode::get_poison_list, [this](const Request& request) { return list(request); });
  cci.add(Opcode::inject_poison, [this](const Request& request) { return inject(request); });
  cci.add(Opcode::clear_poison, [this](const Request& request) { return clear(request); });
}

Reply PoisonCommands::list(const Request& request) {
  const auto query = *decode<LineRange>(request.payload);
  if (query.start % line != 0) return ReturnCode::invalid_input;
  auto records = poison_.within(query.start, bytes_of(query.lines));
  if (continuation_ && continuation_->query.start == query.start &&
      continuation_->query.lines == query.lines) {
    const auto seen = std::find_if(records.begin(), records.end(), [this](const auto& record) {
      return record.start >= continuation_->from;
    });
    records.erase(records.begin(), seen);
  }
  continuation_.reset();
  const std::size_t most =
      request.fitting(wire_size<PoisonRecord>(), wire_size<PoisonListHeader>());
  PoisonListHeader header;
  if (records.size() > most) {
    header.flags |= PoisonListHeader::more;
    continuation_ = Continuation{query, records[most].start};
    records.resize(most);
  }
  if (poison_.overflowed()) header.flags |= PoisonListHeader::overflow;
  if (scan_.in_progress()) header.flags |= PoisonListHeader::scan_in_progress;
  header.overflow_time = poison_.overflow_time();
  header.count = static_cast<std::uint16_t>(records.size());
  Writer writer;
  writer(header);
  for (const auto& record : records) writer(to_wire(record));
  return writer.take();
}

ReturnCode PoisonCommands::check_line(std::uint64_t dpa) const {
  if (dpa % line != 0) return ReturnCode::invalid_input;
  if (!memory_.holds(dpa, line)) return ReturnCode::invalid_physical_address;
  return ReturnCode::success;
}

Reply PoisonCommands::inject(const Request& request) {
  std::uint64_t dpa = 0;
  Reader(request.payload)(dpa);
  const ReturnCode verdict = check_line(dpa);
  if (verdict != ReturnCode::success || scan_.in_progress()) return verdict;
  return poison_.inject_line(dpa, inject_limit_);
}

Reply PoisonCommands::clear(const Request& request) {
  const auto wanted = *decode<ClearPoison>(request.payload);
  const ReturnCode verdict = check_line(wanted.dpa);
  if (verdict != ReturnCode::success) return verdict;
  if (!memory_.writable(wanted.dpa, line)) return ReturnCode::invalid_physical_address;
  media_.write(wanted.dpa, ByteView(wanted.data.data(), wanted.data.size()));
  poison_.clear_line(wanted.dpa);
  return ReturnCode::success;
}

void PoisonCommands::save(Writer& state) const {
  state(continuation_.has_value());
  if (!continuation_) return;
  state(continuation_->query);
  state(continuation_->from);
}

}  // namespace cxlpool::command
