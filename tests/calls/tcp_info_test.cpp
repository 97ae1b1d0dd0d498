#include <cstddef>

#include <gtest/gtest.h>
#include <linux/tcp.h>

#include <tcpcraft/calls/tcp_info.hpp>

namespace tcpcraft::calls {
namespace {

std::optional<std::uint64_t> read(const char* name, const tcp_info& info,
                                  std::size_t size = sizeof(tcp_info)) {
  const InfoField* field = find_info_field(name);
  if (!field) return {};
  return value_of(*field, {reinterpret_cast<const std::uint8_t*>(&info), size});
}

TEST(TcpInfo, fields_lie_where_the_header_has_them) {
  tcp_info info{};
  info.tcpi_state = 1;
  info.tcpi_options = 0x80;
  info.tcpi_snd_wscale = 3;
  info.tcpi_rcv_wscale = 14;
  info.tcpi_delivery_rate_app_limited = 1;
  info.tcpi_fastopen_client_fail = 2;
  info.tcpi_rto = 201000;
  info.tcpi_snd_cwnd = 10;
  info.tcpi_max_pacing_rate = ~0ull;
  info.tcpi_notsent_bytes = 77;
  info.tcpi_sndbuf_limited = 1ull << 40;
  info.tcpi_reord_seen = 5;
  info.tcpi_snd_wnd = 65535;
  EXPECT_EQ(read("state", info), 1u);
  EXPECT_EQ(read("options", info), 0x80u);
  EXPECT_EQ(read("snd_wscale", info), 3u);
  EXPECT_EQ(read("rcv_wscale", info), 14u);
  EXPECT_EQ(read("delivery_rate_app_limited", info), 1u);
  EXPECT_EQ(read("fastopen_client_fail", info), 2u);
  EXPECT_EQ(read("rto", info), 201000u);
  EXPECT_EQ(read("snd_cwnd", info), 10u);
  EXPECT_EQ(read("max_pacing_rate", info), ~0ull);
  EXPECT_EQ(read("notsent_bytes", info), 77u);
  EXPECT_EQ(read("sndbuf_limited", info), 1ull << 40);
  EXPECT_EQ(read("reord_seen", info), 5u);
  EXPECT_EQ(read("snd_wnd", info), 65535u);
  EXPECT_EQ(find_info_field("snd_wnd")->offset, offsetof(tcp_info, tcpi_snd_wnd));
}

TEST(TcpInfo, an_older_kernels_is_too_short) {
  const tcp_info info{};
  EXPECT_FALSE(read("snd_wnd", info, offsetof(tcp_info, tcpi_snd_wnd)));
  EXPECT_FALSE(read("snd_wnd", info, offsetof(tcp_info, tcpi_snd_wnd) + 3));
  EXPECT_TRUE(read("snd_wnd", info, offsetof(tcp_info, tcpi_snd_wnd) + 4));
  EXPECT_FALSE(read("state", info, 0));
}

TEST(TcpInfo, where_kernels_disagree_there_is_no_value) {
  const std::vector<std::uint8_t> info(1000);
  EXPECT_FALSE(value_of(*find_info_field("ecn_mode"), info));
  EXPECT_FALSE(value_of(*find_info_field("accecn_opt_seen"), info));
}

TEST(TcpInfo, names) {
  EXPECT_EQ(find_info_field("tcpi_rto"), nullptr);
  EXPECT_EQ(find_info_field(""), nullptr);
  EXPECT_EQ(state_number("ESTABLISHED"), 1u);
  EXPECT_EQ(state_number("CLOSING"), 11u);
  EXPECT_FALSE(state_number(""));
  EXPECT_EQ(format_info(*find_info_field("state"), 8), "8 (CLOSE-WAIT)");
  EXPECT_EQ(format_info(*find_info_field("state"), 99), "99");
  EXPECT_EQ(format_info(*find_info_field("rto"), 8), "8");
}

}  // namespace
}  // namespace tcpcraft::calls
