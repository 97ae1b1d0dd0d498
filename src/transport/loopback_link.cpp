#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

#include "datagram.hpp"
#include "port_filter.hpp"

namespace tcpcraft::transport {
namespace {

constexpr std::size_t batch_size = 16;
constexpr std::size_t largest_datagram = 65535;
constexpr std::size_t ipv6_header_size = 40;
/// IPV6_FLOWINFO of linux/in6.h, which cannot be included together with netinet/in.h.
constexpr int ipv6_flowinfo = 11;
constexpr int receive_buffer = 16 << 20;
constexpr std::chrono::seconds barrier_patience{1};
constexpr std::uint8_t rst_and_ack = 0x14;

bool contains(const std::vector<std::uint16_t>& ports, std::uint16_t port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

/// What the kernel tells beside the bytes of a datagram.
struct Ancillary {
  std::uint32_t dropped = 0;    ///< by the full receive buffer, since the socket was opened
  std::uint32_t flow_info = 0;  ///< IPv6 traffic class and flow label, in network order
  std::uint8_t hop_limit = 0;
  in6_addr destination{};
  wire::Time time{};
};

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

/// The IPv6 header that a raw socket keeps to itself (RFC 8200, section 3).
void put_ipv6_header(wire::Bytes& header, const Ancillary& ancillary, std::size_t payload_size,
                     const in6_addr& source) {
  header.resize(ipv6_header_size);
  std::memcpy(&header[0], &ancillary.flow_info, sizeof ancillary.flow_info);
  header[0] = static_cast<std::uint8_t>(6 << 4 | (header[0] & 0xf));
  header[4] = static_cast<std::uint8_t>(payload_size >> 8);
  header[5] = static_cast<std::uint8_t>(payload_size);
  header[6] = IPPROTO_TCP;
  header[7] = ancillary.hop_limit;
  std::memcpy(&header[8], &source, sizeof source);
  std::memcpy(&header[24], &ancillary.destination, sizeof ancillary.destination);
}

void attach_filter(const os::UniqueFd& socket, bool v6, const std::vector<std::uint16_t>& ports) {
  std::vector<sock_filter> filter = port_filter(v6, ports);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  os::check(::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
            "SO_ATTACH_FILTER");
}

/// Beyond the system's limit where that is allowed, otherwise up to it.
void grow_receive_buffer(const os::UniqueFd& socket) {
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) == -1)
    os::set_option(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer, "SO_RCVBUF");
}

void ask_for_stamps_and_losses(const os::UniqueFd& socket) {
  // Not SO_TIMESTAMP: for a packet that the kernel has not stamped, it passes the time of the read for one.
  os::set_option(socket, SOL_SOCKET, SO_TIMESTAMPING,
                 SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, "SO_TIMESTAMPING");
  os::set_option(socket, SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
}

/// Takes whole datagrams to send, and tells what was in the headers of those received.
void pass_ipv6_headers(const os::UniqueFd& socket) {
  os::set_option(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1, "IPV6_HDRINCL");
  os::set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  os::set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT");
  os::set_option(socket, IPPROTO_IPV6, ipv6_flowinfo, 1, "IPV6_FLOWINFO");
}

}  // namespace

/// Where recvmmsg puts what it reads; used again for every read.
struct LoopbackLink::Batch {
  struct Slot {
    alignas(cmsghdr) std::array<char, 256> control;
    sockaddr_in6 source;  ///< of IPv6 only: an IPv4 datagram brings its header
    iovec vector;
  };
  using Datagram = std::array<std::uint8_t, largest_datagram>;

  /// The datagrams' memory is not cleared: what none of them fills is never brought in.
  explicit Batch(bool named) : datagrams(new Datagram[batch_size]) {
    for (std::size_t i = 0; i < batch_size; ++i) {
      slots[i].vector = {datagrams[i].data(), datagrams[i].size()};
      headers[i].msg_hdr = {};
      headers[i].msg_hdr.msg_iov = &slots[i].vector;
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = named ? &slots[i].source : nullptr;
      headers[i].msg_hdr.msg_control = slots[i].control.data();
    }
  }

  /// Reads what is there, and how many datagrams that were: `batch_size` where there may be more.
  std::size_t read(const os::UniqueFd& socket) {
    for (std::size_t i = 0; i < used; ++i) {
      headers[i].msg_hdr.msg_namelen = sizeof slots[i].source;
      headers[i].msg_hdr.msg_controllen = slots[i].control.size();
    }
    const int result = ::recvmmsg(socket.get(), headers.data(), batch_size, MSG_DONTWAIT, nullptr);
    if (result == -1 && errno != EAGAIN && errno != EINTR) throw os::SystemError("recvmmsg");
    return used = result == -1 ? 0 : static_cast<std::size_t>(result);
  }

