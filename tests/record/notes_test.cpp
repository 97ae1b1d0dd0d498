// What `run` has noted in a capture is taken for what it says; what others say is not.

#include <gtest/gtest.h>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;

const char* const section =
    "tcpcraft run: Patience\n"
    "kernel: {app: script, link: tun, mtu: 1300}\n"
    "kernel at 192.0.2.2:9877\n"
    "peer at 192.0.2.1:40000";

capture::Packet packet(std::uint64_t number, bool to_kernel, wire::Flags flags, std::uint32_t seq,
                       std::uint32_t ack, wire::Duration at) {
  capture::Packet result;
  result.number = number;
  result.time = wire::Time(1700000000s) + at;
  const wire::Endpoint peer = *wire::Endpoint::parse("192.0.2.1:40000");
  const wire::Endpoint kernel = *wire::Endpoint::parse("192.0.2.2:9877");
  result.segment.source = to_kernel ? peer : kernel;
  result.segment.destination = to_kernel ? kernel : peer;
  result.segment.flags = flags;
  result.segment.seq = wire::SeqNum(seq);
  result.segment.ack = wire::SeqNum(ack);
  result.segment.window = 65535;
  return result;
}

std::string text(capture::Comments comments) {
  using wire::Flag;
  Splitter splitter(Side::noted, std::move(comments));
  splitter.add(packet(1, true, {Flag::syn}, 1000, 0, 0s));
  splitter.add(packet(2, false, {Flag::syn, Flag::ack}, 5000, 1001, 1ms));
  splitter.add(packet(3, true, {Flag::ack}, 1001, 5001, 2ms));
  splitter.add(packet(4, false, {Flag::fin, Flag::ack}, 5001, 1001, 600ms));
  std::vector<Conversation> conversations = splitter.take();
  EXPECT_EQ(conversations.size(), 1u);
  const Recorded recorded = record(conversations.front());
  EXPECT_EQ(recorded.refused, "");
  return recorded.text;
}

TEST(Notes, calls_and_pauses_stand_where_they_were) {
  capture::Comments comments{section, {}, {}};
  comments.packets[4] = {"app: accept -> ok  (0.590000 s before)", "app: read -> EAGAIN  (0.589000 s before)",
                         "app: close -> ok  (0.000010 s before)"};
  comments.end = {"expect: nothing for 500ms  (0.080000 s before)"};
  EXPECT_EQ(text(comments),
            "scenario: Patience\n"
            "kernel: {app: script, link: tun, mtu: 1300}\n"
            "steps:\n"
            "  - use:    handshake\n"
            "  - app:    read -> EAGAIN\n"
            "  - expect: nothing for 500ms\n"
            "  - app:    close\n"
            "  - expect: FIN-ACK\n");
}

TEST(Notes, a_pause_that_is_seen_to_end_late_stands_before_the_call_behind_it) {
  capture::Comments comments{section, {}, {}};
  comments.packets[4] = {"app: accept -> ok  (0.590000 s before)"};
  comments.end = {"app: read -> eof  (0.500000 s later)", "expect: nothing for 500ms  (0.500900 s later)"};
  EXPECT_TRUE(
      text(comments).ends_with("  - expect: nothing for 500ms\n"
                               "  - app:    read -> eof\n"))
      << text(comments);
}

TEST(Notes, a_stream_stands_for_its_segments) {
  using wire::Flag;
  capture::Comments comments{section, {}, {}};
  comments.packets[4] = {"app: accept -> ok  (0.000010 s before)",
                         "app: start write len=5  (0.000005 s before)"};
  comments.packets[8] = {"app: finish -> 5 bytes  (0.000900 s before)"};
  comments.packets[11] = {"app: read -> 4 bytes  (0.000005 s before)"};
  comments.end = {"expect: stream len=5  (0.004500 s before)", "send: stream \"abcd\"  (0.000500 s before)",
                  "expect: stream FIN  (0.000000 s before)"};
  Splitter splitter(Side::noted, std::move(comments));
  const auto pass = [&](bool to_kernel, wire::Flags flags, std::uint32_t seq, std::uint32_t ack,
                        const std::string& data = "") {
    static std::uint64_t number = 0;
    capture::Packet one = packet(++number, to_kernel, flags, seq, ack, number * 1ms);
    one.segment.payload.assign(data.begin(), data.end());
    splitter.add(one);
  };
  const wire::Flags ack{Flag::ack}, push{Flag::psh, Flag::ack};
  pass(true, {Flag::syn}, 1000, 0);
  pass(false, {Flag::syn, Flag::ack}, 5000, 1001);
  pass(true, ack, 1001, 5001);
  pass(false, ack, 5001, 1001, "abc");
  pass(true, ack, 1001, 5004);
  pass(false, push, 5004, 1001, "de");
  pass(true, ack, 1001, 5006, "ab");
  pass(false, ack, 5006, 1003);
  pass(true, push, 1003, 5006, "cd");
  pass(false, ack, 5006, 1005);
  pass(false, {Flag::fin, Flag::ack}, 5006, 1005);
  const Recorded recorded = record(splitter.take().at(0));
  EXPECT_EQ(recorded.text.substr(recorded.text.find("steps:")),
            "steps:\n"
            "  - use:    handshake\n"
            "  - app:    start write len=5\n"
            "  - expect: stream len=5\n"
            "  - app:    finish -> 5 bytes\n"
            "  - send:   stream \"abcd\"\n"
            "  - app:    read -> 4 bytes\n"
            "  - expect: stream FIN\n");
}

TEST(Notes, of_others_are_passed_over) {
  for (const char* other :
       {"", "a comment", "tcpcraft run: x\nkernel: {app: script}\nkernel at nowhere\npeer at x",
        "tcpcraft run: x\nkernel: {app: script}\nkernel at 192.0.2.2:9877\npeer at 192.0.2.1:40000\n"
        "peer at 192.0.2.1:40001"}) {
    const std::string made = text({other, {}, {}});
    EXPECT_TRUE(made.starts_with("scenario: 192.0.2.1:40000 to 192.0.2.2:9877, 2023-11-14")) << made;
  }
  capture::Comments comments{section, {}, {}};
  comments.packets[2] = {"app: ",
                         "nonsense",
                         "app: read  (never)",
                         "c@app: close  (1 s before)",
                         "app: close  (100000 s before)",
                         "app: x  (-1 s before)"};
  const std::string made = text(comments);
  EXPECT_EQ(made.find("nonsense"), std::string::npos);
  EXPECT_EQ(made.find("app: x"), std::string::npos);
  EXPECT_EQ(made.find("app: close"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::record
