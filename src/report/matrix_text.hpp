#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// The width that the matrix's texts are written for.
inline constexpr std::size_t columns = 80;

/// The verdicts, the good ones first.
inline constexpr matrix::Verdict all_verdicts[] = {matrix::Verdict::conforms,  matrix::Verdict::alternative,
                                                   matrix::Verdict::deviation, matrix::Verdict::new_deviation,
                                                   matrix::Verdict::vanished,  matrix::Verdict::inconclusive};

/// `known deviation`, `NEW deviation`: the verdict as a person reads it.
std::string_view phrase(matrix::Verdict verdict);

/// Whether somebody has to look at such a cell.
bool is_finding(matrix::Verdict verdict);

/// `04` for `D04`.
std::string deviation_sign(const model::Deviation& deviation);

/// The verdict in at most two characters; of a known deviation the first one's number.
std::string symbol(const matrix::CellResult& result);

/// `text` in the colour of the verdict.
std::string paint(matrix::Verdict verdict, std::string_view text, const Style& style);

/// `ESTABLISHED:rst_edge`, as `--cell` reads it.
std::string cell_name(const matrix::Cell& cell);

/// `tcpcraft matrix --cell ESTABLISHED:rst_edge -v`.
std::string cell_command(const matrix::Cell& cell);

/// `IPv4`, `IPv6`.
std::string family_name(bool v6);

/// `ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED`: what is sent, and the state afterwards.
std::string outcome_text(std::string_view reply, std::string_view state);
std::string outcome_text(const matrix::Expected& expected);
/// What was observed; empty where nothing could be told.
std::string observed_text(const matrix::CellResult& result);

/// `tcp_sequence(); deliberate; seen in 6.18`.
std::string origin_text(const model::Deviation& deviation);

/// What the observation says beside the reply and the state, for a person: delivered bytes, end of file, an
/// error on the socket.
std::string effects_text(const matrix::Observation& observation);

/// Whether the two families gave the same in every respect that a report tells.
bool alike(const matrix::CellResult& a, const matrix::CellResult& b);

/// `text` broken at spaces into lines of at most `columns - indent` characters; never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t indent);

/// `name` at `indent`, in a column of its own, and `text` beside it, over as many lines as it needs.
std::string field(std::size_t indent, std::string_view name, std::string_view text, const Style& style);

}  // namespace tcpcraft::report
