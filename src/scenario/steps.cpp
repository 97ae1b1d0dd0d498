#include <algorithm>
#include <charconv>

#include <tcpcraft/scenario/words.hpp>

#include "call_reader.hpp"
#include "expand.hpp"
#include "facts_reader.hpp"
#include "stream_reader.hpp"

namespace tcpcraft::scenario {
namespace {

constexpr std::uint32_t largest_payload = 65535 - 40;  // in an IPv4 datagram without options

bool contains(const words::List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

bool is_named(const yaml::Node& step) {
  return !step.entries.empty() && step.entries.front().key.text.find('@') != std::string::npos;
}

class StepsReader {
 public:
  StepsReader(Context& context, CallReader::Whole whole, std::size_t peers)
      : context_(context), callers_(std::max<std::size_t>(peers, 1), CallReader(context, whole)) {}

  std::vector<Step> read(const std::vector<FlatStep>& steps) {
    for (const FlatStep& step : steps) {
      const std::size_t first = steps_.size();
      peer_ = step.peer;
      read_step(*step.node);
      for (std::size_t i = first; i < steps_.size(); ++i) {
        steps_[i].inside = step.inside;
        steps_[i].peer = step.peer;
      }
    }
    return std::move(steps_);
  }

 private:
  void read_step(const yaml::Node& item) {
    if (item.kind != yaml::Node::Kind::map || item.entries.empty())
      return context_.error(item.span, "a step is a map with one verb", "- send: SYN");
    if (item.entries.size() > 1)
      context_.error(item.entries[1].key.span, "a step has one verb", "begin another step with '- '");
    const auto& [key, value] = item.entries.front();
    const yaml::Node verb = verb_of(key);
    if (!contains(words::verbs, verb.text))
      return context_.error(verb.span, "unknown verb '" + verb.text + "'",
                            did_you_mean(verb.text, words::verbs));
    if (key.text != verb.text && contains(words::verbs_of_all, verb.text))
      context_.error(key.span, "'" + verb.text + "' is about all connections alike",
                     "'" + verb.text + "' without a name");
    if (verb.text == "any-order") return read_any_order(verb, value);
    if (verb.text == "info") return add_read(verb, value, read_info(context_, value));
    if (const auto text = context_.text(value, verb.text)) read_verb(verb, value);
  }

  void read_verb(const yaml::Node& verb, const yaml::Node& value) {
    if (verb.text == "send")
      read_send(verb, value);
    else if (verb.text == "expect")
      read_expect(verb, value);
    else if (verb.text == "optional")
      add(verb, value, Expect{segment(value, wire::Purpose::expect), true});
    else if (verb.text == "state")
      read_state(verb, value);
    else if (verb.text == "counter")
      read_counter(verb, value);
    else if (verb.text == "dropped")
      add_read(verb, value, read_dropped(context_, value));
    else if (verb.text == "note")
      add(verb, value, Note{value.text});
    else if (verb.text == "use")
      read_use(verb, value);
    else if (verb.text == "app")
      read_app(verb, value);
    else if (const auto duration = context_.duration(value))
      add(verb, value, Wait{*duration});
  }

  template <class Action>
  void add(const yaml::Node& verb, const yaml::Node& value, Action action) {
    steps_.push_back({verb.span, value.span, std::move(action)});
  }

  template <class Action>
  void add_read(const yaml::Node& verb, const yaml::Node& value, std::optional<Action> action) {
    if (action) add(verb, value, std::move(*action));
  }

  void read_send(const yaml::Node& verb, const yaml::Node& value) {
    if (is_stream(value.text)) return add_read(verb, value, read_sent_stream(context_, value));
    if (!wire::is_icmp(value.text)) return add(verb, value, Send{segment(value, wire::Purpose::send)});
    const wire::ParsedIcmp parsed = wire::parse_icmp(value.text);
    for (const wire::NotationError& error : parsed.errors)
      context_.error(value.part(error.where.begin, error.where.end), error.message, error.hint);
    add(verb, value,
        SendIcmp{parsed.spec, value.part(parsed.name.begin, parsed.name.end),
                 value.part(parsed.mtu.begin, parsed.mtu.end)});
  }

  void read_expect(const yaml::Node& verb, const yaml::Node& value) {
    const std::string_view text = value.text;
    if (is_stream(text)) return add_read(verb, value, read_expected_stream(context_, value));
    if (!text.starts_with("nothing"))
      return add(verb, value, Expect{segment(value, wire::Purpose::expect), false});
    const std::string_view rest = text.substr(7);
    if (trim(rest).empty()) return add(verb, value, Silence{});
    if (!rest.starts_with(" for "))
      return context_.error(value.part(7, text.size()), "not understood behind 'nothing'",
                            "nothing for 200ms");
    const std::size_t from = text.find_first_not_of(' ', 12);
    if (const auto duration = context_.duration(value, std::min(from, text.size())))
      add(verb, value, Silence{duration});
  }

  void read_any_order(const yaml::Node& verb, const yaml::Node& value) {
    AnyOrder order;
    if (value.kind != yaml::Node::Kind::list || value.items.empty())
      return context_.error(value.span, "'any-order' wants a list of segments",
                            "any-order: [{expect: ACK}, {expect: FIN-ACK}]");
    for (const yaml::Node& item : value.items) {
      const bool map = item.kind == yaml::Node::Kind::map;
      if (map && (item.entries.size() != 1 || item.entries.front().key.text != "expect")) {
        context_.error(item.entries.empty() ? item.span : item.entries.front().key.span,
                       "an 'any-order' holds 'expect' steps and nothing else",
                       is_named(item) ? "a name stands in front of 'any-order'" : "- expect: ACK");
        continue;
      }
      const yaml::Node& written = map ? item.entries.front().value : item;
      if (!context_.text(written, "expect")) continue;
      if (written.text.starts_with("nothing"))
        context_.error(written.span, "silence has no place among segments",
                       "a step of its own: expect: nothing");
      else
        order.segments.push_back({segment(written, wire::Purpose::expect), false});
    }
    add(verb, value, std::move(order));
  }

  WrittenSegment segment(const yaml::Node& node, wire::Purpose purpose) {
    wire::ParsedSegment parsed = wire::parse_segment(node.text, purpose);
    for (wire::NotationError& error : parsed.errors)
      context_.error(node.part(error.where.begin, error.where.end), error.message, error.hint);
    WrittenSegment result{std::move(parsed.spec), node.span, {}};
    for (const auto& [part, range] : parsed.parts) result.parts[part] = node.part(range.begin, range.end);
    read_payload_file(result);
    return result;
  }

  void read_payload_file(WrittenSegment& segment) {
    const auto* file = std::get_if<wire::PayloadFile>(&segment.spec.payload);
    if (!file) return;
    auto bytes = context_.files()(file->path);
    if (!bytes)
      return context_.error(segment.span_of(wire::Part::payload), "cannot read the file '" + file->path + "'",
                            "a path is relative to the scenario's folder");
    if (bytes->size() > largest_payload)
      return context_.error(segment.span_of(wire::Part::payload),
                            "the file '" + file->path + "' does not fit into one segment",
                            "at most " + std::to_string(largest_payload) + " bytes");
    segment.spec.payload = std::move(*bytes);
  }

  void read_state(const yaml::Node& verb, const yaml::Node& value) {
    if (contains(words::states, value.text)) return add(verb, value, State{value.text});
    context_.error(value.span, "unknown state '" + value.text + "'", did_you_mean(value.text, words::states));
  }

  void read_counter(const yaml::Node& verb, const yaml::Node& value) {
    const std::string_view text = value.text;
    const std::size_t operation = text.find("+=");
    const std::string_view name = trim(text.substr(0, operation));
    const std::string_view number = operation == text.npos ? "" : trim(text.substr(operation + 2));
    std::int64_t increase = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), increase);
    const bool number_ok = error == std::errc() && end == number.data() + number.size() && increase >= 0;
    const std::size_t dot = name.find('.');
    if (operation == text.npos || !number_ok)
      return context_.error(value.span, "not a counter and its increase", "TcpExt.TCPChallengeACK += 1");
    if (dot == name.npos || dot == 0 || dot + 1 == name.size() || name.find(' ') != name.npos)
      return context_.error(value.part(0, name.size()), "not the name of a counter",
                            "the table and the name: Tcp.InErrs, TcpExt.TCPChallengeACK");
    add(verb, value, Counter{std::string(name), increase});
  }

