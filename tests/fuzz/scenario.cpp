// Any text as a scenario: the reader never throws, says what is wrong exactly where nothing comes out, and
// every place it names lies within the text.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/scenario/reader.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft::scenario;
using tcpcraft::fuzz::require;

template <class Within>
void check_segment(const WrittenSegment& segment, const Within& within) {
  require(within(segment.span));
  for (const auto& [part, span] : segment.parts) require(within(span));
}

template <class Within>
void check_steps(const Scenario& scenario, const Within& within) {
  for (const Step& step : scenario.steps) {
    require(within(step.verb) && within(step.value));
    for (const Inside& inside : step.inside) require(within(inside.place) && !inside.what.empty());
    if (const auto* expect = std::get_if<Expect>(&step.action)) check_segment(expect->segment, within);
    if (const auto* order = std::get_if<AnyOrder>(&step.action))
      for (const Expect& expect : order->segments) check_segment(expect.segment, within);
    const auto* app = std::get_if<AppCall>(&step.action);
    if (!app) continue;
    require(within(app->result_span) && !tcpcraft::calls::format_call(app->call).empty());
    tcpcraft::calls::format_stated(app->result, app->call);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Source source{"fuzz.scn", std::string(reinterpret_cast<const char*>(data), size)};
  const auto within = [&](Span span) { return span.begin <= span.end && span.end <= size; };
  const Reading reading = read(source, [](const std::string&) { return std::nullopt; });
  require(reading.scenarios.empty() != reading.diagnostics.empty());
  for (const Diagnostic& diagnostic : reading.diagnostics)
    require(within(diagnostic.span) && !diagnostic.message.empty());
  for (const Scenario& scenario : reading.scenarios) check_steps(scenario, within);
  return 0;
}
