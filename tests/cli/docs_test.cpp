#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

TEST(Docs, every_example_works) {
  REQUIRE_PRIVATE_NETWORK();
  std::size_t examples = 0;
  for (const char* file : {"README.md", "docs/scenario-format.md", "docs/coverage.md"}) {
    for (const std::string& block : blocks(source_dir / file, "yaml")) {
      const TemporaryFolder folder;
      const bool whole = block.starts_with("scenario:");
      folder.write("example.scn", whole ? block : "scenario: part\nsteps:\n" + block);
      const Ran run = tcpcraft(folder.path(), {whole ? "run" : "check", "example.scn"});
      EXPECT_EQ(run.exit_code, 0) << file << "\n" << block << run.output;
      ++examples;
    }
  }
  EXPECT_GE(examples, 6u);
}

/// `run --ladder`, as on paper.
Ran drawn(const fs::path& folder, const std::string& file) {
  return tcpcraft(folder, {"run", "--ladder", file}, [] {
    ::setenv("COLUMNS", "100", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
  });
}

/// Its times, and the peer's port, made equal.
std::string normalized_ladder(const std::string& text) {
  const std::string times = replace_pattern(normalized(text), " +\\d+\\.\\d{3}  ", "  0.000  ");
  return replace_pattern(times, "peer 127\\.0\\.0\\.1:\\d+ +", "peer ");
}

TEST(Docs, the_readme_shows_what_is_printed) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = drawn(folder.path(), (source_dir / "scenarios/server_close.scn").string());
  EXPECT_EQ(normalized_ladder(blocks(source_dir / "README.md", "text").at(0)), normalized_ladder(run.output));
}

TEST(Docs, the_ladder_that_is_explained_is_real) {
  REQUIRE_PRIVATE_NETWORK();
  const fs::path page = source_dir / "docs/ladder.md";
  const TemporaryFolder folder;
  folder.write("wrong.scn", blocks(page, "yaml").at(0));
  const Ran run = drawn(folder.path(), "wrong.scn");
  EXPECT_EQ(run.exit_code, 1);
  const std::size_t begin = run.output.find("       ms  ");
  const std::string ladder = run.output.substr(begin, run.output.find("\n\n", begin) + 1 - begin);
  EXPECT_EQ(normalized_ladder(blocks(page, "text").at(0)), normalized_ladder(ladder)) << ladder;
}

TEST(Docs, the_readmes_failure_is_real) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "scenarios");
  std::string text = read_file(source_dir / "scenarios/server_close.scn");
  text.replace(text.find("expect: ACK"), 11, "expect: ACK ack=2");
  folder.write("scenarios/server_close.scn", text);
  const Ran run = tcpcraft(folder.path(), {"run", "-q", "scenarios/server_close.scn"});
  EXPECT_EQ(run.exit_code, 1);
  std::string shown = normalized(blocks(source_dir / "README.md", "text").at(1));
  std::string printed = normalized(run.output);
  printed = printed.substr(printed.find("error:"));
  printed = printed.substr(0, printed.find("\n\n") + 1);
  EXPECT_EQ(shown, printed);
}

TEST(Docs, the_readmes_cell_is_real) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  std::string shown = blocks(source_dir / "README.md", "text").at(2);
  const std::string command = shown.substr(0, shown.find('\n'));
  EXPECT_EQ(command, "$ tcpcraft matrix --cell ESTABLISHED:data_tooold --ip 4 -v");
  const Ran run = tcpcraft(folder.path(), {"matrix", "--cell", "ESTABLISHED:data_tooold", "--ip", "4", "-v"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(normalized(shown.substr(command.size() + 1)), normalized(run.output));
}

/// What stands between `begin` and the next `end`, each time.
std::vector<std::string> all_between(const std::string& text, const std::string& begin, char end) {
  std::vector<std::string> result;
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
    at += begin.size();
    result.push_back(text.substr(at, text.find(end, at) - at));
  }
  return result;
}

TEST(Docs, every_link_leads_somewhere) {
  std::vector<fs::path> pages{source_dir / "README.md"};
  for (const auto& file : fs::directory_iterator(source_dir / "docs"))
    if (file.path().extension() == ".md") pages.push_back(file.path());
  std::size_t links = 0;
  for (const fs::path& page : pages) {
    for (const std::string& link : all_between(read_file(page), "](", ')')) {
      if (link.starts_with("#") || link.find("://") != std::string::npos) continue;
      const fs::path target = page.parent_path() / link.substr(0, link.find('#'));
      EXPECT_TRUE(fs::exists(target)) << page << " links to " << link;
      ++links;
    }
  }
  EXPECT_GE(links, 60u);
}

TEST(Docs, every_tag_of_the_library_is_explained) {
  const std::string guide = read_file(source_dir / "docs/library.md");
  for (const auto& file : fs::recursive_directory_iterator(source_dir / "scenarios")) {
    if (file.path().extension() != ".scn") continue;
    const std::string tags = all_between(read_file(file.path()), "\ntags: [", ']').at(0);
    std::istringstream words(replace_pattern(tags, ",", " "));
    for (std::string tag; words >> tag;) {
      const bool folder = fs::is_directory(source_dir / "scenarios" / tag);
      EXPECT_TRUE(folder || guide.find('`' + tag + '`') != std::string::npos) << file.path() << ": " << tag;
    }
  }
}

}  // namespace
}  // namespace tcpcraft::cli_test
