#include <string>

#include <gtest/gtest.h>

#include <tcpcraft/wire/icmp.hpp>

#include "random_wire.hpp"

namespace tcpcraft::wire {
namespace {

/// The text, and below it each error with its range underlined.
std::string report(const std::string& text) {
  std::string all = text + '\n';
  for (const NotationError& error : parse_icmp(text).errors)
    all += std::string(error.where.begin, ' ') + std::string(error.where.end - error.where.begin, '^') + ' ' +
           error.message + (error.hint.empty() ? "" : " | " + error.hint) + '\n';
  return all;
}

void bad(const std::string& expected) {
  EXPECT_EQ(report(expected.substr(0, expected.find('\n'))), expected);
}

IcmpSpec good(const std::string& text) {
  const ParsedIcmp parsed = parse_icmp(text);
  for (const NotationError& error : parsed.errors) ADD_FAILURE() << text << ": " << error.message;
  return parsed.spec;
}

std::string on_wire(const std::string& text, bool v6) {
  const auto header = icmp_header(good(text), v6);
  return header ? std::to_string(header->type) + "/" + std::to_string(header->code) + "/" +
                      std::to_string(header->rest)
                : "none";
}

std::uint32_t folded_sum(const Bytes& bytes, std::size_t from, std::uint32_t sum = 0) {
  for (std::size_t i = from; i < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(bytes[i] << 8) + (i + 1 < bytes.size() ? bytes[i + 1] : 0u);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

TEST(Icmp, is_told_by_its_first_word) {
  EXPECT_TRUE(is_icmp("ICMP"));
  EXPECT_TRUE(is_icmp("  ICMP host-unreachable"));
  EXPECT_FALSE(is_icmp("ICMPv6 host-unreachable"));
  EXPECT_FALSE(is_icmp("SYN"));
  EXPECT_FALSE(is_icmp(""));
}

TEST(Icmp, one_word_for_both_versions_of_ip) {
  EXPECT_EQ(on_wire("ICMP host-unreachable", false), "3/1/0");
  EXPECT_EQ(on_wire("ICMP host-unreachable", true), "1/3/0");
  EXPECT_EQ(on_wire("ICMP port-unreachable", false), "3/3/0");
  EXPECT_EQ(on_wire("ICMP port-unreachable", true), "1/4/0");
  EXPECT_EQ(on_wire("ICMP frag-needed mtu=1300", false), "3/4/1300");
  EXPECT_EQ(on_wire("ICMP frag-needed mtu=1300", true), "2/0/1300");
  EXPECT_EQ(on_wire("ICMP packet-too-big mtu=70000", true), "2/0/70000");
  EXPECT_EQ(on_wire("ICMP unreachable code=13", false), "3/13/0");
  EXPECT_EQ(on_wire("ICMP unreachable code=255", true), "1/255/0");
  EXPECT_EQ(on_wire("ICMP host-unknown", true), "none");
  EXPECT_EQ(on_wire("ICMP beyond-scope", false), "none");
}

TEST(Icmp, every_code_of_ipv4_has_a_name) {
  std::vector<bool> named(16);
  for (const std::string_view name : icmp_names()) {
    const auto header = icmp_header({name, {}, {}, {}}, false);
    if (header && header->type == 3) named[header->code] = true;
  }
  EXPECT_EQ(named, std::vector<bool>(16, true));
}

TEST(Icmp, errors) {
  bad("ICMP\n^^^^ the message is missing behind 'ICMP' | write ICMP host-unreachable\n");
  bad("ICMP host-unreachible\n"
      "     ^^^^^^^^^^^^^^^^ unknown ICMP message 'host-unreachible' | did you mean 'host-unreachable'?\n");
  bad("ICMP frag-needed\n     ^^^^^^^^^^^ 'frag-needed' needs an MTU | write mtu=1300\n");
  bad("ICMP frag-needed mtu=\n                 ^^^^ 'mtu' needs a value\n");
  bad("ICMP frag-needed mtu=big\n"
      "                     ^^^ 'big' is not a number | mtu is a number from 0 to 4294967295\n");
  bad("ICMP unreachable\n"
      "     ^^^^^^^^^^^ 'unreachable' needs a code | write code=N, or a name such as host-unreachable\n");
  bad("ICMP unreachable code=256\n"
      "                      ^^^ '256' is out of range | code is a number from 0 to 255\n");
  bad("ICMP host-unreachable code=1\n                      ^^^^^^ 'code' only makes sense with unreachable | "
      "the code of host-unreachable is in its name\n");
  bad("ICMP host-unreachable mtu=9\n"
      "                      ^^^^^ 'mtu' only makes sense with frag-needed or packet-too-big\n");
  bad("ICMP host-unreachable seq=1 seq=2\n                            ^^^^^ 'seq' is written twice\n");
  bad("ICMP host-unreachable sec=1\n"
      "                      ^^^ unknown field 'sec' | did you mean 'seq'?\n");
  bad("ICMP host-unreachable \"data\"\n                      ^^^^^^ unexpected '\"data\"'\n");
}

TEST(Icmp, is_only_sent_and_only_in_a_scenario) {
  EXPECT_EQ(parse_segment("ICMP host-unreachable", Purpose::expect).errors.at(0).message,
            "'ICMP' only makes sense in a send");
  EXPECT_EQ(parse_segment("ICMP host-unreachable", Purpose::send).errors.size(), 1u);
}

TEST(IcmpProperty, a_printed_message_reads_back_as_itself) {
  test::Random random;
  for (int i = 0; i < 5000; ++i) {
    IcmpSpec spec;
    spec.name = icmp_names()[random.between(0, static_cast<std::uint32_t>(icmp_names().size() - 1))];
    if (spec.name == "unreachable") spec.code = random.byte();
    if (spec.name == "frag-needed" || spec.name == "packet-too-big") spec.mtu = random.number();
    if (random.chance(2)) spec.seq = Number{Number::Base::snd_nxt, random.number()};
    if (random.chance(3)) spec.seq = Number{Number::Base::relative, -std::int64_t{random.number()}};
    EXPECT_EQ(good(format_icmp(spec)), spec) << format_icmp(spec);
  }
}

TEST(IcmpProperty, a_datagram_has_right_sums_and_is_not_too_long) {
  test::Random random;
  for (int i = 0; i < 2000; ++i) {
    const bool v6 = random.chance(2);
    const IpAddress from = *IpAddress::parse(v6 ? "2001:db8::1" : "192.0.2.1");
    const IpAddress to = *IpAddress::parse(v6 ? "2001:db8::2" : "192.0.2.2");
    const Bytes quoted = random.bytes(random.between(0, 1600));
    const Bytes packet = encode_icmp({1, 2, random.number()}, from, to, quoted, 1400);
    const std::size_t header = v6 ? 40 : 20;
    const std::size_t largest = v6 ? 1280 : 576;
    EXPECT_EQ(packet.size(), std::min(header + 8 + quoted.size(), largest));
    const std::uint32_t message = static_cast<std::uint32_t>(packet.size() - header);
    if (v6) {
      EXPECT_EQ(
          folded_sum({packet.begin() + 8, packet.begin() + 40}, 0, folded_sum(packet, header, message + 58)),
          0xffffu);
    } else {
      EXPECT_EQ(folded_sum({packet.begin(), packet.begin() + 20}, 0), 0xffffu);
      EXPECT_EQ(folded_sum(packet, header), 0xffffu);
      EXPECT_EQ(packet[2] << 8 | packet[3], static_cast<int>(packet.size()));
    }
    EXPECT_TRUE(
        std::equal(packet.begin() + static_cast<std::ptrdiff_t>(header + 8), packet.end(), quoted.begin()));
  }
}

}  // namespace
}  // namespace tcpcraft::wire
