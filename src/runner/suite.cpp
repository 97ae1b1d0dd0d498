#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <poll.h>

#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/pool.hpp>
#include <tcpcraft/runner/suite.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::runner {
namespace {

using engine::Verdict;

constexpr std::size_t attempts = 10;

bool is_bad(const Outcome& outcome) {
  return outcome.verdict == Verdict::fail || outcome.verdict == Verdict::error;
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

/// A scenario that has to be played again, and what became of it so far.
struct Again {
  JobReport last;
  std::size_t attempts = 0;
  std::vector<Outcome> failures;  ///< of the attempts before the last
  std::string output;             ///< of those, too

  void add(JobReport report) {
    if (attempts > 0 && last.outcome.verdict == Verdict::fail) {
      failures.push_back(last.outcome);
      output += last.output;
    }
    ++attempts;
    last = std::move(report);
  }
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
    pool.on_tick = ticks([this](std::size_t job) { return number(job); });
    pool.run(
        count, [this](std::size_t job) { return play_(number(job)); },
        [&](JobReport report) {
          report.job = number(report.job);
          hear(std::move(report), in_order);
          return going_;
        });
    in_order.end();
  }

  /// All that is left to be played, in this process or in one of its own.
  void alone() {
    for (auto& [number, again] : again_) {
      while (again.attempts == 0 || wants_more(again)) {
        wait_before(again.attempts);
        if (!going_ || interrupt_signal()) break;
        again.add(suite_.in_process ? JobReport{number, play_(number), "", false, false}
                                    : play_alone(number));
      }
      const bool undecided = is_inconclusive(again.last) && wants_more(again) && again.failures.empty();
      if (again.attempts == 0 || undecided) continue;
      judge(again);
      tell_(number, again.last.outcome, again.output + again.last.output);
    }
  }

  void nothing_played_yet(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) again_[i];
  }

 private:
  /// A host that is too busy now may not be in a moment: longer and longer, half a second at last.
  static void wait_before(std::size_t attempt) {
    if (attempt > 0) ::poll(nullptr, 0, 1 << attempt);
  }

  std::size_t number(std::size_t job) const { return suite_.order.empty() ? job : suite_.order[job]; }

  /// `number`: of a job.
  std::function<void(const Busy&)> ticks(std::function<std::size_t(std::size_t)> number) const {
    if (!suite_.on_tick) return {};
    return [this, number = std::move(number)](Busy busy) {
      busy.ended = judged_;
      busy.oldest = number(busy.oldest);
      suite_.on_tick(busy);
    };
  }

  static bool is_inconclusive(const JobReport& report) {
    return report.outcome.verdict == Verdict::inconclusive && !report.timed_out;
  }

  bool wants_more(const Again& again) const {
    if (again.last.timed_out) return false;
    if (again.last.outcome.verdict == Verdict::fail) return again.failures.size() < suite_.retries;
    return is_inconclusive(again.last) && again.attempts < attempts + again.failures.size();
  }

  void hear(JobReport report, InOrder& in_order) {
    const std::size_t number = report.job;
    Again first;
    first.add(std::move(report));
    if (wants_more(first)) {
      again_[number] = std::move(first);
      return in_order.pass_by(number);
    }
    judge(first);
    if (!is_bad(first.last.outcome) || !suite_.bad_news_first) return in_order.hear(std::move(first.last));
    tell_(number, first.last.outcome, first.last.output);
    in_order.pass_by(number);
  }

  JobReport play_alone(std::size_t number) {
    JobReport result;
    Pool pool(1, suite_.timeout);
    pool.on_tick = ticks([number](std::size_t) { return number; });
    pool.run(
        1, [&](std::size_t) { return play_(number); },
        [&](JobReport report) {
          result = std::move(report);
          return true;
        });
    result.job = number;
    return result;
  }

  /// The last word on a scenario.
  void judge(Again& again) {
    JobReport& report = again.last;
    ++judged_;
    if (report.timed_out) {
      report.outcome = {Verdict::error, "no verdict within " + wire::format_duration(*suite_.timeout),
                        *suite_.timeout, true, false};
    } else if (report.killed) {
      report.outcome = {Verdict::skip, "interrupted, and it did not stop", {}, false, false};
    } else if (is_inconclusive(report)) {
      report.outcome.verdict = Verdict::error;
      report.outcome.host_fault = true;
      report.outcome.reason = "inconclusive " + std::to_string(attempts) + " times: " + report.outcome.reason;
    }
    const bool says_more = report.outcome.verdict == Verdict::pass || report.outcome.verdict == Verdict::fail;
    if (!again.failures.empty() && !says_more) report.outcome = again.failures.back();
    report.outcome.attempts = again.attempts;
    report.outcome.failures = again.failures.size();
    if (report.outcome.cannot_run || (suite_.fail_fast && is_bad(report.outcome))) going_ = false;
  }

  const Suite& suite_;
  const Play& play_;
  const Tell& tell_;
  std::map<std::size_t, Again> again_;
  std::size_t judged_ = 0;
  bool going_ = true;
};

}  // namespace

void Suite::run(std::size_t count, const std::function<Outcome(std::size_t)>& play,
                const std::function<void(std::size_t, const Outcome&, const std::string&)>& tell) const {
  Run run(*this, play, tell);
  in_process || width == 1 ? run.nothing_played_yet(count) : run.side_by_side(count);
  run.alone();
}

}  // namespace tcpcraft::runner
