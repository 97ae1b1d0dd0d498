#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

#include "kernel/client.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::kernel {
namespace {

using test::Client;

class StockServerTest : public test::PrivateNetwork, public testing::WithParamInterface<bool> {
 protected:
  wire::Endpoint address = test::loopback(GetParam(), 9877);
};

TEST_P(StockServerTest, echo_once_answers_and_closes) {
  StockServer server(App::echo_once, address);
  Client client(address);
  EXPECT_TRUE(server.pump());
  EXPECT_FALSE(server.pump()) << "there is nothing to do";
  client.write("a\n");
  EXPECT_TRUE(server.pump());
  EXPECT_EQ(client.read(), "a\n");
  EXPECT_TRUE(client.at_end());
}

TEST_P(StockServerTest, echo_once_accepts_and_answers_in_one_go) {
  StockServer server(App::echo_once, address);
  Client client(address);
  client.write("a\n");
  EXPECT_TRUE(server.pump());
  EXPECT_EQ(client.read(), "a\n");
  EXPECT_TRUE(client.at_end());
}

TEST_P(StockServerTest, echo_once_reads_256_bytes_at_most) {
  StockServer server(App::echo_once, address);
  Client client(address);
  client.write(std::string(257, 'x'));
  server.pump();
  EXPECT_EQ(client.read(), std::string(256, 'x'));
  // A close with unread data is a RST: RFC 1122, section 4.2.2.13.
  EXPECT_EQ(client.error(), ECONNRESET);
}

TEST_P(StockServerTest, echo_once_closes_at_end_of_file) {
  StockServer server(App::echo_once, address);
  Client client(address);
  client.shutdown();
  server.pump();
  EXPECT_TRUE(client.at_end());
}

TEST_P(StockServerTest, echo_goes_on_until_end_of_file) {
  StockServer server(App::echo, address);
  Client client(address);
  for (const std::string text : {"one", "two"}) {
    client.write(text);
    server.pump();
    EXPECT_EQ(client.read(), text);
    EXPECT_FALSE(client.at_end());
  }
  client.write("three");
  client.shutdown();
  server.pump();
  EXPECT_EQ(client.read(), "three");
  EXPECT_TRUE(client.at_end());
}

TEST_P(StockServerTest, echo_keeps_what_does_not_fit) {
  os::write_sysctl("net.ipv4.tcp_wmem", "4096 4096 4096");
  StockServer server(App::echo, address);
  Client client(address, 4096);
  const std::string text = test::pattern(400000);
  std::string echoed;
  std::size_t sent = 0;
  bool waited_for_room = false;
  for (int round = 0; round < 100000 && echoed.size() < text.size(); ++round) {
    const std::size_t before = sent;
    sent += client.write_some(text.substr(sent));
    server.pump();
    std::vector<pollfd> fds;
    server.add_poll(fds);
    waited_for_room = waited_for_room || fds.at(1).events == POLLOUT;
    // The client reads only once nothing more fits, so that the server has to keep a rest.
    if (sent == before) echoed += client.read();
  }
  os::write_sysctl("net.ipv4.tcp_wmem", "4096 16384 4194304");
  EXPECT_TRUE(waited_for_room);
  EXPECT_EQ(echoed, text);
}

TEST_P(StockServerTest, discard_answers_nothing_and_closes_at_end_of_file) {
  StockServer server(App::discard, address);
  Client client(address);
  client.write(std::string(100000, 'x'));
  server.pump();
  EXPECT_FALSE(client.at_end());
  client.shutdown();
  for (int i = 0; i < 1000 && !client.at_end(); ++i) server.pump();
  EXPECT_TRUE(client.at_end());
}

TEST_P(StockServerTest, a_reset_closes_that_connection_alone) {
  StockServer server(App::echo, address);
  const std::size_t before = test::open_files();
  std::optional<Client> victim(address);
  Client other(address);
  server.pump();
  victim->abort();
  EXPECT_TRUE(server.pump());
  EXPECT_EQ(test::open_files(), before + 2) << "the other's two ends";
  other.write("x");
  server.pump();
  EXPECT_EQ(other.read(), "x");
}

TEST_P(StockServerTest, a_connection_reset_before_it_was_accepted_does_no_harm) {
  StockServer server(App::echo_once, address);
  Client(address).abort();
  server.pump();
  Client client(address);
  client.write("x");
  server.pump();
  EXPECT_EQ(client.read(), "x");
}

TEST_P(StockServerTest, a_port_can_be_used_again_at_once) {
  {
    StockServer server(App::echo_once, address);
    Client client(address);
    client.write("x");
    server.pump();
    client.read();
    EXPECT_TRUE(client.at_end());
  }
  EXPECT_NO_THROW(StockServer(App::echo_once, address)) << "in spite of TIME-WAIT";
}

TEST_P(StockServerTest, a_port_in_use_is_an_error) {
  StockServer server(App::echo, address);
  try {
    StockServer second(App::echo, address);
    FAIL();
  } catch (const os::SystemError& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
    EXPECT_NE(std::string(error.what()).find(GetParam() ? "[::1]:9877" : "127.0.0.1:9877"),
              std::string::npos);
  }
}

TEST_P(StockServerTest, none_and_external_do_not_listen) {
  for (const App app : {App::none, App::external}) {
    StockServer server(app, address);
    std::vector<pollfd> fds;
    server.add_poll(fds);
    EXPECT_TRUE(fds.empty());
    EXPECT_FALSE(server.pump());
    EXPECT_NO_THROW(StockServer(App::echo, address)) << "the port is free";
  }
}

TEST_P(StockServerTest, leaves_no_file_open) {
  const std::size_t before = test::open_files();
  for (const App app : {App::echo_once, App::echo, App::discard, App::none}) {
    StockServer server(app, address);
    if (app == App::none) continue;
    Client client(address);
    client.write("x");
    server.pump();
  }
  EXPECT_EQ(test::open_files(), before);
}

INSTANTIATE_TEST_SUITE_P(Ip, StockServerTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "v6" : "v4"; });

TEST(AppTest, names_are_read_as_they_are_written) {
  for (const App app : {App::echo_once, App::echo, App::discard, App::none, App::external})
    EXPECT_EQ(parse_app(to_string(app)), app);
  EXPECT_EQ(to_string(App::echo_once), "echo-once");
  EXPECT_EQ(parse_app("script"), std::nullopt);
}

}  // namespace
}  // namespace tcpcraft::kernel
