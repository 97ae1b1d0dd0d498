#pragma once

#include <string>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {

/// The cell as a scenario that does to the kernel what the prober did, and expects of it what was observed:
/// the text of a `.scn` file. Not for an inconclusive cell.
std::string format_scenario(const CellResult& result);

/// A name for that file, without a folder: `established_zwin.rst_edge.scn`, `....ipv6.scn`.
std::string scenario_name(const Cell& cell);

}  // namespace tcpcraft::matrix
