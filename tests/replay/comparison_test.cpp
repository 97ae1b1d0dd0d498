#include <gtest/gtest.h>

#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

/// Whether the streams are the same, however they are cut.
bool are_same(const std::string& captured, const std::string& live, const std::vector<std::string>& ignored) {
  const Masks masks(ignored);
  std::vector<bool> results;
  for (const std::size_t step : {1u, 2u, 3u, 7u, 10000u}) {
    Comparison comparison(masks);
    for (std::size_t at = 0; at < std::max(captured.size(), live.size()); at += step) {
      if (at < captured.size()) comparison.captured(bytes_of(captured.substr(at, step)));
      if (at < live.size()) comparison.live(bytes_of(live.substr(at, step)));
    }
    comparison.captured_ended();
    comparison.live_ended();
    results.push_back(!comparison.difference());
  }
  for (const bool result : results) EXPECT_EQ(result, results[0]) << captured << " " << live;
  return results[0];
}

const std::vector<std::string> date{"^Date: .*"};

TEST(Comparison, of_bytes) {
  EXPECT_TRUE(are_same("abc\ndef", "abc\ndef", {}));
  EXPECT_FALSE(are_same("abc\ndef", "abc\ndeF", {}));
  EXPECT_FALSE(are_same("abc", "abcd", {}));
  EXPECT_FALSE(are_same("abcd", "abc", {}));
}

TEST(Comparison, leaves_out_what_is_ignored) {
  EXPECT_TRUE(are_same("A\r\nDate: Monday\r\n\r\nx", "A\r\nDate: Tuesday\r\n\r\nx", date));
  EXPECT_FALSE(are_same("A\r\nDate: Monday\r\n\r\nx", "A\r\nDate: Tuesday\r\n\r\ny", date));
  EXPECT_TRUE(are_same("A\r\n\r\nx", "A\r\nDate: Tuesday\r\n\r\nx", date));
  EXPECT_FALSE(are_same("A\r\n\r\nx", "A\r\n\r\n\r\nx", date));
  EXPECT_TRUE(are_same("id=17 id=4 z", "id=1 id=99 z", {"id=[0-9]+"}));
  EXPECT_TRUE(are_same(std::string("\0a1\0", 4), std::string("\0a2\0", 4), {"a[0-9]"}));
}

TEST(Comparison, tells_both_offsets_where_lines_differ) {
  const Masks masks(date);
  Comparison comparison(masks);
  comparison.captured(bytes_of("Date: 1\nabc\n"));
  comparison.live(bytes_of("Date: 100\nabd\n"));
  ASSERT_TRUE(comparison.difference());
  EXPECT_EQ(comparison.difference()->offset, 10);
  EXPECT_EQ(comparison.difference()->live_offset, 12);
  EXPECT_EQ(comparison.difference()->before, bytes_of("ab"));
  EXPECT_EQ(comparison.difference()->captured, bytes_of("c\n"));
}

TEST(Comparison, reaches_an_unfinished_line) {
  const Masks masks(date);
  Comparison comparison(masks);
  comparison.captured(bytes_of("hello\nlogin: "));
  comparison.live(bytes_of("hello\nlog"));
  EXPECT_TRUE(comparison.has_reached(6));
  EXPECT_TRUE(comparison.has_reached(9));
  EXPECT_FALSE(comparison.has_reached(13));
  comparison.live(bytes_of("in: "));
  EXPECT_TRUE(comparison.has_reached(13));
  EXPECT_FALSE(comparison.has_reached(14));
}

TEST(Comparison, long_lines_do_not_break_it) {
  const std::string line(300'000, 'a');
  EXPECT_TRUE(are_same(line + "\n", line + "\n", {"(b|c)+d*$", "x.*"}));
}

TEST(Comparison, says_which_pattern_is_wrong) {
  try {
    Masks masks({"good", "("});
    ADD_FAILURE();
  } catch (const std::invalid_argument& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("'(': ")) << error.what();
  }
}

TEST(Comparison, an_ignored_length_does_not_hold_the_client_up) {
  const Capture capture = Capture()
                              .handshake()
                              .client(psh_ack, 1, 1, "one")
                              .server(psh_ack, 1, 4, "Date: Wednesday\n")
                              .client(psh_ack, 4, 17, "two")
                              .server(psh_ack, 17, 7, "ok\n")
                              .client(ack, 7, 20);
  Other other;
  other.app = [step = 0](const std::string& received, bool) mutable {
    std::vector<std::optional<std::string>> says;
    if (step == 0 && received == "one") says.emplace_back("Date: Mon\n");
    if (step == 1 && received == "onetwo") says.emplace_back("ok\n");
    step += !says.empty();
    return says;
  };
  const Masks masks(date);
  Simulation simulation(capture, other, {}, {}, &masks);
  EXPECT_EQ(simulation.play().verdict, Verdict::same);
}

}  // namespace
}  // namespace tcpcraft::replay
