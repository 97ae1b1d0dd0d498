#include <algorithm>
#include <cstdio>
#include <new>
#include <string>

#include <pcap/pcap.h>

#include <tcpcraft/capture/record_reader.hpp>

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

}  // namespace

struct RecordReader::Impl {
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
    offset = ftello(file);
  }

  void end(std::uint64_t packet, const std::string& reason) {
    is_over = true;
    damage =
        Damage{packet, static_cast<std::uint64_t>(offset), stream.error().empty() ? reason : stream.error()};
  }

  std::optional<Record> next() {
    if (is_over) return std::nullopt;
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int result = pcap_next_ex(handle.get(), &header, &data);
    if (result != 1) {
      is_over = true;
      if (result != PCAP_ERROR_BREAK || !stream.error().empty()) end(packets + 1, pcap_geterr(handle.get()));
      return std::nullopt;
    }
    offset = ftello(file);
    return Record{
        ++packets, time_of(header->ts), std::max(header->len, header->caplen), {data, header->caplen}};
  }

  Stream stream;  // outlives the handle, which closes the file
  std::unique_ptr<pcap_t, Closer> handle;
  std::FILE* file = nullptr;
  off_t offset = 0;
  bool is_over = false;
  std::uint64_t packets = 0;
  std::optional<Damage> damage;
};

RecordReader::RecordReader(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(open_file(path))) {}
RecordReader::RecordReader(wire::Bytes bytes) : impl_(std::make_unique<Impl>(in_memory(std::move(bytes)))) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;

std::optional<int> RecordReader::link() const {
  if (impl_->handle == nullptr) return std::nullopt;
  return pcap_datalink(impl_->handle.get());
}

std::optional<Record> RecordReader::next() {
  return impl_->next();
}

std::uint64_t RecordReader::packets() const {
  return impl_->packets;
}

const std::optional<Damage>& RecordReader::damage() const {
  return impl_->damage;
}

}  // namespace tcpcraft::capture
