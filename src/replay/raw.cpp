#include <algorithm>
#include <utility>

#include <tcpcraft/replay/raw.hpp>

namespace tcpcraft::replay {
namespace {

/// A packet this late waits for those behind it, and is sent together with them.
constexpr std::chrono::microseconds behind{20};
/// How many packets are sent between two looks at whether to stop.
constexpr std::uint64_t stride = 64;

}  // namespace

RawReplay::RawReplay(const RawOptions& options, Framing framing, FrameSender& sender, RawClock& clock)
    : options_(options), framing_(std::move(framing)), sender_(sender), clock_(clock) {
  if (options.speed) pace_.emplace(*options.speed);
  late_ = options.speed ? wire::Duration{} : wire::Duration::max();
}

bool RawReplay::play(capture::RecordReader& file) {
  if (pace_) pace_->begin_anew();
  if (!start_) start_ = clock_.now();
  bool more = true;
  while (more && (!options_.limit || put_ < *options_.limit)) {
    const auto record = file.next();
    if (!record) break;
    more = put(*record);
  }
  sender_.flush();
  return more && (!options_.limit || put_ < *options_.limit);
}

bool RawReplay::put(const capture::Record& record) {
  const auto frame = framing_.frame(record.bytes);
  if (!frame) {
    result_.not_ip.add(record.number);
    return true;
  }
  const std::size_t header = framing_.header_size(*frame);
  if (frame->size() < std::max<std::size_t>(header, 1)) {
    result_.too_short.add(record.number);
    return true;
  }
  if (frame->size() - header > options_.mtu) {
    result_.too_long.add(record.number);
    result_.longest = std::max(result_.longest, frame->size() - header);
    return true;
  }
  if (!keep_time(record)) return false;
  sender_.put(*frame);
  ++put_;
  if (record.is_cut()) ++result_.cut;
  if (late_ < behind) sender_.flush();
  return true;
}

/// Returns when the packet is to be sent; false where a stop was asked for.
bool RawReplay::keep_time(const capture::Record& record) {
  if (!pace_) {
    result_.stopped = put_ % stride == 0 && clock_.is_stopped();
    return !result_.stopped;
  }
  const wire::Duration due = *start_ + pace_->due(record.time);
  if (due > clock_.now()) {
    sender_.flush();
    result_.stopped = !clock_.wait_until(due);
  } else if (put_ % stride == 0) {
    result_.stopped = clock_.is_stopped();
  }
  late_ = clock_.now() - due;
  if (!result_.stopped) result_.latest = std::max(result_.latest, late_);
  return !result_.stopped;
}

RawResult RawReplay::result() const {
  RawResult result = result_;
  result.packets = sender_.frames();
  result.bytes = sender_.bytes();
  result.refused = sender_.refused();
  if (start_) result.took = clock_.now() - *start_;
  return result;
}

}  // namespace tcpcraft::replay
