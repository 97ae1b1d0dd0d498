#include <tcpcraft/matrix/segment_class.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::matrix {
namespace {

/// `TS.Recent-1`; the bare name for 0.
std::string moved(std::string_view name, std::int64_t by) {
  if (by == 0) return std::string(name);
  return std::string(name) + (by > 0 ? "+" : "") + std::to_string(by);
}

std::string stamp_text(const Stamp& stamp) {
  switch (stamp.kind) {
    case Stamp::Kind::usual:
      return "";
    case Stamp::Kind::missing:
      return " TSopt=none";
    case Stamp::Kind::given:
      return " TSval=" + moved("TS.Recent", stamp.tsval) +
             " TSecr=" + (stamp.zero_echo ? "0" : moved("TS.sent", stamp.tsecr));
  }
  return "";
}

std::string malformed_text(Malformed malformed) {
  switch (malformed) {
    case Malformed::no:
      return "";
    case Malformed::checksum:
      return " checksum=bad";
    case Malformed::offset_small:
      return " data_offset=too small";
    case Malformed::offset_large:
      return " data_offset=too large";
    case Malformed::option_length:
      return " option length=bad";
  }
  return "";
}

}  // namespace

std::string to_string(const SegmentClass& segment_class) {
  std::string text = "SEQ=" + to_string(segment_class.seq);
  if (segment_class.ack) text += " ACK=" + to_string(*segment_class.ack);
  text += " CTL=" + wire::format_flags(segment_class.flags) + " LEN=" + std::to_string(segment_class.length);
  if (segment_class.window != SegmentClass{}.window) text += " WND=" + std::to_string(segment_class.window);
  if (segment_class.urgent_pointer) text += " UP=" + std::to_string(segment_class.urgent_pointer);
  return text + stamp_text(segment_class.stamp) + malformed_text(segment_class.malformed);
}

}  // namespace tcpcraft::matrix
