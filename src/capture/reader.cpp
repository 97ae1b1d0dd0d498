#include <cstdio>
#include <utility>

#include <pcap/pcap.h>

#include <tcpcraft/capture/reader.hpp>

#include "decoder.hpp"
#include "source.hpp"

namespace tcpcraft::capture {
namespace {

struct Closer {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

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
    if (const auto problem = link_problem(handle.get()))
      end(0, *problem);
    else
      offset = ftello(file);
  }

  void end(std::uint64_t packet, const std::string& reason) {
    is_over = true;
    decoder.summary.damage =
        Damage{packet, static_cast<std::uint64_t>(offset), stream.error().empty() ? reason : stream.error()};
  }

  void end() {
    is_over = true;
    if (!stream.error().empty()) end(decoder.summary.packets + 1, {});
  }

  std::optional<Packet> next() {
    while (!is_over) {
      pcap_pkthdr* header = nullptr;
      const u_char* data = nullptr;
      const int result = pcap_next_ex(handle.get(), &header, &data);
      if (result == PCAP_ERROR_BREAK) {
        end();
      } else if (result != 1) {
        end(decoder.summary.packets + 1, pcap_geterr(handle.get()));
      } else {
        offset = ftello(file);
        if (auto packet = decoder.take(pcap_datalink(handle.get()), *header, data)) return packet;
      }
      if (is_over) decoder.end();
    }
    return std::nullopt;
  }

  Stream stream;  // outlives the handle, which closes the file
  std::unique_ptr<pcap_t, Closer> handle;
  std::FILE* file = nullptr;
  off_t offset = 0;
  bool is_over = false;
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

}  // namespace tcpcraft::capture
