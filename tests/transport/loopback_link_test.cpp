#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

#include "os/private_network.hpp"
#include "transport/packets.hpp"
#include "transport/spinners.hpp"

namespace tcpcraft::transport {
namespace {

using test::Packet;
using test::Seen;

constexpr std::uint16_t kernel_port = 9877;

enum class Addresses { v4, v4_apart, v6 };

std::string name(Addresses addresses) {
  return addresses == Addresses::v4 ? "v4" : addresses == Addresses::v6 ? "v6" : "v4_apart";
}

wire::IpAddress loopback(bool v6, std::uint8_t last = 1) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = 1;
  return v6 ? wire::IpAddress::v6(bytes) : wire::IpAddress::v4({127, 0, 0, last});
}

os::SocketAddress socket_address(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

class LoopbackLinkTest : public test::PrivateNetwork, public testing::WithParamInterface<Addresses> {
 protected:
  LoopbackLinkTest() {
    const bool v6 = GetParam() == Addresses::v6;
    kernel = {loopback(v6), kernel_port};
    peer = {loopback(v6, GetParam() == Addresses::v4_apart ? 2 : 1), 0};
  }

  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped()) return;
    guard.emplace(socket_address(peer));
    peer.port = guard->port();
    link.emplace(kernel.address, std::vector<std::uint16_t>{kernel.port}, peer.address,
                 std::vector<std::uint16_t>{peer.port});
  }

  Packet from_peer(std::uint8_t flags, std::uint32_t seq, std::uint32_t ack = 0) const {
    return {peer, kernel, flags, seq, ack};
  }

  std::vector<Arrival> received() {
    const std::span<const Arrival> arrivals = link->receive();
    return {arrivals.begin(), arrivals.end()};
  }

  /// Has the link lose packets, the latest included.
  void fill_receive_buffer() {
    const std::string payload(60000, 'x');
    Packet packet = from_peer(test::rst, 1);
    packet.payload = payload;
    const wire::Bytes large = test::to_bytes(packet);
    for (int i = 0; i < 1000; ++i) link->send(large);
  }

  /// Where the link's first barrier goes, seen by another raw socket.
  std::uint16_t closed_port() {
    const os::UniqueFd observer(
        ::socket(kernel.address.is_v6() ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP));
    EXPECT_EQ(link->barrier(), Barrier::proven);
    std::array<std::uint8_t, 128> bytes{};
    EXPECT_GT(::recv(observer.get(), bytes.data(), bytes.size(), MSG_DONTWAIT), 0);
    const std::size_t port = kernel.address.is_v6() ? 2 : 22;
    return static_cast<std::uint16_t>(bytes[port] << 8 | bytes[port + 1]);
  }

  wire::Endpoint kernel;
  wire::Endpoint peer;
  std::optional<os::RstGuard> guard;
  std::optional<LoopbackLink> link;
};

TEST_P(LoopbackLinkTest, shows_both_directions_in_order) {
  kernel::StockServer server(kernel::App::echo_once, kernel);
  link->send(test::to_bytes(from_peer(test::syn, 1000)));
  const std::vector<Arrival> opening = received();
  ASSERT_EQ(opening.size(), 2u);
  const Seen sent(opening[0].packet);
  EXPECT_EQ(sent.flags, test::syn);
  EXPECT_EQ(sent.source_port, peer.port);
  EXPECT_EQ(sent.destination_port, kernel.port);
  const Seen answer(opening[1].packet);
  EXPECT_EQ(answer.flags, test::syn | test::ack);
  EXPECT_EQ(answer.source_port, kernel.port);
  EXPECT_EQ(answer.ack, 1001u);

  Packet data = from_peer(test::psh | test::ack, 1001, answer.seq + 1);
  data.payload = "a\n";
  link->send(test::to_bytes(data));
  while (server.pump()) continue;
  std::vector<int> flags;
  for (const Arrival& arrival : received()) flags.push_back(Seen(arrival.packet).flags);
  EXPECT_EQ(flags, (std::vector<int>{test::psh | test::ack, test::ack, test::psh | test::ack,
                                     test::fin | test::ack}));
}

