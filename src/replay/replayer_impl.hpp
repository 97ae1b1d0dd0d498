#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <memory_resource>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tcpcraft/replay/replayer.hpp>
#include <tcpcraft/transport/endpoint_link.hpp>

#include "ports.hpp"

namespace tcpcraft::replay {

using transport::EndpointLink;
using wire::Endpoint;
using wire::Segment;
using wire::Time;

/// How far the capture is read ahead of its time.
inline constexpr wire::Duration read_ahead = std::chrono::milliseconds(500);

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
  std::size_t after = 0;      ///< how many connections had ended when it began, in the capture
  std::size_t ending = 0;     ///< which of them it is, from 1; 0: its end has not been read
  bool is_touched = false, is_queued = false;
  bool is_active = false;  ///< live, and not waiting for more of the capture
  std::pmr::list<Connection>::iterator self;
};

/// What is known of a pair of captured endpoints.
struct Known {
  Connection* connection = nullptr;  ///< null: done with, or not wanted
  Time last;
};

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
  bool needs_more() const;
  bool may_read();
  bool is_stuck() const;
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
  bool may_start(const Connection& connection) const;
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
  bool is_complete() const { return at_end || numbered >= options.limit; }
  bool is_done() const { return is_complete() && connections.empty() && (at_end || is_client()); }
  void leave();
  void wait();

  capture::Reader& reader;
  Options options;
  const Masks& masks;
  World& world;
  Ports ports;

  std::pmr::unsynchronized_pool_resource pool;  ///< one connection after the other is made and gone
  std::pmr::list<Connection> connections{&pool};
  std::pmr::unordered_map<Pair, Known, Pair::Hash> captured{&pool};
  std::pmr::unordered_map<Pair, Connection*, Pair::Hash> live{&pool};
  std::deque<Connection*> waiting;  ///< can start, and have not
  std::vector<Connection*> touched;
  std::pmr::set<std::pair<Time, Connection*>> timers{&pool};
  std::vector<std::pair<Endpoint, std::unique_ptr<EndpointLink>>> links;
  std::vector<std::pair<wire::IpAddress, wire::IpAddress>> sources;

  std::optional<capture::Packet> next;  ///< read, but not yet used
  bool at_end = false;
  bool no_ports = false;  ///< left; until one is given back
  std::size_t numbered = 0, buffered = 0, active = 0;
  std::size_t endings = 0;            ///< how many connections have ended in the capture
  std::set<std::size_t> outstanding;  ///< which of these are still played
  std::uint64_t unswept = 0;
  std::optional<Time> first_captured;
  Time started, now;
  Total total;
};

}  // namespace tcpcraft::replay
