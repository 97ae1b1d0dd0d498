#include <gtest/gtest.h>

#include <tcpcraft/update/text_edit.hpp>

namespace tcpcraft::update {
namespace {

scenario::Span span_of(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  return {at, at + part.size()};
}

/// `text`, where `value` is a value whose `part` becomes `with`.
std::string edited(const std::string& text, const std::string& value, const std::string& part,
                   const std::string& with) {
  const auto edit = edit_value(text, span_of(text, value), {{span_of(text, part), with}});
  return edit ? apply(text, {*edit}) : "cannot";
}

TEST(Apply, makes_edits_in_the_order_of_the_text) {
  EXPECT_EQ(apply("abcdef", {{{4, 5}, "E"}, {{1, 2}, ""}, {{6, 6}, "g"}}), "acdEfg");
  EXPECT_EQ(apply("ab", {{{1, 1}, "x"}, {{1, 1}, "y"}}), "axyb")
      << "in their order where they are at one place";
  EXPECT_EQ(apply("abc", {{{1, 3}, ""}, {{2, 2}, "x"}}), "a") << "what is gone is not edited";
}

TEST(EditValue, keeps_what_is_around_it) {
  EXPECT_EQ(edited("- expect: ACK ack=2  # two\n", "ACK ack=2", "ack=2", "ack=3"),
            "- expect: ACK ack=3  # two\n");
}

TEST(EditValue, keeps_quotes_and_escapes_for_them) {
  EXPECT_EQ(edited("- expect: 'PSH-ACK \"a\"'\n", "'PSH-ACK \"a\"'", "\"a\"", "\"it's\""),
            "- expect: 'PSH-ACK \"it''s\"'\n");
  EXPECT_EQ(edited("- expect: \"ACK ack=2\"\n", "\"ACK ack=2\"", "ack=2", "ack=2 \"\\n\""),
            "- expect: \"ACK ack=2 \\\"\\\\n\\\"\"\n");
  const std::string whole = "- expect: 'ACK'\n";
  EXPECT_EQ(edited(whole, "'ACK'", "'ACK'", "nothing"), "- expect: 'nothing'\n");
}

TEST(EditValue, quotes_what_yaml_would_misunderstand) {
  EXPECT_EQ(edited("- expect: PSH-ACK \"a\"\n", "PSH-ACK \"a\"", "\"a\"", "\"a: b\""),
            "- expect: 'PSH-ACK \"a: b\"'\n");
  EXPECT_EQ(edited("- expect: PSH-ACK \"a\"\n", "PSH-ACK \"a\"", "\"a\"", "\"a #b\""),
            "- expect: 'PSH-ACK \"a #b\"'\n");
  EXPECT_EQ(edited("[{expect: SYN}]\n", "SYN", "SYN", "SYN <mss 1, sackok>"),
            "[{expect: 'SYN <mss 1, sackok>'}]\n");
  EXPECT_EQ(edited("- expect: SYN\n", "SYN", "SYN", "SYN <mss 1, sackok>"),
            "- expect: SYN <mss 1, sackok>\n");
}

TEST(EditValue, does_not_touch_names) {
  EXPECT_EQ(edited("- expect: ACK ack=${n}\n", "ACK ack=${n}", "ack=${n}", "ack=3"), "cannot");
  EXPECT_EQ(edited("- expect: ACK ack=${n} \"a\"\n", "ACK ack=${n} \"a\"", "\"a\"", "\"b\""),
            "- expect: ACK ack=${n} \"b\"\n");
  EXPECT_EQ(edited("- expect: ACK \"a\"\n", "ACK \"a\"", "\"a\"", "\"${x}\""), "- expect: ACK \"$${x}\"\n");
}

TEST(EditValue, does_not_touch_values_of_several_lines) {
  EXPECT_EQ(edited("- expect: ACK\n    ack=2\n", "ACK\n    ack=2", "ack=2", "ack=3"), "cannot");
}

/// Where the step is whose verb stands first of this kind in the text.
std::optional<Item> item(const std::string& text, const std::string& verb) {
  return Item::find(text, text.find(verb));
}

TEST(Item, steps_are_inserted_as_lines_of_the_same_shape) {
  const std::string text = "steps:\n  - send:   SYN  # first\n  # a note\n  - state:  CLOSED\n";
  EXPECT_EQ(apply(text, {item(text, "send")->insert_after({{"SYN-ACK"}, {"RST"}})}),
            "steps:\n  - send:   SYN  # first\n  - expect: SYN-ACK\n  - expect: RST\n  # a note\n  - state:  "
            "CLOSED\n");
  EXPECT_EQ(apply(text, {item(text, "send")->insert_before({{"RST"}})}),
            "steps:\n  - expect: RST\n  - send:   SYN  # first\n  # a note\n  - state:  CLOSED\n");
  EXPECT_EQ(apply(text, {item(text, "state")->insert_after({{"PSH-ACK \"a: b\""}})}),
            text + "  - expect: 'PSH-ACK \"a: b\"'\n");
}

TEST(Item, a_name_stands_in_front_of_a_verb) {
  const std::string text = "steps:\n  - b@send: SYN\n  - b@repeat: {times: 2, steps: [{b@send: ACK}]}\n";
  EXPECT_EQ(apply(text, {item(text, "send")->insert_after({{"SYN-ACK", "b"}, {"RST"}})}),
            "steps:\n  - b@send: SYN\n  - b@expect: SYN-ACK\n  - expect: RST\n"
            "  - b@repeat: {times: 2, steps: [{b@send: ACK}]}\n");
  EXPECT_EQ(apply(text, {item(text, "send: ACK")->insert_before({{"RST", "a"}})}),
            "steps:\n  - b@send: SYN\n  - b@repeat: {times: 2, steps: [{a@expect: RST}, {b@send: ACK}]}\n");
  EXPECT_EQ(apply(text, {*item(text, "send")->remove(text.find("SYN") + 3)}),
            "steps:\n  - b@repeat: {times: 2, steps: [{b@send: ACK}]}\n");
  EXPECT_EQ(apply(text, {Item::find_around(text, text.find("2"))->insert_after({{"RST"}})}),
            text + "  - expect:   RST\n");
}

TEST(Item, behind_the_last_line_without_a_newline) {
  const std::string text = "steps:\n- send: SYN";
  EXPECT_EQ(apply(text, {item(text, "send")->insert_after({{"SYN-ACK"}})}),
            "steps:\n- send: SYN\n- expect: SYN-ACK");
  const std::string dos = "steps:\r\n- send: SYN\r\n- send: ACK\r\n";
  EXPECT_EQ(apply(dos, {item(dos, "send: SYN")->insert_after({{"SYN-ACK"}})}),
            "steps:\r\n- send: SYN\r\n- expect: SYN-ACK\r\n- send: ACK\r\n");
}

TEST(Item, within_brackets) {
  const std::string text = "steps: [{send: SYN}, {expect: 'ACK \"}\"'}, {state: CLOSED}]\n";
  EXPECT_EQ(apply(text, {item(text, "expect")->insert_after({{"RST"}})}),
            "steps: [{send: SYN}, {expect: 'ACK \"}\"'}, {expect: RST}, {state: CLOSED}]\n");
  const std::size_t end = text.find(", {state") - 1;
  EXPECT_EQ(apply(text, {*item(text, "expect")->remove(end)}), "steps: [{send: SYN}, {state: CLOSED}]\n");
  EXPECT_EQ(apply(text, {*item(text, "send")->remove(18)}),
            "steps: [{expect: 'ACK \"}\"'}, {state: CLOSED}]\n");
  EXPECT_FALSE(item("steps: [{send: SYN}]", "send")->remove(18));
}

TEST(Item, what_is_removed_leaves_its_comment) {
  const std::string text = "- send: SYN\n- expect: ACK \"#\" # why\n- expect: RST\n";
  const std::size_t end = text.find(" # why");
  EXPECT_EQ(apply(text, {*item(text, "expect")->remove(end)}), "- send: SYN\n# why\n- expect: RST\n");
  const std::size_t last = text.find("RST") + 3;
  EXPECT_EQ(apply(text, {*item(text, "expect: RST")->remove(last)}),
            "- send: SYN\n- expect: ACK \"#\" # why\n");
}

TEST(Item, around_a_place_is_the_use_or_the_repeat) {
  const std::string text =
      "steps:\n  - use: open\n  - repeat:\n      times: 2\n      steps:\n        - send: ACK\n\n  - send: "
      "RST\n";
  EXPECT_EQ(
      apply(text, {Item::find_around(text, text.find("open"))->insert_after({{"A"}})}).find("  - expect: A"),
      text.find("  - repeat"));
  const std::string after = apply(text, {Item::find_around(text, text.find("2"))->insert_after({{"A"}})});
  EXPECT_NE(after.find("        - send: ACK\n  - expect: A\n\n  - send: RST"), std::string::npos) << after;
  EXPECT_FALSE(Item::find_around("a: [{use: x}]", 10));
}

}  // namespace
}  // namespace tcpcraft::update
