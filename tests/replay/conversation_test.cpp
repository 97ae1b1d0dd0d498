#include <gtest/gtest.h>

#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

using model::State;

/// GET, an answer in one segment, the server closes, then the client.
Capture http(const std::string& answer = "HTTP/1.0 200 OK\r\n\r\nhello") {
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  const auto asked = static_cast<std::uint32_t>(request.size()) + 1,
             told = static_cast<std::uint32_t>(answer.size()) + 1;
  return Capture()
      .handshake()
      .client(psh_ack, 1, 1, request)
      .server(ack, 1, asked)
      .server(psh_ack, 1, asked, answer)
      .client(ack, asked, told)
      .server(fin_ack, told, asked)
      .client(fin_ack, asked, told + 1)
      .server(ack, told + 1, asked + 1);
}

Other http_server(std::vector<std::string> texts) {
  Other other;
  other.app = answers("GET / HTTP/1.0\r\n\r\n", std::move(texts), true);
  return other;
}

TEST(Conversation, says_what_the_client_said_and_hears_the_same) {
  Simulation simulation(http(), http_server({"HTTP/1.0 200 OK\r\n\r\nhello"}));
  const Result result = simulation.play();
  EXPECT_EQ(result.verdict, Verdict::same) << result.summary;
  EXPECT_EQ(simulation.received, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(simulation.ended);
  EXPECT_EQ(simulation.tcb().state, State::time_wait);
}

TEST(Conversation, hears_what_is_said_before_the_capture_tells_that_anything_is) {
  Other other;
  other.app = answers("", {"220 hello\r\n"}, false);
  for (const std::string said : {"220 hello\r\n", "220 hullo\r\n"}) {
    // The first answer was lost on its way to where this was captured.
    Simulation simulation(Capture()
                              .client(syn, 0)
                              .client(syn, 0)
                              .after(1s)
                              .server(syn_ack, 0, 1)
                              .client(ack, 1, 1)
                              .server(psh_ack, 1, 1, said)
                              .client(ack, 1, 12)
                              .client(fin_ack, 1, 12)
                              .server(ack, 12, 2),
                          other);
    simulation.read_ahead = 1;
    const Result result = simulation.play();
    EXPECT_EQ(result.verdict, said == "220 hello\r\n" ? Verdict::same : Verdict::differs) << result.summary;
    EXPECT_TRUE(result.compared);
  }
}

TEST(Conversation, repeats_its_last_fin_though_it_is_acknowledged_this_time) {
  const std::string answer = "HTTP/1.0 200 OK\r\n\r\nhello";
  const auto asked = 19u, told = static_cast<std::uint32_t>(answer.size()) + 1;
  Capture twice = http(answer);
  twice.packets.pop_back();
  twice.client(fin_ack, asked, told + 1).after(300ms).server(ack, told + 1, asked + 1);
  Simulation simulation(twice, http_server({answer}));
  const Result result = simulation.play();
  EXPECT_EQ(result.verdict, Verdict::same) << result.summary;
  EXPECT_EQ(simulation.ours.back().flags, fin_ack);
}

TEST(Conversation, does_not_mind_how_the_answer_is_cut) {
  Simulation simulation(http(), http_server({"HTTP/1.0 ", "200 OK\r\n\r", "\nhel", "lo"}));
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
}

TEST(Conversation, tells_the_first_difference) {
  Simulation simulation(http(), http_server({"HTTP/1.0 200 OK\r\n\r\nhullo"}));
  const Result result = simulation.play();
  EXPECT_EQ(result.verdict, Verdict::differs);
  EXPECT_EQ(result.summary, "the server says something else at byte 20");
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->before, bytes_of("HTTP/1.0 200 OK\r\n\r\nh"));
  EXPECT_EQ(result.difference->captured, bytes_of("ello"));
  EXPECT_EQ(result.difference->live, bytes_of("ullo"));
  EXPECT_EQ(simulation.tcb().state, State::closed);  // nothing is left behind
}

TEST(Conversation, tells_where_the_answer_ends_early_or_goes_on) {
  EXPECT_EQ(Simulation(http(), http_server({"HTTP/1.0 200 OK\r\n\r\nhell"})).play().summary,
            "the server ends early, at byte 23 of the capture");
  EXPECT_EQ(Simulation(http(), http_server({"HTTP/1.0 200 OK\r\n\r\nhello!"})).play().summary,
            "the server goes on at byte 24, where it ends in the capture");
}

TEST(Conversation, gives_a_silent_server_up) {
  Simulation simulation(http(), Other{});
  const Result result = simulation.play();
  EXPECT_EQ(result.summary, "the server is silent for 10s longer than in the capture, after 0 bytes of 24");
  EXPECT_EQ(result.doing,
            "in ESTABLISHED, 2 of 3 acts of the capture played; next FIN-ACK, once 24 bytes of "
            "the server's and its FIN have come (0 have)");
}

TEST(Conversation, loss_reordering_and_duplicates_are_repaired) {
  const std::string upload = long_text(60'000), answer = long_text(90'000);
  Capture capture;
  capture.handshake();
  for (std::uint32_t at = 0; at < upload.size(); at += 1000)
    capture.client(ack, 1 + at, 1, upload.substr(at, 1000)).server(ack, 1, 1001 + at);
  for (std::uint32_t at = 0; at < answer.size(); at += 1000)
    capture.server(ack, 1 + at, 60'001, answer.substr(at, 1000)).client(ack, 60'001, 1001 + at);
  capture.server(fin_ack, 90'001, 60'001).client(fin_ack, 60'001, 90'002).server(ack, 90'002, 60'002);
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    Other other;
    other.app = answers(upload, {answer}, true);
    other.options.sack = seed % 2 == 0;
    const wire::Options options = seed % 4 < 2 ? wire::Options{wire::Mss{1460}, wire::SackPermitted{}}
                                               : wire::Options{wire::Mss{1460}, wire::SackPermitted{},
                                                               wire::Timestamps{1, 0}, wire::WindowScale{7}};
    other.options.timestamps = seed % 3 == 0;
    Capture offered = capture;
    offered.packets[0].first.segment.options = options;
    Simulation simulation(offered, other, {0.05, 0.02, 0.05, seed});
    const Result result = simulation.play();
    EXPECT_EQ(result.verdict, Verdict::same)
        << "seed " << seed << ": " << result.summary << "; " << result.doing;
    EXPECT_EQ(simulation.received, upload) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tcpcraft::replay
