// Transfers of many segments, of which it is open how they are cut the next time.

#include "transfers.hpp"

#include <algorithm>
#include <array>
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
  std::size_t bytes = 0;                 ///< of data, or of what is written
  std::optional<wire::Number> seq = {};  ///< where the data is no news, or not the next
  bool fin = false;                      ///< it is the end, too
  bool closes = false;                   ///< the window of whoever receives
  bool is_text = false;                  ///< the data is written out
};

constexpr std::size_t largest_stream = 16 * 1024 * 1024;

std::size_t payload_size(const wire::SegmentSpec& spec) {
  if (const auto* length = std::get_if<wire::PayloadLength>(&spec.payload)) return length->bytes;
  const auto* bytes = std::get_if<wire::Bytes>(&spec.payload);
  return bytes ? bytes->size() : 0;
}

wire::ParsedSegment segment_of(const Step& step) {
  return wire::parse_segment(step.value, step.verb == "send" ? wire::Purpose::send : wire::Purpose::expect);
}

/// Whether it is a place in the data that is known here.
bool is_near(const std::optional<wire::Number>& seq) {
  using Base = wire::Number::Base;
  return seq && (seq->base == Base::relative || seq->base == Base::snd_nxt);
}

/// As far as it is no matter how a transfer is cut, or, where it is `loose`, what became of it on the way.
Part segment_part(const Step& step, bool kernel_sends, bool loose) {
  using Kind = Part::Kind;
  const wire::ParsedSegment parsed = segment_of(step);
  if (!parsed.errors.empty() || !step.comment.empty()) return {};
  wire::SegmentSpec spec = parsed.spec;
  const std::size_t size = payload_size(spec);
  const bool sends = step.verb == "send", fin = spec.flags.has(Flag::fin);
  wire::SegmentSpec plain;
  plain.flags = {Flag::ack};
  if (size > 0 && spec.flags.has(Flag::psh)) plain.flags.set(Flag::psh);
  if (size > 0 && loose && fin) plain.flags.set(Flag::fin);
  plain.payload = spec.payload;
  const bool closes = spec.window && spec.window->number == 0u;
  if (closes && (!loose || !sends)) return {};
  // Neither how wide the window was, nor when it was acknowledged, is the same when it is cut otherwise.
  if (sends) spec.window = {};
  if (size == 0 || loose) spec.within = {};
  if (loose) spec.ack = {}, spec.options = {};
  if (loose && is_near(spec.seq)) plain.seq = spec.seq;
  if (!(spec == plain)) return {};
  if (size == 0) return {.kind = Kind::acknowledgment, .closes = closes};
  if (sends == kernel_sends || step.verb == "optional") return {};
  return {Kind::data, size, spec.seq, fin, false, std::holds_alternative<wire::Bytes>(spec.payload)};
}

std::size_t written_by(std::string_view call) {
  constexpr std::string_view verb = "write ";
  if (!call.starts_with(verb)) return 0;
  constexpr std::uint32_t most = 1 << 24;
  const wire::ParsedPayload payload = wire::parse_payload(call.substr(verb.size()), most);
  return payload.errors.empty() ? payload.bytes.size() : 0;
}

/// As a part of what the kernel sends, or of what it receives.
Part part_of(const Step& step, bool kernel_sends, bool loose) {
  using Kind = Part::Kind;
  if (step.verb == "wait" && loose) return {Kind::acknowledgment, 0};
  if (step.peer != 0) return {};
  if (step.verb == "app") {
    const std::size_t written = written_by(step.value);
    if (kernel_sends) return {written > 0 ? Kind::call : Kind::other, written};
    return {step.value == "read" ? Kind::call : Kind::other, 0};
  }
  if (step.verb != "send" && step.verb != "expect" && step.verb != "optional") return {};
  if (step.value.starts_with("nothing") || wire::is_icmp(step.value)) return {};
  return segment_part(step, kernel_sends, loose);
}

/// Where a side's data is, counted from its SYN.
class Place {
 public:
  /// Where that begins.
  Place take(std::size_t size, const std::optional<wire::Number>& seq) {
    Place from = *this;
    if (is_near(seq)) from.at_ = seq->base == wire::Number::Base::relative ? seq->offset : at_ + seq->offset;
    at_ = std::max(at_, from.at_ + static_cast<std::int64_t>(size));
    return from;
  }
  std::size_t since(const Place& before) const { return static_cast<std::size_t>(at_ - before.at_); }
  friend bool operator<(const Place& a, const Place& b) { return a.at_ < b.at_; }

 private:
  std::int64_t at_ = 1;
};

/// The steps from the present one up to `end`, and what they carry.
struct Transfer {
  std::size_t end = 0;
  std::size_t segments = 0, bytes = 0;
  std::size_t calls = 0, written = 0;
  bool ends_acknowledged = false;
  bool fin = false;
  bool is_text = true;  ///< all of its data is written out
};

class Folder {
 public:
  Folder(std::vector<Step> steps, const StreamOptions& options)
      : steps_(std::move(steps)), options_(options) {
    for (const Step& step : steps_)
      parts_.push_back({part_of(step, false, options_.loose), part_of(step, true, options_.loose)});
  }

  std::vector<Step> run() {
    while (at_ < steps_.size())
      if (!fold_sent() && !fold_received()) pass(std::move(steps_[at_++]));
    return std::move(result_);
  }

 private:
  const Part& part(std::size_t i, bool kernel_sends) const { return parts_[i][kernel_sends ? 1 : 0]; }

