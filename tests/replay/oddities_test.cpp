#include <gtest/gtest.h>

#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

using model::State;

/// The other side echoes what comes, and closes when it has seen the end.
Other echo(bool sack = false, bool timestamps = false) {
  Other other;
  other.options.sack = sack;
  other.options.timestamps = timestamps;
  other.app = [said = std::size_t{0}, closed = false](const std::string& received, bool end) mutable {
    std::vector<std::optional<std::string>> says;
    if (received.size() > said) says.emplace_back(received.substr(said));
    said = received.size();
    if (end && !std::exchange(closed, true)) says.emplace_back();
    return says;
  };
  return other;
}

Other silent() {
  return Other{};
}

std::size_t count(const Simulation& simulation, const std::function<bool(const wire::Segment&)>& is) {
  return static_cast<std::size_t>(std::count_if(simulation.ours.begin(), simulation.ours.end(), is));
}

/// "a" and "b" are echoed; the client closes first.
Capture echoed(std::uint32_t client_iss = 1000, std::uint32_t server_iss = 70000,
               const wire::Options& options = {wire::Mss{1460}}) {
  return Capture(client_iss, server_iss)
      .handshake(options)
      .client(psh_ack, 1, 1, "a")
      .server(psh_ack, 1, 2, "a")
      .client(psh_ack, 2, 2, "b")
      .server(psh_ack, 2, 3, "b")
      .closed(3, 3);
}

TEST(Oddities, numbers_wrap_in_the_capture_and_in_life) {
  for (const std::uint32_t captured : {1000u, 4294967294u, 4294967295u})
    for (const std::uint32_t live : {1000u, 4294967294u, 4294967295u}) {
      Other other = echo();
      other.iss = live;
      Simulation simulation(echoed(captured, captured), other);
      EXPECT_EQ(simulation.play(SeqNum(live)).verdict, Verdict::same) << captured << " " << live;
      EXPECT_EQ(simulation.received, "ab");
      Simulation in_vain(echoed(captured, captured), silent());
      EXPECT_EQ(in_vain.play(SeqNum(live)).verdict, Verdict::differs) << captured << " " << live;
    }
}

TEST(Oddities, a_half_close_is_kept) {
  const Capture capture = Capture()
                              .handshake()
                              .client(psh_ack, 1, 1, "all")
                              .client(fin_ack, 4, 1)
                              .server(ack, 1, 5)
                              .server(psh_ack, 1, 5, "answer")
                              .client(ack, 5, 7)
                              .server(fin_ack, 7, 5)
                              .client(ack, 5, 8);
  Other other;
  other.app = [done = false](const std::string&, bool end) mutable {
    std::vector<std::optional<std::string>> says;
    if (end && !std::exchange(done, true)) says = {"answer", std::nullopt};
    return says;
  };
  Simulation simulation(capture, other);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.tcb().state, State::closed);
}

TEST(Oddities, a_connection_that_is_left_half_closed_is_reset_in_the_end) {
  const Capture capture =
      Capture().handshake().client(psh_ack, 1, 1, "a").server(fin_ack, 1, 2).client(ack, 2, 2);
  Other other;
  other.app = answers("a", {}, true);
  Simulation simulation(capture, other);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_TRUE(simulation.ours.back().has(Flag::rst));
  EXPECT_EQ(simulation.tcb().state, State::closed);
}

TEST(Oddities, a_reset_in_the_midst_is_kept) {
  const Capture capture = Capture()
                              .handshake()
                              .client(psh_ack, 1, 1, "abc")
                              .server(ack, 1, 4)
                              .client(rst, 4)
                              .server(psh_ack, 1, 4, "too late");
  Simulation simulation(capture, silent());
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, "abc");
  EXPECT_EQ(simulation.tcb().state, State::closed);
}

TEST(Oddities, a_servers_reset_is_wanted_where_the_capture_has_one) {
  const Capture capture = Capture().handshake().client(psh_ack, 1, 1, "a").server(rst, 1);
  EXPECT_EQ(Simulation(capture, silent()).play().summary,
            "the server does not reset the connection for 10s longer than in the capture");
  Other closing;
  closing.app = answers("a", {}, true);
  EXPECT_EQ(Simulation(capture, closing).play().summary,
            "the server closes the connection, which it resets in the capture");
}

