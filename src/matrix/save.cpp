#include <algorithm>
#include <cctype>

#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/matrix/save.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/peer.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "symbolic.hpp"

namespace tcpcraft::matrix {
namespace {

using model::State;
using wire::Flag;
using wire::Segment;
using wire::SegmentSpec;
using wire::SeqNum;
using Kind = Act::Kind;

/// Writes the steps one by one, along the trace.
class Steps {
 public:
  explicit Steps(const CellResult& result)
      : result_(result), seen_(result.observation), peer_(model::peer_with(peer_iss(seen_.before))) {}

  std::string write() {
    for (std::size_t i = 0; i < result_.cell.state->recipe.size(); ++i)
      act(result_.cell.state->recipe[i], seen_.act_ends.at(i));
    add("note",
        "The connection is in " + std::string(result_.cell.state->name) + ". Now the segment in question.");
    add("send", wire::format_spec(injected()));
    answers();
    add("state", std::string(to_string(seen_.state)));
    return std::move(text_);
  }

 private:
  /// Where the kernel has not heard of the peer, RCV.NXT is where the peer's SYN would bring it.
  static SeqNum peer_iss(const model::Tcb& before) { return before.irs.value_or(before.rcv_nxt - 1); }

  void add(const std::string& verb, const std::string& value) {
    text_ += "  - " + verb + ":" + std::string(7 - verb.size(), ' ') + value + "\n";
  }

  /// An act, and the segments of the trace that belong to it: the peer's own first.
  void act(const Act& act, std::size_t end) {
    call(act);
    for (; at_ < end; ++at_) {
      const Passed& passed = seen_.trace[at_];
      if (passed.from_kernel)
        expect_usual(passed.segment);
      else
        send_usual(passed.segment);
    }
  }

  void call(const Act& act) {
    const std::string bytes = std::to_string(act.bytes);
    switch (act.kind) {
      case Kind::listen:
        add("app", "listen");
        if (act.bytes) add("app", "set SO_RCVBUF " + bytes);
        return;
      case Kind::connect:
        return add("app", "start connect");
      case Kind::accept:
        return add("app", "accept");
      case Kind::write:
        return add("app", "write len=" + bytes);
      case Kind::read:
        add("app", peer_.fin_sent ? "read -> eof" : "read");
        return add("app", "set TCP_QUICKACK 1");
      case Kind::shut_down:
        return add("app", "shutdown write");
      case Kind::close:
        return add("app", "close");
      default:
        return;
    }
  }

  static SegmentSpec shape(const Segment& segment) {
    SegmentSpec spec;
    spec.flags = segment.flags;
    if (!segment.payload.empty())
      spec.payload = wire::PayloadLength{static_cast<std::uint32_t>(segment.payload.size())};
    return spec;
  }
  static wire::Number number(std::int64_t relative) { return {wire::Number::Base::relative, relative}; }

  /// A segment of the set-up: numbers only where they are not those of the next in order.
  void send_usual(const Segment& segment) {
    SegmentSpec spec = shape(segment);
    if (!segment.has(Flag::syn) && segment.seq != peer_.snd_nxt) spec.seq = number(segment.seq - *peer_.iss);
    if (segment.has(Flag::ack) && segment.ack != peer_.rcv_nxt) spec.ack = number(segment.ack - *peer_.irs);
    add("send", wire::format_spec(spec));
    model::peer_sent(peer_, segment, false);
  }
  void expect_usual(const Segment& segment) {
    add("expect", wire::format_spec(shape(segment)));
    model::peer_received(peer_, segment);
  }

  SegmentSpec injected() const {
    const Segment& segment = seen_.injected;
    SegmentSpec spec = shape(segment);
    spec.seq = number(segment.seq - *peer_.iss);
    if (segment.has(Flag::ack)) {
      const auto iss = seen_.before.iss;
      spec.ack =
          iss ? number(segment.ack - *iss)
              : wire::Number{wire::Number::Base::absolute, static_cast<std::int64_t>(segment.ack.raw())};
    }
    if (segment.window != SegmentClass{}.window) spec.window = wire::Value{segment.window};
    if (segment.urgent_pointer) spec.urgent_pointer = wire::Value{segment.urgent_pointer};
    if (seen_.deformity.bad_checksum) spec.checksum = wire::BadChecksum{};
    spec.data_offset = seen_.deformity.data_offset;
    options(spec);
    return spec;
  }

  /// Written out where they are not the usual ones.
  void options(SegmentSpec& spec) const {
    const SegmentClass& segment = *result_.cell.segment;
    const Stamp& stamp = segment.stamp;
    if (segment.malformed == Malformed::option_length) {
      const auto& raw = std::get<wire::RawOption>(seen_.injected.options.back());
      spec.options.emplace();
      if (segment.on_timestamps) spec.options->list.push_back(wire::TimestampsSpec{{}, {}, 0, 0});
      spec.options->list.push_back(wire::RawOptionSpec{raw.kind, raw.data, raw.length});
    } else if (stamp.kind == Stamp::Kind::missing) {
      spec.options.emplace();
    } else if (stamp.kind == Stamp::Kind::given) {
      wire::TimestampsSpec stamps{{}, {}, stamp.tsval, stamp.tsecr};
      if (stamp.zero_echo) stamps.tsecr = {0}, stamps.tsecr_from_echo.reset();
      spec.options.emplace();
      spec.options->list.push_back(stamps);
    } else if (seen_.injected.has(Flag::syn)) {
      spec.options.emplace();
      if (segment.on_timestamps) spec.options->list.push_back(wire::TimestampsSpec{{}, {}, 0, 0});
    }
  }

