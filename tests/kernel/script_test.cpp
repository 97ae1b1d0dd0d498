#include <cerrno>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/kernel/script.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "kernel/client.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::kernel {
namespace {

using calls::Result;
using calls::Shutdown;
using test::Client;
using Start = Script::Start;

wire::Bytes bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

/// `ok`, `eof`, `"text"`, `3 bytes`, an errno: a result as a scenario would write it.
std::string text_of(const Result& result, const calls::Call& call = calls::Read{}) {
  return calls::format_result(call, result);
}

bool blocks(const Result& result) {
  return std::holds_alternative<calls::WouldBlock>(result);
}

class ScriptTest : public test::PrivateNetwork, public testing::WithParamInterface<bool> {
 protected:
  wire::Endpoint address = test::loopback(GetParam(), 9878);
  wire::Endpoint peer = test::loopback(GetParam(), next_port());

  /// A port of its own for every test: what another left in TIME-WAIT is not in the way. The kernel chooses
  /// none of these itself.
  static std::uint16_t next_port() {
    static std::uint16_t port = 20000;
    return ++port;
  }
  Client connect_peer() const { return Client(address, 0, peer.port); }

  std::string get(const Script& script, const char* name) const {
    const calls::SocketOption& option = *calls::find_option(name);
    return text_of(script.get(option), calls::Get{&option});
  }
  std::string set(Script& script, const char* name, const calls::OptionValue& value) const {
    return text_of(script.set(*calls::find_option(name), value));
  }
};

TEST_P(ScriptTest, reads_and_writes_as_it_is_told) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_TRUE(blocks(script.read(10)));
  client.write("hello");
  EXPECT_EQ(text_of(script.read(3)), "\"hel\"");
  EXPECT_EQ(text_of(script.read(3)), "\"lo\"");
  EXPECT_EQ(text_of(script.write(bytes("abc"))), "3 bytes");
  EXPECT_EQ(client.read(), "abc");
  client.shutdown();
  EXPECT_EQ(text_of(script.read(10)), "eof");
  EXPECT_EQ(text_of(script.close()), "ok");
  EXPECT_TRUE(client.at_end());
}

TEST_P(ScriptTest, the_urgent_byte_is_read_and_written_out_of_band) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_EQ(text_of(script.read(10, true)), "EINVAL");
  ::send(client.fd(), "ab!", 3, MSG_OOB);
  EXPECT_EQ(text_of(script.poll(), calls::Poll{}), "in,out,pri");
  EXPECT_EQ(text_of(script.read(10)), "\"ab\"");
  EXPECT_EQ(text_of(script.read(10, true)), "\"!\"");
  EXPECT_EQ(text_of(script.poll(), calls::Poll{}), "out");
  EXPECT_EQ(text_of(script.write(bytes("c?"), true)), "2 bytes");
  EXPECT_EQ(client.read(), "c");
}

TEST_P(ScriptTest, does_nothing_of_itself) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  client.write("hello");
  EXPECT_EQ(client.read(), "");
  EXPECT_EQ(client.error(), EAGAIN);
}

TEST_P(ScriptTest, does_not_listen_where_it_is_not_to) {
  Script script(address, peer, Start::idle);
  EXPECT_EQ(text_of(script.accept()), "EINVAL");
  Client refused = connect_peer();
  EXPECT_EQ(refused.read(), "");
  EXPECT_EQ(refused.error(), ECONNREFUSED);
  EXPECT_EQ(text_of(script.listen(1)), "ok");
  EXPECT_TRUE(blocks(script.accept()));
}

TEST_P(ScriptTest, accepts_the_peers_connection_whatever_is_in_front_of_it) {
  Script script(address, peer, Start::listening);
  Client stranger(address);
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  stranger.write("stranger");
  client.write("peer");
  EXPECT_EQ(text_of(script.read(10)), "\"peer\"");
  EXPECT_FALSE(stranger.at_end()) << "it is put aside, not closed";
}

