#pragma once

#include <string_view>

namespace tcpcraft::os {

/// Writes all bytes, however many calls that takes. False, with errno, where the system refuses; some may
/// have been written then.
bool write_all(int fd, std::string_view bytes);

}  // namespace tcpcraft::os
