#include <algorithm>
#include <array>

#include <tcpcraft/wire/icmp.hpp>

#include "notation_lexer.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::string_view word = "ICMP";
constexpr std::string_view any_code = "unreachable";
constexpr std::uint8_t unreachable_v4 = 3;
constexpr std::uint8_t unreachable_v6 = 1;

struct Message {
  std::string_view name;
  std::optional<IcmpHeader> v4;
  std::optional<IcmpHeader> v6;
  bool has_mtu = false;
};

constexpr std::optional<IcmpHeader> none = std::nullopt;

constexpr std::optional<IcmpHeader> is(std::uint8_t type, std::uint8_t code) {
  return IcmpHeader{type, code, 0};
}

/// RFC 792, RFC 1122 (3.2.2.1) and RFC 1812 (5.2.7.1) beside RFC 4443: what one version says, in the words of
/// the other.
constexpr std::array<Message, 21> messages = {{
    {any_code, is(unreachable_v4, 0), is(unreachable_v6, 0)},
    {"net-unreachable", is(3, 0), is(1, 0)},
    {"host-unreachable", is(3, 1), is(1, 3)},
    {"protocol-unreachable", is(3, 2), is(4, 1)},
    {"port-unreachable", is(3, 3), is(1, 4)},
    {"frag-needed", is(3, 4), is(2, 0), true},
    {"packet-too-big", is(3, 4), is(2, 0), true},
    {"source-route-failed", is(3, 5), is(1, 7)},
    {"net-unknown", is(3, 6), none},
    {"host-unknown", is(3, 7), none},
    {"source-isolated", is(3, 8), none},
    {"net-prohibited", is(3, 9), none},
    {"host-prohibited", is(3, 10), none},
    {"net-unreachable-tos", is(3, 11), none},
    {"host-unreachable-tos", is(3, 12), none},
    {"admin-prohibited", is(3, 13), is(1, 1)},
    {"precedence-violation", is(3, 14), none},
    {"precedence-cutoff", is(3, 15), none},
    {"beyond-scope", none, is(1, 2)},
    {"policy-failed", none, is(1, 5)},
    {"route-rejected", none, is(1, 6)},
}};

const Message* find(std::string_view name) {
  const auto found =
      std::find_if(messages.begin(), messages.end(), [&](const Message& m) { return m.name == name; });
  return found == messages.end() ? nullptr : &*found;
}

class IcmpParser {
 public:
  explicit IcmpParser(std::string_view text)
      : text_(text), items_(split_items(text)), report_(Purpose::send, result_.errors) {}

  ParsedIcmp parse() {
    read_name();
    for (std::size_t i = 2; i < items_.size(); ++i) read(items_[i]);
    if (message_) check();
    return std::move(result_);
  }

 private:
  void read_name() {
    if (items_.size() < 2)
      return report_.error({0, text_.size()}, "the message is missing behind 'ICMP'",
                           "write ICMP host-unreachable");
    const Piece name = items_[1].piece;
    result_.name = name.range();
    message_ = find(name.text);
    if (message_)
      result_.spec.name = message_->name;
    else
      report_.error(name.range(), "unknown ICMP message " + quoted(name.text),
                    did_you_mean(name.text, icmp_names()));
  }

  void read(const Item& item) {
    const Piece piece = item.piece;
    const std::size_t equals = piece.text.find('=');
    if (item.kind != Item::Kind::word || equals == piece.text.npos)
      return report_.error(piece.range(), "unexpected " + quoted(piece.text));
    const Piece name = piece.part(0, equals), value = piece.part(equals + 1);
    if (std::find(seen_.begin(), seen_.end(), name.text) != seen_.end())
      return report_.error(piece.range(), quoted(name.text) + " is written twice");
    seen_.push_back(name.text);
    if (name.text != "code" && name.text != "mtu" && name.text != "seq")
      return report_.error(name.range(), "unknown field " + quoted(name.text),
                           did_you_mean(name.text, {"code", "mtu", "seq"}));
    if (value.text.empty()) return report_.error(piece.range(), quoted(name.text) + " needs a value");
    read_field(piece, name.text, value);
  }

  void read_field(Piece piece, std::string_view name, Piece value) {
    if (name == "seq") {
      result_.spec.seq = parse_field_number(value, Part::seq, report_);
    } else if (name == "code") {
      code_ = piece.range();
      if (const auto code = parse_bounded(value, "code", 0xff, report_))
        result_.spec.code = static_cast<std::uint8_t>(*code);
    } else {
      result_.mtu = piece.range();
      result_.spec.mtu = parse_bounded(value, "mtu", 0xffffffff, report_);
    }
  }

  /// Every field where it belongs.
  void check() {
    const auto written = [this](std::string_view name) {
      return std::find(seen_.begin(), seen_.end(), name) != seen_.end();
    };
    const bool has_code = message_->name == any_code;
    if (has_code && !written("code"))
      report_.error(result_.name, "'unreachable' needs a code",
                    "write code=N, or a name such as host-unreachable");
    if (!has_code && code_)
      report_.error(*code_, "'code' only makes sense with unreachable",
                    "the code of " + std::string(message_->name) + " is in its name");
    if (message_->has_mtu && !written("mtu"))
      report_.error(result_.name, quoted(message_->name) + " needs an MTU", "write mtu=1300");
    if (!message_->has_mtu && written("mtu"))
      report_.error(result_.mtu, "'mtu' only makes sense with frag-needed or packet-too-big");
  }

  std::string_view text_;
  ParsedIcmp result_;
  std::vector<Item> items_;
  Reporter report_;
  const Message* message_ = nullptr;
  std::vector<std::string_view> seen_;  ///< the fields that are written
  std::optional<TextRange> code_;
};

}  // namespace

const std::vector<std::string_view>& icmp_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Message& message : messages) all.push_back(message.name);
    return all;
  }();
  return names;
}

bool is_icmp(std::string_view text) {
  const std::vector<Item> items = split_items(text);
  return !items.empty() && items.front().piece.text == word;
}

ParsedIcmp parse_icmp(std::string_view text) {
  return IcmpParser(text).parse();
}

std::string format_icmp(const IcmpSpec& spec) {
  std::string text = std::string(word) + " " + std::string(spec.name);
  if (spec.code) text += " code=" + std::to_string(*spec.code);
  if (spec.mtu) text += " mtu=" + std::to_string(*spec.mtu);
  if (spec.seq) text += " seq=" + format_number(*spec.seq);
  return text;
}

std::optional<IcmpHeader> icmp_header(const IcmpSpec& spec, bool v6) {
  const Message* message = find(spec.name);
  std::optional<IcmpHeader> header = message ? (v6 ? message->v6 : message->v4) : std::nullopt;
  if (!header) return header;
  if (spec.code) header->code = *spec.code;
  header->rest = spec.mtu.value_or(0);
  return header;
}

}  // namespace tcpcraft::wire
