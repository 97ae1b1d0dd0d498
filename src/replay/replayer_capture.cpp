#include <algorithm>
#include <utility>

#include "replayer_impl.hpp"

/// The capture, packet by packet, to the connections that they are of.
namespace tcpcraft::replay {

using wire::Flag;

namespace {

using namespace std::chrono_literals;

/// How many packets are read before the wire is looked at again.
constexpr int packets_at_once = 256;
/// How many connections that can start may wait for their turn; and how many where no live one waits for more
/// of the capture.
constexpr std::size_t most_waiting = 1000, enough_waiting = 64;
/// How long after its last packet a connection that is done with is remembered, in the capture's time.
constexpr wire::Duration remembered = 120s;
constexpr std::uint64_t packets_between_sweeps = 100'000;

}  // namespace

Time Replayer::Impl::live_time(Time moment) const {
  if (options.settings.fast || !first_captured) return started;
  const auto offset = std::chrono::duration<double, std::nano>(
      static_cast<double>((moment - *first_captured).count()) / options.settings.speed);
  return started + std::chrono::duration_cast<wire::Duration>(offset);
}

/// Not where the limit has been reached, and all that is played has ended in the capture.
bool Replayer::Impl::needs_more() const {
  return !at_end && !(is_client() && is_complete() && outstanding.size() == connections.size());
}

/// More is read as it becomes time for it, and as what has been read is used up. Where nothing can go on
/// without more, limits give way.
bool Replayer::Impl::may_read() {
  if (!needs_more()) return false;
  if (!next) next = reader.next();
  if (!next) {
    end_of_capture();
    return false;
  }
  if (!first_captured) first_captured = next->time;
  if (is_client() && live_time(next->time) > now + read_ahead) return false;
  const bool none_starved = is_client() && live.size() == active;
  const bool full =
      buffered > options.memory || waiting.size() > (none_starved ? enough_waiting : most_waiting);
  return !full || is_stuck();
}

/// No live connection can go on without more of the capture, and none that waits can begin.
bool Replayer::Impl::is_stuck() const {
  return is_client() && all_starved() && (waiting.empty() || no_ports || !may_start(*waiting.front()));
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
  auto [known, fresh] = captured.try_emplace(pair);
  Connection*& connection = known->second.connection;
  known->second.last = packet.time;
  if (opens && connection && connection->client_iss && *connection->client_iss != segment.seq) {
    connection->conversation.end_of_capture();
    touch(*connection);
    fresh = true;
  }
  if (fresh || (opens && !connection)) connection = create(packet, pair);
  if (!connection) return;
  if (opens && !connection->client_iss) {
    connection->client_iss = segment.seq;
    set_ends(*connection, segment);
  }
  const bool by_client = segment.source == connection->client;
  connection->conversation.add(std::move(packet), by_client == is_client());
  if (connection->ending == 0 && connection->conversation.is_read()) {
    connection->ending = ++endings;
    outstanding.insert(endings);
  }
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
  connection.after = endings;
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

}  // namespace tcpcraft::replay
