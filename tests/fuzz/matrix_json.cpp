// Any text as a matrix's JSON: the reader never throws, says what is wrong in one printable line, and what it
// reads is written and read back the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tcpcraft/report/matrix_json.hpp>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcpcraft::report;
  using tcpcraft::fuzz::require;
  const ReadMatrix read = read_matrix_json({reinterpret_cast<const char*>(data), size}, "input");
  if (!read.matrix) {
    require(!read.error.empty() && read.error.find('\n') == std::string::npos);
    return 0;
  }
  const ReadMatrix again = read_matrix_json(format_matrix_json(*read.matrix), "output");
  require(again.matrix && *again.matrix == *read.matrix);
  return 0;
}
