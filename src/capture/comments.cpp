#include <algorithm>
#include <memory>
#include <optional>

#include <tcpcraft/capture/comments.hpp>

#include "source.hpp"

namespace tcpcraft::capture {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_statistics = 5, enhanced_packet = 6,
                        simple_packet = 3, obsolete_packet = 2, byte_order = 0x1a2b3c4d;
constexpr std::size_t most_of_block = 1 << 24;  // more than any packet and all that is said of it

class CommentReader {
 public:
  explicit CommentReader(std::unique_ptr<Source> source) : source_(decompressed(std::move(source))) {}

  Comments run() {
    while (read_block()) continue;
    return std::move(comments_);
  }

 private:
  bool fill(wire::Bytes& bytes, std::size_t size) {
    const std::size_t before = bytes.size();
    bytes.resize(before + size);
    for (std::size_t at = before; at < bytes.size();) {
      const std::size_t got = source_->read(std::span(bytes).subspan(at));
      if (got == 0) return false;
      at += got;
    }
    return true;
  }

  std::uint32_t number(const wire::Bytes& bytes, std::size_t at, std::size_t size = 4) const {
    std::uint32_t result = 0;
    for (std::size_t i = 0; i < size; ++i) result = result << 8 | bytes[at + (swapped_ ? i : size - 1 - i)];
    return result;
  }

  bool read_block() {
    wire::Bytes block;
    if (!fill(block, 12)) return false;
    const bool begins = number(block, 0) == section_header;
    if (first_ && !begins) return false;
    if (begins) swapped_ = block[8] == byte_order >> 24;
    if (begins && number(block, 8) != byte_order) return false;
    first_ = false;
    const std::uint32_t type = number(block, 0), length = number(block, 4);
    if (length < 12 || length % 4 != 0 || length > most_of_block || !fill(block, length - 12)) return false;
    block.resize(block.size() - 4);  // the length once more
    take(type, block);
    return true;
  }

  void take(std::uint32_t type, const wire::Bytes& block) {
    if (type == simple_packet || type == obsolete_packet) ++packets_;
    if (type == section_header) {
      for (const std::string& comment : options(block, 24)) comments_.section = comment;
    } else if (type == interface_statistics) {
      for (std::string& comment : options(block, 20)) comments_.end.push_back(std::move(comment));
    } else if (type == enhanced_packet && block.size() >= 28) {
      ++packets_;
      const std::size_t captured = number(block, 20);
      if (captured > block.size()) return;
      std::vector<std::string> said = options(block, 28 + (captured + 3) / 4 * 4);
      if (!said.empty()) comments_.packets[packets_] = std::move(said);
    }
  }

  std::vector<std::string> options(const wire::Bytes& block, std::size_t at) const {
    constexpr std::uint32_t end = 0, comment = 1;
    std::vector<std::string> result;
    while (at + 4 <= block.size()) {
      const std::uint32_t code = number(block, at, 2), size = number(block, at + 2, 2);
      at += 4;
      if (code == end || at + size > block.size()) break;
      const auto from = block.begin() + static_cast<std::ptrdiff_t>(at);
      if (code == comment) result.emplace_back(from, from + size);
      at += (size + 3) / 4 * 4;
    }
    return result;
  }

  std::unique_ptr<Source> source_;
  Comments comments_;
  bool first_ = true, swapped_ = false;
  std::uint64_t packets_ = 0;
};

}  // namespace

Comments read_comments(const std::filesystem::path& path) {
  return CommentReader(open_file(path)).run();
}

Comments read_comments(wire::Bytes bytes) {
  return CommentReader(in_memory(std::move(bytes))).run();
}

}  // namespace tcpcraft::capture
