#include "find.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tcpcraft::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> folders(const Options& options) {
  std::vector<std::string> result;
  const char* environment = std::getenv("TCPCRAFT_SCENARIOS");
  std::istringstream named(environment ? environment : "");
  for (std::string folder; std::getline(named, folder, ':');) result.push_back(folder);
  result.insert(result.end(), options.folders.begin(), options.folders.end());
  std::erase(result, "");
  return result;
}

}  // namespace

std::optional<std::string> find(const std::string& path, const Options& options) {
  std::error_code ignored;
  if (fs::path(path).is_absolute()) return fs::exists(path, ignored) ? std::optional(path) : std::nullopt;
  for (const std::string& folder : folders(options)) {
    const fs::path candidate = folder == "." ? fs::path(path) : fs::path(folder) / path;
    if (fs::exists(candidate, ignored)) return candidate.string();
  }
  return {};
}

std::string searched(const Options& options) {
  std::string result;
  for (const std::string& folder : folders(options)) result += (result.empty() ? "" : ", ") + folder;
  return result.empty() ? "no folder" : result;
}

std::vector<std::string> scenarios_in(const std::string& folder, const Options& options) {
  std::vector<std::string> result;
  std::error_code error;
  const std::optional<std::string> place = find(folder, options);
  if (!place) return result;
  for (const auto& entry : fs::recursive_directory_iterator(*place, error))
    if (entry.path().extension() == ".scn" && entry.is_regular_file(error))
      result.push_back((fs::path(folder) / fs::relative(entry.path(), *place)).string());
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace tcpcraft::testing
