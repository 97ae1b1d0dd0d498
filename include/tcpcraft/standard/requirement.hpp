#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tcpcraft::standard {

/// One requirement of RFC 9293, under the name that Appendix B gives it. MUST NOT and SHOULD NOT go by the
/// names MUST and SHLD there, and so they do here.
struct Requirement {
  enum class Level { must, should, may };
  enum class Party {
    sender,
    receiver,
    both,
    api,          ///< what an application can ask for, and is told
    ip,           ///< what lies between TCP and IP
    application,  ///< no TCP at all
  };

  std::string_view name;     ///< `MUST-12`
  std::string_view section;  ///< where the RFC says so: `3.6`
  std::string_view group;    ///< the heading in Appendix B
  std::string_view says;     ///< one clause, in the present tense, without a full stop; it fits a column
  Party party = Party::both;
  std::string_view unseen = {};  ///< why no scenario can observe it; empty where one can

  Level level() const;
};

/// All of them, in the order of Appendix B. Where it has one name in several rows, the first counts.
std::span<const Requirement> requirements();

/// Null where there is none of that name.
const Requirement* find_requirement(std::string_view name);
std::vector<std::string_view> requirement_names();

}  // namespace tcpcraft::standard
