#pragma once

#include <map>
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

/// Takes the segments of a capture apart, into one conversation for each pair of endpoints, in the order in
/// which they begin.
class Splitter {
 public:
  explicit Splitter(Side peer, capture::Comments comments = {});
  void add(const capture::Packet& packet);
  void add(const capture::Message& message);
  std::vector<Conversation> take();

 private:
  struct Flow {
    std::vector<capture::Packet> packets;
    std::vector<capture::Message> messages;
  };
  Flow& flow_of(const wire::Endpoint& a, const wire::Endpoint& b);
  Conversation conversation(Flow& flow) const;
  Conversation noted();

  Side peer_;
  capture::Comments comments_;
  std::optional<Conversation> noted_;  ///< what the capture says of itself: between whom
  std::vector<Flow> flows_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace tcpcraft::record
