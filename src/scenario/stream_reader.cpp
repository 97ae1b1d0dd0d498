// `stream [FIN] PAYLOAD`: bytes in however many segments.

#include "stream_reader.hpp"

#include <algorithm>
#include <utility>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::scenario {
namespace {

constexpr std::string_view word = "stream";
constexpr std::uint32_t largest_stream = 16 * 1024 * 1024;

/// The payload that stands in the value from `from` on.
std::optional<wire::ParsedPayload> read_payload(Context& context, const yaml::Node& value, std::size_t from) {
  wire::ParsedPayload payload =
      wire::parse_payload(std::string_view(value.text).substr(from), largest_stream);
  for (const wire::NotationError& error : payload.errors)
    context.error(value.part(from + error.where.begin, from + error.where.end), error.message, error.hint);
  if (!payload.errors.empty()) return {};
  if (!payload.bytes.empty()) return payload;
  context.error(value.part(from, value.text.size()), "a stream has at least one byte", "stream len=100000");
  return {};
}

std::string payload_text(const wire::Bytes& bytes, bool length_only, std::size_t max_payload) {
  constexpr std::size_t much = 200;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (length_only || (size > much && bytes == wire::pattern(size))) return " len=" + std::to_string(size);
  return bytes.empty() ? "" : " " + wire::format_payload(bytes, max_payload);
}

}  // namespace

std::string to_string(const SendStream& stream, std::size_t max_payload) {
  return std::string(word) + payload_text(stream.bytes, false, max_payload);
}

std::string to_string(const ExpectStream& stream, std::size_t max_payload) {
  return std::string(word) + (stream.fin ? " FIN" : "") +
         payload_text(stream.bytes, stream.length_only, max_payload);
}

bool is_stream(std::string_view value) {
  return value.starts_with(word) && (value.size() == word.size() || value[word.size()] == ' ');
}

std::optional<SendStream> read_sent_stream(Context& context, const yaml::Node& value) {
  auto payload = read_payload(context, value, word.size());
  if (!payload) return {};
  return SendStream{std::move(payload->bytes)};
}

std::optional<ExpectStream> read_expected_stream(Context& context, const yaml::Node& value) {
  const std::vector<wire::TextRange> words = wire::split_words(value.text);
  const auto is = [&](std::size_t i, std::string_view text) {
    return i < words.size() &&
           std::string_view(value.text).substr(words[i].begin, words[i].end - words[i].begin) == text;
  };
  const bool fin = is(1, "FIN");
  if (fin && words.size() == 2) return ExpectStream{{}, false, true};
  auto payload = read_payload(context, value, fin ? words[1].end : word.size());
  if (!payload) return {};
  return ExpectStream{std::move(payload->bytes), payload->length_only, fin};
}

}  // namespace tcpcraft::scenario
