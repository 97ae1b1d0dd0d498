// The application's socket calls. A call is made without waiting; where it would block, the machine waits for
// it as for a segment and then makes it again.

#include <algorithm>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/model/tcb.hpp>

#include "times.hpp"

namespace tcpcraft::engine {

using Mode = scenario::AppCall::Mode;

namespace {

bool makes_the_kernel_send(const calls::Call& call) {
  return std::holds_alternative<calls::Connect>(call) || std::holds_alternative<calls::Write>(call) ||
         std::holds_alternative<calls::Shutdown>(call) || std::holds_alternative<calls::Close>(call);
}

std::optional<std::size_t> last_call(const std::vector<TraceEntry>& trace) {
  for (std::size_t i = trace.size(); i-- > 0;)
    if (std::holds_alternative<PassedCall>(trace[i])) return i;
  return {};
}

}  // namespace

/// A call of the present step's.
void Machine::record_call(wire::Time time, std::string text, std::string result) {
  const auto& kernel = here().kernel;
  const model::State state = kernel ? kernel->state : new_kernel(setup_.kernel.port).state;
  record(PassedCall{time, std::move(text), std::move(result), here_, step_, state});
}

Action Machine::attempt(std::size_t peer, OpenCall& call) {
  attempted_ = &call;
  attempted_by_ = peer;
  // What a call makes the kernel send cannot have crossed the peer's segment.
  connections_[peer].owed = false;
  return MakeCall{peer, &call.call};
}

/// Calls that were left running go on as soon as they can, which is after anything that happens.
std::optional<Action> Machine::resume_running() {
  while (resumed_ < connections_.size()) {
    auto& running = connections_[resumed_++].running;
    if (running && !running->result && !running->in_progress) return attempt(resumed_ - 1, *running);
  }
  resumed_ = 0;
  return {};
}

/// Has a wait end too where one of them can go on.
void Machine::await_running(WaitUntil& wait) {
  if (wait.calls.empty()) waiting_.clear();
  for (const Connection& connection : connections_)
    if (const auto& running = connection.running; running && !running->result && !running->in_progress)
      waiting_.push_back({index_of(connection), &running->call});
  wait.calls = waiting_;
}

void Machine::called(calls::Result result, wire::Time before, wire::Time after) {
  OpenCall& call = *std::exchange(attempted_, nullptr);
  call.before = before;
  call.after = after;
  called_ = before;
  note_listening(call.call, result);
  note_failed_connect(call.call, result);
  const bool is_of_step = call_ && &call == &*call_;
  // After a part there may be room for more, or more be there.
  const bool is_part =
      std::holds_alternative<calls::Written>(result) || std::holds_alternative<calls::Received>(result);
  if (is_of_step && is_part) tried_ = false;
  take_result(call, std::move(result));
  if (call.result && is_of_step) {
    const calls::Call& whole = std::get<scenario::AppCall>(scenario_.steps[step_].action).call;
    record_call(before, calls::format_call(whole), calls::format_result(whole, *call.result));
  }
}

/// A `write` is done when all of it is written, or nothing more can be: what was written before an error is
/// its result, as that of write(2). So is a `read` of all that it asks for.
void Machine::take_result(OpenCall& call, calls::Result result) {
  if (const auto* written = std::get_if<calls::Written>(&result)) {
    wire::Bytes& data = std::get<calls::Write>(call.call).data;
    data.erase(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(written->bytes));
    call.written += written->bytes;
    if (data.empty() || call.once) call.result = calls::Written{call.written};
    return;
  }
  auto* read = std::get_if<calls::Read>(&call.call);
  if (const auto* received = std::get_if<calls::Received>(&result); received && read->all) {
    call.read.insert(call.read.end(), received->data.begin(), received->data.end());
    *read->limit -= static_cast<std::uint32_t>(received->data.size());
    const bool is_over = *read->limit == 0 || received->data.empty();
    if (is_over || call.once) call.result = calls::Received{std::move(call.read)};
    return;
  }
  const bool blocked = std::holds_alternative<calls::WouldBlock>(result);
  if (blocked && !call.once) return;
  if (call.written > 0)
    call.result = calls::Written{call.written};
  else if (!call.read.empty())
    call.result = calls::Received{std::move(call.read)};
  else
    call.result = std::move(result);
}

/// Connections outlive the socket that they came from, but for those that are only half open.
void Machine::note_listening(const calls::Call& call, const calls::Result& result) {
  const auto* done = std::get_if<calls::Done>(&result);
  if (!done) return;
  const bool begins = std::holds_alternative<calls::Listen>(call);
  if (!begins && !done->stopped_listening) return;
  listening_ = begins;
  const auto note = [begins](model::Tcb& tcb) {
    const bool open = tcb.state != model::State::closed && tcb.state != model::State::listen;
    tcb.passive = begins && (!open || tcb.passive);
    if (!begins && (tcb.state == model::State::listen || tcb.state == model::State::syn_received))
      tcb.state = model::State::closed;
  };
  for (Connection& connection : connections_)
    if (connection.kernel) note(*connection.kernel);
  for (Stranger& stranger : strangers_)
    if (stranger.kernel_port == setup_.kernel.port) note(stranger.kernel);
}

/// An attempt that failed is over, by a message of ICMP perhaps, which the model does not follow: the next
/// SYN is another connection's.
void Machine::note_failed_connect(const calls::Call& call, const calls::Result& result) {
  if (!std::holds_alternative<calls::Connect>(call) || !std::holds_alternative<calls::Failed>(result)) return;
  model::Tcb& kernel = kernel_of(connections_[attempted_by_]);
  if (kernel.state == model::State::syn_sent) kernel.state = model::State::closed;
}

std::optional<Action> Machine::play(const scenario::AppCall& step, wire::Time now) {
  if (step.mode == Mode::start) return start_call(step, now);
  if (!call_deadline_) call_deadline_ = now + patience;
  const bool once = calls::is_about_one_attempt(step.result, step.call);
  if (step.mode == Mode::finish) {
    OpenCall& running = *here().running;
    running.once = once;
    running.in_progress = false;
    return pursue(step, running, now);
  }
  if (!call_) {
    call_ = OpenCall{step.call};
    // A `connect` has to be answered by a step to come: it is in progress when its SYN is out.
    call_->in_progress = std::holds_alternative<calls::Connect>(step.call) && !step.result;
    call_->once = once || call_->in_progress;
  }
  return pursue(step, *call_, now);
}

std::optional<Action> Machine::start_call(const scenario::AppCall& step, wire::Time now) {
  if (!tried_) {
    tried_ = true;
    here().running = OpenCall{step.call};
    record_call(now, "start " + calls::format_call(step.call), "");
    return attempt(here_, *here().running);
  }
  end_call(here(), here().running->after);
  note_cause(here(), step.call);
  advance();
  return {};
}

/// Whether the step accepts what an earlier one, perhaps of a `use: handshake`, has accepted.
bool Machine::accepted_before(const scenario::AppCall& step) const {
  if (!std::holds_alternative<calls::Accept>(step.call)) return false;
  const auto end = scenario_.steps.begin() + static_cast<std::ptrdiff_t>(step_);
  return std::any_of(scenario_.steps.begin(), end, [this](const scenario::Step& earlier) {
    const auto* call = std::get_if<scenario::AppCall>(&earlier.action);
    return call && earlier.peer == here_ && std::holds_alternative<calls::Accept>(call->call);
  });
}

/// Makes a call until it comes to something; then says whether that is what the step wants.
std::optional<Action> Machine::pursue(const scenario::AppCall& step, OpenCall& call, wire::Time now) {
  if (call.result) return judge_call(step, call);
  if (!tried_) {
    tried_ = true;
    return attempt(here_, call);
  }
  if (now < *call_deadline_) {
    tried_ = false;
    waiting_.assign(1, {here_, &call.call});
    return WaitUntil{*call_deadline_, waiting_};
  }
  const std::string name(calls::name_of(step.call));
  return fail_call(step,
                   "the application's " + name + " blocked for " + wire::format_duration(patience) +
                       (accepted_before(step) ? ", for the connection was accepted before" : ""),
                   "still blocks", "nothing");
}

std::optional<Action> Machine::judge_call(const scenario::AppCall& step, const OpenCall& call) {
  const bool finishes = step.mode == Mode::finish;
  const calls::Result& result = *call.result;
  if (finishes)
    record_call(std::max(call.before, here().anchor.time), "finish", calls::format_result(step.call, result));
  const bool begun = !finishes && call.in_progress && std::holds_alternative<calls::WouldBlock>(result);
  if (!begun && !calls::holds(step.result, step.call, result)) {
    if (setup_.observations) setup_.observations->call = result;
    return fail_call(step, calls::summarize(step.result, step.call, result),
                     "came to " + calls::format_result(step.call, result),
                     calls::format_result(step.call, result), last_call(result_.trace));
  }
  // Where the listening socket is closed, every connection that was not accepted hears of it.
  const auto* done = std::get_if<calls::Done>(&result);
  for (Connection& connection : connections_) {
    if (&connection != &here() && !(done && done->stopped_listening)) continue;
    end_call(connection, call.after);
    note_cause(connection, step.call);
  }
  auto& running = here().running;
  const bool still_blocks = std::holds_alternative<calls::WouldBlock>(result);
  if (finishes && still_blocks) running = OpenCall{running->call, running->written, std::move(running->read)};
  if (finishes && !still_blocks) running.reset();
  if (begun && (!running || running->in_progress)) {
    running = OpenCall{step.call};
    running->in_progress = true;
  }
  advance();
  return {};
}

/// What the kernel sends now it sends because of this call, not of the peer's last segment.
void Machine::note_cause(Connection& connection, const calls::Call& call) const {
  if (!makes_the_kernel_send(call)) return;
  connection.cause = step_;
  connection.last_rule = nullptr;
}

/// The step before ended at the latest anchor, and this one, which follows at once, at `after`: somewhere in
/// between the kernel did its part, or, where it kept us waiting, since the last segment passed.
void Machine::end_call(Connection& connection, wire::Time after) {
  const Anchor& before = latest_anchor();
  const wire::Time earliest = std::max(before.time - before.slack, last_passage());
  const wire::Time time = std::max(before.time, after);
  connection.anchor = {time, std::max(time - earliest, wire::Duration{}), before.exact};
}

Action Machine::fail_call(const scenario::AppCall& step, std::string summary, std::string label,
                          std::string received, std::optional<std::size_t> trace_entry) {
  Mismatch mismatch;
  mismatch.summary = std::move(summary);
  mismatch.span = step.result ? step.result_span : scenario_.steps[step_].value;
  mismatch.label = std::move(label);
  mismatch.expected = calls::format_stated(step.result, step.call);
  mismatch.received = std::move(received);
  mismatch.rule = here().last_rule;
  mismatch.trace_entry = trace_entry;
  return fail(std::move(mismatch));
}

}  // namespace tcpcraft::engine
