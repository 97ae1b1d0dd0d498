#include "stage.hpp"

#include <algorithm>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::matrix {

using wire::Flag;
using Kind = Act::Kind;

namespace {

constexpr wire::Flags ack{Flag::ack}, psh_ack{Flag::psh, Flag::ack}, fin_ack{Flag::fin, Flag::ack};
constexpr std::uint32_t largest_text = 1460;  ///< that fits any link
constexpr int patience = 16;                  ///< segments, to fill a window

struct Due {
  std::size_t least, most;
};

/// How many segments an act has the kernel send at once. An ACK may wait for the kernel's next data.
Due due(Kind kind) {
  switch (kind) {
    case Kind::connect:
    case Kind::write:
    case Kind::shut_down:
    case Kind::close:
    case Kind::peer_syn:
      return {1, 1};
    case Kind::read:
    case Kind::peer_data:
    case Kind::peer_fin:
      return {0, 1};
    default:
      return {0, 0};
  }
}

std::string_view name(Kind kind) {
  constexpr std::string_view names[] = {"listen",          "connect",        "accept",
                                        "write",           "read",           "shutdown",
                                        "close",           "the peer's SYN", "the peer's ACK",
                                        "the peer's data", "the peer's FIN", "filling the window"};
  return names[static_cast<int>(kind)];
}

}  // namespace

std::string Stage::set_up(const StateVariant& state, bool timestamps) {
  const auto listens = [](const Act& act) { return act.kind == Kind::listen; };
  if (std::none_of(state.recipe.begin(), state.recipe.end(), listens)) application.stop_listening();
  conversation.begin(timestamps);
  unread = 0;
  act_ends.clear();
  for (const Act& act : state.recipe) {
    if (std::string wrong = follow(act); !wrong.empty()) return wrong;
    act_ends.push_back(conversation.trace_size());
  }
  return doubts(state);
}

std::string Stage::follow(const Act& act) {
  if (std::string wrong = perform(act); !wrong.empty()) return wrong;
  // Nothing passes on the link.
  if (act.kind == Kind::listen || act.kind == Kind::accept) return {};
  const std::size_t heard = conversation.hear();
  const Due expected = due(act.kind);
  if (act.kind == Kind::close) conversation.tcb.orphaned = true;
  if (heard >= expected.least && heard <= expected.most) return {};
  return "set-up: " + std::string(name(act.kind)) + " drew " + std::to_string(heard) +
         " segments from the kernel, not " + std::to_string(expected.most);
}

std::string Stage::perform(const Act& act) {
  model::Tcb& tcb = conversation.tcb;
  switch (act.kind) {
    case Kind::listen:
      application.listen(act.bytes);
      tcb = model::listening();
      return {};
    case Kind::accept:
      return application.accept() ? "" : "set-up: there is no connection to accept";
    case Kind::fill_window:
      return fill_window();
    case Kind::connect:
      return application.connect(), "";
    case Kind::write:
      return application.write(act.bytes), "";
    case Kind::read:
      return read(), "";
    case Kind::shut_down:
      return application.shut_down(), "";
    case Kind::close:
      return application.close(), "";
    case Kind::peer_syn:
      return conversation.send_syn(), "";
    case Kind::peer_ack:
      return conversation.send(ack, tcb.rcv_nxt, tcb.snd_nxt), "";
    case Kind::peer_data:
      return conversation.send(psh_ack, tcb.rcv_nxt, tcb.snd_nxt, act.bytes), "";
    case Kind::peer_fin:
      return conversation.send(fin_ack, tcb.rcv_nxt, tcb.snd_una), "";
  }
  return {};
}

void Stage::read() {
  wire::Bytes bytes;
  application.read(bytes);
  application.flush_ack();
}

/// A window that was offered is not taken back, so it is filled to its edge. The ACK that says that it is
/// closed is not due at once; an old byte, acknowledged long since, demands it. (So would a probe beyond the
/// edge, but whether its own ACK counts is one of the questions.)
std::string Stage::fill_window() {
  const model::Tcb& tcb = conversation.tcb;
  for (int sent = 0; tcb.rcv_wnd() != 0 || tcb.last_ack_sent != tcb.rcv_nxt; ++sent) {
    if (sent == patience) return "set-up: the receive window does not close";
    const std::uint32_t room = std::min(tcb.rcv_wnd(), largest_text);
    if (room != 0)
      conversation.send(ack, tcb.rcv_nxt, tcb.snd_nxt, room);
    else
      conversation.send(ack, tcb.last_ack_sent - 2, tcb.snd_nxt, 1);
    unread += room;
    conversation.hear();
  }
  return {};
}

std::string Stage::doubts(const StateVariant& state) const {
  const model::Tcb& tcb = conversation.tcb;
  if (tcb.state != state.state)
    return "set-up: by its segments the kernel is in " + std::string(to_string(tcb.state));
  // While it owes an ACK the kernel's window begins before RCV.NXT.
  if (is_synchronized(tcb.state) && tcb.last_ack_sent != tcb.rcv_nxt)
    return "set-up: the kernel has not acknowledged all that it received";
  return {};
}

}  // namespace tcpcraft::matrix
