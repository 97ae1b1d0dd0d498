#include "play.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <sstream>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/run.hpp>

namespace tcpcraft::library_test {
namespace {

constexpr std::size_t workers = 8;
constexpr int attempts = 5;

engine::Result play(const scenario::Scenario& scenario) {
  // The link is closed with the process, when the verdict has been told.
  static std::unique_ptr<transport::Link> link;
  runner::Prepared prepared = runner::prepare(scenario);
  if (prepared.refused) return *prepared.refused;
  runner::enter_network(runner::Net::isolated);
  if (auto refused = runner::furnish(scenario, runner::Net::isolated)) return *refused;
  runner::RunOptions options;
  options.seed = 1;
  options.drops = prepared.drops.get();
  options.link = &link;
  engine::SystemClock clock;
  return runner::play(scenario, options, clock);
}

/// `step part part ... | summary`, in one line.
std::string encode(const engine::Result& result) {
  if (!result.mismatch) return result.reason;
  std::ostringstream text;
  text << result.mismatch->step;
  for (const engine::Difference& difference : result.mismatch->differences)
    text << ' ' << static_cast<int>(difference.part);
  text << " | " << result.mismatch->summary;
  return text.str();
}

runner::Outcome play_here(const scenario::Scenario& scenario) {
  try {
    const engine::Result result = play(scenario);
    return {result.verdict, encode(result), result.took, false, false};
  } catch (const runner::CannotRun& error) {
    return {engine::Verdict::skip, error.what(), {}, false, true};
  } catch (const os::SystemError& error) {
    return {engine::Verdict::error, error.what(), {}, true, false};
  }
}

Played decode(const runner::Outcome& outcome) {
  Played played{outcome.verdict, outcome.cannot_run, outcome.took, 0, {}, outcome.reason};
  if (outcome.verdict != engine::Verdict::fail) return played;
  std::istringstream text(outcome.reason);
  text >> played.step;
  for (int part = 0; text >> part;) played.differing.push_back(static_cast<wire::Part>(part));
  played.said = outcome.reason.substr(outcome.reason.find("| ") + 2);
  return played;
}

runner::Outcome play_until_conclusive(const scenario::Scenario& scenario) {
  runner::Outcome outcome;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    outcome = runner::run_in_child([&] { return play_here(scenario); });
    if (outcome.verdict != engine::Verdict::inconclusive) break;
  }
  return outcome;
}

/// One of the processes that share the work: it plays what `make` makes for every `workers`th number.
struct Worker {
  os::UniqueFd results;
  pid_t process = 0;
};

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

Worker start(std::size_t first, std::size_t count,
             const std::function<scenario::Scenario(std::size_t)>& make) {
  int ends[2];
  std::fflush(nullptr);  // or every worker would print it once more
  os::check(::pipe(ends), "pipe");
  Worker worker{os::UniqueFd(ends[0]), os::check(::fork(), "fork")};
  os::UniqueFd out(ends[1]);
  if (worker.process != 0) return worker;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  FILE* file = ::fdopen(out.get(), "w");
  for (std::size_t i = first; i < count; i += workers) {
    const runner::Outcome outcome = play_until_conclusive(make(i));
    std::fprintf(file, "%d %d %lld %s\n", static_cast<int>(outcome.verdict), outcome.cannot_run ? 1 : 0,
                 static_cast<long long>(outcome.took.count()), one_line(outcome.reason).c_str());
    std::fflush(file);
  }
  ::_exit(0);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  return text;
}

}  // namespace

std::vector<Played> play_all(std::size_t count, const std::function<scenario::Scenario(std::size_t)>& make) {
  std::vector<Worker> started;
  for (std::size_t i = 0; i < workers; ++i) started.push_back(start(i, count, make));
  std::vector<Played> all(count);
  for (std::size_t w = 0; w < workers; ++w) {
    std::istringstream lines(read_all(started[w].results.get()));
    for (std::size_t i = w; i < count; i += workers) {
      int verdict = static_cast<int>(engine::Verdict::error), cannot_run = 0;
      wire::Duration::rep took = 0;
      std::string said;
      lines >> verdict >> cannot_run >> took;
      std::getline(lines, said);
      all[i] = decode({static_cast<engine::Verdict>(verdict), said.substr(said.empty() ? 0 : 1),
                       wire::Duration(took), false, cannot_run != 0});
    }
    ::waitpid(started[w].process, nullptr, 0);
  }
  return all;
}

}  // namespace tcpcraft::library_test
