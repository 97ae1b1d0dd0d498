#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/pcap.hpp>

#include "terminal.hpp"

namespace tcpcraft::cli_test {
namespace {

using namespace std::chrono_literals;
using wire::Flag;
using wire::Flags;
using wire::SeqNum;

const Flags ack{Flag::ack}, psh_ack{Flag::psh, Flag::ack}, fin_ack{Flag::fin, Flag::ack};

/// Connections of an echo server's, each closed by both, that begin ten microseconds apart and overlap.
class Echoes {
 public:
  explicit Echoes(const fs::path& path, bool v6 = false) : writer_(path), v6_(v6) {}

  /// `width`: how many overlap.
  void write(std::size_t count, const std::string& answer_of_last = "", std::size_t width = 200) {
    for (std::size_t first = 0; first < count; first += width)
      for (int step = 0; step < 9; ++step)
        for (std::size_t i = first; i < std::min(first + width, count); ++i)
          write_step(i, step, i + 1 == count && !answer_of_last.empty() ? answer_of_last : text_of(i));
  }

  /// The first steps of nine of one connection, or those from another on.
  void write_steps(std::size_t i, int first, int end) {
    for (int step = first; step < end; ++step) write_step(i, step, text_of(i));
  }
  void pause(wire::Duration duration) { now_ += duration; }

  static std::string text_of(std::size_t i) { return "hello " + std::to_string(i); }

 private:
  void write_step(std::size_t i, int step, const std::string& answer) {
    const std::string asked = text_of(i);
    const auto end = static_cast<std::uint32_t>(asked.size()) + 1;
    const auto told = static_cast<std::uint32_t>(answer.size()) + 1;
    switch (step) {
      case 0:
        return write_one(i, true, Flags{Flag::syn}, 0, 0);
      case 1:
        return write_one(i, false, Flags{Flag::syn, Flag::ack}, 0, 1);
      case 2:
        return write_one(i, true, ack, 1, 1);
      case 3:
        return write_one(i, true, psh_ack, 1, 1, asked);
      case 4:
        return write_one(i, false, ack, 1, end);
      case 5:
        return write_one(i, false, psh_ack, 1, end, answer);
      case 6:
        return write_one(i, true, fin_ack, end, told);
      case 7:
        return write_one(i, false, fin_ack, told, end + 1);
      default:
        return write_one(i, true, ack, end + 1, told + 1);
    }
  }

  void write_one(std::size_t i, bool by_client, Flags flags, std::uint32_t seq, std::uint32_t acked,
                 const std::string& text = "") {
    const auto client = static_cast<std::uint32_t>(i * 7'654'321),
               server = static_cast<std::uint32_t>(i * 1'234'567);
    wire::Segment s;
    s.source = *wire::Endpoint::parse(v6_ ? "[2001:db8::1]:1" : "198.51.100.1:1");
    s.destination = *wire::Endpoint::parse(v6_ ? "[2001:db8::2]:9877" : "198.51.100.2:9877");
    s.source.port = static_cast<std::uint16_t>(10000 + i);
    if (!by_client) std::swap(s.source, s.destination);
    s.flags = flags;
    s.seq = SeqNum(by_client ? client : server) + seq;
    if (s.has(Flag::ack)) s.ack = SeqNum(by_client ? server : client) + acked;
    s.window = 64000;
    if (s.has(Flag::syn)) s.options = {wire::Mss{1460}};
    s.payload.assign(text.begin(), text.end());
    writer_.write(wire::encode(s), wire::Time(now_ += 10us));
  }

