#pragma once

#include <memory>

#include <tcpcraft/results/json.hpp>

namespace tcpcraft::results {

/// Annotations: a workflow command for each scenario that failed or is an error, by which GitHub marks its
/// line.
std::unique_ptr<Writer> github_writer(Sink sink);

/// A job's summary in Markdown: the verdicts, and a table of what did not pass. Of a long table, the
/// beginning: GitHub refuses more than a megabyte.
std::unique_ptr<Writer> github_summary_writer(Sink sink);

}  // namespace tcpcraft::results
