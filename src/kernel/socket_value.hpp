#pragma once

#include <optional>

#include <tcpcraft/calls/socket_option.hpp>

namespace tcpcraft::kernel {

/// setsockopt: 0, or -1 with errno.
int set_value(int socket, const calls::SocketOption& option, const calls::OptionValue& value);

/// getsockopt; nothing where it failed, with errno.
std::optional<calls::OptionValue> get_value(int socket, const calls::SocketOption& option);

}  // namespace tcpcraft::kernel
