#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

TEST(Nearest, finds_the_word_that_was_meant) {
  const std::vector<std::string_view> words = {"seq",        "ack", "win", "window-scale",
                                               "timestamps", "SYN", "AE"};
  EXPECT_EQ(nearest("sek", words), "seq");
  EXPECT_EQ(nearest("akc", words), "ack") << "neighbours swapped are one step";
  EXPECT_EQ(nearest("SEQ", words), "seq") << "case aside";
  EXPECT_EQ(nearest("syn", words), "SYN");
  EXPECT_EQ(nearest("timestmap", words), "timestamps");
  EXPECT_EQ(nearest("window", words), "win") << "the beginning of the word";
  EXPECT_EQ(nearest("time", words), "timestamps");
}

TEST(Nearest, prefers_fewer_steps_to_an_earlier_place) {
  EXPECT_EQ(nearest("abcdeg", {"abcxyg", "abcdef"}), "abcdef");
}

TEST(Nearest, leaves_alone_what_is_far) {
  EXPECT_EQ(nearest("xyz", {"seq", "ack"}), "");
  EXPECT_EQ(nearest("x", {"S", "AE"}), "") << "nothing agrees";
  EXPECT_EQ(nearest("", {"S", "seq"}), "");
  EXPECT_EQ(nearest("seq", {}), "");
  EXPECT_EQ(nearest("sxx", {"seq"}), "") << "two steps in three letters";
}

}  // namespace
}  // namespace tcpcraft::wire
