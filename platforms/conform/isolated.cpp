// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/isolated.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace cxlpool::platforms {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// A Progress that this process and its children share.
class SharedProgress {
 public:
  SharedProgress() {
    void* memory =
        mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    progress_ = new (memory) Progress;
  }
  ~SharedProgress() { munmap(progress_, sizeof(Progress)); }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;

  Progress& get() { return *progress_; }
  std::string where() const {
    return std::string(progress_->where, strnlen(progress_->where, sizeof progress_->where));
  }

 private:
  Progress* progress_;
};

bool send_all(int pipe, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = write(pipe, text.data() + sent, text.size() - sent);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  return true;
}

[[noreturn]] void run_child(const std::function<std::string(Progress&)>& work, Progress& progress,
                            int pipe) {
  // The caller's stdout is for results alone, and a crash that is reported needs no core file.
  dup2(STDERR_FILENO, STDOUT_FILENO);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const bool sent = send_all(pipe, work(progress));
  // Without destructors: a kernel that has run is not taken down tidily from a middle.
  _exit(sent ? 0 : 1);
}

/// What the child sends until it closes the pipe; false when the time is up first.
bool receive(int pipe, Clock::time_point deadline, std::string& text) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{pipe, POLLIN, 0};
    const int count = poll(&ready, 1, static_cast<int>(left));
    if (count < 0 && errno != EINTR) fail("poll");
    if (count <= 0) continue;
    char buffer[4096];
    const ssize_t length = read(pipe, buffer, sizeof buffer);
    if (length == 0) return true;
    if (length < 0 && errno != EINTR) fail("read");
    if (length > 0) text.append(buffer, static_cast<std::size_t>(length));
  }
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    return std::string("the simulation was ended by signal ") + strsignal(WTERMSIG(status));
  }
  return "the simulation ended with exit status " + std::to_string(WEXITSTATUS(status));
}

Tally died(const std::string& where, std::string how) {
  Tally tally;
  tally.add({where, "a simulation that survives", std::move(how)});
  return tally;
}

/// What a child left: its text, or how it ended without one.
struct Remains {
  std::string text;
  std::string death;
  std::string where;
};

Remains run_in_child(const std::function<std::string(Progress&)>& work,
                     std::chrono::seconds limit) {
  SharedProgress progress;
  int ends[2];
  if (pipe(ends) != 0) fail("pipe");
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    fail("fork");
  }
  if (child == 0) {
    close(ends[0]);
    run_child(work, progress.get(), ends[1]);
  }
  close(ends[1]);
  Remains remains;
  const bool in_time = receive(ends[0], Clock::now() + limit, remains.text);
  if (!in_time) kill(child, SIGKILL);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  remains.where = progress.where();
  if (!in_time) {
    remains.death = "nothing within " + std::to_string(limit.count()) + " s";
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    remains.death = describe_end(status);
  }
  return remains;
}

}  // namespace

Tally run_isolated(const std::function<Tally(Progress&)>& work, std::chrono::seconds limit) {
  const auto as_text = [&work](Progress& progress) {
    Tally tally;
    try {
      tally = work(progress);
    } catch (const std::exception& error) {
      tally.add({progress.where, "a simulation that runs", error.what()});
    }
    return to_json(tally);
  };
  const Remains remains = run_in_child(as_text, limit);
  if (!remains.death.empty()) return died(remains.where, remains.death);
  try {
    return tally_from_json(remains.text);
  } catch (const nlohmann::json::exception&) {
    return died(remains.where, "an end without a result");
  }
}

std::string run_isolated_text(const std::function<std::string(Progress&)>& work,
                              std::chrono::seconds limit) {
  // One character in front tells a result from the message of an exception.
  const auto guarded = [&work](Progress& progress) -> std::string {
    try {
      return "+" + work(progress);
    } catch (const std::exception& error) {
      return std::string("-") + error.what();
    }
  };
  const Remains remains = run_in_child(guarded, limit);
  const std::string where = remains.where.empty() ? "" : remains.where + ": ";
  if (!remains.death.empty()) throw std::runtime_error(where + remains.death);
  if (remains.text.empty()) throw std::runtime_error(where + "an end without a result");
  if (remains.text.front() != '+') throw std::runtime_error(where + remains.text.substr(1));
  return remains.text.substr(1);
}

}  // namespace cxlpool::platforms
