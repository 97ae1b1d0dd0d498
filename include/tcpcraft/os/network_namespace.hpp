#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcpcraft::os {

/// Moves this process, which must have one thread, into a user and network namespace of its own, in which it
/// is privileged, keeping its user's id there. Throws SystemError; `why_not_private` says what to do about
/// it.
void enter_private_network();

/// Moves this process, which is in a private network already, into a new one. Throws SystemError.
void renew_private_network();

/// What would help where `enter_private_network` failed with `error`: names the sysctl, or the capability.
std::string why_not_private(int error);

/// Brings `lo` up and switches TSO, GSO and GRO off on it, so that segments are seen as TCP made them.
/// Only for a private namespace.
void bring_up_loopback();

/// Sets the MTU of `lo`, in bytes, beyond which the kernel refuses to send; below 1280 there is no IPv6 on
/// it. Only for a private namespace.
void set_loopback_mtu(unsigned mtu);

/// Adds an address to `lo`, with a prefix of one host and no duplicate address detection; packets for it are
/// received from then on. `address` is 4 or 16 bytes in network order. Only for a private namespace.
void add_loopback_address(const std::uint8_t* address, std::size_t size);

/// Writes one sysctl of this network namespace. `name` is spelled with dots, `net.ipv4.tcp_rfc1337`. Throws
/// SystemError with ENOENT where there is none of that name, EPERM or EACCES where it is not this namespace's
/// to set, EINVAL where the value is refused.
void write_sysctl(std::string_view name, std::string_view value);

/// Whether this process may open raw sockets in its network namespace (CAP_NET_RAW).
bool may_use_raw_sockets();

}  // namespace tcpcraft::os
