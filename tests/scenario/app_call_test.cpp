#include <cerrno>

#include <gtest/gtest.h>
#include <poll.h>

#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string title = "scenario: t\n";

/// The calls of steps, each written behind `app: `.
std::vector<AppCall> calls_of(const std::vector<std::string>& texts) {
  std::string steps = title + "steps:\n";
  for (const std::string& text : texts) steps += "  - app: " + text + "\n";
  std::vector<AppCall> result;
  for (const Step& step : good(steps).steps) result.push_back(std::get<AppCall>(step.action));
  return result;
}

/// What is wrong with one call, with the columns counted from the call's first character.
Strings wrong_call(const std::string& text) {
  return wrong(title + "steps:\n  - app: start connect\n  - app: finish\n  - app:\n      " + text + "\n");
}

template <class Call>
Call call_of(const std::string& text) {
  const std::vector<AppCall> calls = calls_of({text});
  return calls.empty() ? Call{} : std::get<Call>(calls.front().call);
}

template <class Stated>
Stated stated_of(const std::string& text) {
  const std::vector<AppCall> calls = calls_of({text});
  if (calls.empty() || !calls.front().result) return Stated{};
  return std::get<Stated>(*calls.front().result);
}

TEST(AppCall, every_call) {
  const std::vector<std::string> texts{"listen",
                                       "listen backlog=1",
                                       "accept",
                                       "connect",
                                       "read",
                                       "read 10",
                                       "read oob",
                                       "write \"a\" oob",
                                       "write \"a\\n\"",
                                       "shutdown read",
                                       "shutdown write",
                                       "shutdown both",
                                       "close",
                                       "set TCP_NODELAY 1",
                                       "set SO_LINGER on 0",
                                       "set SO_LINGER off",
                                       "set TCP_CONGESTION cubic",
                                       "set TCP_LINGER2 -1",
                                       "get SO_ERROR -> 0",
                                       "poll -> in"};
  const std::vector<AppCall> calls = calls_of(texts);
  ASSERT_EQ(calls.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(calls::format_call(calls[i].call), texts[i].substr(0, texts[i].find(" ->")));
    EXPECT_EQ(calls[i].mode, AppCall::Mode::make);
  }
}

TEST(AppCall, what_is_written) {
  EXPECT_EQ(call_of<calls::Write>("write len=100000").data.size(), 100000u);
  EXPECT_EQ(call_of<calls::Write>("write hex(00 ff)").data, (wire::Bytes{0, 255}));
  EXPECT_EQ(call_of<calls::Write>("'write \"it''s: a # b\"'").data.size(), 11u);
  EXPECT_EQ(call_of<calls::Write>("'write \"a''''b''''''\"'").data.size(), 7u);
}

TEST(AppCall, a_read_of_all_that_it_asks_for) {
  const auto read = call_of<calls::Read>("read len=300000");
  EXPECT_EQ(read.limit, 300000u);
  EXPECT_TRUE(read.all);
  EXPECT_FALSE(call_of<calls::Read>("read 300000").all);
  EXPECT_EQ(calls::format_call(read), "read len=300000");
}

TEST(AppCall, values_of_options) {
  EXPECT_EQ(std::get<int>(call_of<calls::Set>("set SO_KEEPALIVE on").value), 1);
  EXPECT_EQ(std::get<int>(call_of<calls::Set>("set SO_MARK 0x10").value), 16);
  EXPECT_EQ(std::get<calls::Linger>(call_of<calls::Set>("set SO_LINGER on 5").value),
            (calls::Linger{true, 5}));
  EXPECT_EQ(std::get<int>(stated_of<calls::OptionValue>("get SO_ERROR -> ECONNREFUSED")), ECONNREFUSED);
  EXPECT_EQ(std::get<int>(stated_of<calls::OptionValue>("get SO_ERROR -> ok")), 0);
  EXPECT_EQ(stated_of<calls::Error>("get TCP_RTO_MAX_MS -> ENOPROTOOPT").number, ENOPROTOOPT);
  EXPECT_EQ(std::get<std::string>(stated_of<calls::OptionValue>("get TCP_CONGESTION -> cubic")), "cubic");
  stated_of<calls::AnyValue>("get SO_RCVBUF -> *");
}

