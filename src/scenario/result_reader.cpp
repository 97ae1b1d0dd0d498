// What a scenario states behind the `->` of a call.

#include <algorithm>
#include <charconv>
#include <limits>

#include <tcpcraft/calls/error_name.hpp>

#include "call_reader.hpp"

namespace tcpcraft::scenario {
namespace {

using Kind = calls::SocketOption::Kind;

constexpr std::size_t longest_name = 15;  // of a congestion control

const char* results_of(const calls::Call& call) {
  if (std::holds_alternative<calls::Read>(call)) return "\"text\", 3 bytes, eof, ok, or an errno";
  if (std::holds_alternative<calls::Write>(call)) return "3 bytes, ok, or an errno";
  if (std::holds_alternative<calls::Poll>(call)) return "in,out,hup,err,rdhup,pri, or none";
  return "ok, or an errno";
}

class ResultReader {
 public:
  ResultReader(const CallText& text, const calls::Call& call) : text_(text), call_(call) {}

  std::optional<calls::Stated> read() const {
    if (const auto* get = std::get_if<calls::Get>(&call_)) return read_get(*get);
    if (auto error = read_error()) return error;
    if (std::holds_alternative<calls::Poll>(call_)) return read_events();
    if (first().text == "ok") return alone(calls::Ok{});
    const bool is_read = std::holds_alternative<calls::Read>(call_);
    if (is_read && first().text == "eof") return alone(calls::EndOfFile{});
    if (is_read || std::holds_alternative<calls::Write>(call_))
      if (const auto size = read_integer(first().text, 0, std::numeric_limits<std::int32_t>::max()))
        return read_size(static_cast<std::size_t>(*size));
    if (is_read && is_payload(first().text)) return read_text();
    return unknown();
  }

 private:
  const Word& first() const { return text_.result.front(); }

  /// What is stated takes one word.
  std::optional<calls::Stated> alone(calls::Stated stated) const {
    text_.refuse_rest(text_.result, 1);
    return stated;
  }

  std::optional<calls::Stated> unknown() const {
    std::vector<std::string_view> words = calls::error_names();
    words.push_back("ok");
    if (std::holds_alternative<calls::Read>(call_)) words.push_back("eof");
    const std::string near = did_you_mean(first().text, words);
    text_.error(first(), quoted(first().text) + " is not a result of " + quoted(calls::name_of(call_)),
                near.empty() ? results_of(call_) : near);
    return {};
  }

  std::optional<calls::Stated> read_error() const {
    const auto error = calls::error_number(first().text);
    return error ? alone(calls::Error{*error}) : std::nullopt;
  }

  std::optional<calls::Stated> read_size(std::size_t size) const {
    const bool unit =
        text_.result.size() > 1 && (text_.result[1].text == "bytes" || text_.result[1].text == "byte");
    text_.refuse_rest(text_.result, unit ? 2 : 1);
    return checked(size, calls::Size{size});
  }

  static bool is_payload(std::string_view word) {
    return word.starts_with('"') || word.starts_with("hex(") || word.starts_with("len=");
  }

  std::optional<calls::Stated> read_text() const {
    wire::ParsedPayload payload =
        wire::parse_payload(first().text, std::numeric_limits<std::uint32_t>::max() >> 8);
    for (const wire::NotationError& error : payload.errors)
      text_.context.error(
          text_.node.part(first().range.begin + error.where.begin, first().range.begin + error.where.end),
          error.message, error.hint);
    text_.refuse_rest(text_.result, 1);
    const std::size_t size = payload.bytes.size();
    if (payload.length_only) return checked(size, calls::Size{size});
    return checked(size, std::move(payload.bytes));
  }

  /// A read gives no more than it asks for, and a write takes no more than it has.
  std::optional<calls::Stated> checked(std::size_t size, calls::Stated stated) const {
    const auto* read = std::get_if<calls::Read>(&call_);
    const auto* write = std::get_if<calls::Write>(&call_);
    if (read && read->limit && size > *read->limit)
      text_.error(first(), "a read of " + std::to_string(*read->limit) + " cannot give " +
                               std::to_string(size) + " bytes");
    if (write && size > write->data.size())
      text_.error(first(), "a write of " + std::to_string(write->data.size()) + " cannot take " +
                               std::to_string(size) + " bytes");
    return stated;
  }

