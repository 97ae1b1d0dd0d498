#include <gtest/gtest.h>

#include <tcpcraft/results/record_of.hpp>

#include "engine/fake_world.hpp"

namespace tcpcraft::results {
namespace {

using engine::World;
using namespace std::chrono_literals;

Record record_of(World& world, const std::string& text) {
  const engine::Result result = world.play(text);
  return results::record_of(world.source, *world.scenario, result,
                            {"test", "test.scn", "test.pcap", "again", "the frame", 2});
}

std::string kind(const Event& event) {
  switch (event.kind) {
    case Event::Kind::segment:
      return event.from == engine::Party::peer ? "peer" : "kernel";
    case Event::Kind::icmp:
      return "icmp";
    case Event::Kind::call:
      return "call";
    case Event::Kind::note:
      return "note";
    case Event::Kind::silence:
      return "silence";
    case Event::Kind::wait:
      return "wait";
    case Event::Kind::check:
      return "check";
    case Event::Kind::missing:
      return "missing";
  }
  return "";
}

/// One line an event: who, the step, what, what came of it, the state from there on.
std::string text_of(const Record& record) {
  std::string text;
  for (const Event& event : record.events) {
    text += (event.failed ? "! " : "") + (event.peer.empty() ? "" : event.peer + "@") + kind(event);
    if (event.step) text += " " + std::to_string(*event.step);
    text += ": " + event.text;
    if (!event.result.empty()) text += " -> " + event.result;
    if (event.length > 0ns) text += " " + wire::format_duration(event.length);
    if (!event.state.empty()) text += " [" + event.state + "]";
    text += "\n";
  }
  return text;
}

TEST(RecordOf, tells_what_passed_and_what_the_steps_made_of_it) {
  World world;
  world.link.answer({world.link.from_kernel(engine::SYN_ACK, 7000, 101)});
  world.link.answer({});
  world.side.state.state = "ESTABLISHED";
  const Record record = record_of(world, R"(scenario: It opens
about: Prose.
rfc: [9293#3.5]
tags: [open]
steps:
  - use:    handshake
  - note:   Now it is open.
  - expect: nothing
  - state:  ESTABLISHED
  - wait:   20ms
  - expect: nothing for 200ms
)");
  EXPECT_EQ(text_of(record),
            "peer 0: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "kernel 1: SYN-ACK seq=0 ack=1 win=1000\n"
            "peer 2: ACK seq=1 ack=1 win=65535 [ESTABLISHED]\n"
            "note 3: Now it is open.\n"
            "silence 4: \n"
            "check 5: state: ESTABLISHED\n"
            "wait 6:  20ms\n"
            "silence 7:  200ms\n");
  EXPECT_EQ(record.events[6].at, 20ms);
  EXPECT_EQ(record.events[7].at, 220ms);
  EXPECT_EQ(record.verdict, engine::Verdict::pass);
  EXPECT_EQ(record.title, "It opens");
  EXPECT_EQ(record.about, "Prose.");
  EXPECT_EQ(record.rfc, std::vector<std::string>{"9293#3.5"});
  EXPECT_EQ(record.tags, std::vector<std::string>{"open"});
  EXPECT_EQ(record.name, "test");
  EXPECT_EQ(record.capture, "test.pcap");
  EXPECT_EQ(record.again, "again");
  EXPECT_EQ(record.attempts, 2u);
  EXPECT_EQ(record.kernel_address, "127.0.0.1:9877");
  EXPECT_EQ(record.kernel_state, "LISTEN");
  ASSERT_EQ(record.peers.size(), 1u);
  EXPECT_EQ(record.peers[0].address, "127.0.0.1:40000");
  ASSERT_TRUE(record.events[0].rule);
  EXPECT_FALSE(record.events[0].rule->says.empty());
  ASSERT_EQ(record.steps.size(), 8u);
  EXPECT_EQ(record.steps[1].text, "expect: SYN-ACK") << "of the block that is built in";
  EXPECT_EQ(record.steps[1].line, 6u);
  EXPECT_EQ(record.steps[7].line, 11u);
  for (const Step& step : record.steps) EXPECT_EQ(step.outcome, Step::Outcome::done) << step.text;
  EXPECT_FALSE(record.failure);
}

TEST(RecordOf, marks_the_segment_that_is_wrong_and_what_it_kept_from_being_played) {
  World world;
  world.link.answer({world.link.from_kernel(engine::SYN_ACK, 7000, 100)});
  world.side.state.state = "SYN-RECEIVED";
  world.side.readings = {{}, {{"Tcp.OutRsts", 1}, {"Tcp.RtoMin", 200}, {"Ip.InReceives", 3}}};
  const Record record = record_of(world, R"(scenario: Wrong
steps:
  - send:   SYN
  - expect: SYN-ACK
  - send:   ACK
)");
  EXPECT_EQ(text_of(record),
            "peer 0: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "! kernel 1: SYN-ACK seq=0 ack=0 win=1000\n");
  ASSERT_TRUE(record.failure);
  EXPECT_EQ(record.failure->line, 4u);
  EXPECT_EQ(record.failure->column, 13u);
  EXPECT_EQ(record.failure->kernel_state, "SYN-RECEIVED");
  EXPECT_EQ(record.failure->text, "the frame");
  EXPECT_EQ(record.failure->expected, "SYN-ACK ack=1");
  ASSERT_FALSE(record.failure->rules.empty());
  EXPECT_FALSE(record.failure->rules[0].section.empty());
  EXPECT_EQ(record.steps[0].outcome, Step::Outcome::done);
  EXPECT_EQ(record.steps[1].outcome, Step::Outcome::failed);
  EXPECT_EQ(record.steps[2].outcome, Step::Outcome::not_reached);
}

TEST(RecordOf, shows_a_segment_that_did_not_come) {
  World world;
  const Record record = record_of(world, "scenario: Nothing\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK\n");
  EXPECT_EQ(text_of(record),
            "peer 0: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "! missing 1: SYN-ACK ack=1 -> nothing\n");
  EXPECT_GE(record.events[1].at, 1s);
}

TEST(RecordOf, shows_a_check_that_does_not_hold) {
  World world;
  world.side.state.state = "LISTEN";
  const Record record = record_of(world, "scenario: State\nsteps:\n  - state: ESTABLISHED\n");
  EXPECT_EQ(text_of(record), "! check 0: state: ESTABLISHED -> LISTEN\n");
}

TEST(RecordOf, tells_calls_and_the_states_that_they_bring) {
  World world;
  world.side.results["listen"] = {calls::Done{}};
  const Record record = record_of(world, R"(scenario: Calls
steps:
  - app: listen
  - app: read -> "x"
)");
  EXPECT_EQ(record.kernel_state, "CLOSED");
  EXPECT_EQ(text_of(record),
            "call 0: listen -> ok [LISTEN]\n"
            "! call 1: read -> \"x\" -> still blocks\n");
}

/// It ended while the barrier was on its way: the step that ends it comes later.
TEST(RecordOf, a_call_that_ended_while_others_were_played_stands_where_it_ended) {
  World world;
  world.play("scenario: x\nsteps:\n  - send: SYN\n");
  engine::Result result;
  result.trace = {engine::PassedCall{result.started + 10us, "start read", "", 0, 0},
                  engine::PassedCall{result.started + 20us, "finish", "eof", 0, 2}};
  result.step_ends = {{result.started + 11us, 1}, {result.started + 30us, 1}, {result.started + 31us, 2}};
  world.scenario->steps = {
      {{}, {}, scenario::Note{""}}, {{}, {}, scenario::Silence{}}, {{}, {}, scenario::Note{""}}};
  EXPECT_EQ(text_of(results::record_of(world.source, *world.scenario, result, {})),
            "call 0: start read\ncall 2: finish -> eof\nsilence 1: \n");
}

/// As after FIN-WAIT-2's timeout, of which the model does not know.
TEST(RecordOf, what_the_kernel_said_of_itself_stands_until_the_model_moves) {
  World world;
  world.link.answer({world.link.from_kernel(engine::SYN_ACK, 7000, 101)});
  world.link.answer({});
  world.link.answer({world.link.from_kernel(engine::RST, 7001, 0)});
  world.side.state.state = "FIN-WAIT-2";
  const Record record = record_of(world, R"(scenario: Gone
steps:
  - use:    handshake
  - state:  FIN-WAIT-2
  - send:   ACK "x"
  - expect: RST ack=*
)");
  EXPECT_EQ(text_of(record),
            "peer 0: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "kernel 1: SYN-ACK seq=0 ack=1 win=1000\n"
            "peer 2: ACK seq=1 ack=1 win=65535 [ESTABLISHED]\n"
            "check 3: state: FIN-WAIT-2 [FIN-WAIT-2]\n"
            "peer 4: ACK seq=1 ack=1 win=65535 \"x\"\n"
            "kernel 5: RST seq=1 win=1000 [CLOSED]\n");
}

TEST(RecordOf, names_the_peer_of_each_event_and_step) {
  World world;
  const Record record = record_of(world, R"(scenario: Two
peers: {a: {}, b: {}}
steps:
  - a@send: SYN
  - b@send: SYN
  - note: Both.
)");
  EXPECT_EQ(text_of(record),
            "a@peer 0: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "b@peer 1: SYN seq=0 win=65535 [SYN-RECEIVED]\n"
            "note 2: Both.\n");
  EXPECT_EQ(record.steps[1].text, "b@send: SYN");
  EXPECT_EQ(record.steps[2].text, "note: Both.");
  EXPECT_EQ(record.peers[0].name, "a");
  EXPECT_EQ(record.peers[1].name, "b");
}

/// Every verb, and what its step is called; `for` gives it a name.
TEST(RecordOf, a_step_is_one_line_in_which_names_are_replaced) {
  World world;
  const Record record = record_of(world, R"(scenario: Steps
for: {n: [7]}
steps:
  - send:      ACK seq=snd.nxt+${n} <mss 1460> "a\n"
  - send:      ICMP frag-needed mtu=500
  - optional:  ACK ack=*
  - any-order: [{expect: ACK}, {expect: 'FIN-ACK "x"'}]
  - expect:    nothing for ${n}ms
  - counter:   TcpExt.TCPChallengeACK += ${n}
  - info:      ["snd_cwnd >= ${n}", retransmits == 0]
  - dropped:   TCP_OLD_DATA
  - app:       start read ${n}
  - app:       finish -> eof
  - note: >
      Two
      lines.
)");
  std::string text;
  for (const Step& step : record.steps) text += step.text + "\n";
  EXPECT_EQ(text,
            "send: ACK seq=snd.nxt+7 <mss 1460> \"a\\n\"\n"
            "send: ICMP frag-needed mtu=500\n"
            "optional: ACK ack=*\n"
            "any-order: ACK, FIN-ACK \"x\"\n"
            "expect: nothing for 7ms\n"
            "counter: TcpExt.TCPChallengeACK += 7\n"
            "info: snd_cwnd >= 7, retransmits == 0\n"
            "dropped: TCP_OLD_DATA\n"
            "app: start read 7\n"
            "app: finish -> eof\n"
            "note: Two lines. \n");
  EXPECT_EQ(record.variant, "[n=7]");
}

TEST(FormatStep, a_stream_is_told_as_it_is_written) {
  for (const std::string step :
       {"send: stream \"abc\"", "send: stream len=300000", "expect: stream len=300000",
        "expect: stream FIN \"a\\n\"", "expect: stream FIN len=9", "expect: stream FIN"}) {
    const scenario::Reading reading =
        scenario::read({"t.scn", "scenario: t\nsteps:\n  - " + step + "\n"},
                       [](const std::string&) { return std::optional<wire::Bytes>(); });
    ASSERT_EQ(reading.scenarios.size(), 1u) << step;
    EXPECT_EQ(format_step(reading.scenarios[0], reading.scenarios[0].steps.at(0)), step);
  }
}

}  // namespace
}  // namespace tcpcraft::results
