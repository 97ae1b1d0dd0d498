#include <map>

#include <tcpcraft/capture/reader.hpp>

#include "explain/planted_faults.hpp"
#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

explain::Packets read_packets(const fs::path& file) {
  explain::Packets packets;
  capture::Reader reader{file};
  while (auto packet = reader.next()) packets.push_back(std::move(*packet));
  return packets;
}

struct Tally {
  std::size_t planted = 0, found = 0;  ///< or left open
};

/// What can be planted without being wrong is a matter of the capture: bytes that go one by one, or what
/// nothing follows. The shares here are far below what is found, so that another kernel's timing matters not.
TEST(PlantedFaults, are_found_in_what_runs_write) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "-q", (source_dir / "scenarios/close").string(),
                                           (source_dir / "scenarios/server_close.scn").string()});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  std::map<std::string, Tally> tallies;
  std::size_t used = 0;
  for (const fs::path& file : files_in(folder.path() / "captures", ".pcap")) {
    const explain::Packets good = read_packets(file);
    if (good.empty() || !explain::faults_in(good).empty()) continue;  // the peer there is wrong on purpose
    explain::plant_everywhere(good, 1, [&](const explain::Planted& planted) {
      Tally& tally = tallies[planted.plant.name];
      ++tally.planted;
      tally.found += planted.found || planted.open;
    });
    ++used;
  }
  EXPECT_GE(used, 10u);
  const auto share = [&](const char* name) {
    const Tally& tally = tallies[name];
    return tally.planted == 0 ? 0 : 100 * tally.found / tally.planted;
  };
  EXPECT_GE(share("an ACK of data never sent"), 95u);
  EXPECT_GE(share("data far beyond the window"), 95u);
  EXPECT_GE(share("a FIN further on"), 90u);
  EXPECT_GE(share("a SYN behind the FIN"), 75u);
  EXPECT_GE(share("an ACK one short"), 50u);
  EXPECT_GE(share("an ACK one too far"), 50u);
  EXPECT_GE(share("another ISS"), 60u);
}

}  // namespace
}  // namespace tcpcraft::cli_test
