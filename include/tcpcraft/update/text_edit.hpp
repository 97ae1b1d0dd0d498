#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::update {

/// A stretch of a text, and what is to stand there instead.
struct Edit {
  scenario::Span span;
  std::string text;
  friend bool operator==(const Edit&, const Edit&) = default;
};

/// The text with all edits made; one within what another replaces is not. Those at one place are
/// made in their order.
std::string apply(std::string_view text, std::vector<Edit> edits);

/// A value of the scenario's YAML with some of its text replaced, as one edit; `edits` lie within `value` and
/// say what the value is to be once it is read. Quotes stay, and are added where they have become necessary.
/// Nothing where that cannot be done: the value goes over several lines, or a `${name}` would have to go.
std::optional<Edit> edit_value(std::string_view text, scenario::Span value, const std::vector<Edit>& edits);

/// A segment that is inserted, as an `expect` of its own.
struct Inserted {
  std::string segment;
  std::string name = {};  ///< of the peer, in front of the verb; empty where none is needed
  friend bool operator==(const Inserted&, const Inserted&) = default;
};

/// A step, or an item of an `any-order`, as it stands in the list. `at` is at the verb: where its
/// map begins, or behind the name of a peer.
/// Nothing where a list is written in an unusual way.
class Item {
 public:
  static std::optional<Item> find(std::string_view text, std::size_t at);
  /// The `use` or `repeat` in whose value `place` lies.
  static std::optional<Item> find_around(std::string_view text, std::size_t place);

  /// Adds `expect: SEGMENT` steps behind it, or in front of it, lined up as this one is.
  Edit insert_after(const std::vector<Inserted>& segments) const;
  Edit insert_before(const std::vector<Inserted>& segments) const;
  /// Takes it out of the list; a comment behind its value, which ends at `value_end`, stays. Nothing where it
  /// goes over several lines, or is alone in `[]`.
  std::optional<Edit> remove(std::size_t value_end) const;

  std::size_t begin() const { return begin_; }

 private:
  Item(std::string_view text, std::size_t begin, std::size_t end, bool flow)
      : text_(text), begin_(begin), end_(end), flow_(flow) {}
  std::string line(const Inserted& inserted) const;

  std::string_view text_;
  std::size_t begin_;  ///< of its `-` or its `{`
  std::size_t end_;    ///< of its last line, without its newline; or behind its `}`
  bool flow_;          ///< written within `[]`
};

}  // namespace tcpcraft::update
