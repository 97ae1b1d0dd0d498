#include <vector>

#include <net/if_arp.h>
#include <unistd.h>

#include <tcpcraft/os/tun_device.hpp>
#include <tcpcraft/replay/raw.hpp>

#include "os/device_ends.hpp"
#include "os/private_network.hpp"
#include "replay/veth.hpp"

namespace tcpcraft::replay {
namespace {

using test::Listener;
using test::Veth;
using wire::Bytes;

/// Frames of all sizes, of a protocol that nobody answers to; each is unlike the others.
std::vector<Bytes> frames_of_all_sizes(std::size_t count, std::size_t longest = 1514) {
  std::vector<Bytes> frames;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes frame(14 + (i * 37) % (longest - 13));
    for (std::size_t at = 0; at < frame.size(); ++at) frame[at] = static_cast<std::uint8_t>(i + at * 3);
    frame[0] = 0x02;
    frame[12] = 0x88, frame[13] = 0xb5;  // for local experiments
    frames.push_back(frame);
  }
  return frames;
}

class RawSender : public test::PrivateNetwork {};

void send_all(FrameSender& sender, const std::vector<Bytes>& frames) {
  for (const Bytes& frame : frames) sender.put(frame);
  sender.flush();
}

TEST_F(RawSender, every_byte_arrives_in_order) {
  const Veth pair;
  const os::NetworkInterface interface = os::find_network_interface(pair.device);
  EXPECT_EQ(interface.driver, "veth");
  EXPECT_FALSE(interface.has_queue);
  EXPECT_FALSE(interface.is_watched);
  for (const bool keeps_time : {true, false}) {
    Listener listener(pair.other_end);
    const auto sender = open_sender(interface, keeps_time);
    std::size_t sent = 0, bytes = 0;
    for (int round = 0; round < 50; ++round) {  // many times around every ring
      const auto frames = frames_of_all_sizes(97);
      send_all(*sender, frames);
      ASSERT_EQ(listener.heard(frames.size()), frames) << "round " << round;
      sent += frames.size();
      for (const Bytes& frame : frames) bytes += frame.size();
    }
    EXPECT_TRUE(listener.is_silent());
    EXPECT_EQ(sender->frames(), sent);
    EXPECT_EQ(sender->bytes(), bytes);
    EXPECT_EQ(sender->refused(), 0u);
  }
}

TEST_F(RawSender, large_frames_where_the_interface_takes_them) {
  const Veth pair(65535);
  for (const bool keeps_time : {true, false}) {
    Listener listener(pair.other_end);
    const auto sender = open_sender(os::find_network_interface(pair.device), keeps_time);
    std::vector<Bytes> frames = frames_of_all_sizes(2);
    frames.push_back(frames_of_all_sizes(1)[0]);
    frames.back().resize(65535 + 14, 7);
    frames.push_back(frames_of_all_sizes(3)[2]);
    send_all(*sender, frames);
    EXPECT_EQ(listener.heard(frames.size()), frames);
  }
}

TEST_F(RawSender, who_listens_on_the_interface_itself_hears_what_is_sent) {
  const Veth pair;
  Listener listener(pair.device);
  const os::NetworkInterface interface = os::find_network_interface(pair.device);
  EXPECT_TRUE(interface.is_watched);
  const auto sender = open_sender(interface, false);
  const auto frames = frames_of_all_sizes(50);
  send_all(*sender, frames);
  EXPECT_EQ(listener.heard(frames.size(), true), frames);
}

TEST_F(RawSender, an_interface_that_is_taken_down_is_an_error) {
  const Veth pair;
  for (const bool keeps_time : {true, false}) {
    const auto sender = open_sender(os::find_network_interface(pair.device), keeps_time);
    const auto frames = frames_of_all_sizes(10);
    send_all(*sender, frames);
    const short up = pair.ask(pair.device, SIOCGIFFLAGS).ifr_flags;
    pair.ask(pair.device, SIOCSIFFLAGS, static_cast<short>(up & ~IFF_UP));
    EXPECT_THROW(send_all(*sender, frames), os::SystemError) << keeps_time;
    EXPECT_EQ(sender->frames(), 10u);
    pair.ask(pair.device, SIOCSIFFLAGS, up);
  }
}

TEST_F(RawSender, bare_ip_through_a_tun_device) {
  os::TunDevice tun;
  try {
    tun = os::create_tun();
  } catch (const os::SystemError& error) {
    GTEST_SKIP() << error.what();
  }
  os::configure_device(tun.name, test::addresses(false), 1500);
  const os::NetworkInterface interface = os::find_network_interface(tun.name);
  EXPECT_EQ(interface.hardware, static_cast<unsigned>(ARPHRD_NONE));
  const auto sender = open_sender(interface, false);
  Bytes packet(100, 9);
  packet[0] = 0x45;
  sender->put(packet);
  sender->flush();
  Bytes got(200);
  const ssize_t size = ::read(tun.fd.get(), got.data(), got.size());
  ASSERT_EQ(size, 100);
  got.resize(100);
  EXPECT_EQ(got, packet);
}

}  // namespace
}  // namespace tcpcraft::replay
