// What a capture does not show of the kernel's network, from what it shows.

#include "inference.hpp"

#include <algorithm>

#include "streams.hpp"

namespace tcpcraft::record {

using namespace std::chrono_literals;
using wire::Flag;
using wire::SeqNum;

const wire::Segment* first_syn(const Conversation& conversation, bool to_kernel) {
  for (const Event& event : conversation.events)
    if (const Passed* one = passed_in(event);
        one && one->to_kernel == to_kernel && one->segment.has(Flag::syn))
      return &one->segment;
  return nullptr;
}

namespace {

bool has(const wire::Segment& syn, const char* what) {
  const std::string_view name(what);
  if (name == "tcp_timestamps") return wire::find<wire::Timestamps>(syn.options);
  if (name == "tcp_sack") return wire::find<wire::SackPermitted>(syn.options);
  return wire::find<wire::WindowScale>(syn.options);
}

/// Whether the kernel answers what it need not more often than it usually does: twice in half a second.
bool answers_without_limit(const Conversation& conversation) {
  const Passed *before = nullptr, *ours = nullptr;
  std::optional<wire::Time> last;
  for (const Event& event : conversation.events) {
    const Passed* one = passed_in(event);
    if (!one) continue;
    const auto says_again = [&] {
      const wire::Segment &a = one->segment, &b = ours->segment;
      return a.payload.empty() && !a.has(Flag::fin) && !a.has(Flag::rst) && a.ack == b.ack &&
             a.seq == b.seq && a.window == b.window && a.flags == b.flags;
    };
    if (!one->to_kernel) {
      const bool draws =
          before && before->to_kernel && before->segment.payload.empty() && !before->segment.has(Flag::fin);
      if (draws && ours && says_again()) {
        if (last && event.time - *last < 500ms) return true;
        last = event.time;
      }
      ours = one;
    }
    before = one;
  }
  return false;
}

}  // namespace

std::optional<unsigned> receive_buffer_of(const Conversation& conversation) {
  const wire::Segment* syn = first_syn(conversation, false);
  constexpr unsigned usual = 16384;
  if (!syn || syn->window == 0 || syn->window >= usual) return {};
  const bool closes =
      std::any_of(conversation.events.begin(), conversation.events.end(), [](const Event& event) {
        const Passed* one = passed_in(event);
        return one && !one->to_kernel && one->segment.window == 0 && !one->segment.has(Flag::rst);
      });
  if (!closes) return {};
  return syn->window;
}

Inferred infer(const Conversation& conversation) {
  Inferred result;
  const wire::Segment* const theirs = first_syn(conversation, true);
  const wire::Segment* const ours = first_syn(conversation, false);
  const wire::IpAddress& kernel = conversation.kernel.address;
  result.tun = !kernel.is_loopback() && kernel != conversation.peers.front().address;
  if (answers_without_limit(conversation)) result.sysctls.emplace_back("tcp_invalid_ratelimit", "0");
  if (!ours) return result;
  const unsigned headers = kernel.is_v6() ? 60 : 40;
  const unsigned usual = result.tun ? 1500 - headers : kernel.is_v6() ? 65476 : 65495;
  if (const auto* mss = wire::find<wire::Mss>(ours->options); mss && mss->value != usual)
    result.mtu = mss->value + headers;
  const bool active = !ours->has(Flag::ack);
  for (const char* name : {"tcp_timestamps", "tcp_sack", "tcp_window_scaling"})
    if (!has(*ours, name) && (active || (theirs && has(*theirs, name))))
      result.sysctls.emplace_back(name, "0");
  const bool asks = theirs && theirs->has(Flag::ece) && theirs->has(Flag::cwr);
  // Bits of the sysctl: the client needs no cookie; the server neither, nor a word from the application.
  if (active && !ours->payload.empty()) result.sysctls.emplace_back("tcp_fastopen", "5");
  const bool takes_data = !active && theirs && wire::after(ours->ack, theirs->seq + 1);
  if (takes_data) result.sysctls.emplace_back("tcp_fastopen", "1538");
  if (active && ours->has(Flag::ece)) result.sysctls.emplace_back("tcp_ecn", "1");
  if (!active && asks && !ours->has(Flag::ece)) result.sysctls.emplace_back("tcp_ecn", "0");
  return result;
}

namespace {

/// Whether `stream`'s side shows behind event `at` that it has not sent more: it goes on, or repeats itself,
/// at its end; or it refuses the number.
bool sent_no_more(const Conversation& conversation, const Stream& stream, std::size_t at) {
  const Passed& claim = *passed_in(conversation.events[at]);
  for (std::size_t i = at + 1; i < conversation.events.size(); ++i) {
    const Passed* one = passed_in(conversation.events[i]);
    if (!one || one->to_kernel == claim.to_kernel) continue;
    const wire::Segment& segment = one->segment;
    if (segment.has(Flag::rst) ? segment.seq == claim.segment.ack && !segment.has(Flag::ack)
                               : segment.seq + segment.seg_len() == stream.next())
      return true;
  }
  return false;
}

}  // namespace

std::string what_is_missing(const Conversation& conversation) {
  const Streams streams = streams_of(conversation);
  for (std::size_t i = 0; i < conversation.events.size(); ++i) {
    const Passed* one = passed_in(conversation.events[i]);
    if (!one || !one->segment.has(Flag::ack) || one->segment.has(Flag::rst) || one->bad_checksum) continue;
    const Stream& other = one->to_kernel ? streams.kernel : streams.peer;
    if (!other.start || !wire::after(one->segment.ack, other.next())) continue;
    if (sent_no_more(conversation, other, i)) continue;
    return "packet " + std::to_string(one->packet) + " acknowledges what " +
           (one->to_kernel ? conversation.kernel : conversation.peers.front()).to_string() +
           " is not seen to send: some of it is not in the capture";
  }
  return {};
}

}  // namespace tcpcraft::record