  Transfer transfer(bool kernel_sends) const {
    using Kind = Part::Kind;
    const Place before = kernel_sends ? kernel_ : peer_;
    Place place = before;
    Transfer found, whole;
    bool closed = false;
    for (std::size_t i = at_; i < steps_.size() && !found.fin; ++i) {
      const Part& now = part(i, kernel_sends);
      if (now.kind == Kind::other || (now.fin && options_.calls)) break;
      if (now.kind == Kind::data) {
        const Place begin = place.take(now.bytes, now.seq);
        if (begin < before || place.since(before) > largest_stream) break;
        found.is_text &= now.is_text;
        ++found.segments;
        found.fin = now.fin;
        closed = false;
      } else if (now.kind == Kind::call) {
        ++found.calls;
        found.written += now.bytes;
      }
      closed |= now.closes;
      found.bytes = place.since(before);
      if (steps_[i].verb != "wait" && steps_[i].verb != "optional")
        found.ends_acknowledged = now.kind == Kind::acknowledgment;
      found.end = i + 1;
      // What is written must have been sent, or it is none of this transfer; nor is a window that stays
      // closed.
      const bool is_whole = !kernel_sends || !options_.calls || found.written == found.bytes;
      if (is_whole && !closed) whole = found;
    }
    return whole;
  }

  /// What the peer sends in it.
  wire::Bytes text_of(const Transfer& transfer) const {
    wire::Bytes text(transfer.bytes);
    Place place = peer_;
    for (std::size_t i = at_; i < transfer.end; ++i) {
      if (part(i, false).kind != Part::Kind::data) continue;
      const wire::SegmentSpec spec = segment_of(steps_[i]).spec;
      const auto& piece = std::get<wire::Bytes>(spec.payload);
      const std::size_t from = place.take(piece.size(), spec.seq).since(peer_);
      std::copy(piece.begin(), piece.end(), text.begin() + static_cast<std::ptrdiff_t>(from));
    }
    return text;
  }

  /// What is written out says more, such as the header in front of a page.
  bool is_by_length() const { return steps_[at_].value.find(" len=") != std::string::npos; }

  /// What the kernel sends begins with the call that writes it.
  bool fold_sent() {
    using Kind = Part::Kind;
    const bool calls = options_.calls;
    if (part(at_, true).kind != (calls ? Kind::call : Kind::data)) return false;
    if (calls && !is_by_length()) return false;
    Transfer found = transfer(true);
    if (found.segments < options_.segments) return false;
    // Who listens there closes when it likes.
    const bool closes = !calls && !found.ends_acknowledged && found.end < steps_.size() &&
                        steps_[found.end].verb == "expect" && steps_[found.end].value == "FIN-ACK";
    if (closes) found.fin = true, ++found.end;
    const std::string length = "len=" + std::to_string(found.bytes);
    if (calls) result_.push_back({"app", "start write " + length});
    result_.push_back({"expect", std::string("stream ") + (found.fin ? "FIN " : "") + length});
    if (found.ends_acknowledged) result_.push_back({"send", "ACK"});
    if (calls) result_.push_back({"app", "finish"});
    kernel_.take(found.bytes, {});
    at_ = found.end;
    return true;
  }

  /// What it receives is read as it comes.
  bool fold_received() {
    const bool calls = options_.calls;
    if (part(at_, false).kind != Part::Kind::data || (calls && !is_by_length())) return false;
    const Transfer found = transfer(false);
    if (found.segments < options_.segments || found.fin) return false;
    if (calls ? found.calls == 0 : !found.is_text) return false;
    if (!calls) result_.push_back({"send", "stream " + wire::format_payload(text_of(found), SIZE_MAX)});
    at_ = found.end;
    peer_.take(found.bytes, {});
    if (!calls) return true;
    result_.push_back({"app", "start read len=" + std::to_string(peer_.since(read_))});
    result_.push_back({"send", "stream len=" + std::to_string(found.bytes)});
    result_.push_back({"app", "finish"});
    result_.push_back({"optional", "ACK"});  // which tells of the window that reading has opened
    read_ = peer_;
    return true;
  }

  void pass(Step step) {
    if (step.peer == 0 && step.verb == "app" && step.value == "read") read_ = peer_;
    if (const std::size_t size = step.peer == 0 ? carried_by(step) : 0; size > 0)
      (step.verb == "send" ? peer_ : kernel_).take(size, segment_of(step).spec.seq);
    result_.push_back(std::move(step));
  }

  std::vector<Step> steps_, result_;
  std::vector<std::array<Part, 2>> parts_;  ///< of the steps: where the kernel receives, and where it sends
  StreamOptions options_;
  std::size_t at_ = 0;
  Place kernel_, peer_;
  Place read_;  ///< what the application has
};

}  // namespace

std::size_t carried_by(const Step& step) {
  if (step.verb != "send" && step.verb != "expect" && step.verb != "optional") return 0;
  const wire::ParsedSegment parsed = segment_of(step);
  if (!parsed.errors.empty()) return 0;
  return payload_size(parsed.spec) + (parsed.spec.flags.has(Flag::fin) ? 1 : 0);
}

std::vector<Step> with_streams(std::vector<Step> steps, const StreamOptions& options) {
  return Folder(std::move(steps), options).run();
}

std::vector<Step> with_either_first(std::vector<Step> steps) {
  const auto is_fin = [](const Step& step, std::string_view verb) {
    return step.verb == verb && step.value.starts_with("FIN-ACK");
  };
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (is_fin(steps[i - 1], "send") && is_fin(steps[i], "expect"))
      steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, {"optional", "ACK", steps[i].peer});
  return steps;
}

}  // namespace tcpcraft::record
