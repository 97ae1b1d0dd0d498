#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <tcpcraft/wire/segment.hpp>

/// Reads matrix.tsv: one segment in one state, what it is answered by and where it leads.
namespace tcpcraft::test {

inline std::vector<std::string> split(const std::string& line, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = line.find(separator, from)) != std::string::npos; from = at + separator.size())
    parts.push_back(line.substr(from, at - from));
  parts.push_back(line.substr(from));
  return parts;
}

/// A line. `rules` are those that the expectation's alternatives rest on, one or more (`a / b`) for each;
/// `deviations` is what makes Linux differ, or `-`.
struct TableCell {
  std::string state, name, injected, expectation, linux_reply, linux_state, rules, deviations;
};

inline std::vector<TableCell> read_cells() {
  std::ifstream file(TCPCRAFT_SOURCE_DIR "/tests/model/matrix.tsv");
  std::vector<TableCell> cells;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line.rfind("state\t", 0) == 0) continue;
    const auto columns = split(line, "\t");
    cells.push_back({columns.at(0), columns.at(1), columns.at(2), columns.at(3), columns.at(5), columns.at(6),
                     columns.at(7), columns.at(8)});
  }
  return cells;
}

/// Sums and differences of variables and numbers, modulo 2^32.
inline std::uint32_t evaluate(const std::string& expression,
                              const std::map<std::string, std::uint32_t>& names) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const bool minus = expression[at] == '-';
    if (minus || expression[at] == '+') ++at;
    const std::size_t end = std::min(expression.find_first_of("+-", at), expression.size());
    const std::string term = expression.substr(at, end - at);
    const auto name = names.find(term);
    const std::uint32_t value =
        name != names.end() ? name->second : static_cast<std::uint32_t>(std::stoul(term));
    sum += minus ? 0 - value : value;
    at = end;
  }
  return sum;
}

/// `<SEQ=SND.NXT><ACK=RCV.NXT+100><CTL=ACK>` and a state, with the numbers filled in.
inline std::string resolve(const std::string& reply, const std::string& state,
                           std::map<std::string, std::uint32_t> names, const wire::Segment& arrived) {
  names["SEG.SEQ"] = arrived.seq.raw();
  names["SEG.ACK"] = arrived.ack.raw();
  names["SEG.LEN"] = arrived.seg_len();
  std::string resolved;
  for (const std::string field : {"SEQ", "ACK", "CTL"}) {
    const std::size_t at = reply.find("<" + field + "=");
    if (at == std::string::npos) continue;
    const std::size_t begin = at + field.size() + 2;
    const std::string value = reply.substr(begin, reply.find('>', at) - begin);
    const bool chosen = value == "ISS(new)" || value == "SND.NXT+65537";  // Linux's way to choose one
    const std::string number = chosen           ? "ISS(new)"
                               : field == "CTL" ? value
                                                : std::to_string(evaluate(value, names));
    resolved += field + "=" + number + " ";
  }
  return (resolved.empty() ? "none " : resolved) + state;
}

}  // namespace tcpcraft::test
