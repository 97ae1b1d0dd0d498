#include <algorithm>
#include <chrono>
#include <utility>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "replayer_impl.hpp"

namespace tcpcraft::replay {

using wire::Flag;

namespace {

using namespace std::chrono_literals;

/// The longest wait, after which what is blocked by nothing but ourselves is looked at again.
constexpr wire::Duration longest_wait = 100ms, wait_when_full = 5ms;

Time clock_now() {
  return Time(
      std::chrono::duration_cast<wire::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace

EndpointLink& Replayer::Impl::link_to(const Endpoint& endpoint) {
  for (auto& [end, link] : links)
    if (end == endpoint) return *link;
  links.emplace_back(endpoint,
                     std::make_unique<EndpointLink>(
                         endpoint, is_client() ? EndpointLink::Sees::from : EndpointLink::Sees::to));
  return *links.back().second;
}

wire::IpAddress Replayer::Impl::source_towards(const Endpoint& target) {
  for (const auto& [to, from] : sources)
    if (to == target.address) return from;
  const auto& to = target.address;
  const auto text =
      os::source_towards(os::SocketAddress::from(to.data(), to.size(), target.port)).to_string();
  const auto source = Endpoint::parse(text);
  sources.emplace_back(to, source ? source->address : to);
  return sources.back().second;
}

bool Replayer::Impl::receive() {
  bool any = false;
  for (std::size_t i = 0; i < links.size(); ++i) {
    EndpointLink& link = *links[i].second;
    const std::size_t count = link.read();
    if (count > 0) now = clock_now();
    for (std::size_t n = 0; n < count; ++n)
      if (const auto segment = link.segment(n)) take(link, *segment);
    any = any || count > 0;
  }
  return any;
}

void Replayer::Impl::take(EndpointLink& link, const Segment& segment) {
  ++total.segments_received;
  const auto found = live.find(Pair(segment.source, segment.destination));
  if (found == live.end()) return answer_stray(link, segment);
  found->second->conversation.arrive(segment, now);
  touch(*found->second);
}

/// What belongs to no connection (any more). A client's SYN begins the next one.
void Replayer::Impl::answer_stray(EndpointLink& link, const Segment& segment) {
  const bool opens = segment.has(Flag::syn) && !segment.has(Flag::ack);
  if (!is_client() && opens) {
    if (!waiting.empty()) {
      Connection& connection = *waiting.front();
      waiting.pop_front();
      return start_server(connection, link, segment);
    }
    if (!at_end) return;  // it will be sent again
    ++total.uninvited;
  }
  if (is_client() && !ports.owns(segment.destination)) return;
  model::Tcb closed;
  const model::Outcome outcome = model::follow(closed, segment);
  if (outcome.reply.kind != model::Reply::Kind::rst) return;
  Segment reset;
  reset.source = segment.destination;
  reset.destination = segment.source;
  reset.flags = outcome.reply.flags;
  reset.seq = outcome.reply.seq.value_or(wire::SeqNum());
  reset.ack = outcome.reply.ack;
  link.send(reset);
}

/// A server may remember what it was told on a connection before: one that had ended ends first.
bool Replayer::Impl::may_start(const Connection& connection) const {
  return outstanding.empty() || *outstanding.begin() > connection.after;
}

bool Replayer::Impl::start_some() {
  bool any = false;
  while (is_client() && !waiting.empty() && !no_ports) {
    Connection& connection = *waiting.front();
    if (live_time(connection.conversation.captured_start()) > now || !may_start(connection)) break;
    if (live.size() >= options.concurrency && !(live.size() < 60'000 && !at_end && all_starved())) break;
    if (!start_client(connection)) break;
    waiting.pop_front();
    any = true;
  }
  return any;
}

bool Replayer::Impl::start_client(Connection& connection) {
  connection.theirs = *target_of(connection.server);
  const auto source = mapped(connection.client);
  try {
    connection.port = ports.take(source ? source->address : source_towards(connection.theirs));
  } catch (const os::SystemError&) {
    if (live.empty()) throw;
    no_ports = true;
    return false;
  }
  connection.ours = connection.port->end;
  connection.link = &link_to(connection.theirs);
  live[Pair(connection.ours, connection.theirs)] = &connection;
  connection.conversation.start(connection.ours, connection.theirs, connection.port->iss, now);
  touch(connection);
  return true;
}

void Replayer::Impl::start_server(Connection& connection, EndpointLink& link, const Segment& syn) {
  connection.ours = syn.destination;
  connection.theirs = syn.source;
  connection.link = &link;
  live[Pair(connection.ours, connection.theirs)] = &connection;
  options.seed = options.seed * 1664525 + 1013904223;
  connection.conversation.start(connection.ours, connection.theirs, wire::SeqNum(options.seed), now);
  connection.conversation.arrive(syn, now);
  touch(connection);
}

void Replayer::Impl::touch(Connection& connection) {
  if (std::exchange(connection.is_touched, true)) return;
  touched.push_back(&connection);
}

bool Replayer::Impl::settle() {
  const std::vector<Connection*> these = std::exchange(touched, {});
  for (Connection* connection : these) {
    connection->is_touched = false;
    settle(*connection);
  }
  return !these.empty();
}

void Replayer::Impl::settle(Connection& connection) {
  Conversation& conversation = connection.conversation;
  conversation.pass(now);
  for (const Segment& segment : conversation.out) connection.link->send(segment);
  total.segments_sent += conversation.out.size();
  conversation.out.clear();
  buffered += conversation.buffered() - connection.buffered;
  connection.buffered = conversation.buffered();
  count_active(connection, connection.link && !conversation.result() && !conversation.is_starved());
  if (conversation.result()) return finish(connection);
  if (conversation.can_start() && !std::exchange(connection.is_queued, true)) waiting.push_back(&connection);
  set_timer(connection);
}

void Replayer::Impl::count_active(Connection& connection, bool is_active) {
  if (std::exchange(connection.is_active, is_active) != is_active) active += is_active ? 1 : -1;
}

/// A timer that comes too early does no harm, so that one that moves on is left where it is.
void Replayer::Impl::set_timer(Connection& connection) {
  const auto deadline = connection.conversation.deadline();
  if (!deadline || (connection.timer && *connection.timer <= *deadline)) return;
  if (connection.timer) timers.erase({*connection.timer, &connection});
  connection.timer = deadline;
  timers.emplace(*deadline, &connection);
}

bool Replayer::Impl::fire_timers() {
  bool any = false;
  while (!timers.empty() && timers.begin()->first <= now) {
    Connection& connection = *timers.begin()->second;
    timers.erase(timers.begin());
    connection.timer.reset();
    touch(connection);
    any = true;
  }
  return any;
}

void Replayer::Impl::finish(Connection& connection) {
  Finished finished{connection.number, connection.client, connection.server,
                    connection.ours,   connection.theirs, *connection.conversation.result()};
  switch (finished.result.verdict) {
    case Verdict::same:
      ++total.same;
      break;
    case Verdict::differs:
      ++total.differs;
      break;
    case Verdict::refused:
      ++total.refused;
  }
  world.finished(finished);
  if (connection.timer) timers.erase({*connection.timer, &connection});
  if (connection.link) live.erase(Pair(connection.ours, connection.theirs));
  if (connection.is_queued && !connection.link) std::erase(waiting, &connection);
  if (connection.port) {
    ports.give_back(std::move(connection.port), connection.conversation.last_number());
    no_ports = false;
  }
  buffered -= connection.buffered;
  outstanding.erase(connection.ending);
  Known& known = captured[Pair(connection.client, connection.server)];
  if (known.connection == &connection) known.connection = nullptr;
  connections.erase(connection.self);
}

/// What was interrupted leaves nothing behind either.
void Replayer::Impl::leave() {
  total.is_complete = is_complete();
  for (const Connection& one : connections)
    total.not_played.push_back({one.number, one.client, one.server, {}, {}, {}});
  for (const auto& [pair, connection] : live) {
    connection->conversation.abandon(now);
    for (const Segment& segment : connection->conversation.out) connection->link->send(segment);
  }
}

void Replayer::Impl::wait() {
  std::vector<pollfd> fds;
  for (const auto& [end, link] : links) fds.push_back({link->fd(), POLLIN, 0});
  world.add_poll(fds);
  Time until = now + longest_wait;
  if (!timers.empty()) until = std::min(until, timers.begin()->first);
  if (next && needs_more()) {
    const Time readable = live_time(next->time) - read_ahead;
    until = std::min(until, readable > now ? readable : now + wait_when_full);
  }
  if (!waiting.empty() && is_client()) {
    const Time start = live_time(waiting.front()->conversation.captured_start());
    until = std::min(until, start > now ? start : now + wait_when_full);
  }
  const auto left = std::max(until - now, wire::Duration{});
  const timespec patience{left / 1s, (left % 1s).count()};
  if (::ppoll(fds.data(), fds.size(), &patience, nullptr) == -1 && errno != EINTR)
    throw os::SystemError("poll");
}

Replayer::Replayer(capture::Reader& reader, Options options, const Masks& masks, World& world)
    : impl_(std::make_unique<Impl>(reader, std::move(options), masks, world)) {}

Replayer::~Replayer() = default;

Total Replayer::run() {
  Impl& impl = *impl_;
  raise_descriptor_limit();
  std::optional<os::RstGuard> guard;
  if (!impl.is_client()) {
    const wire::IpAddress& address = impl.options.to->address;
    guard.emplace(os::SocketAddress::from(address.data(), address.size(), impl.options.to->port));
    impl.link_to(*impl.options.to);
  }
  impl.started = impl.now = clock_now();
  while (!impl.is_done() && !impl.world.is_interrupted()) {
    impl.now = clock_now();
    bool busy = impl.read_some();
    busy = impl.start_some() || busy;
    busy = impl.fire_timers() || busy;
    busy = impl.settle() || busy;
    busy = impl.world.pump() || busy;
    busy = impl.receive() || busy;
    busy = impl.settle() || busy;
    impl.world.tick(impl.live.size());
    if (!busy) impl.wait();
  }
  impl.leave();
  return impl.total;
}

}  // namespace tcpcraft::replay
