#pragma once

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {

/// Compares what the kernel did with what the standard allows and with what `profile` knows of it.
CellResult judge(const Cell& cell, Observation observation, const model::Profile& profile);

}  // namespace tcpcraft::matrix
