#include <algorithm>

#include "datagram.hpp"
#include "notation_fields.hpp"
#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

const std::vector<std::string_view>& field_names() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names;
    for (const auto& field : number_fields) names.push_back(field.name);
    for (const auto& field : value_fields) names.push_back(field.name);
    for (const auto& field : send_fields_8) names.push_back(field.name);
    for (const auto& field : send_fields_16) names.push_back(field.name);
    names.insert(names.end(), {"checksum", "len"});
    return names;
  }();
  return all;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class SegmentParser {
 public:
  SegmentParser(std::string_view text, Purpose purpose)
      : text_(text), items_(split_items(text)), report_(purpose, result_.errors) {}

  ParsedSegment parse() {
    if (items_.empty()) {
      report_.error({0, text_.size()}, "the segment is empty", "begin with flags such as ACK, or none");
      return std::move(result_);
    }
    read_first();
    while (next_ < items_.size()) read(items_[next_++]);
    check_total();
    return std::move(result_);
  }

 private:
  void read_first() {
    const Item& first = items_.front();
    if (first.piece.text == "ICMP") {
      report_.error(first.piece.range(),
                    report_.sending() ? "a message of ICMP quotes a segment of the kernel's"
                                      : "'ICMP' only makes sense in a send",
                    report_.sending() ? "it takes a scenario in which there is one" : "");
      next_ = items_.size();
      return;
    }
    const bool flags = first.kind == Item::Kind::word &&
                       first.piece.text.find_first_of("=(") == first.piece.text.npos &&
                       first.piece.text != "in";
    if (!flags) {
      report_.error(first.piece.range(), "the flags are missing before " + quoted(first.piece.text),
                    "begin with flags such as ACK, or none");
      return;
    }
    result_.spec.flags = parse_flags(first.piece, report_);
    result_.parts[Part::flags] = first.piece.range();
    ++next_;
  }

  void read(const Item& item) {
    switch (item.kind) {
      case Item::Kind::options:
        if (begin(Part::options, item.piece, "the option list"))
          result_.spec.options = parse_options(item, report_);
        break;
      case Item::Kind::string:
        if (begin(Part::payload, item.piece, "the payload"))
          set_payload(parse_string(item, report_), item.piece);
        break;
      case Item::Kind::word:
        read_word(item);
        break;
    }
  }

  /// Notes where a part is; reports it if it is there already.
  bool begin(Part part, Piece piece, const std::string& name) {
    if (result_.parts.emplace(part, piece.range()).second) return true;
    report_.error(piece.range(), name + " is written twice");
    return false;
  }

  void read_word(const Item& item) {
    const Piece piece = item.piece;
    const std::size_t equals = piece.text.find('=');
    const std::size_t bracket = piece.text.find('(');
    if (piece.text == "in") {
      read_within(piece);
    } else if (bracket < equals) {
      read_call(item, bracket);
    } else if (equals != piece.text.npos) {
      read_field(piece, equals);
    } else {
      report_.error(piece.range(), "unexpected " + quoted(piece.text), hint_for_stray(piece.text));
    }
  }

  std::string hint_for_stray(std::string_view word) const {
    const std::string_view first_name = word.substr(0, word.find('-'));
    for (const NamedFlag& named : named_flags)
      if (named.name == first_name) return "flags are joined by '-': SYN-ACK";
    if (contains(option_names(), word)) return "options stand between '<' and '>'";
    const std::string near = nearest(word, field_names());
    return near.empty() ? near : "write " + near + "=VALUE";
  }

  /// `hex(00 ff)`, `file(path)`
  void read_call(const Item& item, std::size_t bracket) {
    const Piece name = item.piece.part(0, bracket);
    if (name.text != "hex" && name.text != "file") {
      report_.error(name.range(), "unknown payload " + quoted(name.text),
                    did_you_mean(name.text, {"hex", "file"}));
      return;
    }
    if (!begin(Part::payload, item.piece, "the payload")) return;
    if (!item.closed) {
      report_.error(item.piece.range(), "the ')' of " + quoted(std::string(name.text) + '(') + " is missing");
      return;
    }
    const std::size_t closing = item.piece.text.find(')', bracket);
    const Piece inside = item.piece.part(bracket + 1, closing - bracket - 1);
    if (const Piece rest = item.piece.part(closing + 1); !rest.text.empty()) {
      report_.error(rest.range(), "unexpected " + quoted(rest.text));
    } else if (name.text == "hex") {
      if (auto bytes = parse_hex(inside, report_)) set_payload(std::move(*bytes), item.piece);
    } else if (inside.text.empty()) {
      report_.error(item.piece.range(), "the path is missing", "write file(path)");
    } else {
      result_.spec.payload = PayloadFile{std::string(inside.text)};
    }
  }

  void set_payload(Bytes bytes, Piece piece) {
    if (bytes.size() > max_payload_bytes)
      report_.error(piece.range(), "the payload has " + std::to_string(bytes.size()) + " bytes",
                    "a segment carries at most 65495");
    result_.spec.payload = std::move(bytes);
  }

  void read_field(Piece piece, std::size_t equals) {
    const Piece name = piece.part(0, equals);
    const Piece value = piece.part(equals + 1);
    if (name.text.empty()) {
      report_.error(piece.range(), "the name of a field is missing before " + quoted(piece.text));
    } else if (!contains(field_names(), name.text)) {
      report_.error(name.range(), "unknown field " + quoted(name.text),
                    did_you_mean(name.text, field_names()));
    } else if (value.text.empty()) {
      report_.error(piece.range(), quoted(name.text) + " needs a value");
    } else if (name.text == "len") {
      read_length(piece, value);
    } else if (!read_number_field(piece, name, value) && !read_value_field(piece, name, value)) {
      read_send_field(piece, name, value);
    }
  }

  void read_length(Piece piece, Piece value) {
    if (!begin(Part::payload, piece, "the payload")) return;
    if (const auto length = parse_bounded(value, "len", max_payload_bytes, report_))
      result_.spec.payload = PayloadLength{*length};
  }

  // Each of these says whether the name is one of its kind.

  bool read_number_field(Piece piece, Piece name, Piece value) {
    for (const NumberField& field : number_fields) {
      if (field.name != name.text) continue;
      if (begin(field.part, piece, quoted(name.text)))
        result_.spec.*field.member = parse_field_number(value, field.part, report_);
      return true;
    }
    return false;
  }

  bool read_value_field(Piece piece, Piece name, Piece value) {
    for (const ValueField& field : value_fields) {
      if (field.name != name.text) continue;
      if (!begin(field.part, piece, quoted(name.text))) return true;
      const auto word = std::find(ecn_names.begin(), ecn_names.end(), value.text);
      if (field.part == Part::ecn && word != ecn_names.end()) {
        result_.spec.ecn = Value{static_cast<std::uint32_t>(word - ecn_names.begin())};
      } else {
        result_.spec.*field.member = parse_value(value, field.name, field.max, report_);
      }
      return true;
    }
    return false;
  }

  void read_send_field(Piece piece, Piece name, Piece value) {
    if (!report_.sending()) {
      report_.error(piece.range(), quoted(name.text) + " only makes sense in a send");
      return;
    }
    if (name.text == "checksum" && begin(Part::checksum, piece, quoted(name.text))) read_checksum(value);
    for (const auto& field : send_fields_8) read_bounded(field, piece, name, value);
    for (const auto& field : send_fields_16) read_bounded(field, piece, name, value);
  }

  void read_checksum(Piece value) {
    if (value.text == "bad") {
      result_.spec.checksum = BadChecksum{};
    } else if (!parse_unsigned(value.text)) {
      report_.error(value.range(), quoted(value.text) + " is not a checksum",
                    "write bad, or a number such as 0x1234");
    } else if (const auto number = parse_bounded(value, "checksum", 0xffff, report_)) {
      result_.spec.checksum = static_cast<std::uint16_t>(*number);
    }
  }

  template <class T>
  void read_bounded(const SendField<T>& field, Piece piece, Piece name, Piece value) {
    if (field.name != name.text || !begin(field.part, piece, quoted(name.text))) return;
    if (const auto number = parse_bounded(value, field.name, field.max, report_))
      result_.spec.*field.member = static_cast<T>(*number);
  }

  void read_within(Piece in) {
    const bool has_value = next_ < items_.size() && items_[next_].kind == Item::Kind::word;
    const Piece value = has_value ? items_[next_++].piece : in.part(in.text.size());
    const Piece both{text_.substr(in.begin, value.range().end - in.begin), in.begin};
    if (!begin(Part::within, both, "the time")) return;
    if (report_.sending()) {
      report_.error(both.range(), "'in' only makes sense in an expect");
    } else if (!has_value) {
      report_.error(in.range(), "'in' needs a time", "write in 40ms..200ms");
    } else {
      result_.spec.within = parse_interval(value, report_);
    }
  }

  /// What is sent must fit into a datagram, options included.
  void check_total() {
    if (!report_.sending() || !result_.errors.empty() || !result_.spec.options) return;
    std::size_t payload = 0;
    if (const auto* length = std::get_if<PayloadLength>(&result_.spec.payload)) payload = length->bytes;
    if (const auto* bytes = std::get_if<Bytes>(&result_.spec.payload)) payload = bytes->size();
    const std::size_t padded_options = (options_size(*result_.spec.options) + 3) / 4 * 4;
    if (payload + padded_options <= max_payload_bytes) return;
    report_.error(result_.parts[Part::payload], "the segment does not fit into an IP datagram",
                  "beside these options there is room for " +
                      std::to_string(max_payload_bytes - padded_options) + " bytes");
  }

  std::string_view text_;
  ParsedSegment result_;
  std::vector<Item> items_;
  Reporter report_;
  std::size_t next_ = 0;  ///< the item to read next
};

}  // namespace

ParsedSegment parse_segment(std::string_view text, Purpose purpose) {
  return SegmentParser(text, purpose).parse();
}

}  // namespace tcpcraft::wire
