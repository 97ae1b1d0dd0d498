#pragma once

#include <span>
#include <string_view>

#include <tcpcraft/model/rule.hpp>

namespace tcpcraft::model {

/// One way in which a TCP differs from the standard. Deviations are constants with static storage: they are
/// compared by address and passed as pointers.
struct Deviation {
  enum class Nature {
    deliberate,   ///< the implementation says why
    simplified,   ///< a mini-socket that leaves checks out
    defect,       ///< nobody can have wanted it
    unspecified,  ///< the standard has no text that could be followed
  };

  std::string_view id;  ///< `D01`
  Nature nature = Nature::deliberate;
  std::string_view says;      ///< one clause, in the present tense, without a full stop
  std::string_view function;  ///< where the kernel does it: `tcp_sequence()`
  std::string_view seen;      ///< the versions that were observed to do it: `6.18`
};

/// `deliberate`, `simplified`, `defect`, `unspecified`.
std::string_view to_string(Deviation::Nature nature);

/// A TCP, described by how it differs from the letter of RFC 9293 and the RFCs that it calls for.
struct Profile {
  std::string_view name;
  std::span<const Deviation* const> deviations;
  /// Where the standard leaves a choice: what it prefers to the outcome that the text mentions first.
  std::span<const Rule* const> choices;

  bool has(const Deviation& deviation) const;
  bool prefers(const Rule& rule) const;
};

/// The letter: no deviation.
extern const Profile rfc9293;
/// Linux 6.18.
extern const Profile linux_profile;

/// The profile of that name, `rfc9293` or `linux`; nullptr otherwise.
const Profile* find_profile(std::string_view name);

}  // namespace tcpcraft::model