  void read_app(const yaml::Node& verb, const yaml::Node& value) {
    if (auto call = calls().read(value)) add(verb, value, std::move(*call));
  }

  void read_use(const yaml::Node& verb, const yaml::Node& value) {
    const auto written = [&](std::string_view text, wire::Purpose purpose) {
      return WrittenSegment{wire::parse_segment(text, purpose).spec, value.span, {}};
    };
    const auto send = [&](std::string_view text) {
      add(verb, value, Send{written(text, wire::Purpose::send)});
    };
    const auto expect = [&](std::string_view text) {
      add(verb, value, Expect{written(text, wire::Purpose::expect), false});
    };
    if (value.text == "handshake") {
      send("SYN");
      expect("SYN-ACK");
      send("ACK");
      // Where an `accept` is running already, it is that one which takes the connection.
      if (!calls().running() || !std::holds_alternative<calls::Accept>(*calls().running()))
        add(verb, value, AppCall{AppCall::Mode::make, calls::Accept{}, {}, value.span, true});
    } else {  // active-open: other blocks are expanded before
      const AppCall connect{AppCall::Mode::make, calls::Connect{}, {}, value.span};
      calls().note(connect);
      add(verb, value, connect);
      expect("SYN");
      send("SYN-ACK");
      expect("ACK");
    }
  }

  /// Each connection may have a call running.
  CallReader& calls() { return callers_[peer_]; }

  Context& context_;
  std::vector<CallReader> callers_;
  std::size_t peer_ = 0;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> read_steps(Context& context, const yaml::Node& steps, const yaml::Node* blocks,
                             const PeerNames& peers, std::size_t& steps_left) {
  using Whole = CallReader::Whole;
  const std::size_t count = peers ? peers->size() : 0;
  Expander expander(context, blocks, peers, steps_left);
  std::vector<Step> result = StepsReader(context, Whole::yes, count).read(expander.expand(steps));
  for (const auto& block : expander.expand_unused()) StepsReader(context, Whole::no, count).read(block);
  return result;
}

bool listens_at_first(const Scenario& scenario) {
  if (scenario.kernel.app != "script") return scenario.kernel.app != "none";
  for (const Step& step : scenario.steps) {
    const auto* app = std::get_if<AppCall>(&step.action);
    if (!app || std::holds_alternative<calls::Set>(app->call) ||
        std::holds_alternative<calls::Get>(app->call))
      continue;
    return !std::holds_alternative<calls::Listen>(app->call) &&
           !std::holds_alternative<calls::Connect>(app->call);
  }
  return true;
}

Span WrittenSegment::span_of(wire::Part part) const {
  for (const wire::Part candidate : {part, wire::Part::flags})
    if (const auto found = parts.find(candidate); found != parts.end()) return found->second;
  return span;
}

}  // namespace tcpcraft::scenario
