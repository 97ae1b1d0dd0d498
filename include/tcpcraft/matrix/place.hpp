#pragma once

#include <cstdint>
#include <string>

#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::matrix {

/// A sequence number said in terms of the kernel's variables: `R + W - 1`.
struct Place {
  int rcv_nxt = 0, rcv_wnd = 0, snd_una = 0, snd_nxt = 0, iss = 0, irs = 0,
      max_snd_wnd = 0;  ///< how often each
  std::int64_t offset = 0;

  friend constexpr Place operator+(Place a, const Place& b) {
    a.rcv_nxt += b.rcv_nxt, a.rcv_wnd += b.rcv_wnd, a.snd_una += b.snd_una, a.snd_nxt += b.snd_nxt;
    a.iss += b.iss, a.irs += b.irs, a.max_snd_wnd += b.max_snd_wnd, a.offset += b.offset;
    return a;
  }
  friend constexpr Place operator-(const Place& a, const Place& b) {
    return a +
           Place{-b.rcv_nxt, -b.rcv_wnd, -b.snd_una, -b.snd_nxt, -b.iss, -b.irs, -b.max_snd_wnd, -b.offset};
  }
  friend constexpr Place operator+(Place a, std::int64_t n) { return a.offset += n, a; }
  friend constexpr Place operator-(Place a, std::int64_t n) { return a.offset -= n, a; }
  friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// The variables of RFC 9293, section 3.3.1, by the letters that tables use.
namespace places {
inline constexpr Place R{.rcv_nxt = 1}, W{.rcv_wnd = 1}, U{.snd_una = 1}, N{.snd_nxt = 1};
inline constexpr Place ISS{.iss = 1}, IRS{.irs = 1};
inline constexpr Place MW{.max_snd_wnd = 1};  ///< MAX.SND.WND (RFC 5961, section 5.2)
}  // namespace places

/// The number that `place` means for this TCB. Where it has not heard of its peer, IRS is taken for the
/// number before RCV.NXT.
wire::SeqNum evaluate(const Place& place, const model::Tcb& tcb);

/// `RCV.NXT+RCV.WND+1000`.
std::string to_string(const Place& place);

}  // namespace tcpcraft::matrix
