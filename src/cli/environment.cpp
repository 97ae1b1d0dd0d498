#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>

#include "selection.hpp"

namespace tcpcraft::cli {
namespace {

constexpr std::size_t most = 1'000'000;

std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return {};
  return value;
}

/// Nothing where the variable is not set, or empty.
std::optional<std::size_t> variable(const std::string& name) {
  const char* const text = std::getenv(name.c_str());
  if (!text || !*text) return {};
  const std::optional<std::size_t> value = parse_number(text);
  if (!value) throw UsageError(name + "='" + text + "' is not a number");
  return value;
}

std::size_t needed(const std::string& name, const std::string& beside) {
  if (const auto value = variable(name)) return *value;
  throw UsageError(beside + " is set, but not " + name);
}

results::Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto number = parse_number(text.substr(0, slash));
  const auto count = parse_number(slash == text.npos ? "" : text.substr(slash + 1));
  if (!number || !count || *number < 1 || *number > *count)
    throw UsageError("--shard '" + text + "' is not i/n with i from 1 to n, as in 2/4");
  return {*number, *count};
}

/// Tells whoever started us that we know what a shard is.
void touch_status_file() {
  const char* const path = std::getenv("TEST_SHARD_STATUS_FILE");
  if (path && *path && !std::ofstream(path, std::ios::app))
    throw UsageError(std::string("TEST_SHARD_STATUS_FILE: ") + path + " cannot be written");
}

/// GoogleTest's protocol counts from 0.
std::optional<ShardChoice> shard_of_test_runner() {
  const auto count = variable("TEST_TOTAL_SHARDS");
  if (!count) return {};
  touch_status_file();
  const std::size_t index = needed("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS");
  if (*count < 1 || index >= *count)
    throw UsageError("TEST_SHARD_INDEX=" + std::to_string(index) +
                     " is not below TEST_TOTAL_SHARDS=" + std::to_string(*count));
  return ShardChoice{{index + 1, *count}, "TEST_SHARD_INDEX"};
}

/// An array may begin anywhere and have a step; what a list of tasks with other gaps means is not told.
std::optional<ShardChoice> shard_of_slurm_array() {
  const std::string name = "SLURM_ARRAY_TASK_ID";
  const auto id = variable(name);
  if (!id) return {};
  const std::size_t first = needed("SLURM_ARRAY_TASK_MIN", name);
  const std::size_t count = needed("SLURM_ARRAY_TASK_COUNT", name);
  const std::size_t step = variable("SLURM_ARRAY_TASK_STEP").value_or(1);
  const std::size_t last = variable("SLURM_ARRAY_TASK_MAX").value_or(first + (count - 1) * step);
  const bool even = step >= 1 && count >= 1 && last == first + (count - 1) * step;
  if (!even || *id < first || *id > last || (*id - first) % step != 0)
    throw UsageError(name + "=" + std::to_string(*id) + " is none of " + std::to_string(count) +
                     " tasks from SLURM_ARRAY_TASK_MIN=" + std::to_string(first) +
                     " in even steps: say which part is meant with --shard i/n");
  return ShardChoice{{(*id - first) / step + 1, count}, name};
}

}  // namespace

void heed_test_runner(RunCommand& command) {
  const auto text = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value ? value : "");
  };
  std::string outputs = text("TEST_UNDECLARED_OUTPUTS_DIR");
  if (outputs.empty()) outputs = text("TEST_TMPDIR");
  if (!command.captures_named && !outputs.empty()) command.captures = outputs + "/captures";
  if (command.results.junit.empty()) command.results.junit = text("XML_OUTPUT_FILE");
  const std::string filter = text("TESTBRIDGE_TEST_ONLY");
  if (command.filters.empty() && !filter.empty()) command.filters.push_back(filter);
}

ShardChoice choose_shard(const std::string& option) {
  if (!option.empty()) return {parse_shard(option), "--shard"};
  if (const auto choice = shard_of_test_runner()) return *choice;
  if (const auto choice = shard_of_slurm_array()) return *choice;
  return {};
}

}  // namespace tcpcraft::cli
