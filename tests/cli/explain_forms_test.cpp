#include <nlohmann/json.hpp>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const fs::path goldens = source_dir / "tests/cli/explained";

/// The article's connection in one of the forms, as the command prints it.
std::string article(const std::vector<std::string>& form) {
  std::vector<std::string> words{"explain", "captures/article.pcap"};
  words.insert(words.end(), form.begin(), form.end());
  const Ran run = tcpcraft(source_dir, words, [] {
    ::setenv("COLUMNS", "100", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
  });
  EXPECT_EQ(run.exit_code, 0) << run.output;
  return run.output;
}

TEST(ExplainForms, a_ladder_in_the_terminal) {
  expect_golden(goldens / "article.ladder", article({"--ladder"}));
}

TEST(ExplainForms, a_sequence_diagram_of_mermaid) {
  expect_golden(goldens / "article.mmd", article({"--mermaid", "-"}));
}

TEST(ExplainForms, json) {
  const std::string text = article({"--json", "-"});
  expect_golden(goldens / "article.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["entries"].size(), 11u) << "the connection, nine segments, its end";
  EXPECT_EQ(json["entries"][10]["states"], (std::vector<std::string>{"CLOSE-WAIT", "FIN-WAIT-2"}));
  EXPECT_EQ(json["summary"]["wrong"], 0);
}

/// What the page shows; how that looks is the same in all pages.
TEST(ExplainForms, a_page) {
  const std::string text = article({"--html", "-"});
  expect_golden(goldens / "article.html", text.substr(text.find("<body>")));
  EXPECT_EQ(text.find("http"), text.find("http-equiv")) << "nothing from elsewhere";
  EXPECT_EQ(text.find("<script"), std::string::npos);
}

TEST(ExplainForms, several_at_once_beside_the_list) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"explain", (source_dir / "captures/article.pcap").string(),
                                           "--json", "a.json", "--html", "a.html", "--mermaid", "a.mmd"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.output.find("1 connection, nothing wrong"), std::string::npos);
  for (const char* file : {"a.json", "a.html", "a.mmd"})
    EXPECT_GT(read_file(folder.path() / file).size(), 1000u) << file;
}

/// A payload that would mean something to a page, to a diagram, or to the terminal.
TEST(ExplainForms, a_hostile_payload_is_only_text) {
  std::string capture = read_file(source_dir / "captures/article.pcap");
  const std::string evil = "<b>;#%%\"\x1b[2J\n-x";
  const std::size_t payload = capture.find("a\n", 300);
  ASSERT_NE(payload, std::string::npos);
  const std::size_t record = payload - (14 + 20 + 32) - 16;
  const auto grow = [&](std::size_t at, bool big_endian) {
    auto low = static_cast<unsigned char>(capture[at + big_endian]);
    capture[at + big_endian] = static_cast<char>(low + evil.size() - 2);
  };
  grow(record + 8, false);
  grow(record + 12, false);
  grow(record + 16 + 14 + 2, true);
  capture.replace(payload, 2, evil);
  const TemporaryFolder folder;
  folder.write("evil.pcap", capture);
  const Ran run = tcpcraft(
      folder.path(), {"explain", "evil.pcap", "--json", "a.json", "--html", "a.html", "--mermaid", "a.mmd"});
  EXPECT_NE(run.output.find("<b>;#%%"), std::string::npos) << run.output;
  EXPECT_EQ(run.output.find('\x1b'), std::string::npos) << run.output;
  const std::string page = read_file(folder.path() / "a.html");
  EXPECT_EQ(page.find("<b>;"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;;#%%"), std::string::npos);
  const std::string diagram = read_file(folder.path() / "a.mmd");
  EXPECT_NE(diagram.find("#60;b#62;#59;#35;#37;#37;"), std::string::npos) << diagram;
  EXPECT_TRUE(nlohmann::json::accept(read_file(folder.path() / "a.json")));
}

TEST(ExplainForms, the_guide_shows_the_json_as_it_is) {
  const std::string shown = blocks(source_dir / "docs/explanation-json.md", "json").at(0);
  const std::string text = article({"--json", "-"});
  for (std::size_t at = 0, end; at < shown.size(); at = end + 1) {
    end = shown.find('\n', at);
    EXPECT_NE(text.find(shown.substr(at, end - at)), std::string::npos) << shown.substr(at, end - at);
  }
}

}  // namespace
}  // namespace tcpcraft::cli_test
