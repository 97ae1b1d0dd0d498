#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/live.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

#include "os/private_network.hpp"

namespace tcpcraft::capture {
namespace {

using namespace std::chrono_literals;
using wire::Flag;

class Live : public test::PrivateNetwork {};

LiveOptions options_for(const std::string& flow) {
  LiveOptions options;
  options.interface = "lo";
  options.filter = bpf_filter({*Flow::parse(flow)});
  return options;
}

/// A connection to a port of loopback, and what is said on it.
class Conversation {
 public:
  explicit Conversation(const wire::Endpoint& at) {
    const auto address = os::SocketAddress::from(at.address.data(), at.address.size(), at.port);
    listener_ = os::open_tcp_socket(address.family());
    os::set_option(listener_, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    os::bind_socket(listener_, address);
    os::check(::listen(listener_.get(), 5), "listen");
    client_ = os::open_tcp_socket(address.family());
    ::connect(client_.get(), address.get(), address.length);
    pollfd fd{listener_.get(), POLLIN, 0};
    ::poll(&fd, 1, 1000);
    server_ = os::UniqueFd(os::check(::accept(listener_.get(), nullptr, nullptr), "accept"));
  }
  void say(const std::string& text) { ::send(client_.get(), text.data(), text.size(), 0); }

 private:
  os::UniqueFd listener_, client_, server_;
};

/// Until nothing has come for a while, which is longer than a busy host takes.
std::vector<Packet> all(capture::Live& live, std::size_t expected) {
  std::vector<Packet> packets;
  while (packets.size() < expected) {
    auto packet = live.next(5s);
    if (!packet) break;
    packets.push_back(std::move(*packet));
  }
  while (auto packet = live.next(50ms)) packets.push_back(std::move(*packet));
  return packets;
}

TEST_F(Live, shows_each_segment_of_loopback_once_and_in_order) {
  for (const char* end : {"127.0.0.1:9877", "[::1]:9877"}) {
    capture::Live live(options_for(end));
    const auto before = std::chrono::system_clock::now();
    Conversation(*wire::Endpoint::parse(end)).say("hello");
    const std::vector<Packet> packets = all(live, 5);
    ASSERT_GE(packets.size(), 5u);
    EXPECT_TRUE(packets[0].segment.has(Flag::syn) && !packets[0].segment.has(Flag::ack));
    EXPECT_TRUE(packets[1].segment.has(Flag::syn) && packets[1].segment.has(Flag::ack));
    EXPECT_FALSE(packets[2].segment.has(Flag::syn));
    EXPECT_EQ(packets[3].segment.payload, (wire::Bytes{'h', 'e', 'l', 'l', 'o'}));
    EXPECT_EQ(packets[3].number, 4u);
    for (const Packet& packet : packets) EXPECT_GT(packet.time, before);
    EXPECT_EQ(live.dropped(), 0u);
    EXPECT_FALSE(live.is_over());
  }
}

TEST_F(Live, shows_only_what_the_filter_lets_pass) {
  capture::Live live(options_for("127.0.0.1:9878"));
  Conversation(*wire::Endpoint::parse("127.0.0.1:9877")).say("not wanted");
  Conversation(*wire::Endpoint::parse("127.0.0.1:9878")).say("wanted");
  const std::vector<Packet> packets = all(live, 4);
  EXPECT_GE(packets.size(), 4u);
  for (const Packet& packet : packets)
    EXPECT_TRUE(packet.segment.source.port == 9878 || packet.segment.destination.port == 9878);
}

TEST_F(Live, ends_when_told_to_and_has_what_passed_before) {
  LiveOptions options = options_for("9877");
  const os::UniqueFd stop(::eventfd(0, 0));
  options.stop = stop.get();
  capture::Live live(options);
  Conversation(*wire::Endpoint::parse("127.0.0.1:9877")).say("hello");
  ASSERT_EQ(::eventfd_write(stop.get(), 1), 0);
  std::size_t seen = 0;
  while (!live.is_over()) seen += live.next(1h).has_value();
  EXPECT_GE(seen, 4u);
  EXPECT_FALSE(live.summary().damage);
}

TEST_F(Live, ends_though_packets_keep_coming) {
  LiveOptions options = options_for("9877");
  const os::UniqueFd stop(::eventfd(1, 0));
  options.stop = stop.get();
  capture::Live live(options);
  std::atomic<bool> done = false;
  std::thread flood([&] {
    Conversation conversation(*wire::Endpoint::parse("127.0.0.1:9877"));
    while (!done) conversation.say("more");
  });
  while (!live.is_over()) live.next(1h);
  done = true;
  flood.join();
}

TEST_F(Live, says_what_is_wrong) {
  const auto complaint = [](LiveOptions options) -> std::string {
    try {
      capture::Live live(options);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  LiveOptions options;
  options.interface = "nowhere0";
  EXPECT_EQ(complaint(options).find("capture on nowhere0: no such interface; there are: "), 0u)
      << complaint(options);
  EXPECT_NE(complaint(options).find("lo"), std::string::npos);
  options.interface = "lo";
  options.filter = "port port";
  EXPECT_EQ(complaint(options).find("the filter 'port port': "), 0u) << complaint(options);
}

TEST_F(Live, says_what_to_do_without_the_right_to_capture) {
  const int code = test::in_child([] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2]{};
    if (::syscall(SYS_capset, &header, none) != 0) return 2;
    LiveOptions options;
    options.interface = "lo";
    try {
      capture::Live live(options);
    } catch (const std::runtime_error& error) {
      return std::string(error.what()).find("CAP_NET_RAW") != std::string::npos ? 0 : 1;
    }
    return 3;
  });
  EXPECT_EQ(code, 0);
}

TEST(Flow, is_an_address_a_port_or_both) {
  EXPECT_EQ(Flow::parse("9877")->port, 9877);
  EXPECT_FALSE(Flow::parse("9877")->address);
  EXPECT_EQ(Flow::parse("::1")->address->to_string(), "::1");
  EXPECT_EQ(Flow::parse("[::1]:80")->port, 80);
  for (const char* text : {"", "x", "80x", "65536", "10.0.0.1:", "10.0.0"})
    EXPECT_FALSE(Flow::parse(text)) << text;
  EXPECT_EQ(bpf_filter({}).find("(tcp) or"), 0u);
  EXPECT_EQ(
      bpf_filter({*Flow::parse("10.0.0.1:80")})
          .find("(tcp and ((src host 10.0.0.1 and src port 80) or (dst host 10.0.0.1 and dst port 80)))"),
      0u);
}

}  // namespace
}  // namespace tcpcraft::capture
