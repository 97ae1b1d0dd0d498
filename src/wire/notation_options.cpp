#include <algorithm>

#include "datagram.hpp"
#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

/// An option has at most the 40 bytes of the list, two of which are its kind and length.
constexpr std::size_t max_option_data = max_options - 2;
constexpr std::size_t md5_digest = 16;

class OptionReader {
 public:
  OptionReader(Piece piece, Reporter& report) : report_(report), arguments_(split_blanks(piece)) {
    name_ = arguments_.front();
    arguments_.erase(arguments_.begin());
  }

  std::optional<OptionSpec> read() {
    const std::string_view name = name_.text;
    if (name == "nop") return bare(Nop{});
    if (name == "eol") return bare(EndOfOptions{});
    if (name == "sackok" || name == "sackOK") return bare(SackPermitted{});
    if (name == "mss") return read_mss();
    if (name == "wscale") return read_window_scale();
    if (name == "ts") return read_timestamps();
    if (name == "sack") return read_sack();
    if (name == "fastopen") return read_fast_open();
    if (name == "md5") return read_md5();
    if (name.front() >= '0' && name.front() <= '9') return read_raw();
    report_.error(name_.range(), "unknown option " + quoted(name), did_you_mean(name, option_names()));
    return std::nullopt;
  }

 private:
  template <class Spec>
  std::optional<OptionSpec> bare(Spec spec) {
    if (arguments_.empty()) return spec;
    report_.error(arguments_.front().range(), quoted(name_.text) + " takes no value");
    return std::nullopt;
  }

  /// The one argument; reports none and several.
  const Piece* one(std::string_view form) {
    if (arguments_.size() == 1) return &arguments_.front();
    const std::string hint = "write " + std::string(form);
    if (arguments_.empty()) {
      report_.error(name_.range(), quoted(name_.text) + " needs a value", hint);
    } else {
      report_.error(arguments_[1].range(), "unexpected " + quoted(arguments_[1].text), hint);
    }
    return nullptr;
  }

  std::optional<OptionSpec> read_mss() {
    const Piece* argument = one("mss 1460");
    const auto value = argument ? parse_value(*argument, "mss", 0xffff, report_) : std::nullopt;
    return value ? std::optional<OptionSpec>(MssSpec{*value}) : std::nullopt;
  }

  std::optional<OptionSpec> read_window_scale() {
    const Piece* argument = one("wscale 7");
    const auto value = argument ? parse_value(*argument, "wscale", 0xff, report_) : std::nullopt;
    return value ? std::optional<OptionSpec>(WindowScaleSpec{*value}) : std::nullopt;
  }

  /// The two sides of a ':', or nothing after reporting.
  std::optional<std::pair<Piece, Piece>> pair(Piece piece, std::string_view form) {
    const std::vector<Piece> sides = split(piece, ':');
    if (sides.size() == 2) return std::pair(sides[0], sides[1]);
    report_.error(piece.range(), quoted(piece.text) + " is not a pair", "write " + std::string(form));
    return std::nullopt;
  }

  std::optional<OptionSpec> read_timestamps() {
    const Piece* argument = one("ts 100:0, tsval and tsecr");
    if (argument == nullptr) return std::nullopt;
    if (argument->text == "*") {
      if (!report_.any_allowed(argument->range())) return std::nullopt;
      return TimestampsSpec{};
    }
    const auto sides = pair(*argument, "ts 100:0, tsval and tsecr");
    if (!sides) return std::nullopt;
    const auto from_now = parse_from(sides->first, "now", report_);
    const auto from_echo = parse_from(sides->second, "echo", report_);
    const auto tsval = from_now ? Value{} : parse_value(sides->first, "tsval", 0xffffffff, report_);
    const auto tsecr = from_echo ? Value{} : parse_value(sides->second, "tsecr", 0xffffffff, report_);
    if (!tsval || !tsecr) return std::nullopt;
    return TimestampsSpec{*tsval, *tsecr, from_now, from_echo};
  }

  std::optional<OptionSpec> read_sack() {
    if (arguments_.empty()) return one("sack 11:21, or sackok for the permission"), std::nullopt;
    if (arguments_.size() == 1 && arguments_.front().text == "*") {
      if (!report_.any_allowed(arguments_.front().range())) return std::nullopt;
      return SackSpec{};
    }
    SackSpec sack;
    for (const Piece& argument : arguments_) {
      const auto edges = pair(argument, "sack 11:21, left and right edge");
      if (!edges) continue;
      const auto left = parse_number(edges->first, report_);
      const auto right = parse_number(edges->second, report_);
      if (left && right) sack.blocks.emplace_back(*left, *right);
    }
    return sack;
  }

  /// Bytes in hexadecimal, or `*` for absent ones; the outer optional says whether it could be read.
  std::optional<std::optional<Bytes>> data(Piece piece) {
    if (piece.text == "*") {
      if (!report_.any_allowed(piece.range())) return std::nullopt;
      return std::optional<Bytes>{};
    }
    std::optional<Bytes> bytes = parse_hex(piece, report_);
    if (!bytes) return std::nullopt;
    if (bytes->size() <= max_option_data) return bytes;
    report_.error(piece.range(), "an option has room for 38 bytes");
    return std::nullopt;
  }

