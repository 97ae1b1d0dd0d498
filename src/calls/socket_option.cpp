#include <algorithm>
#include <array>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <tcpcraft/calls/error_name.hpp>
#include <tcpcraft/calls/socket_option.hpp>

namespace tcpcraft::calls {
namespace {

using Kind = SocketOption::Kind;

// Newer than the C library's header.
constexpr int tcp_rto_max_ms = 44;
constexpr int tcp_rto_min_us = 45;
constexpr int tcp_delack_max_us = 46;

/// Those that concern a TCP socket and have a value a scenario can write.
constexpr SocketOption options[] = {
    {"SO_ACCEPTCONN", SOL_SOCKET, SO_ACCEPTCONN},
    {"SO_BUSY_POLL", SOL_SOCKET, SO_BUSY_POLL},
    {"SO_DONTROUTE", SOL_SOCKET, SO_DONTROUTE},
    {"SO_ERROR", SOL_SOCKET, SO_ERROR, Kind::error},
    {"SO_INCOMING_CPU", SOL_SOCKET, SO_INCOMING_CPU},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE},
    {"SO_LINGER", SOL_SOCKET, SO_LINGER, Kind::linger},
    {"SO_MARK", SOL_SOCKET, SO_MARK},
    {"SO_MAX_PACING_RATE", SOL_SOCKET, SO_MAX_PACING_RATE},
    {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE},
    {"SO_PRIORITY", SOL_SOCKET, SO_PRIORITY},
    {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF},
    {"SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE},
    {"SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT},
    {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR},
    {"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT},
    {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF},
    {"SO_SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE},
    {"TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, Kind::text},
    {"TCP_CORK", IPPROTO_TCP, TCP_CORK},
    {"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT},
    {"TCP_DELACK_MAX_US", IPPROTO_TCP, tcp_delack_max_us},
    {"TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN},
    {"TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT},
    {"TCP_FASTOPEN_NO_COOKIE", IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE},
    {"TCP_INQ", IPPROTO_TCP, TCP_INQ},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL},
    {"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2},
    {"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG},
    {"TCP_MD5SIG", IPPROTO_TCP, TCP_MD5SIG, Kind::text},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},
    {"TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT},
    {"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK},
    {"TCP_QUEUE_SEQ", IPPROTO_TCP, TCP_QUEUE_SEQ},
    {"TCP_REPAIR", IPPROTO_TCP, TCP_REPAIR},
    {"TCP_REPAIR_QUEUE", IPPROTO_TCP, TCP_REPAIR_QUEUE},
    {"TCP_RTO_MAX_MS", IPPROTO_TCP, tcp_rto_max_ms},
    {"TCP_RTO_MIN_US", IPPROTO_TCP, tcp_rto_min_us},
    {"TCP_SAVE_SYN", IPPROTO_TCP, TCP_SAVE_SYN},
    {"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT},
    {"TCP_THIN_LINEAR_TIMEOUTS", IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS},
    {"TCP_TIMESTAMP", IPPROTO_TCP, TCP_TIMESTAMP},
    {"TCP_TX_DELAY", IPPROTO_TCP, TCP_TX_DELAY},
    {"TCP_ULP", IPPROTO_TCP, TCP_ULP, Kind::text},
    {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT},
    {"TCP_WINDOW_CLAMP", IPPROTO_TCP, TCP_WINDOW_CLAMP},
    {"IP_FREEBIND", IPPROTO_IP, IP_FREEBIND},
    {"IP_MINTTL", IPPROTO_IP, IP_MINTTL},
    {"IP_MTU", IPPROTO_IP, IP_MTU},
    {"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER},
    {"IP_RECVERR", IPPROTO_IP, IP_RECVERR},
    {"IP_TOS", IPPROTO_IP, IP_TOS},
    {"IP_TRANSPARENT", IPPROTO_IP, IP_TRANSPARENT},
    {"IP_TTL", IPPROTO_IP, IP_TTL},
    {"IPV6_MTU", IPPROTO_IPV6, IPV6_MTU},
    {"IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    {"IPV6_RECVERR", IPPROTO_IPV6, IPV6_RECVERR},
    {"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS},
    {"IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS},
};

}  // namespace

const SocketOption* find_option(std::string_view name) {
  const auto found = std::find_if(std::begin(options), std::end(options),
                                  [&](const SocketOption& option) { return option.name == name; });
  return found == std::end(options) ? nullptr : found;
}

const std::vector<std::string_view>& option_names() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names;
    for (const SocketOption& option : options) names.push_back(option.name);
    return names;
  }();
  return all;
}

std::string format_value(const SocketOption& option, const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* linger = std::get_if<Linger>(&value))
    return linger->on ? "on " + std::to_string(linger->seconds) : "off";
  const int number = std::get<int>(value);
  return option.kind == Kind::error && number != 0 ? error_name(number) : std::to_string(number);
}

}  // namespace tcpcraft::calls
