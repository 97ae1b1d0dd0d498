#include "common.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/report/console.hpp>

namespace tcpcraft::cli {

namespace fs = std::filesystem;

report::Style style_for(const std::string& color) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool wanted = ::isatty(STDOUT_FILENO) && !(no_color && *no_color);
  return report::Style(color == "always" || (color == "auto" && wanted));
}

std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) throw os::SystemError("write the standard output");
}

std::string format_not_run(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  constexpr std::size_t most = 10;
  std::string text = "not run:\n";
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    text += "  " + report::printable(names[i]) + "\n";
  return text + (names.size() > most ? "  and " + std::to_string(names.size() - most) + " more\n" : "");
}

namespace {

bool exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// `close.scn[ip=6]`, or without the `.scn`, as verdicts name it.
ScenarioFile find_file(const std::string& path) {
  for (const std::string& file : {path, path + ".scn"})
    if (exists(file)) return {file, "", true};
  for (std::size_t at = 0; path.ends_with(']') && (at = path.find('[', at)) != path.npos; ++at)
    for (const std::string& file : {path.substr(0, at), path.substr(0, at) + ".scn"})
      if (exists(file) && !fs::is_directory(file))
        return {file, path.substr(at + 1, path.size() - at - 2), true};
  throw UsageError(path + ": no such file or folder");
}

}  // namespace

bool ScenarioFile::means(const scenario::Variant& one) const {
  if (variant.empty() || "[" + variant + "]" == scenario::variant_name(one)) return true;
  std::istringstream parts(variant);
  for (std::string part; std::getline(parts, part, ',');)
    if (std::none_of(one.begin(), one.end(),
                     [&](const auto& given) { return given.first + "=" + given.second == part; }))
      return false;
  return true;
}

std::string scenario_name(const std::string& path, const scenario::Variant& variant) {
  return (path.ends_with(".scn") ? path.substr(0, path.size() - 4) : path) + scenario::variant_name(variant);
}

std::vector<ScenarioFile> scenario_files(const std::vector<std::string>& paths) {
  std::vector<ScenarioFile> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(find_file(path));
      continue;
    }
    const std::size_t first = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.path().extension() == ".scn" && entry.is_regular_file())
        files.push_back({entry.path().string(), "", false});
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end(),
              [](const ScenarioFile& a, const ScenarioFile& b) { return a.path < b.path; });
    if (files.size() == first) throw UsageError(path + ": no .scn files in this folder");
  }
  return files;
}

namespace {

constexpr const char* slow_tag = "slow";

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// `*` stands for any text and `?` for any character; all others for themselves, brackets too, which names
/// have.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches(pattern.substr(1), text.substr(1));
}

/// Whether the pattern matches the name from any folder on, with or without the variant.
bool is_called(const std::string& pattern, const std::string& file, const std::string& variant) {
  for (std::string name = file;;) {
    if (matches(pattern, name) || matches(pattern, name + variant)) return true;
    const std::size_t slash = name.find('/');
    if (slash == name.npos) return false;
    name.erase(0, slash + 1);
  }
}

}  // namespace

Choice choose(const Selection& selection, const ScenarioFile& file, const scenario::Scenario& scenario) {
  const auto has_one_of = [&](const std::vector<std::string>& tags) {
    return std::any_of(tags.begin(), tags.end(),
                       [&](const std::string& tag) { return contains(scenario.tags, tag); });
  };
  if (!selection.tags.empty() && !has_one_of(selection.tags)) return Choice::leave_out;
  if (has_one_of(selection.skipped_tags)) return Choice::leave_out;
  const std::string name = scenario_name(file.path, {}), variant = scenario::variant_name(scenario.variant);
  const auto is_wanted = [&](const std::string& filter) { return is_called(filter, name, variant); };
  if (!selection.filters.empty() &&
      std::none_of(selection.filters.begin(), selection.filters.end(), is_wanted))
    return Choice::leave_out;
  const bool asked_for = file.named || selection.slow || contains(selection.tags, slow_tag);
  return contains(scenario.tags, slow_tag) && !asked_for ? Choice::too_slow : Choice::play;
}

std::string format_too_slow(std::size_t count) {
  if (count == 0) return "";
  return std::to_string(count) + (count == 1 ? " slow scenario was" : " slow scenarios were") +
         " left out: --slow plays " + (count == 1 ? "it" : "them") + ", too\n";
}

std::string ReadFile::complaints(const report::Style& style) const {
  std::string text;
  if (!error.empty()) text = style.red("error") + ": " + report::printable(error) + "\n";
  for (const scenario::Diagnostic& diagnostic : diagnostics)
    text += report::format_diagnostic(source, diagnostic, style) + "\n";
  return text;
}

namespace {

ReadFile read_file(const std::string& path, const scenario::Variant* only) {
  ReadFile file;
  try {
    file.source = scenario::load(path);
  } catch (const std::system_error& error) {
    file.error = error.what();
    return file;
  }
  const scenario::FileReader files = scenario::files_beside(path);
  scenario::Reading reading =
      only ? scenario::read(file.source, files, *only) : scenario::read(file.source, files);
  file.scenarios = std::move(reading.scenarios);
  file.diagnostics = std::move(reading.diagnostics);
  return file;
}

}  // namespace

ReadFile read_scenarios(const ScenarioFile& file) {
  ReadFile read = read_file(file.path, nullptr);
  if (read.scenarios.empty()) return read;
  std::string names;
  for (const scenario::Scenario& one : read.scenarios)
    names += (names.empty() ? "" : ", ") + scenario::variant_name(one.variant);
  std::erase_if(read.scenarios, [&](const scenario::Scenario& one) { return !file.means(one.variant); });
  if (read.scenarios.empty())
    throw UsageError(file.path + ": no variant [" + file.variant + "]" +
                     (names.empty() ? "; there is no 'for' in it" : "; there are " + names));
  return read;
}

ReadFile read_again(const std::string& path, const scenario::Variant& variant) {
  ReadFile file = read_file(path, &variant);
  if (file.scenarios.empty() && file.diagnostics.empty() && file.error.empty())
    file.error = scenario_name(path, variant) + " is no longer there: the file has changed";
  return file;
}

OutputFile::OutputFile(const std::string& path) : path_(path) {
  if (!path.empty())
    fd_ = os::UniqueFd(os::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666), "open " + path));
}

void OutputFile::write(const std::function<std::string()>& text) const {
  if (!fd_) return;
  const std::string content = text();
  os::check(::ftruncate(fd_.get(), 0), "truncate " + path_);
  os::check(os::write_all(fd_.get(), content) ? 0 : -1, "write " + path_);
}

std::size_t default_jobs() {
  return 8 * std::max(1u, std::thread::hardware_concurrency());
}

runner::Outcome outcome_of(const std::function<runner::Outcome()>& body) {
  try {
    return body();
  } catch (const runner::CannotRun& error) {
    return {engine::Verdict::skip, error.what(), {}, true, true};
  } catch (const UsageError& error) {
    return {engine::Verdict::error, error.what(), {}, false, false};
  } catch (const std::system_error& error) {
    // The kernel did not come to prepare the network, and may in a moment.
    const bool too_busy = error.code() == std::errc::timed_out;
    return {too_busy ? engine::Verdict::inconclusive : engine::Verdict::error, error.what(), {}, true, false};
  }
}

}  // namespace tcpcraft::cli
