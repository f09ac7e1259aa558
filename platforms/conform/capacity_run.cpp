// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/capacity_run.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "platforms/conform/capacity_answer.h"
#include "platforms/conform/capacity_decoded.h"
#include "platforms/conform/contradictions.h"
#include "platforms/conform/isolated.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/step_node.h"
#include "platforms/conform/step_runner.h"
#include "platforms/machine/pool_machine.h"
#include "platforms/qmp/monitor.h"
#include "platforms/qmp/session.h"

namespace cxlpool::platforms {
namespace {

using Op = CapacityStep::Op;

constexpr std::uint16_t tunnel_opcode = 0x5300;
constexpr std::size_t tunnel_headers = 4 + 12;  // of the answer, and of the message in it

/// A QMP client that reads answers and leaves events aside.
class Client {
 public:
  explicit Client(qmp::Monitor& monitor) : session_(monitor) {
    ask({{"execute", "qmp_capabilities"}});
  }

  nlohmann::json ask(const nlohmann::json& request) {
    session_.take_output();
    session_.receive(request.dump());
    std::istringstream lines(session_.take_output());
    for (std::string line; std::getline(lines, line);) {
      nlohmann::json reply = nlohmann::json::parse(line);
      if (!reply.contains("event")) return reply;
    }
    return nullptr;
  }

 private:
  qmp::Session session_;
};

class CapacityRun {
 public:
  CapacityRun(const CapacityFile& file, const ConformOptions& options, Checker& checker)
      : file_(file),
        testbed_(file.topology, options),
        runner_(file.id, testbed_, nullptr, true, checker),
        checker_(checker) {}

  void run() {
    testbed_.bring_up(checker_);
    PoolMachine machine(testbed_.platform(), std::nullopt);
    qmp::Monitor monitor(machine);
    Client client(monitor);
    for (const CapacityStep& step : file_.steps) {
      checker_.begin(step.path + " of " + file_.id);
      checker_.through_sockets();
      run_step(step, machine, client);
    }
  }

 private:
  void run_step(const CapacityStep& step, PoolMachine& machine, Client& client) {
    switch (step.op) {
      case Op::qmp:
        return ask(step, client);
      case Op::mailbox:
        return send(step, step.device, step.opcode, 0, machine);
      case Op::tunnel:
        return send(step, testbed_.platform().cxl_switch(0).label(), tunnel_opcode, tunnel_headers,
                    machine);
      case Op::event_status:
        return compare_status(step, machine);
      case Op::system_reset:
        machine.system_reset();
        return;
      case Op::access:
        if (step.dpa) compare_dpa(step);
        return runner_.run(step.access);
    }
  }

  std::string at(const CapacityStep& step, const char* field) const {
    return fmt::format("{}.{} of {}", step.path, field, file_.id);
  }

  void ask(const CapacityStep& step, Client& client) {
    const nlohmann::json reply = client.ask(step.request);
    const auto error = reply.find("error");
    if (step.returned) {
      const bool same = reply.contains("return") && reply["return"] == *step.returned;
      if (!same) checker_.differ(at(step, "result"), step.returned->dump(), reply.dump());
    } else if (error == reply.end() || (*error)["class"] != step.error_class) {
      checker_.differ(at(step, "result"), "an error of class " + step.error_class, reply.dump());
    }
  }

  void send(const CapacityStep& step, const std::string& component, std::uint16_t opcode,
            std::size_t skipped, PoolMachine& machine) {
    MmioMailbox* mailbox = machine.mailbox_of(component);
    if (!mailbox) return checker_.differ(at(step, "device"), "a mailbox", component + " without");
    const auto answer = mailbox->execute(opcode, step.payload);
    if (!answer) return checker_.differ(at(step, "rc"), "an answer", component + " held in reset");
    const command::Reply& reply = *answer;
    const auto code = static_cast<std::uint16_t>(reply.code);
    if (code != step.return_code) {
      checker_.differ(at(step, "rc"), fmt::format("{}", step.return_code),
                      fmt::format("{} ({})", code, command::name(reply.code)));
    }
    if (step.effects) compare_effects(step, reply.payload);
    compare_stated(step, skipped, reply);
    if (!step.response || is_expected(step.opcode, skipped, *step.response, reply.payload)) return;
    checker_.differ(at(step, "response"), in_hex(step.response->bytes), in_hex(reply.payload));
  }

