#include <charconv>

#include <tcpcraft/calls/tcp_info.hpp>

#include "comparison_reader.hpp"
#include "facts_reader.hpp"

namespace tcpcraft::scenario {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

const calls::InfoField* read_field(Context& context, const yaml::Node& node,
                                   const WrittenComparison::Part& part) {
  if (const calls::InfoField* field = calls::find_info_field(part.text)) return field;
  const Span span = node.part(part.begin, part.end);
  std::string_view bare = part.text;
  if (bare.starts_with("tcpi_")) bare.remove_prefix(5);
  const std::string hint = calls::find_info_field(bare) ? "without the 'tcpi_': " + std::string(bare)
                                                        : did_you_mean(bare, calls::info_field_names());
  context.error(span, "TCP_INFO has no field '" + std::string(part.text) + "'", hint);
  return nullptr;
}

std::optional<std::uint64_t> read_value(Context& context, const yaml::Node& node,
                                        const WrittenComparison::Part& part, const calls::InfoField* field) {
  const bool is_state = field && field->name == "state";
  if (const auto number = parse_number(part.text)) return number;
  const auto state = is_state ? calls::state_number(part.text) : std::nullopt;
  if (state || !field) return state;
  const Span span = node.part(part.begin, part.end);
  if (is_state)
    context.error(span, "not a state: '" + std::string(part.text) + "'",
                  did_you_mean(part.text, calls::numbered_states()));
  else
    context.error(span, "not a number: '" + std::string(part.text) + "'",
                  "an integer from 0, in the kernel's units");
  return {};
}

void read_claim(Context& context, const yaml::Node& node, Info& info) {
  if (!context.text(node, "info")) return;
  const WrittenComparison written = split_comparison(node.text);
  const bool whole = !written.left.text.empty() && !written.sign.text.empty() && !written.right.text.empty();
  if (!whole)
    return context.error(node.span, "not a comparison of a field of TCP_INFO",
                         "snd_cwnd >= 10, with == != < <= > or >=");
  const auto comparator = parse_comparator(written.sign.text);
  if (!comparator)
    context.error(node.part(written.sign.begin, written.sign.end),
                  "unknown comparison '" + std::string(written.sign.text) + "'", "== != < <= > or >=");
  const calls::InfoField* field = read_field(context, node, written.left);
  const auto value = read_value(context, node, written.right, field);
  if (comparator && field && value)
    info.claims.push_back({field, *comparator, *value, std::string(written.right.text), node.span});
}

}  // namespace

std::optional<Info> read_info(Context& context, const yaml::Node& node) {
  Info info;
  if (node.kind != yaml::Node::Kind::list) {
    read_claim(context, node, info);
  } else {
    if (node.items.empty()) context.error(node.span, "'info' is empty", "[unacked == 0, snd_cwnd >= 10]");
    for (const yaml::Node& item : node.items) read_claim(context, item, info);
  }
  if (info.claims.empty()) return {};
  return info;
}

}  // namespace tcpcraft::scenario
