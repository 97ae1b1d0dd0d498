#include <algorithm>

#include <tcpcraft/report/matrix_html.hpp>
#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/html_parts.hpp>

#include "matrix_html_parts.hpp"
#include "matrix_text.hpp"

namespace tcpcraft::report {

std::string html(std::string_view text) {
  return results::escaped(printable(text));
}

char verdict_letter(matrix::Verdict verdict) {
  return "cadnvi"[static_cast<int>(verdict)];
}

namespace {

using matrix::CellResult;
using matrix::MatrixResult;
using matrix::Verdict;

std::string sign_of(const CellResult& result) {
  return result.verdict == Verdict::conforms ? "·" : html(symbol(result));
}

std::string element(const std::string& tag, const std::string& content) {
  return "<" + tag + ">" + content + "</" + tag.substr(0, tag.find(' ')) + ">";
}

std::string class_of(Verdict verdict) {
  return std::string("class=") + verdict_letter(verdict);
}

// ---- the table

std::string cell_html(const Pair& pair) {
  if (!pair[0] && !pair[1]) return "<td class=e>";
  if (!pair[0] || !pair[1] || same_symbol(pair)) {
    const CellResult& result = pair[0] ? *pair[0] : *pair[1];
    return "<td " + class_of(result.verdict) + ">" + sign_of(result);
  }
  std::string text = "<td class=x>";
  for (const CellResult* result : pair) text += element("i " + class_of(result->verdict), sign_of(*result));
  return text;
}

std::string table_head(const Grid& grid) {
  std::string text = "<thead><tr><th scope=col>class";
  for (const matrix::StateVariant* state : grid.states)
    text += "<th scope=col title=\"" + html(state->about) + "\"><span>" + html(state->name) + "</span>";
  return text + "<th scope=col class=s>what is sent</thead>\n";
}

std::string table_html(const Grid& grid) {
  std::string text =
      "<div class=wrap><table id=matrix><caption class=hide>Verdicts by class of segments and state"
      "</caption>" +
      table_head(grid);
  std::size_t number = 0;
  for (const Group& group : grid.groups) {
    text += "<tbody><tr class=g><th scope=rowgroup colspan=" + std::to_string(grid.states.size() + 2) + ">" +
            html(group.name) + "\n";
    for (const Row& row : group.rows) {
      text += "<tr data-c=" + std::to_string(number++) + "><th scope=row>" + html(row.segment->name);
      for (const Pair& pair : row.cells) text += cell_html(pair);
      text += "<td class=s>" + html(matrix::to_string(*row.segment)) + "\n";
    }
  }
  return text + "</table></div>\n";
}

// ---- around it

std::string header_html(const MatrixResult& result, const Grid& grid) {
  const std::string families = grid.played[0] && grid.played[1] ? "IPv4 and IPv6"
                               : grid.played[1]                 ? "IPv6"
                                                                : "IPv4";
  return "<header><h1>" + html(result.kernel) + "</h1><p>" + std::to_string(grid.classes()) +
         " classes of TCP segments in " + std::to_string(grid.states.size()) + " states over " + families +
         ": " + std::to_string(result.cells.size()) + " cells, link <b>" + html(result.link) +
         "</b>, profile <b>" + html(result.profile) + "</b>, rate limits <b>" +
         (result.rate_limits ? "on" : "off") + "</b></p>\n";
}

std::string tally_html(const MatrixResult& result) {
  constexpr const char* signs[] = {"·", "a", "04", "!!", "v", "?"};
  std::string text = "<ul class=tally>";
  for (const Verdict verdict : all_verdicts) {
    const auto count = std::count_if(result.cells.begin(), result.cells.end(),
                                     [&](const CellResult& cell) { return cell.verdict == verdict; });
    text += std::string("<li><button type=button disabled data-v=") + verdict_letter(verdict) + "><i " +
            class_of(verdict) + ">" + signs[static_cast<int>(verdict)] + "</i><b>" + std::to_string(count) +
            "</b> " + std::string(phrase(verdict)) + "</button>";
  }
  return text + "</ul>\n";
}

/// What only works with the script, which therefore shows it.
std::string controls_html(const Grid& grid) {
  std::string text =
      "<form id=controls hidden><label>Search <input type=search id=search "
      "placeholder=\"rst_edge, FIN-WAIT, D04, 5961, tcp_ack …\"></label>";
  if (grid.played[0] && grid.played[1])
    text +=
        "<fieldset><legend class=hide>Family</legend>"
        "<label><input type=radio name=family value=both checked>both</label>"
        "<label><input type=radio name=family value=0>IPv4</label>"
        "<label><input type=radio name=family value=1>IPv6</label></fieldset>";
  return text +
         "<output id=shown></output></form>\n"
         "<p class=note>A number is the known deviation of that number, the first where there are several; "
         "two signs are IPv4 above IPv6. <span id=hint hidden>Select a cell for its exchange: click, or "
         "arrow keys and Enter.</span></p>"
         "<noscript><p class=note>Cells open, and can be searched and filtered, with JavaScript only."
         "</noscript></header>\n";
}

std::string deviations_html(const MatrixResult& result) {
  const auto seen = deviations_seen(result);
  if (seen.empty()) return "";
  std::string text =
      "<section><h2>Known deviations</h2><div class=wrap><table class=list><thead><tr><th scope=col>"
      "<th scope=col>cells<th scope=col>what the kernel does<th scope=col>where, and why</thead>\n";
  for (const auto& [deviation, cells] : seen)
    text += "<tr><th scope=row><button type=button disabled data-q=\"" + html(deviation->id) + "\">" +
            html(deviation->id) + "</button><td class=r>" + std::to_string(cells) + "<td>" +
            html(deviation->says) + "<td>" + html(origin_text(*deviation)) + "\n";
  return text + "</table></div></section>\n";
}

std::string finding_html(const Finding& finding) {
  const CellResult& result = *finding.result;
  const std::string family = finding.families == "IPv6" ? "IPv6" : "IPv4";
  std::string text = "<article><h3><a href=\"#" + html(cell_name(result.cell)) + ":" + family + "\">" +
                     html(cell_name(result.cell)) + "</a> <small>" + html(finding.families) +
                     "</small></h3><dl>";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text += "<dt>" + html(name) + "<dd>" + html(value);
  };
  add("sent", matrix::to_string(*result.cell.segment));
  for (const matrix::Expected& expected : result.allowed) {
    add(&expected == result.allowed.data() ? "expected" : "or", outcome_text(expected));
    if (expected.rule)
      text += "<br><small>" + html(expected.rule->section) + ": " + html(expected.rule->says) + " [" +
              html(expected.rule->name) + "]</small>";
  }
  add("observed", observed_text(result));
  for (const std::string& difference : result.differences) add("differs", difference);
  for (const model::Deviation* deviation : result.deviations)
    add(deviation->id, std::string(deviation->says) + " (" + origin_text(*deviation) + ")");
  add("why", result.observation.inconclusive);
  return text + "<dt>look<dd><code>" + html(cell_command(result.cell)) + "</code></dl></article>\n";
}

std::string findings_html(const Grid& grid) {
  std::string text;
  for (const Verdict verdict : all_verdicts) {
    if (!is_finding(verdict)) continue;
    const std::vector<Finding> list = findings(grid, verdict);
    if (list.empty()) continue;
    text += "<section class=findings><h2><i " + class_of(verdict) + ">" + sign_of(*list.front().result) +
            "</i> " + std::string(phrase(verdict)) + ": " + std::to_string(list.size()) + "</h2>\n";
    for (const Finding& finding : list) text += finding_html(finding);
    text += "</section>\n";
  }
  return text;
}

}  // namespace

std::string format_matrix_html(const MatrixResult& result) {
  const Grid grid = lay_out(result);
  return "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n"
         "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
         // Nothing from outside, whatever slipped into the page.
         "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; "
         "script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n"
         "<title>" +
         html(result.kernel) + ": TCP matrix</title>\n<style>" + std::string(html_style) +
         "</style></head><body>\n" + header_html(result, grid) + tally_html(result) + controls_html(grid) +
         "<main>" + table_html(grid) + findings_html(grid) + deviations_html(result) +
         "</main>\n<aside id=panel hidden aria-label=\"The cell\" tabindex=-1></aside>\n"
         "<script type=\"application/json\" id=data>" +
         html_data(result, grid) + "</script>\n<script>" + std::string(html_script) +
         "</script></body></html>\n";
}

}  // namespace tcpcraft::report
