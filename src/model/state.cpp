#include <array>
#include <cstddef>

#include <tcpcraft/model/state.hpp>

namespace tcpcraft::model {
namespace {

constexpr std::array<std::string_view, 11> names = {
    "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
    "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT",
};

}  // namespace

std::string_view to_string(State state) {
  return names[static_cast<std::size_t>(state)];
}

std::optional<State> parse_state(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<State>(i);
  return std::nullopt;
}

}  // namespace tcpcraft::model
