// What `run` captures is recorded and run again: all of the library, every variant of it.

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

constexpr int shards = 6;

/// Why a capture of a run that passed is no scenario.
const std::vector<std::string> allowed_reasons{
    "no packet passed",  // a call that the kernel refuses, or a scenario that is skipped here
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

class RoundTrip : public testing::TestWithParam<int> {};

TEST_P(RoundTrip, what_run_captures_is_recorded_and_passes) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string shard = std::to_string(GetParam()) + "/" + std::to_string(shards);
  const std::string library = (source_dir / "scenarios").string();
  const Ran played = tcpcraft(folder.path(), {"run", "-q", "--shard", shard, "--captures", "first", library});
  ASSERT_EQ(played.exit_code, 0) << played.output;

  std::vector<std::string> record{"record", "-o", "recorded"};
  for (const fs::path& capture : files_in(folder.path() / "first", ".pcap"))
    record.push_back(capture.string());
  EXPECT_GT(record.size(), 80u);
  const Ran recorded = tcpcraft(folder.path(), record);
  EXPECT_EQ(unexpected(recorded.output), "");

  const Ran again = tcpcraft(folder.path(), {"run", "-q", "--slow", "--captures", "second", "recorded"});
  EXPECT_EQ(again.exit_code, 0) << again.output;
  const Ran laid_out = tcpcraft(folder.path(), {"fmt", "--check", "recorded"});
  EXPECT_EQ(laid_out.exit_code, 0) << laid_out.output;
}

INSTANTIATE_TEST_SUITE_P(Library, RoundTrip, testing::Range(1, shards + 1));

}  // namespace
}  // namespace tcpcraft::cli_test
