#pragma once

#include <optional>
#include <vector>

#include "context.hpp"

namespace tcpcraft::scenario {

// What a scenario says of the kernel besides its segments. What is wrong is reported, and yields nothing.

std::optional<Info> read_info(Context& context, const yaml::Node& node);
std::optional<Dropped> read_dropped(Context& context, const yaml::Node& node);
std::vector<Requirement> read_requirements(Context& context, const yaml::Node& node);

}  // namespace tcpcraft::scenario
