#pragma once

#include <string>
#include <vector>

#include <tcpcraft/results/json.hpp>

namespace tcpcraft::results {

/// A report and what it is called.
struct NamedReport {
  std::string name;
  Report report;
};

struct Merged {
  Report report;  ///< the results in the order of the reports; to be used where there is no error
  std::vector<std::string> errors;  ///< what keeps the reports from being the parts of one whole
  std::vector<std::string> notes;   ///< what differs between them
};

/// Joins the reports of all shards of a run, or of runs of different scenarios. A scenario that two of them
/// have played is kept once where both say the same of it.
Merged merge(std::vector<NamedReport> reports);

}  // namespace tcpcraft::results
