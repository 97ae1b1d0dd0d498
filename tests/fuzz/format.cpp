// Any text that is a scenario, laid out: that is a scenario too, which says the same, with every comment, and
// laying it out again changes nothing.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/scenario/format.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft::scenario;
using tcpcraft::fuzz::require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Source source{"fuzz.scn", std::string(reinterpret_cast<const char*>(data), size)};
  const FileReader no_files = [](const std::string&) { return std::nullopt; };
  const Formatted once = format(source, no_files);
  const Reading reading = read(source, no_files);
  if (!reading.diagnostics.empty()) {
    require(once.diagnostics.size() == reading.diagnostics.size(),
            "what is wrong is not what the reader says");
    return 0;
  }
  // Among what is found here is that a comment is lost, or that the text says something else.
  for (const Diagnostic& diagnostic : once.diagnostics) require(false, diagnostic.message);
  const Source laid_out{"fuzz.scn", once.text};
  const Reading again = read(laid_out, no_files);
  require(again.diagnostics.empty(), "the layout is no scenario:\n" + once.text);
  require(again.scenarios.size() == reading.scenarios.size(), "the layout has other variants:\n" + once.text);
  for (std::size_t i = 0; i < again.scenarios.size(); ++i)
    require(again.scenarios[i].steps.size() == reading.scenarios[i].steps.size() &&
                again.scenarios[i].title == reading.scenarios[i].title &&
                again.scenarios[i].about == reading.scenarios[i].about &&
                again.scenarios[i].variant == reading.scenarios[i].variant,
            "the layout says something else:\n" + once.text);
  const Formatted twice = format(laid_out, no_files);
  require(twice.diagnostics.empty() && twice.text == once.text,
          "the layout of the layout differs:\n" + once.text + "--- becomes\n" + twice.text);
  return 0;
}
