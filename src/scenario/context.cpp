#include "context.hpp"

#include <algorithm>
#include <charconv>

namespace tcpcraft::scenario {
namespace {

std::string_view kind_name(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Node::Kind::list:
      return "a list";
    case yaml::Node::Kind::map:
      return "a map";
    case yaml::Node::Kind::scalar:
      break;
  }
  return node.text.empty() && !node.quoted ? "nothing" : "text";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size() || (hex && text.starts_with('-'))) return {};
  return value;
}

/// The first line of a long value: enough to show what is meant.
Span first_line(const yaml::Node& node) {
  return {node.span.begin, std::max(node.span.end, node.span.begin)};
}

}  // namespace

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string near = wire::nearest(word, candidates);
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

void Context::error(Span span, std::string message, std::string hint) {
  const auto covers = [&](Span s) { return s.begin <= span.begin && span.end <= s.end; };
  if (std::any_of(spoiled_.begin(), spoiled_.end(), covers)) return;
  if (noted_.emplace(span.begin, span.end, message).second)
    diagnostics_.push_back({span, std::move(message), std::move(hint)});
}

void Context::read_map(const yaml::Node& node, std::string_view what, const std::vector<Key>& keys) {
  if (node.kind != yaml::Node::Kind::map) {
    error(first_line(node),
          std::string(what) + " is a map of keys to values, not " + std::string(kind_name(node)));
    return;
  }
  std::vector<std::string_view> seen;
  for (const auto& [key, value] : node.entries) {
    const std::string_view name = key.text;
    const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
    if (known == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& candidate : keys) names.push_back(candidate.name);
      error(key.span, "unknown key '" + key.text + "' in " + std::string(what), did_you_mean(name, names));
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      error(key.span, "the key '" + key.text + "' is given twice");
    } else {
      known->take(value, key);
    }
    seen.push_back(name);
  }
}

std::optional<std::string> Context::text(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::Node::Kind::scalar && !(node.text.empty() && !node.quoted)) return node.text;
  error(first_line(node), "'" + std::string(what) + "' wants text, not " + std::string(kind_name(node)));
  return {};
}

std::optional<std::int64_t> Context::integer(const yaml::Node& node, std::string_view what, std::int64_t min,
                                             std::int64_t max) {
  if (node.kind == yaml::Node::Kind::scalar && !node.quoted) {
    const auto value = parse_integer(node.text);
    if (value && *value >= min && *value <= max) return value;
  }
  error(first_line(node), "'" + std::string(what) + "' wants an integer from " + std::to_string(min) +
                              " to " + std::to_string(max));
  return {};
}

std::optional<bool> Context::boolean(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::Node::Kind::scalar && !node.quoted) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  error(first_line(node), "'" + std::string(what) + "' wants true or false");
  return {};
}

std::optional<wire::Duration> Context::duration(const yaml::Node& node, std::size_t from) {
  if (node.kind == yaml::Node::Kind::scalar) {
    const std::string_view text = std::string_view(node.text).substr(std::min(from, node.text.size()));
    if (const auto duration = wire::parse_duration(text)) return duration;
  }
  const Span where = from < node.text.size() ? node.part(from, node.text.size()) : node.span;
  error(where, "not a duration", "a number and one of ns, us, ms, s: 200ms");
  return {};
}

std::vector<std::string> Context::words(const yaml::Node& node, std::string_view what) {
  std::vector<std::string> result;
  if (node.kind != yaml::Node::Kind::list) {
    error(first_line(node), "'" + std::string(what) + "' wants a list: [a, b]");
    return result;
  }
  for (const yaml::Node& item : node.items)
    if (auto word = text(item, what)) result.push_back(*word);
  return result;
}

}  // namespace tcpcraft::scenario
