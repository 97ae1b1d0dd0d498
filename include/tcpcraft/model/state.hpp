#pragma once

#include <optional>
#include <string_view>

namespace tcpcraft::model {

/// The states of a connection (RFC 9293, section 3.3.2).
enum class State {
  closed,
  listen,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
  time_wait,
};

/// `SYN-RECEIVED`, as RFC 9293 prints it.
std::string_view to_string(State state);
/// The state of that name, letter by letter as printed; nothing otherwise.
std::optional<State> parse_state(std::string_view name);

/// ESTABLISHED and all that follow it: both sides have seen each other's SYN acknowledged.
constexpr bool is_synchronized(State state) {
  return state >= State::established;
}

}  // namespace tcpcraft::model
