#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::runner {

/// What conditions are about. The functions are asked only where a condition needs them.
struct System {
  std::string release;                                 ///< as uname has it: `6.18.44-generic`
  bool root = false;                                   ///< the effective user is root
  std::uint64_t capabilities = 0;                      ///< the effective ones, a bit for each
  std::function<std::optional<std::string>()> config;  ///< the kernel's own; nothing where it does not tell
  std::function<bool(const std::string& name)> has_sysctl;  ///< in the present network namespace
};
System this_system();

/// Why a condition does not hold, as a reason to skip; nothing where it holds.
std::optional<std::string> unmet(const scenario::Requirement& requirement, const System& system);

}  // namespace tcpcraft::runner
