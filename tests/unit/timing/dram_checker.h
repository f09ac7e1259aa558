// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "models/timing/dram_commands.h"

namespace cxlpool::timing::test {

/// Records the commands of a channel and then judges them in order of time against the data sheet.
/// It is written from the limits alone: pairs of commands and the state of each bank.
class DramChecker : public DramObserver {
 public:
  explicit DramChecker(const DramPart& part) : times_(part) {}

  void command(const DramCommand& command) override { commands_.push_back(command); }
  std::size_t size() const { return commands_.size(); }
  const std::vector<DramCommand>& commands() const { return commands_; }

  /// Every broken limit in words; empty when all is well.
  std::vector<std::string> violations() {
    using Kind = DramCommand::Kind;
    found_.clear();
    // At one time, what ends something goes before what begins something.
    std::stable_sort(commands_.begin(), commands_.end(),
                     [](const DramCommand& a, const DramCommand& b) { return a.at < b.at; });
    struct Bank {
      bool open = false;
      std::uint64_t row = 0;
      const DramCommand *activate = nullptr, *precharge = nullptr, *read = nullptr,
                        *write = nullptr;
    };
    std::map<unsigned, Bank> banks;
    std::vector<const DramCommand*> activates, columns;
    const DramCommand* refresh = nullptr;
    std::uint64_t refreshes_due = 1;  // index of the first one that has not been seen

    const auto apart = [&](const DramCommand* first, const DramCommand& then, Picoseconds least,
                           const char* what) {
      if (first && then.at < first->at + least) fail(what, *first, then);
    };
    for (const DramCommand& c : commands_) {
      Bank& bank = banks[c.bank];
      if (refresh && c.kind != Kind::refresh) apart(refresh, c, times_.rfc, "tRFC");
      switch (c.kind) {
        case Kind::activate:
          if (bank.open) fail("ACT of an open bank", *bank.activate, c);
          apart(bank.activate, c, times_.rc, "tRC");
          apart(bank.precharge, c, times_.rp, "tRP");
          for (std::size_t i = activates.size(); i-- > 0;) {
            if (activates[i]->at + times_.rrd_l <= c.at) break;
            apart(activates[i], c, activates[i]->group == c.group ? times_.rrd_l : times_.rrd_s,
                  "tRRD");
          }
          if (activates.size() >= 4) apart(activates[activates.size() - 4], c, times_.faw, "tFAW");
          activates.push_back(&c);
          bank.open = true;
          bank.row = c.row;
          bank.activate = &c;
          bank.read = bank.write = nullptr;
          break;
        case Kind::precharge:
          if (!bank.open) fail("PRE of a closed bank", c, c);
          apart(bank.activate, c, times_.ras, "tRAS");
          apart(bank.read, c, times_.rtp, "tRTP");
          apart(bank.write, c, times_.cwl + times_.burst + times_.wr, "tWR");
          bank.open = false;
          bank.precharge = &c;
          break;
        case Kind::read:
        case Kind::write: {
          const bool write = c.kind == Kind::write;
          if (!bank.open || bank.row != c.row) fail("row is not open", c, c);
          apart(bank.activate, c, times_.rcd, "tRCD");
          for (std::size_t i = columns.size(); i-- > 0 && columns[i]->at + 100'000 > c.at;) {
            const bool wrote = columns[i]->kind == Kind::write;
            const bool same = columns[i]->group == c.group;
            const Picoseconds ccd = !same            ? times_.ccd_s
                                    : write && wrote ? times_.ccd_l_wr
                                                     : times_.ccd_l;
            if (wrote == write) apart(columns[i], c, ccd, "tCCD");
            if (wrote && !write) {
              apart(columns[i], c, times_.cwl + times_.burst + (same ? times_.wtr_l : times_.wtr_s),
                    "tWTR");
            }
            // Bursts must not meet on the bus, and a change of direction needs a clock between.
            const Picoseconds data = c.at + (write ? times_.cwl : times_.cl);
            const Picoseconds before =
                columns[i]->at + (wrote ? times_.cwl : times_.cl) + times_.burst;
            // Two sums that are each rounded up may differ by a picosecond or two.
            if (data + 2 < before + (wrote != write ? times_.ck : 0)) {
              fail("bus", *columns[i], c);
            }
          }
          if (c.at >= refreshes_due * times_.refi) fail("refresh is overdue", c, c);
          columns.push_back(&c);
          (write ? bank.write : bank.read) = &c;
          break;
        }
        case Kind::refresh:
          for (const auto& [index, other] : banks) {
            if (other.open) fail("REF with an open bank", *other.activate, c);
            apart(other.precharge, c, times_.rp, "tRP before REF");
          }
          if (c.at < refreshes_due * times_.refi) fail("early refresh", c, c);
          refreshes_due = c.at / times_.refi + 1;
          refresh = &c;
          break;
      }
    }
    return found_;
  }

 private:
  void fail(const char* what, const DramCommand& first, const DramCommand& then) {
    if (found_.size() >= 10) return;
    found_.push_back(std::string(what) + ": command " + std::to_string(int(first.kind)) +
                     " of bank " + std::to_string(first.bank) + " at " + std::to_string(first.at) +
                     ", command " + std::to_string(int(then.kind)) + " of bank " +
                     std::to_string(then.bank) + " at " + std::to_string(then.at));
  }

  DramTimes times_;
  std::vector<DramCommand> commands_;
  std::vector<std::string> found_;
};

}  // namespace cxlpool::timing::test
