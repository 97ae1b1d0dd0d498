#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include <linux/netlink.h>

struct mnl_socket;

namespace tcpcraft::os {

/// NETLINK_ROUTE, rtnetlink(7): one request after another.
class RouteSocket {
 public:
  RouteSocket();
  ~RouteSocket();
  RouteSocket(const RouteSocket&) = delete;
  RouteSocket& operator=(const RouteSocket&) = delete;

  /// Begins a request, to which the caller adds the family's header and the attributes.
  nlmsghdr* begin(std::uint16_t type, std::uint16_t flags);
  /// The same, with the header of a request about a device; 0 stands for one that is still to be made.
  nlmsghdr* begin_link(std::uint16_t type, unsigned index, std::uint16_t flags = NLM_F_ACK);

  /// Sends what was begun and returns the first message of the answer, which lasts until the next request.
  /// Throws SystemError, `call` being its name.
  const nlmsghdr* exchange(const std::string& call);
  /// For a request with NLM_F_ACK: the error that the kernel answers with, 0 for none.
  int try_execute(const std::string& call);
  /// The same; throws SystemError with that error.
  void execute(const std::string& call);

 private:
  mnl_socket* socket_;
  std::uint32_t sequence_ = 0;
  alignas(nlmsghdr) std::array<char, 1024> buffer_;
};

/// The index of a device; throws SystemError where there is none of that name.
unsigned device_index(const std::string& name);

/// Adds an address with a prefix of one host and no duplicate address detection, and waits until packets for
/// it are the kernel's own. `peer`, where it is not empty, is the host at the other end, to which the kernel
/// makes a route over the device. An address that is there already is no error.
void add_address(RouteSocket& socket, unsigned index, std::span<const std::uint8_t> address,
                 std::span<const std::uint8_t> peer, const std::string& device);

}  // namespace tcpcraft::os