  wire::PcapWriter writer_;
  bool v6_;
  wire::Duration now_ = 1'700'000'000s;
};

Ran replay(const TemporaryFolder& folder, std::vector<std::string> arguments,
           const std::function<void()>& in_child = {}) {
  arguments.insert(arguments.begin(), {"replay", "echoes.pcap"});
  return tcpcraft(folder.path(), arguments, in_child);
}

TEST(ReplayKernel, a_thousand_connections_at_once) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(1000);
  for (const char* concurrency : {"1", "7", "1000"}) {
    const Ran run =
        replay(folder, {"--to", "127.0.0.1:9877", "--app", "echo", "--concurrency", concurrency, "-q"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_TRUE(run.output.starts_with("1000 connections: 1000 passed in ")) << run.output;
  }
}

/// Says `overlap` where a client comes before the last one has gone.
constexpr const char* one_at_a_time = R"(
import select, socket
listener = socket.create_server(('127.0.0.1', 9877), backlog=1000)
clients = []
while True:
    for one in select.select([listener] + clients, [], [])[0]:
        if one is listener:
            if clients:
                print('overlap', flush=True)
            clients.append(listener.accept()[0])
        elif data := one.recv(1000):
            one.sendall(data)
        else:
            one.close()
            clients.remove(one)
)";

TEST(ReplayKernel, what_had_ended_before_a_connection_began_ends_before_it_begins) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("server.py", one_at_a_time);
  for (const std::size_t width : {1u, 20u}) {
    Echoes(folder.path() / "echoes.pcap").write(40, "", width);
    const Ran run = replay(
        folder, {"--to", "127.0.0.1:9877", "--exec", "python3 server.py", "--as-fast-as-possible", "-q"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_EQ(run.output.find("overlap") == std::string::npos, width == 1) << run.output;
  }
}

TEST(ReplayKernel, over_ipv6) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap", true).write(3);
  const Ran run = replay(folder, {"--to", "[::1]:9877", "--app", "echo", "-q"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(ReplayKernel, one_that_differs_is_found_among_many) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(50, "hullo 49");
  const Ran run = replay(folder, {"--to", "127.0.0.1:9877", "--app", "echo", "-q"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_NE(run.output.find("error: the server says something else at byte 1\n  --> echoes.pcap#50 "),
            std::string::npos)
      << run.output;
  EXPECT_NE(run.output.find("50 connections: 49 passed, 1 failed in "), std::string::npos) << run.output;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(ReplayKernel, of_many_failures_the_first_are_told_in_full) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(25);
  const Ran run = replay(folder, {"--to", "127.0.0.1:9877", "--app", "discard", "--timeout", "100ms", "-q",
                                  "--as-fast-as-possible", "--json", "all.json"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_EQ(count(run.output, "error: the server is silent"), 20u) << run.output;
  EXPECT_EQ(count(run.output, "    FAIL ["), 25u) << run.output;
  EXPECT_EQ(count(run.output, ":9877: the server is silent for 100ms"), 5u) << run.output;
  EXPECT_EQ(count(run.output, "the first 20 failures are told in full; results (--json, "), 1u) << run.output;
  EXPECT_EQ(count(read_file(folder.path() / "all.json"), "  = trace     the last segments"), 25u);
}

TEST(ReplayKernel, flow_limit_and_map_choose) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(20);
  const auto expect = [&](std::vector<std::string> more, const std::string& total) {
    more.insert(more.end(), {"--app", "echo", "-q", "--to", "127.0.0.1:9877"});
    const Ran run = replay(folder, more);
    EXPECT_TRUE(run.output.starts_with(total)) << run.output;
  };
  expect({"--limit", "5"}, "5 connections: 5 passed");
  expect({"--flow", "10003"}, "1 connection: 1 passed");
  expect({"--flow", "198.51.100.1:10003", "--flow", "198.51.100.2"}, "1 connection: 1 passed");
  expect({"--flow", "10003", "--flow", "10004"}, "0 connections");
  expect({"--map", "198.51.100.1=127.0.0.77", "--json", "all.json"}, "20 connections: 20 passed");
  EXPECT_EQ(count(read_file(folder.path() / "all.json"), "\"127.0.0.77:"), 20u);
}

TEST(ReplayKernel, an_ordinary_user_can) {
  REQUIRE_PRIVATE_NETWORK();
  if (::geteuid() != 0) GTEST_SKIP() << "this is one already";
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(3);
  const auto nobody = [] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(125);
  };
  const Ran run = replay(folder, {"--to", "127.0.0.1:9877", "--app", "echo", "-q"}, nobody);
  if (run.exit_code == 3) GTEST_SKIP() << run.output;
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const Ran on_host = replay(folder, {"--to", "127.0.0.1:9", "-q"}, nobody);
  EXPECT_EQ(on_host.exit_code, 3) << on_host.output;
  EXPECT_NE(on_host.output.find("let the other side run in a private network with --exec"), std::string::npos)
      << on_host.output;
}

/// The beginning of a client in Python, which may be there before the server is.
const std::string patient_client = R"(import socket, time
def connected():
    for attempt in range(500):
        try:
            return socket.create_connection(('127.0.0.1', 9877), 5)
        except OSError:
            time.sleep(0.01)
)";

TEST(ReplayKernel, live_clients_are_answered_by_captured_servers) {
  REQUIRE_PRIVATE_NETWORK();
  if (std::system("python3 -c pass 2>/dev/null") != 0) GTEST_SKIP() << "no python3";
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(3);
  folder.write("client.py", patient_client + R"(
for i in range(3):
    s = connected()
    s.sendall(b'hello %d' % i)
    got = b''
    while len(got) < 7: got += s.recv(99)
    assert got == b'hello %d' % i, got
    s.shutdown(socket.SHUT_WR)
    assert s.recv(99) == b''
print('all is well', flush=True)
)");
  const Ran run =
      replay(folder, {"--as", "server", "--listen", "127.0.0.1:9877", "--exec", "exec python3 client.py"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("all is well"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("3 connections: 3 passed"), std::string::npos) << run.output;
}

TEST(ReplayKernel, a_client_that_the_capture_does_not_have_is_refused_and_told) {
  REQUIRE_PRIVATE_NETWORK();
  if (std::system("python3 -c pass 2>/dev/null") != 0) GTEST_SKIP() << "no python3";
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(1);
  folder.write("client.py", patient_client + R"(
first = connected()
try:
    socket.create_connection(('127.0.0.1', 9877), 5)
except ConnectionRefusedError:
    print('refused', flush=True)
first.sendall(b'hello 0')
got = b''
while len(got) < 7: got += first.recv(99)
first.shutdown(socket.SHUT_WR)
first.recv(99)
)");
  const Ran run =
      replay(folder, {"--as", "server", "--listen", "127.0.0.1:9877", "--exec", "exec python3 client.py"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(count(run.output, "refused\n"), 1u) << run.output;
  EXPECT_EQ(count(run.output, "refused: 1 live connection more than the capture has\n"), 1u) << run.output;
}

TEST(ReplayKernel, clients_that_do_not_come_are_told_and_no_success) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(2);
  const Ran run = replay(folder, {"--as", "server", "--listen", "127.0.0.1:9877", "--exec", "exit"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_EQ(count(run.output, "not run:\n  echoes.pcap#1 198.51.100.1:10000 > 198.51.100.2:9877\n"), 1u)
      << run.output;
  EXPECT_FALSE(find_pattern(run.output, "\n2 connections: 0 passed, 2 not run in .*\n$").empty())
      << run.output;
}

TEST(ReplayKernel, ctrl_c_tells_what_was_not_done) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes echoes(folder.path() / "echoes.pcap");
  echoes.write_steps(0, 0, 9);
  echoes.write_steps(1, 0, 6);
  echoes.pause(1h);
  echoes.write_steps(1, 6, 9);
  echoes.write_steps(2, 0, 9);
  Process process(folder.path(),
                  {"replay", "echoes.pcap", "--to", "127.0.0.1:9877", "--app", "echo", "--json", "all.json"});
  ASSERT_TRUE(process.wait_for("PASS"));
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 130) << process.output;
  EXPECT_NE(process.output.find("not run:\n"
                                "  echoes.pcap#2 198.51.100.1:10001 > 198.51.100.2:9877\n"
                                "not run: what the rest of the capture holds, which was not read\n"
                                "2 connections: 1 passed, 1 not run in "),
            std::string::npos)
      << process.output;
  EXPECT_NE(read_file(folder.path() / "all.json").find("\"echoes.pcap#2 "), std::string::npos);
}

TEST(ReplayKernel, a_terminal_shows_how_far_it_is) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  Echoes(folder.path() / "echoes.pcap").write(1);
  const std::string output = on_a_terminal(folder.path(), {"replay", "echoes.pcap", "--to", "127.0.0.1:9877",
                                                           "--app", "echo", "--color", "never"});
  EXPECT_FALSE(find_pattern(output, "\r\033\\[K\\d+%; 0 connections; [01] running\r\033\\[K").empty())
      << output;
  EXPECT_EQ(count(output.substr(output.rfind("\033[K")), "running"), 0u) << output;
}

}  // namespace
}  // namespace tcpcraft::cli_test
