#include <gtest/gtest.h>

#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

Result played(Capture capture, Other other = {}, Settings settings = {}) {
  return Simulation(std::move(capture), std::move(other), {}, settings).play();
}

Capture ask_and_answer() {
  return Capture().handshake().client(psh_ack, 1, 1, "ask").server(psh_ack, 1, 4, "answer").closed(4, 7);
}

Other answering() {
  Other other;
  other.app = answers("ask", {"answer"}, true);
  return other;
}

std::string refusal(const Capture& capture, Settings settings = {}) {
  const Result result = played(capture, answering(), settings);
  EXPECT_EQ(result.verdict, Verdict::refused);
  return result.summary;
}

Capture without(Capture capture, std::initializer_list<std::size_t> packets) {
  for (const std::size_t packet : packets)
    capture.packets.erase(capture.packets.begin() + static_cast<std::ptrdiff_t>(packet));
  return capture;
}

TEST(Plan, a_capture_that_begins_in_the_midst_is_refused) {
  EXPECT_EQ(refusal(without(ask_and_answer(), {0, 0, 0})),
            "the capture begins in the midst of it: the client's SYN is missing, and what was said before");
}

TEST(Plan, a_syn_that_resets_opens_nothing) {
  Capture capture = without(ask_and_answer(), {0});
  capture.packets.front().first.segment.flags = {wire::Flag::syn, wire::Flag::rst};
  capture.packets.front().second = true;
  EXPECT_NE(refusal(capture).find("the client's SYN is missing"), std::string::npos) << refusal(capture);
}

TEST(Plan, of_one_side_only_ours_is_enough) {
  Capture ours, theirs;
  const Capture whole = ask_and_answer();
  for (const auto& packet : whole.packets) (packet.second ? ours : theirs).packets.push_back(packet);
  EXPECT_EQ(refusal(theirs), "only the server's side of it was captured");
  Settings server;
  server.role = Role::server;
  EXPECT_EQ(refusal(ours, server), "only the client's side of it was captured");

  const Result result = played(ours, answering());
  EXPECT_EQ(result.verdict, Verdict::same) << result.summary;
  EXPECT_FALSE(result.compared);
}

TEST(Plan, what_the_snap_length_cut_is_refused) {
  Capture capture = ask_and_answer();
  capture.packets[3].first.cut = true;
  EXPECT_EQ(refusal(capture), "packet 4 was cut by the snap length: its data is missing");
}

TEST(Plan, holes_are_refused) {
  const Capture ours = Capture().handshake().client(ack, 1, 1, "as").client(ack, 3, 1, "k").server(ack, 1, 4);
  EXPECT_EQ(refusal(without(ours, {3})),
            "bytes of the client's are missing from the capture, from byte 0 on");
  EXPECT_EQ(refusal(without(ask_and_answer(), {3})),
            "bytes of the client's are missing from the capture, from byte 0 on");
  const Capture theirs =
      Capture().handshake().client(ack, 1, 1, "ask").server(ack, 1, 4, "an").server(ack, 3, 4, "swer");
  EXPECT_EQ(refusal(without(theirs, {4})),
            "bytes of the server's are missing from the capture, from byte 0 on");
}

TEST(Plan, signed_segments_are_refused) {
  Capture capture = ask_and_answer();
  capture.packets[0].first.segment.options.push_back(wire::Md5{Bytes(16)});
  EXPECT_EQ(refusal(capture), "its segments are signed (TCP MD5)");
}

TEST(Plan, segments_out_of_order_are_put_in_order) {
  const Capture whole = Capture()
                            .handshake()
                            .client(ack, 1, 1, "a")
                            .client(ack, 2, 1, "s")
                            .client(psh_ack, 3, 1, "k")
                            .server(ack, 1, 4, "ans")
                            .server(psh_ack, 4, 4, "wer")
                            .closed(4, 7);
  for (std::size_t i = 0; i + 1 < whole.packets.size(); ++i) {
    Capture capture = whole;
    std::swap(capture.packets[i], capture.packets[i + 1]);
    std::swap(capture.packets[i].first.time, capture.packets[i + 1].first.time);
    Simulation simulation(capture, answering());
    const Result result = simulation.play();
    EXPECT_EQ(result.verdict, Verdict::same) << i << ": " << result.summary;
    EXPECT_EQ(simulation.received, "ask") << i;
  }
}

TEST(Plan, what_was_discarded_for_its_checksum_was_not_said) {
  Capture capture = Capture().handshake().client(ack, 1, 1, "axe").client(ack, 1, 1, "ask").server(ack, 1, 4);
  for (auto& packet : capture.packets) packet.first.checksum = capture::Checksum::right;
  capture.packets[3].first.checksum = capture::Checksum::wrong;
  Simulation simulation(capture, Other{});
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, "ask");
}

TEST(Plan, checksums_that_are_always_wrong_are_not_heeded) {
  Capture capture = ask_and_answer();
  for (auto& packet : capture.packets) packet.first.checksum = capture::Checksum::wrong;
  Simulation simulation(capture, answering());
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, "ask");
}

TEST(Plan, a_download_is_few_acts) {
  Plan plan(Role::client, false);
  Capture capture;
  capture.handshake();
  for (std::uint32_t i = 0; i < 1000; ++i)
    capture.server(ack, 1 + i, 1, "x").client(ack, 1, 2 + i).window(static_cast<std::uint16_t>(1000 + i));
  for (const auto& [packet, by_client] : capture.packets) plan.add(packet, by_client);
  EXPECT_LE(plan.acts().size(), 2u);
  EXPECT_EQ(plan.take_their_text().size(), 1000u);
  EXPECT_EQ(plan.buffered(), 0u);
}

}  // namespace
}  // namespace tcpcraft::replay
