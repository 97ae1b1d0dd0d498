#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

Ran replay(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  return tcpcraft(source_dir, arguments);
}

const std::vector<std::string> article{"captures/article.pcap", "--to", "127.0.0.1:9877"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Times, ports and timestamps made equal; the command line is left to the guide.
std::string normalized_replay(std::string text) {
  text = normalized(text);
  text = replace_pattern(text, "\\[ *\\d+\\.\\d ms\\]", "[ms]");
  text = replace_pattern(text, "live      127.0.0.1:\\d+", "live      127.0.0.1:1");
  return replace_pattern(text, "ts \\d+:\\d+", "ts 0:0");
}

TEST(Replay, the_article_as_the_guide_shows_it) {
  REQUIRE_PRIVATE_NETWORK();
  for (const std::string& shown : blocks(source_dir / "docs/replay.md", "text")) {
    const std::string command = shown.substr(2, shown.find('\n') - 2);
    std::istringstream words(command.substr(command.find(' ') + 1));
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    const Ran run = tcpcraft(source_dir, arguments);
    EXPECT_EQ(run.exit_code, command.find("discard") == command.npos ? 0 : 1);
    EXPECT_EQ(normalized_replay(shown.substr(command.size() + 3)), normalized_replay(run.output));
  }
}

TEST(Replay, another_answer_is_a_failure) {
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = replay(with(article, {"--as-fast-as-possible", "--exec",
                                        "exec python3 -c \"import socket\n"
                                        "s = socket.create_server(('127.0.0.1', 9877))\n"
                                        "c, _ = s.accept()\n"
                                        "c.sendall(c.recv(99).upper())\n"
                                        "c.close()\""}));
  if (run.output.find("not found") != std::string::npos) GTEST_SKIP() << run.output;
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("error: the server says something else at byte 0\n"), std::string::npos)
      << run.output;
  EXPECT_NE(run.output.find("  = capture   \"a\\n\"\n  = live      \"A\\n\"\n               ^\n"),
            std::string::npos)
      << run.output;
}

TEST(Replay, results_in_the_formats_of_run) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string json = (folder.path() / "results.json").string(),
                    tap = (folder.path() / "results.tap").string();
  const Ran run = replay(with(article, {"--app", "discard", "--as-fast-as-possible", "--timeout", "200ms",
                                        "--json", json, "--tap", tap}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(read_file(json).find("\"verdict\":\"fail\""), std::string::npos) << read_file(json);
  EXPECT_NE(read_file(tap).find("not ok 1"), std::string::npos) << read_file(tap);
  EXPECT_EQ(tcpcraft(folder.path(), {"merge", json, "--tap", "-"}).exit_code, 1);
}

TEST(Replay, what_cannot_be_used_is_told) {
  const auto says = [](const std::vector<std::string>& arguments, const std::string& text) {
    const Ran run = replay(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.output;
    EXPECT_NE(run.output.find(text), std::string::npos) << run.output;
  };
  const std::string file = "captures/article.pcap";
  says({file}, "needs --to: the live server");
  says({file, "--to", "127.0.0.1"}, "--to: not an address and port");
  says({file, "--to", "192.0.2.7:80"}, "192.0.2.7 is not loopback: name it with --allow-target 192.0.2.7");
  says({file, "--to", "127.0.0.1:80", "--ignore", "("}, "--ignore: '(': ");
  says({file, "--to", "127.0.0.1:80", "--map", "x=y"}, "--map: 'x=y' is not ADDRESS=ADDRESS");
  says({file, "--to", "127.0.0.1:80", "--speed", "fast"}, "--speed: 'fast' is not a speed such as 2x");
  says({file, "--to", "127.0.0.1:80", "--flow", "x"}, "--flow: 'x' is not an address");
  says({file, "--as", "server"}, "--as server: needs --listen");
  says({file, "--to", "127.0.0.1:80", "--listen", "127.0.0.1:80"}, "--listen: only with --as server");
}

TEST(Replay, a_file_that_is_no_capture_is_told) {
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = replay({"README.md", "--to", "127.0.0.1:80", "--app", "echo"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("README.md: the capture is damaged, byte 0"), std::string::npos) << run.output;
}

}  // namespace
}  // namespace tcpcraft::cli_test
