#include "layout.hpp"

#include <algorithm>
#include <iterator>

#include "comments.hpp"

namespace tcpcraft::scenario {
namespace {

using Kind = yaml::Node::Kind;

/// The column of a list's or map's parts where it is no flow: of the keys, or of the dashes.
std::size_t column_of_parts(std::string_view text, const yaml::Node& node) {
  const std::vector<const yaml::Node*> scalars = leaves(node);
  if (scalars.empty()) return 0;
  const std::size_t first = scalars.front()->written.begin;
  if (node.kind == Kind::map) return column_of(text, first);
  // The dash may stand on a line before, with comments in between.
  for (std::size_t end = first;;) {
    const std::size_t line = end - column_of(text, end);
    const std::size_t word = text.find_first_not_of(' ', line);
    if (word < end && text[word] == '-') return word - line;
    if (line == 0) return 0;
    end = line - 1;
  }
}

class Arranger {
 public:
  Arranger(std::string_view text, const yaml::Node& root)
      : text_(text), comments_(find_comments(text, root)) {}

  Part arrange(const yaml::Node& root) {
    Part whole;
    whole.value = &root;
    whole.role = Role::root;
    last_ = {&whole};
    arrange_parts(whole, 0);
    take(whole, nullptr, whole.parts.empty() ? nullptr : &whole, 0);
    return whole;
  }

 private:
  void arrange_parts(Part& owner, std::size_t depth) {
    const yaml::Node& node = *owner.value;
    owner.column = column_of_parts(text_, node);
    owner.parts.reserve(node.items.size() + node.entries.size());  // `last_` points to them
    for (const yaml::Node& item : node.items) arrange_part(owner, nullptr, item, depth);
    for (const auto& [key, value] : node.entries) arrange_part(owner, &key, value, depth);
  }

  void arrange_part(Part& owner, const yaml::Node* key, const yaml::Node& value, std::size_t depth) {
    Part* previous = owner.parts.empty() ? nullptr : &owner.parts.back();
    Part& part = owner.parts.emplace_back();
    part.key = key;
    part.value = &value;
    part.role = role_within(owner.role, key ? std::string_view(key->text) : std::string_view());
    const std::vector<const yaml::Node*> scalars = leaves(key ? *key : value);
    if (!scalars.empty()) {
      take(part, depth == 0 ? previous : nullptr, nullptr, owner.column);
      part.blank = has_blank_line(gap_before(scalars.front()->written.begin));
    }
    last_.resize(depth);
    last_.push_back(&part);
    if (key) {
      pass(*key);
      if (value.kind == Kind::scalar || value.flow) take_between(part, depth);
    }
    if (value.kind == Kind::scalar) return pass(value);
    const std::size_t inside = value.flow ? depth + 1 : depth;
    arrange_parts(part, inside);
    while (value.flow && waiting() && comments_[next_].depth > depth) put(part.after);
  }

  void pass(const yaml::Node& scalar) {
    if (scalar.written == Span{}) return;
    ++passed_;
    end_ = end_of(text_, scalar);
  }

  bool waiting() const { return next_ < comments_.size() && comments_[next_].leaf == passed_; }

  /// What is left between the last comment, or scalar, and `to`.
  std::string_view gap_before(std::size_t to) const {
    std::string_view gap = text_.substr(std::min(end_, to), to - std::min(end_, to));
    // The comments in between have been taken: what counts is what follows the last of them.
    if (next_ > 0 && comments_[next_ - 1].leaf == passed_)
      if (const std::size_t hash = gap.rfind(comments_[next_ - 1].text); hash != gap.npos)
        gap.remove_prefix(hash);
    return gap;
  }

  /// Takes the next comment to where it stands: beside the last part outside of its brackets, or into `own`.
  void put(std::vector<Remark>& own) {
    const Comment& comment = comments_[next_++];
    if (comment.beside)
      last_[std::min(comment.depth, last_.size() - 1)]->beside.push_back(comment.text);
    else
      own.push_back({comment.text, comment.blank});
  }

  /// The comments in front of `part`. One that is indented further than that stands behind the last of
  /// `previous`, or of `all` at the end of the text.
  void take(Part& part, Part* previous, Part* all, std::size_t column) {
    std::size_t limit = text_.size();
    while (waiting()) {
      if (comments_[next_].beside) {
        put(part.before);
        continue;
      }
      limit = std::min(limit, comments_[next_].column);
      Part* inside = all ? innermost(all, limit) : limit > column ? innermost(previous, limit) : nullptr;
      put(inside ? inside->after : all ? all->after : part.before);
    }
  }

