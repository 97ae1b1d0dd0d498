#include <tcpcraft/capture/reader.hpp>

#include "planted_faults.hpp"
#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

Packets read_packets(const fs::path& file) {
  Packets packets;
  capture::Reader reader{file};
  while (auto packet = reader.next()) packets.push_back(std::move(*packet));
  return packets;
}

/// The two that are missed are right where they stand: one ACK short is the one that went before it,
/// overtaken; one ACK too far covers the FIN that has come already.
TEST(PlantedFaults, are_found_all_over_the_article) {
  const Packets good = read_packets(source_dir / "captures/article.pcap");
  EXPECT_TRUE(faults_in(good).empty());
  std::map<std::string, Yield> yields;
  plant_everywhere(good, "article", yields);
  std::size_t missed = 0, open = 0, planted = 0;
  for (const auto& [name, yield] : yields) {
    EXPECT_GT(yield.planted, 0u) << name;
    planted += yield.planted;
    open += yield.open;
    missed += yield.missed.size();
  }
  EXPECT_EQ(yields.size(), plants().size());
  EXPECT_GE(planted, 60u);
  EXPECT_EQ(missed, 2u);
  EXPECT_LE(open, 8u) << "echoes in the last segments: nothing shows afterwards that they are wrong";
}

/// What can be planted without being wrong is a matter of the capture: bytes that go one by one, or what
/// nothing follows. The shares here are far below what is found, so that another kernel's timing matters not.
TEST(PlantedFaults, are_found_in_what_runs_write) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "-q", (source_dir / "scenarios/close").string(),
                                           (source_dir / "scenarios/server_close.scn").string()});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  std::map<std::string, Yield> yields;
  std::size_t used = 0;
  for (const fs::path& file : files_in(folder.path() / "captures", ".pcap")) {
    const Packets good = read_packets(file);
    if (good.empty() || !faults_in(good).empty()) continue;  // the peer there is wrong on purpose
    plant_everywhere(good, file.filename(), yields);
    ++used;
  }
  EXPECT_GE(used, 10u);
  const auto share = [&](const char* name) {
    const Yield& yield = yields[name];
    return yield.planted == 0 ? 0 : 100 * (yield.found + yield.open) / yield.planted;
  };
  EXPECT_GE(share("an ACK of data never sent"), 95u);
  EXPECT_GE(share("data beyond the window"), 95u);
  EXPECT_GE(share("a FIN with another number"), 90u);
  EXPECT_GE(share("a SYN behind the FIN"), 75u);
  EXPECT_GE(share("an ACK one short"), 50u);
  EXPECT_GE(share("an ACK one too far"), 50u);
  EXPECT_GE(share("another ISS"), 60u);
}

}  // namespace
}  // namespace tcpcraft::cli_test
