#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

#include "kernel/client.hpp"
#include "os/private_network.hpp"
#include "transport/packets.hpp"

namespace tcpcraft::kernel {
namespace {

using test::Client;

os::SocketAddress socket_address(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

/// A listening socket and connections of ordinary sockets to it.
class SockDiagTest : public test::PrivateNetwork, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped()) return;
    diag.emplace();
    listener = listen();
  }

  os::UniqueFd listen() {
    os::UniqueFd socket = os::open_tcp_socket(GetParam() ? AF_INET6 : AF_INET);
    os::set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    os::bind_socket(socket, socket_address(kernel));
    ::listen(socket.get(), 5);
    return socket;
  }

  os::UniqueFd accept() { return os::UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK)); }
  SocketState of(const Client& client) { return diag->query(kernel, client.endpoint()); }
  /// The same connection, seen from the client's side.
  SocketState of_client(const Client& client) { return diag->query(client.endpoint(), kernel); }

  /// The state once it is no longer `from`, which it leaves by a delayed ACK.
  std::string after(const std::string& from, const wire::Endpoint& at, const wire::Endpoint& other) {
    for (int i = 0; i < 2000 && diag->query(at, other).state == from; ++i) ::poll(nullptr, 0, 1);
    return diag->query(at, other).state;
  }

  wire::Endpoint kernel = test::loopback(GetParam(), 9877);
  std::optional<SockDiag> diag;  ///< of the private network, and therefore not opened before
  os::UniqueFd listener;
};

TEST_P(SockDiagTest, without_a_connection_it_says_whether_something_listens) {
  const wire::Endpoint stranger = test::loopback(GetParam(), 4321);
  SocketState state = diag->query(kernel, stranger);
  EXPECT_EQ(state.state, "CLOSED");
  EXPECT_TRUE(state.listening);
  listener.reset();
  state = diag->query(kernel, stranger);
  EXPECT_EQ(state.state, "CLOSED");
  EXPECT_FALSE(state.listening);
}

TEST_P(SockDiagTest, peer_closes_first) {
  Client client(kernel);
  EXPECT_EQ(of(client).state, "ESTABLISHED");
  EXPECT_FALSE(of(client).listening);
  os::UniqueFd server = accept();
  client.shutdown();
  EXPECT_EQ(of(client).state, "CLOSE-WAIT");
  EXPECT_EQ(after("FIN-WAIT-1", client.endpoint(), kernel), "FIN-WAIT-2");
  server.reset();
  EXPECT_EQ(of(client).state, "CLOSED");
  EXPECT_TRUE(of(client).listening);
  EXPECT_EQ(of_client(client).state, "TIME-WAIT");
}

TEST_P(SockDiagTest, kernel_closes_first) {
  Client client(kernel);
  os::UniqueFd server = accept();
  ::shutdown(server.get(), SHUT_WR);
  EXPECT_EQ(after("FIN-WAIT-1", kernel, client.endpoint()), "FIN-WAIT-2");
  server.reset();
  EXPECT_EQ(of(client).state, "FIN-WAIT-2") << "an orphan";
  client.close();
  EXPECT_EQ(of(client).state, "TIME-WAIT");
}

TEST_P(SockDiagTest, fins_that_are_not_acknowledged) {
  Client first(kernel);
  os::UniqueFd server = accept();
  first.go_deaf();
  ::shutdown(server.get(), SHUT_WR);
  EXPECT_EQ(of(first).state, "FIN-WAIT-1");
  EXPECT_EQ(of(first).unacked_bytes, 1u) << "the FIN";
  first.shutdown();
  EXPECT_EQ(of(first).state, "CLOSING");

  Client second(kernel);
  server = accept();
  second.shutdown();
  second.go_deaf();
  server.reset();
  EXPECT_EQ(of(second).state, "LAST-ACK");
}

TEST_P(SockDiagTest, half_open_by_the_peer) {
  const os::RstGuard guard(socket_address(test::loopback(GetParam(), 0)));
  const wire::Endpoint peer = test::loopback(GetParam(), guard.port());
  transport::LoopbackLink link(kernel.address, {kernel.port}, peer.address, {peer.port});
  link.send(test::to_bytes({peer, kernel, test::syn, 1000}));
  EXPECT_EQ(diag->query(kernel, peer).state, "SYN-RECEIVED");
  EXPECT_TRUE(diag->destroy(kernel, peer));
  EXPECT_EQ(diag->query(kernel, peer).state, "CLOSED");
}

TEST_P(SockDiagTest, half_open_by_the_kernel) {
  // The guard swallows the SYN, so that it stays unanswered.
  const os::RstGuard guard(socket_address(test::loopback(GetParam(), 0)));
  const Client client(test::loopback(GetParam(), guard.port()));
  const SocketState state = diag->query(client.endpoint(), test::loopback(GetParam(), guard.port()));
  EXPECT_EQ(state.state, "SYN-SENT");
  EXPECT_EQ(state.unacked_bytes, 1u) << "the SYN";
}