  std::unique_ptr<Datagram[]> datagrams;
  std::array<Slot, batch_size> slots;
  std::array<mmsghdr, batch_size> headers;
  std::size_t used = batch_size;  ///< headers that the kernel has written into
  std::uint32_t dropped = 0;
};

LoopbackLink::LoopbackLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports,
                           wire::IpAddress peer, std::vector<std::uint16_t> peer_ports, bool crowded)
    : kernel_(kernel),
      kernel_ports_(std::move(kernel_ports)),
      peer_(peer),
      peer_ports_(std::move(peer_ports)),
      crowded_(crowded),
      destination_(os::SocketAddress::from(kernel.data(), kernel.size(), 0)),
      socket_(os::check(::socket(destination_.family(), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP),
                        "socket(SOCK_RAW)")),
      batch_(std::make_unique<Batch>(kernel.is_v6())) {
  assert(kernel.is_v6() == peer.is_v6() && !kernel_ports_.empty() && !peer_ports_.empty());
  if (crowded_) attach_filter(socket_, kernel.is_v6(), peer_ports_);
  grow_receive_buffer(socket_);
  ask_for_stamps_and_losses(socket_);
  if (kernel.is_v6())
    pass_ipv6_headers(socket_);
  else
    os::set_option(socket_, IPPROTO_IP, IP_HDRINCL, 1, "IP_HDRINCL");
}

LoopbackLink::~LoopbackLink() = default;

void LoopbackLink::retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports) {
  assert(!kernel_ports.empty() && !peer_ports.empty());
  kernel_ports_ = std::move(kernel_ports);
  peer_ports_ = std::move(peer_ports);
  if (crowded_) attach_filter(socket_, kernel_.is_v6(), peer_ports_);
  if (closed_port_) probe_ = make_probe({peer_, peer_ports_.front()}, {kernel_, closed_port_->port()});
}

void LoopbackLink::send(std::span<const std::uint8_t> packet) {
  if (::sendto(socket_.get(), packet.data(), packet.size(), 0, destination_.get(), destination_.length) == -1)
    throw os::SystemError("sendto(SOCK_RAW)");
}

std::span<const Arrival> LoopbackLink::receive() {
  read_all();
  return {arrivals_.data(), std::exchange(unheard_, 0)};
}

Barrier LoopbackLink::barrier() {
  if (!closed_port_) {
    closed_port_.emplace(destination_);
    probe_ = make_probe({peer_, peer_ports_.front()}, {kernel_, closed_port_->port()});
  }
  // A number of its own for every probe: the late answer to a lost one must not serve another.
  number_probe(probe_, ++probe_seq_);
  probe_answered_ = false;
  send(probe_);
  read_all();
  if (probe_answered_) return Barrier::proven;

  const auto deadline = std::chrono::steady_clock::now() + barrier_patience;
  while (!probe_answered_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Barrier::lost;
    pollfd readable{socket_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(left.count())) == -1 && errno != EINTR)
      throw os::SystemError("poll");
    read_all();
  }
  return Barrier::proven;
}

void LoopbackLink::read_all() {
  // A batch that is not full has emptied the queue.
  for (std::size_t count = batch_size; count == batch_size;) {
    count = batch_->read(socket_);
    for (std::size_t i = 0; i < count; ++i) read_one(i, batch_->headers[i].msg_len);
  }
}

void LoopbackLink::read_one(std::size_t index, std::size_t size) {
  const Ancillary ancillary = read_ancillary(batch_->headers[index].msg_hdr);
  if (std::exchange(batch_->dropped, ancillary.dropped) != ancillary.dropped)
    throw os::SystemError("recvmmsg: packets were lost, the receive buffer was full", ENOBUFS);

  if (unheard_ == arrivals_.size()) arrivals_.emplace_back();
  Arrival& arrival = arrivals_[unheard_];
  arrival.packet.clear();
  if (kernel_.is_v6())
    put_ipv6_header(arrival.packet, ancillary, size, batch_->slots[index].source.sin6_addr);
  const std::uint8_t* bytes = batch_->datagrams[index].data();
  arrival.packet.insert(arrival.packet.end(), bytes, bytes + size);
  if (!is_shown(arrival.packet)) return;
  arrival.kernel_time = ancillary.time != wire::Time{};
  arrival.time = arrival.kernel_time ? ancillary.time : wire::Time(std::chrono::system_clock::now());
  ++unheard_;
}

/// Whether the packet is one of the connection's: the filter looks at less, and until it stood the socket
/// took in everything. Notes the answer to the present barrier.
bool LoopbackLink::is_shown(const wire::Bytes& packet) {
  const Header header = read_header(packet);
  const auto is_kernel = [this](const wire::Endpoint& end) {
    return contains(kernel_ports_, end.port) && end.address == kernel_;
  };
  const auto is_peer = [this](const wire::Endpoint& end) {
    return contains(peer_ports_, end.port) && end.address == peer_;
  };
  // RFC 9293, section 3.10.7.1: a SYN to a closed port is answered with ACK=SEG.SEQ+SEG.LEN.
  if (closed_port_ && header.source == wire::Endpoint{kernel_, closed_port_->port()} &&
      header.flags == rst_and_ack && header.ack == probe_seq_ + 1)
    probe_answered_ = true;
  return (is_peer(header.source) && is_kernel(header.destination)) ||
         (is_kernel(header.source) && is_peer(header.destination));
}

}  // namespace tcpcraft::transport
