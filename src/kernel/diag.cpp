#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "tcp_info.hpp"

namespace tcpcraft::kernel {
namespace {

/// A request sock: the kernel's half-open connection of a passive open. Not in the C library's header.
constexpr std::uint8_t tcp_new_syn_recv = 12;

const char* state_name(std::uint8_t state) {
  switch (state) {
    case TCP_ESTABLISHED:
      return "ESTABLISHED";
    case TCP_SYN_SENT:
      return "SYN-SENT";
    case TCP_SYN_RECV:
    case tcp_new_syn_recv:
      return "SYN-RECEIVED";
    case TCP_FIN_WAIT1:
      return "FIN-WAIT-1";
    case TCP_FIN_WAIT2:
      return "FIN-WAIT-2";
    case TCP_TIME_WAIT:
      return "TIME-WAIT";
    case TCP_CLOSE_WAIT:
      return "CLOSE-WAIT";
    case TCP_LAST_ACK:
      return "LAST-ACK";
    case TCP_CLOSING:
      return "CLOSING";
    default:
      return "CLOSED";
  }
}

inet_diag_sockid socket_id(const wire::Endpoint& kernel, const wire::Endpoint& peer) {
  inet_diag_sockid id{};
  id.idiag_sport = htons(kernel.port);
  id.idiag_dport = htons(peer.port);
  std::copy_n(kernel.address.data(), kernel.address.size(), reinterpret_cast<std::uint8_t*>(id.idiag_src));
  std::copy_n(peer.address.data(), peer.address.size(), reinterpret_cast<std::uint8_t*>(id.idiag_dst));
  std::fill(std::begin(id.idiag_cookie), std::end(id.idiag_cookie), INET_DIAG_NOCOOKIE);
  return id;
}

SocketState describe(const std::optional<inet_diag_msg>& found) {
  SocketState result;
  if (!found) return result;
  if (found->idiag_state == TCP_LISTEN) {
    result.listening = true;
    return result;
  }
  result.state = state_name(found->idiag_state);
  result.unacked_bytes = found->idiag_wqueue;
  result.unread_bytes = found->idiag_rqueue;
  return result;
}

}  // namespace

struct SockDiag::Impl {
  Impl() : socket(mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC)) {
    if (!socket) throw os::SystemError("NETLINK_SOCK_DIAG");
  }
  ~Impl() { mnl_socket_close(socket); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Sends a request for one socket and reads the first message of the answer into `buffer`. Null where there
  /// is no answer: the kernel gives it, if any, before the request has been sent. `extensions` are those of
  /// inet_diag_req_v2: a bit for each.
  const nlmsghdr* ask(std::uint16_t type, bool v6, const inet_diag_sockid& id, std::uint8_t extensions = 0) {
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST;
    header->nlmsg_seq = ++sequence;
    auto* request =
        static_cast<inet_diag_req_v2*>(mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
    request->sdiag_family = v6 ? AF_INET6 : AF_INET;
    request->sdiag_protocol = IPPROTO_TCP;
    request->idiag_ext = extensions;
    request->idiag_states = ~0u;
    request->id = id;
    if (mnl_socket_sendto(socket, header, header->nlmsg_len) == -1)
      throw os::SystemError("SOCK_DIAG request");

    for (;;) {
      const ssize_t size = ::recv(mnl_socket_get_fd(socket), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size == -1 && errno == EINTR) continue;
      if (size == -1 && errno == EAGAIN) return nullptr;
      if (size == -1) throw os::SystemError("SOCK_DIAG answer");
      const auto* answer = reinterpret_cast<const nlmsghdr*>(buffer.data());
      if (mnl_nlmsg_ok(answer, static_cast<int>(size)) && answer->nlmsg_seq == sequence) return answer;
    }
  }

  /// Looks up the connection; the listening socket at `kernel` where there is none, otherwise nothing.
  /// With its TCP_INFO, where there is one, if `info` is given.
  std::optional<inet_diag_msg> find(const wire::Endpoint& kernel, const wire::Endpoint& peer,
                                    std::vector<std::uint8_t>* info = nullptr) {
    const std::uint8_t extensions = info ? 1 << (INET_DIAG_INFO - 1) : 0;
    const nlmsghdr* answer =
        ask(SOCK_DIAG_BY_FAMILY, kernel.address.is_v6(), socket_id(kernel, peer), extensions);
    found.reset();
    if (!answer) throw os::SystemError("SOCK_DIAG", ENODATA);
    if (const int error = error_of(answer)) {
      if (error == ENOENT) return std::nullopt;
      throw os::SystemError("SOCK_DIAG", error);
    }
    inet_diag_msg message;
    std::memcpy(&message, mnl_nlmsg_get_payload(answer), sizeof message);
    found = message.idiag_state == TCP_LISTEN ? std::nullopt : std::optional(message.id);
    if (info && found) *info = info_of(answer);
    return message;
  }

  static std::vector<std::uint8_t> info_of(const nlmsghdr* answer) {
    std::vector<std::uint8_t> info;
    const auto take = [](const nlattr* attribute, void* result) {
      const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute));
      if (mnl_attr_get_type(attribute) == INET_DIAG_INFO)
        static_cast<std::vector<std::uint8_t>*>(result)->assign(bytes,
                                                                bytes + mnl_attr_get_payload_len(attribute));
      return MNL_CB_OK;
    };
    mnl_attr_parse(answer, sizeof(inet_diag_msg), take, &info);
    return info;
  }

