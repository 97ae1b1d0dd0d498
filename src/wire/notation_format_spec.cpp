#include <algorithm>
#include <limits>

#include "notation_fields.hpp"
#include "notation_text.hpp"

namespace tcpcraft::wire {
namespace {

std::string format_value(const Value& value) {
  return value.number ? std::to_string(*value.number) : "*";
}

/// `now-1000`.
std::string format_from(std::string_view name, std::int64_t offset) {
  const std::string sign = offset > 0 ? "+" : "";
  return std::string(name) + (offset == 0 ? "" : sign + std::to_string(offset));
}

std::string format_data(const std::optional<Bytes>& data) {
  return data ? hex_bytes(*data) : "*";
}

struct OptionSpecFormat {
  std::string operator()(EndOfOptions) const { return "eol"; }
  std::string operator()(Nop) const { return "nop"; }
  std::string operator()(const MssSpec& option) const { return "mss " + format_value(option.value); }
  std::string operator()(const WindowScaleSpec& option) const {
    return "wscale " + format_value(option.shift);
  }
  std::string operator()(SackPermitted) const { return "sackok"; }
  std::string operator()(const SackSpec& option) const {
    if (option.blocks.empty()) return "sack *";
    std::string text = "sack";
    for (const auto& [left, right] : option.blocks)
      text += ' ' + format_number(left) + ':' + format_number(right);
    return text;
  }
  std::string operator()(const TimestampsSpec& option) const {
    return "ts " +
           (option.tsval_from_now ? format_from("now", *option.tsval_from_now) : format_value(option.tsval)) +
           ':' +
           (option.tsecr_from_echo ? format_from("echo", *option.tsecr_from_echo)
                                   : format_value(option.tsecr));
  }
  std::string operator()(const Md5Spec& option) const { return "md5 " + format_data(option.digest); }
  std::string operator()(const FastOpenSpec& option) const {
    const std::string cookie = format_data(option.cookie);
    return cookie.empty() ? "fastopen" : "fastopen " + cookie;
  }
  std::string operator()(const RawOptionSpec& option) const {
    const std::string length = option.length ? '/' + std::to_string(*option.length) : "";
    return "0x" + hex_byte(option.kind) + length + ':' + format_data(option.data);
  }
};

std::string format_list(const OptionsSpec& options) {
  std::string text = "<";
  const auto add = [&](std::string_view item) { text.append(text.size() > 1 ? ", " : "").append(item); };
  for (const OptionSpec& option : options.list) add(std::visit(OptionSpecFormat{}, option));
  if (options.more) add("...");
  return text + '>';
}

struct PayloadFormat {
  std::string operator()(const Bytes& bytes) const {
    return bytes.empty() ? "" : ' ' + format_payload(bytes, std::numeric_limits<std::size_t>::max());
  }
  std::string operator()(const PayloadLength& length) const { return " len=" + std::to_string(length.bytes); }
  std::string operator()(const PayloadFile& file) const { return " file(" + file.path + ')'; }
};

struct ChecksumFormat {
  std::string operator()(BadChecksum) const { return "bad"; }
  std::string operator()(std::uint16_t number) const {
    return "0x" + hex_byte(static_cast<std::uint8_t>(number >> 8)) +
           hex_byte(static_cast<std::uint8_t>(number));
  }
};

std::string format_fields(const SegmentSpec& spec) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(" ").append(name).append("=").append(value);
  };
  for (const NumberField& field : number_fields)
    if (const auto& number = spec.*field.member) add(field.name, format_number(*number));
  for (const ValueField& field : value_fields) {
    const auto& value = spec.*field.member;
    if (!value) continue;
    const bool word = field.part == Part::ecn && value->number && *value->number < ecn_names.size();
    add(field.name, word ? std::string(ecn_names[*value->number]) : format_value(*value));
  }
  if (spec.checksum) add("checksum", std::visit(ChecksumFormat{}, *spec.checksum));
  for (const auto& field : send_fields_8)
    if (const auto& number = spec.*field.member) add(field.name, std::to_string(*number));
  for (const auto& field : send_fields_16)
    if (const auto& number = spec.*field.member) add(field.name, std::to_string(*number));
  return text;
}

}  // namespace

std::string format_number(const Number& number) {
  const std::string offset = std::to_string(number.offset);
  switch (number.base) {
    case Number::Base::relative:
      return offset;
    case Number::Base::absolute:
      return "abs(" + offset + ')';
    case Number::Base::any:
      return "*";
    default:
      break;
  }
  const auto named =
      std::find_if(named_numbers.begin(), named_numbers.end(),
                   [&](const NamedNumber& candidate) { return candidate.base == number.base; });
  const std::string name(named->name);
  if (number.offset == 0) return name;
  return name + (number.offset > 0 ? "+" : "") + offset;
}

std::string format_spec(const SegmentSpec& spec) {
  std::string text = format_flags(spec.flags) + format_fields(spec);
  if (spec.options) text += ' ' + format_list(*spec.options);
  text += std::visit(PayloadFormat{}, spec.payload);
  if (spec.within)
    text += " in " + format_duration(spec.within->min) + ".." + format_duration(spec.within->max);
  return text;
}

}  // namespace tcpcraft::wire
