// Transfers of many segments, of which it is open how they are cut the next time.

#include "transfers.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::record {
namespace {

using wire::Flag;

/// What a step is in a transfer.
struct Part {
  enum class Kind {
    data,            ///< a segment of whoever sends, and nothing is said of it but what it carries
    acknowledgment,  ///< of whoever receives, or a bare one of the sender's that may come
    call,            ///< a `write` of what is sent, or a `read` of what came
    other,           ///< it ends the transfer
  };
  Kind kind = Kind::other;
  std::size_t bytes = 0;  ///< of data, or of what is written
};

std::size_t payload_size(const wire::SegmentSpec& spec) {
  if (const auto* length = std::get_if<wire::PayloadLength>(&spec.payload)) return length->bytes;
  const auto* bytes = std::get_if<wire::Bytes>(&spec.payload);
  return bytes ? bytes->size() : 0;
}

wire::ParsedSegment segment_of(const Step& step) {
  return wire::parse_segment(step.value, step.verb == "send" ? wire::Purpose::send : wire::Purpose::expect);
}

/// How many bytes a segment carries of which only that is said; nothing where more is.
std::optional<std::size_t> plain_size(const Step& step) {
  const bool sends = step.verb == "send";
  wire::ParsedSegment parsed = segment_of(step);
  if (!parsed.errors.empty() || !step.comment.empty()) return {};
  wire::SegmentSpec plain;
  plain.flags = parsed.spec.flags;
  plain.payload = parsed.spec.payload;
  const std::size_t size = payload_size(plain);
  const bool is_acknowledgment = plain.flags == wire::Flags{Flag::ack};
  // Neither how wide the window was, nor when it was acknowledged, is the same when it is cut otherwise.
  if (size == 0) parsed.spec.within = {};
  const bool closes = parsed.spec.window && parsed.spec.window->number == 0u;
  if (sends && !closes) parsed.spec.window = {};
  if (!(parsed.spec == plain)) return {};
  if (!is_acknowledgment && !(size > 0 && plain.flags == wire::Flags{Flag::psh, Flag::ack})) return {};
  return size;
}

std::size_t written_by(std::string_view call) {
  constexpr std::string_view verb = "write ";
  if (!call.starts_with(verb)) return 0;
  constexpr std::uint32_t most = 1 << 24;
  const wire::ParsedPayload payload = wire::parse_payload(call.substr(verb.size()), most);
  return payload.errors.empty() ? payload.bytes.size() : 0;
}

/// As a part of what the kernel sends, or of what it receives.
Part part_of(const Step& step, bool kernel_sends) {
  using Kind = Part::Kind;
  if (step.peer != 0) return {};
  if (step.verb == "app") {
    const std::size_t written = written_by(step.value);
    if (kernel_sends) return {written > 0 ? Kind::call : Kind::other, written};
    return {step.value == "read" ? Kind::call : Kind::other, 0};
  }
  const bool sends = step.verb == "send";
  if (!sends && step.verb != "expect" && step.verb != "optional") return {};
  if (step.value.starts_with("nothing") || wire::is_icmp(step.value)) return {};
  const auto size = plain_size(step);
  if (!size) return {};
  if (*size == 0) return {Kind::acknowledgment, 0};
  return {sends != kernel_sends && step.verb != "optional" ? Kind::data : Kind::other, *size};
}

/// So many steps from `begin` on, and what they carry.
struct Transfer {
  std::size_t end = 0;
  std::size_t segments = 0, bytes = 0;
  std::size_t calls = 0, written = 0;
  bool ends_acknowledged = false;
};

class Folder {
 public:
  Folder(std::vector<Step> steps, std::size_t least, bool calls)
      : steps_(std::move(steps)), least_segments_(least), calls_(calls) {}

  std::vector<Step> run() {
    while (at_ < steps_.size())
      if (!fold_sent() && !fold_received()) pass(std::move(steps_[at_++]));
    return std::move(result_);
  }

 private:
  Transfer transfer(bool kernel_sends) const {
    Transfer found;
    Transfer whole;
    for (std::size_t i = at_; i < steps_.size(); ++i) {
      const Part part = part_of(steps_[i], kernel_sends);
      if (part.kind == Part::Kind::other) break;
      const bool is_data = part.kind == Part::Kind::data, is_call = part.kind == Part::Kind::call;
      found.segments += is_data;
      found.bytes += is_data ? part.bytes : 0;
      found.calls += is_call;
      found.written += is_call ? part.bytes : 0;
      found.ends_acknowledged = part.kind == Part::Kind::acknowledgment && steps_[i].verb != "optional";
      found.end = i + 1;
      // What is written must have been sent, or it is none of this transfer.
      if (!kernel_sends || !calls_ || found.written == found.bytes) whole = found;
    }
    return whole;
  }

  /// What is written out says more, such as the header in front of a page.
  bool is_by_length() const { return steps_[at_].value.find(" len=") != std::string::npos; }

  /// What the kernel sends begins with the call that writes it.
  bool fold_sent() {
    const Part first = part_of(steps_[at_], true);
    if (first.kind != (calls_ ? Part::Kind::call : Part::Kind::data) || !is_by_length()) return false;
    const Transfer found = transfer(true);
    if (found.segments < least_segments_) return false;
    const std::string length = "len=" + std::to_string(found.bytes);
    if (calls_) pass({"app", "start write " + length});
    pass({"expect", "stream " + length});
    if (found.ends_acknowledged) pass({"send", "ACK"});
    if (calls_) pass({"app", "finish"});
    at_ = found.end;
    return true;
  }

  /// What it receives is read as it comes.
  bool fold_received() {
    if (!calls_ || part_of(steps_[at_], false).kind != Part::Kind::data || !is_by_length()) return false;
    const Transfer found = transfer(false);
    if (found.segments < least_segments_ || found.calls == 0) return false;
    pass({"app", "start read len=" + std::to_string(unread_ + found.bytes)});
    pass({"send", "stream len=" + std::to_string(found.bytes)});
    pass({"app", "finish"});
    unread_ = 0;
    pass({"optional", "ACK"});  // which tells of the window that reading has opened
    at_ = found.end;
    return true;
  }

  void pass(Step step) {
    if (step.verb == "app" && step.value == "read") unread_ = 0;
    if (step.verb == "send" && !step.value.starts_with("stream")) {
      const wire::SegmentSpec spec = wire::parse_segment(step.value, wire::Purpose::send).spec;
      if (!spec.seq) unread_ += payload_size(spec);  // else it is not the first time
    }
    result_.push_back(std::move(step));
  }

  std::vector<Step> steps_, result_;
  std::size_t least_segments_;
  bool calls_;
  std::size_t at_ = 0;
  std::size_t unread_ = 0;  ///< bytes that the application has not read
};

}  // namespace

std::size_t carried_by(const Step& step) {
  if (step.verb != "send" && step.verb != "expect" && step.verb != "optional") return 0;
  const wire::ParsedSegment parsed = segment_of(step);
  if (!parsed.errors.empty()) return 0;
  return payload_size(parsed.spec) + (parsed.spec.flags.has(Flag::fin) ? 1 : 0);
}

std::vector<Step> with_streams(std::vector<Step> steps, std::size_t segments, bool calls) {
  return Folder(std::move(steps), segments, calls).run();
}

}  // namespace tcpcraft::record
