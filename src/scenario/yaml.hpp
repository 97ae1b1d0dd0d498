#pragma once

#include <string>
#include <vector>

#include <tcpcraft/scenario/diagnostic.hpp>
#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::scenario::yaml {

struct Entry;

/// A YAML value and where it stands.
struct Node {
  enum class Kind { scalar, list, map };
  Kind kind = Kind::scalar;
  Span span;
  /// A scalar's text, unescaped.
  std::string text;
  /// Where each byte of `text` comes from in the source, with one entry more for its end.
  std::vector<std::size_t> origin;
  bool quoted = false;
  /// How it is written: '"' or '\'' in such quotes, '|' or '>' as a block, 0 plain; of a list or map 0.
  char style = 0;
  /// A list or map in brackets.
  bool flow = false;
  /// All of a scalar, its quotes included; of a block the lines behind its '|' or '>'.
  Span written;
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the text, duplicates included

  /// Where the bytes `begin` to `end` of a scalar stand in the source.
  Span part(std::size_t begin, std::size_t end) const;
};

/// A key of a map and its value.
struct Entry {
  Node key;
  Node value;
};

/// Parses the one document of `source`. What is wrong goes to `diagnostics`; the node is then not to be used.
Node parse(const Source& source, std::vector<Diagnostic>& diagnostics);

}  // namespace tcpcraft::scenario::yaml
