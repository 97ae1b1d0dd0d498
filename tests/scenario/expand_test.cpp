#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string top = "scenario: t\n";

/// The texts of the notes that are played, each with what it is inside of.
Strings notes(const std::string& text) {
  Strings result;
  for (const Step& step : good(text).steps) {
    std::string line;
    if (const auto* note = std::get_if<Note>(&step.action)) line = note->text;
    for (const Inside& inside : step.inside) line += " | " + inside.what;
    result.push_back(line);
  }
  return result;
}

TEST(Expand, a_block_stands_where_it_is_used) {
  EXPECT_EQ(notes(top + R"(blocks:
  a: [{note: one}, {use: b}]
  b:
    - note: two
steps:
  - note: zero
  - use: a
  - use: b
)"),
            (Strings{"zero", "one | block 'a'", "two | block 'a' | block 'b'", "two | block 'b'"}));
}

TEST(Expand, blocks_may_come_after_the_steps_and_hold_what_is_built_in) {
  const Scenario scenario = good(top + "steps:\n  - use: open\nblocks:\n  open: [{use: handshake}]\n");
  EXPECT_EQ(scenario.steps.size(), 3u);
}

TEST(Expand, rounds_are_played_one_after_another) {
  EXPECT_EQ(
      notes(top + "steps:\n  - repeat: {times: 2, steps: [{note: a}, {repeat: {times: 1, steps: [{note: "
                  "b}]}}]}\n  - note: c\n"),
      (Strings{"a | round 1 of 2", "b | round 1 of 2 | round 1 of 1", "a | round 2 of 2",
               "b | round 2 of 2 | round 1 of 1", "c"}));
}

TEST(Expand, spans_are_those_of_the_file) {
  const std::string text =
      top + "blocks: {b: [{note: x}]}\nsteps:\n  - repeat: {times: 2, steps: [{use: b}]}\n";
  const Scenario scenario = good(text);
  ASSERT_EQ(scenario.steps.size(), 2u);
  const auto words = [&](Span span) { return text.substr(span.begin, span.end - span.begin); };
  EXPECT_EQ(words(scenario.steps[1].value), "x");
  ASSERT_EQ(scenario.steps[1].inside.size(), 2u);
  EXPECT_EQ(words(scenario.steps[1].inside[0].place), "2");
  EXPECT_EQ(words(scenario.steps[1].inside[1].place), "b");
}

TEST(Expand, a_call_may_begin_in_one_block_and_end_in_another) {
  EXPECT_EQ(good(top + R"(blocks:
  begin: [{app: start accept}]
  end: [{app: finish}]
  unused: [{app: finish -> "x"}]
steps: [{use: begin}, {use: handshake}, {use: end}]
)")
                .steps.size(),
            5u);
}

TEST(Expand, what_is_wrong_in_a_block_is_told_once_and_used_or_not) {
  EXPECT_EQ(wrong(top + R"(blocks:
  a: [{send: SYM}]
  b: [{sned: SYN}]
steps: [{use: a}, {repeat: {times: 3, steps: [{use: a}]}}]
)"),
            (Strings{"3:14-17 unknown flag 'SYM' | did you mean 'SYN'?",
                     "4:8-12 unknown verb 'sned' | did you mean 'send'?"}));
}

TEST(Expand, blocks_that_cannot_be) {
  EXPECT_EQ(wrong(top + "blocks: {handshake: [{note: x}]}\nsteps: [{use: handshake}]\n"),
            (Strings{"2:10-19 'handshake' is a block that is built in | use another name"}));
  EXPECT_EQ(
      wrong(top + "blocks: {a: [{note: x}], a: [{note: x}], b: 3, c: []}\nsteps: [{use: ab}, {use: aa}]\n"),
      (Strings{"2:26-27 the key 'a' is given twice", "2:45-46 'b' wants a list of steps | - send: SYN",
               "2:48-49 'c' is empty", "3:15-17 unknown block 'ab' | did you mean 'a'?",
               "3:26-28 unknown block 'aa' | did you mean 'a'?"}));
  EXPECT_EQ(wrong(top + "steps: [{use: handshak}]\n"),
            (Strings{"2:15-23 unknown block 'handshak' | did you mean 'handshake'?"}));
}

TEST(Expand, a_block_cannot_use_itself) {
  EXPECT_EQ(wrong(top + "blocks: {a: [{use: a}]}\nsteps: [{use: a}]\n"),
            (Strings{"2:20-21 the block 'a' uses itself | a block cannot use itself"}));
  EXPECT_EQ(wrong(top + "blocks: {a: [{use: b}], b: [{use: c}], c: [{use: b}]}\nsteps: [{note: x}]\n"),
            (Strings{"2:50-51 the block 'b' uses 'c', which uses 'b' | a block cannot use itself"}));
}

TEST(Expand, repeats_that_cannot_be) {
  EXPECT_EQ(wrong(top + "steps:\n  - repeat: 3\n  - repeat: {tims: 3, steps: [{note: x}]}\n"
                        "  - repeat: {times: 0, steps: []}\n  - repeat: {times: 10001}\n"),
            (Strings{"3:13-14 'repeat' is a map of keys to values, not text",
                     "4:5-11 the key 'times' is missing | repeat: {times: 3, steps: [...]}",
                     "4:14-18 unknown key 'tims' in 'repeat' | did you mean 'times'?",
                     "5:21-22 'times' wants an integer from 1 to 10000", "5:24-29 'repeat.steps' is empty",
                     "6:5-11 the key 'steps' is missing | repeat: {times: 3, steps: [...]}",
                     "6:21-26 'times' wants an integer from 1 to 10000"}));
}

TEST(Expand, there_is_an_end_to_steps) {
  EXPECT_EQ(
      wrong(top + "steps:\n  - repeat: {times: 10000, steps: [{repeat: {times: 10000, steps: [{note: "
                  "x}]}}]}\n  - note: x\n"),
      (Strings{"3:21-26 these are too many steps | at most 100000 in a file, each counted as often as it "
               "is played"}));
}

}  // namespace
}  // namespace tcpcraft::scenario
