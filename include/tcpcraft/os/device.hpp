#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tcpcraft::os {

/// The two ends of a device, each an address of 4 or 16 bytes in network order, both of one size and none of
/// them a loopback address.
struct DeviceAddresses {
  std::span<const std::uint8_t> kernel;  ///< the kernel's own, put on the device
  std::span<const std::uint8_t> peer;    ///< the host that the kernel reaches through the device
};

/// Makes a device the way from the kernel to the peer and brings it up: without ARP and IPv6
/// autoconfiguration, so that it carries nothing unasked; with all offloads off, so that segments are seen as
/// TCP made them, their checksums finished; with a route to the peer. `mtu` is in bytes; below 1280 there is
/// no IPv6. The kernel's address can be bound at once. Throws SystemError. Only for a private namespace; and
/// no two devices there may lead to one peer: the older one would get everything.
void configure_device(const std::string& device, const DeviceAddresses& addresses, unsigned mtu);

/// Makes a configured device the way to another host too. A route that is there already is no error.
void add_route(const std::string& device, std::span<const std::uint8_t> host);

/// How many packets of the kernel's have been lost in the device since it was made. Throws SystemError.
std::uint64_t packets_dropped(const std::string& device);

}  // namespace tcpcraft::os
