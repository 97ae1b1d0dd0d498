#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yaml.hpp"

namespace tcpcraft::scenario {

/// A comment of a scenario file. libfyaml drops them, or hangs them on a neighbour of its own choice.
struct Comment {
  std::string text;        ///< from the '#' on
  std::size_t leaf = 0;    ///< how many scalars stand before it
  std::size_t column = 0;  ///< at which its line begins
  std::size_t depth = 0;   ///< how many brackets it stands in
  bool beside = false;     ///< on the line on which the scalar before it ends
  bool blank = false;      ///< a blank line is in front of it
};

/// The scalars of `node` that have a place in the text, in the order of the text.
std::vector<const yaml::Node*> leaves(const yaml::Node& node);

/// What stands in `text` outside of the scalars of `root`.
std::vector<Comment> find_comments(std::string_view text, const yaml::Node& root);

/// The end of what `leaf` says: the blank lines behind a block belong to its span.
std::size_t end_of(std::string_view text, const yaml::Node& leaf);

/// Whether `gap`, which begins behind something, holds a blank line.
bool has_blank_line(std::string_view gap);

/// How many characters stand before `offset` on its line.
std::size_t column_of(std::string_view text, std::size_t offset);

}  // namespace tcpcraft::scenario
