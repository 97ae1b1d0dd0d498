#include "yaml.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include <libfyaml.h>

#include <tcpcraft/wire/utf8.hpp>

#include "comments.hpp"

namespace tcpcraft::scenario::yaml {
namespace {

template <auto Destroy>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Destroy(pointer);
  }
};
using Diag = std::unique_ptr<fy_diag, Deleter<fy_diag_destroy>>;
using Parser = std::unique_ptr<fy_parser, Deleter<fy_parser_destroy>>;
using Document = std::unique_ptr<fy_document, Deleter<fy_document_destroy>>;

/// The bytes that the escape at `at` in a double-quoted scalar occupies in the source.
std::size_t escape_length(std::string_view raw, std::size_t at) {
  switch (at + 1 < raw.size() ? raw[at + 1] : '\0') {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

/// Maps every byte of a quoted or plain one-line scalar to its place in the source. Where the text was folded
/// over lines, everything maps to the scalar's beginning: still a place to look at.
std::vector<std::size_t> origins(std::string_view source, Span span, const std::string& text, char quote) {
  const std::string_view raw = source.substr(span.begin, span.end - span.begin);
  std::vector<std::size_t> result;
  result.reserve(text.size() + 1);
  std::size_t at = 0;
  while (result.size() < text.size() && at < raw.size() && raw.find('\n') == raw.npos) {
    std::size_t source_bytes =
        std::max<std::size_t>(1, wire::utf8_sequence(std::string_view(text).substr(result.size())));
    const std::size_t text_bytes = source_bytes;
    if (quote == '\'' && raw[at] == '\'') source_bytes = 2;
    if (quote == '"' && raw[at] == '\\') source_bytes = escape_length(raw, at);
    for (std::size_t i = 0; i < text_bytes; ++i) result.push_back(span.begin + at);
    at += source_bytes;
  }
  const bool mapped = result.size() == text.size() && at == raw.size();
  if (!mapped) result.assign(text.size(), span.begin);
  result.push_back(span.end);
  return result;
}

/// What stands in single quotes on one line, where a quote is two. libfyaml 0.7 reads four in a row as three.
std::string without_doubled_quotes(std::string_view raw) {
  std::string text;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    text += raw[at];
    if (raw[at] == '\'') ++at;
  }
  return text;
}

class Converter {
 public:
  Converter(const Source& source, std::vector<Diagnostic>& diagnostics)
      : source_(source), diagnostics_(diagnostics) {}

  Node convert(fy_node* node, Span fallback) const {
    if (!node) return empty(fallback);
    if (fy_node_get_tag(node, nullptr) || (!fy_node_is_alias(node) && fy_node_get_anchor(node)))
      refuse_properties(node, fallback);
    switch (fy_node_get_type(node)) {
      case FYNT_SEQUENCE:
        return list(node, fallback);
      case FYNT_MAPPING:
        return map(node, fallback);
      default:
        return scalar(node, fallback);
    }
  }

 private:
  static Node empty(Span at, char style = 0, Span written = {}) {
    Node result;
    result.span = at;
    result.style = style;
    result.written = written;
    result.origin = {at.end};
    return result;
  }

  void refuse_properties(fy_node* node, Span fallback) const {
    fy_token* token = fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : nullptr;
    const fy_mark* start = token ? fy_token_start_mark(token) : nullptr;
    const Span at = start ? Span{start->input_pos, start->input_pos + 1} : fallback;
    diagnostics_.push_back({at, "anchors and tags are not understood here", "leave out the '&' or '!' word"});
  }

  /// A block whose lines are not indented further than its key: libfyaml takes it, and loses its last byte.
  void refuse_outdented(const Node& key, const Node& value) const {
    if (value.style != '|' && value.style != '>') return;
    const std::size_t first = source_.text.find_first_not_of(" \n", value.written.begin);
    if (first >= value.written.end ||
        column_of(source_.text, first) > column_of(source_.text, key.written.begin))
      return;
    diagnostics_.push_back({{first, first + 1},
                            "the lines of a block are indented further than its key",
                            "by two spaces more than '" + key.text + "'"});
  }

  static char style_of(fy_token* token) {
    switch (token ? fy_token_scalar_style(token) : FYSS_PLAIN) {
      case FYSS_SINGLE_QUOTED:
        return '\'';
      case FYSS_DOUBLE_QUOTED:
        return '"';
      case FYSS_LITERAL:
        return '|';
      case FYSS_FOLDED:
        return '>';
      default:
        return 0;
    }
  }

  /// The marks of a quoted scalar stand inside of its quotes.
  Span with_quotes(Span inner, char quote) const {
    const std::string& text = source_.text;
    const bool outside = inner.begin > 0 && inner.end < text.size() && text[inner.begin - 1] == quote &&
                         text[inner.end] == quote;
    return outside ? Span{inner.begin - 1, inner.end + 1} : inner;
  }

  Node scalar(fy_node* node, Span fallback) const {
    fy_token* token = fy_node_get_scalar_token(node);
    const fy_mark* start = token ? fy_token_start_mark(token) : nullptr;
    const fy_mark* end = token ? fy_token_end_mark(token) : nullptr;
    const char style = style_of(token);
    const char quote = style == '\'' || style == '"' ? style : '\0';
    Span written;
    if (start && end) written = {start->input_pos, std::min(end->input_pos, source_.text.size())};
    if (quote) written = with_quotes(written, quote);
    if (!start || !end || start->input_pos == end->input_pos) return empty(fallback, style, written);
    Node result;
    result.style = style;
    result.written = written;
    result.span = {start->input_pos, std::min(end->input_pos, source_.text.size())};
    if (fy_node_is_alias(node))
      diagnostics_.push_back({result.span, "aliases are not understood here", "write the value out"});
    std::size_t length = 0;
    if (const char* text = fy_node_get_scalar(node, &length)) result.text.assign(text, length);
    // No block can hold this byte: libfyaml puts it where blank lines have more blanks than it reckoned with.
    if (!quote && result.text.find('\0') != result.text.npos)
      diagnostics_.push_back(
          {{result.span.begin, result.span.begin + 1}, "a block that begins with blanks only", ""});
    result.quoted = style != 0 && !result.text.empty();  // a block may hold nothing but blanks
    Span inner = result.span;
    if (quote && inner.end - inner.begin >= 2 && source_.text[inner.begin] == quote)
      inner = {inner.begin + 1, inner.end - 1};
    const std::string_view raw = std::string_view(source_.text).substr(inner.begin, inner.end - inner.begin);
    if (quote == '\'' && raw.find('\n') == raw.npos) result.text = without_doubled_quotes(raw);
    result.origin = origins(source_.text, inner, result.text, quote);
    return result;
  }

  Node list(fy_node* node, Span fallback) const {
    Node result;
    result.kind = Node::Kind::list;
    result.flow = fy_node_get_style(node) == FYNS_FLOW;
    result.span = fallback;
    void* previous = nullptr;
    while (fy_node* item = fy_node_sequence_iterate(node, &previous))
      result.items.push_back(convert(item, fallback));
    if (!result.items.empty()) result.span = {result.items.front().span.begin, result.items.back().span.end};
    return result;
  }

  Node map(fy_node* node, Span fallback) const {
    Node result;
    result.kind = Node::Kind::map;
    result.flow = fy_node_get_style(node) == FYNS_FLOW;
    result.span = fallback;
    void* previous = nullptr;
    while (fy_node_pair* pair = fy_node_mapping_iterate(node, &previous)) {
      Node key = convert(fy_node_pair_key(pair), fallback);
      if (key.kind != Node::Kind::scalar) diagnostics_.push_back({key.span, "a key is a word", ""});
      Node value = convert(fy_node_pair_value(pair), key.span);
      refuse_outdented(key, value);
      result.entries.push_back({std::move(key), std::move(value)});
    }
    if (!result.entries.empty())
      result.span = {result.entries.front().key.span.begin, result.entries.back().value.span.end};
    return result;
  }

  const Source& source_;
  std::vector<Diagnostic>& diagnostics_;
};

std::size_t offset_of(const Source& source, int line, int column) {
  std::size_t offset = 0;
  for (; line > 1; --line) {
    const std::size_t end = source.text.find('\n', offset);
    if (end == source.text.npos) break;
    offset = end + 1;
  }
  return std::min(offset + static_cast<std::size_t>(std::max(column - 1, 0)), source.text.size());
}

/// Whether a value that is in no quotes or brackets holds ': '.
bool has_colon_in_value(std::string_view line) {
  const std::size_t colon = line.find(": ");
  const std::size_t value = colon == line.npos ? line.npos : line.find_first_not_of(' ', colon + 1);
  if (value == line.npos || std::string_view("'\"{[|>#").find(line[value]) != std::string_view::npos)
    return false;
  return line.find(": ", value) != line.npos;
}

/// libfyaml stops at the first error of syntax; its word for it, and what people usually meant.
void report_syntax_errors(const Source& source, fy_diag* diag, std::vector<Diagnostic>& diagnostics) {
  void* previous = nullptr;
  while (fy_diag_error* error = fy_diag_errors_iterate(diag, &previous)) {
    Diagnostic diagnostic;
    const std::size_t begin = offset_of(source, error->line, error->column);
    diagnostic.span = {begin, std::min(begin + 1, source.text.size())};
    diagnostic.message = std::string("not YAML: ") + (error->msg ? error->msg : "unknown error");
    const std::string_view line = source.line(source.position(begin).line);
    if (has_colon_in_value(line) || (line.find('"') != line.npos && line.find(": ") != line.npos))
      diagnostic.hint = "a value with ': ' or ' #' inside must be quoted as a whole: '...'";
    else if (line.find("${") != line.npos)
      diagnostic.hint = "within {} and [] a '${name}' must be quoted: \"${name}\"";
    else if (line.find("]:") != line.npos)
      diagnostic.hint = "a value that begins with '[' must be quoted: \"[::1]:9877\"";
    diagnostics.push_back(std::move(diagnostic));
    return;  // what follows the first is its consequence
  }
  diagnostics.push_back({{0, 0}, "not YAML", ""});
}

/// What YAML does not allow anywhere in a text. libfyaml comes to no end on some of it, so it is refused here
/// first.
void refuse_bytes(const Source& source, std::vector<Diagnostic>& diagnostics) {
  const std::string_view text = source.text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = wire::utf8_sequence(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (length == 0) diagnostics.push_back({{at, at + 1}, "not UTF-8", ""});
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
    if (control)
      diagnostics.push_back(
          {{at, at + 1}, "a control character", "in a payload, write it as an escape: \\x1b"});
    at += std::max<std::size_t>(length, 1);
  }
}

/// Tabs in the indentation, and directives, line by line.
void refuse_lines(const Source& source, std::vector<Diagnostic>& diagnostics) {
  std::size_t begin = 0;
  while (begin < source.text.size()) {
    const std::size_t end = std::min(source.text.find('\n', begin), source.text.size());
    const std::size_t text = source.text.find_first_not_of(" \t\r", begin);
    const std::size_t tab = source.text.find('\t', begin);
    if (tab < text && text < end)
      diagnostics.push_back({{tab, tab + 1}, "a tab in the indentation", "indent with spaces"});
    if (source.text[begin] == '%')
      diagnostics.push_back({{begin, end}, "YAML directives are not understood here", "leave the line out"});
    begin = end + 1;
  }
}

}  // namespace

