#include <algorithm>
#include <utility>

#include <tcpcraft/update/text_edit.hpp>

namespace tcpcraft::update {
namespace {

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t newline = at == 0 ? text.npos : text.rfind('\n', at - 1);
  return newline == text.npos ? 0 : newline + 1;
}

/// Where the line ends, before its newline.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t newline = std::min(text.find('\n', at), text.size());
  return newline > at && text[newline - 1] == '\r' ? newline - 1 : newline;
}

std::string_view newline_of(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline != text.npos && newline > 0 && text[newline - 1] == '\r' ? "\r\n" : "\n";
}

/// Goes back over blanks: one behind the last character that is none.
std::size_t before_blanks(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  return at;
}

/// Whether what stands at `at`, a step's map or a value in one, is within `{}` or `[]`.
bool is_in_flow(std::string_view text, std::size_t at) {
  at = before_blanks(text, at);
  if (at > 0 && text[at - 1] == ':') {
    --at;
    while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '{' && text[at - 1] != '\n') --at;
    at = before_blanks(text, at);
  }
  return at > 0 && (text[at - 1] == '{' || text[at - 1] == '[' || text[at - 1] == ',');
}

bool is_plain(std::string_view text, bool flow) {
  constexpr std::string_view never_first = "!&*-?:,[]{}#|>@`\"'% ";
  if (text.empty() || never_first.find(text.front()) != text.npos || text.back() == ' ') return false;
  if (text.find(": ") != text.npos || text.find(" #") != text.npos || text.back() == ':') return false;
  return !flow || text.find_first_of(",[]{}\"") == text.npos;
}

std::string escaped(std::string_view text, char quote) {
  std::string result;
  for (const char c : text) {
    if (quote == '\'' && c == '\'') result += '\'';
    if (quote == '"' && (c == '"' || c == '\\')) result += '\\';
    result += c;
  }
  return result;
}

std::string quoted(std::string_view text, bool flow) {
  return is_plain(text, flow) ? std::string(text) : "'" + escaped(text, '\'') + "'";
}

/// `${` itself, where names would be replaced.
std::string without_names(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) result += '$';
    result += text[i];
  }
  return result;
}

}  // namespace

std::string apply(std::string_view text, std::vector<Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return std::pair(a.span.begin, a.span.end) < std::pair(b.span.begin, b.span.end);
  });
  std::string result;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.span.begin < at) continue;  // a part of what is gone
    result += text.substr(at, edit.span.begin - at);
    result += edit.text;
    at = edit.span.end;
  }
  return result += text.substr(at);
}

std::optional<Edit> edit_value(std::string_view text, scenario::Span value, const std::vector<Edit>& edits) {
  const std::string_view raw = text.substr(value.begin, value.end - value.begin);
  if (raw.empty() || raw.find('\n') != raw.npos) return {};
  const bool is_quoted = raw.front() == '\'' || raw.front() == '"';
  const char quote = is_quoted ? raw.front() : '\0';
  std::vector<Edit> inside;
  for (const Edit& edit : edits) {
    const std::string_view replaced = text.substr(edit.span.begin, edit.span.end - edit.span.begin);
    const bool whole = edit.span == value;
    if (replaced.find("${") != replaced.npos) return {};
    const std::size_t margin = whole && is_quoted ? 1 : 0;
    inside.push_back({{edit.span.begin - value.begin + margin, edit.span.end - value.begin - margin},
                      escaped(without_names(edit.text), quote)});
  }
  std::string result = apply(raw, inside);
  if (!is_quoted) result = quoted(result, is_in_flow(text, value.begin));
  return Edit{value, result};
}

