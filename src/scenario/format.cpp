#include <algorithm>
#include <optional>

#include <tcpcraft/scenario/format.hpp>

#include "comments.hpp"
#include "layout.hpp"
#include "scalar_layout.hpp"

namespace tcpcraft::scenario {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::size_t longest_line = 120;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// A line, and the comment behind it.
struct Line {
  std::string text;
  std::string comment = {};
};

std::size_t indentation_of(const Line& line) {
  return line.text.find_first_not_of(' ');
}

/// Comments on neighbouring lines of one level stand in one column.
std::string join(const std::vector<Line>& lines) {
  std::string result;
  for (auto line = lines.begin(); line != lines.end();) {
    auto end = line;
    std::size_t width = 0;
    for (; end != lines.end() && !end->comment.empty() && indentation_of(*end) == indentation_of(*line);
         ++end)
      width = std::max(width, characters(end->text));
    for (; line != end; ++line)
      result += line->text + std::string(width - characters(line->text) + 2, ' ') + line->comment + "\n";
    if (line != lines.end() && line->comment.empty()) result += line++->text + "\n";
  }
  return result;
}

class Writer {
 public:
  explicit Writer(std::string_view source) : source_(source) {}

  std::string write(const Part& whole) {
    write_remarks(whole.before, 0, true);
    if (!whole.before.empty()) separate();
    write_parts(whole, 0);
    return join(lines_);
  }

 private:
  // --- on one line

  std::string inline_scalar(const Part& part) const {
    std::string text = one_line(source_, *part.value);
    const bool notation = part.role == Role::notation || part.role == Role::step;
    return notation && part.value->style == 0 ? collapse_blanks(text) : text;
  }

  std::string inline_text(const Part& part) const {
    if (part.value->kind == Kind::scalar) return inline_scalar(part);
    const bool map = part.value->kind == Kind::map;
    std::string result(1, map ? '{' : '[');
    for (const Part& inner : part.parts) {
      if (result.size() > 1) result += ", ";
      if (inner.key) result += one_line(source_, *inner.key);
      const std::string value = inline_text(inner);
      if (inner.key && !value.empty()) result += ": ";
      result += value;
    }
    return result + (map ? '}' : ']');
  }

  bool takes_lines(const Part& part) const {
    if (part.value->kind == Kind::scalar) return !scalar_lines(source_, *part.value).empty();
    return std::any_of(part.parts.begin(), part.parts.end(), [&](const Part& p) { return takes_lines(p); });
  }

  /// The value of `part` where it stands behind the `before` characters of a line.
  std::optional<std::string> on_one_line(const Part& part, std::size_t before) const {
    if (takes_lines(part)) return {};
    if (part.value->kind == Kind::scalar || part.parts.empty()) return inline_text(part);
    const bool in_brackets = part.value->flow && part.role != Role::blocks && part.role != Role::steps;
    if (!in_brackets || part.has_comments()) return {};
    std::string text = inline_text(part);
    if (before + characters(text) > longest_line) return {};
    return text;
  }

  std::optional<std::string> on_one_line(const Part& part, std::size_t indentation, bool item) const {
    const std::size_t key = part.key ? characters(one_line(source_, *part.key)) + 2 : 0;
    if (item && part.value->kind == Kind::map && !part.parts.empty()) return {};
    return on_one_line(part, indentation + key + (item ? 2 : 0));
  }

  // --- on several

  void separate() {
    if (!lines_.empty() && !keeps_line_ends_ && !lines_.back().text.empty()) lines_.push_back({""});
  }

  void put(std::string text) {
    lines_.push_back({std::move(text)});
    keeps_line_ends_ = false;
  }

  void write_remarks(const std::vector<Remark>& remarks, std::size_t indentation, bool first) {
    for (const Remark& remark : remarks) {
      if (remark.blank && !first) separate();
      put(std::string(indentation, ' ') + remark.text);
      first = false;
    }
  }

  void write_parts(const Part& owner, std::size_t indentation) {
    const bool list = owner.value->kind == Kind::list;
    const std::vector<std::size_t> widths = key_widths(owner, indentation);
    for (std::size_t i = 0; i < owner.parts.size(); ++i) {
      const Part& part = owner.parts[i];
      const bool first = i == 0;
      write_remarks(part.before, indentation, first);
      if (part.blank && (!first || !part.before.empty())) separate();
      if (list)
        write_item(part, indentation, widths[i]);
      else
        write_entry(part, indentation, widths[i]);
    }
    write_remarks(owner.after, indentation, owner.parts.empty());
  }

  /// For each part how wide its key is made: steps, and what has names (of `for`, `peers` and `blocks`),
  /// stand in a column as far as each of them takes one line.
  std::vector<std::size_t> key_widths(const Part& owner, std::size_t indentation) const {
    std::vector<std::size_t> widths(owner.parts.size());
    const bool in_columns =
        owner.role == Role::variants || owner.role == Role::peers || owner.role == Role::blocks;
    if (owner.value->kind == Kind::map && !in_columns) return widths;
    for (std::size_t begin = 0; begin < widths.size();) {
      std::size_t end = begin, width = 0;
      for (std::size_t key = 0; end < widths.size(); ++end, width = std::max(width, key))
        if (key = width_in_column(owner.parts[end], indentation); key == 0) break;
      std::fill(widths.begin() + begin, widths.begin() + end, width);
      begin = end + 1;
    }
    return widths;
  }

