#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"

namespace tcpcraft::scenario {

/// How many steps a file may come to, each counted as often as it is played.
inline constexpr std::size_t most_steps = 100000;

/// A step as it is to be played, once for each time that it is.
struct FlatStep {
  const yaml::Node* node;
  std::vector<Inside> inside;
  std::size_t peer;  ///< whose connection it is about
};

/// `send` of `b@send`: the key of a step without the name in front.
yaml::Node verb_of(const yaml::Node& key);

/// Turns lists of steps into what is played in turn: the steps of a block stand where it is used, and those
/// of a `repeat` as often as it says.
class Expander {
 public:
  /// `blocks` is the value of that key, or null; it must outlive the steps. `steps_left` says how many more
  /// are allowed, and is counted down.
  Expander(Context& context, const yaml::Node* blocks, const PeerNames& peers, std::size_t& steps_left);

  std::vector<FlatStep> expand(const yaml::Node& steps);

  /// After that: the blocks that no step has used. Their steps are looked at too, each list by itself.
  std::vector<std::vector<FlatStep>> expand_unused();

 private:
  std::size_t peer_of(const yaml::Node& key) const;
  void expand_list(const yaml::Node& steps, std::string_view what);
  void expand_step(const yaml::Node& step);
  void expand_use(const yaml::Node& name);
  void expand_repeat(const yaml::Node& verb, const yaml::Node& value);

  Context& context_;
  const PeerNames& peers_;
  std::size_t& steps_left_;
  std::map<std::string, const yaml::Node*, std::less<>> blocks_;
  std::set<std::string, std::less<>> used_;
  std::vector<std::string_view> open_;  ///< the blocks that are being expanded, the outermost first
  std::vector<Inside> inside_;
  std::size_t peer_ = 0;  ///< of a step without a name: that of the `use` or `repeat` around it
  std::vector<FlatStep> flat_;
  bool full_ = false;  ///< there are no steps left
};

}  // namespace tcpcraft::scenario
