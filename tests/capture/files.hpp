#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::capture_test {

using wire::Bytes;

/// Numbers, one after the other, in a byte order.
class Writer {
 public:
  explicit Writer(bool big_endian = false) : big_endian_(big_endian) {}
  Writer& add(std::uint64_t number, int size) {
    for (int i = 0; i < size; ++i)
      bytes.push_back(static_cast<std::uint8_t>(number >> 8 * (big_endian_ ? size - 1 - i : i)));
    return *this;
  }
  Writer& add(const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }
  Bytes bytes;

 private:
  bool big_endian_;
};

constexpr std::uint32_t microseconds = 0xa1b2c3d4, nanoseconds = 0xa1b23c4d;
constexpr std::uint64_t second = 1'700'000'000;

struct Frame {
  Bytes bytes;
  std::uint64_t second = capture_test::second;
  std::uint32_t fraction = 0;
  std::size_t cut = SIZE_MAX;  ///< captured
};

inline Bytes pcap(int link, const std::vector<Frame>& frames, std::uint32_t magic = nanoseconds,
                  bool big_endian = false) {
  Writer out(big_endian);
  out.add(magic, 4).add(2, 2).add(4, 2).add(0, 8).add(262144, 4).add(static_cast<std::uint64_t>(link), 4);
  for (const Frame& frame : frames) {
    const Bytes captured(frame.bytes.begin(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                        frame.cut, frame.bytes.size())));
    out.add(frame.second, 4)
        .add(frame.fraction, 4)
        .add(captured.size(), 4)
        .add(frame.bytes.size(), 4)
        .add(captured);
  }
  return out.bytes;
}

/// `resolution` is the exponent of `if_tsresol`.
inline Bytes pcapng(int link, const std::vector<Frame>& frames, unsigned resolution,
                    bool big_endian = false) {
  Writer out(big_endian);
  out.add(0x0a0d0d0a, 4).add(28, 4).add(0x1a2b3c4d, 4).add(1, 2).add(0, 2).add(~0ull, 8).add(28, 4);
  out.add(1, 4).add(32, 4).add(static_cast<std::uint64_t>(link), 2).add(0, 2).add(0, 4);
  out.add(9, 2).add(1, 2).add(resolution, 1).add(0, 3).add(0, 4).add(32, 4);
  std::uint64_t unit = 1;
  for (unsigned i = 0; i < resolution; ++i) unit *= 10;
  for (const Frame& frame : frames) {
    const std::uint64_t stamp = frame.second * unit + frame.fraction;
    Bytes padded = frame.bytes;
    padded.resize((padded.size() + 3) / 4 * 4);
    out.add(6, 4).add(32 + padded.size(), 4).add(0, 4).add(stamp >> 32, 4).add(stamp & 0xffffffff, 4);
    out.add(frame.bytes.size(), 4).add(frame.bytes.size(), 4).add(padded).add(32 + padded.size(), 4);
  }
  return out.bytes;
}

inline wire::Segment segment(std::size_t payload, const std::string& from = "127.0.0.1:1000",
                             const std::string& to = "127.0.0.1:9877") {
  wire::Segment result;
  result.source = *wire::Endpoint::parse(from);
  result.destination = *wire::Endpoint::parse(to);
  result.df = false;
  result.id = 7;
  result.flags = {wire::Flag::psh, wire::Flag::ack};
  result.seq = wire::SeqNum(5);
  result.options = {wire::Nop{}, wire::Nop{}, wire::Timestamps{1, 2}};
  result.payload = wire::pattern(static_cast<std::uint32_t>(payload));
  return result;
}

inline std::vector<capture::Packet> all(capture::Reader& reader) {
  std::vector<capture::Packet> packets;
  while (auto packet = reader.next()) packets.push_back(std::move(*packet));
  return packets;
}

}  // namespace tcpcraft::capture_test
