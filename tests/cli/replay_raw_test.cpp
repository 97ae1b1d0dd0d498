#include <stdexcept>

#include <grp.h>
#include <net/if.h>

#include <tcpcraft/os/network_interface.hpp>
#include <tcpcraft/os/network_namespace.hpp>

#include "capability.hpp"
#include "os/private_network.hpp"
#include "replay/veth.hpp"
#include "terminal.hpp"

namespace tcpcraft::cli_test {
namespace {

using test::Listener;
using test::Veth;
using wire::Bytes;

const fs::path article = source_dir / "captures/article.pcap";

/// Plays `body` in a process with a network of its own, whose failures are this one's.
template <class Body>
void in_private_network(const Body& body) {
  EXPECT_EQ(test::in_child([&] {
              os::enter_private_network();
              os::bring_up_loopback();
              if (!pass_on(CAP_NET_RAW)) throw std::runtime_error("CAP_NET_RAW cannot be passed on");
              body();
              return testing::Test::HasFailure() ? 1 : 0;
            }),
            0);
}

struct FileFrame {
  std::uint32_t seconds = 100;
  Bytes bytes;
  std::uint32_t microseconds = 0;
};

/// A capture in the byte order of this machine.
std::string pcap(const std::vector<FileFrame>& frames, std::uint32_t link = 1) {
  std::string file;
  const auto add = [&](std::initializer_list<std::uint32_t> numbers) {
    for (std::uint32_t number : numbers) file.append(reinterpret_cast<const char*>(&number), 4);
  };
  add({0xa1b2c3d4, 0x00040002, 0, 0, 262144, link});
  for (const FileFrame& frame : frames) {
    const auto size = static_cast<std::uint32_t>(frame.bytes.size());
    add({frame.seconds, frame.microseconds, size, size});
    file.append(frame.bytes.begin(), frame.bytes.end());
  }
  return file;
}

/// Of a protocol that nobody answers to.
Bytes frame(std::uint8_t number, std::size_t size = 60) {
  Bytes bytes(size, number);
  bytes[0] = 2, bytes[12] = 0x88, bytes[13] = 0xb5;
  return bytes;
}

std::vector<Bytes> frames_in(const fs::path& file) {
  const std::string bytes = read_file(file);
  std::vector<Bytes> frames;
  for (std::size_t at = 24; at < bytes.size();) {
    std::uint32_t size = 0;
    bytes.copy(reinterpret_cast<char*>(&size), 4, at + 8);
    frames.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at + 16),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at + 16 + size));
    at += 16 + size;
  }
  return frames;
}

TEST(ReplayRaw, the_article_arrives_as_it_is) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const Veth veth;
    for (const std::vector<std::string>& pace :
         {std::vector<std::string>{"--as-fast-as-possible"}, {"--speed", "1000x"}}) {
      Listener listener(veth.other_end);
      std::vector<std::string> arguments{"replay", "--raw", "-i", veth.device, article.string()};
      arguments.insert(arguments.end(), pace.begin(), pace.end());
      const Ran run = tcpcraft(source_dir, arguments);
      EXPECT_EQ(run.exit_code, 0) << run.output;
      EXPECT_TRUE(run.output.starts_with("9 packets (614 bytes) sent to " + veth.device)) << run.output;
      EXPECT_EQ(listener.heard(9), frames_in(article));
    }
  });
}

/// Times, and what follows from them, made equal.
std::string normalized_raw(const std::string& text) {
  return replace_pattern(text, "in [\\d.]+ s: \\d+ packets/s, [\\d.]+ Mbit/s; at most [\\d.]+ ms",
                         "in 1 s: 1 packets/s, 1 Mbit/s; at most 1 ms");
}

TEST(ReplayRaw, the_guides_example) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const fs::path guide = source_dir / "docs/replay-raw.md";
    const TemporaryFolder folder;
    std::vector<FileFrame> frames;
    for (std::uint32_t i = 0; i < 1000; ++i)
      frames.push_back({100, frame(static_cast<std::uint8_t>(i), i % 4 == 0 ? 508 : 507), i * 1000});
    folder.write("trace.pcap", pcap(frames));
    const Veth veth;
    const auto here = [&](const std::string& text) { return replace_pattern(text, "veth0", veth.device); };
    std::istringstream command(here(blocks(guide, "sh").at(0)));
    std::string word;
    std::vector<std::string> words;
    while (command >> word) words.push_back(word);
    ASSERT_EQ(words.at(0), "tcpcraft");
    words.erase(words.begin());
    const Ran run = tcpcraft(folder.path(), words);
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(normalized_raw(run.output), normalized_raw(here(blocks(guide, "text").at(0))));
  });
}

