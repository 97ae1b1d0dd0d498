#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::transport {

/// What the kernel tells beside the bytes of a datagram.
struct Ancillary {
  std::uint32_t dropped = 0;    ///< by the full receive buffer, since the socket was opened
  std::uint32_t flow_info = 0;  ///< IPv6 traffic class and flow label, in network order
  std::uint8_t hop_limit = 0;
  in6_addr destination{};
  wire::Time time{};  ///< the epoch where the kernel has not stamped it
};

/// Where recvmmsg puts what it reads; used again for every read.
class Batch {
 public:
  static constexpr std::size_t capacity = 16;

  /// `named` where the socket tells the source of a datagram beside it.
  explicit Batch(bool named);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Reads what is there without waiting, and how many datagrams that were: `capacity` where there may be
  /// more. Throws os::SystemError.
  std::size_t read(const os::UniqueFd& socket);

  std::span<const std::uint8_t> datagram(std::size_t index) const;
  const in6_addr& source(std::size_t index) const { return slots_[index].source.sin6_addr; }
  /// Throws os::SystemError (ENOBUFS) where packets were lost before this one; once for each time that
  /// happened.
  Ancillary ancillary(std::size_t index);

 private:
  struct Slot {
    alignas(cmsghdr) std::array<char, 256> control;
    sockaddr_in6 source;
    iovec vector;
  };
  using Datagram = std::array<std::uint8_t, 65535>;

  std::unique_ptr<Datagram[]> datagrams_;
  std::array<Slot, capacity> slots_;
  std::array<mmsghdr, capacity> headers_;
  std::size_t used_ = capacity;  ///< headers that the kernel has written into
  std::uint32_t dropped_ = 0;
};

/// Gives the arrival the kernel's stamp, or the present time where there is none.
void stamp(Arrival& arrival, const Ancillary& ancillary);

/// Makes of a socket one that `Batch` reads: its buffer large, datagrams stamped, losses told.
void prepare_capture(const os::UniqueFd& socket);

void attach_filter(const os::UniqueFd& socket, std::vector<sock_filter> filter);

}  // namespace tcpcraft::transport
