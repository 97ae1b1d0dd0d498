#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <sstream>
#include <system_error>
#include <utility>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/run.hpp>
#include <tcpcraft/runner/suite.hpp>
#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/testing/play.hpp>

#include "find.hpp"

namespace tcpcraft::testing {
namespace {

namespace fs = std::filesystem;
using engine::Verdict;

constexpr std::size_t most_at_a_time = 8;

/// A scenario file and which of its variants are meant: `ip=6`; empty: all.
struct Chosen {
  std::string path, variant;
};

Chosen choose(const std::string& path, const Options& options) {
  if (path.ends_with(']') && !find(path, options))
    for (std::size_t at = 0; (at = path.find('[', at)) != path.npos; ++at)
      if (find(path.substr(0, at), options))
        return {path.substr(0, at), path.substr(at + 1, path.size() - at - 2)};
  return {path, ""};
}

bool is_chosen(const scenario::Variant& variant, const std::string& wanted) {
  std::istringstream parts(wanted);
  for (std::string part; std::getline(parts, part, ',');)
    if (std::none_of(variant.begin(), variant.end(),
                     [&](const auto& given) { return given.first + "=" + given.second == part; }))
      return false;
  return true;
}

Played refused(const std::string& name, const std::string& file, std::size_t line, std::string why) {
  return {name, file, Verdict::error, line, std::move(why), {}};
}

/// The scenarios of one file, played side by side.
class Playing {
 public:
  Playing(scenario::Source source, std::string name, const Options& options)
      : source_(std::move(source)), name_(std::move(name)), options_(options) {}

  std::vector<Played> all(const std::string& variant) {
    scenario::Reading reading = scenario::read(source_, scenario::files_beside(source_.name));
    if (!reading.diagnostics.empty()) return {invalid(reading.diagnostics)};
    std::erase_if(reading.scenarios, [&](const auto& one) { return !is_chosen(one.variant, variant); });
    if (reading.scenarios.empty())
      return {refused(name_, source_.name, 0, source_.name + ": no variant [" + variant + "]")};
    scenarios_ = std::move(reading.scenarios);
    std::vector<Played> played(scenarios_.size());
    const runner::Suite suite{.width = most_at_a_time};
    suite.run(
        scenarios_.size(), [this](std::size_t i) { return outcome(scenarios_[i]); },
        [&](std::size_t i, const runner::Outcome& outcome, const std::string&) {
          played[i] = decode(i, outcome);
        });
    return played;
  }

 private:
  std::string name_of(const scenario::Scenario& one) const {
    return name_ + scenario::variant_name(one.variant);
  }

  Played invalid(const std::vector<scenario::Diagnostic>& diagnostics) const {
    std::string text;
    for (const scenario::Diagnostic& diagnostic : diagnostics)
      text += report::format_diagnostic(source_, diagnostic, report::Style()) + "\n";
    return refused(name_, source_.name, source_.position(diagnostics.front().span.begin).line, text);
  }

  /// In the child.
  runner::Outcome outcome(const scenario::Scenario& one) {
    try {
      return play(one);
    } catch (const runner::CannotRun& error) {
      return {Verdict::skip, error.what()};
    } catch (const std::system_error& error) {
      return {Verdict::error, error.what()};
    }
  }

  runner::Outcome play(const scenario::Scenario& one) {
    runner::RunOptions options;
    options.seed = options_.seed ? *options_.seed : std::random_device()();
    std::optional<runner::Capture> capture = open_capture(one);
    if (capture) options.tap = &*capture;
    options.link = &link_;
    runner::Prepared prepared = runner::prepare(one);
    if (prepared.refused) return {prepared.refused->verdict, prepared.refused->reason};
    options.drops = prepared.drops.get();
    runner::enter_network(runner::Net::isolated);
    engine::SystemClock clock;
    const std::optional<engine::Result> unfurnished = runner::furnish(one, runner::Net::isolated);
    return encode(one, unfurnished ? *unfurnished : runner::play(one, options, clock), options.seed);
  }

  std::string capture_path(const scenario::Scenario& one) const {
    if (options_.captures.empty()) return "";
    std::string name = name_of(one);
    std::replace(name.begin(), name.end(), '/', '-');
    return (fs::path(options_.captures) / (name + ".pcap")).string();
  }

  std::optional<runner::Capture> open_capture(const scenario::Scenario& one) const {
    if (options_.captures.empty()) return {};
    fs::create_directories(options_.captures);
    return runner::Capture(capture_path(one));
  }

  /// `LINE TEXT`, through the outcome's reason.
  runner::Outcome encode(const scenario::Scenario& one, const engine::Result& result,
                         std::uint64_t seed) const {
    std::size_t line = 0;
    std::string text = result.reason;
    if (result.mismatch) {
      line = source_.position(result.mismatch->span.begin).line;
      text = report::format_failure(source_, one, result, {capture_path(one), again(one, seed)},
                                    report::Style());
    } else if (result.verdict == Verdict::error && result.place) {
      line = source_.position(result.place->begin).line;
      text = report::format_diagnostic(source_, {*result.place, result.reason, ""}, report::Style());
    }
    if (line != 0) text = std::to_string(line) + '\n' + text;
    return {result.verdict, std::move(text), result.took};
  }

  std::string again(const scenario::Scenario& one, std::uint64_t seed) const {
    if (!fs::exists(source_.name)) return "";
    return "tcpcraft run -v --seed " + std::to_string(seed) + " '" + source_.name +
           scenario::variant_name(one.variant) + "'";
  }

  Played decode(std::size_t i, const runner::Outcome& outcome) const {
    Played played{name_of(scenarios_[i]), source_.name, outcome.verdict, 0, outcome.reason, outcome.took};
    const std::size_t end = played.text.find('\n');
    const std::string number = played.text.substr(0, end);
    if (end == number.npos || number.find_first_not_of("0123456789") != number.npos) return played;
    played.line = std::stoul(number);
    played.text.erase(0, end + 1);
    return played;
  }

  scenario::Source source_;
  std::string name_;
  const Options& options_;
  std::vector<scenario::Scenario> scenarios_;
  std::unique_ptr<transport::Link> link_;  // in the child: closed with it, after the verdict has been told
};

}  // namespace

std::vector<Played> play(const std::string& path, const Options& options) {
  const Chosen chosen = choose(path, options);
  const std::optional<std::string> file = find(chosen.path, options);
  if (!file)
    return {
        refused(path, chosen.path, 0, chosen.path + ": no such scenario; looked in " + searched(options))};
  try {
    return Playing(scenario::load(*file), chosen.path, options).all(chosen.variant);
  } catch (const std::system_error& error) {
    return {refused(path, *file, 0, error.what())};
  }
}

std::vector<Played> play_text(const std::string& text, const std::string& name, const Options& options) {
  try {
    return Playing({name, text}, name, options).all("");
  } catch (const std::system_error& error) {
    return {refused(name, name, 0, error.what())};
  }
}

}  // namespace tcpcraft::testing
