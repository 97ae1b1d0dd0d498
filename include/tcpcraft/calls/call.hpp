#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <tcpcraft/calls/socket_option.hpp>
#include <tcpcraft/wire/options.hpp>

/// What an application asks of its socket, and what it is told: pure data.
namespace tcpcraft::calls {

struct Listen {
  std::optional<int> backlog;  ///< absent: as many as the system allows
};
struct Accept {};
struct Connect {};
struct Read {
  std::optional<std::uint32_t> limit;  ///< in bytes; absent: all that is there
  bool oob = false;                    ///< the urgent byte, out of band
  bool all = false;                    ///< as many bytes as the limit, as they come
};
struct Write {
  wire::Bytes data;
  bool oob = false;  ///< with the urgent pointer at its end
};
struct Shutdown {
  enum class Half { read, write, both };
  Half half = Half::both;
};
struct Close {};
struct Set {
  const SocketOption* option = nullptr;  ///< never null in a call that is made
  OptionValue value;
};
struct Get {
  const SocketOption* option = nullptr;  ///< never null in a call that is made
};
struct Poll {};

using Call = std::variant<Listen, Accept, Connect, Read, Write, Shutdown, Close, Set, Get, Poll>;

/// `read`
std::string_view name_of(const Call& call);
/// `read 10`, `write "a\n"`, `set SO_LINGER on 0`; what is written is cut to about `max_payload` characters.
std::string format_call(const Call& call, std::size_t max_payload = 40);

}  // namespace tcpcraft::calls
