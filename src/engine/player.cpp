#include <ctime>
#include <map>

#include <tcpcraft/engine/player.hpp>

namespace tcpcraft::engine {
namespace {

/// What a barrier and the link add to the counters of the kernel under test: the probe, the kernel's answer
/// to it, and, where the link loops back, that answer and each of the kernel's own segments, received once
/// more.
void clear_of_probes(kernel::Counters& counters, std::int64_t barriers, std::int64_t kernel_segments,
                     bool loops_back) {
  counters["Tcp.InSegs"] -= barriers + (loops_back ? barriers + kernel_segments : 0);
  counters["Tcp.OutSegs"] -= barriers;
  counters["Tcp.OutRsts"] -= barriers;
}

wire::Duration duration_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class Player {
 public:
  Player(Machine& machine, transport::Link& link, kernel::Side& side, Clock& clock, Tap* tap)
      : machine_(machine),
        link_(link),
        side_(side),
        clock_(clock),
        tap_(tap),
        asks_for_drops_(machine.asks_for_drops()) {}

  void play() {
    for (;;) {
      if (clock_.interrupted()) return;
      const Action action = machine_.next(clock_.now(), clock_.tick_lag());
      if (std::holds_alternative<Finished>(action)) break;
      std::visit([&](const auto& a) { perform(a); }, action);
    }
    if (machine_.result().verdict == Verdict::fail)
      machine_.explain_failure(side_.socket_state(machine_.result().mismatch->peer), counters());
  }

 private:
  /// Lets the application act, and then the machine hear of everything, in the order in which it passed: the
  /// link keeps that. Once is enough, because only a segment of the peer's gives the application more to do.
  void settle() {
    side_.pump();
    for (const transport::Arrival& arrival : link_.receive()) {
      const std::optional<Party> from = machine_.passed(arrival);
      if (tap_ && from) tap_->packet(arrival, *from);
    }
  }

  kernel::Counters counters() {
    kernel::Counters result = side_.counters();
    clear_of_probes(result, barriers_, machine_.kernel_segments(), link_.loops_back());
    return result;
  }

  void perform(const Transmit& action) {
    if (asks_for_drops_) side_.take_drops();
    link_.send(action.packet);
    if (asks_for_drops_) drops_[action.peer] = side_.take_drops();
    settle();
  }
  /// No link shows what is no segment: it passes at about the time at which it is sent.
  void perform(const Inject& action) {
    const wire::Time before = clock_.now();
    link_.send(action.packet);
    if (tap_) tap_->packet({{action.packet.begin(), action.packet.end()}, before, false}, Party::peer);
    machine_.injected(before, clock_.now());
    settle();
  }
  void perform(RunBarrier) {
    ++barriers_;
    const transport::Barrier outcome = link_.barrier();
    settle();
    machine_.barrier(outcome);
  }
  void perform(const MakeCall& action) {
    const wire::Time before = clock_.now();
    calls::Result result = side_.call(action.peer, *action.call);
    machine_.called(std::move(result), before, clock_.now());
    settle();
  }
  void perform(WaitUntil action) {
    fds_.assign(1, pollfd{link_.fd(), POLLIN, 0});
    side_.add_poll(fds_);
    for (const MakeCall& call : action.calls) side_.add_poll_of(call.peer, *call.call, fds_);
    clock_.wait(fds_, action.deadline);
    settle();
  }
  void perform(AskState action) { machine_.state(side_.socket_state(action.peer)); }
  void perform(AskCounters) { machine_.counters(counters()); }
  /// A timer's segment may have passed before; the machine is to know of it.
  void perform(AskInfo action) {
    kernel::SocketInfo info = side_.socket_info(action.peer);
    settle();
    machine_.info(std::move(info));
  }
  void perform(AskDrops action) { machine_.drops(drops_[action.peer]); }
  void perform(Finished) {}

  Machine& machine_;
  transport::Link& link_;
  kernel::Side& side_;
  Clock& clock_;
  Tap* tap_;
  bool asks_for_drops_;
  std::map<std::size_t, kernel::Drops> drops_;  // what became of each peer's last segment
  std::vector<pollfd> fds_;
  std::int64_t barriers_ = 0;
};

}  // namespace

wire::Time SystemClock::now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return wire::Time(duration_of(time));
}

/// The coarse clock moves with the ticks. It is up to two of them behind where they come in time: one for the
/// phase of the ticks, one for that of the time's own steps.
wire::Duration SystemClock::tick_lag() {
  static const wire::Duration tick = [] {
    timespec resolution{};
    clock_getres(CLOCK_REALTIME_COARSE, &resolution);
    return duration_of(resolution);
  }();
  timespec coarse{};
  clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
  const wire::Duration lag = now() - wire::Time(duration_of(coarse));
  return lag > 2 * tick ? lag : wire::Duration{};
}

void SystemClock::wait(std::vector<pollfd>& fds, wire::Time deadline) {
  const wire::Duration left = std::max(deadline - now(), wire::Duration{});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), (left - seconds).count()};
  ppoll(fds.data(), fds.size(), &timeout, nullptr);
}

Result play(const scenario::Scenario& scenario, const Setup& setup, transport::Link& link, kernel::Side& side,
            Clock& clock, Observer* observer, Tap* tap) {
  const wire::Time start = clock.now();
  if (tap) tap->began(scenario, setup);
  Machine machine(scenario, setup, start, observer);
  Player(machine, link, side, clock, tap).play();
  Result result = std::move(machine.result());
  result.took = clock.now() - start;
  if (clock.interrupted() && result.verdict != Verdict::fail) {
    result.verdict = Verdict::skip;
    result.reason = "interrupted";
  }
  return result;
}

}  // namespace tcpcraft::engine
