#pragma once

#include <filesystem>
#include <string>

namespace tcpcraft::cli {

/// Gives a file new content, all at once: whoever reads it meanwhile, or after a crash, finds the old or the
/// new. Its mode stays, and so does a symbolic link that leads to it. Throws std::system_error.
void replace_file(const std::filesystem::path& path, const std::string& content);

}  // namespace tcpcraft::cli
