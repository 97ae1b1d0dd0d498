#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/replay/replayer.hpp>
#include <tcpcraft/wire/codec.hpp>

#include "capture/files.hpp"
#include "os/private_network.hpp"
#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

const wire::Endpoint server_end = *wire::Endpoint::parse("127.0.0.1:9877");

/// A capture of so many connections, a millisecond and one after the other.
Bytes one_after_the_other(std::size_t count) {
  constexpr int bare_ip = 101;  // LINKTYPE_RAW
  const Capture capture =
      Capture().handshake().client(psh_ack, 1, 1, "ask").server(psh_ack, 1, 4, "ask").closed(4, 4);
  std::vector<capture_test::Frame> frames;
  for (std::size_t i = 0; i < count; ++i)
    for (const auto& [packet, by_client] : capture.packets) {
      wire::Segment segment = packet.segment;
      segment.source = {server_end.address, static_cast<std::uint16_t>(10'000 + i)};
      segment.destination = server_end;
      if (!by_client) std::swap(segment.source, segment.destination);
      frames.push_back(
          {wire::encode(segment), 100 + i / 1000, static_cast<std::uint32_t>(i % 1000) * 1'000'000});
    }
  return capture_test::pcap(bare_ip, frames);
}

/// An echo server, and what is told of the connections with it.
class Echo : public World {
 public:
  explicit Echo(const capture::Reader& reader) : reader_(reader), server_(kernel::App::echo, server_end) {}

  void finished(const Finished& one) override {
    EXPECT_EQ(one.result.verdict, Verdict::same) << one.result.summary;
    positions.push_back(reader_.position());
  }
  void add_poll(std::vector<pollfd>& fds) override { server_.add_poll(fds); }
  bool pump() override { return server_.pump(); }
  void tick(std::size_t) override {}
  bool is_interrupted() const override { return false; }

  std::vector<std::uint64_t> positions;  ///< how far the file had been read when each ended

 private:
  const capture::Reader& reader_;
  kernel::StockServer server_;
};

class ReplayerOnLoopback : public test::PrivateNetwork {
 protected:
  static Total play(capture::Reader& reader, World& world, std::size_t limit = SIZE_MAX) {
    const Masks masks({});
    Options options;
    options.to = server_end;
    options.settings.fast = true;
    options.limit = limit;
    return Replayer(reader, options, masks, world).run();
  }
};

TEST_F(ReplayerOnLoopback, a_file_is_read_no_further_than_connections_can_begin) {
  constexpr std::size_t count = 3000, ahead = 100, buffered = 3 * 65536;
  const Bytes file = one_after_the_other(count);
  capture::Reader reader(file);
  Echo world(reader);
  const Total total = play(reader, world);
  EXPECT_EQ(total.same, count);
  EXPECT_TRUE(total.is_complete);
  ASSERT_EQ(world.positions.size(), count);
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_LE(world.positions[i], (i + ahead) * file.size() / count + buffered) << i;
}

TEST_F(ReplayerOnLoopback, a_file_is_read_no_further_than_the_limit_needs) {
  const Bytes file = one_after_the_other(3000);
  capture::Reader reader(file);
  Echo world(reader);
  EXPECT_EQ(play(reader, world, 50).same, 50u);
  EXPECT_LE(reader.position(), 3u * 65536u);
  EXPECT_GT(file.size(), 1'000'000u);
}

}  // namespace
}  // namespace tcpcraft::replay