  std::optional<OptionSpec> read_fast_open() {
    if (arguments_.empty()) return FastOpenSpec{Bytes{}};
    const Piece* argument = one("fastopen a1b2c3d4, or without a cookie to ask for one");
    auto cookie = argument ? data(*argument) : std::nullopt;
    return cookie ? std::optional<OptionSpec>(FastOpenSpec{std::move(*cookie)}) : std::nullopt;
  }

  std::optional<OptionSpec> read_md5() {
    const Piece* argument = one("md5 and 32 hexadecimal digits");
    auto digest = argument ? data(*argument) : std::nullopt;
    if (!digest) return std::nullopt;
    if (*digest && (*digest)->size() != md5_digest) {
      report_.error(argument->range(), "an MD5 digest has 16 bytes",
                    "write 0x13:" + std::string(argument->text.substr(0, 8)) + " for a malformed option");
      return std::nullopt;
    }
    return Md5Spec{std::move(*digest)};
  }

  /// `0xfd:0102`, or `0xfd/9:0102` with a length octet that is wrong.
  std::optional<OptionSpec> read_raw() {
    const auto sides = pair(name_, "0xfd:0102, kind and data");
    if (!sides) return std::nullopt;
    if (!arguments_.empty()) {
      report_.error(arguments_.front().range(), "unexpected " + quoted(arguments_.front().text));
      return std::nullopt;
    }
    const std::vector<Piece> head = split(sides->first, '/');
    if (head.size() > 2) {
      report_.error(sides->first.range(), quoted(sides->first.text) + " is not a kind and a length");
      return std::nullopt;
    }
    const auto kind = parse_bounded(head[0], "an option's kind", 0xff, report_);
    const auto length = head.size() == 2 ? parse_bounded(head[1], "an option's length", 0xff, report_) : 0;
    auto bytes = data(sides->second);
    if (!kind || !length || !bytes) return std::nullopt;
    RawOptionSpec raw{static_cast<std::uint8_t>(*kind), std::move(*bytes)};
    const bool right = raw.data && *length == raw.data->size() + 2;
    if (head.size() == 2 && !right) raw.length = static_cast<std::uint8_t>(*length);
    return raw;
  }

  Reporter& report_;
  std::vector<Piece> arguments_;
  Piece name_;
};

struct Size {
  std::size_t operator()(EndOfOptions) const { return 1; }
  std::size_t operator()(Nop) const { return 1; }
  std::size_t operator()(const MssSpec&) const { return 4; }
  std::size_t operator()(const WindowScaleSpec&) const { return 3; }
  std::size_t operator()(SackPermitted) const { return 2; }
  std::size_t operator()(const SackSpec& option) const { return 2 + option.blocks.size() * 8; }
  std::size_t operator()(const TimestampsSpec&) const { return 10; }
  std::size_t operator()(const Md5Spec& option) const { return of(option.digest); }
  std::size_t operator()(const FastOpenSpec& option) const { return of(option.cookie); }
  std::size_t operator()(const RawOptionSpec& option) const { return of(option.data); }

 private:
  static std::size_t of(const std::optional<Bytes>& data) { return 2 + (data ? data->size() : 0); }
};

void check_size(const OptionsSpec& options, TextRange where, Reporter& report) {
  const std::size_t size = options_size(options);
  if (size <= max_options) return;
  report.error(where, "the options take " + std::to_string(size) + " bytes", "a TCP header has room for 40");
}

}  // namespace

std::size_t options_size(const OptionsSpec& options) {
  std::size_t size = 0;
  for (const OptionSpec& option : options.list) size += std::visit(Size{}, option);
  return size;
}

const std::vector<std::string_view>& option_names() {
  static const std::vector<std::string_view> names = {"mss", "wscale", "sackok", "sack",    "ts",
                                                      "nop", "eol",    "md5",    "fastopen"};
  return names;
}

OptionsSpec parse_options(const Item& item, Reporter& report) {
  OptionsSpec options;
  Piece inside = item.piece.part(1);
  if (item.closed) {
    inside.text.remove_suffix(1);
  } else {
    report.error({item.piece.begin, item.piece.begin + 1}, "the option list is not closed", "add a '>'");
  }
  if (trimmed(inside).text.empty()) return options;

  const std::vector<Piece> pieces = split(inside, ',');
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece piece = trimmed(pieces[i]);
    if (piece.text.empty()) {
      const std::size_t comma = i == 0 ? pieces[0].range().end : pieces[i].begin - 1;
      report.error({comma, comma + 1}, "an option is missing beside this ','");
    } else if (piece.text == "...") {
      options.more = true;
      if (report.sending()) report.error(piece.range(), "'...' only makes sense in an expect");
      if (i + 1 != pieces.size()) report.error(piece.range(), "'...' comes last");
    } else if (auto option = OptionReader(piece, report).read()) {
      options.list.push_back(std::move(*option));
    }
  }
  if (report.sending()) check_size(options, item.piece.range(), report);
  return options;
}

}  // namespace tcpcraft::wire
