#include "stock_server.hpp"

#include <algorithm>

#include "inference.hpp"
#include "streams.hpp"

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;
using wire::Flag;

constexpr auto at_once = 25ms;  ///< an acknowledgement that waits for the application has come by itself then

bool begins(const wire::Bytes& whole, const wire::Bytes& with) {
  return with.size() <= whole.size() && std::equal(with.begin(), with.end(), whole.begin());
}

/// Closes for its own reasons, not because the other side has.
bool closes_first(const Streams& streams) {
  return streams.kernel.fin && (!streams.peer.fin || *streams.kernel.fin < *streams.peer.fin);
}

/// Whether what the kernel sent came at once after what it was an answer to, and its FIN with the
/// acknowledgement of the peer's.
bool is_prompt(const Conversation& conversation, const Streams& streams) {
  const std::vector<Event>& events = conversation.events;
  wire::Time asked = events.front().time;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Passed* one = passed_in(events[i]);
    if (!one) return false;
    const bool says = one->segment.seg_len() > 0;
    if (one->to_kernel && says) asked = events[i].time;
    const auto& news = streams.kernel.news;
    if (std::find(news.begin(), news.end(), i) != news.end() && events[i].time - asked >= at_once)
      return false;
    const bool answers_fin = !one->to_kernel && streams.peer.fin && one->segment.ack == streams.peer.next();
    if (answers_fin && i < streams.kernel.fin.value_or(0) && !closes_first(streams)) return false;
  }
  return true;
}

}  // namespace

std::string app_of(const Conversation& conversation) {
  const Streams streams = streams_of(conversation);
  const Stream &peer = streams.peer, &kernel = streams.kernel;
  const wire::Segment* syn = first_syn(conversation, false);
  if (!syn) return kernel.rst ? "none" : "script";
  if (!syn->has(Flag::ack) || receive_buffer_of(conversation)) return "script";
  if (!peer.is_whole() || !kernel.is_whole() || peer.data.empty() || kernel.rst) return "script";
  if (!is_prompt(conversation, streams)) return "script";
  const bool ends = kernel.fin.has_value();
  const bool echoes = !kernel.data.empty() && begins(peer.data, kernel.data);
  constexpr std::size_t read_of_echo_once = 256;
  if (echoes && ends && closes_first(streams) && kernel.data.size() <= read_of_echo_once &&
      kernel.news.size() == 1)
    return "echo-once";
  if (closes_first(streams) || ends != peer.fin.has_value()) return "script";
  if (echoes && kernel.data.size() == peer.data.size()) return "echo";
  if (kernel.data.empty() && ends) return "discard";
  return "script";
}

}  // namespace tcpcraft::record
