// Every check of every scenario in the library is seen to fail: what the scenarios are is found when the test
// runs.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include <tcpcraft/scenario/reader.hpp>

#include "mutation.hpp"
#include "play.hpp"

namespace tcpcraft::library_test {
namespace {

namespace fs = std::filesystem;
using engine::Verdict;

/// TCPCRAFT_ALL_MUTATIONS=1 plays two variants of a file and all mutations; otherwise it is a sample, in
/// which every check of every file's first variant is made wrong once.
bool plays_all() {
  return std::getenv("TCPCRAFT_ALL_MUTATIONS") != nullptr;
}

/// Variants of a file have their steps in common.
std::size_t most_variants() {
  return plays_all() ? 2 : 1;
}

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

/// TCPCRAFT_SURVIVORS=1 prints the steps that nobody misses. TCPCRAFT_LIBRARY=FOLDER looks at other scenarios
/// than the bundled ones.
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
    for (std::size_t i = 0; i < std::min(most_variants(), reading.scenarios.size()); ++i)
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

/// A scenario that passes as it is; the others are none of this test's business.
struct Subject {
  const Entry* entry;
  bool in_full;  ///< with all mutations, not only one for each of its checks
};

std::vector<Subject> passing(const std::vector<Entry>& entries, std::string& refusal) {
  constexpr auto quick = std::chrono::milliseconds(250);
  const std::vector<Played> played =
      play_all(entries.size(), [&](std::size_t i) { return entries[i].scenario; });
  std::vector<Subject> result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (played[i].cannot_run) refusal = played[i].said;
    const bool first_variant = i == 0 || entries[i].file != entries[i - 1].file;
    if (played[i].verdict == Verdict::pass)
      result.push_back({&entries[i], plays_all() && first_variant && played[i].took < quick});
    else
      std::printf("left out, for it does not pass here: %s: %s\n", entries[i].name().c_str(),
                  played[i].said.c_str());
  }
  return result;
}

struct Job {
  const Entry* entry;
  Mutation mutation;
  Played played;

  bool killed() const { return kills(mutation, played); }
  /// What was not to fail did, or the host was too late: nothing is known of the mutation.
  bool unjudged() const {
    return played.verdict == Verdict::inconclusive ||
           (played.verdict == Verdict::fail && played.step < mutation.fails_at);
  }
  std::string text() const {
    std::string text = entry->place(mutation.step) + "\n  " + mutation.what + ": ";
    if (played.verdict == Verdict::pass) return text + "it passes all the same";
    if (played.verdict != Verdict::fail) return text + played.said;
    return text + "instead of step " + std::to_string(mutation.fails_at) + ", step " +
           std::to_string(played.step) + " fails: " + played.said;
  }
};

/// One mutation for each check, from step to step another one of those that there are. What fails only later
/// is taken where there is no other.
std::vector<Mutation> sample(std::vector<Mutation> all) {
  std::vector<Mutation> result;
  for (auto first = all.begin(); first != all.end();) {
    const std::size_t step = first->step;
    const auto next = std::find_if(first, all.end(), [&](const Mutation& m) { return m.step != step; });
    const auto certain = std::find_if(first, next, [](const Mutation& m) { return m.or_later; }) - first;
    result.push_back(std::move(first[certain == 0 ? 0 : static_cast<std::ptrdiff_t>(step) % certain]));
    first = next;
  }
  return result;
}

std::vector<Job> jobs_for(const std::vector<Subject>& subjects) {
  std::vector<Job> jobs;
  for (const Subject& subject : subjects) {
    std::vector<Mutation> mutations = mutations_of(subject.entry->scenario);
    if (!subject.in_full) mutations = sample(std::move(mutations));
    for (Mutation& mutation : mutations) jobs.push_back({subject.entry, std::move(mutation), {}});
  }
  return jobs;
}

void play(std::vector<Job*> jobs) {
  constexpr int rounds = 4;
  for (int round = 0; round < rounds && !jobs.empty(); ++round) {
    const std::vector<Played> played = play_all(jobs.size(), [&](std::size_t i) {
      scenario::Scenario mutant = jobs[i]->entry->scenario;
      jobs[i]->mutation.apply(mutant);
      return mutant;
    });
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i]->played = played[i];
    std::erase_if(jobs, [](const Job* job) { return !job->unjudged(); });
  }
}

TEST(Library, every_check_can_fail) {
  const std::vector<Entry> entries = library();
  ASSERT_FALSE(entries.empty());
  std::string refusal;
  const std::vector<Subject> subjects = passing(entries, refusal);
  if (subjects.empty()) GTEST_SKIP() << refusal;
  std::vector<Job> jobs = jobs_for(subjects);
  std::vector<Job*> all;
  for (Job& job : jobs) all.push_back(&job);
  play(all);
  std::size_t killed = 0;
  std::string missed_by_nobody;
  for (const Job& job : jobs) {
    if (job.killed())
      ++killed;
    else if (job.unjudged())
      std::printf("could not be judged: %s\n", job.text().c_str());
    else if (job.mutation.or_later)  // a timer's segment may come only when a later step has been played
      missed_by_nobody += job.text() + "\n";
    else
      ADD_FAILURE() << job.text();
  }
  EXPECT_GT(2 * killed, jobs.size());
  if (std::getenv("TCPCRAFT_SURVIVORS")) std::printf("%s", missed_by_nobody.c_str());
  std::printf("%zu scenarios, %zu mutations, %zu killed\n", subjects.size(), jobs.size(), killed);
}

}  // namespace
}  // namespace tcpcraft::library_test
