#include <tcpcraft/scenario/format.hpp>

#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

/// The layout of `text`, after making sure that it is the layout of itself.
std::string formatted(const std::string& text) {
  const Formatted once = format({"test.scn", text}, no_files);
  for (const Diagnostic& diagnostic : once.diagnostics) ADD_FAILURE() << diagnostic.message << "\n" << text;
  const Formatted twice = format({"test.scn", once.text}, no_files);
  EXPECT_EQ(twice.text, once.text);
  return once.text;
}

/// `steps` behind a title, laid out, without the title.
std::string steps(const std::string& text) {
  const std::string title = "scenario: t\nsteps:\n";
  const std::string result = formatted(title + text);
  EXPECT_TRUE(result.starts_with(title)) << result;
  return result.substr(title.size());
}

TEST(Format, values_of_steps_stand_in_a_column) {
  EXPECT_EQ(steps("- send: SYN\n- expect:    SYN-ACK\n- counter: Tcp.InErrs += 0\n"),
            "  - send:    SYN\n  - expect:  SYN-ACK\n  - counter: Tcp.InErrs += 0\n");
  EXPECT_EQ(steps("- {send: SYN}\n- note: |\n   text\n   more\n- expect: SYN-ACK\n- send: ACK\n"),
            "  - send: SYN\n  - note: |\n      text\n      more\n  - expect: SYN-ACK\n  - send:   ACK\n");
}

TEST(Format, peers_and_the_steps_that_name_them_stand_in_columns) {
  EXPECT_EQ(formatted("scenario: t\npeers:\n  b: {window: 9, iss: 1}\n  long: {address: 127.0.0.1}\n"
                      "steps:\n- send:  SYN\n- long@send: ACK   seq=1\n- note: x  y\n"
                      "- b@repeat: {steps: [{long@send: SYN  }], times: 2}\n"),
            "scenario: t\npeers:\n  b:    {iss: 1, window: 9}\n  long: {address: 127.0.0.1}\n"
            "steps:\n  - send:      SYN\n  - long@send: ACK seq=1\n  - note:      x  y\n"
            "  - b@repeat:  {times: 2, steps: [{long@send: SYN}]}\n");
}

TEST(Format, keys_have_an_order) {
  EXPECT_EQ(
      formatted(
          "steps: [{send: SYN}]\nkernel: {link: tun, app: echo}\npeer:\n  options: {wscale: 1, mss: 9}\n"
          "  iss: 1\ntags: [b, a]\nscenario: t\n"),
      "scenario: t\ntags: [b, a]\nkernel: {app: echo, link: tun}\npeer:\n  iss: 1\n"
      "  options: {mss: 9, wscale: 1}\nsteps:\n  - send: SYN\n");
  const std::string author =
      "scenario: t\nfor:\n  z: [1]\n  a: [2]\nkernel:\n  sysctl: {tcp_sack: 1, tcp_ecn: 0}\n"
      "blocks:\n  z:  [{send: SYN}]\n  ab: [{send: ACK}]\nsteps:\n  - send: SYN\n";
  EXPECT_EQ(formatted(author), author) << "the author's order counts";
}

TEST(Format, a_comment_stays_at_what_it_stands_at) {
  EXPECT_EQ(
      steps("# before\n- send: SYN # beside\n\n\n# second\n- # dash\n  expect: SYN-ACK # too\n  # behind\n"),
      "  # before\n  - send:   SYN  # beside\n\n  # second\n  # dash\n  - expect: SYN-ACK  # too\n    # "
      "behind\n");
  EXPECT_EQ(steps("- send:\n    # between\n    SYN\n"), "  # between\n  - send: SYN\n");
  EXPECT_EQ(steps("- note: |  # header\n   text\n  # behind\n- send: SYN\n"),
            "  - note: |  # header\n      text\n    # behind\n  - send: SYN\n");
}

TEST(Format, comments_in_brackets_take_them_off) {
  EXPECT_EQ(steps("- info: [unacked == 0, # one\n    # two\n    lost == 0 ] # three\n"),
            "  - info:  # three\n      - unacked == 0  # one\n      # two\n      - lost == 0\n");
}

TEST(Format, comments_at_the_top_and_at_the_end) {
  EXPECT_EQ(formatted("# file\n\n# steps\nsteps:\n- send: SYN\n  # inside\nscenario: t\n# end\n"),
            "# file\n\nscenario: t\n# steps\nsteps:\n  - send: SYN\n    # inside\n# end\n");
}

