#pragma once

#include <string>
#include <vector>

#include <tcpcraft/explain/explainer.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::explain {

using wire::Flag;
using wire::Flags;
using wire::SeqNum;

const Flags syn{Flag::syn}, ack{Flag::ack}, syn_ack{Flag::syn, Flag::ack}, fin_ack{Flag::fin, Flag::ack},
    rst{Flag::rst};

/// A capture, written segment by segment with relative numbers.
class Capture {
 public:
  explicit Capture(std::uint32_t iss = 1000, std::uint32_t irs = 70000) : iss_{iss, irs} {}

  Capture& client(Flags flags, std::uint32_t seq, std::uint32_t acked = 0, std::uint32_t length = 0) {
    return add(true, flags, seq, acked, length);
  }
  Capture& server(Flags flags, std::uint32_t seq, std::uint32_t acked = 0, std::uint32_t length = 0) {
    return add(false, flags, seq, acked, length);
  }
  Capture& handshake() { return client(syn, 0).server(syn_ack, 0, 1).client(ack, 1, 1); }
  /// Of the segment written last.
  Capture& window(std::uint16_t size) {
    packets_.back().segment.window = size;
    return *this;
  }
  Capture& stamped(std::uint32_t value, std::uint32_t echo) { return option(wire::Timestamps{value, echo}); }
  /// The number of the IP packet.
  Capture& id(std::uint16_t number) {
    packets_.back().segment.id = number;
    return *this;
  }
  Capture& option(wire::Option option) {
    packets_.back().segment.options.push_back(std::move(option));
    return *this;
  }
  Capture& after(wire::Duration pause) {
    packets_.back().time += pause;
    now_ += pause;
    return *this;
  }
  /// What was sent last was not captured.
  Capture& lost() {
    packets_.pop_back();
    return *this;
  }
  Capture& checksum(capture::Checksum is) {
    packets_.back().checksum = is;
    return *this;
  }
  Capture& cut() {
    packets_.back().segment.payload.clear();
    packets_.back().cut = true;
    return *this;
  }

  std::vector<Explained> explain() {
    Explainer first;
    for (const auto& packet : packets_) first.explain(packet);
    Explainer explainer(first.hindsight());
    std::vector<Explained> all;
    for (const auto& packet : packets_) all.push_back(explainer.explain(packet));
    stories = explainer.finish();
    return all;
  }
  /// The rules that are broken, and where.
  std::vector<std::string> faults() {
    std::vector<std::string> found;
    const std::vector<Explained> all = explain();
    for (std::size_t i = 0; i < all.size(); ++i)
      for (const Fault& fault : all[i].faults)
        found.push_back(std::to_string(packets_[i].number) + " " + std::string(fault.rule->name));
    return found;
  }
  std::string last() {
    std::string text;
    const std::vector<Explained> all = explain();
    for (const std::string& meaning : all.back().meanings) text += (text.empty() ? "" : "; ") + meaning;
    return text;
  }

  std::vector<Story> stories;

 private:
  Capture& add(bool by_client, Flags flags, std::uint32_t seq, std::uint32_t acked, std::uint32_t length) {
    capture::Packet packet;
    packet.number = ++number_;
    packet.time = wire::Time(now_ += std::chrono::microseconds(10));
    wire::Segment& s = packet.segment;
    s.source = *wire::Endpoint::parse(by_client ? "10.0.0.1:40000" : "10.0.0.2:80");
    s.destination = *wire::Endpoint::parse(by_client ? "10.0.0.2:80" : "10.0.0.1:40000");
    s.flags = flags;
    s.seq = SeqNum(iss_[by_client ? 0 : 1]) + seq;
    if (s.has(Flag::ack)) s.ack = SeqNum(iss_[by_client ? 1 : 0]) + acked;
    s.window = 1000;
    s.payload = wire::pattern(length);
    packet.data_size = length;
    packets_.push_back(packet);
    return *this;
  }

  std::uint32_t iss_[2];  ///< of client and server
  std::vector<capture::Packet> packets_;
  std::uint64_t number_ = 0;
  wire::Duration now_ = std::chrono::seconds(1'700'000'000);
};

using Faults = std::vector<std::string>;

}  // namespace tcpcraft::explain