std::optional<Item> Item::find(std::string_view text, std::size_t at) {
  if (at > 0 && text[at - 1] == '@') at = text.find_last_of(" {\n", at) + 1;
  const std::size_t before = before_blanks(text, at);
  if (before == 0) return {};
  if (text[before - 1] == '{') {
    // A quoted value may hold a brace.
    char quote = '\0';
    for (std::size_t end = at; end < text.size(); ++end) {
      const char c = text[end];
      if (quote) {
        if (c == '\\' && quote == '"')
          ++end;
        else if (c == quote)
          quote = '\0';
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '}') {
        return Item(text, before - 1, end + 1, true);
      } else if (c == '{' || c == '\n') {
        return {};
      }
    }
    return {};
  }
  const std::size_t line = line_begin(text, at);
  if (text[before - 1] != '-' || before_blanks(text, before - 1) != line) return {};
  // Its lines are those that are indented further.
  const std::size_t indent = before - 1 - line;
  std::size_t end = line_end(text, at);
  for (std::size_t next = end; (next = text.find('\n', next)) != text.npos;) {
    ++next;
    const std::size_t first = text.find_first_not_of(' ', next);
    if (first == text.npos) break;
    const bool blank = text[first] == '\n' || text[first] == '\r' || text[first] == '#';
    if (!blank && first - next <= indent) break;
    if (!blank) end = line_end(text, next);
  }
  return Item(text, before - 1, end, false);
}

std::optional<Item> Item::find_around(std::string_view text, std::size_t place) {
  for (std::size_t line = line_begin(text, place);; line = line_begin(text, line - 1)) {
    const std::size_t dash = std::min(text.find_first_not_of(' ', line), text.size());
    const std::size_t verb = dash < text.size() ? text.find_first_not_of(' ', dash + 1) : text.npos;
    if (verb != text.npos && text[dash] == '-') {
      const std::string_view key = text.substr(verb, text.find(':', verb) - verb);
      const std::string_view word = key.substr(key.find('@') + 1);
      if (word.starts_with("use") || word.starts_with("repeat")) return find(text, verb);
    }
    if (line == 0) return {};
  }
}

/// A step like this one: its value stands in the same column where there is room.
std::string Item::line(const Inserted& inserted) const {
  const std::string value = quoted(without_names(inserted.segment), flow_);
  const std::string key = (inserted.name.empty() ? "" : inserted.name + "@") + "expect: ";
  if (flow_) return "{" + key + value + "}";
  const std::size_t first = line_begin(text_, begin_);
  const std::size_t verb = text_.find_first_not_of(' ', begin_ + 1);
  const std::size_t colon = text_.find(':', verb);
  const std::size_t own_value = text_.find_first_not_of(' ', colon + 1);
  const bool on_this_line = own_value != text_.npos && own_value < line_end(text_, begin_);
  std::string result(text_.substr(first, verb - first));
  result += key;
  const std::size_t column = on_this_line ? own_value - first : 0;
  if (column > result.size()) result.append(column - result.size(), ' ');
  return result + value;
}

Edit Item::insert_after(const std::vector<Inserted>& segments) const {
  std::string added;
  for (const Inserted& segment : segments)
    added += (flow_ ? std::string(", ") : std::string(newline_of(text_))) + line(segment);
  return {{end_, end_}, added};
}

Edit Item::insert_before(const std::vector<Inserted>& segments) const {
  std::string added;
  for (const Inserted& segment : segments)
    added += line(segment) + (flow_ ? std::string(", ") : std::string(newline_of(text_)));
  const std::size_t at = flow_ ? begin_ : line_begin(text_, begin_);
  return {{at, at}, added};
}

std::optional<Edit> Item::remove(std::size_t value_end) const {
  if (flow_) {
    const std::size_t before = before_blanks(text_, begin_);
    const std::size_t after = text_.find_first_not_of(' ', end_);
    if (before > 0 && text_[before - 1] == ',') return Edit{{before - 1, end_}, ""};
    if (after == text_.npos || text_[after] != ',') return {};
    return Edit{{begin_, std::min(text_.find_first_not_of(' ', after + 1), text_.size())}, ""};
  }
  const std::size_t first = line_begin(text_, begin_);
  if (text_.substr(first, end_ - first).find('\n') != text_.npos) return {};
  const std::size_t comment = text_.find('#', value_end);
  if (comment < end_) return Edit{{begin_, comment}, ""};
  const std::size_t newline = text_.find('\n', end_);
  return Edit{{first, newline == text_.npos ? text_.size() : newline + 1}, ""};
}

}  // namespace tcpcraft::update
