#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// What somebody might send to hurt those who read reports.
inline const std::string hostile =
    "\"q\" 'a' ]]> --> <script>alert(1)</script> &amp; \x1b[31mred\x1b[0m \xff\xc3( \xed\xa0\x80 \x01\x7f "
    "\xe2\x80\xae\xef\xbf\xbe\n::error::x\n%0A\\ # SKIP not at all\n...\nok 9 - more\nBail out! no\r\n\t---";

/// A scenario that failed, with a value in every field.
inline Record failed_record(const std::string& name) {
  using std::chrono::microseconds;
  Record record;
  record.name = name + "[ip=6]";
  record.file = name + ".scn";
  record.variant = "[ip=6]";
  record.title = "A title";
  record.about = "What it is about.\nAnd more.";
  record.rfc = {"9293 3.6"};
  record.tags = {"close", "slow"};
  record.verdict = engine::Verdict::fail;
  record.took = microseconds(1500);
  record.attempts = 2;
  record.failures = 1;
  record.again = "tcpcraft run '" + name + ".scn[ip=6]'";
  record.capture = "captures/x.pcap";
  record.kernel_address = "127.0.0.1:9877";
  record.kernel_state = "LISTEN";
  record.peers = {{"a", "127.0.0.1:40000"}};
  record.host_fault = true;
  record.steps = {{5, "send: SYN", Step::Outcome::done},
                  {6, "expect: SYN-ACK", Step::Outcome::failed},
                  {7, "send: ACK", Step::Outcome::not_reached}};
  Event sent;
  sent.kind = Event::Kind::segment;
  sent.at = microseconds(10);
  sent.text = "SYN seq=0";
  sent.rule = CitedRule{"syn.sent", "RFC 9293 3.5", "a SYN opens"};
  sent.step = 0;
  sent.peer = "a";
  Event answer = sent;
  answer.from = engine::Party::kernel;
  answer.text = "RST-ACK seq=0 ack=1";
  answer.rule.reset();
  answer.state = "CLOSED";
  answer.step = 1;
  answer.failed = true;
  Event wait;
  wait.kind = Event::Kind::wait;
  wait.length = microseconds(7);
  Event call;
  call.kind = Event::Kind::call;
  call.text = "read 10";
  call.result = "\"a\\n\"";
  record.events = {sent, answer, wait, call};
  record.failure = Failure{"the kernel reset the connection",
                           6,
                           13,
                           "SYN-ACK seq=0 ack=1",
                           "RST-ACK seq=0 ack=1",
                           {{"listen.syn", "RFC 9293 3.10.7.2", "a SYN is answered"}},
                           "CLOSED",
                           {"TcpExt.TCPChallengeACK +1"},
                           "error: the kernel reset the connection\n  --> " + name + ".scn:6:13\n"};
  return record;
}

inline Record plain_record(const std::string& name, engine::Verdict verdict, const std::string& reason = "") {
  Record record;
  record.name = name;
  record.file = name + ".scn";
  record.title = "A title";
  record.verdict = verdict;
  record.reason = reason;
  record.took = std::chrono::microseconds(400);
  return record;
}

/// Every text of it hostile.
inline Record hostile_record() {
  Record record = failed_record(hostile);
  for (std::string* text :
       {&record.variant, &record.title, &record.about, &record.again, &record.capture,
        &record.failure->summary, &record.failure->expected, &record.failure->received,
        &record.failure->kernel_state, &record.failure->text, &record.rfc[0], &record.kernel_address,
        &record.kernel_state, &record.peers[0].name, &record.tags[0], &record.failure->counters[0]})
    *text = hostile;
  for (Step& step : record.steps) step.text = hostile;
  for (Event& event : record.events) {
    event.text = hostile;
    event.state = hostile;
    event.peer = hostile;
    event.result = hostile;
    event.rule = CitedRule{hostile, hostile, hostile};
  }
  return record;
}

inline RunInfo run_info(std::size_t scenarios) {
  return {"0.1.0",   "Linux 6.18.0", "private network namespace", 18446744073709551615u, 1790000000,
          scenarios, {2, 4}};
}

/// What a writer makes of these records.
inline std::string written(std::unique_ptr<Writer> (*make)(Sink), const std::vector<Record>& records,
                           const RunEnd& end = {std::chrono::milliseconds(12), {}, ""}) {
  std::string text;
  const std::unique_ptr<Writer> writer = make([&](std::string_view more) { text += more; });
  writer->begin(run_info(records.size() + end.not_run.size()));
  for (const Record& record : records) writer->add(record);
  writer->end(end);
  return text;
}

}  // namespace tcpcraft::results
