#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

/// The escapes of one letter, in C and JSON.
std::optional<std::uint8_t> simple_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '"':
    case '\'':
    case '/':
    case '?':
      return static_cast<std::uint8_t>(letter);
    default:
      return std::nullopt;
  }
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

void append_utf8(Bytes& bytes, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { bytes.push_back(static_cast<std::uint8_t>(byte)); };
  const auto put_rest = [&](std::uint32_t bits) { put(0x80 | (bits & 0x3f)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put_rest(code);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put_rest(code >> 6);
    put_rest(code);
  } else {
    put(0xf0 | code >> 18);
    put_rest(code >> 12);
    put_rest(code >> 6);
    put_rest(code);
  }
}

bool is_high_surrogate(std::uint32_t code) {
  return code >= 0xd800 && code < 0xdc00;
}
bool is_low_surrogate(std::uint32_t code) {
  return code >= 0xdc00 && code < 0xe000;
}

class StringReader {
 public:
  StringReader(Piece inside, Reporter& report) : inside_(inside), report_(report) {}

  Bytes read() {
    while (at_ < inside_.text.size()) {
      if (inside_.text[at_] != '\\') {
        bytes_.push_back(static_cast<std::uint8_t>(inside_.text[at_++]));
        continue;
      }
      escape_ = at_++;
      read_escape();
    }
    return std::move(bytes_);
  }

 private:
  char peek() const { return at_ < inside_.text.size() ? inside_.text[at_] : '\0'; }

  void fail(const std::string& what, std::string hint = {}) {
    const Piece escape = inside_.part(escape_, at_ - escape_);
    report_.error(escape.range(), what + ' ' + quoted(escape.text), std::move(hint));
  }

  void read_escape() {
    const char letter = peek();
    if (at_ == inside_.text.size()) return;  // the string is not closed, and that has been said
    if (is_octal(letter)) return read_octal();
    ++at_;
    if (const auto byte = simple_escape(letter)) {
      bytes_.push_back(*byte);
    } else if (letter == 'x') {
      if (const auto byte_value = digits(1, 2)) bytes_.push_back(static_cast<std::uint8_t>(*byte_value));
    } else if (letter == 'u') {
      if (const auto code = digits(4, 4)) read_utf16(*code);
    } else {
      fail("unknown escape", R"(write '\\' for a backslash)");
    }
  }

  void read_octal() {
    std::uint32_t value = 0;
    for (int i = 0; i < 3 && is_octal(peek()); ++i)
      value = value * 8 + static_cast<std::uint32_t>(inside_.text[at_++] - '0');
    if (value > 0xff) return fail("more than a byte:", R"(octal escapes end at \377)");
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }

  /// From `min` to `max` hexadecimal digits.
  std::optional<std::uint32_t> digits(int min, int max) {
    std::uint32_t value = 0;
    int count = 0;
    for (; count < max; ++count) {
      const auto digit = hex_digit(peek());
      if (!digit) break;
      value = value << 4 | *digit;
      ++at_;
    }
    if (count >= min) return value;
    fail("too few hexadecimal digits:", min == 4 ? "four of them follow" : "one or two of them follow");
    return std::nullopt;
  }

  /// JSON writes what lies beyond U+FFFF as two surrogates (RFC 8259, section 7).
  void read_utf16(std::uint32_t code) {
    if (is_high_surrogate(code) && inside_.text.substr(at_, 2) == "\\u") {
      at_ += 2;
      const auto low = digits(4, 4);
      if (!low) return;
      if (is_low_surrogate(*low))
        return append_utf8(bytes_, 0x10000 + ((code & 0x3ff) << 10 | (*low & 0x3ff)));
      return fail("not a pair of surrogates:");
    }
    if (is_high_surrogate(code) || is_low_surrogate(code)) return fail("half of a surrogate pair:");
    append_utf8(bytes_, code);
  }

  Piece inside_;
  Reporter& report_;
  Bytes bytes_;
  std::size_t at_ = 0;
  std::size_t escape_ = 0;  ///< where the escape being read begins
};

}  // namespace

Bytes parse_string(const Item& item, Reporter& report) {
  Piece inside = item.piece.part(1);
  if (item.closed) {
    inside.text.remove_suffix(1);
  } else {
    report.error(item.piece.range(), "the string is not closed",
                 "in a scenario YAML starts a comment at ' #': quote the whole value with '...'");
  }
  return StringReader(inside, report).read();
}

}  // namespace tcpcraft::wire