  /// Removes the socket that was found last, if it is still that one: its cookie tells.
  bool destroy_found(bool v6) {
    const auto id = std::exchange(found, std::nullopt);
    return id && !ask(SOCK_DESTROY, v6, *id);  // only a failure is answered
  }

  static int error_of(const nlmsghdr* answer) {
    if (answer->nlmsg_type != NLMSG_ERROR) return 0;
    return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(answer))->error;
  }

  mnl_socket* socket;
  std::uint32_t sequence = 0;
  std::optional<inet_diag_sockid> found;  ///< the connection that `find` found last
  alignas(nlmsghdr) std::array<char, 8192> buffer;
};

SockDiag::SockDiag() : impl_(std::make_unique<Impl>()) {}
SockDiag::~SockDiag() = default;

SocketState SockDiag::query(const wire::Endpoint& kernel, const wire::Endpoint& peer) {
  return describe(impl_->find(kernel, peer));
}

SocketState SockDiag::query(const wire::Endpoint& kernel, const wire::Endpoint& peer,
                            std::optional<TcpVariables>& variables) {
  const SocketInfo found = info(kernel, peer);
  variables.reset();
  if (!found.tcp_info.empty()) variables = read_tcp_info(found.tcp_info.data(), found.tcp_info.size());
  return found.state;
}

SocketInfo SockDiag::info(const wire::Endpoint& kernel, const wire::Endpoint& peer) {
  SocketInfo result;
  result.state = describe(impl_->find(kernel, peer, &result.tcp_info));
  return result;
}

bool SockDiag::destroy(const wire::Endpoint& kernel, const wire::Endpoint& peer) {
  // The kernel would take the listening socket for a connection that is not there. A connection's own cookie
  // makes sure of which is meant; that of the last query often still serves.
  const bool v6 = kernel.address.is_v6();
  const inet_diag_sockid id = socket_id(kernel, peer);
  const bool known = impl_->found && impl_->found->idiag_sport == id.idiag_sport &&
                     impl_->found->idiag_dport == id.idiag_dport &&
                     std::equal(std::begin(id.idiag_src), std::end(id.idiag_src), impl_->found->idiag_src) &&
                     std::equal(std::begin(id.idiag_dst), std::end(id.idiag_dst), impl_->found->idiag_dst);
  if (known && impl_->destroy_found(v6)) return true;
  impl_->find(kernel, peer);
  return impl_->destroy_found(v6);
}

}  // namespace tcpcraft::kernel
