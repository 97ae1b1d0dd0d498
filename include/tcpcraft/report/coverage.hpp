#pragma once

#include <string>

#include <tcpcraft/coverage/coverage.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// The requirements under the headings of RFC 9293's Appendix B, a line for each: whether it is tested, its
/// name, what it says, and by which scenario, or why not. With `verbose`, all scenarios and their evidence.
std::string format_coverage(const coverage::Coverage& coverage, bool verbose, const Style& style);

/// `12 of 51 MUST tested (18 more cannot be observed), 4 of 24 SHOULD (8), 3 of 13 MAY (5)`.
std::string format_coverage_summary(const coverage::Coverage& coverage, const Style& style);

/// docs/coverage.md describes it.
std::string coverage_json(const coverage::Coverage& coverage, const std::string& tcpcraft_version,
                          const std::string& kernel);

}  // namespace tcpcraft::report
