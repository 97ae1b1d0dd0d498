#include <cstdio>
#include <utility>

#include <pcap/pcap.h>

#include <tcpcraft/capture/reader.hpp>

#include "decoder.hpp"
#include "pcap_file.hpp"
#include "source.hpp"

namespace tcpcraft::capture {

struct Reader::Impl {
  explicit Impl(std::unique_ptr<Source> source) : file(std::move(source)) {
    if (file.handle() != nullptr)
      if (const auto problem = link_problem(file.handle())) file.refuse(*problem);
    decoder.summary.damage = file.damage();
  }

  std::optional<Packet> next() {
    while (const auto frame = file.next())
      if (auto packet = decoder.take(pcap_datalink(file.handle()), *frame->header, frame->data))
        return packet;
    decoder.summary.damage = file.damage();
    decoder.end();
    return std::nullopt;
  }

  PcapFile file;
  Decoder decoder;
};

Reader::Reader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(open_file(path))) {}
Reader::Reader(wire::Bytes bytes) : impl_(std::make_unique<Impl>(in_memory(std::move(bytes)))) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::optional<Packet> Reader::next() {
  return impl_->next();
}

std::vector<Message> Reader::take_messages() {
  return std::exchange(impl_->decoder.messages, {});
}

const Summary& Reader::summary() const {
  return impl_->decoder.summary;
}

std::uint64_t Reader::position() const {
  return impl_->file.position();
}

}  // namespace tcpcraft::capture
