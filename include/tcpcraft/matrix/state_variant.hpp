#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <tcpcraft/model/state.hpp>

namespace tcpcraft::matrix {

/// One act of the recipe that brings a connection into a state.
struct Act {
  enum class Kind {
    listen,       ///< the application listens, with a receive buffer of `bytes` where that is not 0
    connect,      ///< the application connects: the kernel sends its SYN
    accept,       ///< the application accepts
    write,        ///< the application writes `bytes`
    read,         ///< the application reads all there is, and an ACK that was delayed is sent
    shut_down,    ///< shutdown(SHUT_WR)
    close,        ///< close(), all data having been read
    peer_syn,     ///< the peer sends a SYN
    peer_ack,     ///< the peer acknowledges all that the kernel has sent
    peer_data,    ///< the peer sends `bytes`, acknowledging all that the kernel has sent
    peer_fin,     ///< the peer sends a FIN, acknowledging only what was acknowledged before
    fill_window,  ///< the peer sends until the kernel's receive window is closed
  };
  Kind kind;
  std::uint32_t bytes = 0;
};

/// One of the RFC's eleven states, in a variant for which Linux has code of its own.
struct StateVariant {
  std::string_view name;   ///< `FIN-WAIT-2/orphan`
  model::State state;      ///< as RFC 9293 and sock_diag name it
  std::string_view about;  ///< how it is reached, in a few words
  std::span<const Act> recipe;
};

/// The seventeen variants, in the RFC's order.
std::span<const StateVariant> state_variants();
/// The variant of that name; nullptr where there is none.
const StateVariant* find_state_variant(std::string_view name);

}  // namespace tcpcraft::matrix
