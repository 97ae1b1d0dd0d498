#include <string_view>
#include <unordered_map>

#include <tcpcraft/explain/explainer.hpp>

#include "connection.hpp"

namespace tcpcraft::explain {
namespace {

/// Both endpoints, the same in both directions.
std::string key_of(const wire::Segment& s) {
  const auto bytes = [](const wire::Endpoint& end) {
    std::string text(reinterpret_cast<const char*>(end.address.data()), end.address.size());
    text += static_cast<char>(end.port >> 8);
    return text += static_cast<char>(end.port);
  };
  const std::string a = bytes(s.source), b = bytes(s.destination);
  return a < b ? a + b : b + a;
}

/// A SYN-ACK that answers no SYN of this connection, in which both have been seen: the SYN was not captured.
bool is_of_another(const Connection& connection, const wire::Segment& s) {
  const Side& from = connection.side(!connection.is_of(s));
  const Side& to = connection.side(connection.is_of(s));
  return s.has(wire::Flag::syn) && s.has(wire::Flag::ack) && from.syn_seen && from.origin != s.seq &&
         to.origin && s.ack != *to.origin + 1;
}

bool opens(const wire::Segment& s) {
  return s.has(wire::Flag::syn) && !s.has(wire::Flag::ack) && !s.has(wire::Flag::rst);
}

}  // namespace

struct Explainer::Impl {
  struct Current {
    std::size_t index = 0;
    std::optional<capture::Packet> syn = {};  ///< that may yet begin a connection anew
  };

  explicit Impl(Hindsight hindsight) : known(std::move(hindsight)) {}

  Connection& begin(Current& now, const capture::Packet& packet) {
    now.index = connections.size();
    now.syn.reset();
    connections.push_back(std::make_unique<Connection>(packet, connections.size() + 1));
    return *connections.back();
  }

  /// A SYN in the midst of a connection begins another one only where it is accepted.
  Connection& connection_of(const capture::Packet& packet) {
    const wire::Segment& s = packet.segment;
    const auto [at, is_new] = current.try_emplace(key_of(s));
    Current& now = at->second;
    if (is_new) return begin(now, packet);
    Connection& connection = *connections[now.index];
    if (opens(s)) {
      const Side& from = connection.side(!connection.is_of(s));
      if (from.syn_seen && from.origin == s.seq) return connection;
      const bool crosses =
          !from.seen && connection.side(connection.is_of(s)).tcb.state == model::State::syn_sent;
      if (crosses) return connection;
      if (connection.is_over()) return begin(now, packet);
      now.syn = packet;
    } else if (now.syn && s.has(wire::Flag::syn) && s.ack == now.syn->segment.end() &&
               s.source == now.syn->segment.destination) {
      const capture::Packet syn = *now.syn;
      Connection& anew = begin(now, syn);
      Explained ignored;
      anew.take(syn, found, known, ignored);
      return anew;
    } else if (is_of_another(connection, s)) {
      return begin(now, packet);
    }
    return connection;
  }

  Hindsight known, found;
  std::unordered_map<std::string, Current> current;
  std::vector<std::unique_ptr<Connection>> connections;
};

Explainer::Explainer(Hindsight hindsight) : impl_(std::make_unique<Impl>(std::move(hindsight))) {}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

Explained Explainer::explain(const capture::Packet& packet) {
  Explained explained;
  const std::size_t before = impl_->connections.size();
  Connection& connection = impl_->connection_of(packet);
  explained.first = impl_->connections.size() != before;
  connection.take(packet, impl_->found, impl_->known, explained);
  return explained;
}

std::vector<Story> Explainer::stories() const {
  std::vector<Story> stories;
  for (const auto& connection : impl_->connections) stories.push_back(connection->story());
  return stories;
}

Hindsight Explainer::hindsight() const {
  Hindsight hindsight = impl_->found;
  for (const auto& connection : impl_->connections)
    hindsight.stories.emplace(connection->first_packet(), connection->story());
  return hindsight;
}

}  // namespace tcpcraft::explain
