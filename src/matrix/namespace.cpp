#include <string_view>

#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::matrix {
namespace {

struct Setting {
  std::string_view name;
  std::string_view value;
  bool limits_rate = false;
  bool needed = true;  ///< otherwise it makes things quieter and no more
};

constexpr Setting settings[] = {
    {"net.ipv4.tcp_timestamps", "1"},
    {"net.ipv4.tcp_syncookies", "0"},              // a cookie is no SYN-RECEIVED
    {"net.ipv4.tcp_no_metrics_save", "1"},         // nothing of one connection for the next
    {"net.ipv4.tcp_early_retrans", "0"},           // no tail loss probe after 10 ms
    {"net.ipv4.tcp_rmem", "4096 131072 6291456"},  // the windows that are offered
    {"net.ipv4.tcp_invalid_ratelimit", "0", true},
    // No pacing: what the application writes is sent at once.
    {"net.ipv4.tcp_congestion_control", "reno", false, false},
};

}  // namespace

void prepare_namespace(bool keep_rate_limits) {
  for (const Setting& setting : settings) {
    if (setting.limits_rate && keep_rate_limits) continue;
    try {
      os::write_sysctl(setting.name, setting.value);
    } catch (const os::SystemError&) {
      if (setting.needed) throw;
    }
  }
}

std::vector<std::pair<std::string, std::string>> namespace_sysctls() {
  std::vector<std::pair<std::string, std::string>> sysctls;
  for (const Setting& setting : settings)
    if (setting.needed) sysctls.emplace_back(setting.name, setting.value);
  return sysctls;
}

}  // namespace tcpcraft::matrix
