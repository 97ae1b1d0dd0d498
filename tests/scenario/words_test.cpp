// The words of the format stand in one list each; here the reader, and the JSON Schema, are held against
// them.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include <tcpcraft/scenario/words.hpp>

#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

namespace fs = std::filesystem;
using Set = std::set<std::string>;

const fs::path root = TCPCRAFT_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Set set_of(const words::List& list) {
  return Set(list.begin(), list.end());
}

/// The keys that the reader's tables have: `{"app", [&](`, all of them.
Set keys_of_the_reader() {
  Set found;
  const std::regex entry("\\{\"([a-z-]+)\",\\s*\\[");
  for (const auto& file : fs::directory_iterator(root / "src/scenario")) {
    const std::string text = text_of(file.path());
    for (std::sregex_iterator match(text.begin(), text.end(), entry), end; match != end; ++match)
      found.insert((*match)[1]);
  }
  return found;
}

TEST(Words, the_reader_knows_these_and_no_others) {
  Set keys;
  for (const words::List* list : {&words::scenario, &words::variants, &words::kernel, &words::peer,
                                  &words::peer_options, &words::repeat})
    keys.merge(set_of(*list));
  EXPECT_EQ(keys_of_the_reader(), keys);
}

/// What the reader says of `text` that begins with `what`.
Strings said(const std::string& what, const std::string& text) {
  Strings found;
  for (const Diagnostic& diagnostic : read_text(text).diagnostics)
    if (diagnostic.message.starts_with(what)) found.push_back(diagnostic.message);
  return found;
}

TEST(Words, the_reader_takes_each_in_its_place) {
  const auto takes = [](const words::List& list, const std::string& before, const std::string& behind,
                        const std::string& complaint) {
    EXPECT_EQ(said(complaint, before + "zzz" + behind).size(), 1u) << before << "zzz" << behind;
    for (const auto& word : list)
      EXPECT_EQ(said(complaint, before + std::string(word) + behind), Strings{}) << word;
  };
  takes(words::scenario, "", ": x\n", "unknown key");
  takes(words::variants, "for: {a: {", ": x}}\n", "unknown key");
  takes(words::kernel, "kernel: {", ": x}\n", "unknown key");
  takes(words::peer, "peer: {", ": x}\n", "unknown key");
  takes(words::peer, "peers: {a: {", ": x}}\n", "unknown key");
  takes(words::peer_options, "peer: {options: {", ": x}}\n", "unknown key");
  takes(words::repeat, "steps: [{repeat: {", ": x}}]\n", "unknown key");
  takes(words::verbs, "steps: [{", ": x}]\n", "unknown verb");
  takes(words::verbs, "peers: {a: {}}\nsteps: [{a@", ": x}]\n", "unknown verb");
  takes(words::states, "steps: [{state: ", "}]\n", "unknown state");
  takes(words::links, "kernel: {link: ", "}\n", "unknown link");
  takes(words::apps, "kernel: {app: ", "}\n", "unknown app");
}

Set keys_of(const nlohmann::json& schema) {
  Set found;
  for (const auto& [key, value] : schema.at("properties").items()) {
    found.insert(key);
    const bool described = value.contains("description") || value.contains("$ref");
    EXPECT_TRUE(described) << key << " has nothing to show where an editor hovers";
  }
  return found;
}

Set values_of(const nlohmann::json& schema) {
  return schema.at("anyOf").at(0).at("enum").get<Set>();
}

TEST(Words, the_json_schema_has_these_and_no_others) {
  const auto schema = nlohmann::json::parse(text_of(root / "docs/scenario.schema.json"));
  const auto& parts = schema.at("definitions");
  EXPECT_EQ(keys_of(schema), set_of(words::scenario));
  EXPECT_EQ(keys_of(parts.at("permutations")), set_of(words::variants));
  EXPECT_EQ(keys_of(parts.at("kernel")), set_of(words::kernel));
  EXPECT_EQ(keys_of(parts.at("peer")), set_of(words::peer));
  EXPECT_EQ(keys_of(parts.at("peer_options")), set_of(words::peer_options));
  EXPECT_EQ(keys_of(parts.at("step")), set_of(words::verbs));
  EXPECT_EQ(keys_of(parts.at("step").at("properties").at("repeat")), set_of(words::repeat));
  EXPECT_EQ(values_of(parts.at("kernel").at("properties").at("app")), set_of(words::apps));
  EXPECT_EQ(values_of(parts.at("kernel").at("properties").at("link")), set_of(words::links));
  EXPECT_EQ(values_of(parts.at("step").at("properties").at("state")), set_of(words::states));
}

/// `name@verb`: each verb has a pattern that takes a name in front of it, but for those of all connections.
TEST(Words, the_json_schema_takes_a_name_in_front_of_a_verb) {
  const auto schema = nlohmann::json::parse(text_of(root / "docs/scenario.schema.json"));
  const auto& patterns = schema.at("definitions").at("step").at("patternProperties");
  for (const auto& verb : words::verbs) {
    const std::string key = "b@" + std::string(verb);
    int count = 0;
    for (const auto& [pattern, value] : patterns.items())
      count += std::regex_search(key, std::regex(pattern));
    EXPECT_EQ(count, set_of(words::verbs_of_all).contains(std::string(verb)) ? 0 : 1) << key;
  }
}

}  // namespace
}  // namespace tcpcraft::scenario
