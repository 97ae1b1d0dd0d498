#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <poll.h>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/replay/conversation.hpp>

namespace tcpcraft::replay {

/// A captured connection that is done with.
struct Finished {
  std::size_t number = 0;         ///< of the connection in the capture, from 1
  wire::Endpoint client, server;  ///< as captured
  wire::Endpoint ours, theirs;    ///< live
  Result result;
};

/// What happens besides, in the same thread.
class World {
 public:
  virtual ~World() = default;
  virtual void finished(const Finished& one) = 0;
  virtual void add_poll(std::vector<pollfd>& fds) = 0;
  /// Does what can be done without waiting; whether it did anything.
  virtual bool pump() = 0;
  /// Called now and then.
  virtual void tick(std::size_t live) = 0;
  virtual bool is_interrupted() const = 0;
};

struct Options {
  Settings settings;
  std::optional<wire::Endpoint> to;  ///< of a client: the server; of a server: where it listens
  /// What live address and port stands for a captured one; port 0 for any.
  std::vector<std::pair<wire::Endpoint, wire::Endpoint>> map;
  /// Whether a connection between these is to be played.
  std::function<bool(const wire::Endpoint&, const wire::Endpoint&)> wanted;
  std::size_t limit = SIZE_MAX;    ///< of connections
  std::size_t concurrency = 1000;  ///< of connections that are live at a time
  std::size_t memory = 64 << 20;   ///< bytes of the capture that are held
  std::uint32_t seed = 0;
};

struct Total {
  std::size_t same = 0, differs = 0, refused = 0;
  std::vector<Finished> not_played;  ///< interrupted, or not begun; without their results
  bool is_complete = false;          ///< what was not read of the capture begins no more connections
  std::size_t unmapped = 0;          ///< connections that lead nowhere
  std::size_t uninvited = 0;         ///< live connections, to a server that the capture has no more of
  std::uint64_t segments_sent = 0, segments_received = 0;
};

/// Plays one side of all connections of a capture, interleaved as captured, in the present network namespace.
/// Throws os::SystemError, UnusablePlace.
class Replayer {
 public:
  Replayer(capture::Reader& reader, Options options, const Masks& masks, World& world);
  ~Replayer();
  Total run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::replay
