#include <functional>

#include <gtest/gtest.h>

#include <tcpcraft/update/update.hpp>

#include "engine/fake_world.hpp"

namespace tcpcraft::update {
namespace {

using engine::ACK;
using engine::FIN_ACK;
using engine::PSH_ACK;
using engine::RST;
using engine::RST_ACK;
using engine::SYN_ACK;
using engine::World;

/// What the kernel does, in every play.
using Kernel = std::function<void(World&)>;

/// Plays and revises until it passes, as the command does, with a kernel that is written down.
Updated update_by(const std::string& text, const Kernel& kernel) {
  const scenario::Reading reading =
      scenario::read({"test.scn", text}, [](const std::string&) { return std::nullopt; });
  for (const auto& diagnostic : reading.diagnostics) ADD_FAILURE() << diagnostic.message;
  std::vector<Rehearsal> rehearsals;
  for (const scenario::Scenario& scenario : reading.scenarios) {
    Rehearsal& rehearsal = rehearsals.emplace_back(scenario);
    for (int plays = 0;; ++plays) {
      World world;
      kernel(world);
      while (world.setup.peers.size() < scenario.peers.size()) {
        engine::PeerSetup next = world.setup.peers.back();
        ++next.end.port;
        world.setup.peers.push_back({next.end, next.iss + 100});
      }
      engine::Observations observations;
      world.setup.observations = &observations;
      world.setup.immediate = true;
      const engine::Result result =
          engine::play(rehearsal.scenario(), world.setup, world.link, world.side, world.clock);
      if (result.verdict == engine::Verdict::pass) rehearsal.keep(std::move(observations));
      if (result.verdict != engine::Verdict::fail || plays == 50) {
        EXPECT_EQ(result.verdict, engine::Verdict::pass) << result.reason;
        break;
      }
      if (!rehearsal.revise(result, observations)) break;
    }
  }
  return updated(text, rehearsals);
}

/// A kernel of ISS 7000 that opens, answers "a\n" with an acknowledgement, an echo and a FIN, and is in
/// ESTABLISHED whenever it is asked.
void echo_once(World& world) {
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 103), link.from_kernel(PSH_ACK, 7001, 103, "a\n"),
               link.from_kernel(FIN_ACK, 7003, 103)});
  world.side.state.state = "ESTABLISHED";
}

const std::string head = "scenario: t\nkernel: {app: echo-once}\nsteps:\n";
const std::string open = "  - use:    handshake\n  - send:   PSH-ACK \"a\\n\"\n";
const std::string right = "  - expect: ACK\n  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n";

/// The steps behind the handshake and the data, put right.
std::string steps_after(const std::string& steps) {
  const Updated result = update_by(head + open + steps, echo_once);
  EXPECT_TRUE(result.unresolved.empty()) << result.unresolved.front().message;
  EXPECT_TRUE(result.text.starts_with(head + open)) << result.text;
  return result.text.substr((head + open).size());
}

TEST(Update, what_is_right_stays) {
  EXPECT_EQ(steps_after(right), right);
}

TEST(Update, only_the_wrong_part_changes) {
  EXPECT_EQ(steps_after("  - expect: ACK  ack=2 win=*   # two bytes\n\n  - expect: PSH-ACK \"b\"\n"
                        "  - expect: FIN-ACK seq=9 ack=*\n"),
            "  - expect: ACK  ack=3 win=*   # two bytes\n\n  - expect: PSH-ACK \"a\\n\"\n"
            "  - expect: FIN-ACK seq=3 ack=*\n");
}

TEST(Update, numbers_stay_in_the_terms_of_their_author) {
  EXPECT_EQ(steps_after("  - expect: ACK ack=rcv.nxt-1 win=7\n  - expect: PSH-ACK seq=iss+7 len=9\n"
                        "  - expect: FIN-ACK seq=abs(7004)\n"),
            "  - expect: ACK ack=rcv.nxt win=1000\n  - expect: PSH-ACK seq=iss+1 len=2\n"
            "  - expect: FIN-ACK seq=abs(7003)\n");
}

TEST(Update, other_flags_take_only_the_flags) {
  EXPECT_EQ(steps_after("  - expect: ACK\n  - expect: RST \"a\\n\"\n  - expect: FIN-ACK\n"), right);
}

TEST(Update, missing_steps_are_inserted_where_they_came) {
  EXPECT_EQ(steps_after("  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n"), right);
  EXPECT_EQ(steps_after("  - expect: ACK\n  - expect: FIN-ACK\n"), right);
  EXPECT_EQ(steps_after("  - expect: ACK\n"), right);
  EXPECT_EQ(steps_after(
                "  - expect: ACK\n  - expect: PSH-ACK \"a\\n\"\n  - send:   ACK\n  - state:  ESTABLISHED\n"),
            right + "  - send:   ACK\n  - state:  ESTABLISHED\n")
      << "in front of the send: it came before that";
}

