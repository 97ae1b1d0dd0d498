#include "port_filter.hpp"

namespace tcpcraft::transport {

std::vector<sock_filter> port_filter(bool v6, const std::vector<std::uint16_t>& ports) {
  constexpr std::uint32_t keep = 0xffffffff;
  constexpr std::uint32_t drop = 0;
  std::vector<sock_filter> program;
  // At offset 0, the filter of a raw IPv4 socket sees the IP header, whose length X is set to; that of a raw
  // IPv6 socket sees the TCP header.
  if (v6)
    program.push_back(BPF_STMT(BPF_LDX | BPF_IMM, 0));
  else
    program.push_back(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0));
  for (const std::uint32_t offset : {0u, 2u}) {  // source and destination port
    program.push_back(BPF_STMT(BPF_LD | BPF_H | BPF_IND, offset));
    for (const std::uint16_t port : ports) {
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1));
      program.push_back(BPF_STMT(BPF_RET | BPF_K, keep));
    }
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, drop));
  return program;
}

}  // namespace tcpcraft::transport
