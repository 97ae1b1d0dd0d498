#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/codec.hpp>

#include "os/private_network.hpp"
#include "transport/packets.hpp"
#include "transport/spinners.hpp"

namespace tcpcraft::transport {

/// Every test has the kernel's next one: the connections of those before may still be there.
inline std::uint16_t last_port = 9000;

namespace {

using test::Packet;
using test::Seen;

inline os::SocketAddress socket_address(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

/// What the links have to do that bring a device of their own, for IPv4 and IPv6.
template <class Case>
class DeviceLinkTest : public test::PrivateNetwork {
 protected:
  static constexpr bool v6 = Case::v6;

  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped()) return;
    try {
      open();
    } catch (const os::SystemError& error) {
      const int code = error.code().value();
      if (code != EACCES && code != EPERM && code != ENOENT) throw;
      GTEST_SKIP() << error.what();
    }
  }

  void open(unsigned mtu = 1500) {
    link.reset();
    link.emplace(kernel.address, std::vector<std::uint16_t>{kernel.port}, peer.address,
                 std::vector<std::uint16_t>{peer.port}, mtu);
  }

  Packet from_peer(std::uint8_t flags, std::uint32_t seq, std::uint32_t ack = 0) const {
    return {peer, kernel, flags, seq, ack};
  }
  void send(const Packet& packet) { link->send(test::to_bytes(packet)); }

  std::vector<Arrival> received() {
    const std::span<const Arrival> arrivals = link->receive();
    return {arrivals.begin(), arrivals.end()};
  }

  std::vector<int> received_flags() {
    std::vector<int> flags;
    for (const Arrival& arrival : received()) flags.push_back(Seen(arrival.packet).flags);
    return flags;
  }

  /// Opens a connection; the next number of the kernel's.
  std::uint32_t handshake(std::uint32_t seq) {
    send(from_peer(test::syn, seq));
    const std::vector<Arrival> arrivals = received();
    if (arrivals.size() != 2) throw std::runtime_error("the SYN was not answered");
    const std::uint32_t next = Seen(arrivals[1].packet).seq + 1;
    send(from_peer(test::ack, seq + 1, next));
    received();
    return next;
  }

  /// MSS of the kernel's SYN-ACK.
  int mss() {
    const kernel::StockServer server(kernel::App::echo_once, kernel);
    send(from_peer(test::syn, 1000));
    for (const Arrival& arrival : received())
      if (const auto segment = wire::decode(arrival.packet); segment && segment->has(wire::Flag::ack))
        for (const wire::Option& option : segment->options)
          if (const auto* mss = std::get_if<wire::Mss>(&option)) return mss->value;
    return 0;
  }

  /// Sends datagrams of the kernel's to the peer; they pass the device and are not the connection's.
  void send_datagrams(int count) const {
    const os::UniqueFd socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const os::SocketAddress to = socket_address(peer);
    const std::array<char, 1000> data{};
    for (int i = 0; i < count; ++i)
      ASSERT_NE(::sendto(socket.get(), data.data(), data.size(), 0, to.get(), to.length), -1);
  }

  /// A connection that the kernel tries to open from its port.
  os::UniqueFd connect() const {
    os::UniqueFd socket = os::open_tcp_socket(v6 ? AF_INET6 : AF_INET);
    os::bind_socket(socket, socket_address(kernel));
    const os::SocketAddress to = socket_address(peer);
    EXPECT_EQ(::connect(socket.get(), to.get(), to.length), -1);
    return socket;
  }

  /// The latest device.
  static std::string newest_device() {
    struct if_nameindex* list = ::if_nameindex();
    const struct if_nameindex* newest = list;
    for (const struct if_nameindex* entry = list; entry->if_index != 0; ++entry)
      if (entry->if_index > newest->if_index) newest = entry;
    const std::string name = newest->if_name;
    ::if_freenameindex(list);
    return name;
  }

  /// Whether the kernel has a way to the peer.
  bool reaches_peer() const {
    try {
      os::source_towards(socket_address(peer));
    } catch (const os::SystemError&) {
      return false;
    }
    return true;
  }

