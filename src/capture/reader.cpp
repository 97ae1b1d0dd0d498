#include <algorithm>
#include <cstdio>

#include <pcap/pcap.h>

#include <tcpcraft/capture/link_layer.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/wire/codec.hpp>

#include "datagrams.hpp"
#include "source.hpp"

namespace tcpcraft::capture {
namespace {

struct Closer {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

/// A damaged time must not overflow the nanoseconds.
wire::Time time_of(const timeval& stamp) {
  constexpr std::int64_t furthest = 9'000'000'000;  // the year 2255
  const std::int64_t seconds = std::clamp<std::int64_t>(stamp.tv_sec, -furthest, furthest);
  const std::int64_t nanoseconds = std::clamp<std::int64_t>(stamp.tv_usec, 0, 999'999'999);
  return wire::Time(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds));
}

Checksum checksum_of(const Datagram& datagram) {
  if (datagram.bytes.size() < datagram.length || datagram.detours) return Checksum::unknown;
  if (wire::checksum_ok(datagram.bytes)) return Checksum::right;
  wire::Bytes finished = datagram.bytes;
  wire::finish_checksum(finished);
  return finished != datagram.bytes ? Checksum::unfinished : Checksum::wrong;
}

/// Of the data, by the lengths that the headers claim.
std::uint32_t data_size(const Datagram& datagram, const wire::Segment& segment) {
  const std::size_t headers = datagram.tcp + segment.data_offset * 4u;
  if (segment.data_offset < 5 || headers > datagram.length) return 0;
  return static_cast<std::uint32_t>(datagram.length - headers);
}

}  // namespace

struct Reader::Impl {
  explicit Impl(std::unique_ptr<Source> source) : stream(decompressed(std::move(source))) {
    std::FILE* const opened = stream.open();
    char error[PCAP_ERRBUF_SIZE] = "";
    handle.reset(pcap_fopen_offline_with_tstamp_precision(opened, PCAP_TSTAMP_PRECISION_NANO, error));
    if (handle == nullptr) {
      std::fclose(opened);
      end(0, error);
      return;
    }
    file = opened;
    const int link = pcap_datalink(handle.get());
    if (!is_known_link(link)) {
      const char* const name = pcap_datalink_val_to_name(link);
      end(0, std::string("packets of the link type ") + (name ? name : std::to_string(link).c_str()) +
                 " are not understood");
      return;
    }
    offset = ftello(file);
  }

  void end(std::uint64_t packet, const std::string& reason) {
    is_over = true;
    summary.damage =
        Damage{packet, static_cast<std::uint64_t>(offset), stream.error().empty() ? reason : stream.error()};
  }

  void end() {
    is_over = true;
    if (!stream.error().empty()) end(summary.packets + 1, {});
  }

  std::optional<Packet> packet_of(const pcap_pkthdr& header, const std::uint8_t* data) {
    const std::span<const std::uint8_t> frame(data, header.caplen);
    const std::optional<std::size_t> ip = find_ip(pcap_datalink(handle.get()), frame);
    if (!ip) {
      ++summary.others;
      return std::nullopt;
    }
    const wire::Time time = time_of(header.ts);
    const std::size_t length = std::max(header.len, header.caplen) - *ip;
    const auto datagram = datagrams.take(frame.subspan(*ip), length, summary.packets, time);
    if (!datagram) return std::nullopt;
    const auto segment = wire::decode(datagram->bytes);
    if (!segment) {
      ++summary.headless;
      return std::nullopt;
    }
    ++summary.segments;
    const std::uint32_t size = data_size(*datagram, *segment);
    return Packet{summary.packets,
                  time,
                  *segment,
                  size,
                  datagram->bytes.size() < datagram->length,
                  datagram->fragments,
                  checksum_of(*datagram)};
  }

  std::optional<Packet> next() {
    while (!is_over) {
      pcap_pkthdr* header = nullptr;
      const u_char* data = nullptr;
      const int result = pcap_next_ex(handle.get(), &header, &data);
      if (result == PCAP_ERROR_BREAK) {
        end();
      } else if (result != 1) {
        end(summary.packets + 1, pcap_geterr(handle.get()));
      } else {
        ++summary.packets;
        offset = ftello(file);
        if (auto packet = packet_of(*header, data)) return packet;
      }
      if (is_over) datagrams.end();
    }
    return std::nullopt;
  }

  Stream stream;  // outlives the handle, which closes the file
  std::unique_ptr<pcap_t, Closer> handle;
  std::FILE* file = nullptr;
  off_t offset = 0;
  bool is_over = false;
  Summary summary;
  Datagrams datagrams{summary};
};

Reader::Reader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(open_file(path))) {}
Reader::Reader(wire::Bytes bytes) : impl_(std::make_unique<Impl>(in_memory(std::move(bytes)))) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::optional<Packet> Reader::next() {
  return impl_->next();
}

const Summary& Reader::summary() const {
  return impl_->summary;
}

}  // namespace tcpcraft::capture
