#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/pool.hpp>
#include <tcpcraft/runner/suite.hpp>

namespace tcpcraft::runner {
namespace {

using engine::Verdict;

constexpr int attempts = 5;

bool is_bad(const Outcome& outcome) {
  return outcome.verdict == Verdict::fail || outcome.verdict == Verdict::error;
}

bool is_undecided(const JobReport& report) {
  return report.outcome.verdict == Verdict::inconclusive && !report.timed_out && !interrupt_signal();
}

std::string in_seconds(wire::Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

/// Holds back what comes out of order.
class InOrder {
 public:
  explicit InOrder(std::function<void(JobReport&)> tell) : tell_(std::move(tell)) {}
  void hear(JobReport report) {
    waiting_.emplace(report.job, std::move(report));
    flush(false);
  }
  /// This number will not come now.
  void pass_by(std::size_t number) {
    waiting_.emplace(number, std::nullopt);
    flush(false);
  }
  /// No more will come.
  void end() { flush(true); }

 private:
  void flush(bool all) {
    while (!waiting_.empty() && (all || waiting_.begin()->first == next_)) {
      std::optional<JobReport> report = std::move(waiting_.begin()->second);
      next_ = waiting_.begin()->first + 1;
      waiting_.erase(waiting_.begin());
      if (report) tell_(*report);
    }
  }
  std::function<void(JobReport&)> tell_;
  std::map<std::size_t, std::optional<JobReport>> waiting_;
  std::size_t next_ = 0;
};

/// One run of a suite.
class Run {
 public:
  using Play = std::function<Outcome(std::size_t)>;
  using Tell = std::function<void(std::size_t, const Outcome&, const std::string&)>;
  Run(const Suite& suite, const Play& play, const Tell& tell) : suite_(suite), play_(play), tell_(tell) {}

  void side_by_side(std::size_t count) {
    InOrder in_order([this](JobReport& report) { tell_(report.job, report.outcome, report.output); });
    Pool pool(suite_.width, suite_.timeout);
    pool.on_tick = suite_.on_tick;
    pool.run(count, play_, [&](JobReport report) {
      if (is_undecided(report)) {
        undecided_.push_back(report.job);
        in_order.pass_by(report.job);
        return going_;
      }
      judge(report);
      in_order.hear(std::move(report));
      return going_;
    });
    in_order.end();
  }

  void alone() {
    std::sort(undecided_.begin(), undecided_.end());
    for (const std::size_t number : undecided_) {
      for (int attempt = 2; attempt <= attempts && going_ && !interrupt_signal(); ++attempt) {
        JobReport report = play_alone(number);
        if (is_undecided(report) && attempt < attempts) continue;
        judge(report);
        tell_(number, report.outcome, report.output);
        break;
      }
    }
  }

 private:
  JobReport play_alone(std::size_t number) {
    JobReport result;
    Pool(1, suite_.timeout)
        .run(
            1, [&](std::size_t) { return play_(number); },
            [&](JobReport report) {
              result = std::move(report);
              return true;
            });
    result.job = number;
    return result;
  }

  /// The last word on a scenario.
  void judge(JobReport& report) {
    if (report.timed_out) {
      report.outcome = {Verdict::error, "no verdict within " + in_seconds(*suite_.timeout), *suite_.timeout,
                        true, false};
    } else if (is_undecided(report)) {
      report.outcome.verdict = Verdict::error;
      report.outcome.host_fault = true;
      report.outcome.reason = "inconclusive " + std::to_string(attempts) + " times: " + report.outcome.reason;
    }
    if (report.outcome.cannot_run || (suite_.fail_fast && is_bad(report.outcome))) going_ = false;
  }

  const Suite& suite_;
  const Play& play_;
  const Tell& tell_;
  std::vector<std::size_t> undecided_;
  bool going_ = true;
};

}  // namespace

void Suite::run(std::size_t count, const std::function<Outcome(std::size_t)>& play,
                const std::function<void(std::size_t, const Outcome&, const std::string&)>& tell) const {
  Run run(*this, play, tell);
  run.side_by_side(count);
  run.alone();
}

}  // namespace tcpcraft::runner