Span Node::part(std::size_t begin, std::size_t end) const {
  if (origin.empty()) return span;
  const std::size_t last = origin.size() - 1;
  // Bytes of one origin, such as those of a character or of what replaces a name, belong together.
  while (end > begin && end < last && origin[end] == origin[end - 1]) ++end;
  const Span result{origin[std::min(begin, last)], origin[std::min(end, last)]};
  return result.end > result.begin ? result : Span{result.begin, result.begin + (begin < last ? 1 : 0)};
}

Node parse(const Source& source, std::vector<Diagnostic>& diagnostics) {
  refuse_bytes(source, diagnostics);
  refuse_lines(source, diagnostics);
  if (!diagnostics.empty()) return {};

  fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  const Diag diag(fy_diag_create(&diag_config));
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.diag = diag.get();
  config.flags =
      static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS);
  const Parser parser(fy_parser_create(&config));
  fy_parser_set_string(parser.get(), source.text.data(), source.text.size());

  const Document document(fy_parse_load_document(parser.get()));
  if (fy_parser_get_stream_error(parser.get()) || (!document && !source.text.empty())) {
    report_syntax_errors(source, diag.get(), diagnostics);
    return {};
  }
  if (!document) return {};
  Node root = Converter(source, diagnostics).convert(fy_document_root(document.get()), {0, 0});
  const Document second(fy_parse_load_document(parser.get()));
  if (second || fy_parser_get_stream_error(parser.get()))
    diagnostics.push_back({{root.span.end, root.span.end}, "a second document", "a file holds one scenario"});
  return root;
}

}  // namespace tcpcraft::scenario::yaml
