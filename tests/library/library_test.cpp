// Every check of every scenario in the library is seen to fail: what the scenarios are is found when the test
// runs.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include <tcpcraft/scenario/reader.hpp>

#include "mutation.hpp"
#include "play.hpp"

namespace tcpcraft::library_test {
namespace {

namespace fs = std::filesystem;
using engine::Verdict;

constexpr std::size_t most_variants = 2;  // of a file: they have their steps in common

struct Entry {
  std::string file;  ///< below scenarios/
  scenario::Source source;
  scenario::Scenario scenario;

  std::string name() const { return file + scenario::variant_name(scenario.variant); }
  std::string place(std::size_t step) const {
    const scenario::Span span = scenario.steps[step].value;
    return name() + ":" + std::to_string(source.position(span.begin).line) + ": " +
           source.text.substr(span.begin, std::min<std::size_t>(span.end - span.begin, 60));
  }
};

bool is_slow(const scenario::Scenario& scenario) {
  return std::find(scenario.tags.begin(), scenario.tags.end(), "slow") != scenario.tags.end();
}

/// TCPCRAFT_LIBRARY=FOLDER looks at other scenarios than the bundled ones.
fs::path library_folder() {
  const char* other = std::getenv("TCPCRAFT_LIBRARY");
  return other ? fs::path(other) : fs::path(TCPCRAFT_SOURCE_DIR) / "scenarios";
}

std::vector<Entry> library() {
  const fs::path folder = library_folder();
  std::vector<fs::path> files;
  for (const auto& found : fs::recursive_directory_iterator(folder))
    if (found.path().extension() == ".scn") files.push_back(found.path());
  std::sort(files.begin(), files.end());
  std::vector<Entry> entries;
  for (const fs::path& file : files) {
    const scenario::Source source = scenario::load(file);
    scenario::Reading reading = scenario::read(source, scenario::files_beside(file.string()));
    EXPECT_TRUE(reading.diagnostics.empty()) << file;
    for (std::size_t i = 0; i < std::min(most_variants, reading.scenarios.size()); ++i)
      if (!is_slow(reading.scenarios[i]))
        entries.push_back({fs::relative(file, folder).string(), source, reading.scenarios[i]});
  }
  return entries;
}

/// Whether a mutation made its scenario fail for the right reason.
bool kills(const Mutation& mutation, const Played& played) {
  if (played.verdict != Verdict::fail) return false;
  if (mutation.or_later) return played.step >= mutation.fails_at;
  if (played.step != mutation.fails_at) return false;
  if (!mutation.part) return true;
  if (mutation.part == wire::Part::within) return played.said.find("too early") != std::string::npos;
  return std::find(played.differing.begin(), played.differing.end(), *mutation.part) !=
         played.differing.end();
}

struct Job {
  const Entry* entry;
  Mutation mutation;
};

std::string describe(const Job& job, const Played& played) {
  std::string text = job.entry->place(job.mutation.step) + "\n  survived: " + job.mutation.what;
  if (played.verdict == Verdict::pass) return text + ": it passes\n";
  return text + ": instead of step " + std::to_string(job.mutation.fails_at) + ", step " +
         std::to_string(played.step) + ": " + played.said + "\n";
}

/// Those that pass as they are; the others are none of this test's business.
std::vector<const Entry*> passing(const std::vector<Entry>& entries, std::string& refusal) {
  const std::vector<Played> played =
      play_all(entries.size(), [&](std::size_t i) { return entries[i].scenario; });
  std::vector<const Entry*> result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (played[i].cannot_run) refusal = played[i].said;
    if (played[i].verdict == Verdict::pass)
      result.push_back(&entries[i]);
    else
      std::printf("left out, for it does not pass here: %s: %s\n", entries[i].name().c_str(),
                  played[i].said.c_str());
  }
  return result;
}

std::vector<Job> jobs_for(const std::vector<const Entry*>& entries) {
  std::vector<Job> jobs;
  for (const Entry* entry : entries)
    for (Mutation& mutation : mutations_of(entry->scenario)) jobs.push_back({entry, std::move(mutation)});
  return jobs;
}

TEST(Library, every_check_can_fail) {
  const std::vector<Entry> entries = library();
  ASSERT_FALSE(entries.empty());
  std::string refusal;
  const std::vector<const Entry*> playable = passing(entries, refusal);
  if (playable.empty()) GTEST_SKIP() << refusal;
  const std::vector<Job> jobs = jobs_for(playable);
  const std::vector<Played> played = play_all(jobs.size(), [&](std::size_t i) {
    scenario::Scenario mutant = jobs[i].entry->scenario;
    jobs[i].mutation.apply(mutant);
    return mutant;
  });
  std::map<std::pair<const Entry*, std::size_t>, int> kills_of;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Mutation& mutation = jobs[i].mutation;
    const bool killed = kills(mutation, played[i]);
    kills_of[{jobs[i].entry, mutation.step}] += killed ? 1 : 0;
    if (killed || played[i].verdict == Verdict::inconclusive) continue;
    const std::string survivor = describe(jobs[i], played[i]);
    // A timer's segment may not have come yet when a later step sends: then nobody misses its `expect`.
    if (mutation.or_later)
      std::printf("%s", survivor.c_str());
    else
      ADD_FAILURE() << survivor;
  }
  for (const Entry* entry : playable)
    for (std::size_t step = 0; step < entry->scenario.steps.size(); ++step) {
      const auto found = kills_of.find({entry, step});
      if (found == kills_of.end() || found->second > 0) continue;
      ADD_FAILURE() << entry->place(step) << "\n  nothing makes this step fail";
    }
  std::printf("%zu scenarios, %zu mutations\n", playable.size(), jobs.size());
}

}  // namespace
}  // namespace tcpcraft::library_test