TEST(AppCall, every_result) {
  EXPECT_EQ(stated_of<wire::Bytes>("read -> \"a\\n\""), (wire::Bytes{'a', '\n'}));
  EXPECT_EQ(stated_of<wire::Bytes>("read 10->\"->\""), (wire::Bytes{'-', '>'}));
  EXPECT_EQ(stated_of<calls::Size>("read -> 3").bytes, 3u);
  EXPECT_EQ(stated_of<calls::Size>("read -> 1 byte").bytes, 1u);
  EXPECT_EQ(stated_of<calls::Size>("read -> len=300000").bytes, 300000u);
  EXPECT_EQ(stated_of<calls::Size>("write len=9 -> 3 bytes").bytes, 3u);
  stated_of<calls::EndOfFile>("read -> eof");
  stated_of<calls::Ok>("close -> ok");
  EXPECT_EQ(stated_of<calls::Error>("write \"a\" -> EPIPE").number, EPIPE);
  EXPECT_EQ(stated_of<calls::Error>("accept -> EWOULDBLOCK").number, EAGAIN);
  EXPECT_EQ(stated_of<calls::Events>("poll -> in,out,hup,err,rdhup").bits,
            POLLIN | POLLOUT | POLLHUP | POLLERR | POLLRDHUP);
  EXPECT_EQ(stated_of<calls::Events>("poll -> in, out").bits, POLLIN | POLLOUT);
  EXPECT_EQ(stated_of<calls::Events>("poll -> none").bits, 0);
  EXPECT_EQ(stated_of<calls::Error>("poll -> EBADF").number, EBADF);
}

TEST(AppCall, start_and_finish) {
  const std::vector<AppCall> calls = calls_of(
      {"start read 10", "write \"x\"", "finish -> EAGAIN", "finish -> \"a\"", "start accept", "finish"});
  ASSERT_EQ(calls.size(), 6u);
  EXPECT_EQ(calls[0].mode, AppCall::Mode::start);
  EXPECT_EQ(calls[3].mode, AppCall::Mode::finish);
  EXPECT_EQ(calls::format_call(calls[3].call), "read 10") << "a finish knows what it collects";
  EXPECT_TRUE(std::holds_alternative<calls::Accept>(calls[5].call));
}

TEST(AppCall, a_connect_in_progress_may_be_collected) {
  EXPECT_EQ(calls_of({"connect", "finish -> ECONNREFUSED"}).size(), 2u);
  EXPECT_EQ(calls_of({"connect", "start read", "finish"}).size(), 3u);
}

TEST(AppCall, the_result_has_a_span_of_its_own) {
  const std::string text = title + "steps:\n  - app: read 10 -> 3 bytes\n  - app: 'close'\n";
  const Scenario scenario = good(text);
  const auto pointed_at = [&](std::size_t step) {
    const auto& call = std::get<AppCall>(scenario.steps[step].action);
    return text.substr(call.result_span.begin, call.result_span.end - call.result_span.begin);
  };
  EXPECT_EQ(pointed_at(0), "3 bytes");
}

TEST(AppCall, a_script_is_what_makes_calls) {
  const std::string step = "steps:\n  - app: accept\n";
  EXPECT_EQ(good(title + step).kernel.app, "script");
  EXPECT_EQ(good(title + "steps:\n  - use: active-open\n").kernel.app, "script");
  EXPECT_EQ(good(title + step + "kernel: {app: script}\n").kernel.app, "script");
  EXPECT_EQ(wrong(title + "kernel: {app: echo}\n" + step),
            (Strings{"4:5-8 only a script makes socket calls, and 'kernel.app' is 'echo' | "
                     "leave 'kernel.app' out, or write 'app: script' there"}));
  EXPECT_EQ(wrong(title + "kernel: {app: scrip}\n" + step),
            (Strings{"2:15-20 unknown app 'scrip' | did you mean 'script'?"}));
}

TEST(AppCall, a_call_in_a_block_makes_a_script_of_a_variant_that_does_not_use_it) {
  const std::string steps = "steps:\n  - use: handshake\n";
  const auto app = [&](const std::string& block) {
    return good(title + "blocks: {b: [" + block + "]}\n" + steps).kernel.app;
  };
  EXPECT_EQ(app("{repeat: {times: 2, steps: [{app: read}]}}"), "script");
  EXPECT_EQ(app("{use: active-open}"), "script");
  EXPECT_EQ(app("{use: handshake}, {send: ACK}"), "echo-once");
}

