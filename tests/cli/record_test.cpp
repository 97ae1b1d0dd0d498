#include "private_network.hpp"
#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const std::string the_article = (source_dir / "captures/article.pcap").string();

TEST(RecordCommand, the_article_as_the_guide_shows_it_and_it_passes) {
  const TemporaryFolder folder;
  const std::string shown = blocks(source_dir / "docs/record.md", "text").at(0);
  const Ran recorded = tcpcraft(source_dir, {"record", "captures/article.pcap"});
  EXPECT_EQ(recorded.exit_code, 0);
  EXPECT_EQ("$ tcpcraft record captures/article.pcap\n" + recorded.output, shown);
  folder.write("article.scn", recorded.output);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", "article.scn"}).exit_code, 0);
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = tcpcraft(folder.path(), {"run", "article.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(RecordCommand, either_side_can_be_the_kernel) {
  const TemporaryFolder folder;
  const Ran recorded = tcpcraft(folder.path(), {"record", "--side", "server", "-o", "out", the_article});
  EXPECT_EQ(recorded.exit_code, 0) << recorded.output;
  EXPECT_EQ(recorded.output, "out/article.scn\n");
  EXPECT_NE(read_file(folder.path() / "out/article.scn").find("- app:    connect\n"), std::string::npos);
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = tcpcraft(folder.path(), {"run", "out/article.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(RecordCommand, a_file_that_is_there_stays) {
  const TemporaryFolder folder;
  folder.write("article.scn", "mine");
  const Ran refused = tcpcraft(folder.path(), {"record", "-o", ".", the_article});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.output.find("article.scn is there already: --force replaces it"), std::string::npos);
  EXPECT_EQ(read_file(folder.path() / "article.scn"), "mine");
  EXPECT_EQ(tcpcraft(folder.path(), {"record", "--force", "-o", ".", the_article}).exit_code, 0);
  EXPECT_TRUE(read_file(folder.path() / "article.scn").starts_with("scenario: "));
}

TEST(RecordCommand, what_is_no_capture_is_an_error) {
  const TemporaryFolder folder;
  folder.write("text.pcap", "this is no capture");
  const Ran text = tcpcraft(folder.path(), {"record", "text.pcap"});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_NE(text.output.find("the capture is damaged"), std::string::npos) << text.output;
  EXPECT_EQ(tcpcraft(folder.path(), {"record", "missing.pcap"}).exit_code, 3);
  const Ran none = tcpcraft(folder.path(), {"record", "--flow", "1", the_article});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.output.find("there is no such connection in it"), std::string::npos);
}

TEST(RecordCommand, a_damaged_capture_is_recorded_as_far_as_it_goes) {
  const TemporaryFolder folder;
  const std::string capture = read_file(the_article);
  folder.write("cut.pcap", capture.substr(0, capture.size() - 10));
  const Ran cut = tcpcraft(folder.path(), {"record", "-o", ".", "cut.pcap"});
  EXPECT_EQ(cut.exit_code, 2);
  EXPECT_NE(cut.output.find("the capture is damaged at packet 9"), std::string::npos) << cut.output;
  EXPECT_TRUE(read_file(folder.path() / "cut.scn").ends_with("- send:   ACK ack=3\n  - state:  FIN-WAIT-1\n"))
      << read_file(folder.path() / "cut.scn");
}

/// A capture of pcap with these packets of bare IP, of each no more than `most` bytes.
std::string capture_of(const std::vector<std::string>& packets, std::size_t most = 65535) {
  const auto words = [](std::initializer_list<std::uint32_t> values) {
    std::string text;
    for (const std::uint32_t value : values) text.append(reinterpret_cast<const char*>(&value), 4);
    return text;
  };
  constexpr std::uint32_t raw_ip = 101;
  std::string text = words({0xa1b2c3d4, 0x00040002, 0, 0, 65535, raw_ip});
  std::uint32_t microseconds = 0;
  for (const std::string& packet : packets) {
    const auto size = static_cast<std::uint32_t>(packet.size());
    const std::string captured = packet.substr(0, most);
    text +=
        words({1700000000, microseconds += 10, static_cast<std::uint32_t>(captured.size()), size}) + captured;
  }
  return text;
}

/// The packets of what `run` captures of a scenario.
std::vector<std::string> packets_of_run(const TemporaryFolder& folder, const std::string& scenario) {
  folder.write("made.scn", scenario);
  const Ran run = tcpcraft(folder.path(), {"run", "-q", "made.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  return packets_of(folder.path() / "captures/made.pcap").value();
}

/// Without anything that the capture says of itself.
std::string foreign_capture_of(const TemporaryFolder& folder, const std::string& scenario) {
  return capture_of(packets_of_run(folder, scenario));
}

const std::string an_answer_that_a_router_reports =
    "scenario: x\n"
    "steps:\n"
    "  - use: handshake\n"
    "  - app: write \"answer\"\n"
    "  - expect: PSH-ACK \"answer\"\n"
    "  - send: ICMP host-unreachable\n"
    "  - send: ACK\n"
    "  - app: close\n"
    "  - expect: FIN-ACK\n";

TEST(RecordCommand, what_a_foreign_capture_has_is_recorded_and_what_it_lacks_is_the_reason) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::vector<std::string> packets = packets_of_run(folder, an_answer_that_a_router_reports);
  const auto recorded = [&](const std::vector<std::string>& some, std::size_t most = 65535) {
    folder.write("trace.pcap", capture_of(some, most));
    const Ran ran = tcpcraft(folder.path(), {"record", "trace.pcap"});
    return ran.output + "exit code " + std::to_string(ran.exit_code);
  };
  const auto from_kernel = [](const std::string& packet) {
    return packet.substr(20, 2) == std::string("\x26\x95");  // port 9877
  };
  const std::string whole = recorded(packets);
  EXPECT_TRUE(
      whole.ends_with("  - app:    write \"answer\"\n"
                      "  - expect: PSH-ACK \"answer\"\n"
                      "  - send:   ICMP host-unreachable\n"
                      "  - send:   ACK\n"
                      "  - app:    close\n"
                      "  - expect: FIN-ACK\n"
                      "exit code 0"))
      << whole;
  const std::string cut = recorded(packets, 43);
  EXPECT_NE(cut.find("  - expect: PSH-ACK len=6  # of its data, 3 bytes are not in the capture\n"),
            std::string::npos)
      << cut;
  EXPECT_TRUE(cut.ends_with("exit code 0")) << cut;
  const auto expect_refused = [&](const std::vector<std::string>& some, const std::string& reason) {
    const std::string text = recorded(some);
    EXPECT_NE(text.find(" is not recorded: " + reason), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("exit code 1")) << text;
  };
  std::vector<std::string> ours, theirs;
  for (const std::string& packet : packets) (from_kernel(packet) ? ours : theirs).push_back(packet);
  expect_refused({packets.begin() + 2, packets.end()},
                 "the capture begins in the midst of it, with packet 1");
  expect_refused(ours, "nothing of 127.0.0.1:");
  expect_refused(theirs, "nothing of 127.0.0.1:9877 was captured");
  std::vector<std::string> hole = packets;
  hole.erase(hole.begin() + 3);  // the answer
  expect_refused(hole, "packet 5 acknowledges what 127.0.0.1:9877 is not seen to send");
}

TEST(RecordCommand, what_does_not_pass_is_marked_where_it_fails) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  // No segment tells of the sysctl by which the kernel forgets at once.
  folder.write("trace.pcap", foreign_capture_of(folder,
                                                "scenario: x\n"
                                                "kernel: {app: script, sysctl: {tcp_max_tw_buckets: 0}}\n"
                                                "steps:\n"
                                                "  - use: handshake\n"
                                                "  - app: close\n"
                                                "  - expect: FIN-ACK\n"
                                                "  - send: ACK\n"
                                                "  - send: FIN-ACK\n"
                                                "  - expect: RST\n"));
  const Ran recorded = tcpcraft(folder.path(), {"record", "-o", ".", "trace.pcap"});
  EXPECT_EQ(recorded.exit_code, 1) << recorded.output;
  EXPECT_NE(recorded.output.find("is recorded, and does not pass: line 10, the kernel sent ACK, not RST"),
            std::string::npos)
      << recorded.output;
  const std::string text = read_file(folder.path() / "trace.scn");
  EXPECT_NE(text.find("  - send:   FIN-ACK\n"
                      "  - expect: RST  # not when it was played: the kernel sent ACK, not RST\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", "trace.scn"}).exit_code, 0);
  const Ran unchecked = tcpcraft(folder.path(), {"record", "--no-check", "trace.pcap"});
  EXPECT_EQ(unchecked.exit_code, 0) << unchecked.output;
  EXPECT_EQ(unchecked.output.find("not when"), std::string::npos);
}

/// Plays a connection while it is recorded, and runs what came of it.
std::string record_live() {
  const TemporaryFolder folder;
  Process server(source_dir, {"serve"});
  if (!server.wait_for("Ctrl-C")) return server.output;
  Process live(folder.path(), {"record", "-i", "lo", "--flow", "9877", "-o", "."});
  if (!live.wait_for("Ctrl-C ends it\n")) return live.output;
  converse();
  live.signal(SIGINT);
  const int code = live.finish();
  return live.output + "exit code " + std::to_string(code) + "\n" + read_file(folder.path() / "lo.scn");
}

TEST(RecordCommand, a_connection_is_recorded_while_it_passes_until_ctrl_c) {
  REQUIRE_PRIVATE_NETWORK();
  // What a kernel does while the host holds it up is recorded, too, and does not come again.
  constexpr int attempts = 3;
  std::string text;
  for (int attempt = 0; attempt < attempts && text.find("exit code 0") == std::string::npos; ++attempt)
    text = in_private_network(record_live);
  if (text.find("cannot be passed on") != std::string::npos) GTEST_SKIP() << text;
  EXPECT_NE(text.find("Ctrl-C ends it\n./lo.scn\nexit code 0\nscenario: 127.0.0.1:"), std::string::npos)
      << text;
  const std::string steps = text.substr(std::min(text.find("steps:"), text.size()));
  EXPECT_TRUE(steps.starts_with("steps:\n  - use:    handshake\n  - send:   PSH-ACK \"a\\n\"\n")) << steps;
  EXPECT_TRUE(steps.ends_with("  - send:   FIN-ACK\n  - expect: ACK\n  - state:  TIME-WAIT\n")) << steps;
}

TEST(RecordCommand, messages_of_icmp_are_recorded_while_they_pass) {
  REQUIRE_PRIVATE_NETWORK();
  const std::string text = in_private_network([] {
    const TemporaryFolder folder;
    folder.write("made.scn", an_answer_that_a_router_reports);
    // --no-check: what the host's lateness adds is not what this is about.
    Process live(folder.path(), {"record", "--no-check", "-i", "lo", "--flow", "9877", "-o", "."});
    if (!live.wait_for("Ctrl-C ends it\n")) return live.output;
    if (!pass_on(CAP_NET_ADMIN)) return std::string("CAP_NET_ADMIN cannot be passed on");
    const Ran run = tcpcraft(folder.path(), {"run", "-q", "--net", "host", "made.scn"});
    live.signal(SIGINT);
    live.finish();
    return run.output + live.output + read_file(folder.path() / "lo.scn");
  });
  if (text.find("cannot be passed on") != std::string::npos) GTEST_SKIP() << text;
  EXPECT_NE(text.find("  - expect: PSH-ACK \"answer\"\n"
                      "  - send:   ICMP host-unreachable\n"
                      "  - send:   ACK\n"),
            std::string::npos)
      << text;
}

TEST(RecordCommand, an_interface_that_is_not_there_is_named) {
  const Ran nowhere = tcpcraft(source_dir, {"record", "-i", "nowhere0"});
  EXPECT_EQ(nowhere.exit_code, 3);
  EXPECT_NE(nowhere.output.find("capture on nowhere0: "), std::string::npos) << nowhere.output;
}

}  // namespace
}  // namespace tcpcraft::cli_test
