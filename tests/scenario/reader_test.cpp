#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string steps = "steps:\n  - send: SYN\n";
const std::string title = "scenario: t\n";

TEST(Reader, defaults) {
  const Scenario scenario = good(title + steps);
  EXPECT_EQ(scenario.title, "t");
  EXPECT_EQ(scenario.kernel.app, "echo-once");
  EXPECT_EQ(scenario.kernel.address.to_string(), "127.0.0.1:9877");
  EXPECT_EQ(scenario.peers.front().address.to_string(), "127.0.0.1");
  EXPECT_EQ(scenario.peers.front().window, 65535);
  EXPECT_FALSE(scenario.peers.front().port);
  EXPECT_FALSE(scenario.peers.front().iss);
  EXPECT_FALSE(scenario.peers.front().options.mss);
}

TEST(Reader, everything_at_the_top) {
  const Scenario scenario = good(R"(
scenario: All of it
about: |
  Two
  lines
rfc: [9293#3.5, 5961#3.2]
tags: [a, b]
kernel:
  app: none
  address: "[::1]:80"
  sysctl: {net.ipv4.tcp_rfc1337: 1, tcp_fin_timeout: 3}
  link: loopback
peer:
  address: "[::1]:4000"
  iss: 4294967295
  window: 0x10
  options: {mss: 1460, sack: true, wscale: 7, timestamps: true}
steps:
  - send: SYN
)");
  EXPECT_EQ(scenario.about, "Two\nlines\n");
  EXPECT_EQ(scenario.rfc, (Strings{"9293#3.5", "5961#3.2"}));
  EXPECT_EQ(scenario.tags, (Strings{"a", "b"}));
  EXPECT_EQ(scenario.kernel.app, "none");
  EXPECT_EQ(scenario.kernel.address.to_string(), "[::1]:80");
  ASSERT_EQ(scenario.kernel.sysctls.size(), 2u);
  EXPECT_EQ(scenario.kernel.sysctls[0].name, "net.ipv4.tcp_rfc1337");
  EXPECT_EQ(scenario.kernel.sysctls[0].value, "1");
  EXPECT_EQ(scenario.kernel.sysctls[1].name, "net.ipv4.tcp_fin_timeout");
  EXPECT_EQ(scenario.peers.front().port, 4000);
  EXPECT_EQ(scenario.peers.front().iss, 4294967295u);
  EXPECT_EQ(scenario.peers.front().window, 16);
  EXPECT_EQ(scenario.peers.front().options.mss, 1460);
  EXPECT_EQ(scenario.peers.front().options.wscale, 7);
  EXPECT_TRUE(scenario.peers.front().options.sack);
  EXPECT_TRUE(scenario.peers.front().options.timestamps);
}

TEST(Reader, the_peer_has_the_kernels_address) {
  EXPECT_EQ(good(title + "kernel: {address: '[::1]:80'}\n" + steps).peers.front().address.to_string(), "::1");
  EXPECT_EQ(good(title + "kernel: {address: '127.0.0.2:80'}\n" + steps).peers.front().address.to_string(),
            "127.0.0.2");
}

TEST(Reader, every_verb) {
  const Scenario scenario = good(title + R"(steps:
  - send: PSH-ACK "a\n"
  - expect: ACK in 1ms..2s
  - expect: nothing
  - expect: nothing for 200ms
  - optional: ACK
  - state: TIME-WAIT
  - counter: TcpExt.TCPChallengeACK += 2
  - wait: 1.5ms
  - note: look here
  - use: handshake
)");
  ASSERT_EQ(scenario.steps.size(), 12u);
  const auto& send = std::get<Send>(scenario.steps[0].action);
  EXPECT_EQ(std::get<wire::Bytes>(send.segment.spec.payload), (wire::Bytes{'a', '\n'}));
  const auto& expect = std::get<Expect>(scenario.steps[1].action);
  ASSERT_TRUE(expect.segment.spec.within);
  EXPECT_EQ(expect.segment.spec.within->max, std::chrono::seconds(2));
  EXPECT_FALSE(std::get<Silence>(scenario.steps[2].action).duration);
  EXPECT_EQ(std::get<Silence>(scenario.steps[3].action).duration, std::chrono::milliseconds(200));
  EXPECT_TRUE(std::get<Expect>(scenario.steps[4].action).optional);
  EXPECT_EQ(std::get<State>(scenario.steps[5].action).name, "TIME-WAIT");
  EXPECT_EQ(std::get<Counter>(scenario.steps[6].action).name, "TcpExt.TCPChallengeACK");
  EXPECT_EQ(std::get<Counter>(scenario.steps[6].action).increase, 2);
  EXPECT_EQ(std::get<Wait>(scenario.steps[7].action).duration, std::chrono::microseconds(1500));
  EXPECT_EQ(std::get<Note>(scenario.steps[8].action).text, "look here");
  EXPECT_EQ(std::get<Send>(scenario.steps[9].action).segment.spec.flags, wire::Flags{wire::Flag::syn});
  EXPECT_FALSE(std::get<Expect>(scenario.steps[10].action).optional);
  EXPECT_EQ(std::get<Send>(scenario.steps[11].action).segment.spec.flags, wire::Flags{wire::Flag::ack});
}

TEST(Reader, spans_point_into_plain_and_quoted_values) {
  const std::string text = title +
                           "steps:\n  - expect: ACK ack=2\n  - expect: 'ACK ack=3 \"it''s\"'\n  - expect: "
                           "\"ACK \\\"\\\" ack=4\"\n";
  const Scenario scenario = good(text);
  const std::vector<std::string> acks{"ack=2", "ack=3", "ack=4"};
  for (std::size_t i = 0; i < acks.size(); ++i) {
    const Span span = std::get<Expect>(scenario.steps[i].action).segment.span_of(wire::Part::ack);
    EXPECT_EQ(text.substr(span.begin, span.end - span.begin), acks[i]);
  }
}

TEST(Reader, unknown_keys_get_the_nearest_right_spelling) {
  EXPECT_EQ(wrong("scenari: t\nstep:\n  - send: SYN\n"),
            (Strings{"1:1-8 unknown key 'scenari' in a scenario | did you mean 'scenario'?",
                     "1:1-1 the key 'scenario' is missing | scenario: one line, the behaviour tested",
                     "1:1-1 the key 'steps' is missing | steps: a list of what happens",
                     "2:1-5 unknown key 'step' in a scenario | did you mean 'steps'?"}));
  EXPECT_EQ(wrong(title + "kernel: {ap: echo}\npeer: {windw: 1, options: {mms: 1}}\n" + steps),
            (Strings{"2:10-12 unknown key 'ap' in 'kernel' | did you mean 'app'?",
                     "3:8-13 unknown key 'windw' in 'peer' | did you mean 'window'?",
                     "3:28-31 unknown key 'mms' in 'peer.options' | did you mean 'mss'?"}));
  EXPECT_EQ(wrong(title + "steps:\n  - sned: SYN\n"),
            (Strings{"3:5-9 unknown verb 'sned' | did you mean 'send'?"}));
}

TEST(Reader, duplicate_keys) {
  EXPECT_EQ(wrong(title + title + steps), (Strings{"2:1-9 the key 'scenario' is given twice"}));
  EXPECT_EQ(wrong(title + "peer: {iss: 1, iss: 2}\n" + steps),
            (Strings{"2:16-19 the key 'iss' is given twice"}));
}

TEST(Reader, wrong_types) {
  EXPECT_EQ(wrong("scenario: [a]\nsteps: 5\n").size(), 2u);
  EXPECT_EQ(wrong(title + "tags: close\n" + steps), (Strings{"2:7-12 'tags' wants a list: [a, b]"}));
  EXPECT_EQ(wrong(title + "peer: {iss: many}\n" + steps),
            (Strings{"2:13-17 'peer.iss' wants an integer from 0 to 4294967295"}));
  EXPECT_EQ(wrong(title + "peer: {window: 65536}\n" + steps),
            (Strings{"2:16-21 'peer.window' wants an integer from 0 to 65535"}));
  EXPECT_EQ(wrong(title + "peer: {options: {sack: yes}}\n" + steps),
            (Strings{"2:24-27 'sack' wants true or false"}));
  EXPECT_EQ(wrong(title + "kernel: 7\n" + steps),
            (Strings{"2:9-10 'kernel' is a map of keys to values, not text"}));
  EXPECT_EQ(wrong(title + "steps:\n  - SYN\n"),
            (Strings{"3:5-8 a step is a map with one verb | - send: SYN"}));
  EXPECT_EQ(wrong(title + "steps:\n  - wait: soon\n"),
            (Strings{"3:11-15 not a duration | a number and one of ns, us, ms, s: 200ms"}));
  EXPECT_EQ(wrong(title + "steps:\n  - send:\n"), (Strings{"3:5-9 'send' wants text, not nothing"}));
  EXPECT_EQ(wrong(title + "rfc: [RFC9293]\n" + steps),
            (Strings{"2:7-14 not a reference to an RFC | NUMBER#SECTION: 9293#3.5"}));
}

TEST(Reader, any_order_is_a_list_of_segments) {
  const Scenario scenario =
      good(title + "steps:\n  - any-order: [{expect: ACK in 0..1s}, FIN-ACK, {expect: RST}]\n");
  const auto& segments = std::get<AnyOrder>(scenario.steps.at(0).action).segments;
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_TRUE(segments[0].segment.spec.within);
  EXPECT_EQ(segments[1].segment.spec.flags, (wire::Flags{wire::Flag::fin, wire::Flag::ack}));
  const std::string hint = " | any-order: [{expect: ACK}, {expect: FIN-ACK}]";
  EXPECT_EQ(wrong(title + "steps:\n  - any-order: ACK\n  - any-order: []\n"),
            (Strings{"3:16-19 'any-order' wants a list of segments" + hint,
                     "4:5-14 'any-order' wants a list of segments" + hint}));
  EXPECT_EQ(
      wrong(title + "steps:\n  - any-order: [{send: ACK}, {expect: nothing}, {expect: }, [ACK], AKC]\n"),
      (Strings{"3:18-22 an 'any-order' holds 'expect' steps and nothing else | - expect: ACK",
               "3:39-46 silence has no place among segments | a step of its own: expect: nothing",
               "3:50-56 'expect' wants text, not nothing", "3:62-65 'expect' wants text, not a list",
               "3:68-71 unknown flag 'AKC' | did you mean 'ACK'?"}));
}

TEST(Reader, all_errors_of_a_file_at_once) {
  EXPECT_EQ(wrong("scenario: t\nkernel: {app: ecko}\nsteps:\n  - send: SYM\n  - expect: ACK akc=1\n  - "
                  "state: OPEN\n"),
            (Strings{"2:15-19 unknown app 'ecko' | did you mean 'echo'?",
                     "4:11-14 unknown flag 'SYM' | did you mean 'SYN'?",
                     "5:17-20 unknown field 'akc' | did you mean 'ack'?", "6:12-16 unknown state 'OPEN'"}));
}

TEST(Reader, addresses) {
  EXPECT_EQ(wrong(title + "kernel: {address: 127.0.0.1}\n" + steps),
            (Strings{"2:19-28 not an address and port | A.B.C.D:PORT or [V6]:PORT"}));
  EXPECT_EQ(
      wrong(title + "peer: {address: '::1'}\n" + steps),
      (Strings{
          "2:18-21 the peer and the kernel are of different IP versions | the kernel is at 127.0.0.1:9877"}));
  EXPECT_EQ(wrong(title + "peer: {address: '127.0.0.1:9877'}\n" + steps),
            (Strings{"2:18-32 this is the kernel's own address and port"}));
}

TEST(Reader, sysctls) {
  EXPECT_EQ(wrong(title + "kernel: {sysctl: {kernel.panic: 1, net.ipv4/../x: 2}}\n" + steps),
            (Strings{"2:19-31 not the name of a network sysctl | with dots: net.ipv4.tcp_rfc1337",
                     "2:36-49 not the name of a network sysctl | with dots: net.ipv4.tcp_rfc1337"}));
}

TEST(Reader, counters) {
  const std::string form = " not a counter and its increase | TcpExt.TCPChallengeACK += 1";
  EXPECT_EQ(
      wrong(title +
            "steps:\n  - counter: Tcp.InErrs\n  - counter: Tcp.InErrs += x\n  - counter: InErrs += 1\n"),
      (Strings{
          "3:14-24" + form, "4:14-29" + form,
          "5:14-20 not the name of a counter | the table and the name: Tcp.InErrs, TcpExt.TCPChallengeACK"}));
}

TEST(Reader, tabs_and_syntax) {
  EXPECT_EQ(wrong("scenario: t\nsteps:\n\t- send: SYN\n"),
            (Strings{"3:1-2 a tab in the indentation | indent with spaces"}));
  EXPECT_EQ(wrong("scenario: t\nsteps: [\n").size(), 1u);
  EXPECT_EQ(wrong("").size(), 1u);
  EXPECT_EQ(wrong("- a\n").size(), 1u);
  EXPECT_EQ(wrong(title + steps + "---\n" + title + steps).size(), 1u);
  EXPECT_EQ(wrong(title + "steps:\n  - send: PSH-ACK \"a: b\"\n").size(), 1u);
}

TEST(Reader, bytes_that_yaml_does_not_allow) {
  const std::string escape = " a control character | in a payload, write it as an escape: \\x1b";
  EXPECT_EQ(wrong(title + "about: a\033b\xffz\n" + steps), (Strings{"2:9-10" + escape, "2:11-12 not UTF-8"}));
  EXPECT_EQ(wrong("%YAML 1.2\n" + title + steps),
            (Strings{"1:1-10 YAML directives are not understood here | leave the line out"}));
  good(title + "about: gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x90\x9f\n" + steps);
}

TEST(Reader, a_payload_file_that_is_not_there) {
  EXPECT_EQ(
      wrong(title + "steps:\n  - send: ACK file(nowhere)\n"),
      (Strings{"3:15-28 cannot read the file 'nowhere' | a path is relative to the scenario's folder"}));
}

}  // namespace
}  // namespace tcpcraft::scenario
