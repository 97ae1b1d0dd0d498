#include <linux/filter.h>
#include <sys/socket.h>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

namespace tcpcraft::os {

RstGuard::RstGuard(SocketAddress address)
    : socket_(open_tcp_socket(address.family())), port_(bind_socket(socket_, address)) {
  // Only a listening socket is found for any segment, and its filter is consulted before TCP looks at the
  // segment. Attached before listen(), it leaves no moment in which a segment could be answered.
  sock_filter drop_everything = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop_everything};
  check(::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
        "SO_ATTACH_FILTER, which needs CAP_NET_ADMIN");
  check(::listen(socket_.get(), 1), "listen");
}

ClosedPort::ClosedPort(SocketAddress address)
    : socket_(open_tcp_socket(address.family())), port_(bind_socket(socket_, address)) {}

}  // namespace tcpcraft::os