TEST_P(SockDiagTest, unread_and_unacknowledged_bytes) {
  Client client(kernel);
  const os::UniqueFd server = accept();
  client.write("hello");
  EXPECT_EQ(of(client).unread_bytes, 5u);
  EXPECT_EQ(of(client).unacked_bytes, 0u);
  char text[5];
  ASSERT_EQ(::recv(server.get(), text, sizeof text, 0), 5);
  EXPECT_EQ(of(client).unread_bytes, 0u);
}

TEST_P(SockDiagTest, variables_of_a_full_socket_alone) {
  Client client(kernel);
  os::UniqueFd server = accept();
  std::optional<TcpVariables> before, after;
  EXPECT_EQ(diag->query(kernel, client.endpoint(), before).state, "ESTABLISHED");
  client.write("hello");
  diag->query(kernel, client.endpoint(), after);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->segs_in, before->segs_in + 1);
  EXPECT_EQ(after->bytes_received, before->bytes_received + 5);
  EXPECT_GT(after->snd_wnd, 0u);

  char text[5];
  ASSERT_EQ(::recv(server.get(), text, sizeof text, 0), 5);
  server.reset();
  client.close();
  EXPECT_EQ(diag->query(kernel, client.endpoint(), after).state, "TIME-WAIT");
  EXPECT_FALSE(after);
  diag->query(kernel, test::loopback(GetParam(), 4321), after);
  EXPECT_FALSE(after) << "the listening socket's are not the connection's";
}

TEST_P(SockDiagTest, destroy_resets_an_established_connection_and_leaves_the_listener) {
  Client client(kernel);
  const os::UniqueFd server = accept();
  EXPECT_TRUE(diag->destroy(kernel, client.endpoint()));
  EXPECT_EQ(of(client).state, "CLOSED");
  EXPECT_TRUE(of(client).listening);
  client.read();
  EXPECT_EQ(client.error(), ECONNRESET);
  EXPECT_FALSE(diag->destroy(kernel, client.endpoint())) << "there is none any more";
  EXPECT_TRUE(of(client).listening);
}

TEST_P(SockDiagTest, destroy_ends_time_wait_and_fin_wait_2) {
  Client client(kernel);
  accept().reset();
  ASSERT_EQ(after("FIN-WAIT-1", kernel, client.endpoint()), "FIN-WAIT-2");
  EXPECT_TRUE(diag->destroy(kernel, client.endpoint()));
  EXPECT_EQ(of(client).state, "CLOSED");

  Client second(kernel);
  accept().reset();
  second.close();
  ASSERT_EQ(of(second).state, "TIME-WAIT");
  EXPECT_TRUE(diag->destroy(kernel, second.endpoint()));
  EXPECT_EQ(of(second).state, "CLOSED");
}

TEST_P(SockDiagTest, opens_one_file) {
  const std::size_t before = test::open_files();
  {
    SockDiag another;
    another.query(kernel, kernel);
    another.query(kernel, kernel);
    EXPECT_EQ(test::open_files(), before + 1);
  }
  EXPECT_EQ(test::open_files(), before);
}

TEST_P(SockDiagTest, counters_move_by_what_happened) {
  const Counters before = read_counters();
  Client client(kernel);
  client.write("hello");
  const Counters after = read_counters();
  EXPECT_EQ(after.at("Tcp.ActiveOpens"), before.at("Tcp.ActiveOpens") + 1);
  EXPECT_EQ(after.at("Tcp.PassiveOpens"), before.at("Tcp.PassiveOpens") + 1);
  EXPECT_EQ(after.at("Tcp.InSegs"), before.at("Tcp.InSegs") + 5) << "SYN, SYN-ACK, ACK, data, ACK";
  EXPECT_TRUE(after.count("TcpExt.TCPChallengeACK"));
  EXPECT_TRUE(after.count("IpExt.InOctets"));
  EXPECT_EQ(after.at("Tcp.MaxConn"), -1);
}

TEST_P(SockDiagTest, a_side_brings_them_together) {
  listener.reset();
  const wire::Endpoint peer = test::loopback(GetParam(), 4321);
  LocalSide side(App::echo, kernel, {peer});
  EXPECT_TRUE(side.socket_state(0).listening);
  std::vector<pollfd> fds;
  side.add_poll(fds);
  EXPECT_EQ(fds.size(), 1u);
  const os::UniqueFd socket = os::open_tcp_socket(GetParam() ? AF_INET6 : AF_INET);
  os::bind_socket(socket, socket_address(peer));
  const os::SocketAddress to = socket_address(kernel);
  ::connect(socket.get(), to.get(), to.length);
  side.pump();
  fds.clear();
  side.add_poll(fds);
  EXPECT_EQ(fds.size(), 2u) << "the connection was accepted";
  EXPECT_EQ(side.socket_state(0).state, "ESTABLISHED");
  EXPECT_GT(side.counters().at("Tcp.PassiveOpens"), 0);
  const linger at_once{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

INSTANTIATE_TEST_SUITE_P(Ip, SockDiagTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "v6" : "v4"; });

}  // namespace
}  // namespace tcpcraft::kernel
