// docs/matrix.md lists the deviations of the profile. TCPCRAFT_UPDATE_GOLDEN=1 writes the list anew.

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <tcpcraft/model/profile.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

constexpr const char* path = TCPCRAFT_SOURCE_DIR "/docs/matrix.md";

std::string table() {
  std::string text = "\n| | | Linux 6.18 | where |\n|---|---|---|---|\n";
  for (const Deviation* deviation : linux_profile.deviations) {
    std::string functions(deviation->function);
    for (std::size_t at = 0; (at = functions.find(", ", at)) != std::string::npos; at += 4)
      functions.replace(at, 2, "`, `");
    text += "| " + std::string(deviation->id) + " | " + std::string(to_string(deviation->nature)) + " | " +
            std::string(deviation->says) + " | `" + functions + "` |\n";
  }
  return text + "\n";
}

TEST(DeviationsDoc, IsTheProfile) {
  std::ifstream file(path);
  std::stringstream read;
  read << file.rdbuf();
  std::string text = read.str();
  const std::string begin = "<!-- deviations -->\n";
  const std::size_t from = text.find(begin) + begin.size();
  const std::size_t to = text.find("<!-- /deviations -->");
  ASSERT_LE(from, to);
  if (std::getenv("TCPCRAFT_UPDATE_GOLDEN")) {
    text.replace(from, to - from, table());
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(from, to - from), table());
}

TEST(Profile, DeviationsHaveIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (const Deviation* deviation : linux_profile.deviations) {
    EXPECT_TRUE(ids.insert(deviation->id).second) << deviation->id;
    EXPECT_FALSE(deviation->says.empty() || deviation->function.empty() || deviation->seen.empty());
    EXPECT_TRUE(linux_profile.has(*deviation));
    EXPECT_FALSE(rfc9293.has(*deviation));
  }
}

TEST(Profile, IsFoundByItsName) {
  EXPECT_EQ(find_profile("linux"), &linux_profile);
  EXPECT_EQ(find_profile("rfc9293"), &rfc9293);
  EXPECT_EQ(find_profile("bsd"), nullptr);
}

}  // namespace
}  // namespace tcpcraft::model::test
