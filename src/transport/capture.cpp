#include "capture.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

namespace tcpcraft::transport {
namespace {

/// IPV6_FLOWINFO of linux/in6.h, which cannot be included together with netinet/in.h.
constexpr int ipv6_flowinfo = 11;
constexpr int receive_buffer = 16 << 20;

template <class T>
T payload(const cmsghdr* message) {
  T value;
  std::memcpy(&value, CMSG_DATA(message), sizeof value);
  return value;
}

Ancillary read_ancillary(msghdr& header) {
  Ancillary result;
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message; message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SCM_TIMESTAMPING) {
      const timespec stamp = payload<scm_timestamping>(message).ts[0];
      result.time = wire::Time(std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec));
    } else if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SO_RXQ_OVFL) {
      result.dropped = payload<std::uint32_t>(message);
    } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_HOPLIMIT) {
      result.hop_limit = static_cast<std::uint8_t>(payload<int>(message));
    } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
      result.destination = payload<in6_pktinfo>(message).ipi6_addr;
    } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == ipv6_flowinfo) {
      result.flow_info = payload<std::uint32_t>(message);
    }
  }
  return result;
}

}  // namespace

/// The datagrams' memory is not cleared: what none of them fills is never brought in.
Batch::Batch(bool named) : datagrams_(new Datagram[capacity]) {
  for (std::size_t i = 0; i < capacity; ++i) {
    slots_[i].vector = {datagrams_[i].data(), datagrams_[i].size()};
    headers_[i].msg_hdr = {};
    headers_[i].msg_hdr.msg_iov = &slots_[i].vector;
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = named ? &slots_[i].source : nullptr;
    headers_[i].msg_hdr.msg_control = slots_[i].control.data();
  }
}

std::size_t Batch::read(const os::UniqueFd& socket) {
  for (std::size_t i = 0; i < used_; ++i) {
    headers_[i].msg_hdr.msg_namelen = sizeof slots_[i].source;
    headers_[i].msg_hdr.msg_controllen = slots_[i].control.size();
  }
  const int result = ::recvmmsg(socket.get(), headers_.data(), capacity, MSG_DONTWAIT, nullptr);
  if (result == -1 && errno != EAGAIN && errno != EINTR) throw os::SystemError("recvmmsg");
  return used_ = result == -1 ? 0 : static_cast<std::size_t>(result);
}

std::span<const std::uint8_t> Batch::datagram(std::size_t index) const {
  return {datagrams_[index].data(), headers_[index].msg_len};
}

Ancillary Batch::ancillary(std::size_t index) {
  const Ancillary result = read_ancillary(headers_[index].msg_hdr);
  if (std::exchange(dropped_, result.dropped) != result.dropped)
    throw os::SystemError("recvmmsg: packets were lost, the receive buffer was full", ENOBUFS);
  return result;
}

void stamp(Arrival& arrival, const Ancillary& ancillary) {
  arrival.kernel_time = ancillary.time != wire::Time{};
  arrival.time = arrival.kernel_time ? ancillary.time : wire::Time(std::chrono::system_clock::now());
}

void prepare_capture(const os::UniqueFd& socket) {
  // Beyond the system's limit where that is allowed, otherwise up to it.
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) == -1)
    os::set_option(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer, "SO_RCVBUF");
  // Not SO_TIMESTAMP: for a packet that the kernel has not stamped, it passes the time of the read for one.
  os::set_option(socket, SOL_SOCKET, SO_TIMESTAMPING,
                 SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, "SO_TIMESTAMPING");
  os::set_option(socket, SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
}

void attach_filter(const os::UniqueFd& socket, std::vector<sock_filter> filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  os::check(::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
            "SO_ATTACH_FILTER");
}

}  // namespace tcpcraft::transport