TEST(Format, neighbouring_comments_stand_in_a_column) {
  EXPECT_EQ(steps("- send: SYN # a\n- expect: SYN-ACK # b\n- send: ACK\n- send: ACK # c\n"),
            "  - send:   SYN      # a\n  - expect: SYN-ACK  # b\n  - send:   ACK\n  - send:   ACK  # c\n");
}

TEST(Format, blocks_of_text_keep_what_they_say) {
  const auto about = [](const std::string& text) {
    const std::string result = formatted("scenario: t\nabout: " + text + "steps:\n  - send: SYN\n");
    return result.substr(19, result.find("steps:") - 19);
  };
  EXPECT_EQ(about("|\n    a\n      b\n\n    c\n\n"), "|\n  a\n    b\n\n  c\n\n");
  EXPECT_EQ(about("|-\n a\n"), "|-\n  a\n");
  EXPECT_EQ(about("|+\n a\n\n\n"), "|+\n  a\n\n\n");
  EXPECT_EQ(about("|2\n   a\n  b\n"), "|2\n   a\n  b\n");
  EXPECT_EQ(about(">\n    a\n    b\n\n    c\n"), ">\n  a\n  b\n\n  c\n");
  EXPECT_EQ(about("a\n     b\n\n     c\n"), "a\n  b\n\n  c\n");
  EXPECT_EQ(about("\"a\\\n     \\ b  \n   c\"\n"), "\"a\\\n  \\ b\n  c\"\n");
}

TEST(Format, blank_blocks_are_nothing_or_stand_in_quotes) {
  EXPECT_EQ(steps("- note: |+\n\n\n- send: SYN\n"), "  - note: \"\\n\\n\"\n\n  - send: SYN\n");
  EXPECT_EQ(wrong("scenario: t\nsteps:\n- note: >2\n     \n- send: SYN\n").size(), 1u);
  EXPECT_EQ(wrong("scenario: >-\n  \nsteps: [{send: SYN}]\n").size(), 1u);
}

TEST(Format, blanks_count_once_outside_of_strings) {
  EXPECT_EQ(steps("- send: PSH-ACK   \"a  b\"  seq=1\n- send: 'ACK   seq=1'\n- note: a   b\n"),
            "  - send: PSH-ACK \"a  b\" seq=1\n  - send: 'ACK   seq=1'\n  - note: a   b\n");
  EXPECT_EQ(steps("- any-order: [ACK   seq=1, {expect: FIN-ACK   seq=2}]\n"),
            "  - any-order: [ACK seq=1, {expect: FIN-ACK seq=2}]\n");
}

TEST(Format, what_does_not_fit_into_a_line_takes_several) {
  const std::string claim = "unacked == 1000000000000";
  std::string list = claim, lines = "      - " + claim + "\n";
  for (int i = 0; i < 4; ++i) {
    list += ", " + claim;
    lines += "      - " + claim + "\n";
  }
  EXPECT_EQ(steps("- info: [" + list + "]\n"), "  - info:\n" + lines);
}

TEST(Format, line_ends_are_plain) {
  EXPECT_EQ(formatted("\xef\xbb\xbfscenario: t\r\nsteps:   \r\n- send: SYN"),
            "scenario: t\nsteps:\n  - send: SYN\n");
}

TEST(Format, what_is_no_scenario_is_refused_as_the_reader_does) {
  const Source source{"test.scn", "scenario: t\nsteps: [{sned: SYN}]\n"};
  const Formatted refused = format(source, no_files);
  ASSERT_EQ(refused.diagnostics.size(), 1u);
  EXPECT_EQ(refused.diagnostics[0].message, "unknown verb 'sned'");
  EXPECT_EQ(refused.text, "");
}

TEST(Format, anchors_and_tags_are_refused) {
  EXPECT_EQ(wrong("scenario: &a t\nsteps: [{send: SYN}]\n").size(), 1u);
  EXPECT_EQ(wrong("scenario: !!str t\nsteps: [{send: SYN}]\n").size(), 1u);
}

TEST(Format, a_block_no_further_in_than_its_key_is_refused) {
  EXPECT_EQ(
      wrong("scenario: t\nsteps:\n- note: |\n  text\n- send: SYN\n"),
      (Strings{
          "4:3-4 the lines of a block are indented further than its key | by two spaces more than 'note'"}));
  EXPECT_EQ(wrong("scenario: t\nsteps:\n- note: |\n   text\n- send: SYN\n"), Strings{});
}

}  // namespace
}  // namespace tcpcraft::scenario
