#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcpcraft::calls {

/// `ECONNRESET`; the number itself where it has no name.
std::string error_name(int error);
/// The number behind a name; EWOULDBLOCK and EAGAIN are one.
std::optional<int> error_number(std::string_view name);
const std::vector<std::string_view>& error_names();

}  // namespace tcpcraft::calls
