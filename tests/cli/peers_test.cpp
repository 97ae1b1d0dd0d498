#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

/// A scenario with these peers and steps; `kernel` is a line of its own, or empty.
std::string several(const std::string& kernel, const std::string& peers, const std::string& steps) {
  return "scenario: several\n" + kernel + "peers: {" + peers + "}\nsteps:\n" + steps;
}

class PeersTest : public testing::Test {
 protected:
  void passes(const std::string& text) const {
    files_.write("several.scn", text);
    const Ran run = tcpcraft(files_.path(), {"run", "several.scn"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_NE(run.output.find("1 passed"), std::string::npos) << run.output;
  }
  int captured() const { return packets_in(files_.path() / "captures/several.pcap"); }

 private:
  TemporaryFolder files_;
};

TEST_F(PeersTest, a_stock_server_serves_them_all_at_once) {
  REQUIRE_PRIVATE_NETWORK();
  const std::string open = "  - use: handshake\n  - b@use: handshake\n";
  const std::string ask =
      "  - b@send: PSH-ACK \"b\"\n  - send: PSH-ACK \"a\"\n  - expect: ACK\n  - b@expect: ACK\n";
  const std::string echo = "  - b@expect: PSH-ACK \"b\"\n  - expect: PSH-ACK \"a\"\n";
  passes(several("kernel: {app: discard}\n", "a: {}, b: {}", open + ask));
  passes(several("kernel: {app: echo}\n", "a: {}, b: {}", open + ask + echo));
  passes(several("kernel: {app: echo-once}\n", "a: {}, b: {}",
                 open + ask + echo + "  - expect: FIN-ACK\n  - b@expect: FIN-ACK\n"));
  EXPECT_EQ(captured(), 14) << "of both connections";
}

TEST_F(PeersTest, each_is_guarded_at_its_own_address) {
  REQUIRE_PRIVATE_NETWORK();
  passes(several("",
                 "a: {}, b: {address: 127.0.0.9}, c: {address: '127.0.0.9:5000'}, d: {address: 192.0.2.9}",
                 "  - use: handshake\n  - b@use: handshake\n  - c@use: handshake\n  - d@use: handshake\n"
                 "  - b@send: ACK ack=0 sport=5000\n  - c@expect: ACK\n"
                 "  - d@app: write \"x\"\n  - d@expect: PSH-ACK \"x\"\n"));
}

TEST_F(PeersTest, one_connects_while_another_listens) {
  REQUIRE_PRIVATE_NETWORK();
  passes(
      several("", "a: {}, b: {}, c: {}",
              "  - use: handshake\n  - b@use: active-open\n  - b@app: finish -> ok\n  - c@use: handshake\n"
              "  - b@app: write \"x\"\n  - b@expect: PSH-ACK \"x\"\n  - app: close\n  - expect: FIN-ACK\n"));
  passes(several("", "a: {}, b: {}", "  - use: active-open\n  - b@use: active-open\n"));
}

TEST_F(PeersTest, behind_a_device_each_may_be_elsewhere) {
  REQUIRE_PRIVATE_NETWORK();
  for (const std::string last : {"192.0.2.7", "\"2001:db8::7\""})
    for (const std::string wait : {"", "  - wait: 1ms\n"})  // on a TUN device, on a sink device
      passes(several("kernel: {link: tun, app: echo}\n",
                     "a: {address: " + last + "}, b: {address: " + last + "}, c: {}",
                     "  - use: handshake\n  - c@use: handshake\n  - b@use: handshake\n" + wait +
                         "  - c@send: PSH-ACK \"x\"\n  - c@expect: ACK\n  - c@expect: PSH-ACK \"x\"\n"
                         "  - c@send: ICMP host-unreachable\n  - c@expect: nothing\n"));
}

}  // namespace
}  // namespace tcpcraft::cli_test