TEST(Update, a_step_too_many_goes) {
  EXPECT_EQ(
      steps_after(
          "  - expect: ACK\n  - expect: ACK  # again\n  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n"),
      "  - expect: ACK\n  # again\n  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n");
}

TEST(Update, silence_and_segments_take_each_others_places) {
  EXPECT_EQ(steps_after(right + "  - expect: RST-ACK\n"), right + "  - expect: nothing\n");
  EXPECT_EQ(steps_after(right + "  - expect: RST-ACK in 0..20ms\n"),
            right + "  - expect: nothing for 20ms\n");
  EXPECT_EQ(steps_after("  - expect: nothing\n"), right);
  EXPECT_EQ(steps_after("  - expect: nothing\n" + right), right) << "and not a second time";
}

TEST(Update, states_are_put_right) {
  EXPECT_EQ(steps_after(right + "  - state:  CLOSED\n"), right + "  - state:  ESTABLISHED\n");
}

TEST(Update, a_time_that_was_too_early_gives_way) {
  EXPECT_EQ(steps_after("  - expect: ACK in 5ms..10ms\n  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n"),
            "  - expect: ACK in 0..10ms\n  - expect: PSH-ACK \"a\\n\"\n  - expect: FIN-ACK\n");
}

TEST(Update, an_any_order_keeps_its_order) {
  EXPECT_EQ(steps_after("  - any-order:\n      - expect: FIN-ACK\n      - expect: PSH-ACK \"x\"\n"
                        "      - ACK ack=9\n"),
            "  - any-order:\n      - expect: FIN-ACK\n      - expect: PSH-ACK \"a\\n\"\n      - ACK ack=3\n");
  EXPECT_EQ(
      steps_after("  - any-order: [{expect: FIN-ACK}, {expect: RST}, {expect: 'PSH-ACK \"a\\n\"'}, ACK]\n"),
      "  - any-order: [{expect: FIN-ACK}, {expect: 'PSH-ACK \"a\\n\"'}, ACK]\n");
}

TEST(Update, options_are_written_where_they_are_not_what_is_derived) {
  const Kernel kernel = [](World& world) {
    auto segment = world.link.from_kernel(SYN_ACK, 7000, 101);
    segment.options = {wire::Mss{1460}, wire::Nop{}, wire::Nop{}, wire::SackPermitted{}};
    world.link.answer({segment});
    auto ack = world.link.from_kernel(ACK, 7001, 101);
    ack.options = {wire::Timestamps{5, 6}};
    world.link.answer({ack});
  };
  const std::string steps =
      "  - send: SYN\n  - expect: SYN-ACK <mss 1, sackok>\n  - send: ACK\n  - expect: ACK\n";
  EXPECT_EQ(
      update_by(head + steps, kernel).text,
      head +
          "  - send: SYN\n  - expect: SYN-ACK <mss 1460, sackok>\n  - send: ACK\n  - expect: ACK <ts *:6>\n");
  const std::string some =
      "  - send: SYN\n  - expect: SYN-ACK <mss 1, ...>\n  - send: ACK\n  - expect: ACK <ts *:*>\n";
  EXPECT_EQ(
      update_by(head + some, kernel).text,
      head + "  - send: SYN\n  - expect: SYN-ACK <mss 1460, ...>\n  - send: ACK\n  - expect: ACK <ts *:*>\n");
}

/// Acknowledges so many segments, each of one byte.
Kernel acknowledging(int count) {
  return [count](World& world) {
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    for (int i = 1; i <= count; ++i)
      link.answer({link.from_kernel(ACK, 7001, static_cast<std::uint32_t>(101 + i))});
  };
}

TEST(Update, a_step_of_several_rounds_says_what_holds_in_all) {
  const std::string before = head +
                             "  - use: handshake\n  - repeat:\n      times: 3\n      steps:\n"
                             "        - send:   ACK \"x\"\n        - expect: ACK ack=2  # one more\n";
  const Updated result = update_by(before, acknowledging(3));
  EXPECT_TRUE(result.unresolved.empty());
  std::string after = before;
  EXPECT_EQ(result.text, after.erase(after.find(" ack=2"), 6))
      << "no number is right in all, so the arithmetic is";
}

TEST(Update, what_each_round_lacks_is_inserted_into_it) {
  const std::string before =
      head + "  - use: handshake\n  - repeat: {times: 3, steps: [{send: 'ACK \"x\"'}]}\n  - note: over\n";
  EXPECT_EQ(update_by(before, acknowledging(3)).text,
            head +
                "  - use: handshake\n  - repeat: {times: 3, steps: [{send: 'ACK \"x\"'}, {expect: ACK}]}\n"
                "  - note: over\n");
}

