#include "call_reader.hpp"

#include <limits>

namespace tcpcraft::scenario {
namespace {

constexpr std::uint32_t largest_transfer = 1 << 24;  // of one call, in bytes

const std::vector<std::string_view> call_names{"listen", "accept", "connect", "read", "write", "shutdown",
                                               "close",  "set",    "get",     "poll", "start", "finish"};

/// Splits at `->` too, which needs no blanks around it.
Words words_of(std::string_view text) {
  constexpr std::string_view arrow = "->";
  Words words;
  for (wire::TextRange range : wire::split_words(text)) {
    const auto push = [&](std::size_t end) {
      if (end > range.begin)
        words.push_back({text.substr(range.begin, end - range.begin), {range.begin, end}});
      range.begin = end;
    };
    const bool is_word = text[range.begin] != '"';
    for (std::size_t at; is_word && (at = text.find(arrow, range.begin)) < range.end;) {
      push(at);
      push(at + arrow.size());
    }
    push(range.end);
  }
  return words;
}

/// The arguments of one call: the words behind its name.
class Arguments {
 public:
  Arguments(const CallText& text, std::size_t name) : text_(text), words_(text.call), name_(name) {}

  /// Nothing where there is no such call.
  std::optional<calls::Call> read() {
    const std::string_view name = words_[name_].text;
    if (name == "listen") return read_listen();
    if (name == "accept") return none(calls::Accept{});
    if (name == "connect") return none(calls::Connect{});
    if (name == "read") return read_read();
    if (name == "write") return read_write();
    if (name == "shutdown") return read_shutdown();
    if (name == "close") return none(calls::Close{});
    if (name == "set") return read_set();
    if (name == "get") return read_get();
    if (name == "poll") return none(calls::Poll{});
    text_.error(words_[name_], "unknown call " + quoted(name), did_you_mean(name, call_names));
    return {};
  }

 private:
  const Word* argument(std::size_t number) const {
    return name_ + 1 + number < words_.size() ? &words_[name_ + 1 + number] : nullptr;
  }

  bool is_oob(std::size_t number) const {
    const Word* word = argument(number);
    return word && word->text == "oob";
  }

  /// The call takes no more than `count` arguments.
  calls::Call at_most(std::size_t count, calls::Call call) const {
    text_.refuse_rest(words_, name_ + 1 + count);
    return call;
  }
  calls::Call none(calls::Call call) const { return at_most(0, std::move(call)); }

  calls::Call missing(const std::string& what, std::string hint, calls::Call call) const {
    text_.error(words_[name_], quoted(words_[name_].text) + " needs " + what, std::move(hint));
    return call;
  }

  calls::Call read_listen() const {
    const Word* word = argument(0);
    if (!word) return calls::Listen{};
    constexpr std::string_view key = "backlog=";
    const auto backlog = word->text.starts_with(key)
                             ? read_integer(word->text.substr(key.size()), 0, std::numeric_limits<int>::max())
                             : std::nullopt;
    if (!backlog) text_.error(*word, "unexpected " + quoted(word->text), "listen backlog=1");
    return at_most(1, calls::Listen{static_cast<int>(backlog.value_or(0))});
  }

  calls::Call read_read() const {
    const Word* word = argument(0);
    if (!word) return calls::Read{};
    if (is_oob(0)) return at_most(1, calls::Read{{}, true});
    constexpr std::string_view key = "len=";
    const bool all = word->text.starts_with(key);
    const auto limit = read_integer(word->text.substr(all ? key.size() : 0), 1, largest_transfer);
    if (!limit)
      text_.error(*word, quoted(word->text) + " is not a number of bytes",
                  "from 1 to " + std::to_string(largest_transfer) + ": read 10, read len=10");
    return at_most(1, calls::Read{static_cast<std::uint32_t>(limit.value_or(1)), false, all});
  }

  calls::Call read_write() const {
    const Word* word = argument(0);
    if (!word) return missing("what to write", "write \"text\", or write len=1000", calls::Write{});
    wire::ParsedPayload payload = wire::parse_payload(word->text, largest_transfer);
    for (const wire::NotationError& error : payload.errors)
      text_.context.error(
          text_.node.part(word->range.begin + error.where.begin, word->range.begin + error.where.end),
          error.message, error.hint);
    return at_most(is_oob(1) ? 2 : 1, calls::Write{std::move(payload.bytes), is_oob(1)});
  }

  calls::Call read_shutdown() const {
    using Half = calls::Shutdown::Half;
    const Word* word = argument(0);
    if (!word) return missing("a half", "shutdown write, read or both", calls::Shutdown{});
    if (word->text == "read") return at_most(1, calls::Shutdown{Half::read});
    if (word->text == "write") return at_most(1, calls::Shutdown{Half::write});
    if (word->text != "both") {
      const std::string near = did_you_mean(word->text, {"read", "write", "both"});
      text_.error(*word, "unknown half " + quoted(word->text), near.empty() ? "read, write or both" : near);
    }
    return at_most(1, calls::Shutdown{Half::both});
  }

