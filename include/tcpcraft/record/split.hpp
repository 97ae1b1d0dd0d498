#pragma once

#include <map>
#include <vector>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// Which of the two that were captured becomes the crafted peer; the other is the kernel under test.
enum class Side { client, server };

/// Takes the segments of a capture apart, into one conversation for each pair of endpoints, in the order in
/// which they begin.
class Splitter {
 public:
  explicit Splitter(Side peer) : peer_(peer) {}
  void add(const capture::Packet& packet);
  std::vector<Conversation> take();

 private:
  struct Flow {
    std::vector<capture::Packet> packets;
  };
  Conversation conversation(Flow& flow) const;

  Side peer_;
  std::vector<Flow> flows_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace tcpcraft::record
