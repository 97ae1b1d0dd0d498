#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/results/github.hpp>
#include <tcpcraft/results/text.hpp>

#include "fixture.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;

TEST(Github, annotates_what_did_not_pass) {
  Record flaky = plain_record("f", Verdict::pass);
  flaky.attempts = 3;
  flaky.failures = 2;
  EXPECT_EQ(written(github_writer, {plain_record("a", Verdict::pass), plain_record("s", Verdict::skip, "no"),
                                    plain_record("e", Verdict::error, "100% wrong: it, too"), flaky}),
            "::error file=e.scn,title=error%3A e::100%25 wrong: it, too\n"
            "::warning file=f.scn,title=flaky%3A f::it passed at attempt 3\n");
  EXPECT_EQ(written(github_writer, {failed_record("a/b")}),
            "::error file=a/b.scn,line=6,col=13,title=fail%3A a/b[ip=6]::the kernel reset the connection"
            "%0Aexpected: SYN-ACK seq=0 ack=1%0Areceived: RST-ACK seq=0 ack=1"
            "%0Awhy: RFC 9293 3.10.7.2: a SYN is answered%0Akernel: CLOSED"
            "%0Aagain: tcpcraft run 'a/b.scn[ip=6]'\n");
}

TEST(Github, a_command_is_one_line_whatever_it_holds) {
  const std::string text =
      written(github_writer, {hostile_record()}, {std::chrono::milliseconds(1), {"a"}, hostile});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find_first_of("\r\x1b\xff"), text.npos);
  const std::string properties = text.substr(0, text.find("::", 8));
  EXPECT_EQ(std::count(properties.begin(), properties.end(), ','), 3) << properties;
  EXPECT_NE(text.find("%0A%3A%3Aerror%3A%3Ax%0A%250A"), text.npos) << text;
}

TEST(GithubSummary, is_a_table_of_what_did_not_pass) {
  EXPECT_EQ(written(github_summary_writer,
                    {plain_record("a", Verdict::pass), failed_record("b"),
                     plain_record("e", Verdict::error, "a|b <c>")},
                    {std::chrono::milliseconds(1), {"n"}, ""}),
            "### tcpcraft: 1 pass, 1 fail, 1 error, 1 not run\n\n"
            "Linux 6\\.18\\.0, private network namespace, seed 18446744073709551615\n\n"
            "| verdict | scenario | why |\n"
            "|---|---|---|\n"
            "| fail | b\\[ip=6\\] | the kernel reset the connection |\n"
            "| error | e | a\\|b &lt;c\\> |\n\n");
}

TEST(GithubSummary, stays_below_what_github_takes) {
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) {
    records.push_back(hostile_record());
    for (int j = 0; j < 100; ++j) records.back().failure->summary += hostile;
  }
  EXPECT_LT(written(github_summary_writer, records).size(), 1000000u);
}

}  // namespace
}  // namespace tcpcraft::results
