#include "variants.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <tcpcraft/wire/notation.hpp>

#include "call_reader.hpp"

namespace tcpcraft::scenario {
namespace {

constexpr std::size_t most_variants = 1000;
constexpr std::string_view opening = "${";
constexpr std::string_view escaped = "$${";

/// Every order of `items`, each as one value with a blank between the items.
std::vector<std::string> permutations(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  std::vector<std::string> result;
  do {
    std::string value;
    for (const std::string& item : items) value += (value.empty() ? "" : " ") + item;
    result.push_back(std::move(value));
  } while (std::next_permutation(items.begin(), items.end()));
  return result;
}

/// The `number`-th of the words of a value, the first being 1; empty where there are not as many.
std::string_view word_of(std::string_view value, std::size_t number) {
  for (const wire::TextRange range : wire::split_words(value))
    if (--number == 0) return value.substr(range.begin, range.end - range.begin);
  return {};
}

std::vector<std::string> read_values(Context& context, const yaml::Node& name, const yaml::Node& list);

/// `{permutations: [a, b, c]}`
std::vector<std::string> read_permutations(Context& context, const yaml::Node& name, const yaml::Node& map) {
  constexpr std::size_t most_items = 6;  // 7 have more orders than there may be variants
  std::vector<std::string> items;
  const yaml::Node* list = nullptr;
  context.read_map(map, "'" + name.text + "'", {{"permutations", [&](const auto& value, const auto&) {
                                                   list = &value;
                                                   items = read_values(context, name, value);
                                                 }}});
  if (list && items.size() > most_items)
    context.error(list->span, "these have too many orders",
                  "at most " + std::to_string(most_items) + " items");
  const bool usable = !items.empty() && items.size() <= most_items;
  return usable ? permutations(std::move(items)) : std::vector<std::string>{};
}

/// The values that `for` gives to one name.
std::vector<std::string> read_values(Context& context, const yaml::Node& name, const yaml::Node& list) {
  std::vector<std::string> values;
  if (!is_name(name.text))
    context.error(name.span, "'" + name.text + "' cannot be a name", "letters, digits, '-' and '_'");
  if (list.kind == yaml::Node::Kind::map && !list.entries.empty())
    return read_permutations(context, name, list);
  if (list.kind != yaml::Node::Kind::list || list.items.empty()) {
    context.error(list.span, "'" + name.text + "' wants a list of values", name.text + ": [4, 6]");
    return values;
  }
  for (const yaml::Node& item : list.items) {
    const bool is_empty_text = item.kind == yaml::Node::Kind::scalar && item.text.empty() && item.style != 0;
    const auto value = is_empty_text ? std::optional(item.text) : context.text(item, "for." + name.text);
    if (value && std::find(values.begin(), values.end(), *value) != values.end())
      context.error(item.span, "the value '" + *value + "' is given twice");
    else if (value)
      values.push_back(*value);
  }
  return values;
}

std::vector<Variant> combine(const std::vector<Variant>& variants, const std::string& name,
                             const std::vector<std::string>& values) {
  std::vector<Variant> result;
  for (const Variant& variant : variants)
    for (const std::string& value : values) {
      result.push_back(variant);
      result.back().emplace_back(name, value);
    }
  return result;
}

const yaml::Entry* find_entry(const yaml::Node& map, std::string_view key) {
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const yaml::Entry& entry) { return entry.key.text == key; });
  return found == map.entries.end() ? nullptr : &*found;
}

class Replacement {
 public:
  Replacement(Context& context, const Variant& variant, const std::vector<std::string>& unusable)
      : context_(context), variant_(variant), unusable_(unusable) {}

  yaml::Node replace(const yaml::Node& node) {
    if (node.kind == yaml::Node::Kind::scalar) return replace_scalar(node);
    yaml::Node result;
    result.kind = node.kind;
    result.span = node.span;
    for (const yaml::Node& item : node.items) result.items.push_back(replace(item));
    for (const auto& [key, value] : node.entries) result.entries.push_back({replace(key), replace(value)});
    return result;
  }

 private:
  yaml::Node replace_scalar(const yaml::Node& node) {
    if (node.text.find(opening) == std::string::npos) return node;
    yaml::Node result = node;
    result.text.clear();
    result.origin.clear();
    bool replaced = false;
    spoiled_ = false;
    for (std::size_t at = 0; at < node.text.size();) {
      const std::string_view rest = std::string_view(node.text).substr(at);
      const std::size_t end = rest.find('}');
      if (rest.starts_with(escaped)) {
        put(result, opening, node.origin[at]);
        at += escaped.size();
      } else if (rest.starts_with(opening) && end != rest.npos) {
        put(result, value_of(node, at, at + end + 1), node.origin[at]);
        replaced = true;
        at += end + 1;
      } else {
        if (rest.starts_with(opening)) {
          spoiled_ = true;
          context_.error(node.part(at, node.text.size()), "'${' without its '}'", literal_hint());
        }
        put(result, rest.substr(0, 1), node.origin[at]);
        ++at;
      }
    }
    result.origin.push_back(node.origin.back());
    if (spoiled_) context_.spoil(node.span);
    // A number is one even where YAML made the writer quote the '${...}'.
    if (replaced && !result.text.empty()) result.quoted = false;
    return result;
  }

