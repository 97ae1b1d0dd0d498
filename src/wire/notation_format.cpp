#include <tcpcraft/wire/notation.hpp>

#include "notation_fields.hpp"
#include "notation_text.hpp"

namespace tcpcraft::wire {
namespace {

std::string escaped(std::uint8_t byte) {
  switch (byte) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      if (byte < ' ' || byte > '~') return "\\x" + hex_byte(byte);
      return {static_cast<char>(byte)};
  }
}

/// Relative where there is an origin, as on the wire where there is none.
std::string relative(SeqNum number, const std::optional<SeqNum>& origin) {
  return origin ? std::to_string(number - *origin) : std::to_string(number.raw());
}

class OptionFormat {
 public:
  explicit OptionFormat(const Origins& origins) : origins_(origins) {}

  std::string operator()(EndOfOptions) const { return "eol"; }
  std::string operator()(Nop) const { return "nop"; }
  std::string operator()(const Mss& option) const { return "mss " + std::to_string(option.value); }
  std::string operator()(const WindowScale& option) const { return "wscale " + std::to_string(option.shift); }
  std::string operator()(SackPermitted) const { return "sackok"; }
  std::string operator()(const Sack& option) const {
    std::string text = "sack";
    for (const SackBlock& block : option.blocks)
      text += ' ' + relative(block.left, origins_.receiver) + ':' + relative(block.right, origins_.receiver);
    return text;
  }
  std::string operator()(const Timestamps& option) const {
    return "ts " + std::to_string(option.tsval) + ':' + std::to_string(option.tsecr);
  }
  std::string operator()(const Md5& option) const { return "md5 " + hex_bytes(option.digest); }
  std::string operator()(const FastOpen& option) const {
    return option.cookie.empty() ? "fastopen" : "fastopen " + hex_bytes(option.cookie);
  }
  std::string operator()(const RawOption& option) const {
    const std::string length = option.length ? '/' + std::to_string(*option.length) : "";
    return "0x" + hex_byte(option.kind) + length + ':' + hex_bytes(option.data);
  }

 private:
  const Origins& origins_;
};

bool is_padding(const Option& option) {
  return std::holds_alternative<Nop>(option) || std::holds_alternative<EndOfOptions>(option);
}

}  // namespace

std::string format_flags(Flags flags) {
  std::string text;
  for (const NamedFlag& named : named_flags) {
    if (!flags.has(named.flag)) continue;
    if (!text.empty()) text += '-';
    text += named.name;
  }
  return text.empty() ? "none" : text;
}

std::string format_payload(const Bytes& payload, std::size_t max_payload) {
  std::string text;
  for (std::uint8_t byte : payload) {
    const std::string next = escaped(byte);
    if (text.size() + next.size() > max_payload)
      return '"' + text + "\"... len=" + std::to_string(payload.size());
    text += next;
  }
  return '"' + text + '"';
}

std::string format_options(const Options& options, const Origins& origins) {
  std::string text = "<";
  for (const Option& option : options) {
    if (text.size() > 1) text += ", ";
    text += std::visit(OptionFormat(origins), option);
  }
  return text + '>';
}

std::string format_segment(const Segment& segment, const Origins& origins, std::size_t max_payload) {
  std::string text = format_flags(segment.flags) + " seq=" + relative(segment.seq, origins.sender);
  if (segment.has(Flag::ack) || segment.ack != SeqNum(0))
    text += " ack=" + relative(segment.ack, origins.receiver);
  text += " win=" + std::to_string(segment.window);
  if (segment.urgent_pointer != 0) text += " urg=" + std::to_string(segment.urgent_pointer);
  if (segment.reserved != 0) text += " reserved=" + std::to_string(segment.reserved);

  Options options;
  for (const Option& option : segment.options)
    if (!is_padding(option)) options.push_back(option);
  if (!options.empty()) text += ' ' + format_options(options, origins);
  if (!segment.payload.empty()) text += ' ' + format_payload(segment.payload, max_payload);
  return text;
}

}  // namespace tcpcraft::wire
