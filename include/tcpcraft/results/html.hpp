#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// From so many bytes on a capture is no part of a page.
inline constexpr std::int64_t largest_capture = 1000000;

/// The bytes of a capture; nothing where it cannot be read, or is too large.
using CaptureReader = std::function<std::optional<std::string>(const std::string& path)>;

/// A page that needs nothing but itself: scenarios by topic, failures first, each with its ladder diagram,
/// its steps and its capture. Each scenario is written when it is added.
std::unique_ptr<Writer> html_writer(Sink sink, CaptureReader captures);

}  // namespace tcpcraft::results
