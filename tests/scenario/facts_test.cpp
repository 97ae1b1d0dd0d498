#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string top = "scenario: t\nsteps:\n  - send: SYN\n";

Info info_of(const std::string& value) {
  const Scenario scenario = good(top + "  - info: " + value + "\n");
  const auto* info = scenario.steps.size() == 2 ? std::get_if<Info>(&scenario.steps[1].action) : nullptr;
  return info ? *info : Info{};
}

TEST(InfoReader, comparisons) {
  const Info info = info_of("[unacked == 0, rto>=0xff, snd_wscale  !=  7, rtt < 9, rtt <= 9, rtt > 1]");
  ASSERT_EQ(info.claims.size(), 6u);
  EXPECT_EQ(info.claims[0].field->name, "unacked");
  EXPECT_EQ(info.claims[0].comparator, Comparator::equal);
  EXPECT_EQ(info.claims[1].comparator, Comparator::at_least);
  EXPECT_EQ(info.claims[1].value, 255u);
  EXPECT_EQ(info.claims[2].comparator, Comparator::not_equal);
  EXPECT_EQ(info.claims[3].comparator, Comparator::less);
  EXPECT_EQ(info.claims[4].comparator, Comparator::at_most);
  EXPECT_EQ(info.claims[5].comparator, Comparator::greater);
  EXPECT_EQ(info_of("max_pacing_rate == 18446744073709551615").claims.at(0).value, ~0ull);
}

TEST(InfoReader, states_by_number_and_by_name) {
  EXPECT_EQ(info_of("state == 1").claims.at(0).value, 1u);
  EXPECT_EQ(info_of("state == FIN-WAIT-2").claims.at(0).value, 5u);
}

TEST(InfoReader, errors) {
  const auto errors = [](const std::string& value) { return wrong(top + "  - info: " + value + "\n"); };
  EXPECT_EQ(errors("unaked == 0"),
            (Strings{"4:11-17 TCP_INFO has no field 'unaked' | did you mean 'unacked'?"}));
  EXPECT_EQ(errors("tcpi_rto == 0"),
            (Strings{"4:11-19 TCP_INFO has no field 'tcpi_rto' | without the 'tcpi_': rto"}));
  EXPECT_EQ(errors("rto = 0"), (Strings{"4:15-16 unknown comparison '=' | == != < <= > or >="}));
  EXPECT_EQ(errors("rto == -1"),
            (Strings{"4:18-20 not a number: '-1' | an integer from 0, in the kernel's units"}));
  EXPECT_EQ(errors("state == CLOSE_WAIT"),
            (Strings{"4:20-30 not a state: 'CLOSE_WAIT' | did you mean 'CLOSE-WAIT'?"}));
  EXPECT_EQ(errors("rto"),
            (Strings{"4:11-14 not a comparison of a field of TCP_INFO | snd_cwnd >= 10, with == "
                     "!= < <= > or >="}));
  EXPECT_EQ(errors("[{rto: 1}]").size(), 1u);
  EXPECT_EQ(errors("[]").size(), 1u);
  EXPECT_EQ(errors("{rto: 1}").size(), 1u);
}

TEST(DroppedReader, reasons) {
  for (const std::string name : {"TCP_RFC7323_PAWS", "SKB_DROP_REASON_TCP_RFC7323_PAWS"}) {
    const Scenario scenario = good(top + "  - dropped: " + name + "\n");
    ASSERT_EQ(scenario.steps.size(), 2u);
    EXPECT_EQ(std::get<Dropped>(scenario.steps[1].action).reason, "TCP_RFC7323_PAWS");
  }
  EXPECT_EQ(wrong(top + "  - dropped: TCP_RFC7323_PAW\n"),
            (Strings{"4:14-29 unknown drop reason 'TCP_RFC7323_PAW' | did you mean 'TCP_RFC7323_PAWS'?"}));
}

TEST(RequirementsReader, every_kind) {
  const Scenario scenario = good(
      "requires: [kernel >= 6.6, sysctl tcp_rfc1337, sysctl kernel.pid_max, config "
      "CONFIG_TCP_AO, capability CAP_NET_RAW, root]\n" +
      top);
  using Kind = Requirement::Kind;
  ASSERT_EQ(scenario.requirements.size(), 6u);
  EXPECT_EQ(scenario.requirements[0].kind, Kind::kernel);
  EXPECT_EQ(scenario.requirements[0].version, (std::vector<int>{6, 6}));
  EXPECT_EQ(scenario.requirements[1].name, "net.ipv4.tcp_rfc1337");
  EXPECT_EQ(scenario.requirements[2].name, "kernel.pid_max");
  EXPECT_EQ(scenario.requirements[3].name, "TCP_AO");
  EXPECT_EQ(scenario.requirements[4].capability, 13);
  EXPECT_EQ(scenario.requirements[5].kind, Kind::root);
  EXPECT_TRUE(good(top).requirements.empty());
}

TEST(RequirementsReader, errors) {
  const auto errors = [](const std::string& condition) {
    return wrong("requires: [" + condition + "]\n" + top);
  };
  EXPECT_EQ(errors("kernle >= 6.6"),
            (Strings{"1:12-18 unknown condition 'kernle' | did you mean 'kernel'?"}));
  EXPECT_EQ(errors("kernel >= six"), (Strings{"1:19-25 not a comparison with a version | kernel >= 6.6"}));
  EXPECT_EQ(errors("kernel >= 6."), (Strings{"1:19-24 not a comparison with a version | kernel >= 6.6"}));
  EXPECT_EQ(errors("kernel"), (Strings{"1:12-18 not a comparison with a version | kernel >= 6.6"}));
  EXPECT_EQ(errors("capability net_admn"),
            (Strings{"1:23-31 unknown capability 'net_admn' | did you mean 'net_admin'?"}));
  EXPECT_EQ(errors("root 1"), (Strings{"1:17-18 'root' stands alone"}));
  for (const std::string condition : {"sysctl", "sysctl a/b", "sysctl tcp.", "config", "config A B"})
    EXPECT_EQ(errors(condition).size(), 1u) << condition;
  EXPECT_EQ(wrong("requires: root\n" + top).size(), 1u);
}

}  // namespace
}  // namespace tcpcraft::scenario