  wire::Endpoint kernel{*wire::IpAddress::parse(v6 ? "2001:db8::1" : "192.0.2.1"), ++last_port};
  wire::Endpoint peer{*wire::IpAddress::parse(v6 ? "2001:db8::2" : "192.0.2.2"), 4242};
  std::optional<typename Case::Link> link;
};

TYPED_TEST_SUITE_P(DeviceLinkTest);

TYPED_TEST_P(DeviceLinkTest, a_syn_is_answered_at_once) {
  const kernel::StockServer server(kernel::App::echo_once, this->kernel);
  const wire::Bytes sent = test::to_bytes(this->from_peer(test::syn, 1000));
  this->link->send(sent);
  const std::vector<Arrival> arrivals = this->received();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(arrivals[0].packet, sent);
  const Seen answer(arrivals[1].packet);
  EXPECT_EQ(answer.flags, test::syn | test::ack);
  EXPECT_EQ(answer.source_port, this->kernel.port);
  EXPECT_EQ(answer.destination_port, this->peer.port);
  EXPECT_EQ(answer.ack, 1001u);
}

TYPED_TEST_P(DeviceLinkTest, shows_both_directions_in_order_with_finished_checksums) {
  kernel::StockServer server(kernel::App::echo_once, this->kernel);
  const std::uint32_t next = this->handshake(1000);
  Packet data = this->from_peer(test::psh | test::ack, 1001, next);
  data.payload = "a\n";
  this->send(data);
  while (server.pump()) continue;
  std::vector<int> flags;
  for (const Arrival& arrival : this->received()) {
    flags.push_back(Seen(arrival.packet).flags);
    EXPECT_TRUE(wire::checksum_ok(arrival.packet)) << "packet " << flags.size();
  }
  EXPECT_EQ(flags, (std::vector<int>{test::psh | test::ack, test::ack, test::psh | test::ack,
                                     test::fin | test::ack}));
}

TYPED_TEST_P(DeviceLinkTest, what_the_kernel_sent_before_comes_before) {
  const os::UniqueFd socket = this->connect();
  this->send(this->from_peer(test::rst | test::ack, 0, 1));  // not its number: nothing comes of it
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_EQ(this->received_flags(), (std::vector<int>{test::syn, test::rst | test::ack}));
}

TYPED_TEST_P(DeviceLinkTest, the_mss_is_that_of_the_device) {
  const int headers = this->v6 ? 60 : 40;
  EXPECT_EQ(this->mss(), 1500 - headers);
  this->open(1300);
  EXPECT_EQ(this->mss(), 1300 - headers);
}

TYPED_TEST_P(DeviceLinkTest, a_barrier_proves_silence_and_hides_itself) {
  const kernel::StockServer server(kernel::App::echo_once, this->kernel);
  this->send(this->from_peer(test::rst, 1));
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_EQ(this->received_flags(), std::vector<int>{test::rst});
  EXPECT_TRUE(this->received().empty());
}

TYPED_TEST_P(DeviceLinkTest, what_a_barrier_overtakes_is_kept) {
  this->send(this->from_peer(test::syn, 5));
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  this->send(this->from_peer(test::syn, 6));
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  std::vector<std::uint32_t> numbers;
  for (const Arrival& arrival : this->received()) {
    const Seen seen(arrival.packet);
    numbers.push_back(seen.flags == test::syn ? seen.seq : seen.ack);
  }
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{5, 6, 6, 7}));
}

TYPED_TEST_P(DeviceLinkTest, a_barrier_never_overtakes_a_reaction_on_busy_processors) {
  const test::Spinners spinners(2);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    this->send(this->from_peer(test::syn, i));
    ASSERT_EQ(this->link->barrier(), Barrier::proven);
    const std::span<const Arrival> arrivals = this->link->receive();
    ASSERT_EQ(arrivals.size(), 2u) << "barrier " << i << " came before the RST";
    ASSERT_EQ(Seen(arrivals[1].packet).ack, i + 1);
  }
}

TYPED_TEST_P(DeviceLinkTest, the_kernel_does_not_answer_for_the_peer) {
  const kernel::StockServer server(kernel::App::echo_once, this->kernel);
  this->send(this->from_peer(test::syn, 1));
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_EQ(this->received_flags(), (std::vector<int>{test::syn, test::syn | test::ack}));
}

TYPED_TEST_P(DeviceLinkTest, other_connections_and_kinds_of_packets_are_not_shown) {
  Packet other = this->from_peer(test::syn, 1);
  other.from.port = 4243;
  this->send(other);
  Packet elsewhere = this->from_peer(test::syn, 1);
  elsewhere.to.port = 9;
  this->send(elsewhere);
  wire::Bytes udp = test::to_bytes(this->from_peer(test::syn, 1));
  udp[this->v6 ? 6 : 9] = 17;
  test::sum_ip_header(udp);
  this->link->send(udp);
  this->send_datagrams(1);
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_TRUE(this->received().empty());
}

TYPED_TEST_P(DeviceLinkTest, turns_to_other_ports) {
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  this->link->retarget({9, 10}, {4243});
  this->send(this->from_peer(test::syn, 1));
  EXPECT_TRUE(this->received().empty());
  this->peer.port = 4243;
  for (std::uint16_t port = 9; port <= 10; ++port) {
    this->kernel.port = port;
    this->send(this->from_peer(test::syn, port));
  }
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_EQ(this->received().size(), 4u) << "two SYNs and their RSTs";
}

TYPED_TEST_P(DeviceLinkTest, a_bad_checksum_is_shown_and_not_answered) {
  wire::Bytes sent = test::to_bytes(this->from_peer(test::ack, 1, 1));
  sent[sent.size() - 3] ^= 1;  // the checksum's last byte
  this->link->send(sent);
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  EXPECT_EQ(this->received().size(), 1u);
}

