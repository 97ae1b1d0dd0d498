#pragma once

#include <string>
#include <vector>

#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/report/style.hpp>

/// A small matrix made by hand.
namespace tcpcraft::report::fixture {

using matrix::CellResult;
using matrix::MatrixResult;
using matrix::SegmentClass;
using matrix::StateVariant;
using matrix::Verdict;
using model::State;
using wire::Flag;
using namespace matrix::places;

inline const Style plain(false);

inline constexpr StateVariant listen{"LISTEN", State::listen, "the application listens", {}};
inline constexpr StateVariant established{"ESTABLISHED", State::established, "opened by the peer", {}};
inline constexpr StateVariant zero_window{
    "ESTABLISHED/zwin", State::established, "the receive window is closed", {}};
inline constexpr StateVariant time_wait{"TIME-WAIT", State::time_wait, "closed first", {}};

constexpr SegmentClass segment_class(std::string_view name, std::string_view group, wire::Flags flags,
                                     matrix::Place seq, std::optional<matrix::Place> ack = {},
                                     std::uint16_t length = 0) {
  SegmentClass result{};
  result.name = name, result.group = group, result.flags = flags;
  result.seq = seq, result.ack = ack, result.length = length;
  return result;
}
inline constexpr SegmentClass syn_exact = segment_class("syn_exact", "SYN", {Flag::syn}, R);
inline constexpr SegmentClass rst_exact = segment_class("rst_exact", "RST", {Flag::rst}, R);
inline constexpr SegmentClass rst_edge = segment_class("rst_edge", "RST", {Flag::rst}, R + W);
inline constexpr SegmentClass data_tooold =
    segment_class("data_tooold", "data", {Flag::psh, Flag::ack}, R, U - MW - 1, 4);

inline constexpr model::Rule seq_rule{"synchronized.seq.drop", "RFC 9293 3.10.7.4",
                                      "a segment that is not acceptable draws an acknowledgement"};
inline constexpr model::Rule rst_rule{"synchronized.rst.challenge", "RFC 5961 3.2",
                                      "a RST in the window but not at RCV.NXT draws a challenge ACK"};

inline CellResult cell(const StateVariant& state, const SegmentClass& segment, Verdict verdict,
                       bool v6 = false) {
  CellResult result;
  result.cell = {&state, &segment, v6};
  result.verdict = verdict;
  result.allowed = {{"nothing", state.state, &seq_rule}};
  result.observed = "nothing";
  result.observation.state = state.state;
  return result;
}

inline CellResult known(const StateVariant& state, const SegmentClass& segment,
                        std::vector<const model::Deviation*> deviations, bool v6 = false) {
  CellResult result = cell(state, segment, Verdict::deviation, v6);
  result.deviations = std::move(deviations);
  result.observed = "ACK seq=SND.NXT ack=RCV.NXT";
  result.differences = {"reply: ACK, not nothing"};
  return result;
}

inline CellResult finding(const StateVariant& state, const SegmentClass& segment, bool v6 = false) {
  CellResult result = cell(state, segment, Verdict::new_deviation, v6);
  result.allowed.push_back({"ACK seq=SND.NXT ack=RCV.NXT", state.state, &rst_rule});
  result.observed = "RST seq=SEG.ACK";
  result.observation.state = State::closed;
  result.differences = {"reply: RST, not nothing", "state: CLOSED, not ESTABLISHED"};
  return result;
}

inline CellResult vanished(const StateVariant& state, const SegmentClass& segment, bool v6 = false) {
  CellResult result = cell(state, segment, Verdict::vanished, v6);
  result.deviations = {&model::deviations::fast_path};
  return result;
}

inline CellResult inconclusive(const StateVariant& state, const SegmentClass& segment, bool v6 = false) {
  CellResult result;
  result.cell = {&state, &segment, v6};
  result.observation.inconclusive = "the barrier was lost";
  return result;
}

/// Three states of four classes over both families, with every verdict; LISTEN lacks `data_tooold`.
inline MatrixResult small() {
  namespace d = model::deviations;
  MatrixResult result{"Linux 6.18.44", "loopback", "linux", false, {}};
  for (const bool v6 : {false, true}) {
    result.cells.push_back(cell(listen, syn_exact, Verdict::conforms, v6));
    result.cells.push_back(cell(listen, rst_exact, Verdict::conforms, v6));
    result.cells.push_back(cell(listen, rst_edge, Verdict::conforms, v6));
    result.cells.push_back(cell(established, syn_exact, Verdict::conforms, v6));
    result.cells.push_back(cell(established, rst_exact, Verdict::conforms, v6));
    result.cells.push_back(known(established, rst_edge, {&d::right_edge}, v6));
    result.cells.push_back(vanished(established, data_tooold, v6));
    result.cells.push_back(cell(zero_window, syn_exact, Verdict::alternative, v6));
    result.cells.push_back(finding(zero_window, rst_exact, v6));
    result.cells.push_back(v6 ? finding(zero_window, rst_edge, v6)
                              : known(zero_window, rst_edge, {&d::right_edge, &d::shrunk_window}));
    result.cells.push_back(inconclusive(zero_window, data_tooold, v6));
  }
  return result;
}

/// The exchange of a cell: a handshake from a peer, the segment, the kernel's challenge ACK.
inline matrix::Observation exchange(const SegmentClass& segment) {
  const wire::SeqNum iss(1000), irs(5000);
  matrix::Observation seen;
  seen.before.iss = iss;
  seen.before.irs = irs;
  const auto pass = [&](bool from_kernel, int microseconds, wire::Flags flags, wire::SeqNum seq,
                        wire::SeqNum ack) {
    wire::Segment passed;
    passed.flags = flags;
    passed.seq = seq;
    passed.ack = ack;
    passed.window = 65535;
    seen.trace.push_back({from_kernel, wire::Time(std::chrono::microseconds(microseconds)), passed});
  };
  pass(false, 100, {Flag::syn}, irs, wire::SeqNum(0));
  pass(true, 130, {Flag::syn, Flag::ack}, iss, irs + 1);
  pass(false, 160, {Flag::ack}, irs + 1, iss + 1);
  pass(false, 200, segment.flags, irs + 1 + 65535, wire::SeqNum(0));
  seen.injected = seen.trace.back().segment;
  seen.injected_at = seen.trace.size() - 1;
  pass(true, 212, {Flag::ack}, iss + 1, irs + 1);
  return seen;
}

}  // namespace tcpcraft::report::fixture