TEST_P(ScriptTest, accepts_a_stranger_where_there_is_no_one_else) {
  Script script(address, peer, Start::listening);
  Client stranger(address);
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_EQ(text_of(script.read(10)), "ENOTCONN") << "it is not the peer's";
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  client.write("x");
  EXPECT_EQ(text_of(script.read(10)), "\"x\"");
}

TEST_P(ScriptTest, a_connection_that_was_reset_can_still_be_accepted) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  client.write("last");
  client.abort();
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_EQ(text_of(script.read(10)), "\"last\"");
  EXPECT_EQ(text_of(script.read(10)), "ECONNRESET");
  EXPECT_EQ(text_of(script.read(10)), "eof");
  EXPECT_EQ(text_of(script.write(bytes("x"))), "EPIPE");
}

TEST_P(ScriptTest, connects_from_its_own_port) {
  Script server(peer, address, Start::listening);
  Script script(address, peer, Start::idle);
  EXPECT_TRUE(blocks(script.connect()));
  EXPECT_EQ(text_of(server.accept()), "ok") << "it knows the other by its port";
  EXPECT_EQ(text_of(script.connect()), "ok");
  EXPECT_EQ(text_of(script.connect()), "EISCONN");
  script.write(bytes("x"));
  EXPECT_EQ(text_of(server.read(10)), "\"x\"");
}

TEST_P(ScriptTest, a_refused_connect_says_so_and_can_be_made_again) {
  Script script(address, peer, Start::idle);
  EXPECT_TRUE(blocks(script.connect()));
  EXPECT_EQ(text_of(script.connect()), "ECONNREFUSED");
  Script server(peer, address, Start::listening);
  EXPECT_TRUE(blocks(script.connect()));
  EXPECT_EQ(text_of(script.connect()), "ok");
}

TEST_P(ScriptTest, a_key_is_the_peers) {
  Script script(address, peer, Start::listening);
  const std::string set_once = set(script, "TCP_MD5SIG", std::string("sesame"));
  if (set_once == "ENOPROTOOPT") GTEST_SKIP() << "the kernel has no CONFIG_TCP_MD5SIG";
  EXPECT_EQ(set_once, "ok");
  EXPECT_EQ(set(script, "TCP_MD5SIG", std::string()), "ok") << "an empty key takes it away";
  EXPECT_EQ(set(script, "TCP_MD5SIG", std::string()), "ENOENT");
  EXPECT_EQ(set(script, "TCP_MD5SIG", std::string(81, 'x')), "EINVAL");
}

TEST_P(ScriptTest, options_are_set_and_told) {
  Script script(address, peer, Start::listening);
  EXPECT_EQ(set(script, "TCP_NODELAY", 1), "ok");
  EXPECT_EQ(get(script, "TCP_NODELAY"), "1");
  EXPECT_EQ(set(script, "SO_LINGER", calls::Linger{true, 3}), "ok");
  EXPECT_EQ(get(script, "SO_LINGER"), "on 3");
  EXPECT_EQ(set(script, "TCP_CONGESTION", std::string("reno")), "ok");
  EXPECT_EQ(get(script, "TCP_CONGESTION"), "reno");
  EXPECT_EQ(set(script, "TCP_CONGESTION", std::string("none-such")), "ENOENT");
  EXPECT_EQ(set(script, "TCP_KEEPIDLE", 0), "EINVAL");
  EXPECT_EQ(get(script, "SO_ERROR"), "0");
  EXPECT_EQ(get(script, "SO_ACCEPTCONN"), "1");
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_EQ(get(script, "SO_ACCEPTCONN"), "0") << "from now on calls go to the connection";
  EXPECT_EQ(get(script, "TCP_NODELAY"), "1") << "which inherits";
}

