#include <algorithm>
#include <array>

#include <tcpcraft/matrix/state_variant.hpp>

namespace tcpcraft::matrix {
namespace {

using Kind = Act::Kind;
using model::State;

// Every connection has a history: bytes exchanged and acknowledged both ways, so that numbers just before
// RCV.NXT and SND.UNA are old and not unknown. Then comes data of the kernel's that is left unacknowledged,
// so that a duplicate ACK, a partial one and a full one are three things.
constexpr std::uint32_t history = 1000;
constexpr std::uint32_t outstanding = 500;
/// The smallest that Linux takes: what the history leaves of its window, one segment fills.
constexpr std::uint32_t small_buffer = 2304;

constexpr Act listen{Kind::listen}, listen_small{Kind::listen, small_buffer};
constexpr Act connect{Kind::connect}, accept{Kind::accept}, read{Kind::read};
constexpr Act shut_down{Kind::shut_down}, close{Kind::close};
constexpr Act peer_syn{Kind::peer_syn}, peer_ack{Kind::peer_ack}, peer_fin{Kind::peer_fin};
constexpr Act peer_data{Kind::peer_data, history}, write_history{Kind::write, history};
constexpr Act write{Kind::write, outstanding}, fill_window{Kind::fill_window};

constexpr Act in_listen[] = {listen};
constexpr Act in_syn_sent[] = {connect};
constexpr Act in_syn_received_passive[] = {listen, peer_syn};
constexpr Act in_syn_received_active[] = {connect, peer_syn};

/// A connection with a history, and what happens to it then. The kernel writes first: an answer within the
/// time of a delayed ACK would have it delay the ones that follow.
template <class... Acts>
constexpr auto exchanged(Act listens, Acts... then) {
  return std::array{listens, peer_syn, peer_ack, accept, write_history, peer_data, read, then...};
}

constexpr auto in_established = exchanged(listen, write);
constexpr auto in_established_zwin = exchanged(listen_small, fill_window, write);
constexpr auto in_fin_wait_1 = exchanged(listen, write, shut_down);
constexpr auto in_fin_wait_1_orphan = exchanged(listen, write, close);
constexpr auto in_fin_wait_2 = exchanged(listen, shut_down, peer_ack);
constexpr auto in_fin_wait_2_orphan = exchanged(listen, close, peer_ack);
constexpr auto in_close_wait = exchanged(listen, write, peer_fin, read);
constexpr auto in_closing = exchanged(listen, write, shut_down, peer_fin);
constexpr auto in_closing_orphan = exchanged(listen, write, close, peer_fin);
constexpr auto in_last_ack = exchanged(listen, write, peer_fin, read, close);
constexpr auto in_last_ack_shut = exchanged(listen, write, peer_fin, read, shut_down);
constexpr auto in_time_wait = exchanged(listen, shut_down, peer_ack, peer_fin);

constexpr StateVariant table[] = {
    {"CLOSED", State::closed, "nothing listens there", {}},
    {"LISTEN", State::listen, "the application listens", in_listen},
    {"SYN-SENT", State::syn_sent, "the application connects", in_syn_sent},
    {"SYN-RECEIVED/passive", State::syn_received, "a SYN to a listening socket", in_syn_received_passive},
    {"SYN-RECEIVED/active", State::syn_received, "the SYNs of both sides cross", in_syn_received_active},
    {"ESTABLISHED", State::established, "500 bytes of the kernel's unacknowledged", in_established},
    {"ESTABLISHED/zwin", State::established, "the same, the receive window closed", in_established_zwin},
    {"FIN-WAIT-1", State::fin_wait_1, "500 bytes and FIN unacknowledged, by shutdown()", in_fin_wait_1},
    {"FIN-WAIT-1/orphan", State::fin_wait_1, "the same, by close()", in_fin_wait_1_orphan},
    {"FIN-WAIT-2", State::fin_wait_2, "FIN acknowledged, by shutdown()", in_fin_wait_2},
    {"FIN-WAIT-2/orphan", State::fin_wait_2, "FIN acknowledged, by close()", in_fin_wait_2_orphan},
    {"CLOSE-WAIT", State::close_wait, "500 bytes of the kernel's unacknowledged, end of file read",
     in_close_wait},
    {"CLOSING", State::closing, "500 bytes and FIN unacknowledged, by shutdown()", in_closing},
    {"CLOSING/orphan", State::closing, "the same, by close()", in_closing_orphan},
    {"LAST-ACK", State::last_ack, "500 bytes and FIN unacknowledged, by close()", in_last_ack},
    {"LAST-ACK/shut", State::last_ack, "the same, by shutdown()", in_last_ack_shut},
    {"TIME-WAIT", State::time_wait, "the kernel closed first; something listens", in_time_wait},
};

}  // namespace

std::span<const StateVariant> state_variants() {
  return table;
}

const StateVariant* find_state_variant(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const auto& known) { return known.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace tcpcraft::matrix
