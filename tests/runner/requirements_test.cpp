#include <gtest/gtest.h>

#include <tcpcraft/runner/requirements.hpp>
#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::runner {
namespace {

System a_system() {
  System system;
  system.release = "6.18.44-generic";
  system.capabilities = 1ull << 12;
  system.config = [] {
    return std::optional<std::string>("CONFIG_A=y\nCONFIG_BC=m\n# CONFIG_D is not set\n");
  };
  system.has_sysctl = [](const std::string& name) { return name == "net.ipv4.tcp_rfc1337"; };
  return system;
}

/// The reason to skip; empty where the condition holds.
std::string unmet(const std::string& condition, const System& system = a_system()) {
  const scenario::Reading reading =
      scenario::read({"t.scn", "scenario: t\nrequires: ['" + condition + "']\nsteps: [{send: SYN}]\n"},
                     [](const std::string&) { return std::nullopt; });
  if (reading.scenarios.empty()) return "invalid";
  return unmet(reading.scenarios.front().requirements.at(0), system).value_or("");
}

TEST(Requirements, versions_are_compared_as_far_as_they_are_written) {
  for (const char* holds :
       {"kernel >= 6.6", "kernel == 6.18", "kernel <= 6.18", "kernel == 6", "kernel > 6.9",
        "kernel == 6.18.44", "kernel > 6.18.5", "kernel != 6.17", "kernel == 6.18.44.0"})
    EXPECT_EQ(unmet(holds), "") << holds;
  for (const char* lacking : {"kernel > 6.18", "kernel < 6.18", "kernel >= 7", "kernel != 6.18.44"})
    EXPECT_EQ(unmet(lacking), std::string("it requires ") + lacking + ", and this is 6.18.44-generic");
}

TEST(Requirements, options_are_built_in_or_modules) {
  EXPECT_EQ(unmet("config A"), "");
  EXPECT_EQ(unmet("config BC"), "");
  EXPECT_EQ(unmet("config B"), "it requires config B, and this kernel was built without");
  EXPECT_EQ(unmet("config D"), "it requires config D, and this kernel was built without");
  System silent = a_system();
  silent.config = [] { return std::optional<std::string>(); };
  EXPECT_EQ(unmet("config A", silent),
            "it requires config A, but this host does not tell how its kernel was configured: neither "
            "/proc/config.gz nor /boot/config-6.18.44-generic can be read");
}

TEST(Requirements, the_others) {
  EXPECT_EQ(unmet("capability net_admin"), "");
  EXPECT_EQ(unmet("capability bpf"), "it requires capability bpf, which this process does not have");
  EXPECT_EQ(unmet("root"), "it requires root");
  EXPECT_EQ(unmet("sysctl tcp_rfc1337"), "");
  EXPECT_EQ(unmet("sysctl tcp_x"), "it requires sysctl tcp_x, which this kernel does not have");
}

TEST(Requirements, this_system_can_be_asked) {
  const System system = this_system();
  EXPECT_FALSE(system.release.empty());
  EXPECT_TRUE(system.has_sysctl("net.ipv4.tcp_rfc1337"));
  EXPECT_FALSE(system.has_sysctl("net.ipv4"));
  if (const auto config = system.config()) {
    EXPECT_NE(config->find("CONFIG_NET=y\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace tcpcraft::runner
