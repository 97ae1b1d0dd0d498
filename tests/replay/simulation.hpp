#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <tcpcraft/model/tcp.hpp>
#include <tcpcraft/replay/conversation.hpp>

namespace tcpcraft::replay {

using namespace std::chrono_literals;
using wire::Bytes;
using wire::Flag;
using wire::Flags;
using wire::SeqNum;

inline const Flags syn{Flag::syn}, ack{Flag::ack}, syn_ack{Flag::syn, Flag::ack},
    fin_ack{Flag::fin, Flag::ack}, psh_ack{Flag::psh, Flag::ack}, rst{Flag::rst};

inline Bytes bytes_of(const std::string& text) {
  return Bytes(text.begin(), text.end());
}

/// Text of that length that repeats nowhere.
inline std::string long_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + " ";
  text.resize(size);
  return text;
}

/// A captured connection, written segment by segment; numbers are counted from both SYNs.
class Capture {
 public:
  Capture(std::uint32_t client_iss = 1000, std::uint32_t server_iss = 70000) : iss_{client_iss, server_iss} {}

  Capture& client(Flags flags, std::uint32_t seq, std::uint32_t acked = 0, const std::string& text = "") {
    return add(true, flags, seq, acked, text);
  }
  Capture& server(Flags flags, std::uint32_t seq, std::uint32_t acked = 0, const std::string& text = "") {
    return add(false, flags, seq, acked, text);
  }
  Capture& handshake(const wire::Options& options = {wire::Mss{1460}}) {
    client(syn, 0).with(options);
    server(syn_ack, 0, 1).with(options);
    return client(ack, 1, 1);
  }
  /// The client closes where it has said so much, and then the server.
  Capture& closed(std::uint32_t client_next, std::uint32_t server_next) {
    client(fin_ack, client_next, server_next);
    server(fin_ack, server_next, client_next + 1);
    return client(ack, client_next + 1, server_next + 1);
  }
  Capture& with(const wire::Options& options) {
    packets.back().first.segment.options = options;
    return *this;
  }
  Capture& window(std::uint16_t size) {
    packets.back().first.segment.window = size;
    return *this;
  }
  Capture& after(wire::Duration pause) {
    packets.back().first.time += pause;
    now_ += pause;
    return *this;
  }

  std::vector<std::pair<capture::Packet, bool>> packets;  ///< and whether it is the client's

 private:
  Capture& add(bool by_client, Flags flags, std::uint32_t seq, std::uint32_t acked, const std::string& text) {
    capture::Packet packet;
    packet.number = packets.size() + 1;
    packet.time = wire::Time(now_ += 10us);
    wire::Segment& s = packet.segment;
    s.flags = flags;
    s.seq = SeqNum(iss_[by_client ? 0 : 1]) + seq;
    if (s.has(Flag::ack)) s.ack = SeqNum(iss_[by_client ? 1 : 0]) + acked;
    s.window = 60000;
    s.payload = bytes_of(text);
    packet.data_size = static_cast<std::uint32_t>(text.size());
    packets.emplace_back(std::move(packet), by_client);
    return *this;
  }

  std::uint32_t iss_[2];
  wire::Duration now_ = 1'700'000'000s;
};

/// A live other side: a conforming TCP, and an application that sees all that has come so far and says what
/// it has to say now.
struct Other {
  model::TcpOptions options;
  std::uint32_t iss = 5'000'000;
  /// What it has received and whether that is all; what it sends in return, each time. Nothing: it closes.
  std::function<std::vector<std::optional<std::string>>(const std::string& received, bool end)> app;
  std::size_t read_size = 1 << 20;
};

struct Wire {
  double loss = 0, duplicate = 0, reorder = 0;
  std::uint32_t seed = 1;
};

/// Plays a captured client to a simulated server, or the other way, over a simulated wire.
class Simulation {
 public:
  Simulation(Capture capture, Other other, Wire wire = {}, Settings settings = {},
             const Masks* masks = nullptr)
      : capture_(std::move(capture)),
        other_(std::move(other)),
        wire_(wire),
        settings_(settings),
        none_(std::vector<std::string>{}),
        conversation_(settings, masks ? *masks : none_),
        tcp_(SeqNum(other_.iss), other_.options),
        random_(wire.seed) {}