TEST_P(ScriptTest, poll_tells_what_the_connection_is_ready_for) {
  const calls::Call poll = calls::Poll{};
  Script script(address, peer, Start::listening);
  EXPECT_EQ(text_of(script.poll(), poll), "none");
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.poll(), poll), "in");
  script.accept();
  EXPECT_EQ(text_of(script.poll(), poll), "out");
  client.write("x");
  EXPECT_EQ(text_of(script.poll(), poll), "in,out");
  client.shutdown();
  EXPECT_EQ(text_of(script.poll(), poll), "in,out,rdhup");
  client.abort();
  EXPECT_EQ(text_of(script.poll(), poll), "in,out,hup,err,rdhup");
}

TEST_P(ScriptTest, half_a_connection_can_be_shut_down) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  script.accept();
  EXPECT_EQ(text_of(script.shutdown(Shutdown::Half::write)), "ok");
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(text_of(script.write(bytes("x"))), "EPIPE");
  client.write("still");
  EXPECT_EQ(text_of(script.read(10)), "\"still\"");
}

TEST_P(ScriptTest, a_closed_connection_takes_no_calls) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  script.accept();
  script.close();
  EXPECT_EQ(text_of(script.read(1)), "EBADF");
  EXPECT_EQ(text_of(script.write(bytes("x"))), "EBADF");
  EXPECT_EQ(text_of(script.shutdown(Shutdown::Half::both)), "EBADF");
  EXPECT_EQ(get(script, "TCP_NODELAY"), "EBADF");
  EXPECT_EQ(text_of(script.poll()), "EBADF");
  EXPECT_TRUE(blocks(script.accept())) << "the listening socket is still there";
}

TEST_P(ScriptTest, the_listening_socket_is_closed_last) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  script.accept();
  EXPECT_FALSE(std::get<calls::Done>(script.close()).stopped_listening);
  EXPECT_TRUE(std::get<calls::Done>(script.close()).stopped_listening);
  EXPECT_EQ(text_of(script.close()), "EBADF");
  EXPECT_EQ(text_of(script.accept()), "EBADF");
  EXPECT_EQ(text_of(script.listen()), "ok") << "on a new one";
  EXPECT_TRUE(std::get<calls::Done>(script.shutdown(Shutdown::Half::both)).stopped_listening);
}

TEST_P(ScriptTest, a_write_takes_what_fits) {
  os::write_sysctl("net.ipv4.tcp_wmem", "4096 4096 4096");
  Script script(address, peer, Start::listening);
  Client client(address, 4096, peer.port);
  script.accept();
  const wire::Bytes much(1 << 20);
  const Result result = script.write(much);
  while (!blocks(script.write(much))) continue;
  os::write_sysctl("net.ipv4.tcp_wmem", "4096 16384 4194304");
  ASSERT_TRUE(std::holds_alternative<calls::Written>(result));
  EXPECT_LT(std::get<calls::Written>(result).bytes, much.size());
  std::vector<pollfd> fds;
  script.add_poll(calls::Write{}, fds);
  ASSERT_EQ(fds.size(), 1u);
  EXPECT_EQ(fds[0].events, POLLOUT);
}

TEST_P(ScriptTest, a_lingering_close_waits_for_the_fin_without_holding_us_up) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  script.accept();
  set(script, "SO_LINGER", calls::Linger{true, 1});
  client.go_deaf();
  EXPECT_TRUE(blocks(script.close()));
  EXPECT_EQ(SockDiag().query(address, peer).state, "FIN-WAIT-1");
  EXPECT_TRUE(blocks(script.close())) << "still";
  std::vector<pollfd> fds;
  script.add_poll(calls::Close{}, fds);
  ASSERT_EQ(fds.size(), 1u);
  EXPECT_EQ(::poll(fds.data(), 1, 10000), 1);
  EXPECT_EQ(text_of(script.close()), "ok");
}

TEST_P(ScriptTest, a_close_that_need_not_linger_is_done_at_once) {
  Script script(address, peer, Start::listening);
  Client client = connect_peer();
  script.accept();
  set(script, "SO_LINGER", calls::Linger{true, 0});
  EXPECT_EQ(text_of(script.close()), "ok");
  EXPECT_EQ(client.read(), "");
  EXPECT_EQ(client.error(), ECONNRESET) << "a linger of zero resets";
}

