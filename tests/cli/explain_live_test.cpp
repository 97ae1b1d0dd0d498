#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/network_namespace.hpp>

#include "capability.hpp"
#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

/// What a body in a private network, in a process of its own, returns.
std::string in_private_network(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      os::enter_private_network();
      os::bring_up_loopback();
      text = pass_on(CAP_NET_RAW) ? body() : "CAP_NET_RAW cannot be passed on";
    } catch (const std::exception& error) {
      text = error.what();
    }
    [[maybe_unused]] const ssize_t written = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

/// A client of the echo server: it says a line, hears it, and closes when the other side has.
void converse() {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9877);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  char buffer[16];
  if (::send(client, "a\n", 2, 0) != 2) std::abort();
  while (::recv(client, buffer, sizeof buffer, 0) > 0) continue;
  ::close(client);
}

TEST(ExplainLive, tells_of_each_segment_as_it_passes_and_ends_with_a_summary) {
  REQUIRE_PRIVATE_NETWORK();
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string text = in_private_network([signal] {
      Process server(source_dir, {"serve"});
      if (!server.wait_for("Ctrl-C")) return server.output;
      Process live(source_dir, {"explain", "--live", "-i", "lo", "--port", "9877"});
      if (!live.wait_for("Ctrl-C")) return live.output;
      converse();
      live.wait_for("closed by both");  // while it still goes on
      live.signal(signal);
      const int code = live.finish();
      return live.output + "exit code " + std::to_string(code);
    });
    EXPECT_NE(text.find("client  SYN seq=0"), std::string::npos) << text;
    EXPECT_NE(text.find("2 bytes of data\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("retransmission"), std::string::npos) << "each is seen once\n" << text;
    EXPECT_NE(text.find("connection 1: closed by both"), std::string::npos) << text;
    EXPECT_NE(text.find("\n1 connection, nothing wrong\nexit code 0"), std::string::npos) << text;
  }
}

TEST(ExplainLive, says_what_it_needs) {
  const Ran nowhere = tcpcraft(source_dir, {"explain", "--live", "-i", "nowhere0"});
  EXPECT_EQ(nowhere.exit_code, 3);
  EXPECT_NE(nowhere.output.find("capture on nowhere0: "), std::string::npos) << nowhere.output;
  EXPECT_EQ(tcpcraft(source_dir, {"explain"}).exit_code, 2);
  EXPECT_EQ(tcpcraft(source_dir, {"explain", "--live", "captures/article.pcap"}).exit_code, 2);
}

}  // namespace
}  // namespace tcpcraft::cli_test