  Result play(SeqNum iss = SeqNum(4'294'967'290u)) {
    std::size_t read = 0;
    const auto add = [&](std::size_t until) {
      for (; read < std::min(until, capture_.packets.size()); ++read)
        conversation_.add(capture_.packets[read].first,
                          capture_.packets[read].second == (settings_.role == Role::client));
    };
    add(read_ahead);
    if (read < capture_.packets.size() && conversation_.can_start()) {
      begin(iss);
      conversation_.pass(now_);
      for (int i = 0; i < 100; ++i) step();
    }
    const bool begun = read < capture_.packets.size();
    add(SIZE_MAX);
    conversation_.end_of_capture();
    if (!begun && conversation_.can_start()) begin(iss);
    conversation_.pass(now_);
    for (int i = 0; i < 200'000 && !conversation_.result(); ++i) step();
    if (!conversation_.result())
      return Result{Verdict::differs, "the test gave up", {}, "", {}, {}, {}, {}, {}, {}};
    send_all();
    for (int i = 0; i < 1000 && !queue_.empty(); ++i) step();
    return *conversation_.result();
  }

  std::size_t read_ahead = SIZE_MAX;  ///< packets of the capture that are known before there is nothing to do

  std::string received;             ///< by the other side's application
  bool ended = false;               ///< it has seen the end of file
  std::vector<wire::Segment> ours;  ///< segments that our side sent
  std::size_t longest = 0;          ///< of ours, in bytes of data
  const model::Tcb& tcb() const { return tcp_.tcb(); }
  wire::Duration took() const { return now_ - start_; }

 private:
  struct Flying {
    wire::Time at;
    bool to_other;
    wire::Segment segment;
  };

  void begin(SeqNum iss) {
    const auto us = *wire::Endpoint::parse("127.0.0.1:40000"), them = *wire::Endpoint::parse("127.0.0.1:80");
    conversation_.start(us, them, iss, now_);
    fly(settings_.role == Role::client ? tcp_.open_passively() : tcp_.open_actively());
  }

  void step() {
    send_all();
    auto next = std::min_element(queue_.begin(), queue_.end(),
                                 [](const Flying& a, const Flying& b) { return a.at < b.at; });
    wire::Time until = now_ + 1s;
    if (next != queue_.end()) until = next->at;
    if (const auto deadline = conversation_.deadline()) until = std::min(until, *deadline);
    if (!tcp_.all_acknowledged() || is_opening()) until = std::min(until, timer_);
    now_ = std::max(now_, until);
    if (next != queue_.end() && next->at <= now_) {
      const Flying flying = *next;
      queue_.erase(next);
      deliver(flying);
    } else if (now_ >= timer_) {
      timer_ = now_ + 300ms;
      if (!tcp_.all_acknowledged() || is_opening()) fly(tcp_.retransmission_timeout());
    }
    conversation_.pass(now_);
  }

  bool is_opening() const {
    return tcp_.tcb().state == model::State::syn_sent || tcp_.tcb().state == model::State::syn_received;
  }

  void deliver(const Flying& flying) {
    if (!flying.to_other) return conversation_.arrive(flying.segment, now_);
    tcp_.set_clock(static_cast<std::uint32_t>((now_ - start_) / 1ms) + 1);
    fly(tcp_.arrive(flying.segment));
    fly(tcp_.delayed_ack_timeout());
    run_app();
  }

  void run_app() {
    Bytes into;
    fly(tcp_.receive(other_.read_size, into));
    received.append(into.begin(), into.end());
    ended = ended || tcp_.end_of_file();
    if (!model::is_synchronized(tcp_.tcb().state) || !other_.app) return;
    for (const auto& text : other_.app(received, ended))
      fly(text ? tcp_.send(bytes_of(*text)) : tcp_.close());
  }

  void fly(const model::Activity& activity) {
    for (const wire::Segment& segment : activity.sent) launch(segment, false);
  }
  void send_all() {
    for (const wire::Segment& segment : conversation_.out) {
      ours.push_back(segment);
      longest = std::max(longest, segment.payload.size());
      launch(segment, true);
    }
    conversation_.out.clear();
  }

  bool chance(double of) { return std::uniform_real_distribution<>(0, 1)(random_) < of; }
  void launch(const wire::Segment& segment, bool to_other) {
    const int copies = chance(wire_.loss) ? 0 : chance(wire_.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const wire::Duration more = chance(wire_.reorder) ? 700us : 0us;
      // What is sent later arrives later, unless the wire reorders.
      last_ = std::max(last_ + 1ns, now_ + 100us);
      queue_.push_back({last_ + more, to_other, segment});
    }
  }

  Capture capture_;
  Other other_;
  Wire wire_;
  Settings settings_;
  Masks none_;
  Conversation conversation_;
  model::Tcp tcp_;
  std::mt19937 random_;
  const wire::Time start_{1'800'000'000s};
  wire::Time now_ = start_, timer_ = start_ + 300ms, last_ = start_;
  std::deque<Flying> queue_;
};

/// Answers the whole of `request` with these texts, once; closes behind them where `closes`.
inline auto answers(const std::string& request, std::vector<std::string> texts, bool closes) {
  return [=, done = false](const std::string& received, bool) mutable {
    std::vector<std::optional<std::string>> says;
    if (done || received.size() < request.size()) return says;
    done = true;
    for (const std::string& text : texts) says.emplace_back(text);
    if (closes) says.emplace_back();
    return says;
  };
}

}  // namespace tcpcraft::replay
