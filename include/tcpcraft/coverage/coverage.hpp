#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/standard/requirement.hpp>

namespace tcpcraft::coverage {

/// A scenario that was played, as far as it bears witness.
struct Witness {
  std::string name;
  bool passed = false;
  std::vector<std::string> references;  ///< its `rfc`
  std::vector<std::string> rules;       ///< the names of those that the kernel was seen to follow
};

/// Why a requirement counts as tested.
struct Evidence {
  std::string scenario;
  std::string by;  ///< `9293#MUST-12`, or the name of a rule
};

/// A requirement, and what is known of its being tested.
struct Entry {
  enum class Status { tested, untested, unseen };
  const standard::Requirement* requirement = nullptr;  ///< never null
  std::vector<Evidence> evidence;                      ///< of scenarios that passed, each scenario once
  std::vector<std::string> nearby;  ///< where there is none: those that passed and name its section

  Status status() const;
};

/// How many of the requirements of one level are tested.
struct Count {
  std::size_t tested = 0;
  std::size_t untested = 0;
  std::size_t unseen = 0;
};

/// Every requirement, in the order of RFC 9293's Appendix B.
struct Coverage {
  std::vector<Entry> entries;

  Count count(standard::Requirement::Level level) const;
};
Coverage cover(const std::vector<Witness>& witnesses);

/// The requirements that a kernel fulfils by following a rule of the model's; mostly none, since a rule says
/// what happens in one place, and few requirements do.
std::vector<std::string_view> requirements_of(std::string_view rule);

}  // namespace tcpcraft::coverage