TEST(AppCall, a_handshake_accepts_in_a_script_alone) {
  const std::string handshake = "steps:\n  - use: handshake\n";
  EXPECT_EQ(good(title + handshake).steps.size(), 3u);
  const Scenario script = good(title + handshake + "  - app: close\n");
  ASSERT_EQ(script.steps.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<calls::Accept>(std::get<AppCall>(script.steps[3].action).call));
  EXPECT_EQ(good(title + "kernel: {app: script}\n" + handshake).steps.size(), 4u);
  EXPECT_EQ(good(title + "steps:\n  - app: start accept\n  - use: handshake\n  - app: finish\n").steps.size(),
            5u)
      << "an accept that is running takes the connection";
}

TEST(AppCall, active_open_is_four_steps) {
  const Scenario scenario = good(title + "steps:\n  - use: active-open\n");
  ASSERT_EQ(scenario.steps.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<calls::Connect>(std::get<AppCall>(scenario.steps[0].action).call));
  EXPECT_TRUE(std::holds_alternative<Expect>(scenario.steps[1].action));
  EXPECT_TRUE(std::holds_alternative<Send>(scenario.steps[2].action));
  EXPECT_TRUE(std::holds_alternative<Expect>(scenario.steps[3].action));
}

TEST(AppCall, whether_a_script_listens_at_first) {
  const auto listens = [](const std::string& kernel, const std::string& steps) {
    return listens_at_first(good(title + kernel + "steps:\n" + steps));
  };
  EXPECT_TRUE(listens("", "  - send: SYN\n  - app: accept\n"));
  EXPECT_TRUE(listens("kernel: {app: script}\n", "  - send: SYN\n"));
  EXPECT_TRUE(listens("", "  - app: set TCP_NODELAY 1\n  - app: accept\n  - app: connect\n"));
  EXPECT_FALSE(listens("", "  - app: listen\n  - app: accept\n"));
  EXPECT_FALSE(listens("", "  - app: connect\n"));
  EXPECT_FALSE(listens("", "  - app: start connect\n"));
  EXPECT_FALSE(listens("", "  - app: set TCP_NODELAY 1\n  - app: connect\n"));
  EXPECT_FALSE(listens("", "  - use: active-open\n"));
  EXPECT_FALSE(listens("kernel: {app: none}\n", "  - send: SYN\n"));
  EXPECT_TRUE(listens("kernel: {app: external}\n", "  - send: SYN\n"));
}

TEST(AppCall, unknown_words_get_the_nearest_right_spelling) {
  EXPECT_EQ(wrong_call("acept"), (Strings{"6:7-12 unknown call 'acept' | did you mean 'accept'?"}));
  EXPECT_EQ(wrong_call("shutdown rite"), (Strings{"6:16-20 unknown half 'rite' | did you mean 'write'?"}));
  EXPECT_EQ(wrong_call("set TCP_NODELY 1"),
            (Strings{"6:11-21 unknown option 'TCP_NODELY' | did you mean 'TCP_NODELAY'?"}));
  EXPECT_EQ(wrong_call("read -> ECONRESET"),
            (Strings{"6:15-24 'ECONRESET' is not a result of 'read' | did you mean 'ECONNRESET'?"}));
  EXPECT_EQ(wrong_call("read -> EOF"),
            (Strings{"6:15-18 'EOF' is not a result of 'read' | did you mean 'eof'?"}));
  EXPECT_EQ(wrong_call("poll -> in,ot"), (Strings{"6:18-20 unknown event 'ot' | did you mean 'out'?"}));
  EXPECT_EQ(wrong_call("get SO_ERROR -> ECONREFUSED"),
            (Strings{"6:23-34 'ECONREFUSED' is not a value of 'SO_ERROR' | did you mean 'ECONNREFUSED'?"}));
}