Capture with_closed_window() {
  return Capture()
      .handshake()
      .client(psh_ack, 1, 1, "go")
      .server(ack, 1, 3, long_text(1000))
      .client(ack, 3, 1001)
      .window(0)
      .client(ack, 3, 1001)
      .window(60000)
      .after(500ms)
      .server(ack, 1001, 3, long_text(2000).substr(1000))
      .client(ack, 3, 2001);
}

TEST(Oddities, a_window_of_zero_is_kept_as_far_as_none_is_taken_back) {
  Capture capture = with_closed_window();
  capture.packets[0].first.segment.window = capture.packets[2].first.segment.window =
      capture.packets[3].first.segment.window = 1000;
  Other other;
  other.app = answers("go", {long_text(2000)}, false);
  Simulation simulation(capture, other);
  const Result result = simulation.play();
  EXPECT_EQ(result.verdict, Verdict::same) << result.summary << result.doing;
  EXPECT_GE(simulation.took(), 500ms);
  EXPECT_GE(count(simulation, [](const auto& s) { return s.window == 0 && !s.has(Flag::rst); }), 1u);

  Settings clean;
  clean.clean = true;
  Simulation without(capture, other, {}, clean);
  EXPECT_EQ(without.play().verdict, Verdict::same);
  EXPECT_EQ(count(without, [](const auto& s) { return s.window == 0 && !s.has(Flag::rst); }), 0u);
}

TEST(Oddities, retransmissions_and_probes_are_kept_unless_clean) {
  const Capture capture = Capture()
                              .handshake()
                              .client(psh_ack, 1, 1, "ab")
                              .server(psh_ack, 1, 3, "ab")
                              .client(psh_ack, 1, 3, "ab")
                              .server(ack, 3, 3)
                              .client(ack, 2, 3)  // a keep-alive
                              .server(ack, 3, 3)
                              .closed(3, 3);
  const auto is_text = [](const auto& s) { return s.payload == bytes_of("ab"); };
  Simulation simulation(capture, echo());
  EXPECT_EQ(simulation.play(SeqNum(100)).verdict, Verdict::same);
  EXPECT_EQ(count(simulation, is_text), 2u);
  EXPECT_EQ(count(simulation, [](const auto& s) { return s.flags == ack && s.seq == SeqNum(102); }), 1u);

  Settings clean;
  clean.clean = true;
  Simulation without(capture, echo(), {}, clean);
  EXPECT_EQ(without.play(SeqNum(100)).verdict, Verdict::same);
  EXPECT_EQ(count(without, is_text), 1u);
  EXPECT_EQ(count(without, [](const auto& s) { return s.flags == ack && s.seq == SeqNum(102); }), 0u);
}

TEST(Oddities, an_acknowledgement_of_nothing_is_sent_as_it_was) {
  const Capture capture = Capture()
                              .handshake()
                              .client(ack, 1, 500)
                              .server(ack, 1, 1)
                              .client(psh_ack, 1, 1, "a")
                              .server(ack, 1, 2);
  Simulation simulation(capture, silent());
  EXPECT_EQ(simulation.play(SeqNum(100)).verdict, Verdict::same);
  EXPECT_EQ(count(simulation, [](const auto& s) { return s.ack == SeqNum(5'000'500); }), 1u);
}

TEST(Oddities, a_reset_that_ends_nothing_ends_nothing) {
  const Capture capture = Capture()
                              .handshake()
                              .client(psh_ack, 1, 1, "a")
                              .server(ack, 1, 2)
                              .client(rst, 1)  // below the window
                              .client(psh_ack, 2, 1, "b")
                              .server(ack, 1, 3);
  Simulation simulation(capture, silent());
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, "ab");
}

