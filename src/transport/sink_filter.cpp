#include "sink_filter.hpp"

#include <cstdint>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

namespace tcpcraft::transport {

std::vector<sock_filter> sink_filter(unsigned sink, bool v6) {
  constexpr std::uint32_t keep = 0xffffffff;
  constexpr std::uint32_t lo = 1;  // in every namespace
  const auto ancillary = [](int field) -> std::uint32_t {
    return static_cast<std::uint32_t>(SKF_AD_OFF + field);
  };
  const std::uint32_t ethertype = v6 ? ETH_P_IPV6 : ETH_P_IP;
  const std::uint32_t protocol_offset = v6 ? 6 : 9;
  return {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_IFINDEX)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sink, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, lo, 0, 8),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 2, 6),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_PROTOCOL)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ethertype, 0, 2),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, protocol_offset),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, keep),
  };
}

}  // namespace tcpcraft::transport
