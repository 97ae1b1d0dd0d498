#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string two = "scenario: t\npeers: {a: {}, b: {}}\n";

/// Of each step, whose it is: `0 1 1`.
std::string whose(const std::string& text) {
  std::string result;
  for (const Step& step : good(text).steps) result += (result.empty() ? "" : " ") + std::to_string(step.peer);
  return result;
}

TEST(Peers, each_has_what_a_peer_has) {
  const Scenario scenario = good(R"(scenario: t
peers:
  first:  {address: "127.0.0.2:4000", iss: 7}
  b-2_x:  {window: 10, options: {mss: 500, sack: true}}
steps: [{send: SYN}]
)");
  ASSERT_EQ(scenario.peers.size(), 2u);
  EXPECT_EQ(scenario.peers[0].name, "first");
  EXPECT_EQ(scenario.peers[0].address.to_string(), "127.0.0.2");
  EXPECT_EQ(scenario.peers[0].port, 4000);
  EXPECT_EQ(scenario.peers[0].iss, 7u);
  EXPECT_EQ(scenario.peers[0].window, 65535);
  EXPECT_EQ(scenario.peers[1].name, "b-2_x");
  EXPECT_EQ(scenario.peers[1].address.to_string(), "127.0.0.1") << "the kernel's";
  EXPECT_FALSE(scenario.peers[1].port);
  EXPECT_EQ(scenario.peers[1].window, 10);
  EXPECT_EQ(scenario.peers[1].options.mss, 500);
  EXPECT_TRUE(scenario.peers[1].options.sack);
  EXPECT_EQ(good("scenario: t\nsteps: [{send: SYN}]\n").peers.size(), 1u) << "one without a name";
}

TEST(Peers, a_step_is_of_the_peer_it_names) {
  EXPECT_EQ(whose(two + "steps: [{send: SYN}, {b@send: SYN}, {a@expect: SYN-ACK}, {b@state: LISTEN}, "
                        "{b@any-order: [ACK]}, {b@info: rto > 0}, {wait: 1s}]\n"),
            "0 1 0 1 1 1 0");
}

TEST(Peers, what_is_built_in_is_of_the_peer_it_is_used_by) {
  EXPECT_EQ(whose(two + "kernel: {app: script}\nsteps: [{use: handshake}, {b@use: active-open}]\n"),
            "0 0 0 0 1 1 1 1");
}

TEST(Peers, a_name_before_use_or_repeat_is_that_of_the_steps_which_have_none) {
  EXPECT_EQ(whose(two + R"(blocks:
  inner: [{send: ACK}, {a@send: ACK}]
  outer: [{send: SYN}, {use: inner}, {a@use: inner}, {wait: 1ms}]
steps:
  - use: inner
  - b@use: outer
  - b@repeat: {times: 2, steps: [{send: ACK}, {a@send: ACK}]}
  - send: ACK
)"),
            "0 0 1 1 0 0 0 1 1 0 1 0 0");
}

TEST(Peers, each_may_have_a_call_running) {
  EXPECT_EQ(
      good(two + "steps: [{app: start accept}, {b@app: start accept}, {app: finish}, {b@app: finish}]\n")
          .steps.size(),
      4u);
  EXPECT_EQ(wrong(two + "steps: [{app: start accept}, {b@app: finish}]\n"),
            (Strings{"3:38-44 no call is running | begin one with 'start': start read 10"}));
  EXPECT_EQ(whose(two + "steps: [{app: start accept}, {use: handshake}, {b@use: handshake}]\n"),
            "0 0 0 0 1 1 1 1")
      << "the accept that runs is of the first alone";
}