TEST_P(ScriptTest, a_port_in_use_is_an_error) {
  Script script(address, peer, Start::listening);
  EXPECT_THROW(Script(address, peer, Start::listening), os::SystemError);
}

TEST_P(ScriptTest, leaves_no_file_open) {
  const std::size_t before = test::open_files();
  {
    Script script(address, peer, Start::listening);
    Client stranger(address);
    Client client = connect_peer();
    script.accept();
  }
  EXPECT_EQ(test::open_files(), before);
}

TEST_P(ScriptTest, scripts_of_one_application_each_accept_their_own_peer) {
  Script script(address, peer, Start::listening);
  const wire::Endpoint second = test::loopback(GetParam(), next_port());
  Script other(script, second);
  Client first_client = connect_peer();
  EXPECT_TRUE(blocks(other.accept())) << "that is another script's";
  Client second_client(address, 0, second.port);
  EXPECT_EQ(text_of(other.accept()), "ok");
  EXPECT_EQ(text_of(script.accept()), "ok") << "taken from the queue before";
  first_client.write("1");
  second_client.write("2");
  EXPECT_EQ(text_of(script.read(10)), "\"1\"");
  EXPECT_EQ(text_of(other.read(10)), "\"2\"");
}

TEST_P(ScriptTest, a_connection_that_was_reset_is_its_own_peers) {
  Script script(address, peer, Start::listening);
  const wire::Endpoint second = test::loopback(GetParam(), next_port());
  Script other(script, second);
  Client reset(address, 0, second.port);
  reset.abort();
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok");
  EXPECT_EQ(text_of(script.poll(), calls::Poll{}), "out");
  EXPECT_EQ(text_of(other.accept()), "ok");
  EXPECT_EQ(text_of(other.read(10)), "ECONNRESET");
}

TEST_P(ScriptTest, one_connects_while_another_listens) {
  const wire::Endpoint second = test::loopback(GetParam(), next_port());
  Script server(second, address, Start::listening);
  Script script(address, peer, Start::listening);
  Script other(script, second);
  EXPECT_TRUE(blocks(other.connect()));
  EXPECT_EQ(text_of(server.accept()), "ok") << "from the application's own address and port";
  Client client = connect_peer();
  EXPECT_EQ(text_of(script.accept()), "ok") << "it listens still";
  server.write(bytes("x"));
  EXPECT_EQ(text_of(other.read(10)), "\"x\"");
}

TEST_P(ScriptTest, every_call_can_be_made_as_data) {
  LocalSide side(Start::listening, address, {peer});
  const auto make = [&](const calls::Call& call) { return text_of(side.call(0, call), call); };
  Client client = connect_peer();
  EXPECT_EQ(make(calls::Listen{}), "ok");
  EXPECT_EQ(make(calls::Accept{}), "ok");
  EXPECT_EQ(make(calls::Connect{}), "EISCONN");
  client.write("hello");
  EXPECT_EQ(make(calls::Read{}), "\"hello\"");
  EXPECT_EQ(make(calls::Write{bytes("x")}), "1 byte");
  EXPECT_EQ(make(calls::Set{calls::find_option("TCP_CORK"), 1}), "ok");
  EXPECT_EQ(make(calls::Get{calls::find_option("TCP_CORK")}), "1");
  EXPECT_EQ(make(calls::Poll{}), "out");
  EXPECT_EQ(make(calls::Shutdown{Shutdown::Half::both}), "ok");
  EXPECT_EQ(make(calls::Close{}), "ok");
}

TEST_P(ScriptTest, a_stock_server_takes_no_calls) {
  LocalSide side(App::echo, address, {peer});
  EXPECT_EQ(text_of(side.call(0, calls::Accept{})), "EBADF");
}

INSTANTIATE_TEST_SUITE_P(Ip, ScriptTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "v6" : "v4"; });

}  // namespace
}  // namespace tcpcraft::kernel
