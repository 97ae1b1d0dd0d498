#pragma once

#include <memory>

#include <tcpcraft/results/json.hpp>

namespace tcpcraft::results {

/// TAP: a test point for each scenario, with what is to be known of those that did not pass in YAML. Nothing
/// of it is peculiar to version 14, so that readers of version 13, who refuse any other number, read it as
/// well.
std::unique_ptr<Writer> tap_writer(Sink sink);     ///< version 14
std::unique_ptr<Writer> tap_13_writer(Sink sink);  ///< version 13

}  // namespace tcpcraft::results