TEST(ReplayRaw, a_terminal_shows_how_far_it_is) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    folder.write("two.pcap", pcap({{100, frame(1)}, {100, frame(2)}}));
    const Veth veth;
    for (const std::string speed : {"--speed=2x", "--as-fast-as-possible"}) {
      const std::string output = on_a_terminal(
          folder.path(), {"replay", "--raw", "-i", veth.device, "--loop", "2", speed, "two.pcap"});
      EXPECT_TRUE(
          output.starts_with("\r\033[Kpass 1 of 2, 100%; 0 packets sent\r\033[K4 packets (240 bytes) sent"))
          << output;
    }
  });
}

TEST(ReplayRaw, limit_and_loop) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    folder.write("two.pcap", pcap({{100, frame(1)}, {100, frame(2)}}));
    const Veth veth;
    Listener listener(veth.other_end);
    const Ran run = tcpcraft(
        folder.path(), {"replay", "--raw", "-i", veth.device, "--loop", "3", "--limit", "5", "two.pcap"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_EQ(listener.heard(5), (std::vector<Bytes>{frame(1), frame(2), frame(1), frame(2), frame(1)}));
    EXPECT_TRUE(listener.is_silent());
  });
}

TEST(ReplayRaw, what_is_longer_than_the_mtu_is_said_and_no_success) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    folder.write("long.pcap", pcap({{100, frame(1)}, {100, frame(2, 3014)}, {100, frame(3)}}));
    const Veth veth;
    Listener listener(veth.other_end);
    const Ran run = tcpcraft(folder.path(), {"replay", "--raw", "-i", veth.device, "long.pcap"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.output.find("not sent: 1 packet, from packet 2 on: longer than the MTU of " + veth.device +
                              ", 1500 bytes; the longest has 3000\n"),
              std::string::npos)
        << run.output;
    EXPECT_EQ(listener.heard(2), (std::vector<Bytes>{frame(1), frame(3)}));
  });
}

TEST(ReplayRaw, a_damaged_file_is_sent_as_far_as_it_goes) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    const std::string whole = pcap({{100, frame(1)}, {100, frame(2)}});
    folder.write("cut.pcap", whole.substr(0, whole.size() - 1));
    const Veth veth;
    Listener listener(veth.other_end);
    const Ran run = tcpcraft(folder.path(), {"replay", "--raw", "-i", veth.device, "cut.pcap"});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.output.find("cut.pcap: the capture is damaged at packet 2, byte 100: "), std::string::npos)
        << run.output;
    EXPECT_EQ(listener.heard(1), (std::vector<Bytes>{frame(1)}));
  });
}

TEST(ReplayRaw, an_interrupt_ends_a_wait_and_the_count_is_told) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    folder.write("hour.pcap", pcap({{100, frame(1)}, {3700, frame(2)}}));
    const Veth veth;
    Listener listener(veth.other_end);
    Process process(folder.path(), {"replay", "--raw", "-i", veth.device, "hour.pcap"});
    EXPECT_EQ(listener.heard(1), (std::vector<Bytes>{frame(1)}));
    process.signal(SIGINT);
    EXPECT_EQ(process.finish(), 130);
    EXPECT_TRUE(process.output.starts_with("1 packet (60 bytes) sent to " + veth.device)) << process.output;
    EXPECT_TRUE(listener.is_silent());
  });
}

TEST(ReplayRaw, an_interface_that_goes_down_before_the_last_packet_is_told_and_no_success) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    folder.write("two.pcap", pcap({{100, frame(1)}, {101, frame(2)}}));
    // On a busy host the second may be out before the interface is down: that says nothing.
    int code = 0;
    for (int attempt = 0; code == 0 && attempt < 10; ++attempt) {
      const Veth veth;
      Listener listener(veth.other_end);
      Process process(folder.path(), {"replay", "--raw", "-i", veth.device, "two.pcap"});
      EXPECT_EQ(listener.heard(1), (std::vector<Bytes>{frame(1)}));
      veth.ask(veth.device, SIOCSIFFLAGS, short{0});
      code = process.finish();
      if (code == 0) continue;
      EXPECT_EQ(code, 3) << process.output;
      EXPECT_TRUE(process.output.starts_with("1 packet (60 bytes) sent to " + veth.device)) << process.output;
      EXPECT_NE(process.output.find("send on " + veth.device + ": Network is down"), std::string::npos)
          << process.output;
    }
    EXPECT_NE(code, 0);
  });
}

