#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// Which of the two that were captured becomes the crafted peer; the other is the kernel under test.
enum class Side {
  client,
  server,
  noted,  ///< what the capture says of itself; otherwise the client
};

/// What is kept in memory of connections that are not over.
struct Limits {
  std::size_t segments = 20000;                   ///< of one connection
  std::size_t bytes = 16u << 20u;                 ///< of data, of one connection
  std::size_t all_bytes = 256u << 20u;            ///< of all, with what describes them
  std::size_t open = 32768;                       ///< connections; beyond, the longest silent are over
  wire::Duration over = std::chrono::minutes(1);  ///< silent for so long, one that has ended is over; for a
                                                  ///< second, where half of what is kept is full
};

/// Takes the segments of a capture apart, into one conversation for each pair of endpoints.
class Splitter {
 public:
  explicit Splitter(Side peer, capture::Comments comments = {}, Limits limits = {});
  void add(const capture::Packet& packet);
  /// One about a segment that was not added is nobody's.
  void add(const capture::Message& message);

  /// Those that are over by now, and are forgotten here.
  std::vector<Conversation> finished();
  /// All others, in the order in which they began.
  std::vector<Conversation> take();
  /// How many there have been.
  std::size_t count() const { return count_; }

 private:
  struct Flow {
    std::size_t number = 0;
    std::vector<capture::Packet> packets;
    std::vector<capture::Message> messages;
    std::size_t bytes = 0, data = 0;  ///< in memory; of data alone
    wire::Time last;
    int ends = 0;  ///< of the sides, by a FIN; both, by a RST
    wire::Endpoint ended;
    std::string too_much;
  };
  using Flows = std::map<std::string, Flow>;
  std::string key_of(const wire::Endpoint& a, const wire::Endpoint& b) const;
  void keep(Flow& flow, std::size_t bytes);
  void refuse(Flow& flow, std::string reason);
  void bound(Flow& flow);
  bool is_tight() const { return bytes_ > limits_.all_bytes / 2; }
  std::vector<Flows::iterator> over();
  Conversation conversation(Flow& flow) const;
  Conversation noted();

  Side peer_;
  capture::Comments comments_;
  Limits limits_;
  std::optional<Conversation> noted_;  ///< what the capture says of itself: between whom
  Flows flows_;
  std::size_t count_ = 0, bytes_ = 0, added_ = 0;
  wire::Time now_;
};

}  // namespace tcpcraft::record