TEST(Oddities, timestamps_are_echoed_and_gaps_reported_by_sack) {
  const std::string answer = long_text(40'000);
  Capture capture;
  capture.handshake({wire::Mss{1460}, wire::SackPermitted{}, wire::Timestamps{5, 0}})
      .client(psh_ack, 1, 1, "go");
  for (std::uint32_t at = 0; at < answer.size(); at += 1000)
    capture.server(ack, 1 + at, 3, answer.substr(at, 1000)).client(ack, 3, 1001 + at);
  Other other;
  other.options.sack = other.options.timestamps = true;
  other.app = answers("go", {answer}, false);
  Simulation simulation(capture, other, {0.1, 0, 0, 3});
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_GE(count(simulation, [](const auto& s) { return wire::find<wire::Sack>(s.options) != nullptr; }),
            1u);
  for (const wire::Segment& segment : simulation.ours) {
    if (segment.has(Flag::rst)) continue;
    const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
    ASSERT_TRUE(timestamps);
    EXPECT_EQ(segment.has(Flag::syn), timestamps->tsecr == 0);
  }
}

TEST(Oddities, a_server_without_options_gets_none) {
  Simulation simulation(
      echoed(1, 2, {wire::Mss{1460}, wire::SackPermitted{}, wire::Timestamps{5, 0}, wire::WindowScale{7}}),
      echo());
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(count(simulation, [](const auto& s) { return !s.has(Flag::syn) && !s.options.empty(); }), 0u);
}

TEST(Oddities, a_window_is_scaled_by_fourteen) {
  const wire::Options options{wire::Mss{1460}, wire::WindowScale{14}};
  const std::string answer = long_text(300'000);
  Capture capture;
  capture.handshake(options).window(100).client(psh_ack, 1, 1, "go").window(100);
  for (std::uint32_t at = 0; at < answer.size(); at += 1000)
    capture.server(ack, 1 + at, 3, answer.substr(at, 1000));
  capture.client(ack, 3, 300'001).window(100);
  Other other;
  other.options.window_scale = 14;
  other.options.receive_buffer = 1 << 24;
  other.app = answers("go", {answer}, false);
  Simulation simulation(capture, other);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.tcb().max_snd_wnd, 100u << 14);
}

TEST(Oddities, segments_are_no_larger_than_the_server_takes) {
  const std::string text = long_text(20'000);
  const Capture capture = Capture()
                              .handshake({wire::Mss{65495}})
                              .client(psh_ack, 1, 1, text)
                              .server(ack, 1, 20'001)
                              .client(psh_ack, 1, 1, text)
                              .server(ack, 1, 20'001);
  Other other;
  other.options.mss = 1000;
  Simulation simulation(capture, other);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, text);
  EXPECT_EQ(simulation.longest, 1000u);
}

TEST(Oddities, a_small_window_is_filled_again_and_again) {
  const std::string text = long_text(5000);
  const Capture capture = Capture().handshake().client(psh_ack, 1, 1, text).server(ack, 1, 5001);
  Other other;
  other.options.receive_buffer = 700;
  other.read_size = 700;
  Simulation simulation(capture, other);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
  EXPECT_EQ(simulation.received, text);
}

TEST(Oddities, the_server_can_be_played) {
  Settings server;
  server.role = Role::server;
  Other client;
  client.app = [step = 0](const std::string& received, bool) mutable {
    std::vector<std::optional<std::string>> says;
    if (step == 0) says.emplace_back("a");
    if (step == 1 && received == "a") says.emplace_back("b");
    if (step == 2 && received == "ab") says.emplace_back();
    step += !says.empty();
    return says;
  };
  Simulation simulation(echoed(), client, {0.1, 0.05, 0.05, 7}, server);
  const Result result = simulation.play();
  EXPECT_EQ(result.verdict, Verdict::same) << result.summary;
  EXPECT_EQ(simulation.received, "ab");
}

TEST(Oddities, without_waiting_for_the_times_of_the_capture) {
  Capture capture = echoed();
  for (std::size_t i = 3; i < capture.packets.size(); ++i) capture.packets[i].first.time += 20s;
  const auto took = [&](bool fast, double speed) {
    Settings settings;
    settings.fast = fast;
    settings.speed = speed;
    Simulation simulation(capture, echo(), {}, settings);
    EXPECT_EQ(simulation.play().verdict, Verdict::same);
    return simulation.took();
  };
  EXPECT_GE(took(false, 1), 20s);
  EXPECT_GE(took(false, 2), 10s);
  EXPECT_LT(took(false, 2), 11s);
  EXPECT_LT(took(true, 1), 1s);
}

}  // namespace
}  // namespace tcpcraft::replay