  static Part* innermost(Part* part, std::size_t column) {
    Part* result = nullptr;
    for (; part && !part->parts.empty() && !part->value->flow; part = &part->parts.back())
      if (part->column <= column) result = part;
    return result;
  }

  /// The comments between a key and its value.
  void take_between(Part& part, std::size_t depth) {
    if (leaves(*part.value).empty()) return;
    while (waiting() && comments_[next_].depth <= depth) put(part.before);
  }

  std::string_view text_;
  std::vector<Comment> comments_;
  std::size_t next_ = 0;     ///< the first comment not taken yet
  std::size_t passed_ = 0;   ///< scalars
  std::size_t end_ = 0;      ///< of the last of them
  std::vector<Part*> last_;  ///< the last part, by how many brackets it stands in
};

/// Where comments stand above a blank line in front of everything, they are not the first part's.
void part_head(Part& whole) {
  if (whole.parts.empty()) return;
  Part& first = whole.parts.front();
  auto end = first.before.begin();
  if (first.blank)
    end = first.before.end();
  else
    for (auto remark = first.before.begin(); remark != first.before.end(); ++remark)
      if (remark->blank) end = remark;
  std::move(first.before.begin(), end, std::back_inserter(whole.before));
  first.before.erase(first.before.begin(), end);
  if (whole.before.empty()) return;
  first.blank = first.blank && !first.before.empty();
  if (!first.before.empty()) first.before.front().blank = false;
}

void sort_keys(Part& part) {
  if (const words::List* order = key_order(part.role); order && part.value->kind == Kind::map) {
    const auto rank = [&](const Part& p) { return std::find(order->begin(), order->end(), p.key->text); };
    std::stable_sort(part.parts.begin(), part.parts.end(),
                     [&](const Part& a, const Part& b) { return rank(a) < rank(b); });
  }
  for (Part& inner : part.parts) sort_keys(inner);
}

/// A line has room for one comment beside it, and an item shares its line with the first of its parts.
void settle_lines(Part& part) {
  for (Part& inner : part.parts) {
    settle_lines(inner);
    const bool shares = !inner.key && !inner.parts.empty();
    if (shares) {
      Part& first = inner.parts.front();
      std::move(first.before.begin(), first.before.end(), std::back_inserter(inner.before));
      first.before.clear();
      first.blank = false;
    }
    const std::size_t room = shares && !inner.parts.front().beside.empty() ? 0 : 1;
    while (inner.beside.size() > room) {
      inner.before.push_back({std::move(inner.beside.front())});
      inner.beside.erase(inner.beside.begin());
    }
    if (!shares || inner.beside.empty()) continue;
    inner.parts.front().beside = std::move(inner.beside);
    inner.beside.clear();
  }
}

}  // namespace

Role role_within(Role role, std::string_view key) {
  switch (role) {
    case Role::root:
      return key == "for"      ? Role::variants
             : key == "kernel" ? Role::kernel
             : key == "peer"   ? Role::peer
             : key == "peers"  ? Role::peers
             : key == "blocks" ? Role::blocks
             : key == "steps"  ? Role::steps
                               : Role::other;
    case Role::peers:
      return Role::peer;
    case Role::peer:
      return key == "options" ? Role::peer_options : Role::other;
    case Role::blocks:
      return Role::block;
    case Role::block:
    case Role::steps:
      return Role::step;
    case Role::step: {
      const std::string_view verb = key.substr(key.find('@') + 1);
      return verb == "repeat"      ? Role::repeat
             : verb == "any-order" ? Role::any_order
             : verb == "note"      ? Role::other
                                   : Role::notation;
    }
    case Role::any_order:
      return Role::step;
    case Role::repeat:
      return key == "steps" ? Role::steps : Role::other;
    case Role::notation:
      return Role::notation;
    default:
      return Role::other;
  }
}

const words::List* key_order(Role role) {
  switch (role) {
    case Role::root:
      return &words::scenario;
    case Role::kernel:
      return &words::kernel;
    case Role::peer:
      return &words::peer;
    case Role::peer_options:
      return &words::peer_options;
    case Role::repeat:
      return &words::repeat;
    default:
      return nullptr;
  }
}

bool Part::has_comments() const {
  const auto inner = [](const Part& p) { return !p.before.empty() || !p.beside.empty() || p.has_comments(); };
  return !after.empty() || std::any_of(parts.begin(), parts.end(), inner);
}

Part arrange(std::string_view text, const yaml::Node& root) {
  Part whole = Arranger(text, root).arrange(root);
  part_head(whole);
  sort_keys(whole);
  settle_lines(whole);
  return whole;
}

}  // namespace tcpcraft::scenario
