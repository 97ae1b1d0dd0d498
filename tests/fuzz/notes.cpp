// Any text as what a run notes in its capture: the first line that is empty ends what it says of the whole,
// and each further line is a note. No reader of it throws, and what is recorded is a scenario or a reason.

#include <cstddef>
#include <cstdint>
#include <sstream>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft;

/// A SYN of the first peer's, so that there is a connection at which the notes stand.
capture::Packet syn() {
  capture::Packet packet;
  packet.number = 1;
  packet.segment.source = *wire::Endpoint::parse("192.0.2.1:40000");
  packet.segment.destination = *wire::Endpoint::parse("192.0.2.2:9877");
  packet.segment.flags = {wire::Flag::syn};
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  capture::Comments comments;
  std::string line;
  while (std::getline(lines, line) && !line.empty())
    comments.section += (comments.section.empty() ? "" : "\n") + line;
  while (std::getline(lines, line)) comments.end.push_back(line);
  record::Splitter splitter(record::Side::noted, comments);
  splitter.add(syn());
  for (const record::Conversation& conversation : splitter.take()) {
    const record::Recorded recorded = record::record(conversation);
    fuzz::require(recorded.text.empty() != recorded.refused.empty());
  }
  return 0;
}
