// What `run` captures is recorded and run again: all of the library, every variant of it.

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

constexpr int shards = 6;

/// Why a capture of a run that passed is no scenario.
const std::vector<std::string> allowed_reasons{
    "there is no such connection in it",  // the scenario was skipped here
};

/// The lines in which `record` tells of a capture that it could not record for another reason.
std::string unexpected(const std::string& output) {
  std::istringstream lines(output);
  std::string line, result;
  while (std::getline(lines, line)) {
    if (!line.starts_with("tcpcraft: ")) continue;
    const bool allowed =
        std::any_of(allowed_reasons.begin(), allowed_reasons.end(),
                    [&](const std::string& reason) { return line.find(reason) != std::string::npos; });
    if (!allowed) result += line + "\n";
  }
  return result;
}

/// Plays the arguments' share of the library, records the captures and plays what was recorded.
Ran round_trip(const fs::path& folder, const std::string& shard) {
  const std::string library = (source_dir / "scenarios").string();
  const Ran played = tcpcraft(folder, {"run", "-q", "--shard", shard, "--captures", "first", library});
  if (played.exit_code != 0) return played;
  std::vector<std::string> record{"record", "--no-check", "--force", "-o", "recorded"};
  for (const fs::path& capture : files_in(folder / "first", ".pcap")) record.push_back(capture.string());
  EXPECT_GT(record.size(), 80u);
  const Ran recorded = tcpcraft(folder, record);
  EXPECT_EQ(unexpected(recorded.output), "");
  return tcpcraft(folder, {"run", "-q", "--captures", "second", "recorded"});
}

class RoundTrip : public testing::TestWithParam<int> {};

TEST_P(RoundTrip, what_run_captures_is_recorded_and_passes) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string shard = std::to_string(GetParam()) + "/" + std::to_string(shards);
  // What a kernel does while the host holds it up is captured, too, and does not come again.
  constexpr int attempts = 3;
  Ran again{1, ""};
  for (int attempt = 0; attempt < attempts && again.exit_code != 0; ++attempt)
    again = round_trip(folder.path(), shard);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  const Ran laid_out = tcpcraft(folder.path(), {"fmt", "--check", "recorded"});
  EXPECT_EQ(laid_out.exit_code, 0) << laid_out.output;
}

INSTANTIATE_TEST_SUITE_P(Library, RoundTrip, testing::Range(1, shards + 1));

}  // namespace
}  // namespace tcpcraft::cli_test