TEST(Update, what_comes_once_behind_a_repeat_stands_behind_it) {
  const Kernel kernel = [](World& world) {
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.answer({});
    link.answer({link.from_kernel(RST, 7001, 0)});
  };
  const std::string before =
      head + "  - use: handshake\n  - repeat:\n      times: 2\n      steps:\n        - send: RST\n";
  const Updated result = update_by(before, kernel);
  EXPECT_EQ(result.text, before + "  - expect: RST\n");
}

TEST(Update, rounds_that_cannot_agree_are_named) {
  const Kernel kernel = [](World& world) {
    acknowledging(1)(world);
    world.link.answer({world.link.from_kernel(RST, 7001, 0)});
  };
  const std::string before =
      head + "  - use: handshake\n  - repeat: {times: 2, steps: [{send: 'ACK \"x\"'}, {expect: FIN-ACK}]}\n";
  const Updated result = update_by(before, kernel);
  EXPECT_EQ(result.text, before);
  ASSERT_EQ(result.unresolved.size(), 1u);
  EXPECT_EQ(result.unresolved.front().message,
            "no segment is right for all plays of this step: ACK in round 1 of 2, and RST in round 2 of 2");
  EXPECT_EQ(before.substr(result.unresolved.front().span.begin, 7), "FIN-ACK");
}

TEST(Update, variants_agree_or_are_named) {
  const std::string before =
      "scenario: t\nfor: {n: [2, 9]}\nsteps:\n  - send: SYN\n  - expect: SYN-ACK ack=${n}\n";
  const Updated result = update_by(
      before, [](World& world) { world.link.answer({world.link.from_kernel(SYN_ACK, 7000, 101)}); });
  EXPECT_EQ(result.text, before);
  ASSERT_EQ(result.unresolved.size(), 1u);
  EXPECT_EQ(result.unresolved.front().message, "the step is written in a way that cannot be edited");

  const std::string flags =
      "scenario: t\nfor: {n: [2, 9]}\nsteps:\n  - send: SYN win=${n}\n  - expect: ACK\n";
  EXPECT_EQ(
      update_by(flags, [](World& world) { world.link.answer({world.link.from_kernel(RST_ACK, 0, 101)}); })
          .text,
      "scenario: t\nfor: {n: [2, 9]}\nsteps:\n  - send: SYN win=${n}\n  - expect: RST-ACK\n");
}

TEST(Update, a_built_in_block_is_not_rewritten) {
  const std::string before = head + "  - use: handshake\n";
  const Updated result =
      update_by(before, [](World& world) { world.link.answer({world.link.from_kernel(RST_ACK, 0, 101)}); });
  EXPECT_EQ(result.text, before);
  ASSERT_EQ(result.unresolved.size(), 1u);
  EXPECT_EQ(result.unresolved.front().message,
            "the kernel did something else within this built-in block: RST-ACK");
}

TEST(Update, a_stream_is_not_rewritten_nor_what_is_behind_it) {
  const std::string before =
      head + open + "  - expect: ACK win=1\n  - expect: stream \"b\\n\"\n  - expect: RST\n";
  const Updated result = update_by(before, echo_once);
  EXPECT_EQ(result.text,
            head + open + "  - expect: ACK win=1000\n  - expect: stream \"b\\n\"\n  - expect: RST\n");
  ASSERT_EQ(result.unresolved.size(), 1u);
  EXPECT_EQ(result.unresolved.front().hint, "a stream is rewritten by hand");
}

const std::string script = "scenario: t\nsteps:\n  - send: SYN\n  - expect: SYN-ACK\n";

/// The steps of a script, put right.
std::string calls_after(const std::string& steps, const Kernel& application) {
  const Updated result = update_by(script + steps, [&](World& world) {
    world.link.answer({world.link.from_kernel(SYN_ACK, 7000, 101)});
    application(world);
  });
  EXPECT_TRUE(result.unresolved.empty());
  return result.text.substr(script.size());
}

TEST(Update, results_of_calls_are_put_right) {
  const Kernel application = [](World& world) {
    world.side.results["read"] = {calls::Received{{'h', '"', '\n'}}, calls::Received{},
                                  calls::Failed{ECONNRESET}};
    world.side.results["write"] = {calls::Failed{EPIPE}};
    world.side.results["close"] = {calls::Done{}};
  };
  EXPECT_EQ(calls_after("  - app: read -> \"x\"   # text\n  - app: read 9 -> 4 bytes\n  - app: read -> eof\n"
                        "  - app: 'write \"it''s\"'\n  - app: close -> EBADF\n  - app: accept -> ok\n",
                        application),
            "  - app: read -> \"h\\\"\\n\"   # text\n  - app: read 9 -> eof\n  - app: read -> ECONNRESET\n"
            "  - app: 'write \"it''s\" -> EPIPE'\n  - app: close -> ok\n  - app: accept -> EAGAIN\n");
}