  /// What the file says of the answer, or of the message in it, besides its bytes.
  void compare_stated(const CapacityStep& step, std::size_t skipped, const command::Reply& reply) {
    auto code = static_cast<std::uint16_t>(reply.code);
    command::Bytes payload = reply.payload;
    if (skipped != 0) {
      if (payload.size() < skipped) return miss_message(step);
      code = static_cast<std::uint16_t>(payload[skipped - 4] | payload[skipped - 3] << 8);
      payload.erase(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(skipped));
    }
    const StatedAnswer& stated = step.stated;
    if (stated.return_code) checker_.equal(at(step, "rc"), *stated.return_code, code);
    if (stated.return_code_name && !is_name_of(code, *stated.return_code_name)) {
      const auto* name = command::name(static_cast<command::ReturnCode>(code));
      checker_.differ(at(step, "rc_name"), *stated.return_code_name,
                      fmt::format("{} ({})", code, name));
    }
    if (stated.response && !is_expected(step.opcode, 0, *stated.response, payload)) {
      checker_.differ(at(step, "response"), in_hex(stated.response->bytes), in_hex(payload));
    }
    if (stated.decoded && code == 0) compare_decoded(step, payload);
  }

  /// The answer has no message, of which the file says something.
  void miss_message(const CapacityStep& step) {
    constexpr const char* none = "no message";
    const StatedAnswer& stated = step.stated;
    if (stated.return_code) {
      checker_.differ(at(step, "rc"), fmt::format("{}", *stated.return_code), none);
    }
    if (stated.return_code_name)
      checker_.differ(at(step, "rc_name"), *stated.return_code_name, none);
    if (stated.response) {
      checker_.differ(at(step, "response"), in_hex(stated.response->bytes), none);
    }
  }

  void compare_decoded(const CapacityStep& step, const command::Bytes& payload) {
    const nlohmann::json decoded = decode_answer(step.opcode, payload);
    if (decoded.is_null() && !is_decoded(step.opcode)) return;
    const auto wrong = contradiction(*step.stated.decoded, decoded);
    if (!wrong) return;
    checker_.differ(at(step, ("decoded" + wrong->path).c_str()), wrong->expected, wrong->got);
  }

  /// Where the decoders lead, if they lead anywhere.
  void compare_dpa(const CapacityStep& step) {
    const address::Route& route = testbed_.walk(step.access.hpa);
    if (route.good()) checker_.equal(at(step, "dpa"), *step.dpa, route.dpa);
  }

  /// Of the entries that both sides have.
  void compare_effects(const CapacityStep& step, const command::Bytes& log) {
    std::size_t common = 0;
    for (std::size_t i = 0; i + 4 <= log.size(); i += 4) {
      const auto opcode = static_cast<std::uint16_t>(log[i] | log[i + 1] << 8);
      const auto effect = static_cast<std::uint16_t>(log[i + 2] | log[i + 3] << 8);
      const auto expected = step.effects->find(opcode);
      if (opcode == 0 || expected == step.effects->end()) continue;
      ++common;
      if (expected->second == effect) continue;
      checker_.differ(fmt::format("{}.{:04x}", at(step, "expect.cel_common"), opcode),
                      fmt::format("{:04x}", expected->second), fmt::format("{:04x}", effect));
    }
    if (common == 0) checker_.differ(at(step, "expect.cel_common"), "common entries", "none");
  }

  void compare_status(const CapacityStep& step, PoolMachine& machine) {
    MmioMailbox* mailbox = machine.mailbox_of(step.device);
    if (!mailbox) return checker_.differ(at(step, "device"), "a mailbox", step.device + " without");
    checker_.equal<std::uint64_t>(at(step, "value"), step.status, mailbox->event_status());
  }

  const CapacityFile& file_;
  Testbed testbed_;
  StepRunner runner_;
  Checker& checker_;
};

/// What a step names must be there to be asked.
void check_names(const CapacityFile& file, Tally& tally) {
  for (const CapacityStep& step : file.steps) {
    if (step.op == Op::tunnel && file.topology.switches.empty()) {
      tally.add({step.path, "a switch to tunnel through", "none"});
    }
    if (step.op != Op::access) continue;
    Scenario accesses;
    accesses.path = step.path;
    accesses.topology = file.topology;
    accesses.steps = {step.access};
    for (Difference& each : contradictions(accesses)) tally.add(std::move(each));
  }
}

}  // namespace

Tally run_capacity(const CapacityFile& file, const ConformOptions& options) {
  Tally tally;
  for (Difference& each : contradictions(file.topology)) tally.add(std::move(each));
  if (tally.differences.empty()) check_names(file, tally);
  if (tally.differences.empty()) {
    tally = run_isolated(
        [&](Progress& progress) {
          Checker checker(progress);
          checker.prepare(file.topology.path + " " + file.id);
          CapacityRun(file, options, checker).run();
          return checker.finish();
        },
        longest_simulation);
  }
  tally.steps = std::max<std::uint64_t>(tally.steps, file.steps.size());
  return tally;
}

}  // namespace cxlpool::platforms