TEST_P(LoopbackLinkTest, a_datagram_comes_whole) {
  const wire::Bytes sent = test::to_bytes(from_peer(test::ack, 7, 8));
  link->send(sent);
  const std::vector<Arrival> arrivals = received();
  ASSERT_EQ(arrivals.size(), 2u) << "the segment and its RST";
  EXPECT_EQ(arrivals[0].packet, sent);
  const wire::Bytes& answer = arrivals[1].packet;
  const std::size_t source = kernel.address.is_v6() ? 8 : 12;
  const std::size_t size = kernel.address.size();
  EXPECT_TRUE(std::equal(kernel.address.data(), kernel.address.data() + size, &answer[source]));
  EXPECT_TRUE(std::equal(peer.address.data(), peer.address.data() + size, &answer[source + size]));
  EXPECT_EQ(answer[kernel.address.is_v6() ? 7 : 8], 64) << "the kernel's hop limit";
}

TEST_P(LoopbackLinkTest, largest_datagram_is_not_cut) {
  const std::string payload(65535 - 20 - 20 - 20, 'x');
  Packet packet = from_peer(test::ack, 1, 1);
  packet.payload = payload;
  const wire::Bytes sent = test::to_bytes(packet);
  link->send(sent);
  const std::vector<Arrival> arrivals = received();
  ASSERT_FALSE(arrivals.empty());
  EXPECT_EQ(arrivals[0].packet.size(), sent.size());
  EXPECT_EQ(arrivals[0].packet.back(), 'x');
}

TEST_P(LoopbackLinkTest, a_cut_off_tcp_header_is_shown) {
  wire::Bytes sent = test::to_bytes(from_peer(test::syn, 1));
  sent.erase(sent.end() - 12, sent.end());
  sent[kernel.address.is_v6() ? 5 : 3] = static_cast<std::uint8_t>(kernel.address.is_v6() ? 8 : 28);
  link->send(sent);
  EXPECT_EQ(link->barrier(), Barrier::proven);
  const std::vector<Arrival> arrivals = received();
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].packet.size(), sent.size());
}

TEST_P(LoopbackLinkTest, a_bad_checksum_is_shown_and_not_answered) {
  wire::Bytes sent = test::to_bytes(from_peer(test::ack, 1, 1));
  sent[sent.size() - 3] ^= 1;  // the checksum's last byte
  link->send(sent);
  EXPECT_EQ(link->barrier(), Barrier::proven);
  EXPECT_EQ(received().size(), 1u);
}

TEST_P(LoopbackLinkTest, packets_carry_the_time_of_the_kernel) {
  // The kernel begins to stamp a little after it was asked to.
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 2000 && (arrivals.empty() || !arrivals.back().kernel_time); ++i) {
    ::poll(nullptr, 0, 1);
    link->send(test::to_bytes(from_peer(test::ack, 1, 1)));
    arrivals = received();
  }
  const auto before = std::chrono::system_clock::now();
  link->send(test::to_bytes(from_peer(test::ack, 1, 1)));
  const auto after = std::chrono::system_clock::now();
  ::poll(nullptr, 0, 5);
  arrivals = received();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_TRUE(arrivals[0].kernel_time && arrivals[1].kernel_time);
  EXPECT_LE(before, arrivals[0].time);
  EXPECT_LE(arrivals[0].time, arrivals[1].time);
  EXPECT_LE(arrivals[1].time, after);
}

TEST_P(LoopbackLinkTest, other_connections_are_not_shown) {
  kernel::StockServer server(kernel::App::echo_once, kernel);
  const os::RstGuard other_guard(socket_address({peer.address, 0}));
  Packet other = from_peer(test::syn, 1);
  other.from.port = other_guard.port();
  link->send(test::to_bytes(other));
  Packet elsewhere = from_peer(test::syn, 1);
  elsewhere.to.port = 9;
  link->send(test::to_bytes(elsewhere));
  if (!kernel.address.is_v6()) {
    Packet stranger = from_peer(test::syn, 1);
    stranger.from.address = loopback(false, 3);
    link->send(test::to_bytes(stranger));
  }
  EXPECT_TRUE(received().empty());
}

TEST_P(LoopbackLinkTest, all_ports_named_are_shown) {
  const std::vector<std::uint16_t> kernel_ports{kernel.port, 9, 10};
  const os::RstGuard second(socket_address({peer.address, 0}));
  link.emplace(kernel.address, kernel_ports, peer.address,
               std::vector<std::uint16_t>{peer.port, second.port()});
  for (const std::uint16_t from : {peer.port, second.port()})
    for (const std::uint16_t to : kernel_ports)
      link->send(test::to_bytes({{peer.address, from}, {kernel.address, to}, test::syn}));
  EXPECT_EQ(received().size(), 12u) << "six SYNs, each answered by a RST";
}

