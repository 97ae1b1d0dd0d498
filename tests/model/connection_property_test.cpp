// Whole connections between two models over a channel that loses, repeats and reorders.

#include <algorithm>
#include <vector>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

/// One side: a TCB, an application that writes all of `outbox` and closes, and a sender that repeats from
/// SND.UNA whatever is not acknowledged.
class Side {
 public:
  Side(Random& random, Tcb tcb, SeqNum own_iss, bool offers)
      : tcb_(std::move(tcb)), random_(random), iss_(own_iss), offers_(offers) {
    outbox_.resize(random.below(400));
    for (auto& byte : outbox_) byte = static_cast<std::uint8_t>(random.below(256));
  }

  /// Everything that it may send now, once more where that is needed.
  void send(std::vector<Segment>& channel) {
    if (tcb_.state == State::closed && !tcb_.iss) emit(channel, SYN, {});
    if (tcb_.state == State::syn_sent) emit(channel, SYN, {}, iss_);
    if (tcb_.state == State::syn_received) emit(channel, SYN_ACK, {}, iss_);
    if (!is_synchronized(tcb_.state)) return;
    const auto size = static_cast<std::int64_t>(outbox_.size());
    // A FIN that was acknowledged lies beyond the data; there is nothing more to repeat then.
    std::int64_t at = std::max<std::int64_t>(0, tcb_.snd_una - (iss_ + 1));
    if (at > size) return;
    while (at < size) {
      const auto count = std::min<std::int64_t>(1 + random_.below(60), size - at);
      emit(channel, ACK, Bytes(outbox_.begin() + at, outbox_.begin() + at + count), iss_ + 1 + at);
      at += count;
    }
    emit(channel, FIN_ACK, {}, iss_ + 1 + size);
  }

  void receive(const Segment& arrived, std::vector<Segment>& channel) {
    if (tcb_.state == State::closed) return;  // after the end a reset would be right, and in the way
    const bool was_listening = tcb_.state == State::listen;
    const Outcome reaction = follow(tcb_, arrived);
    ASSERT_NE(reaction.rule, nullptr);
    ASSERT_TRUE(was_listening || reaction.reply.kind != Kind::rst) << reaction.rule->name;
    inbox_.insert(inbox_.end(), reaction.delivered.begin(), reaction.delivered.end());
    ended_ = ended_ || reaction.fin;
    if (reaction.reply.kind == Kind::syn_ack) emit(channel, SYN_ACK, {});
    if (reaction.reply.kind == Kind::ack) emit(channel, ACK, {});
  }

  bool done() const {
    return ended_ && tcb_.fin_sent && (tcb_.state == State::closed || after(tcb_.snd_una, *tcb_.fin_sent));
  }
  const Tcb& tcb() const { return tcb_; }
  const Bytes& outbox() const { return outbox_; }
  const Bytes& inbox() const { return inbox_; }

 private:
  void emit(std::vector<Segment>& channel, Flags flags, Bytes payload, std::optional<SeqNum> seq = {}) {
    const Derived derived = derive(tcb_, flags, payload.size());
    const SeqNum at = seq.value_or(derived.seq.value_or(iss_));
    ++clock_;
    Options options;
    if (flags.has(Flag::syn) && offers_)
      options = {wire::SackPermitted{}, wire::WindowScale{3}, wire::Timestamps{clock_, tcb_.ts_recent}};
    if (derived.tsecr && !flags.has(Flag::syn)) options.push_back(wire::Timestamps{clock_, *derived.tsecr});
    if (!derived.sack.empty()) options.push_back(wire::Sack{derived.sack});
    const Segment made = segment(flags, at, derived.ack, std::move(payload), std::move(options));
    if (const auto fault = check_options(tcb_, derived, made)) FAIL() << fault->expected;
    const SeqNum rcv_nxt = tcb_.rcv_nxt;
    ASSERT_NE(transmitted(tcb_, made), nullptr);
    ASSERT_EQ(tcb_.rcv_nxt, rcv_nxt) << "its own ACK is no news";
    channel.push_back(made);
  }

  Tcb tcb_;
  Random& random_;
  SeqNum iss_;
  bool offers_;
  std::uint32_t clock_ = 0xffff'fff0;
  Bytes outbox_, inbox_;
  bool ended_ = false;
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

void converse(Random& random, Side& a, Side& b) {
  std::vector<Segment> a_to_b, b_to_a;
  for (int round = 0; round < 300 && !(a.done() && b.done()); ++round) {
    a.send(a_to_b);
    b.send(b_to_a);
    carry(random, a_to_b, b, b_to_a);
    carry(random, b_to_a, a, a_to_b);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_TRUE(a.done() && b.done()) << to_string(a.tcb().state) << ' ' << to_string(b.tcb().state);
  EXPECT_EQ(a.inbox(), b.outbox());
  EXPECT_EQ(b.inbox(), a.outbox());
  const auto closed = [](const Side& side) {
    return side.tcb().state == State::time_wait || side.tcb().state == State::closed;
  };
  EXPECT_TRUE(closed(a) && closed(b)) << to_string(a.tcb().state) << ' ' << to_string(b.tcb().state);
}

TEST(ConnectionProperty, ClientAndServer_DeliverBothStreams) {
  Random random;
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const bool options = random.chance(2);
    Side server(random, listening(), random.near_wrap(), options);
    Side client(random, Tcb{}, random.near_wrap(), options || random.chance(2));
    converse(random, client, server);
  }
}

TEST(ConnectionProperty, SimultaneousOpen_DeliversBothStreams) {
  Random random;
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Side one(random, Tcb{}, random.near_wrap(), true);
    Side other(random, Tcb{}, random.near_wrap(), random.chance(2));
    converse(random, one, other);
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