  std::optional<calls::Stated> read_get(const calls::Get& get) const {
    if (!get.option) return {};
    const bool own_error = get.option->kind == Kind::error;
    if (!own_error)
      if (auto error = read_error()) return error;
    if (first().text == "*") return alone(calls::AnyValue{});
    const auto value = read_value(text_, *get.option, text_.result, 0);
    return value ? std::optional<calls::Stated>(*value) : std::nullopt;
  }

  /// `in,out`, with or without blanks.
  std::optional<calls::Stated> read_events() const {
    calls::Events events;
    if (first().text == "none") return alone(events);
    for (const Word& word : text_.result) {
      Word rest = word;
      while (!rest.text.empty()) {
        const std::size_t end = std::min(rest.text.find(','), rest.text.size());
        add_event({rest.text.substr(0, end), {rest.range.begin, rest.range.begin + end}}, events);
        const std::size_t next = std::min(end + 1, rest.text.size());
        rest = {rest.text.substr(next), {rest.range.begin + next, rest.range.end}};
      }
    }
    return events;
  }

  void add_event(const Word& word, calls::Events& events) const {
    if (word.text.empty()) return;
    std::vector<std::string_view> names;
    for (const calls::EventName& event : calls::event_names()) {
      names.push_back(event.name);
      if (event.name != word.text) continue;
      if (events.bits & event.bit) text_.error(word, quoted(word.text) + " is given twice");
      events.bits = static_cast<short>(events.bits | event.bit);
      return;
    }
    const std::string near = did_you_mean(word.text, names);
    text_.error(word, "unknown event " + quoted(word.text), near.empty() ? results_of(call_) : near);
  }

  const CallText& text_;
  const calls::Call& call_;
};

std::optional<calls::OptionValue> read_linger(const CallText& text, const Words& words, std::size_t first) {
  const bool on = words[first].text == "on";
  const auto seconds = first + 1 < words.size()
                           ? read_integer(words[first + 1].text, 0, std::numeric_limits<int>::max())
                           : std::nullopt;
  if (on && seconds) {
    text.refuse_rest(words, first + 2);
    return calls::Linger{true, static_cast<int>(*seconds)};
  }
  if (words[first].text == "off") {
    text.refuse_rest(words, first + 1);
    return calls::Linger{};
  }
  text.error(on && first + 1 < words.size() ? words[first + 1] : words[first], "not a value of 'SO_LINGER'",
             "on and the seconds, or off: set SO_LINGER on 0");
  return {};
}

std::optional<int> read_int(std::string_view word) {
  if (word == "on") return 1;
  if (word == "off") return 0;
  const auto number = read_integer(word, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::optional<std::int64_t> read_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  const bool hex = text.starts_with("0x") && !text.starts_with("0x-");
  if (hex) text.remove_prefix(2);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) return {};
  return value;
}

std::optional<calls::OptionValue> read_value(const CallText& text, const calls::SocketOption& option,
                                             const Words& words, std::size_t first) {
  if (option.kind == Kind::linger) return read_linger(text, words, first);
  text.refuse_rest(words, first + 1);
  const Word& word = words[first];
  if (option.kind == Kind::text) {
    if (word.text.size() <= longest_name) return std::string(word.text);
    text.error(word, quoted(word.text) + " is too long a name");
    return {};
  }
  if (option.kind == Kind::error) {
    if (const auto error = calls::error_number(word.text)) return *error;
    if (word.text == "ok") return 0;
  }
  if (const auto number = read_int(word.text)) return *number;
  const std::string near =
      option.kind == Kind::error ? did_you_mean(word.text, calls::error_names()) : std::string();
  text.error(word, quoted(word.text) + " is not a value of " + quoted(option.name),
             near.empty() ? "an integer" : near);
  return {};
}

std::optional<calls::Stated> read_stated(const CallText& text, const calls::Call& call) {
  return ResultReader(text, call).read();
}

}  // namespace tcpcraft::scenario
