#pragma once

#include <filesystem>
#include <string>

namespace tcpcraft::cli {

/// Gives a file new content, all at once: whoever reads it meanwhile, or after a crash, finds the old or the
/// new. Its mode and owner stay, and so does a symbolic link that leads to it. `old` is what it was thought
/// to hold: it is left as it is, and std::runtime_error thrown, where it holds something else by now. Throws
/// std::system_error.
void replace_file(const std::filesystem::path& path, const std::string& old, const std::string& content);

}  // namespace tcpcraft::cli
