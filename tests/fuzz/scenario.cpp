// Any text as a scenario: the reader never throws, says what is wrong exactly where nothing comes out, and
// every place it names lies within the text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <tcpcraft/scenario/reader.hpp>

namespace {

using namespace tcpcraft::scenario;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Source source{"fuzz.scn", std::string(reinterpret_cast<const char*>(data), size)};
  const auto within = [&](Span span) { return span.begin <= span.end && span.end <= size; };
  const Reading reading = read(source, [](const std::string&) { return std::nullopt; });
  require(reading.scenario.has_value() == reading.diagnostics.empty());
  for (const Diagnostic& diagnostic : reading.diagnostics)
    require(within(diagnostic.span) && !diagnostic.message.empty());
  if (!reading.scenario) return 0;
  for (const Step& step : reading.scenario->steps) {
    require(within(step.verb) && within(step.value));
    if (const auto* expect = std::get_if<Expect>(&step.action))
      for (const auto& [part, span] : expect->segment.parts) require(within(span));
    const auto* app = std::get_if<AppCall>(&step.action);
    if (!app) continue;
    require(within(app->result_span) && !tcpcraft::calls::format_call(app->call).empty());
    tcpcraft::calls::format_stated(app->result, app->call);
  }
  return 0;
}
