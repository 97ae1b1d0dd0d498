#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include <tcpcraft/results/html.hpp>

#include "fixture.hpp"
#include "foreign.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;

std::optional<std::string> no_capture(const std::string&) {
  return {};
}

std::string page_of(const std::vector<Record>& records, const CaptureReader& captures = no_capture,
                    const RunEnd& end = {}) {
  std::string text;
  const auto writer = html_writer([&](std::string_view part) { text += part; }, captures);
  writer->begin({"0.1.0", "Linux 6.18.0", "private network namespace", 1, 1700000000, records.size(), {}});
  for (const Record& record : records) writer->add(record);
  writer->end(end);
  return text;
}

nlohmann::json parsed(const std::string& text) {
  const ForeignFile file(text);
  return json_of("python3 " + beside("page.py") + " " + file.path());
}

/// Every string of a record is what somebody sent to do harm.
Record everywhere(const std::string& text) {
  Record record = failed_record("x");
  for (std::string* one :
       {&record.name, &record.file, &record.variant, &record.title, &record.about, &record.reason,
        &record.again, &record.capture, &record.kernel_address, &record.kernel_state})
    *one = text;
  record.rfc = record.tags = {text};
  record.peers = {{text, text}, {"b", text}};
  for (Step& step : record.steps) step.text = text;
  std::vector<Event> events;
  for (const auto kind :
       {Event::Kind::segment, Event::Kind::icmp, Event::Kind::call, Event::Kind::note, Event::Kind::silence,
        Event::Kind::wait, Event::Kind::check, Event::Kind::missing}) {
    Event& event = events.emplace_back();
    event.kind = kind;
    event.at = wire::Duration(std::numeric_limits<std::int64_t>::max());
    event.length = wire::Duration(std::numeric_limits<std::int64_t>::min());
    event.peer = event.text = event.result = event.state = text;
    event.rule = CitedRule{text, text, text};
    event.step = std::numeric_limits<std::size_t>::max();
    event.failed = true;
  }
  record.events = std::move(events);
  Failure& failure = *record.failure;
  failure.summary = failure.expected = failure.received = failure.kernel_state = failure.text = text;
  failure.rules = {{text, text, text}};
  failure.counters = {text};
  return record;
}

TEST(Html, lets_nothing_in_that_somebody_sent) {
  REQUIRE_PROGRAM("python3 --version");
  const std::string worst =
      hostile + "</script></style></template></title><svg onload=alert(1)>\"'><img src=x onerror=alert(1)>";
  RunEnd end;
  end.not_run = {worst};
  const auto harmless = parsed(page_of({everywhere("x")}, no_capture, {{}, {"x"}, ""}));
  const auto harmful = parsed(page_of({everywhere(worst)}, no_capture, end));
  EXPECT_EQ(harmful["handlers"], nlohmann::json::array());
  EXPECT_EQ(harmful["open"], nlohmann::json::array());
  EXPECT_EQ(harmful["unseen"], 0);
  for (const char* element : {"script", "style", "template", "title", "article", "svg", "img", "a", "meta"})
    EXPECT_EQ(harmful["elements"].value(element, 0), harmless["elements"].value(element, 0)) << element;
  EXPECT_EQ(harmful["links"], nlohmann::json::array()) << "a citation that is none is no link";
  EXPECT_NE(harmful["text"].get<std::string>().find("<script>alert(1)</script>"), std::string::npos)
      << "as text";
}

TEST(Html, allows_nothing_but_its_own_script) {
  REQUIRE_PROGRAM("python3 --version");
  const auto page = parsed(page_of({failed_record("scenarios/close/a")}));
  const std::string policy = page["policy"];
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("script-src '" + page["digest"].get<std::string>() + "'"), std::string::npos)
      << "html_script_hash: " << page["digest"];
  EXPECT_EQ(page["elements"]["script"], 1);
  EXPECT_FALSE(page["elements"].contains("link"));
}

TEST(Html, shows_failures_at_once_and_the_rest_when_asked) {
  REQUIRE_PROGRAM("python3 --version");
  const auto page =
      parsed(page_of({plain_record("scenarios/open/a", Verdict::pass), failed_record("scenarios/close/b")}));
  EXPECT_EQ(page["elements"]["article"], 2);
  EXPECT_EQ(page["elements"]["template"], 1) << "of the one that passed";
  const std::string text = page["text"];
  for (const char* part :
       {"the kernel reset the connection", "RST-ACK seq=0 ack=1", "expected SYN-ACK seq=0 ack=1",
        "RFC 9293 3.10.7.2: a SYN is answered", "Played 2 times, of which 1 failed before this one.",
        "read 10 → \"a\\n\"", "tcpcraft run 'scenarios/close/b.scn[ip=6]'", "2023-11-14 22:13 UTC",
        "TcpExt.TCPChallengeACK +1"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Html, cites_sections_as_links) {
  REQUIRE_PROGRAM("python3 --version");
  Record record = failed_record("a");
  record.rfc = {"9293#3.5", "9293#MUST-12", "793", "javascript:alert(1)#1"};
  EXPECT_EQ(
      parsed(page_of({record}))["links"],
      nlohmann::json({"https://www.rfc-editor.org/rfc/rfc9293#section-3.5",
                      "https://www.rfc-editor.org/rfc/rfc9293", "https://www.rfc-editor.org/rfc/rfc793"}));
}

TEST(Html, carries_the_capture_where_it_is_small) {
  Record record = failed_record("a");
  record.capture = "captures/x.pcap";
  const auto bytes = [](std::size_t size) {
    return [size](const std::string& path) {
      return path == "captures/x.pcap" ? std::optional(std::string(size, 'a')) : std::nullopt;
    };
  };
  const auto holds = [&](std::size_t size, const std::string& part) {
    return page_of({record}, bytes(size)).find(part) != std::string::npos;
  };
  EXPECT_TRUE(holds(1, "download=\"x.pcap\" href=\"data:application/vnd.tcpdump.pcap;base64,YQ==\""));
  EXPECT_TRUE(holds(2, "base64,YWE=\""));
  EXPECT_TRUE(holds(3, "base64,YWFh\""));
  EXPECT_TRUE(holds(largest_capture - 1, "base64"));
  EXPECT_FALSE(holds(largest_capture, "base64"));
}

TEST(Html, keeps_to_its_size_whatever_comes) {
  Record record = failed_record("a");
  record.events.assign(100000, record.events.front());
  record.steps.assign(100000, record.steps.front());
  EXPECT_LT(page_of({record}).size(), 1000000u);
}

}  // namespace
}  // namespace tcpcraft::results
