// Any bytes as a capture: it is explained, twice, without a crash, and the second time with the same
// connections.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/explain/explainer.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft;

explain::Explainer explained(const wire::Bytes& bytes, explain::Hindsight hindsight) {
  explain::Explainer explainer(std::move(hindsight));
  capture::Reader reader{wire::Bytes(bytes)};
  while (const auto packet = reader.next()) {
    for (const explain::Fault& fault : explainer.explain(*packet).faults)
      fuzz::require(fault.rule != nullptr);
    if (reader.summary().packets > 10'000) break;  // a small file that is compressed well
  }
  return explainer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wire::Bytes bytes(data, data + size);
  explained(bytes, explained(bytes, {}).hindsight()).finish();
  return 0;
}
