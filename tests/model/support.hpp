#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>

namespace tcpcraft::model {

inline void PrintTo(State state, std::ostream* out) {
  *out << to_string(state);
}
inline void PrintTo(Reply::Kind kind, std::ostream* out) {
  constexpr const char* names[] = {"none", "ACK", "SYN-ACK", "RST"};
  *out << names[static_cast<int>(kind)];
}

}  // namespace tcpcraft::model

namespace tcpcraft::wire {

inline void PrintTo(SeqNum number, std::ostream* out) {
  *out << number.raw();
}
inline void PrintTo(const SackBlock& block, std::ostream* out) {
  *out << block.left.raw() << ':' << block.right.raw();
}

}  // namespace tcpcraft::wire

namespace tcpcraft::model::test {

using wire::Bytes;
using wire::Flag;
using wire::Flags;
using wire::Options;
using wire::Segment;
using wire::SeqNum;
using Kind = Reply::Kind;

inline constexpr Flags SYN{Flag::syn};
inline constexpr Flags ACK{Flag::ack};
inline constexpr Flags RST{Flag::rst};
inline constexpr Flags FIN{Flag::fin};
inline constexpr Flags SYN_ACK{Flag::syn, Flag::ack};
inline constexpr Flags RST_ACK{Flag::rst, Flag::ack};
inline constexpr Flags FIN_ACK{Flag::fin, Flag::ack};

/// The initial sequence numbers of kernel and peer, so close to 2^32 that every connection wraps.
inline constexpr SeqNum iss{0xffff'fe00};
inline constexpr SeqNum irs{0xffff'ff80};

inline Bytes text(std::string_view letters) {
  return Bytes(letters.begin(), letters.end());
}
inline Bytes filler(std::size_t size) {
  return Bytes(size, 'x');
}

inline Segment segment(Flags flags, SeqNum seq, SeqNum ack = {}, Bytes payload = {}, Options options = {}) {
  Segment made;
  made.flags = flags;
  made.seq = seq;
  made.ack = ack;
  made.window = 65535;
  made.payload = std::move(payload);
  made.options = std::move(options);
  return made;
}

using Deviations = std::vector<const Deviation*>;

/// What a TCP of this profile would make of the segment; `tcb` stays as it is.
inline Outcome as(const Profile& profile, Tcb tcb, const Segment& arrived) {
  tcb.profile = &profile;
  return arrive(tcb, arrived).first();
}

/// The random numbers of one test: the seed is printed, and TCPCRAFT_SEED sets it.
class Random {
 public:
  Random() {
    const char* given = std::getenv("TCPCRAFT_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 0) : std::random_device{}();
    std::cout << "TCPCRAFT_SEED=" << seed << '\n';
    engine_.seed(seed);
  }
  /// From 0 up to, but without, `limit`.
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  SeqNum near_wrap() { return SeqNum(0u - 5000u + below(10000)); }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

/// A connection seen from the kernel's side. The peer's segments take their numbers from the kernel's TCB.
struct Connection {
  Tcb kernel = listening();
  std::uint16_t kernel_window = 65535;
  bool timestamps = false;
  bool sack = false;
  std::uint32_t peer_clock = 1000000;
  std::uint32_t kernel_clock = 5000;

  Options syn_options(std::uint32_t tsval, std::uint32_t tsecr) const {
    Options options;
    options.push_back(wire::Mss{1460});
    if (sack) options.push_back(wire::SackPermitted{});
    if (timestamps) options.push_back(wire::Timestamps{tsval, tsecr});
    return options;
  }
  Options peer_options(Flags flags) {
    ++peer_clock;
    if (flags.has(Flag::syn)) return syn_options(peer_clock, 0);
    if (timestamps) return {wire::Timestamps{peer_clock, kernel_clock}};
    return {};
  }

  /// The peer sends at `offset` from the kernel's RCV.NXT, acknowledging all that the kernel sent.
  Outcome peer(Flags flags, Bytes payload = {}, std::int64_t offset = 0) {
    return peer_acking(kernel.snd_nxt, flags, std::move(payload), offset);
  }
  Outcome peer_acking(SeqNum ack, Flags flags = ACK, Bytes payload = {}, std::int64_t offset = 0) {
    return follow(kernel,
                  segment(flags, kernel.rcv_nxt + offset, ack, std::move(payload), peer_options(flags)));
  }

  /// The kernel sends what `derive` says. Returns the rule that `transmitted` names.
  const Rule* kernel_sends(Flags flags, Bytes payload = {}) {
    const Derived derived = derive(kernel, flags, payload.size());
    Options options;
    ++kernel_clock;
    if (flags.has(Flag::syn))
      options = syn_options(kernel_clock, kernel.ts_recent);
    else if (derived.tsecr)
      options = {wire::Timestamps{kernel_clock, *derived.tsecr}};
    Segment sent = segment(flags, derived.seq.value_or(iss), derived.ack, std::move(payload), options);
    sent.window = kernel_window;
    return transmitted(kernel, sent);
  }

  void receive_syn() {
    follow(kernel, segment(SYN, irs, {}, {}, peer_options(SYN)));
    kernel_sends(SYN_ACK);
  }
  void establish() {
    receive_syn();
    peer(ACK);
    ASSERT_EQ(kernel.state, State::established);
  }
  void exchange(std::size_t bytes) {
    peer(ACK, filler(bytes));
    kernel_sends(ACK, filler(bytes));
    peer(ACK);
  }
  void peer_fin() {
    peer_acking(kernel.snd_una, FIN_ACK);
    kernel_sends(ACK);
  }
};

}  // namespace tcpcraft::model::test
