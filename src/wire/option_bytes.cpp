#include "option_bytes.hpp"

#include <algorithm>

#include <tcpcraft/wire/codec.hpp>

#include "datagram.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::size_t md5_digest_size = 16;

class Writer {
 public:
  explicit Writer(Bytes& bytes) : bytes_(bytes) {}

  void operator()(EndOfOptions) { kind(OptionKind::end_of_options); }
  void operator()(Nop) { kind(OptionKind::nop); }
  void operator()(const Mss& option) {
    head(OptionKind::mss, 2);
    bytes_.push_back(static_cast<std::uint8_t>(option.value >> 8));
    bytes_.push_back(static_cast<std::uint8_t>(option.value));
  }
  void operator()(const WindowScale& option) {
    head(OptionKind::window_scale, 1);
    bytes_.push_back(option.shift);
  }
  void operator()(SackPermitted) { head(OptionKind::sack_permitted, 0); }
  void operator()(const Sack& option) {
    head(OptionKind::sack, option.blocks.size() * 8);
    for (const SackBlock& block : option.blocks) {
      number(block.left.raw());
      number(block.right.raw());
    }
  }
  void operator()(const Timestamps& option) {
    head(OptionKind::timestamps, 8);
    number(option.tsval);
    number(option.tsecr);
  }
  void operator()(const Md5& option) { opaque(OptionKind::md5, option.digest); }
  void operator()(const FastOpen& option) { opaque(OptionKind::fast_open, option.cookie); }
  void operator()(const RawOption& option) {
    opaque(OptionKind{option.kind}, option.data);
    if (option.length) bytes_[bytes_.size() - option.data.size() - 1] = *option.length;
  }

 private:
  void kind(OptionKind kind) { bytes_.push_back(static_cast<std::uint8_t>(kind)); }
  void head(OptionKind of, std::size_t data_size) {
    kind(of);
    bytes_.push_back(static_cast<std::uint8_t>(data_size + 2));
  }
  void opaque(OptionKind of, const Bytes& data) {
    head(of, data.size());
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }
  void number(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
  }

  Bytes& bytes_;
};

struct Size {
  std::size_t operator()(EndOfOptions) const { return 1; }
  std::size_t operator()(Nop) const { return 1; }
  std::size_t operator()(const Mss&) const { return 4; }
  std::size_t operator()(const WindowScale&) const { return 3; }
  std::size_t operator()(SackPermitted) const { return 2; }
  std::size_t operator()(const Sack& option) const { return 2 + option.blocks.size() * 8; }
  std::size_t operator()(const Timestamps&) const { return 10; }
  std::size_t operator()(const Md5& option) const { return 2 + option.digest.size(); }
  std::size_t operator()(const FastOpen& option) const { return 2 + option.cookie.size(); }
  std::size_t operator()(const RawOption& option) const { return 2 + option.data.size(); }
};

Sack read_sack(std::span<const std::uint8_t> data) {
  Sack sack;
  for (std::size_t at = 0; at < data.size(); at += 8)
    sack.blocks.push_back({SeqNum(read32(&data[at])), SeqNum(read32(&data[at + 4]))});
  return sack;
}

/// An option whose length octet fits what is there.
Option read_option(std::uint8_t kind, std::span<const std::uint8_t> data) {
  const std::size_t size = data.size();
  switch (OptionKind{kind}) {
    case OptionKind::mss:
      if (size == 2) return Mss{read16(data.data())};
      break;
    case OptionKind::window_scale:
      if (size == 1) return WindowScale{data[0]};
      break;
    case OptionKind::sack_permitted:
      if (size == 0) return SackPermitted{};
      break;
    case OptionKind::sack:
      if (size != 0 && size % 8 == 0) return read_sack(data);
      break;
    case OptionKind::timestamps:
      if (size == 8) return Timestamps{read32(&data[0]), read32(&data[4])};
      break;
    case OptionKind::md5:
      if (size == md5_digest_size) return Md5{Bytes(data.begin(), data.end())};
      break;
    case OptionKind::fast_open:
      return FastOpen{Bytes(data.begin(), data.end())};
    default:
      break;
  }
  return RawOption{kind, Bytes(data.begin(), data.end())};
}

}  // namespace

void append_options(Bytes& bytes, const Options& options) {
  for (const Option& option : options) std::visit(Writer(bytes), option);
}

std::size_t options_size(const Options& options) {
  std::size_t size = 0;
  for (const Option& option : options) size += std::visit(Size{}, option);
  return size;
}

Options read_options(std::span<const std::uint8_t> bytes) {
  Options options;
  while (!bytes.empty()) {
    const std::uint8_t kind = bytes[0];
    if (OptionKind{kind} == OptionKind::end_of_options) {
      options.push_back(EndOfOptions{});
      break;
    }
    if (OptionKind{kind} == OptionKind::nop) {
      options.push_back(Nop{});
      bytes = bytes.subspan(1);
      continue;
    }
    const std::uint8_t length = bytes.size() < 2 ? std::uint8_t{0} : bytes[1];
    if (length < 2 || length > bytes.size()) {  // the next option cannot be found
      const auto rest = bytes.subspan(std::min<std::size_t>(2, bytes.size()));
      options.push_back(RawOption{kind, Bytes(rest.begin(), rest.end()), length});
      break;
    }
    options.push_back(read_option(kind, bytes.subspan(2, length - 2u)));
    bytes = bytes.subspan(length);
  }
  return options;
}

}  // namespace tcpcraft::wire