  const calls::SocketOption* read_option(const Word& word) const {
    const calls::SocketOption* option = calls::find_option(word.text);
    if (!option)
      text_.error(word, "unknown option " + quoted(word.text),
                  did_you_mean(word.text, calls::option_names()));
    return option;
  }

  calls::Call read_set() const {
    const Word* word = argument(0);
    if (!word) return missing("an option and its value", "set TCP_NODELAY 1", calls::Set{});
    calls::Set set;
    set.option = read_option(*word);
    if (!argument(1))
      text_.error(*word, quoted(word->text) + " needs a value", "set TCP_NODELAY 1");
    else if (set.option)
      set.value = read_value(text_, *set.option, words_, name_ + 2).value_or(0);
    return set;
  }

  calls::Call read_get() const {
    const Word* word = argument(0);
    if (!word) return missing("an option", "get TCP_NODELAY -> 1", calls::Get{});
    return at_most(1, calls::Get{read_option(*word)});
  }

  const CallText& text_;
  const Words& words_;
  std::size_t name_;
};

bool needs_result(const calls::Call& call) {
  return std::holds_alternative<calls::Get>(call) || std::holds_alternative<calls::Poll>(call);
}

}  // namespace

CallText::CallText(Context& c, const yaml::Node& n) : context(c), node(n) {
  for (const Word& word : words_of(n.text)) {
    if (!arrow && word.text == "->")
      arrow = word;
    else
      (arrow ? result : call).push_back(word);
  }
}

void CallText::refuse_rest(const Words& words, std::size_t first) const {
  for (std::size_t i = first; i < words.size(); ++i) error(words[i], "unexpected " + quoted(words[i].text));
}

std::optional<AppCall> CallReader::read(const yaml::Node& node) {
  const CallText text(context_, node);
  if (text.call.empty()) {
    context_.error(node.span, "the call is missing", "read -> \"text\"");
    return {};
  }
  if (text.call.front().text == "finish") return read_finish(text);
  const bool start = text.call.front().text == "start";
  if (start && text.call.size() == 1) {
    text.error(text.call.front(), "'start' needs a call", "start read 10");
    return {};
  }
  if (start && text.call[1].text == "finish") {
    text.error(text.call[1], "'finish' cannot be started");
    return {};
  }
  auto call = Arguments(text, start ? 1 : 0).read();
  if (!call) return {};
  AppCall result{start ? AppCall::Mode::start : AppCall::Mode::make, std::move(*call), {}, node.span};
  if (start && started_)
    text.error(text.call.front(), "a call is running already", "collect it with 'finish'");
  if (start && text.arrow)
    text.error(*text.arrow, "a call that is started has no result yet", "state it with 'finish'");
  else
    read_result(text, result);
  note(result);
  return result;
}

std::optional<AppCall> CallReader::read_finish(const CallText& text) {
  text.refuse_rest(text.call, 1);
  if (!running_) {
    if (whole_ == Whole::yes)
      text.error(text.call.front(), "no call is running", "begin one with 'start': start read 10");
    return {};
  }
  AppCall result{AppCall::Mode::finish, *running_, {}, text.node.span};
  read_result(text, result);
  note(result);
  return result;
}

void CallReader::read_result(const CallText& text, AppCall& call) {
  if (!text.arrow) {
    if (call.mode != AppCall::Mode::start && needs_result(call.call))
      text.error(text.call.front(), quoted(calls::name_of(call.call)) + " needs what it is to give",
                 std::holds_alternative<calls::Get>(call.call) ? "get TCP_NODELAY -> 1" : "poll -> in,out");
    return;
  }
  if (text.result.empty()) return text.error(*text.arrow, "the result is missing behind '->'");
  call.result_span = {text.span_of(text.result.front()).begin, text.span_of(text.result.back()).end};
  call.result = read_stated(text, call.call);
}

/// A `connect` without a stated result has done its work when the SYN is out: what becomes of it may be asked
/// for by `finish`.
void CallReader::note(const AppCall& call) {
  const bool pending = calls::is_about_one_attempt(call.result, call.call);
  switch (call.mode) {
    case AppCall::Mode::start:
      running_ = call.call;
      started_ = true;
      return;
    case AppCall::Mode::finish:
      if (pending) return;
      running_.reset();
      started_ = false;
      return;
    case AppCall::Mode::make:
      if (std::holds_alternative<calls::Connect>(call.call) && !call.result && !started_)
        running_ = call.call;
      return;
  }
}

}  // namespace tcpcraft::scenario
