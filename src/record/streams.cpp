#include "streams.hpp"

namespace tcpcraft::record {

using wire::Flag;

void Stream::take(const Passed& passed, std::size_t event) {
  const wire::Segment& segment = passed.segment;
  if (segment.has(Flag::syn) && start != segment.seq + 1) {
    *this = {};
    start = segment.seq + 1;
  }
  if (segment.has(Flag::rst) && !rst) rst = event;
  if (!start) return;
  const std::int32_t place = segment.seq + (segment.has(Flag::syn) ? 1 : 0) - *start;
  if (place >= 0 && !segment.payload.empty()) {
    wire::Bytes text = segment.payload;
    text.resize(text.size() + passed.missing);
    cut |= passed.missing > 0;
    wire::Bytes& known = ahead[static_cast<std::size_t>(place)];
    if (known.size() < text.size()) known = std::move(text);
    join(event);
  }
  if (segment.has(Flag::fin) && !fin) fin = event;
}

void Stream::join(std::size_t event) {
  while (!ahead.empty() && ahead.begin()->first <= data.size()) {
    const auto& [place, text] = *ahead.begin();
    const std::size_t known = data.size() - place;
    if (known < text.size()) {
      data.insert(data.end(), text.begin() + static_cast<std::ptrdiff_t>(known), text.end());
      if (news.empty() || news.back() != event) news.push_back(event);
    }
    ahead.erase(ahead.begin());
  }
}

namespace {

/// Whether the kernel agrees to the connection that the SYN of event `at` asks for.
bool is_agreed_to(const Conversation& conversation, std::size_t at) {
  const wire::Segment& syn = passed_in(conversation.events[at])->segment;
  for (std::size_t i = at + 1; i < conversation.events.size(); ++i) {
    const Passed* one = passed_in(conversation.events[i]);
    if (one && !one->to_kernel && one->segment.has(Flag::syn) && one->segment.ack == syn.seq + 1) return true;
  }
  return false;
}

}  // namespace

Streams streams_of(const Conversation& conversation) {
  Streams streams;
  for (std::size_t i = 0; i < conversation.events.size(); ++i) {
    const Passed* one = passed_in(conversation.events[i]);
    if (!one || one->bad_checksum) continue;
    Stream& stream = one->to_kernel ? streams.peer : streams.kernel;
    const bool is_another =
        one->segment.has(Flag::syn) && stream.start && stream.start != one->segment.seq + 1;
    if (is_another && one->to_kernel && !is_agreed_to(conversation, i)) continue;
    stream.take(*one, i);
  }
  return streams;
}

}  // namespace tcpcraft::record