TEST(AppCall, what_is_missing) {
  EXPECT_EQ(wrong_call("write"),
            (Strings{"6:7-12 'write' needs what to write | write \"text\", or write len=1000"}));
  EXPECT_EQ(wrong_call("shutdown"),
            (Strings{"6:7-15 'shutdown' needs a half | shutdown write, read or both"}));
  EXPECT_EQ(wrong_call("set"), (Strings{"6:7-10 'set' needs an option and its value | set TCP_NODELAY 1"}));
  EXPECT_EQ(wrong_call("set TCP_CORK"), (Strings{"6:11-19 'TCP_CORK' needs a value | set TCP_NODELAY 1"}));
  EXPECT_EQ(wrong_call("get TCP_CORK"),
            (Strings{"6:7-10 'get' needs what it is to give | get TCP_NODELAY -> 1"}));
  EXPECT_EQ(wrong_call("poll"), (Strings{"6:7-11 'poll' needs what it is to give | poll -> in,out"}));
  EXPECT_EQ(wrong_call("read ->"), (Strings{"6:12-14 the result is missing behind '->'"}));
  EXPECT_EQ(wrong_call("-> eof"), (Strings{"6:7-13 the call is missing | read -> \"text\""}));
  EXPECT_EQ(wrong_call("start"), (Strings{"6:7-12 'start' needs a call | start read 10"}));
}

TEST(AppCall, what_is_too_much_or_of_the_wrong_kind) {
  EXPECT_EQ(wrong_call("accept now"), (Strings{"6:14-17 unexpected 'now'"}));
  EXPECT_EQ(wrong_call("read oob 1"), (Strings{"6:16-17 unexpected '1'"}));
  EXPECT_EQ(wrong_call("write \"a\" oob oob"), (Strings{"6:21-24 unexpected 'oob'"}));
  EXPECT_EQ(wrong_call("listen 5"), (Strings{"6:14-15 unexpected '5' | listen backlog=1"}));
  EXPECT_EQ(wrong_call("read ten"),
            (Strings{"6:12-15 'ten' is not a number of bytes | from 1 to 16777216: read 10, read len=10"}));
  EXPECT_EQ(wrong_call("write hello"),
            (Strings{"6:13-18 'hello' is not a payload | write \"text\", hex(00 ff) or len=1000"}));
  EXPECT_EQ(wrong_call("write \"a\\q\""),
            (Strings{R"(6:15-17 unknown escape '\q' | write '\\' for a backslash)"}));
  EXPECT_EQ(wrong_call("close -> eof"),
            (Strings{"6:16-19 'eof' is not a result of 'close' | ok, or an errno"}));
  EXPECT_EQ(wrong_call("read 3 -> \"abcd\""), (Strings{"6:17-23 a read of 3 cannot give 4 bytes"}));
  EXPECT_EQ(wrong_call("write \"a\" -> 2"), (Strings{"6:20-21 a write of 1 cannot take 2 bytes"}));
  EXPECT_EQ(wrong_call("read -> \"a\" \"b\""), (Strings{"6:19-22 unexpected '\"b\"'"}));
  EXPECT_EQ(wrong_call("read -> eof -> ok"), (Strings{"6:19-21 unexpected '->'", "6:22-24 unexpected 'ok'"}));
  EXPECT_EQ(wrong_call("set SO_LINGER 1 0"),
            (Strings{"6:21-22 not a value of 'SO_LINGER' | on and the seconds, or off: set SO_LINGER on 0"}));
  EXPECT_EQ(wrong_call("set TCP_NODELAY true"),
            (Strings{"6:23-27 'true' is not a value of 'TCP_NODELAY' | an integer"}));
  EXPECT_EQ(wrong_call("poll -> in,in"), (Strings{"6:18-20 'in' is given twice"}));
}

TEST(AppCall, start_and_finish_belong_together) {
  EXPECT_EQ(wrong_call("finish"),
            (Strings{"6:7-13 no call is running | begin one with 'start': start read 10"}));
  EXPECT_EQ(wrong_call("start finish"), (Strings{"6:13-19 'finish' cannot be started"}));
  EXPECT_EQ(wrong_call("start read -> \"a\""),
            (Strings{"6:18-20 a call that is started has no result yet | state it with 'finish'"}));
  EXPECT_EQ(wrong(title + "steps:\n  - app: start read\n  - app: start accept\n"),
            (Strings{"4:10-15 a call is running already | collect it with 'finish'"}));
}

TEST(AppCall, all_errors_at_once) {
  EXPECT_EQ(wrong_call("set TCP_NODLAY 1 2 -> EPIP"),
            (Strings{"6:11-21 unknown option 'TCP_NODLAY' | did you mean 'TCP_NODELAY'?",
                     "6:29-33 'EPIP' is not a result of 'set' | did you mean 'EPIPE'?"}));
}

}  // namespace
}  // namespace tcpcraft::scenario
