#include "expand.hpp"

#include <algorithm>
#include <utility>

namespace tcpcraft::scenario {
namespace {

constexpr std::int64_t most_rounds = 10000;

const std::vector<std::string_view> built_in{"handshake", "active-open"};

bool contains(const std::vector<std::string_view>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// "'a' uses 'b', which uses 'a'"
std::string circle(const std::vector<std::string_view>& open, std::string_view name) {
  std::string text;
  for (auto block = std::find(open.begin(), open.end(), name); block != open.end(); ++block)
    text += "'" + std::string(*block) + "'" + (text.empty() ? " uses " : ", which uses ");
  return text + (open.back() == name ? "itself" : "'" + std::string(name) + "'");
}

}  // namespace

yaml::Node verb_of(const yaml::Node& key) {
  yaml::Node verb = key;
  const std::size_t begin = key.text.find('@') + 1;  // 0 where there is no name
  verb.span = begin == 0 ? key.span : key.part(begin, key.text.size());
  verb.text.erase(0, begin);
  verb.origin.erase(verb.origin.begin(), verb.origin.begin() + static_cast<std::ptrdiff_t>(begin));
  return verb;
}

Expander::Expander(Context& context, const yaml::Node* blocks, const PeerNames& peers,
                   std::size_t& steps_left)
    : context_(context), peers_(peers), steps_left_(steps_left) {
  if (!blocks) return;
  if (blocks->kind != yaml::Node::Kind::map) {
    context_.error(blocks->span, "'blocks' is a map of names to lists of steps",
                   "blocks: {open: [{use: handshake}]}");
    return;
  }
  for (const auto& [name, steps] : blocks->entries) {
    if (contains(built_in, name.text))
      context_.error(name.span, "'" + name.text + "' is a block that is built in", "use another name");
    else if (!blocks_.emplace(name.text, &steps).second)
      context_.error(name.span, "the key '" + name.text + "' is given twice");
  }
}

std::vector<FlatStep> Expander::expand(const yaml::Node& steps) {
  expand_list(steps, "steps");
  return std::exchange(flat_, {});
}

std::vector<std::vector<FlatStep>> Expander::expand_unused() {
  std::vector<std::vector<FlatStep>> result;
  for (const auto& [name, steps] : blocks_) {
    if (used_.contains(name)) continue;
    open_ = {name};
    expand_list(*steps, name);
    open_.clear();
    result.push_back(std::exchange(flat_, {}));
  }
  return result;
}

/// Whose connection a step with this key is about.
std::size_t Expander::peer_of(const yaml::Node& key) const {
  const std::size_t end = key.text.find('@');
  if (end == key.text.npos || !peers_) return peer_;
  const std::string name = key.text.substr(0, end);
  const auto found = std::find(peers_->begin(), peers_->end(), name);
  if (found != peers_->end()) return static_cast<std::size_t>(found - peers_->begin());
  const Span place = key.part(0, std::max<std::size_t>(end, 1));
  if (peers_->empty())
    context_.error(place, "no peer has a name: there is no 'peers'", "peers: {a: {}, b: {}}");
  else if (name.empty())
    context_.error(place, "the name in front of '@' is missing", peers_->back() + key.text);
  else
    context_.error(place, "unknown peer '" + name + "'",
                   did_you_mean(name, {peers_->begin(), peers_->end()}));
  return peer_;
}

void Expander::expand_list(const yaml::Node& steps, std::string_view what) {
  if (steps.kind != yaml::Node::Kind::list)
    return context_.error(steps.span, "'" + std::string(what) + "' wants a list of steps", "- send: SYN");
  if (steps.items.empty()) context_.error(steps.span, "'" + std::string(what) + "' is empty");
  for (const yaml::Node& step : steps.items)
    if (!full_) expand_step(step);
}

void Expander::expand_step(const yaml::Node& step) {
  if (steps_left_ == 0) {
    full_ = true;
    return context_.error(
        inside_.empty() ? step.span : inside_.front().place, "these are too many steps",
        "at most " + std::to_string(most_steps) + " in a file, each counted as often as it is played");
  }
  --steps_left_;
  const bool has_verb = step.kind == yaml::Node::Kind::map && !step.entries.empty();
  const std::size_t peer = has_verb ? peer_of(step.entries.front().key) : peer_;
  if (has_verb && step.entries.size() == 1) {
    const auto& [key, value] = step.entries.front();
    const std::string_view verb = std::string_view(key.text).substr(key.text.find('@') + 1);
    const bool named = verb == "use" && value.kind == yaml::Node::Kind::scalar && !value.text.empty();
    const bool is_block = named && !contains(built_in, value.text);
    if (is_block || verb == "repeat") {
      const std::size_t around = std::exchange(peer_, peer);
      if (is_block)
        expand_use(value);
      else
        expand_repeat(key, value);
      peer_ = around;
      return;
    }
  }
  flat_.push_back({&step, inside_, peer});
}

void Expander::expand_use(const yaml::Node& name) {
  const auto block = blocks_.find(name.text);
  if (block == blocks_.end()) {
    std::vector<std::string_view> names = built_in;
    for (const auto& [known, steps] : blocks_) names.push_back(known);
    return context_.error(name.span, "unknown block '" + name.text + "'", did_you_mean(name.text, names));
  }
  if (contains(open_, block->first))
    return context_.error(name.span, "the block " + circle(open_, name.text), "a block cannot use itself");
  used_.insert(block->first);
  open_.push_back(block->first);
  inside_.push_back({name.span, "block '" + name.text + "'"});
  expand_list(*block->second, name.text);
  inside_.pop_back();
  open_.pop_back();
}

void Expander::expand_repeat(const yaml::Node& verb, const yaml::Node& value) {
  std::optional<std::int64_t> times;
  const yaml::Node *times_node = nullptr, *steps = nullptr;
  context_.read_map(value, "'repeat'",
                    {
                        {"times",
                         [&](const auto& v, const auto&) {
                           times_node = &v;
                           times = context_.integer(v, "times", 1, most_rounds);
                         }},
                        {"steps", [&](const auto& v, const auto&) { steps = &v; }},
                    });
  if (value.kind != yaml::Node::Kind::map) return;
  if (!times_node || !steps)
    context_.error(verb.span, std::string("the key '") + (times_node ? "steps" : "times") + "' is missing",
                   "repeat: {times: 3, steps: [...]}");
  if (!steps) return;
  const Span place = times_node ? times_node->span : verb.span;
  const std::int64_t rounds = times.value_or(1);
  for (std::int64_t round = 1; round <= rounds && !full_; ++round) {
    inside_.push_back({place, "round " + std::to_string(round) + " of " + std::to_string(rounds)});
    expand_list(*steps, "repeat.steps");
    inside_.pop_back();
  }
}

}  // namespace tcpcraft::scenario