TEST_P(LoopbackLinkTest, what_came_before_the_link_is_not_shown) {
  kernel::StockServer server(kernel::App::echo_once, kernel);
  link->send(test::to_bytes(from_peer(test::syn, 1)));
  LoopbackLink second(kernel.address, {kernel.port}, peer.address, {peer.port});
  EXPECT_TRUE(second.receive().empty());
}

TEST_P(LoopbackLinkTest, a_barrier_proves_silence_and_hides_itself) {
  kernel::StockServer server(kernel::App::echo_once, kernel);
  link->send(test::to_bytes(from_peer(test::rst, 1)));
  EXPECT_EQ(link->barrier(), Barrier::proven);
  const std::vector<Arrival> arrivals = received();
  ASSERT_EQ(arrivals.size(), 1u) << "only the peer's own RST";
  EXPECT_EQ(Seen(arrivals[0].packet).flags, test::rst);
  EXPECT_TRUE(received().empty());
}

TEST_P(LoopbackLinkTest, what_a_barrier_overtakes_is_kept) {
  link->send(test::to_bytes(from_peer(test::syn, 5)));
  EXPECT_EQ(link->barrier(), Barrier::proven);
  link->send(test::to_bytes(from_peer(test::syn, 6)));
  EXPECT_EQ(link->barrier(), Barrier::proven);
  std::vector<std::uint32_t> numbers;
  for (const Arrival& arrival : received()) {
    const Seen seen(arrival.packet);
    numbers.push_back(seen.flags == test::syn ? seen.seq : seen.ack);
  }
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{5, 6, 6, 7}));
}

TEST_P(LoopbackLinkTest, a_barrier_never_overtakes_a_reaction_on_busy_processors) {
  const test::Spinners spinners(2);
  for (std::uint32_t i = 0; i < 10000; ++i) {
    link->send(test::to_bytes(from_peer(test::syn, i)));
    ASSERT_EQ(link->barrier(), Barrier::proven);
    const std::span<const Arrival> arrivals = link->receive();
    ASSERT_EQ(arrivals.size(), 2u) << "barrier " << i << " came before the RST";
    ASSERT_EQ(Seen(arrivals[1].packet).ack, i + 1);
  }
}

TEST_P(LoopbackLinkTest, a_barrier_whose_answer_does_not_come_is_lost) {
  fill_receive_buffer();
  EXPECT_EQ(link->barrier(), Barrier::lost);
}

TEST_P(LoopbackLinkTest, a_late_answer_does_not_serve_another_barrier) {
  Packet late = from_peer(test::rst | test::ack, 0, 2);  // to the first probe, which has SEQ 1
  late.from = {kernel.address, closed_port()};
  late.to = peer;
  if (kernel.address == peer.address) {
    link->send(test::to_bytes(late));
  } else {
    const os::UniqueFd sender(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
    const wire::Bytes packet = test::to_bytes(late);
    const os::SocketAddress to = socket_address({peer.address, 0});
    ASSERT_NE(::sendto(sender.get(), packet.data(), packet.size(), 0, to.get(), to.length), -1);
  }
  fill_receive_buffer();
  EXPECT_EQ(link->barrier(), Barrier::lost);
}

TEST_P(LoopbackLinkTest, lost_packets_are_not_passed_over) {
  fill_receive_buffer();
  received();
  link->send(test::to_bytes(from_peer(test::rst, 1)));
  EXPECT_THROW(received(), os::SystemError);
  EXPECT_NO_THROW(received()) << "it is said once";
}

TEST_P(LoopbackLinkTest, its_file_is_readable_when_something_came) {
  pollfd readable{link->fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 0), 0);
  link->send(test::to_bytes(from_peer(test::rst, 1)));
  EXPECT_EQ(::poll(&readable, 1, 0), 1);
}

TEST_P(LoopbackLinkTest, leaves_no_file_open) {
  link.reset();
  const std::size_t before = test::open_files();
  link.emplace(kernel.address, std::vector<std::uint16_t>{kernel.port}, peer.address,
               std::vector<std::uint16_t>{peer.port});
  EXPECT_EQ(test::open_files(), before + 1);
  link->barrier();
  EXPECT_EQ(test::open_files(), before + 2) << "the port that answers";
  link.reset();
  EXPECT_EQ(test::open_files(), before);
}

INSTANTIATE_TEST_SUITE_P(Ip, LoopbackLinkTest,
                         testing::Values(Addresses::v4, Addresses::v4_apart, Addresses::v6),
                         [](const auto& test) { return name(test.param); });

}  // namespace
}  // namespace tcpcraft::transport
