#include <algorithm>

#include <tcpcraft/matrix/judge.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/model/rules.hpp>

#include "symbolic.hpp"

namespace tcpcraft::matrix {
namespace {

using model::Outcome;
using model::Reaction;
using model::State;
using wire::Flag;
using wire::Segment;

/// What differs between an outcome that was predicted and what the kernel did: a line for each.
class Comparison {
 public:
  Comparison(const Outcome& outcome, const Observation& observation) : outcome_(outcome), seen_(observation) {
    reply();
    state();
    application();
    effects();
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  void differ(const std::string& what, const std::string& expected, const std::string& received) {
    lines_.push_back(what + ": expected " + expected + ", received " + received);
  }
  template <class Number>
  void number(const std::string& what, Number expected, Number received) {
    if (expected != received) differ(what, std::to_string(expected), std::to_string(received));
  }

  /// The one segment that answers; nullptr where there is none. More than one is never right.
  const Segment* answer() {
    const std::size_t count = seen_.at_once.size() + seen_.flushed.size();
    if (count > 1) differ("answers", "one", std::to_string(count));
    if (!seen_.at_once.empty()) return &seen_.at_once.front();
    const bool counts = outcome_.reply.may_wait || outcome_.reply.kind == model::Reply::Kind::none;
    return counts && !seen_.flushed.empty() ? &seen_.flushed.front() : nullptr;
  }

  void reply() {
    const model::Reply& reply = outcome_.reply;
    const Segment* sent = answer();
    if (!sent) {
      if (reply.kind != model::Reply::Kind::none && !reply.may_wait)
        differ("reply", symbolic(reply, seen_.before, seen_.injected), "nothing");
      return;
    }
    if (reply.kind == model::Reply::Kind::none || !agrees(reply, *sent)) {
      differ("reply", symbolic(reply, seen_.before, seen_.injected),
             symbolic(*sent, seen_.before, seen_.injected));
      return;
    }
    if (reply.kind == model::Reply::Kind::ack) options(*sent);
  }

  void options(const Segment& sent) {
    const model::Derived derived = model::derive(outcome_.after, sent.flags, 0);
    if (const auto fault = model::check_options(outcome_.after, derived, sent))
      lines_.push_back("options: expected " + fault->expected);
  }

  /// Of a passive open that is over only the listener is left, which is there before and after.
  static State visible(State state) { return state == State::listen ? State::closed : state; }

  void state() {
    const State expected = visible(outcome_.after.state);
    if (expected != visible(seen_.state))
      differ("state", std::string(to_string(expected)), std::string(to_string(seen_.state)));
  }

  /// Whether the kernel still has a socket whose variables can be compared.
  bool lives() const {
    const State state = outcome_.after.state;
    return state != State::closed && state != State::listen && state != State::time_wait;
  }

  void application() {
    if (seen_.delivered != outcome_.delivered && (seen_.effects || !seen_.delivered.empty()))
      number("bytes delivered", outcome_.delivered.size(), seen_.delivered.size());
    const bool reads = seen_.effects && lives() && !seen_.before.orphaned && !seen_.before.fin_received;
    if (reads && seen_.end_of_file != outcome_.fin)
      differ("end of file", outcome_.fin ? "yes" : "no", seen_.end_of_file ? "yes" : "no");
  }

  void effects() {
    if (!seen_.effects || !lives()) return;
    const model::Tcb& before = seen_.before;
    const model::Tcb& after = outcome_.after;
    if (before.iss)
      number<std::int64_t>("SND.UNA moved by", after.snd_una - before.snd_una, seen_.effects->bytes_acked);
    if (!before.irs) return;
    number<std::int64_t>("RCV.NXT moved by", after.rcv_nxt - before.rcv_nxt, seen_.effects->bytes_received);
    const bool queued = after.queue.blocks().size() > before.queue.blocks().size();
    number<std::int64_t>("segments queued", queued, seen_.effects->rcv_ooopack);
    number("SND.WND", after.snd_wnd, seen_.effects->snd_wnd);
  }

  const Outcome& outcome_;
  const Observation& seen_;
  std::vector<std::string> lines_;
};

std::vector<std::string> differences(const Outcome& outcome, const Observation& observation) {
  return Comparison(outcome, observation).take();
}

/// A segment that is wrong on purpose does not reach the state machine.
Reaction discard(const Observation& observation) {
  Outcome outcome;
  outcome.after = observation.before;
  const bool bad_checksum = observation.deformity.bad_checksum || observation.deformity.checksum;
  outcome.rule = bad_checksum ? &model::rules::bad_checksum : &model::rules::bad_header;
  return {{std::move(outcome)}};
}

Reaction predict(const Observation& observation, const model::Profile& profile) {
  if (observation.deformity.any()) return discard(observation);
  model::Tcb tcb = observation.before;
  tcb.profile = &profile;
  return model::arrive(tcb, observation.injected);
}

/// The first alternative that agrees with the observation.
const Outcome* find_match(const Reaction& reaction, const Observation& observation) {
  for (const Outcome& outcome : reaction.alternatives)
    if (differences(outcome, observation).empty()) return &outcome;
  return nullptr;
}

/// An acknowledgement that may wait is told the same whether a timer set it free, the application's reading
/// did, or nothing has yet: that depends on how busy the host is.
void tell_delayed(const Outcome& outcome, CellResult& result) {
  if (!outcome.reply.may_wait) return;
  const Observation& seen = result.observation;
  result.observed = symbolic(outcome.reply, seen.before, seen.injected) + " (may wait)";
}

Verdict decide(const Reaction& allowed, const Reaction& predicted, CellResult& result) {
  const Observation& observation = result.observation;
  const Outcome& first = predicted.first();
  if (const Outcome* match = find_match(allowed, observation)) {
    tell_delayed(*match, result);
    if (!first.deviations.empty() && !differences(first, observation).empty()) {
      // It went the allowed way although the profile says otherwise, unless the profile allows that as well.
      const Outcome* known = find_match(predicted, observation);
      if (!known) {
        result.deviations = first.deviations;
        result.differences = differences(first, observation);
        return Verdict::vanished;
      }
    }
    return match == &allowed.first() ? Verdict::conforms : Verdict::alternative;
  }
  const Outcome* known = find_match(predicted, observation);
  if (known && !known->deviations.empty()) {
    tell_delayed(*known, result);
    result.deviations = known->deviations;
    result.differences = differences(allowed.first(), observation);
    return Verdict::deviation;
  }
  result.differences = differences(first, observation);
  return Verdict::new_deviation;
}

}  // namespace

CellResult judge(const Cell& cell, Observation observation, const model::Profile& profile) {
  CellResult result;
  result.cell = cell;
  result.observation = std::move(observation);
  const Observation& seen = result.observation;
  if (!seen.inconclusive.empty()) {
    result.differences = {seen.inconclusive};
    return result;
  }
  const Reaction allowed = predict(seen, model::rfc9293);
  for (const Outcome& outcome : allowed.alternatives)
    result.allowed.push_back(
        {symbolic(outcome.reply, seen.before, seen.injected), outcome.after.state, outcome.rule});
  result.observed = symbolic(seen);
  result.verdict = decide(allowed, predict(seen, profile), result);
  return result;
}

}  // namespace tcpcraft::matrix