  /// `${name.2}`: the second word of the value.
  static std::optional<std::string_view> part_of(std::string_view value, std::string_view name,
                                                 std::string_view known) {
    if (!name.starts_with(known) || name.substr(known.size(), 1) != ".") return std::nullopt;
    const auto number = read_integer(name.substr(known.size() + 1), 1, most_variants);
    if (!number) return std::nullopt;
    const std::string_view word = word_of(value, static_cast<std::size_t>(*number));
    return word.empty() ? std::nullopt : std::optional(word);
  }

  static void put(yaml::Node& node, std::string_view text, std::size_t origin) {
    node.text += text;
    node.origin.insert(node.origin.end(), text.size(), origin);
  }

  static std::string literal_hint() { return "'$${' stands for '${' itself"; }

  /// What the `${name}` from `begin` to `end` stands for.
  std::string_view value_of(const yaml::Node& node, std::size_t begin, std::size_t end) {
    const std::size_t first = begin + opening.size();
    const std::string_view name = std::string_view(node.text).substr(first, end - 1 - first);
    std::vector<std::string_view> names;
    for (const auto& [known, value] : variant_) {
      if (known == name) return value;
      if (const auto word = part_of(value, name, known)) return *word;
      names.push_back(known);
    }
    spoiled_ = true;
    if (std::find(unusable_.begin(), unusable_.end(), name) != unusable_.end()) return "";
    const std::string near = did_you_mean(name, names);
    std::string list;
    for (const std::string_view known : names)
      list += (list.empty() ? "'" : ", '") + std::string(known) + "'";
    context_.error(node.part(begin, end), "unknown name '" + std::string(name) + "'",
                   !near.empty()  ? near
                   : list.empty() ? "'for' gives names their values; " + literal_hint()
                                  : "'for' has " + list + "; " + literal_hint());
    return "";
  }

  Context& context_;
  const Variant& variant_;
  const std::vector<std::string>& unusable_;
  bool spoiled_ = false;  ///< the present scalar holds a name that is unknown
};

}  // namespace

std::string variant_name(const Variant& variant) {
  std::string text;
  for (const auto& [name, value] : variant) text += (text.empty() ? "[" : ",") + name + "=" + value;
  return text.empty() ? "" : text + "]";
}

ForEach read_for(Context& context, const yaml::Node& root) {
  ForEach result{std::vector<Variant>(1), {}};
  const yaml::Entry* entry = find_entry(root, "for");
  if (!entry) return result;
  if (entry->value.kind != yaml::Node::Kind::map || entry->value.entries.empty()) {
    context.error(entry->value.span, "'for' is a map of names to lists", "for: {ip: [4, 6]}");
    return result;
  }
  std::vector<std::string_view> seen;
  for (const auto& [name, list] : entry->value.entries) {
    const std::vector<std::string> values = read_values(context, name, list);
    if (std::find(seen.begin(), seen.end(), name.text) != seen.end()) {
      context.error(name.span, "the key '" + name.text + "' is given twice");
      continue;
    }
    seen.push_back(name.text);
    const bool too_many = result.variants.size() * values.size() > most_variants;
    if (too_many)
      context.error(name.span, "these are too many combinations", "at most " + std::to_string(most_variants));
    if (too_many || values.empty())
      result.unusable.push_back(name.text);
    else
      result.variants = combine(result.variants, name.text, values);
  }
  return result;
}

yaml::Node replace_names(Context& context, const yaml::Node& root, const Variant& variant,
                         const std::vector<std::string>& unusable) {
  Replacement replacement(context, variant, unusable);
  if (root.kind != yaml::Node::Kind::map) return replacement.replace(root);
  yaml::Node result;
  result.kind = root.kind;
  result.span = root.span;
  for (const auto& [key, value] : root.entries)
    result.entries.push_back({key, key.text == "for" ? value : replacement.replace(value)});
  return result;
}

std::vector<Diagnostic> merge_diagnostics(const std::vector<Variant>& variants,
                                          const std::vector<std::vector<Diagnostic>>& found) {
  using Identity = std::tuple<std::size_t, std::size_t, std::string, std::string>;
  std::map<Identity, std::pair<std::size_t, const Variant*>> seen;  // how many say so, and the first
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const Diagnostic& d : found[i])
      ++seen.try_emplace({d.span.begin, d.span.end, d.message, d.hint}, 0, &variants[i]).first->second.first;
  std::vector<Diagnostic> result;
  for (const auto& diagnostics : found)
    for (const Diagnostic& d : diagnostics) {
      const auto entry = seen.find({d.span.begin, d.span.end, d.message, d.hint});
      if (entry == seen.end()) continue;
      const auto [count, first] = entry->second;
      seen.erase(entry);
      result.push_back(d);
      if (count < variants.size()) result.back().message += " (in " + variant_name(*first) + ")";
    }
  return result;
}

}  // namespace tcpcraft::scenario
