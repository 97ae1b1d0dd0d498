#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <tcpcraft/calls/tcp_info.hpp>

namespace tcpcraft::calls {
namespace {

/// As linux/tcp.h of Linux 6.18 has them. Fields are only ever added at the end, so that this serves any
/// kernel, and is not bound to the header that it is built with. The last four bytes were laid out anew after
/// 6.18, in a structure of the same size.
constexpr InfoField fields[] = {
    {"state", 0, 1},
    {"ca_state", 1, 1},
    {"retransmits", 2, 1},
    {"probes", 3, 1},
    {"backoff", 4, 1},
    {"options", 5, 1},
    {"snd_wscale", 6, 1, 0, 4},
    {"rcv_wscale", 6, 1, 4, 4},
    {"delivery_rate_app_limited", 7, 1, 0, 1},
    {"fastopen_client_fail", 7, 1, 1, 2},
    {"rto", 8, 4},
    {"ato", 12, 4},
    {"snd_mss", 16, 4},
    {"rcv_mss", 20, 4},
    {"unacked", 24, 4},
    {"sacked", 28, 4},
    {"lost", 32, 4},
    {"retrans", 36, 4},
    {"fackets", 40, 4},
    {"last_data_sent", 44, 4},
    {"last_ack_sent", 48, 4},
    {"last_data_recv", 52, 4},
    {"last_ack_recv", 56, 4},
    {"pmtu", 60, 4},
    {"rcv_ssthresh", 64, 4},
    {"rtt", 68, 4},
    {"rttvar", 72, 4},
    {"snd_ssthresh", 76, 4},
    {"snd_cwnd", 80, 4},
    {"advmss", 84, 4},
    {"reordering", 88, 4},
    {"rcv_rtt", 92, 4},
    {"rcv_space", 96, 4},
    {"total_retrans", 100, 4},
    {"pacing_rate", 104, 8},
    {"max_pacing_rate", 112, 8},
    {"bytes_acked", 120, 8},
    {"bytes_received", 128, 8},
    {"segs_out", 136, 4},
    {"segs_in", 140, 4},
    {"notsent_bytes", 144, 4},
    {"min_rtt", 148, 4},
    {"data_segs_in", 152, 4},
    {"data_segs_out", 156, 4},
    {"delivery_rate", 160, 8},
    {"busy_time", 168, 8},
    {"rwnd_limited", 176, 8},
    {"sndbuf_limited", 184, 8},
    {"delivered", 192, 4},
    {"delivered_ce", 196, 4},
    {"bytes_sent", 200, 8},
    {"bytes_retrans", 208, 8},
    {"dsack_dups", 216, 4},
    {"reord_seen", 220, 4},
    {"rcv_ooopack", 224, 4},
    {"snd_wnd", 228, 4},
    {"rcv_wnd", 232, 4},
    {"rehash", 236, 4},
    {"total_rto", 240, 2},
    {"total_rto_recoveries", 242, 2},
    {"total_rto_time", 244, 4},
    {"received_ce", 248, 4},
    {"delivered_e1_bytes", 252, 4},
    {"delivered_e0_bytes", 256, 4},
    {"delivered_ce_bytes", 260, 4},
    {"received_e1_bytes", 264, 4},
    {"received_e0_bytes", 268, 4},
    {"received_ce_bytes", 272, 4},
    {"accecn_fail_mode", 276, 0},
    {"accecn_opt_seen", 276, 0},
    {"ecn_mode", 276, 0},
    {"options2", 276, 0},
};

/// By the kernel's number.
constexpr std::array<std::string_view, 12> states{"",           "ESTABLISHED", "SYN-SENT",  "SYN-RECEIVED",
                                                  "FIN-WAIT-1", "FIN-WAIT-2",  "TIME-WAIT", "CLOSED",
                                                  "CLOSE-WAIT", "LAST-ACK",    "LISTEN",    "CLOSING"};

template <class Integer>
std::uint64_t load(const std::uint8_t* at) {
  Integer value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t load(const InfoField& field, const std::uint8_t* at) {
  switch (field.size) {
    case 8:
      return load<std::uint64_t>(at);
    case 4:
      return load<std::uint32_t>(at);
    case 2:
      return load<std::uint16_t>(at);
    default:
      return *at;
  }
}

}  // namespace

const InfoField* find_info_field(std::string_view name) {
  const auto found = std::find_if(std::begin(fields), std::end(fields),
                                  [&](const InfoField& field) { return field.name == name; });
  return found == std::end(fields) ? nullptr : found;
}

std::vector<std::string_view> info_field_names() {
  std::vector<std::string_view> names;
  for (const InfoField& field : fields) names.push_back(field.name);
  return names;
}

std::optional<std::uint64_t> value_of(const InfoField& field, std::span<const std::uint8_t> tcp_info) {
  if (field.size == 0 || tcp_info.size() < std::size_t{field.offset} + field.size) return {};
  const std::uint64_t value = load(field, tcp_info.data() + field.offset);
  if (field.bits == 0) return value;
  const bool little = std::endian::native == std::endian::little;
  const int shift = little ? field.first_bit : 8 - field.first_bit - field.bits;
  return (value >> shift) & ((1u << field.bits) - 1);
}

std::optional<std::uint64_t> state_number(std::string_view name) {
  const auto found = std::find(states.begin() + 1, states.end(), name);
  if (found == states.end()) return {};
  return found - states.begin();
}

std::vector<std::string_view> numbered_states() {
  return {states.begin() + 1, states.end()};
}

std::string format_info(const InfoField& field, std::uint64_t value) {
  std::string text = std::to_string(value);
  if (field.name == "state" && value > 0 && value < states.size())
    text += " (" + std::string(states[value]) + ")";
  return text;
}

}  // namespace tcpcraft::calls