  /// 0 where it takes more than one line.
  std::size_t width_in_column(const Part& part, std::size_t indentation) const {
    if (!part.key && part.parts.size() == 1 && part.parts.front().key)
      return width_in_column(part.parts.front(), indentation + 2);
    if (!part.key || !on_one_line(part, indentation, false)) return 0;
    return characters(one_line(source_, *part.key));
  }

  void write_entry(const Part& part, std::size_t indentation, std::size_t width) {
    const std::string key = one_line(source_, *part.key);
    std::string start = std::string(indentation, ' ') + key + ":";
    const std::optional<std::string> value = on_one_line(part, indentation, false);
    if (value && width > 0) start.append(width - characters(key), ' ');
    write_value(part, start, value, indentation);
  }

  void write_item(const Part& part, std::size_t indentation, std::size_t width) {
    const std::optional<std::string> value = on_one_line(part, indentation, true);
    const std::string start = std::string(indentation, ' ') + "-";
    if (value || part.value->kind == Kind::scalar) return write_value(part, start, value, indentation);
    const std::size_t line = lines_.size();
    if (part.parts.size() == 1 && part.parts.front().key) {
      write_entry(part.parts.front(), indentation + 2, width);
      write_remarks(part.after, indentation + 2, false);
    } else {
      write_parts(part, indentation + 2);
    }
    lines_[line].text[indentation] = '-';
  }

  void write_value(const Part& part, const std::string& start, const std::optional<std::string>& value,
                   std::size_t indentation) {
    if (value) return put_with(part, start + (value->empty() ? "" : " " + *value));
    if (part.value->kind != Kind::scalar) {
      put_with(part, start);
      return write_parts(part, indentation + 2);
    }
    const std::vector<std::string> lines = scalar_lines(source_, *part.value);
    const bool block = part.value->style == '|' || part.value->style == '>';
    put(start + " " + lines.front());
    if (block) put_beside(part);
    for (auto line = lines.begin() + 1; line != lines.end(); ++line)
      lines_.push_back({line->empty() ? "" : std::string(indentation + 2, ' ') + *line});
    if (!block) put_beside(part);
    keeps_line_ends_ = block && lines.front().ends_with('+');
  }

  void put_with(const Part& part, std::string text) {
    put(std::move(text));
    put_beside(part);
  }

  void put_beside(const Part& part) {
    if (!part.beside.empty()) lines_.back().comment = part.beside.front();
  }

  std::string_view source_;
  std::vector<Line> lines_;
  bool keeps_line_ends_ = false;  ///< the last line is of a block that keeps the blank lines behind it
};

/// Line ends as they are everywhere in the repository, and no byte order mark.
std::string plain_text(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool two = text.substr(at).starts_with("\r\n");
    if (!two) result += text[at] == '\r' ? '\n' : text[at];
  }
  return result;
}

/// Whether both say the same, the order of keys and blanks that do not count aside.
bool same(const yaml::Node& a, const yaml::Node& b, Role role) {
  if (a.kind != b.kind || a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
    return false;
  const bool notation = role == Role::notation || role == Role::step;
  if (a.kind == Kind::scalar)
    return a.quoted == b.quoted &&
           (notation && a.style == 0 ? collapse_blanks(a.text) == collapse_blanks(b.text) : a.text == b.text);
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i], role_within(role, ""))) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    const yaml::Entry& entry = a.entries[i];
    const auto is_it = [&](const yaml::Entry& e) { return e.key.text == entry.key.text; };
    const auto other =
        key_order(role) ? std::find_if(b.entries.begin(), b.entries.end(), is_it) : b.entries.begin() + i;
    if (other == b.entries.end() || !is_it(*other) || other->key.quoted != entry.key.quoted ||
        !same(entry.value, other->value, role_within(role, entry.key.text)))
      return false;
  }
  return true;
}

std::vector<std::string> comment_texts(const Source& source, const yaml::Node& root) {
  std::vector<std::string> result;
  for (Comment& comment : find_comments(source.text, root)) result.push_back(std::move(comment.text));
  std::sort(result.begin(), result.end());
  return result;
}

/// What this program must never do, and would do if it were wrong about a corner of YAML.
bool keeps_all(const Source& before, const yaml::Node& root, const Source& after) {
  std::vector<Diagnostic> wrong;
  const yaml::Node other = yaml::parse(after, wrong);
  return wrong.empty() && same(root, other, Role::root) &&
         comment_texts(before, root) == comment_texts(after, other);
}

}  // namespace

Formatted format(const Source& source, const FileReader& files) {
  Formatted result;
  result.diagnostics = read(source, files).diagnostics;
  if (!result.diagnostics.empty()) return result;
  const Source plain{source.name, plain_text(source.text)};
  const yaml::Node root = yaml::parse(plain, result.diagnostics);
  result.text = Writer(plain.text).write(arrange(plain.text, root));
  if (!keeps_all(plain, root, {source.name, result.text}))
    result.diagnostics.push_back(
        {{0, 0}, "the layout would change what this file says", "please report this"});
  return result;
}

}  // namespace tcpcraft::scenario
