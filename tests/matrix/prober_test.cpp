// The real kernel, brought into every state.

#include <chrono>

#include "matrix/support.hpp"
#include "model/matrix_table.hpp"

namespace tcpcraft::matrix::test {
namespace {

using tcpcraft::test::TableCell;

TEST_P(ProberTest, EveryState_IsReached) {
  const SegmentClass& harmless = *find_segment_class("bad_csum");
  for (const StateVariant& state : state_variants()) {
    const Observation seen = bench->play(state, harmless);
    EXPECT_EQ(seen.inconclusive, "") << state.name << show_trace(seen);
    EXPECT_EQ(seen.before.state, state.state) << state.name;
    const bool listens = state.state == model::State::listen;
    EXPECT_EQ(seen.state, listens ? model::State::closed : state.state) << state.name;
    EXPECT_TRUE(seen.at_once.empty() && seen.flushed.empty()) << state.name << show_trace(seen);
    EXPECT_TRUE(seen.delivered.empty()) << state.name;
    EXPECT_FALSE(seen.end_of_file) << state.name;
    EXPECT_EQ(seen.socket_error, 0) << state.name;
    const bool orphan = state.name.find("/orphan") != state.name.npos || state.name == "LAST-ACK";
    EXPECT_EQ(seen.before.orphaned, orphan) << state.name;
    EXPECT_EQ(seen.before.rcv_wnd() == 0, state.name == "ESTABLISHED/zwin") << state.name;
  }
}

/// Whether what was observed is what the table says of Linux; else says what is different.
std::string difference(const TableCell& cell, const Observation& seen) {
  if (!seen.inconclusive.empty()) return seen.inconclusive;
  const auto names = variables(seen.before);
  const std::size_t late = cell.linux_reply.find(": ");
  const bool delayed = late != std::string::npos;
  const std::string reply = delayed ? cell.linux_reply.substr(late + 2) : cell.linux_reply;
  // By sock_diag nothing is left of a connection that went back to LISTEN.
  const std::string state = cell.linux_state == "LISTEN" ? "CLOSED" : cell.linux_state;
  const std::string expected = tcpcraft::test::resolve(reply, state, names, seen.injected);
  const bool chooses_iss = expected.find("ISS(new)") != std::string::npos;

  std::string said;
  for (const wire::Segment& segment : seen.at_once) said += show(segment, chooses_iss);
  if (delayed)
    for (const wire::Segment& segment : seen.flushed) said += show(segment, chooses_iss);
  if (reply.find("<WND=0>") != std::string::npos)
    for (const wire::Segment& segment : seen.at_once)
      if (segment.window != 0) said += "WND=" + std::to_string(segment.window) + " ";
  if (said.empty()) said = "none ";
  said += to_string(seen.state);
  if (said == expected || (delayed && said == "none " + state)) {
    if (!delayed && !seen.flushed.empty()) return "then flushed " + show(seen.flushed.front(), false);
    return "";
  }
  return "expected " + expected + "\n  observed " + said;
}

TEST_P(ProberTest, EveryCell_IsAsTheTableSaysOfLinux) {
  int cells = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (const TableCell& cell : tcpcraft::test::read_cells()) {
    const Observation seen = bench->play(cell.state, cell.name);
    const std::string different = difference(cell, seen);
    EXPECT_EQ(different, "") << cell.state << ' ' << cell.name << ' ' << cell.injected << show_trace(seen);
    ++cells;
  }
  EXPECT_EQ(cells, 806);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << cells / took.count() << " cells/s\n";
}

Observation play(Bench& bench, std::string_view state, std::string_view segment) {
  Observation seen = bench.play(state, segment);
  EXPECT_EQ(seen.inconclusive, "") << state << ' ' << segment << show_trace(seen);
  return seen;
}

TEST_P(ProberTest, DataInOrder_IsDeliveredAndItsAckFlushed) {
  const Observation seen = play(*bench, "ESTABLISHED", "data_exact");
  EXPECT_EQ(seen.delivered, seen.injected.payload);
  // Unless the host has held us up for as long as the kernel delays an ACK.
  const std::vector<wire::Segment>& answers = seen.at_once.empty() ? seen.flushed : seen.at_once;
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].ack, seen.before.rcv_nxt + 100);
  ASSERT_TRUE(seen.effects);
  EXPECT_EQ(seen.effects->segs_in, 1);
  EXPECT_EQ(seen.effects->bytes_received, 100);
  EXPECT_EQ(seen.effects->bytes_acked, 0);
  EXPECT_EQ(seen.effects->snd_wnd, 65535u);
}

TEST_P(ProberTest, DataOutOfOrder_IsKept) {
  const Observation seen = play(*bench, "ESTABLISHED", "data_ooo");
  EXPECT_TRUE(seen.delivered.empty());
  EXPECT_EQ(seen.at_once.size(), 1u);
  ASSERT_TRUE(seen.effects);
  EXPECT_EQ(seen.effects->rcv_ooopack, 1);
  EXPECT_EQ(seen.effects->bytes_received, 0);
}