TEST(Peers, names_that_nobody_has) {
  EXPECT_EQ(
      wrong("scenario: t\npeers: {left: {}, right: {}}\n"
            "steps: [{lfet@send: SYN}, {left@sned: SYN}, {'@send': SYN}, {x@use: handshake}]\n"),
      (Strings{"3:10-14 unknown peer 'lfet' | did you mean 'left'?",
               "3:33-37 unknown verb 'sned' | did you mean 'send'?",
               "3:47-48 the name in front of '@' is missing | right@send", "3:62-63 unknown peer 'x'"}));
  EXPECT_EQ(wrong("scenario: t\nsteps: [{b@send: SYM}]\n"),
            (Strings{"2:10-11 no peer has a name: there is no 'peers' | peers: {a: {}, b: {}}",
                     "2:18-21 unknown flag 'SYM' | did you mean 'SYN'?"}));
}

TEST(Peers, verbs_without_a_connection_take_no_name) {
  EXPECT_EQ(wrong(two + "steps: [{b@wait: 1s}, {b@note: x}, {b@counter: Tcp.InErrs += 1}]\n"),
            (Strings{"3:10-16 'wait' is about all connections alike | 'wait' without a name",
                     "3:24-30 'note' is about all connections alike | 'note' without a name",
                     "3:37-46 'counter' is about all connections alike | 'counter' without a name"}));
  EXPECT_EQ(
      wrong(two + "steps: [{any-order: [{b@expect: ACK}]}]\n"),
      (Strings{"3:23-31 an 'any-order' holds 'expect' steps and nothing else | a name stands in front of "
               "'any-order'"}));
}

TEST(Peers, that_cannot_be) {
  const std::string steps = "steps: [{send: SYN}]\n";
  EXPECT_EQ(wrong("scenario: t\npeer: {}\npeers: {a: {}}\n" + steps),
            (Strings{"3:1-6 a scenario has 'peer' or 'peers', not both | name every peer in 'peers'; steps "
                     "without a name are about the first"}));
  EXPECT_EQ(wrong("scenario: t\npeers: {a: {}}\npeer: {}\nsteps: [{a@send: SYN}]\n"),
            (Strings{"3:1-5 a scenario has 'peer' or 'peers', not both | name every peer in 'peers'; steps "
                     "without a name are about the first"}));
  const std::string map = "'peers' is a map of names to peers | peers: {a: {}, b: {}}";
  EXPECT_EQ(wrong("scenario: t\npeers: {}\n" + steps), Strings{"2:1-6 " + map});
  EXPECT_EQ(wrong("scenario: t\npeers: [a, b]\nsteps: [{b@send: SYN}]\n"), Strings{"2:9-13 " + map})
      << "nothing is said of the names";
  EXPECT_EQ(wrong("scenario: t\npeers: {a b: {}, c: {windo: 1}, c: {}, d: {iss: x}}\n" + steps),
            (Strings{"2:9-12 'a b' cannot be a name | letters, digits, '-' and '_'",
                     "2:22-27 unknown key 'windo' in 'peers.c' | did you mean 'window'?",
                     "2:33-34 the key 'c' is given twice",
                     "2:49-50 'peers.d.iss' wants an integer from 0 to 4294967295"}));
}

TEST(Peers, no_two_have_one_end) {
  const std::string steps = "steps: [{send: SYN}]\n";
  EXPECT_EQ(wrong("scenario: t\npeers: {a: {address: '127.0.0.1:4000'}, b: {address: '127.0.0.1:4000'}, "
                  "c: {address: '127.0.0.1:9877'}, d: {address: '::1'}}\n" +
                  steps),
            (Strings{"2:55-69 this is the address and port of 'a' already",
                     "2:87-101 this is the kernel's own address and port",
                     "2:119-122 the peer and the kernel are of different IP versions | the kernel is at "
                     "127.0.0.1:9877"}));
}

TEST(Peers, behind_a_device_none_has_the_kernels_address) {
  const Scenario scenario = good(
      "scenario: t\nkernel: {link: tun}\npeers: {a: {address: 192.0.2.2}, b: {}, c: {address: 192.0.2.1}}\n"
      "steps: [{send: SYN}]\n");
  EXPECT_EQ(scenario.kernel.address.to_string(), "192.0.2.3:9877");
  EXPECT_EQ(scenario.peers[1].address.to_string(), "192.0.2.1");
}

}  // namespace
}  // namespace tcpcraft::scenario
