#include <algorithm>
#include <chrono>
#include <list>
#include <set>
#include <unordered_map>
#include <utility>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/replay/replayer.hpp>
#include <tcpcraft/transport/endpoint_link.hpp>

#include "ports.hpp"

namespace tcpcraft::replay {

using transport::EndpointLink;
using wire::Endpoint;
using wire::Flag;
using wire::Segment;
using wire::Time;

namespace {

using namespace std::chrono_literals;

/// How far the capture is read ahead of its time.
constexpr wire::Duration read_ahead = 500ms;
/// How many packets are read before the wire is looked at again.
constexpr int packets_at_once = 64;
/// How long after its last packet a connection that is done with is remembered, in the capture's time.
constexpr wire::Duration remembered = 120s;
constexpr std::uint64_t packets_between_sweeps = 100'000;
/// The longest wait, after which what is blocked by nothing but ourselves is looked at again.
constexpr wire::Duration longest_wait = 100ms, wait_when_full = 5ms;

Time clock_now() {
  return Time(
      std::chrono::duration_cast<wire::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

/// One of the capture's connections, until it is done with.
struct Connection {
  Connection(const Settings& settings, const Masks& masks) : conversation(settings, masks) {}

  std::size_t number = 0;
  Endpoint client, server;  ///< as captured
  std::optional<wire::SeqNum> client_iss;
  Conversation conversation;
  Endpoint ours, theirs;  ///< live
  EndpointLink* link = nullptr;
  std::unique_ptr<Port> port;
  std::optional<Time> timer;  ///< its place among the timers
  std::size_t buffered = 0;   ///< as counted in the whole
  bool is_touched = false, is_queued = false;
  bool is_active = false;  ///< live, and not waiting for more of the capture
  std::list<Connection>::iterator self;
};

/// What is known of a pair of captured endpoints.
struct Known {
  Connection* connection = nullptr;  ///< null: done with, or not wanted
  Time last;
};

}  // namespace

struct Replayer::Impl {
  Impl(capture::Reader& a_reader, Options some_options, const Masks& some_masks, World& a_world)
      : reader(a_reader),
        options(std::move(some_options)),
        masks(some_masks),
        world(a_world),
        ports(options.seed) {}

  bool is_client() const { return options.settings.role == Role::client; }

  // The capture.
  bool read_some();
  bool may_read();
  void end_of_capture();
  void dispatch(capture::Packet packet);
  Connection* create(const capture::Packet& packet, const Pair& pair);
  void set_ends(Connection& connection, const Segment& segment) const;
  std::optional<Endpoint> target_of(const Endpoint& server) const;
  std::optional<Endpoint> mapped(const Endpoint& end) const;
  void sweep(Time captured_now);
  Time live_time(Time moment) const;

  // The wire.
  bool receive();
  void take(EndpointLink& link, const Segment& segment);
  void answer_stray(EndpointLink& link, const Segment& segment);
  EndpointLink& link_to(const Endpoint& endpoint);
  wire::IpAddress source_towards(const Endpoint& target);

  // Connections.
  bool start_some();
  bool start_client(Connection& connection);
  void start_server(Connection& connection, EndpointLink& link, const Segment& syn);
  void touch(Connection& connection);
  bool settle();
  void settle(Connection& connection);
  void set_timer(Connection& connection);
  void count_active(Connection& connection, bool is_active);
  void finish(Connection& connection);
  bool fire_timers();
  bool all_starved() const { return active == 0; }
  bool is_done() const;
  void leave();
  void wait();

  capture::Reader& reader;
  Options options;
  const Masks& masks;
  World& world;
  Ports ports;

  std::list<Connection> connections;
  std::unordered_map<Pair, Known, Pair::Hash> captured;
  std::unordered_map<Pair, Connection*, Pair::Hash> live;
  std::deque<Connection*> waiting;  ///< can start, and have not
  std::vector<Connection*> touched;
  std::set<std::pair<Time, Connection*>> timers;
  std::vector<std::pair<Endpoint, std::unique_ptr<EndpointLink>>> links;
  std::vector<std::pair<wire::IpAddress, wire::IpAddress>> sources;

  std::optional<capture::Packet> next;  ///< read, but not yet used
  bool at_end = false;
  bool no_ports = false;  ///< left; until one is given back
  std::size_t numbered = 0, buffered = 0, active = 0;
  std::uint64_t unswept = 0;
  std::optional<Time> first_captured;
  Time started, now;
  Total total;
};

Time Replayer::Impl::live_time(Time moment) const {
  if (options.settings.fast || !first_captured) return started;
  const auto offset = std::chrono::duration<double, std::nano>(
      static_cast<double>((moment - *first_captured).count()) / options.settings.speed);
  return started + std::chrono::duration_cast<wire::Duration>(offset);
}

/// More is read as it becomes time for it, and as what has been read is used up. Where nothing can go on
/// without more, limits give way.
bool Replayer::Impl::may_read() {
  if (at_end) return false;
  if (!next) next = reader.next();
  if (!next) {
    end_of_capture();
    return false;
  }
  if (!first_captured) first_captured = next->time;
  if (is_client() && live_time(next->time) > now + read_ahead) return false;
  const bool full =
      buffered > options.memory || waiting.size() > std::min<std::size_t>(options.concurrency, 1000);
  return !full || (is_client() && all_starved());
}

bool Replayer::Impl::read_some() {
  int count = 0;
  for (; count < packets_at_once && may_read(); ++count) {
    dispatch(std::move(*next));
    next.reset();
  }
  return count > 0;
}

void Replayer::Impl::end_of_capture() {
  at_end = true;
  for (Connection& connection : connections) {
    connection.conversation.end_of_capture();
    touch(connection);
  }
}

void Replayer::Impl::dispatch(capture::Packet packet) {
  if (++unswept > packets_between_sweeps) sweep(packet.time);
  const Segment& segment = packet.segment;
  const Pair pair(segment.source, segment.destination);
  const bool opens = segment.has(Flag::syn) && !segment.has(Flag::ack);
  const auto found = captured.find(pair);
  Connection* connection = found == captured.end() ? nullptr : found->second.connection;
  bool fresh = found == captured.end();
  if (opens && connection && connection->client_iss && *connection->client_iss != segment.seq) {
    connection->conversation.end_of_capture();
    touch(*connection);
    fresh = true;
  }
  if (fresh || (opens && !connection)) connection = create(packet, pair);
  captured[pair] = {connection, packet.time};
  if (!connection) return;
  if (opens && !connection->client_iss) {
    connection->client_iss = segment.seq;
    set_ends(*connection, segment);
  }
  const bool by_client = segment.source == connection->client;
  connection->conversation.add(std::move(packet), by_client == is_client());
  touch(*connection);
}

/// The client is who sends the SYN, or gets the SYN-ACK.
void Replayer::Impl::set_ends(Connection& connection, const Segment& segment) const {
  const bool from_server = segment.has(Flag::syn) && segment.has(Flag::ack);
  connection.client = from_server ? segment.destination : segment.source;
  connection.server = from_server ? segment.source : segment.destination;
}

Connection* Replayer::Impl::create(const capture::Packet& packet, const Pair& pair) {
  if (numbered >= options.limit) return nullptr;
  if (options.wanted && !options.wanted(pair.a, pair.b)) return nullptr;
  connections.emplace_back(options.settings, masks);
  Connection& connection = connections.back();
  connection.self = std::prev(connections.end());
  set_ends(connection, packet.segment);
  if (is_client() && !target_of(connection.server)) {
    ++total.unmapped;
    connections.pop_back();
    return nullptr;
  }
  connection.number = ++numbered;
  return &connection;
}

std::optional<Endpoint> Replayer::Impl::mapped(const Endpoint& end) const {
  for (const auto& [from, to] : options.map)
    if (from.address == end.address && (from.port == 0 || from.port == end.port))
      return Endpoint{to.address, to.port == 0 ? end.port : to.port};
  return std::nullopt;
}

std::optional<Endpoint> Replayer::Impl::target_of(const Endpoint& server) const {
  const auto target = mapped(server);
  return target ? target : options.to;
}

void Replayer::Impl::sweep(Time captured_now) {
  unswept = 0;
  std::erase_if(captured, [&](const auto& one) {
    return !one.second.connection && one.second.last + remembered < captured_now;
  });
}

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

bool Replayer::Impl::start_some() {
  bool any = false;
  while (is_client() && !waiting.empty() && !no_ports) {
    Connection& connection = *waiting.front();
    if (live_time(connection.conversation.captured_start()) > now) break;
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
  Known& known = captured[Pair(connection.client, connection.server)];
  if (known.connection == &connection) known.connection = nullptr;
  connections.erase(connection.self);
}

bool Replayer::Impl::is_done() const {
  const bool all_read = at_end || numbered >= options.limit;
  return all_read && connections.empty() && (at_end || is_client());
}

/// What was interrupted leaves nothing behind either.
void Replayer::Impl::leave() {
  total.not_played = connections.size();
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
  if (next) {
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