TEST_P(ProberTest, Ack_OfAllMovesSndUna) {
  for (const char* state : {"ESTABLISHED", "FIN-WAIT-1/orphan"}) {
    const Observation seen = play(*bench, state, "ack_partial");
    ASSERT_TRUE(seen.effects) << state;
    EXPECT_EQ(seen.effects->bytes_acked, 100) << state;
    EXPECT_EQ(seen.effects->segs_in, 1) << state;
  }
}

TEST_P(ProberTest, Fin_IsTheEndOfFile) {
  const Observation seen = play(*bench, "ESTABLISHED", "fin_data");
  EXPECT_TRUE(seen.end_of_file);
  EXPECT_EQ(seen.delivered.size(), 100u);
  EXPECT_EQ(seen.at_once.size() + seen.flushed.size(), 1u);
  EXPECT_EQ(seen.state, model::State::close_wait);
  EXPECT_FALSE(play(*bench, "CLOSE-WAIT", "ack_new").end_of_file) << "it came before";
}

TEST_P(ProberTest, Rst_IsAnErrorAndNoEndOfFile) {
  const Observation seen = play(*bench, "ESTABLISHED", "rst_exact");
  EXPECT_EQ(seen.socket_error, ECONNRESET);
  EXPECT_FALSE(seen.end_of_file);
  EXPECT_FALSE(seen.effects) << "the socket is gone";
  EXPECT_EQ(play(*bench, "SYN-SENT", "rstack_exact").socket_error, ECONNREFUSED);
}

TEST_P(ProberTest, AConnectionOpenedByTheSegment_IsAccepted) {
  const Observation seen = play(*bench, "SYN-RECEIVED/passive", "data_acknew");
  EXPECT_EQ(seen.state, model::State::established);
  EXPECT_EQ(seen.delivered, seen.injected.payload);
  // Nothing of it is left for the next.
  EXPECT_EQ(play(*bench, "SYN-RECEIVED/passive", "rst_left").state, model::State::syn_received);
}

TEST_P(ProberTest, AClosedWindow_ReadingOpensItUnseen) {
  const Observation seen = play(*bench, "ESTABLISHED/zwin", "ack_dup");
  EXPECT_TRUE(seen.at_once.empty() && seen.flushed.empty()) << "a window update is no reaction";
  EXPECT_TRUE(seen.delivered.empty()) << "what filled the window was there before";
  const Observation fin = play(*bench, "ESTABLISHED/zwin", "fin_exact");
  EXPECT_EQ(fin.at_once.size() + fin.flushed.size(), 1u);
}

TEST_P(ProberTest, Timestamps_AreKeptUp) {
  const Observation seen = play(*bench, "ESTABLISHED", "ts_data_equal");
  EXPECT_TRUE(seen.before.timestamps());
  EXPECT_FALSE(seen.before.sack() || seen.before.scaling());
  EXPECT_EQ(seen.delivered.size(), 100u);
  EXPECT_FALSE(play(*bench, "ESTABLISHED", "data_exact").before.timestamps());
}

/// Numbers said by the connection's own, so that two connections can be compared.
std::string relative(const Observation& seen) {
  std::string said = std::string(to_string(seen.state)) + " ";
  // A delayed ACK may come before it is asked for, where the host has held us up.
  for (const auto* segments : {&seen.at_once, &seen.flushed}) {
    for (wire::Segment segment : *segments) {
      const bool numbered = segment.has(wire::Flag::ack) && seen.before.irs;
      if (numbered) segment.ack = wire::SeqNum(static_cast<std::uint32_t>(segment.ack - seen.before.rcv_nxt));
      segment.seq = wire::SeqNum(static_cast<std::uint32_t>(segment.seq - seen.before.snd_nxt));
      const bool foreign = !numbered || segment.has(wire::Flag::syn) || segment.has(wire::Flag::rst);
      said += foreign ? std::to_string(segment.flags.bits()) : show(segment, false);
    }
  }
  return said + " delivered " + std::to_string(seen.delivered.size()) + " error " +
         std::to_string(seen.socket_error) + (seen.end_of_file ? " end" : "");
}

class BothFamiliesTest : public tcpcraft::test::PrivateNetwork {};

TEST_F(BothFamiliesTest, EveryClassInEveryState_IsTakenTheSameWay) {
  prepare_namespace(false);
  Bench v4(false), v6(true);
  const std::size_t files = tcpcraft::test::open_files();
  for (const StateVariant& state : state_variants())
    for (const SegmentClass& segment : segment_classes()) {
      if (!applies(segment, state)) continue;
      const Observation one = v4.play(state, segment), other = v6.play(state, segment);
      EXPECT_EQ(one.inconclusive + other.inconclusive, "") << state.name << ' ' << segment.name;
      EXPECT_EQ(relative(one), relative(other)) << state.name << ' ' << segment.name << show_trace(one);
      EXPECT_LE(one.at_once.size() + one.flushed.size(), 1u) << state.name << ' ' << segment.name;
    }
  EXPECT_LE(tcpcraft::test::open_files(), files + 4) << "two listeners, two ports for the barriers";
}

INSTANTIATE_TEST_SUITE_P(Ip, ProberTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "v6" : "v4"; });

}  // namespace
}  // namespace tcpcraft::matrix::test
