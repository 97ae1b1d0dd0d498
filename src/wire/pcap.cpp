// draft-ietf-opsawg-pcapng: blocks of a type and a length, with options in them.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <stdio_ext.h>
#include <unistd.h>

#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/pcap.hpp>

namespace tcpcraft::wire {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, interface_statistics = 5,
                        enhanced_packet = 6;
constexpr std::uint16_t option_end = 0, option_comment = 1, option_resolution = 9;
constexpr std::uint32_t byte_order = 0x1a2b3c4d, snapshot_length = 262144;
constexpr std::uint16_t link_type_raw = 101;
constexpr std::uint8_t nanoseconds = 9;  // digits of a second

/// A block in the making, in this machine's byte order.
class Block {
 public:
  explicit Block(std::uint32_t type) { add(type).add(std::uint32_t{0}); }

  template <class Number>
  Block& add(Number number) {
    const auto* const raw = reinterpret_cast<const std::uint8_t*>(&number);
    bytes_.insert(bytes_.end(), raw, raw + sizeof number);
    return *this;
  }
  Block& add(std::span<const std::uint8_t> data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return *this;
  }
  Block& add_time(Time time) {
    const auto stamp = static_cast<std::uint64_t>(time.time_since_epoch().count());
    return add(static_cast<std::uint32_t>(stamp >> 32)).add(static_cast<std::uint32_t>(stamp));
  }
  Block& add_option(std::uint16_t code, std::string_view value) {
    constexpr std::size_t longest = 65532;
    value = value.substr(0, longest);
    add(code).add(static_cast<std::uint16_t>(value.size()));
    return add({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
  }
  Block& add_comments(const PcapWriter::Comments& comments) {
    for (const std::string& comment : comments) add_option(option_comment, comment);
    if (!comments.empty()) add_option(option_end, {});
    return *this;
  }
  /// The length stands at both ends.
  const Bytes& finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
    add(length);
    std::copy_n(bytes_.end() - sizeof length, sizeof length, bytes_.begin() + 4);
    return bytes_;
  }

 private:
  Bytes bytes_;
};

}  // namespace

struct PcapWriter::Impl {
  explicit Impl(const std::filesystem::path& where) : path(where), file(std::fopen(path.c_str(), "wb")) {
    if (file == nullptr) fail();
  }
  ~Impl() { std::fclose(file); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void append(Block& block) {
    const Bytes& bytes = block.finish();
    errno = 0;
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if (!written || std::fflush(file) != 0) {
      const int error = errno;
      cut();
      fail(error);
    }
    whole += static_cast<off_t>(bytes.size());
  }

  /// Leaves of the file what is whole, and of the stream nothing. False where that cannot be.
  bool cut() {
    __fpurge(file);
    std::clearerr(file);
    return ::ftruncate(fileno(file), whole) == 0 && std::fseek(file, whole, SEEK_SET) == 0;
  }

  [[noreturn]] void fail(int error = errno) {
    throw std::system_error(error != 0 ? error : EIO, std::generic_category(), "write " + path.string());
  }

  std::filesystem::path path;
  std::FILE* file;
  off_t whole = 0;  ///< so much of the file
};

PcapWriter::PcapWriter(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {
  begin();
}
PcapWriter::~PcapWriter() = default;
PcapWriter::PcapWriter(PcapWriter&&) noexcept = default;
PcapWriter& PcapWriter::operator=(PcapWriter&&) noexcept = default;

void PcapWriter::begin(std::string_view comment) {
  if (std::exchange(impl_->whole, 0) > 0 && !impl_->cut()) impl_->fail();
  Block section(section_header);
  section.add(byte_order).add(std::uint16_t{1}).add(std::uint16_t{0}).add(std::int64_t{-1});
  if (!comment.empty()) section.add_comments({std::string(comment)});
  impl_->append(section);
  Block interface(interface_description);
  interface.add(link_type_raw).add(std::uint16_t{0}).add(snapshot_length);
  const char resolution = nanoseconds;
  interface.add_option(option_resolution, {&resolution, 1}).add_option(option_end, {});
  impl_->append(interface);
}

void PcapWriter::write(std::span<const std::uint8_t> packet, Time time, const Comments& comments) {
  const auto size = static_cast<std::uint32_t>(packet.size());
  Block block(enhanced_packet);
  block.add(std::uint32_t{0}).add_time(time).add(size).add(size).add(packet).add_comments(comments);
  impl_->append(block);
}

void PcapWriter::end(Time time, const Comments& comments) {
  Block block(interface_statistics);
  block.add(std::uint32_t{0}).add_time(time).add_comments(comments);
  impl_->append(block);
}

}  // namespace tcpcraft::wire
