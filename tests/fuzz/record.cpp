// Any bytes as a capture to record: each of its connections becomes a scenario that reads, or a reason,
// whichever side is to be the peer, by the likeliest approach and by the least likely.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/scenario/reader.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft;
using fuzz::require;

void check(const record::Recorded& recorded) {
  require(recorded.text.empty() != recorded.refused.empty());
  if (recorded.text.empty()) return;
  const auto no_files = [](const std::string&) { return std::optional<wire::Bytes>(); };
  require(scenario::read({"recorded.scn", recorded.text}, no_files).diagnostics.empty());
}

void record_all(const wire::Bytes& bytes, const capture::Comments& comments, record::Side side) {
  record::Splitter splitter(side, comments);
  capture::Reader reader{wire::Bytes(bytes)};
  while (const auto packet = reader.next()) {
    for (const capture::Message& message : reader.take_messages()) splitter.add(message);
    splitter.add(*packet);
    if (reader.summary().packets > 1000) break;  // a small file that is compressed well
  }
  for (const capture::Message& message : reader.take_messages()) splitter.add(message);
  for (const record::Conversation& conversation : splitter.take()) {
    check(record::record(conversation));
    check(record::record(conversation, {}, record::approaches().back()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wire::Bytes bytes(data, data + size);
  const capture::Comments comments = capture::read_comments(bytes);
  record_all(bytes, comments, record::Side::client);
  record_all(bytes, comments, record::Side::server);
  if (!comments.section.empty()) record_all(bytes, comments, record::Side::noted);
  return 0;
}
