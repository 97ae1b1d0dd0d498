#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/report/style.hpp>
#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/scenario/reader.hpp>

#include "commands.hpp"

namespace tcpcraft::cli {

/// The style that `--color` asks for.
report::Style style_for(const std::string& color);

/// How wide the terminal is; nothing where standard output is none.
std::optional<std::size_t> terminal_columns();

/// Prints at once, so that a child's lines come in their place. Throws os::SystemError.
void print(const std::string& text);

/// The names of what an interrupt or a failure left out, as many as fit; empty where there are none.
std::string format_not_run(const std::vector<std::string>& names);

/// A scenario file, and which of its variants are meant.
struct ScenarioFile {
  std::string path;
  std::string variant;  ///< `ip=6`; empty: all
  bool named = true;    ///< on the command line; else it was found in a folder

  /// Whether all that `variant` says holds for this one.
  bool means(const scenario::Variant& one) const;
};

/// What verdicts call a scenario: `scenarios/close/half_close[ip=6]`. Of a file that cannot be used there is
/// none.
std::string scenario_name(const std::string& path, const scenario::Variant& variant);

/// The scenario files that `paths` name: files as they are, with or without `.scn` and `[ip=6]` behind them,
/// the
/// `.scn` files of folders in the order of their names. Throws UsageError for a path that leads nowhere.
std::vector<ScenarioFile> scenario_files(const std::vector<std::string>& paths);

enum class Choice {
  play,
  leave_out,
  too_slow,  ///< it is tagged `slow`, and neither it nor that was asked for
};
Choice choose(const Selection& selection, const ScenarioFile& file, const scenario::Scenario& scenario);

/// One line on how many scenarios were `too_slow`; empty where none was.
std::string format_too_slow(std::size_t count);

/// A file as it was read. None of its scenarios can be used where anything is wrong with it.
struct ReadFile {
  scenario::Source source;
  std::vector<scenario::Scenario> scenarios;
  std::vector<scenario::Diagnostic> diagnostics;
  std::string error;  ///< why it could not be read at all

  /// All that is wrong with it.
  std::string complaints(const report::Style& style) const;
};

/// Reads the scenarios that `file` means. Throws UsageError where there is no such variant.
ReadFile read_scenarios(const ScenarioFile& file);

/// Reads only one, which was found in the file before.
ReadFile read_again(const std::string& path, const scenario::Variant& variant);

/// A file that a command writes in the end, opened at once: being unable to is known before the work is done,
/// and from inside a private network other users' folders are out of reach. Its old content stays until then.
class OutputFile {
 public:
  /// No file where `path` is empty. Throws std::system_error.
  explicit OutputFile(const std::string& path);
  /// Writes what `text` makes, where there is a file. Throws std::system_error.
  void write(const std::function<std::string()>& text) const;

 private:
  std::string path_;
  os::UniqueFd fd_;
};

/// What `body` returns, or what became of it where it threw: nothing can run here, the command line is wrong,
/// or the system refused.
runner::Outcome outcome_of(const std::function<runner::Outcome()>& body);

}  // namespace tcpcraft::cli