TEST(Update, counters_are_put_right) {
  EXPECT_EQ(calls_after("  - counter: Tcp.InErrs += 3  # three\n",
                        [](World& world) {
                          world.side.readings = {{{"Tcp.InErrs", 2}}, {{"Tcp.InErrs", 14}}};
                        }),
            "  - counter: Tcp.InErrs += 12  # three\n");
}

TEST(Update, equal_numbers_of_tcp_info_are_put_right_and_bounds_are_not) {
  const std::string before = script + "  - info: [ca_state == 1, backoff > 7, probes == 0]\n";
  const Updated result = update_by(before, [](World& world) {
    world.link.answer({world.link.from_kernel(SYN_ACK, 7000, 101)});
    world.side.info.tcp_info = std::vector<std::uint8_t>(240);
    world.side.info.tcp_info[1] = 4;
  });
  EXPECT_EQ(result.text, script + "  - info: [ca_state == 4, backoff > 7, probes == 0]\n");
  ASSERT_EQ(result.unresolved.size(), 1u);
  EXPECT_EQ(result.unresolved.front().message, "the kernel's backoff is 0, not > 7");
  EXPECT_EQ(result.unresolved.front().hint, "a bound is yours to choose");
}

/// Two peers whose data are acknowledged and, of the second's, answered.
void two_peers(World& world) {
  auto& link = world.link;
  const auto to_b = [&](wire::Flags flags, std::uint32_t seq, std::uint32_t ack,
                        const std::string& data = "") {
    wire::Segment segment = link.from_kernel(flags, seq, ack, data);
    segment.destination.port = 40001;
    return segment;
  };
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({to_b(SYN_ACK, 9000, 201)});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  link.answer({to_b(ACK, 9001, 203), to_b(PSH_ACK, 9001, 203, "b\n")});
}

const std::string two_open =
    "scenario: t\nkernel: {app: echo}\npeers: {a: {}, b: {}}\n"
    "blocks: {ask: [{send: 'PSH-ACK \"b\\n\"'}]}\n"
    "steps:\n  - use:      handshake\n  - b@use:    handshake\n  - send:     PSH-ACK \"a\"\n";

TEST(Update, segments_are_those_of_the_connection_of_a_step) {
  const auto put_right = [](const std::string& steps) {
    const Updated result = update_by(two_open + steps, two_peers);
    EXPECT_TRUE(result.unresolved.empty()) << result.unresolved.front().message;
    EXPECT_TRUE(result.text.starts_with(two_open)) << result.text;
    return result.text.substr(two_open.size());
  };
  const std::string ask = "  - b@send:   PSH-ACK \"b\\n\"\n";
  const std::string good = "  - b@expect: ACK\n  - expect:   ACK\n  - b@expect: PSH-ACK \"b\\n\"\n";
  EXPECT_EQ(put_right(ask + good), ask + good);
  EXPECT_EQ(
      put_right(ask + "  - b@expect: ACK ack=2\n  - expect:   ACK ack=7\n  - b@expect: PSH-ACK \"x\"\n"),
      ask + "  - b@expect: ACK ack=3\n  - expect:   ACK ack=2\n  - b@expect: PSH-ACK \"b\\n\"\n");
  EXPECT_EQ(put_right(ask + "  - expect:   ACK\n  - b@expect: PSH-ACK \"b\\n\"\n"),
            ask + "  - expect:   ACK\n  - b@expect: ACK\n  - b@expect: PSH-ACK \"b\\n\"\n")
      << "what is missing has the name";
  EXPECT_EQ(put_right(ask + "  - b@expect: ACK\n  - b@expect: FIN\n  - b@expect: PSH-ACK \"b\\n\"\n"),
            "  - expect:   ACK\n" + ask + "  - b@expect: ACK\n  - b@expect: PSH-ACK \"b\\n\"\n")
      << "the first peer's needs none, and stands where it came";
  const Updated in_block = update_by(two_open + "  - expect:   ACK\n  - b@use:    ask\n", two_peers);
  EXPECT_NE(in_block.text.find("{expect: ACK}, {expect: 'PSH-ACK \"b\\n\"'}]}\n"), std::string::npos)
      << "the block is of whoever uses it: " << in_block.text;
}

}  // namespace
}  // namespace tcpcraft::update
