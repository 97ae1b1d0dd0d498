#include <gtest/gtest.h>

#include <tcpcraft/engine/conduct.hpp>

namespace tcpcraft::engine {
namespace {

using wire::Flag;
using wire::SeqNum;

constexpr model::Rule first{"first", "1", "what the text says first"};
constexpr model::Rule option{"other", "1", "what it allows as well"};
constexpr model::Rule accord{"accord", "1", "what is sent of one's own accord"};

using Rules = std::vector<const model::Rule*>;

model::Outcome silence(const model::Rule& rule) {
  model::Outcome outcome;
  outcome.rule = &rule;
  return outcome;
}

model::Outcome ack(const model::Rule& rule, std::uint32_t number, bool may_wait = false) {
  model::Outcome outcome = silence(rule);
  outcome.reply = {model::Reply::Kind::ack, may_wait, {Flag::ack}, SeqNum(100), SeqNum(number)};
  return outcome;
}

wire::Segment segment(wire::Flags flags, std::uint32_t number, const wire::Bytes& payload = {}) {
  wire::Segment result;
  result.flags = flags;
  result.seq = SeqNum(100);
  result.ack = SeqNum(number);
  result.payload = payload;
  return result;
}

/// The kernel's numbers are SEQ 100 and ACK 7.
Expectation expected() {
  Expectation expectation;
  expectation.derived.seq = SeqNum(100);
  expectation.derived.ack = SeqNum(7);
  return expectation;
}

TEST(Conduct, an_answer_as_it_should_be_follows_its_rule) {
  Conduct conduct;
  conduct.arrived(ack(first, 7), {});
  conduct.sent(segment({Flag::ack}, 7), expected(), &first);
  conduct.arrived(ack(first, 7), {});
  conduct.sent(segment({Flag::ack}, 7), expected(), &first);
  EXPECT_EQ(conduct.take_rules(), Rules{&first}) << "once";
}

TEST(Conduct, an_answer_with_another_number_does_not) {
  Conduct conduct;
  conduct.arrived(ack(first, 8), {});
  conduct.sent(segment({Flag::ack}, 7), expected(), &first);
  conduct.settled();
  EXPECT_EQ(conduct.take_rules(), Rules{});
}

TEST(Conduct, silence_follows_the_rule_that_wants_it) {
  Conduct conduct;
  conduct.arrived(silence(first), {});
  EXPECT_EQ(Conduct(conduct).take_rules(), Rules{}) << "an answer may still come";
  conduct.settled();
  EXPECT_EQ(conduct.take_rules(), Rules{&first});
}

TEST(Conduct, an_answer_to_what_wants_none_does_not) {
  Conduct conduct;
  conduct.arrived(silence(first), {});
  conduct.sent(segment({Flag::ack}, 7), expected(), &first);
  conduct.settled();
  EXPECT_EQ(conduct.take_rules(), Rules{});
}

TEST(Conduct, where_the_standard_leaves_a_choice_the_kernel_tells_which_it_made) {
  Conduct silent;
  silent.arrived(ack(first, 7), {{ack(first, 7), silence(option)}});
  silent.settled();
  EXPECT_EQ(silent.take_rules(), Rules{&option});
  Conduct answering;
  answering.arrived(silence(first), {{silence(first), ack(option, 7)}});
  answering.sent(segment({Flag::ack}, 7), expected(), &option);
  EXPECT_EQ(answering.take_rules(), Rules{&option});
}

TEST(Conduct, an_acknowledgement_that_may_wait_rides_on_data) {
  Conduct conduct;
  conduct.arrived(ack(first, 7, true), {});
  conduct.settled();
  conduct.sent(segment({Flag::ack, Flag::psh}, 7, {'x'}), expected(), &accord);
  EXPECT_EQ(conduct.take_rules(), (Rules{&first, &accord}));
}

TEST(Conduct, data_is_no_answer) {
  Conduct conduct;
  conduct.arrived(silence(first), {});
  conduct.sent(segment({Flag::ack, Flag::psh}, 7, {'x'}), expected(), &accord);
  conduct.settled();
  EXPECT_EQ(conduct.take_rules(), (Rules{&accord, &first}));
}

TEST(Conduct, what_the_model_does_not_know_follows_nothing) {
  Conduct conduct;
  conduct.arrived(silence(first), {});
  conduct.arrived_unfit();
  conduct.settled();
  EXPECT_EQ(conduct.take_rules(), Rules{});
}

}  // namespace
}  // namespace tcpcraft::engine
