#pragma once

#include <optional>
#include <string_view>

#include <tcpcraft/scenario/scenario.hpp>

#include "context.hpp"

namespace tcpcraft::scenario {

/// Whether the value of a `send` or `expect` is about a stream, and not about one segment.
bool is_stream(std::string_view value);

std::optional<SendStream> read_sent_stream(Context& context, const yaml::Node& value);
std::optional<ExpectStream> read_expected_stream(Context& context, const yaml::Node& value);

}  // namespace tcpcraft::scenario
