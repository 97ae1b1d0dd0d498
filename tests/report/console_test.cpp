#include <gtest/gtest.h>

#include <tcpcraft/report/console.hpp>

namespace tcpcraft::report {
namespace {

const Style plain(false);

TEST(Printable, leaves_text_and_replaces_what_a_terminal_would_obey) {
  EXPECT_EQ(printable("grün · 日本"), "grün · 日本");
  EXPECT_EQ(printable("a\033[31mb"), "a?[31mb");
  EXPECT_EQ(printable("a\tb\rc\n\x7f"), "a b?c??");
  EXPECT_EQ(printable("\xff\xc3"), "??") << "no UTF-8";
  EXPECT_EQ(printable("\xc2\x9b"), "?") << "a C1 control";
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a?b")
      << "right-to-left override";
}

TEST(Diagnostic, the_caret_stands_under_the_token) {
  const scenario::Source source{"f.scn", "one\n  größer: xyz\n"};
  const std::size_t at = source.text.find("xyz");
  EXPECT_EQ(format_diagnostic(source, {{at, at + 3}, "wrong", "right"}, plain),
            "error: wrong\n"
            "  --> f.scn:2:11\n"
            "   |\n"
            " 2 |   größer: xyz\n"
            "   |           ^^^ right\n");
}

TEST(Diagnostic, a_long_line_is_cut_to_the_token) {
  const scenario::Source source{"f.scn", std::string(1000, 'a') + "xyz" + std::string(1000, 'b')};
  const std::string text = format_diagnostic(source, {{1000, 1003}, "wrong", ""}, plain);
  EXPECT_LT(text.size(), 500u);
  const std::size_t line = text.find("1 | ") + 4;
  const std::size_t marks = text.rfind("| ") + 2;
  const std::size_t shown = text.find("xyz", line) - line;
  const std::size_t caret = text.find('^', marks) - marks;
  EXPECT_EQ(shown, caret);
}

TEST(Diagnostic, the_end_of_the_text_can_be_pointed_at) {
  const scenario::Source source{"f.scn", "abc"};
  EXPECT_NE(format_diagnostic(source, {{3, 3}, "wrong", ""}, plain).find(" 1 | abc\n   |    ^\n"),
            std::string::npos);
}

TEST(Entry, a_call_has_a_line_of_its_own) {
  const wire::Time start{std::chrono::seconds(5)};
  const auto line = [&](const std::string& text, const std::string& result) {
    return format_entry(engine::PassedCall{start + std::chrono::microseconds(263), text, result}, start,
                        false, plain);
  };
  EXPECT_EQ(line("read 10", "\"a\\n\""), "  0.000263  app     read 10 -> \"a\\n\"\n");
  EXPECT_EQ(line("start read 10", ""), "  0.000263  app     start read 10\n");
  EXPECT_EQ(line("set TCP_CONGESTION \033[2J", "ok"), "  0.000263  app     set TCP_CONGESTION ?[2J -> ok\n");
}

TEST(Entry, names_the_peer_where_there_are_several) {
  std::vector<scenario::Peer> peers(2);
  peers[0].name = "a";
  peers[1].name = "long";
  const wire::Time start{std::chrono::seconds(5)};
  const auto line = [&](const engine::TraceEntry& entry) {
    return format_entry(entry, start, false, plain, peers);
  };
  EXPECT_EQ(line(engine::PassedCall{start, "read", "eof", 0}), "  0.000000  a     app     read -> eof\n");
  EXPECT_EQ(line(engine::PassedCall{start, "read", "eof", 1}), "  0.000000  long  app     read -> eof\n");
  EXPECT_EQ(line(engine::PassedNote{start, "of all"}), "  0.000000        note    of all\n");
  peers.pop_back();
  EXPECT_EQ(line(engine::PassedCall{start, "read", "eof", 0}), "  0.000000  app     read -> eof\n");
}

TEST(Tally, says_what_there_was) {
  Tally tally;
  tally.count(engine::Verdict::pass);
  EXPECT_EQ(format_tally(tally, std::chrono::milliseconds(60), plain), "1 scenario: 1 passed in 0.1 s\n");
  tally.count(engine::Verdict::fail);
  tally.count(engine::Verdict::error);
  tally.count(engine::Verdict::skip);
  tally.not_run = 2;
  EXPECT_EQ(format_tally(tally, {}, plain),
            "6 scenarios: 1 passed, 1 failed, 1 error, 1 skipped, 2 not run in 0.0 s\n");
}

TEST(Style, colours_only_where_asked_to) {
  EXPECT_EQ(Style(false).red("x"), "x");
  EXPECT_EQ(Style(true).red("x"), "\033[1;31mx\033[0m");
}

}  // namespace
}  // namespace tcpcraft::report
