#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/endpoint_link.hpp>
#include <tcpcraft/wire/codec.hpp>

#include "capture.hpp"

namespace tcpcraft::transport {
namespace {

constexpr int receive_buffer = 64 << 20;
/// A raw IPv6 socket keeps the header to itself: room for one like it.
constexpr std::size_t ipv6_header_size = 40;

/// Keeps the segments whose source (at 0) or destination (at 2) port is this one.
std::vector<sock_filter> one_port_filter(bool v6, std::uint32_t offset, std::uint16_t port) {
  return {
      v6 ? sock_filter(BPF_STMT(BPF_LDX | BPF_IMM, 0)) : sock_filter(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0)),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, offset), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff), BPF_STMT(BPF_RET | BPF_K, 0)};
}

os::SocketAddress socket_address(const wire::IpAddress& address) {
  return os::SocketAddress::from(address.data(), address.size(), 0);
}

}  // namespace

/// Where recvmmsg puts what it reads. The datagrams' memory is not cleared: what none of them fills is never
/// brought in.
struct EndpointLink::Batch {
  static constexpr std::size_t size = ipv6_header_size + 65535;
  using Datagram = std::array<std::uint8_t, size>;
  struct Slot {
    alignas(cmsghdr) std::array<char, 64> control;
    sockaddr_in6 source;
    iovec vector;
  };

  explicit Batch(bool is_v6) : v6(is_v6), datagrams(new Datagram[most]) {
    for (std::size_t i = 0; i < most; ++i) {
      slots[i].vector = {datagrams[i].data() + (v6 ? ipv6_header_size : 0), 65535};
      headers[i].msg_hdr = {};
      headers[i].msg_hdr.msg_iov = &slots[i].vector;
      headers[i].msg_hdr.msg_iovlen = 1;
      if (!v6) continue;
      headers[i].msg_hdr.msg_name = &slots[i].source;
      headers[i].msg_hdr.msg_control = slots[i].control.data();
    }
  }

  void prepare() {
    for (std::size_t i = 0; v6 && i < most; ++i) {
      headers[i].msg_hdr.msg_namelen = sizeof slots[i].source;
      headers[i].msg_hdr.msg_controllen = slots[i].control.size();
    }
  }

  /// The addresses and the length are all that is looked at.
  void complete(std::size_t index) {
    std::uint8_t* const header = datagrams[index].data();
    std::memset(header, 0, ipv6_header_size);
    header[0] = 6 << 4;
    header[4] = static_cast<std::uint8_t>(headers[index].msg_len >> 8);
    header[5] = static_cast<std::uint8_t>(headers[index].msg_len);
    header[6] = IPPROTO_TCP;
    std::memcpy(header + 8, &slots[index].source.sin6_addr, 16);
    msghdr& message = headers[index].msg_hdr;
    for (cmsghdr* one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one))
      if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO)
        std::memcpy(header + 24, CMSG_DATA(one), 16);
  }

  bool v6;
  std::unique_ptr<Datagram[]> datagrams;
  std::array<Slot, most> slots;
  std::array<mmsghdr, most> headers;
};

EndpointLink::EndpointLink(const wire::Endpoint& endpoint, Sees sees)
    : endpoint_(endpoint),
      sees_(sees),
      socket_(os::check(::socket(socket_address(endpoint.address).family(),
                                 SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP),
                        "socket(SOCK_RAW)")),
      batch_(std::make_unique<Batch>(endpoint.address.is_v6())) {
  const bool v6 = batch_->v6;
  attach_filter(socket_, one_port_filter(v6, sees == Sees::from ? 0 : 2, endpoint.port));
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) == -1)
    os::set_option(socket_, SOL_SOCKET, SO_RCVBUF, receive_buffer, "SO_RCVBUF");
  if (v6) {
    os::set_option(socket_, IPPROTO_IPV6, IPV6_HDRINCL, 1, "IPV6_HDRINCL");
    os::set_option(socket_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  } else {
    os::set_option(socket_, IPPROTO_IP, IP_HDRINCL, 1, "IP_HDRINCL");
  }
}

EndpointLink::~EndpointLink() = default;

void EndpointLink::send(const wire::Segment& segment) {
  const wire::Bytes packet = wire::encode(segment);
  const os::SocketAddress to = socket_address(segment.destination.address);
  if (::sendto(socket_.get(), packet.data(), packet.size(), 0, to.get(), to.length) != -1) return;
  if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) throw os::SystemError("sendto(SOCK_RAW)");
}

std::size_t EndpointLink::read() {
  batch_->prepare();
  const int count = ::recvmmsg(socket_.get(), batch_->headers.data(), most, MSG_DONTWAIT, nullptr);
  if (count == -1 && errno != EAGAIN && errno != EINTR) throw os::SystemError("recvmmsg");
  return count == -1 ? 0 : static_cast<std::size_t>(count);
}

std::optional<wire::Segment> EndpointLink::segment(std::size_t index) const {
  std::size_t size = batch_->headers[index].msg_len;
  if (batch_->v6) {
    batch_->complete(index);
    size += ipv6_header_size;
  }
  auto segment = wire::decode({batch_->datagrams[index].data(), size});
  if (!segment || (sees_ == Sees::from ? segment->source : segment->destination) != endpoint_) return {};
  return segment;
}

}  // namespace tcpcraft::transport
