#include <algorithm>

#include <pcap/pcap.h>

#include <tcpcraft/capture/record_reader.hpp>

#include "decoder.hpp"
#include "pcap_file.hpp"

namespace tcpcraft::capture {

struct RecordReader::Impl {
  explicit Impl(std::unique_ptr<Source> source) : file(std::move(source)) {}
  PcapFile file;
};

RecordReader::RecordReader(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(open_file(path))) {}
RecordReader::RecordReader(wire::Bytes bytes) : impl_(std::make_unique<Impl>(in_memory(std::move(bytes)))) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;

std::optional<int> RecordReader::link() const {
  if (impl_->file.handle() == nullptr) return std::nullopt;
  return pcap_datalink(impl_->file.handle());
}

std::optional<Record> RecordReader::next() {
  const auto frame = impl_->file.next();
  if (!frame) return std::nullopt;
  const pcap_pkthdr& header = *frame->header;
  return Record{impl_->file.frames(),
                stamp_of(header),
                std::max(header.len, header.caplen),
                {frame->data, header.caplen}};
}

std::uint64_t RecordReader::packets() const {
  return impl_->file.frames();
}

std::uint64_t RecordReader::position() const {
  return impl_->file.position();
}

const std::optional<Damage>& RecordReader::damage() const {
  return impl_->file.damage();
}

}  // namespace tcpcraft::capture
