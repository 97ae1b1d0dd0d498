#include <grp.h>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const fs::path scenarios = source_dir / "scenarios/link";

TEST(Link, scenarios_on_a_device_pass_as_an_ordinary_user) {
  REQUIRE_PRIVATE_NETWORK();
  if (::geteuid() != 0) GTEST_SKIP() << "this is the ordinary user";
  const TemporaryFolder folder;
  const fs::path binary = folder.path() / "tcpcraft";
  fs::copy_file(TCPCRAFT_BINARY, binary);
  fs::copy(scenarios, folder.path() / "link");
  const auto become_nobody = [] {
    if (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(125);
  };
  Process process(folder.path(), {"run", "-q", "link"}, become_nobody, binary);
  EXPECT_EQ(process.finish(), 0) << process.output;
  EXPECT_EQ(process.output.find("SKIP"), std::string::npos) << process.output;
}

TEST(Link, a_capture_holds_segments_and_messages_of_both_directions) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", (scenarios / "path_mtu.scn").string()});
  if (run.output.find("SKIP") != std::string::npos) GTEST_SKIP() << run.output;
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("peer    ICMP     frag-needed mtu=1300 quoting PSH-ACK seq=1"), std::string::npos)
      << run.output;
  EXPECT_EQ(packets_in(folder.path() / "captures/path_mtu.pcap"), 12);
}

/// What `run` says of a kernel with these keys, where each of these steps is expected.
std::string said(const TemporaryFolder& folder, const std::string& keys, const std::string& steps,
                 const std::string& net = "private") {
  folder.write("s.scn", "scenario: s\nkernel: {" + keys + "}\nsteps:\n" + steps);
  return tcpcraft(folder.path(), {"run", "--no-captures", "--net", net, "s.scn"}).output;
}

TEST(Link, none_is_made_on_the_host) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs CAP_NET_RAW";
  const TemporaryFolder folder;
  for (const std::string keys : {"link: tun", "mtu: 1500"})
    EXPECT_NE(said(folder, keys, "  - send: SYN\n", "host").find("SKIP"), std::string::npos) << keys;
}

TEST(Link, the_mtu_is_what_it_carries) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string steps = "  - send: SYN\n  - expect: SYN-ACK <mss ";
  for (const std::string link : {"loopback", "tun"}) {
    const std::string output = said(folder, "mtu: 1400, link: " + link, steps + "1360>\n");
    EXPECT_NE(output.find("1 passed"), std::string::npos) << output;
  }
  const std::string v6 = said(folder, "mtu: 1400, address: '[::1]:80'", steps + "1340>\n");
  EXPECT_NE(v6.find("1 passed"), std::string::npos) << v6;
  const std::string large = said(folder, "mtu: 1400", "  - send: ACK len=1361\n  - expect: RST\n");
  EXPECT_NE(large.find("s.scn:4:11"), std::string::npos) << large;
  EXPECT_NE(large.find("MTU: 1401 bytes"), std::string::npos) << large;
}

/// On a device the kernel's segments leave, on loopback they come back; neither they nor a probe's count.
TEST(Link, counters_move_alike_on_every_link) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string steps =
      "  - use: handshake\n  - expect: nothing\n  - counter: Tcp.InSegs += 2\n"
      "  - send: PSH-ACK \"a\"\n  - expect: ACK\n  - expect: PSH-ACK \"a\"\n  - expect: nothing\n"
      "  - counter: Tcp.InSegs += 1\n  - counter: Tcp.OutRsts += 0\n";
  for (const std::string keys : {"app: echo", "app: echo, link: tun", "app: echo, address: '[::1]:80'"}) {
    EXPECT_NE(said(folder, keys, steps).find("1 passed"), std::string::npos) << keys;
    // A step that takes time makes it a sink.
    EXPECT_NE(said(folder, keys, "  - wait: 1ms\n" + steps).find("1 passed"), std::string::npos) << keys;
  }
}

}  // namespace
}  // namespace tcpcraft::cli_test
