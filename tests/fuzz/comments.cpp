// Any bytes as a capture's comments: the reader never throws, and they are of packets that the file has.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/capture/comments.hpp>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcpcraft;
  using fuzz::require;
  const bool packed = size > 0 && (data[0] == 0x1f || data[0] == 0x28);  // by gzip or zstd
  const capture::Comments comments = capture::read_comments(wire::Bytes(data, data + size));
  std::size_t length = comments.section.size();
  for (const std::string& comment : comments.end) length += comment.size();
  for (const auto& [packet, said] : comments.packets) {
    require(packet > 0 && !said.empty());
    require(packed || packet <= size / 12);  // no block is shorter
    for (const std::string& comment : said) length += comment.size();
  }
  require(packed || length <= size);
  return 0;
}
