#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::capture {

/// What a pcapng file says of itself besides its packets.
struct Comments {
  std::string section;                                        ///< of the file as a whole
  std::map<std::uint64_t, std::vector<std::string>> packets;  ///< by the number of the packet, from 1
  std::vector<std::string> end;                               ///< behind the last packet
};

/// Reads the comments, as far as the file makes sense; none where it is of another format. Throws
/// std::system_error where it cannot be opened.
Comments read_comments(const std::filesystem::path& path);
/// Of a file in memory.
Comments read_comments(wire::Bytes bytes);

}  // namespace tcpcraft::capture
