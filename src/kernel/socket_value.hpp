#pragma once

#include <optional>
#include <string_view>

#include <tcpcraft/calls/socket_option.hpp>
#include <tcpcraft/os/socket_address.hpp>

namespace tcpcraft::kernel {

/// setsockopt: 0, or -1 with errno.
int set_value(int socket, const calls::SocketOption& option, const calls::OptionValue& value);

/// setsockopt of TCP_MD5SIG: the key that segments from and to `peer` are signed with (RFC 2385).
int set_md5_key(int socket, const os::SocketAddress& peer, std::string_view key);

/// getsockopt; nothing where it failed, with errno.
std::optional<calls::OptionValue> get_value(int socket, const calls::SocketOption& option);

}  // namespace tcpcraft::kernel
