// What holds whatever arrives and whatever is sent.

#include <tcpcraft/model/peer.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

/// A number near one that matters to `tcb`, or any.
SeqNum some_number(Random& random, const Tcb& tcb) {
  const SeqNum near[] = {tcb.rcv_nxt, tcb.rcv_edge, tcb.snd_una, tcb.snd_nxt, tcb.irs.value_or(irs)};
  if (random.chance(10)) return SeqNum(static_cast<std::uint32_t>(random.engine()()));
  return near[random.below(5)] + (static_cast<std::int64_t>(random.below(41)) - 20);
}

Segment some_segment(Random& random, const Tcb& tcb) {
  Flags flags(static_cast<std::uint16_t>(random.below(64)));
  // Mostly the flags that keep a connection alive.
  if (random.chance(2)) flags = random.chance(4) ? FIN_ACK : ACK;
  Segment made = segment(flags, some_number(random, tcb), some_number(random, tcb), filler(random.below(30)));
  made.window = static_cast<std::uint16_t>(random.below(3) * 100);
  if (random.chance(2)) made.options.push_back(wire::Timestamps{random.below(50), random.below(50)});
  if (random.chance(4))
    made.options.push_back(wire::WindowScale{static_cast<std::uint8_t>(random.below(20))});
  if (random.chance(4)) made.options.push_back(wire::SackPermitted{});
  return made;
}

TEST(Invariant, AnySegments_LeaveAConsistentTcb) {
  Random random;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Connection c;
    if (random.chance(2)) c.establish();
    Tcb peer = peer_with(irs);
    for (int step = 0; step < 60; ++step) {
      Segment any = some_segment(random, c.kernel);
      const SeqNum rcv_nxt = c.kernel.rcv_nxt;
      if (random.chance(3)) {
        // Only the peer is crafted: the side under test stays near its own numbers.
        any.seq = c.kernel.snd_nxt + (static_cast<std::int64_t>(random.below(41)) - 20);
        const Derived derived = derive(c.kernel, any.flags, any.payload.size());
        ASSERT_NE(derived.seq_rule, nullptr);
        ASSERT_NE(derived.ack_rule, nullptr);
        check_options(c.kernel, derived, any);
        ASSERT_NE(transmitted(c.kernel, any), nullptr);
        peer_received(peer, any);
      } else {
        const bool had_syn = c.kernel.irs.has_value() && !any.has(Flag::syn);
        const Outcome reaction = follow(c.kernel, any);
        peer_sent(peer, any, false);
        ASSERT_NE(reaction.rule, nullptr);
        ASSERT_TRUE(c.kernel.last_arrival);
        if (had_syn) {
          ASSERT_EQ(c.kernel.rcv_nxt - rcv_nxt,
                    static_cast<std::int32_t>(reaction.delivered.size()) + reaction.fin);
        }
      }
      ASSERT_FALSE(before(c.kernel.rcv_edge, c.kernel.rcv_nxt));
      ASSERT_FALSE(before(c.kernel.snd_nxt, c.kernel.snd_una));
      ASSERT_GE(c.kernel.max_snd_wnd, c.kernel.snd_wnd);
    }
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