  void answers() {
    for (const Segment& sent : seen_.at_once) expect_answer(sent);
    if (!seen_.at_once.empty()) return;
    // A delayed acknowledgement is waited for: it may come of its timer here.
    if (!seen_.flushed.empty()) return expect_answer(seen_.flushed.front());
    if (const auto due = delayed()) return expect_answer(*due);
    add("expect", "nothing");
  }

  /// The acknowledgement that is due though it has not been seen yet.
  std::optional<Segment> delayed() const {
    if (seen_.deformity.any()) return {};
    model::Tcb tcb = seen_.before;
    tcb.profile = &model::linux_profile;
    const model::Reaction reaction = model::arrive(tcb, seen_.injected);
    for (const model::Outcome& outcome : reaction.alternatives) {
      if (!outcome.reply.may_wait || outcome.after.state != seen_.state) continue;
      Segment segment;
      segment.flags = outcome.reply.flags;
      segment.seq = *outcome.reply.seq;
      segment.ack = outcome.reply.ack;
      return segment;
    }
    return {};
  }

  /// What the peer's numbers count from: its first SYN, which may be the segment in question itself.
  SeqNum numbers_of_peer() const {
    return !seen_.before.irs && seen_.injected.has(Flag::syn) ? seen_.injected.seq : *peer_.iss;
  }

  /// The answer's numbers are what the cell is about, so they are written, wherever they are not chosen anew.
  void expect_answer(const Segment& sent) {
    SegmentSpec spec = shape(sent);
    const model::Tcb& before = seen_.before;
    const bool anew = sent.has(Flag::syn) && sent.seq != before.iss;
    if (before.iss && !anew) {
      const bool zero = sent.has(Flag::rst) && sent.has(Flag::ack) && sent.seq == SeqNum(0);
      spec.seq = zero ? wire::Number{wire::Number::Base::absolute, 0} : number(sent.seq - *before.iss);
      if (sent.has(Flag::ack)) spec.ack = number(sent.ack - numbers_of_peer());
    }
    if (result_.cell.segment->on_timestamps) spec.options.emplace().more = true;
    add("expect", wire::format_spec(spec));
  }

  const CellResult& result_;
  const Observation& seen_;
  model::Tcb peer_;
  std::size_t at_ = 0;
  std::string text_;
};

/// `9293#3.10.7.4` of `RFC 9293 3.10.7.4`.
std::string reference(std::string_view section) {
  std::string text(section.substr(section.find(' ') + 1));
  std::replace(text.begin(), text.end(), ' ', '#');
  return text;
}

std::string about(const CellResult& result) {
  std::string text = "about: |\n  " + to_string(*result.cell.segment) + "\n";
  for (const Expected& expected : result.allowed)
    text += "  Allowed: " + expected.reply + ", " + std::string(to_string(expected.state)) + ": " +
            std::string(expected.rule->says) + " (" + std::string(expected.rule->section) + ").\n";
  text += "  Observed: " + result.observed + ", " + std::string(to_string(result.observation.state)) + ".\n";
  for (const model::Deviation* deviation : result.deviations)
    text += "  " + std::string(deviation->id) + ": " + std::string(deviation->says) + ", " +
            std::string(deviation->function) + ".\n";
  return text;
}

std::string kernel(const CellResult& result) {
  const bool closed = result.cell.state->recipe.empty();
  std::string text = "kernel:\n";
  text += std::string("  app: ") + (closed ? "none" : "script") + "\n";
  if (result.cell.v6) text += "  address: '[::1]:9877'\n";
  text += "  sysctl:\n";
  for (const auto& [name, value] : namespace_sysctls()) text += "    " + name + ": " + value + "\n";
  return text;
}

}  // namespace

std::string format_scenario(const CellResult& result) {
  std::string text = "scenario: '" + std::string(result.cell.state->name) + ": " +
                     std::string(result.cell.segment->name) + "'\n" + about(result) + "rfc: [";
  for (const Expected& expected : result.allowed)
    text += (&expected == &result.allowed.front() ? "" : ", ") + reference(expected.rule->section);
  text += "]\ntags: [matrix]\n" + kernel(result) + "peer:\n  options: {mss: 1460" +
          (result.cell.segment->on_timestamps ? ", timestamps: true" : "") + "}\nsteps:\n";
  return text + Steps(result).write();
}

std::string scenario_name(const Cell& cell) {
  std::string name = std::string(cell.state->name) + "." + std::string(cell.segment->name);
  for (char& c : name)
    c = c == '/' || c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name + (cell.v6 ? ".ipv6.scn" : ".scn");
}

}  // namespace tcpcraft::matrix
