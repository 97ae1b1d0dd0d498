#include <tcpcraft/matrix/place.hpp>

namespace tcpcraft::matrix {

wire::SeqNum evaluate(const Place& place, const model::Tcb& tcb) {
  const wire::SeqNum iss = tcb.iss.value_or(wire::SeqNum(0));
  const wire::SeqNum irs = tcb.irs.value_or(tcb.rcv_nxt - 1);
  return wire::SeqNum(0) + place.offset + std::int64_t{place.rcv_nxt} * tcb.rcv_nxt.raw() +
         std::int64_t{place.rcv_wnd} * tcb.rcv_wnd() + std::int64_t{place.snd_una} * tcb.snd_una.raw() +
         std::int64_t{place.snd_nxt} * tcb.snd_nxt.raw() + std::int64_t{place.iss} * iss.raw() +
         std::int64_t{place.irs} * irs.raw() + std::int64_t{place.max_snd_wnd} * tcb.max_snd_wnd;
}

std::string to_string(const Place& place) {
  std::string text;
  const auto add = [&](std::int64_t times, std::string_view name) {
    for (; times > 0; --times) text += (text.empty() ? "" : "+") + std::string(name);
    for (; times < 0; ++times) text += "-" + std::string(name);
  };
  add(place.rcv_nxt, "RCV.NXT");
  add(place.snd_una, "SND.UNA");
  add(place.snd_nxt, "SND.NXT");
  add(place.iss, "ISS");
  add(place.irs, "IRS");
  add(place.rcv_wnd, "RCV.WND");
  add(place.max_snd_wnd, "MAX.SND.WND");
  if (place.offset > 0 && !text.empty()) text += "+";
  if (place.offset != 0 || text.empty()) text += std::to_string(place.offset);
  return text;
}

}  // namespace tcpcraft::matrix
