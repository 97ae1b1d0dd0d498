#include "pcap_file.hpp"

#include <pcap/pcap.h>

namespace tcpcraft::capture {

void PcapFile::Closer::operator()(pcap* handle) const {
  pcap_close(handle);
}

PcapFile::PcapFile(std::unique_ptr<Source> source) : stream_(decompressed(std::move(source))) {
  std::FILE* const opened = stream_.open();
  char error[PCAP_ERRBUF_SIZE] = "";
  handle_.reset(pcap_fopen_offline_with_tstamp_precision(opened, PCAP_TSTAMP_PRECISION_NANO, error));
  if (handle_ == nullptr) {
    std::fclose(opened);
    end(0, error);
    return;
  }
  file_ = opened;
  offset_ = ftello(file_);
}

std::optional<PcapFile::Frame> PcapFile::next() {
  if (is_over_) return std::nullopt;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int result = pcap_next_ex(handle_.get(), &header, &data);
  if (result != 1) {
    is_over_ = true;
    if (result != PCAP_ERROR_BREAK || !stream_.error().empty()) end(frames_ + 1, pcap_geterr(handle_.get()));
    return std::nullopt;
  }
  ++frames_;
  offset_ = ftello(file_);
  return Frame{header, data};
}

void PcapFile::end(std::uint64_t packet, const std::string& reason) {
  is_over_ = true;
  damage_ =
      Damage{packet, static_cast<std::uint64_t>(offset_), stream_.error().empty() ? reason : stream_.error()};
}

}  // namespace tcpcraft::capture
