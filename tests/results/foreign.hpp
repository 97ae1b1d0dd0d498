#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace tcpcraft::results {

/// A file for a program that we did not write; gone with the test.
class ForeignFile {
 public:
  explicit ForeignFile(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "tcpcraft-foreign-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    path_ = name;
    std::ofstream(path_, std::ios::binary) << text;
  }
  ForeignFile(const ForeignFile&) = delete;
  ForeignFile& operator=(const ForeignFile&) = delete;
  ~ForeignFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Output {
  int status;
  std::string text;
};

/// Of a shell command, with standard error.
inline Output output_of(const std::string& command) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  return {::pclose(pipe), text};
}

inline std::string beside(const std::string& name) {
  return std::string(TCPCRAFT_SOURCE_DIR) + "/tests/results/" + name;
}

inline nlohmann::json json_of(const std::string& command) {
  const Output output = output_of(command);
  EXPECT_EQ(output.status, 0) << output.text;
  return nlohmann::json::parse(output.text, nullptr, false);
}

#define REQUIRE_PROGRAM(command)                                                         \
  if (const auto output_ = ::tcpcraft::results::output_of(command); output_.status != 0) \
  GTEST_SKIP() << (command) << ": " << output_.text

}  // namespace tcpcraft::results