TEST(ReplayRaw, bare_ip_goes_to_loopback_and_not_to_ethernet) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const TemporaryFolder folder;
    Bytes ip(40, 0);
    ip[0] = 0x45, ip[9] = 253;  // a protocol for experiments
    folder.write("ip.pcap", pcap({{100, ip}}, 101));
    const Veth veth;
    const Ran refused = tcpcraft(folder.path(), {"replay", "--raw", "-i", veth.device, "ip.pcap"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.output.find("no Ethernet header"), std::string::npos) << refused.output;
    Listener listener("lo");
    const Ran run = tcpcraft(folder.path(), {"replay", "--raw", "-i", "lo", "ip.pcap"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    Bytes framed(12, 0);
    framed.insert(framed.end(), {0x08, 0x00});
    framed.insert(framed.end(), ip.begin(), ip.end());
    EXPECT_EQ(listener.heard(1), (std::vector<Bytes>{framed}));
  });
}

TEST(ReplayRaw, an_interface_that_takes_nothing_is_refused) {
  REQUIRE_PRIVATE_NETWORK();
  in_private_network([] {
    const Veth veth;
    veth.ask(veth.other_end, SIOCSIFFLAGS, short{0});
    const auto play = [&](const std::string& interface) {
      return tcpcraft(source_dir, {"replay", "--raw", "-i", interface, article.string()});
    };
    const Ran without_carrier = play(veth.device);
    EXPECT_EQ(without_carrier.exit_code, 3);
    EXPECT_NE(without_carrier.output.find("no carrier"), std::string::npos) << without_carrier.output;
    const Ran down = play(veth.other_end);
    EXPECT_EQ(down.exit_code, 3);
    EXPECT_NE(down.output.find(veth.other_end + " is down"), std::string::npos) << down.output;
    const Ran missing = play("nix0");
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_NE(missing.output.find("no interface nix0; there are: lo, "), std::string::npos) << missing.output;
  });
}

TEST(ReplayRaw, command_lines_that_cannot_be_meant) {
  const TemporaryFolder folder;
  folder.write("text.pcap", "no capture at all");
  const auto expect = [&](const std::vector<std::string>& arguments, int exit_code, const std::string& says) {
    std::vector<std::string> words{"replay", "--raw"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Ran run = tcpcraft(folder.path(), words);
    EXPECT_EQ(run.exit_code, exit_code) << run.output;
    EXPECT_NE(run.output.find(says), std::string::npos) << run.output;
  };
  expect({"-i", "lo", "--speed", "fast", "text.pcap"}, 2, "--speed: 'fast' is not a speed");
  expect({"-i", "lo", "--speed", "0", "text.pcap"}, 2, "--speed: '0'");
  expect({"-i", "lo", "--speed", "nan", "text.pcap"}, 2, "--speed: 'nan'");
  expect({"-i", "lo", "--speed", "2x", "--as-fast-as-possible", "text.pcap"}, 2, "excludes");
  expect({"-i", "lo", "--to", "127.0.0.1:80", "text.pcap"}, 2, "--raw excludes --to");
  expect({"text.pcap"}, 2, "--raw requires --interface");
  expect({"-i", "lo", "--loop", "2", "-"}, 2, "--loop: - is not a file");
  expect({"-i", "lo", "--limit", "0", "text.pcap"}, 2, "--limit");
  expect({"-i", "lo", "missing.pcap"}, 3, "missing.pcap");
  expect({"-i", "lo", "text.pcap"}, 2, "text.pcap: the capture is damaged");
}

TEST(ReplayRaw, the_hosts_own_interfaces_are_out_of_bounds_unless_named) {
  if (!os::is_in_first_network()) GTEST_SKIP() << "this is no host's own network";
  for (const std::string& name : os::network_interface_names()) {
    if (os::find_network_interface(name).hardware == 772) continue;  // ARPHRD_LOOPBACK
    const Ran run = tcpcraft(source_dir, {"replay", "--raw", "-i", name, article.string()});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.output.find("--allow-interface " + name), std::string::npos) << run.output;
  }
}

TEST(ReplayRaw, without_the_right_to_send_raw_frames) {
  const auto be_nobody = [] {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0))
      ::_exit(125);
  };
  const Ran run = tcpcraft("/", {"replay", "--raw", "-i", "lo", article.string()}, be_nobody);
  if (run.exit_code == 127) GTEST_SKIP() << "an ordinary user cannot reach this build";
  EXPECT_EQ(run.exit_code, 3) << run.output;
  EXPECT_NE(run.output.find("Operation not permitted"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("CAP_NET_RAW"), std::string::npos) << run.output;
}

}  // namespace
}  // namespace tcpcraft::cli_test
