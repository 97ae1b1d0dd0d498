#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "context.hpp"

namespace tcpcraft::scenario {

/// A word of a call's text, and where in that text it stands.
struct Word {
  std::string_view text;
  wire::TextRange range;
};
using Words = std::vector<Word>;

/// The text of an `app` step, taken apart at its `->`; and where its errors go.
struct CallText {
  CallText(Context& context, const yaml::Node& node);

  Span span_of(const Word& word) const { return node.part(word.range.begin, word.range.end); }
  void error(const Word& word, std::string message, std::string hint = "") const {
    context.error(span_of(word), std::move(message), std::move(hint));
  }
  /// Reports every word of `words` from `first` on.
  void refuse_rest(const Words& words, std::size_t first) const;

  Context& context;
  const yaml::Node& node;
  Words call;
  std::optional<Word> arrow;
  Words result;
};

/// `'backlog'`
std::string quoted(std::string_view text);
std::optional<std::int64_t> read_integer(std::string_view text, std::int64_t min, std::int64_t max);

/// The value of an option, in the words from `first` on.
std::optional<calls::OptionValue> read_value(const CallText& text, const calls::SocketOption& option,
                                             const Words& words, std::size_t first);

/// What stands behind `->`. To be called where there is something.
std::optional<calls::Stated> read_stated(const CallText& text, const calls::Call& call);

/// Reads the `app` steps of a scenario, one after another: a `finish` belongs to the call that was left
/// running.
class CallReader {
 public:
  /// Whether all the steps are there: in a part of them, a `finish` may belong to a call that is not.
  enum class Whole { yes, no };

  CallReader(Context& context, Whole whole) : context_(context), whole_(whole) {}

  std::optional<AppCall> read(const yaml::Node& node);
  /// Notes a call that was not read but made up.
  void note(const AppCall& call);
  /// The call that was left running.
  const std::optional<calls::Call>& running() const { return running_; }

 private:
  std::optional<AppCall> read_finish(const CallText& text);
  void read_result(const CallText& text, AppCall& call);

  Context& context_;
  Whole whole_;
  std::optional<calls::Call> running_;
  bool started_ = false;  ///< by `start`; otherwise it is a `connect` in progress
};

}  // namespace tcpcraft::scenario
