// Whole connections between two models over a channel that loses, repeats and reorders.

#include <algorithm>
#include <vector>

#include <tcpcraft/model/tcp.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

/// A TCP with an application that writes all of `outbox`, closes, and reads in bits; and beside it a TCB that
/// only hears the segments, as a connection is watched from outside.
class Side {
 public:
  Side(Random& random, SeqNum own_iss, TcpOptions options) : tcp_(own_iss, options), random_(random) {
    outbox_.resize(random.below(4000));
    for (auto& byte : outbox_) byte = static_cast<std::uint8_t>(random.below(256));
    tcp_.set_clock(clock_);
  }

  void listen() {
    tcp_.open_passively();
    watched_ = listening();
  }
  void connect(std::vector<Segment>& channel) { put(tcp_.open_actively(), channel); }

  void receive(const Segment& arrived, std::vector<Segment>& channel) {
    const bool over = tcp_.tcb().state == State::closed || tcp_.tcb().state == State::listen;
    follow(watched_, arrived);
    const Activity activity = tcp_.arrive(arrived);
    ASSERT_NE(activity.rule, nullptr);
    for (const Segment& sent : activity.sent)
      ASSERT_TRUE(over || !sent.has(Flag::rst)) << activity.rule->name;
    if (over && !activity.sent.empty() && activity.sent.front().has(Flag::rst)) return;  // to a straggler
    put(activity, channel);
  }

  /// The application does something, and time passes.
  void act(std::vector<Segment>& channel) {
    tcp_.set_clock(++clock_);
    const std::size_t size = std::min<std::size_t>(random_.below(1500), outbox_.size() - written_);
    const auto from = outbox_.begin() + static_cast<std::ptrdiff_t>(written_);
    const bool exists = tcp_.tcb().state != State::closed && tcp_.tcb().state != State::listen;
    if (exists && size > 0) {
      put(tcp_.send(Bytes(from, from + static_cast<std::ptrdiff_t>(size))), channel);
      written_ += size;
    }
    if (exists && written_ == outbox_.size() && !closed_ && tcp_.tcb().state != State::syn_sent) {
      closed_ = true;
      put(tcp_.close(), channel);
    }
    put(tcp_.receive(random_.below(1000), inbox_), channel);
    if (random_.chance(2)) put(tcp_.delayed_ack_timeout(), channel);
    if (random_.chance(3)) put(tcp_.retransmission_timeout(), channel);
  }

  bool done() const { return tcp_.end_of_file() && closed_ && tcp_.all_acknowledged(); }
  void read_rest() {
    while (tcp_.receive(outbox_.size() + 100000, inbox_).error == CallError::none) {
    }
  }
  State state() const { return tcp_.tcb().state; }
  const Bytes& outbox() const { return outbox_; }
  const Bytes& inbox() const { return inbox_; }

 private:
  void put(const Activity& activity, std::vector<Segment>& channel) {
    for (const Segment& sent : activity.sent) {
      const Derived derived = derive(watched_, sent.flags, sent.payload.size());
      if (sent.has(Flag::ack)) {
        ASSERT_EQ(sent.ack, derived.ack) << activity.rule->name;
      }
      if (!sent.has(Flag::syn)) {
        const auto fault = check_options(watched_, derived, sent);
        ASSERT_FALSE(fault.has_value()) << fault->expected;
      }
      ASSERT_NE(transmitted(watched_, sent), nullptr);
      channel.push_back(sent);
    }
    if (!activity.sent.empty()) {
      ASSERT_EQ(watched_.state, tcp_.tcb().state) << activity.rule->name;
    }
  }

  Tcp tcp_;
  Tcb watched_;
  Random& random_;
  std::uint32_t clock_ = 0xffff'fff0;
  Bytes outbox_, inbox_;
  std::size_t written_ = 0;
  bool closed_ = false;
};

/// Loses some segments, repeats some, and hands over the rest in any order.
void carry(Random& random, std::vector<Segment>& channel, Side& to, std::vector<Segment>& back) {
  std::vector<Segment> sent;
  sent.swap(channel);
  std::vector<Segment> arriving;
  for (const Segment& each : sent) {
    if (random.chance(5)) continue;
    arriving.push_back(each);
    if (random.chance(6)) arriving.push_back(each);
  }
  std::shuffle(arriving.begin(), arriving.end(), random.engine());
  for (const Segment& each : arriving) {
    to.receive(each, back);
    if (testing::Test::HasFatalFailure()) return;
  }
}

struct Channels {
  std::vector<Segment> a_to_b, b_to_a;
};

void converse(Random& random, Side& a, Side& b, Channels& channels) {
  for (int round = 0; round < 2000 && !(a.done() && b.done()); ++round) {
    a.act(channels.a_to_b);
    b.act(channels.b_to_a);
    carry(random, channels.a_to_b, b, channels.b_to_a);
    carry(random, channels.b_to_a, a, channels.a_to_b);
    if (testing::Test::HasFatalFailure()) return;
  }
  a.read_rest();
  b.read_rest();
  EXPECT_TRUE(a.done() && b.done()) << to_string(a.state()) << ' ' << to_string(b.state());
  EXPECT_EQ(a.inbox(), b.outbox());
  EXPECT_EQ(b.inbox(), a.outbox());
  const auto closed = [](const Side& side) {
    return side.state() == State::time_wait || side.state() == State::closed;
  };
  EXPECT_TRUE(closed(a) && closed(b)) << to_string(a.state()) << ' ' << to_string(b.state());
}

TcpOptions random_options(Random& random) {
  TcpOptions options;
  options.mss = static_cast<std::uint16_t>(100 + random.below(1400));
  if (random.chance(2)) options.window_scale = static_cast<std::uint8_t>(random.below(8));
  options.sack = random.chance(2);
  options.timestamps = random.chance(2);
  options.receive_buffer = 500 + random.below(random.chance(2) ? 3000 : 200000);
  return options;
}

TEST(ConnectionProperty, ClientAndServer_DeliverBothStreams) {
  Random random;
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Side server(random, random.near_wrap(), random_options(random));
    Side client(random, random.near_wrap(), random_options(random));
    Channels channels;
    server.listen();
    client.connect(channels.a_to_b);
    converse(random, client, server, channels);
  }
}

TEST(ConnectionProperty, SimultaneousOpen_DeliversBothStreams) {
  Random random;
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Side one(random, random.near_wrap(), random_options(random));
    Side other(random, random.near_wrap(), random_options(random));
    Channels channels;
    one.connect(channels.a_to_b);
    other.connect(channels.b_to_a);
    converse(random, one, other, channels);
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
