#include "tcp_info.hpp"

#include <algorithm>
#include <cstring>

#include <linux/tcp.h>

namespace tcpcraft::kernel {

TcpVariables read_tcp_info(const void* bytes, std::size_t size) {
  tcp_info info{};
  std::memcpy(&info, bytes, std::min(size, sizeof info));
  return {info.tcpi_segs_in, info.tcpi_bytes_acked, info.tcpi_bytes_received, info.tcpi_rcv_ooopack,
          info.tcpi_snd_wnd};
}

}  // namespace tcpcraft::kernel
