#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/scenario/words.hpp>

#include "yaml.hpp"

namespace tcpcraft::scenario {

/// What a list, a map or a scalar is within a scenario, as far as its layout depends on that.
enum class Role {
  root,
  variants,
  kernel,
  peers,
  peer,
  peer_options,
  blocks,
  block,
  steps,
  step,
  any_order,
  repeat,
  notation,
  other
};

/// What the value of `key` is, or an item where `key` is empty, within a list or map of `role`.
Role role_within(Role role, std::string_view key);
/// The order of a map's keys; null where it is the author's.
const words::List* key_order(Role role);

/// A comment on a line of its own.
struct Remark {
  std::string text;
  bool blank = false;  ///< behind a blank line
};

/// An entry of a map, an item of a list, or the whole: what is written in one place, with its comments.
struct Part {
  const yaml::Node* key = nullptr;  ///< of an entry
  const yaml::Node* value = nullptr;
  Role role = Role::other;  ///< of the value
  bool blank = false;       ///< behind a blank line
  std::vector<Remark> before;
  std::vector<std::string> beside;  ///< comments behind it on its line
  std::vector<Part> parts;          ///< of the value
  std::vector<Remark> after;        ///< behind the last of `parts`
  std::size_t column = 0;           ///< at which its parts are written

  bool has_comments() const;
};

/// Hangs the comments of `text` on what they stand at, and puts keys in order. What stands above a blank line
/// in front of all is `before` the whole.
Part arrange(std::string_view text, const yaml::Node& root);

}  // namespace tcpcraft::scenario
