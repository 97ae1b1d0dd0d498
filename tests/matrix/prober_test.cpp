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

INSTANTIATE_TEST_SUITE_P(Ip, ProberTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "v6" : "v4"; });

}  // namespace
}  // namespace tcpcraft::matrix::test
