#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// Where a writer's text goes.
using Sink = std::function<void(std::string_view)>;

/// docs/results-json.md describes the format; what is not UTF-8 is written as `\xff`, and reads as that.

/// One record as an object on one line, without a newline.
std::string format_record_json(const Record& record);

/// What `format_record_json` wrote; nothing where it is something else.
std::optional<Record> read_record_json(std::string_view text);

/// A whole report: a record a line, each written when it is added.
std::unique_ptr<Writer> json_writer(Sink sink);

/// A report as it was read.
struct Report {
  RunInfo info;
  std::vector<Record> records;
  RunEnd end;
};
/// What came of reading a report: either of the two.
struct ReadReport {
  std::optional<Report> report;
  std::string error;  ///< `FILE:3:17: ...` or `FILE: results[12].verdict: ...`, without a newline
};
/// Reads what `json_writer` wrote. `name` is what errors call the text. Keys that it does not know are passed
/// over. Never throws for anything in `text`.
ReadReport read_report_json(std::string_view text, std::string_view name);

}  // namespace tcpcraft::results
