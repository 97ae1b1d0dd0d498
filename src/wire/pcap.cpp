#include <cerrno>
#include <cstdio>
#include <system_error>

#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <tcpcraft/wire/pcap.hpp>

namespace tcpcraft::wire {
namespace {

constexpr int snapshot_length = 262144;
constexpr off_t file_header = 24, packet_header = 16;

struct Closer {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
  void operator()(pcap_dumper_t* dumper) const { pcap_dump_close(dumper); }
};

}  // namespace

struct PcapWriter::Impl {
  explicit Impl(const std::filesystem::path& where) : path(where) {
    handle.reset(pcap_open_dead_with_tstamp_precision(DLT_RAW, snapshot_length, PCAP_TSTAMP_PRECISION_NANO));
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) fail();
    dumper.reset(pcap_dump_fopen(handle.get(), file));
    if (dumper == nullptr) {
      const int error = errno;
      std::fclose(file);
      fail(error);
    }
    flush();
  }

  std::FILE* file() const { return pcap_dump_file(dumper.get()); }

  /// libpcap reports no error of a write, but the stream remembers it.
  void flush() {
    if (pcap_dump_flush(dumper.get()) != 0 || std::ferror(file()) != 0) fail();
  }

  /// Leaves of the file what is whole, and of the stream nothing. False where that cannot be.
  bool cut() {
    __fpurge(file());
    std::clearerr(file());
    return ::ftruncate(fileno(file()), whole) == 0 && std::fseek(file(), whole, SEEK_SET) == 0;
  }

  [[noreturn]] void fail(int error = errno) {
    throw std::system_error(error != 0 ? error : EIO, std::generic_category(), "write " + path.string());
  }

  std::filesystem::path path;
  std::unique_ptr<pcap_t, Closer> handle;
  std::unique_ptr<pcap_dumper_t, Closer> dumper;
  off_t whole = file_header;  ///< so much of the file
};

PcapWriter::PcapWriter(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
PcapWriter::~PcapWriter() = default;
PcapWriter::PcapWriter(PcapWriter&&) noexcept = default;
PcapWriter& PcapWriter::operator=(PcapWriter&&) noexcept = default;

void PcapWriter::write(std::span<const std::uint8_t> packet, Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  pcap_pkthdr header{};
  header.ts.tv_sec = second.time_since_epoch().count();
  header.ts.tv_usec = (time - second).count();  // nanoseconds, as the file's magic number says
  header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
  errno = 0;
  pcap_dump(reinterpret_cast<u_char*>(impl_->dumper.get()), &header, packet.data());
  try {
    impl_->flush();
  } catch (const std::system_error&) {
    impl_->cut();
    throw;
  }
  impl_->whole += packet_header + static_cast<off_t>(packet.size());
}

void PcapWriter::clear() {
  impl_->whole = file_header;
  if (!impl_->cut()) impl_->fail();
}

}  // namespace tcpcraft::wire