TYPED_TEST_P(DeviceLinkTest, largest_datagram_is_not_cut) {
  const std::string payload(65535 - 20 - 20 - 20, 'x');
  Packet packet = this->from_peer(test::ack, 1, 1);
  packet.payload = payload;
  const wire::Bytes sent = test::to_bytes(packet);
  this->link->send(sent);
  const std::vector<Arrival> arrivals = this->received();
  ASSERT_EQ(arrivals.size(), 2u) << "the segment and its RST";
  EXPECT_EQ(arrivals[0].packet, sent);
}

TYPED_TEST_P(DeviceLinkTest, a_cut_off_tcp_header_is_shown) {
  wire::Bytes sent = test::to_bytes(this->from_peer(test::syn, 1));
  sent.erase(sent.end() - 12, sent.end());
  sent[this->v6 ? 5 : 3] = static_cast<std::uint8_t>(this->v6 ? 8 : 28);
  test::sum_ip_header(sent);
  this->link->send(sent);
  EXPECT_EQ(this->link->barrier(), Barrier::proven);
  const std::vector<Arrival> arrivals = this->received();
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].packet, sent);
}

TYPED_TEST_P(DeviceLinkTest, times_lie_where_the_packets_passed) {
  const auto before = std::chrono::system_clock::now();
  this->send(this->from_peer(test::ack, 1, 1));
  const std::vector<Arrival> arrivals = this->received();
  const auto after = std::chrono::system_clock::now();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_LE(before, arrivals[0].time);
  EXPECT_LE(arrivals[0].time, arrivals[1].time);
  EXPECT_LE(arrivals[1].time, after);
}

TYPED_TEST_P(DeviceLinkTest, its_file_is_readable_when_the_kernel_sent_something) {
  pollfd readable{this->link->fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 0), 0);
  const os::UniqueFd socket = this->connect();
  EXPECT_EQ(::poll(&readable, 1, 0), 1);
  EXPECT_EQ(this->received().size(), 1u);
  EXPECT_EQ(::poll(&readable, 1, 0), 0);
}

TYPED_TEST_P(DeviceLinkTest, leaves_no_file_open_and_no_route) {
  this->link.reset();
  const std::size_t files = test::open_files();
  EXPECT_FALSE(this->reaches_peer());
  this->open();
  EXPECT_TRUE(this->reaches_peer());
  this->link->barrier();
  this->link.reset();
  EXPECT_EQ(test::open_files(), files);
  EXPECT_FALSE(this->reaches_peer());
}

TYPED_TEST_P(DeviceLinkTest, another_may_follow_although_connections_are_left) {
  {
    kernel::StockServer server(kernel::App::echo_once, this->kernel);
    Packet data = this->from_peer(test::psh | test::ack, 1001, this->handshake(1000));
    data.payload = "a\n";
    this->send(data);
    while (server.pump()) continue;
  }
  this->open();
  this->peer.port = 4243;
  this->link->retarget({this->kernel.port}, {this->peer.port});
  const kernel::StockServer server(kernel::App::echo_once, this->kernel);
  EXPECT_NO_THROW(this->handshake(1000));
}

TYPED_TEST_P(DeviceLinkTest, too_small_a_device_is_refused) {
  try {
    this->open(this->v6 ? 1279 : 67);
    FAIL();
  } catch (const os::SystemError& error) {
    EXPECT_NE(std::string(error.what()).find("RTM_NEW"), std::string::npos) << error.what();
  }
}

REGISTER_TYPED_TEST_SUITE_P(DeviceLinkTest, a_syn_is_answered_at_once,
                            shows_both_directions_in_order_with_finished_checksums,
                            what_the_kernel_sent_before_comes_before, the_mss_is_that_of_the_device,
                            a_barrier_proves_silence_and_hides_itself, what_a_barrier_overtakes_is_kept,
                            a_barrier_never_overtakes_a_reaction_on_busy_processors,
                            the_kernel_does_not_answer_for_the_peer,
                            other_connections_and_kinds_of_packets_are_not_shown, turns_to_other_ports,
                            a_bad_checksum_is_shown_and_not_answered, largest_datagram_is_not_cut,
                            a_cut_off_tcp_header_is_shown, times_lie_where_the_packets_passed,
                            its_file_is_readable_when_the_kernel_sent_something,
                            leaves_no_file_open_and_no_route,
                            another_may_follow_although_connections_are_left, too_small_a_device_is_refused);

/// A link over one version of IP.
template <class LinkType, bool is_v6>
struct Over {
  using Link = LinkType;
  static constexpr bool v6 = is_v6;
};

struct NameOfIp {
  template <class Case>
  static std::string GetName(int) {
    return Case::v6 ? "v6" : "v4";
  }
};

}  // namespace
}  // namespace tcpcraft::transport
