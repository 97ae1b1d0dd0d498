#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <tcpcraft/scenario/reader.hpp>

#include "yaml.hpp"

namespace tcpcraft::scenario {

/// What a key of a map leads to.
struct Key {
  std::string_view name;
  /// Takes the value and its key.
  std::function<void(const yaml::Node& value, const yaml::Node& key)> take;
};

/// What every part of the reader needs: where errors go, and how values of each type are read. A value of the
/// wrong type is reported and yields nothing.
class Context {
 public:
  Context(std::vector<Diagnostic>& diagnostics, const FileReader& files)
      : diagnostics_(diagnostics), files_(files) {}

  /// Notes what is wrong; once, however often it is found.
  void error(Span span, std::string message, std::string hint = "");
  /// What is found to be wrong within `span` from now on is a consequence of what has been noted.
  void spoil(Span span) { spoiled_.push_back(span); }
  const FileReader& files() const { return files_; }

  /// Hands each entry of a map to its key; unknown and repeated keys, and a `node` that is no map, are
  /// errors. `what` names the map: "a scenario".
  void read_map(const yaml::Node& node, std::string_view what, const std::vector<Key>& keys);

  std::optional<std::string> text(const yaml::Node& node, std::string_view what);
  std::optional<std::int64_t> integer(const yaml::Node& node, std::string_view what, std::int64_t min,
                                      std::int64_t max);
  std::optional<bool> boolean(const yaml::Node& node, std::string_view what);
  std::optional<wire::Duration> duration(const yaml::Node& node, std::size_t from = 0);
  std::vector<std::string> words(const yaml::Node& node, std::string_view what);

 private:
  std::vector<Diagnostic>& diagnostics_;
  std::set<std::tuple<std::size_t, std::size_t, std::string>> noted_;
  std::vector<Span> spoiled_;
  const FileReader& files_;
};

/// What steps call the peers, in their order: none where the file names none. Nothing where the names could
/// not be read, which has been noted.
using PeerNames = std::optional<std::vector<std::string>>;

/// Reads the list of steps. `blocks` is the value of that key, or null.
std::vector<Step> read_steps(Context& context, const yaml::Node& steps, const yaml::Node* blocks,
                             const PeerNames& peers, std::size_t& steps_left);

/// Whether a text can be a name: letters, digits, `-` and `_`.
bool is_name(std::string_view text);

/// "did you mean 'x'?", or "" where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace tcpcraft::scenario
