#include <algorithm>
#include <cstring>
#include <list>
#include <unordered_map>
#include <utility>

#include <tcpcraft/explain/explainer.hpp>

#include "connection.hpp"

namespace tcpcraft::explain {
namespace {

/// What was over for so long sends nothing anymore.
constexpr auto minute = std::chrono::seconds(60);
/// So many connections are followed: those that are over, and those that are not.
constexpr std::size_t most_done = 8192, most_open = 32768;

/// Both endpoints, the same in both directions.
struct Key {
  wire::Endpoint a, b;

  explicit Key(const wire::Segment& s) : a(s.source), b(s.destination) {
    if (order(b, a)) std::swap(a, b);
  }
  static bool order(const wire::Endpoint& x, const wire::Endpoint& y) {
    if (x.port != y.port) return x.port < y.port;
    if (x.address.size() != y.address.size()) return x.address.size() < y.address.size();
    return std::memcmp(x.address.data(), y.address.data(), x.address.size()) < 0;
  }
  friend bool operator==(const Key&, const Key&) = default;
};

struct Hash {
  static std::uint64_t mix(std::uint64_t hash, const wire::Endpoint& end) {
    for (std::size_t i = 0; i < end.address.size(); i += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, end.address.data() + i, sizeof word);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32u;
    }
    hash = (hash ^ end.port) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29u;
  }
  std::size_t operator()(const Key& key) const { return mix(mix(key.a.port + 1u, key.a), key.b); }
};

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

/// A connection that is followed.
struct Followed {
  Key key;
  Connection connection;
  std::optional<capture::Packet> syn = {};  ///< that may yet begin a connection anew
  bool done = false;                        ///< so it is in the list of these
};

using Place = std::list<Followed>::iterator;

}  // namespace

struct Explainer::Impl {
  explicit Impl(Hindsight hindsight) : known(std::move(hindsight)) {}

  Followed& begin(const Key& key, const capture::Packet& packet) {
    if (const auto old = places.find(key); old != places.end()) let_go(old->second);
    open.push_back({key, Connection(packet, ++count)});
    places.emplace(key, std::prev(open.end()));
    return open.back();
  }

  /// A SYN in the midst of a connection begins another one only where it is accepted.
  Followed& of(const capture::Packet& packet) {
    const wire::Segment& s = packet.segment;
    const Key key(s);
    const auto at = places.find(key);
    if (at == places.end()) return begin(key, packet);
    Followed& now = *at->second;
    if (opens(s)) {
      const Side& from = now.connection.side(!now.connection.is_of(s));
      const Side& to = now.connection.side(now.connection.is_of(s));
      if (from.syn_seen && from.origin == s.seq) return now;
      const bool crosses = !from.seen && to.tcb.state == model::State::syn_sent;
      if (crosses) return now;
      if (now.connection.is_over() && !now.connection.waits_for_its_fin(from, packet.time))
        return begin(key, packet);
      now.syn = packet;
    } else if (now.syn && s.has(wire::Flag::syn) && s.ack == now.syn->segment.end() &&
               s.source == now.syn->segment.destination) {
      const capture::Packet syn = *std::exchange(now.syn, std::nullopt);
      Followed& anew = begin(key, syn);
      Explained ignored;
      anew.connection.take(syn, found, known, ignored);
      return anew;
    } else if (is_of_another(now.connection, s)) {
      return begin(key, packet);
    }
    return now;
  }

  Foreseen foreseen(std::uint64_t first_packet) const {
    return {known.with_holes.contains(first_packet),
            {known.unseen[0].contains(first_packet), known.unseen[1].contains(first_packet)}};
  }

  void let_go(Place place) {
    place->connection.settle_at_the_end(found);
    stories.push_back(place->connection.story());
    const Story& story = stories.back();
    if (story.has_holes) found.with_holes.add(story.first_packet);
    for (std::size_t i : {0u, 1u})
      if (!story.seen[i]) found.unseen[i].add(story.first_packet);
    places.erase(place->key);
    (place->done ? done : open).erase(place);
  }

  /// To the end of its list: the first are the longest silent.
  void put_last(Followed& followed) {
    const Place place = places.at(followed.key);
    std::list<Followed>& before = followed.done ? done : open;
    followed.done = followed.connection.is_done();
    std::list<Followed>& now = followed.done ? done : open;
    now.splice(now.end(), before, place);
  }

  void let_go_of_old(wire::Time time) {
    while (!done.empty() && (done.size() > most_done || time - done.front().connection.last() > minute))
      let_go(done.begin());
    while (open.size() > most_open) let_go(open.begin());
  }

  void let_go_of_all() {
    while (!done.empty()) let_go(done.begin());
    while (!open.empty()) let_go(open.begin());
  }

  Hindsight known, found;
  std::size_t count = 0;
  std::list<Followed> done, open;
  std::unordered_map<Key, Place, Hash> places;
  std::vector<Story> stories;  ///< of those let go of
};

Explainer::Explainer(Hindsight hindsight) : impl_(std::make_unique<Impl>(std::move(hindsight))) {}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

Explained Explainer::explain(const capture::Packet& packet) {
  impl_->let_go_of_old(packet.time);
  Explained explained;
  const std::size_t before = impl_->count;
  Followed& followed = impl_->of(packet);
  explained.first = impl_->count != before;
  followed.connection.take(packet, impl_->found, impl_->known, explained);
  if (explained.first) explained.foreseen = impl_->foreseen(explained.connection->first_packet);
  impl_->put_last(followed);
  return explained;
}

std::vector<Story> Explainer::finished() {
  return std::exchange(impl_->stories, {});
}

std::vector<Story> Explainer::finish() {
  impl_->let_go_of_all();
  std::vector<Story> stories = finished();
  std::sort(stories.begin(), stories.end(),
            [](const Story& a, const Story& b) { return a.number < b.number; });
  return stories;
}

Hindsight Explainer::hindsight() {
  finish();
  Hindsight found = std::move(impl_->found);
  found.connections = impl_->count;
  for (PacketSet* set : {&found.with_holes, &found.unseen[0], &found.unseen[1], &found.unsent,
                         &found.hardly_sent, &found.taken_back, &found.beyond, &found.far_beyond,
                         &found.unstamped, &found.unseen_stamps, &found.reissued})
    set->sort();
  return found;
}

std::size_t Explainer::connections() const {
  return impl_->count;
}

}  // namespace tcpcraft::explain
