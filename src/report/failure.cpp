#include <algorithm>
#include <cstdio>

#include <tcpcraft/report/console.hpp>

#include "frame.hpp"

namespace tcpcraft::report {
namespace {

constexpr std::size_t shown_entries = 5;

/// `ACK     seq=2 ack=2`: the flags in a column of their own. What is no segment stays as it is.
std::string in_columns(std::string line) {
  const bool segment = line.starts_with("none ") || (!line.empty() && line[0] >= 'A' && line[0] <= 'Z');
  if (!segment) return line;
  const std::size_t flags = std::min(line.find(' '), line.size());
  if (flags < line.size() && flags < 7) line.insert(flags, 7 - flags, ' ');
  return line;
}

/// The lines below the frame, each with its name in a column.
class Facts {
 public:
  Facts(std::size_t margin, const Style& style) : margin_(margin), style_(style) {}

  void add(const std::string& name, const std::string& text) {
    const std::string gap(text.empty() ? 0 : 10 - name.size(), ' ');
    text_ += std::string(margin_, ' ') + style_.blue("= ") + style_.bold(name) + gap + text + "\n";
  }
  /// A line below the last, under its text.
  void below(const std::string& text) { text_ += std::string(margin_ + 12, ' ') + text + "\n"; }

  std::string take() { return std::move(text_); }

 private:
  std::size_t margin_;
  const Style& style_;
  std::string text_;
};

/// Carets under each differing field of `line`; empty where none is found there.
std::string underline(const std::string& line, const std::vector<engine::Difference>& differences) {
  std::string marks(line.size(), ' ');
  for (const engine::Difference& difference : differences) {
    if (difference.received.empty()) continue;
    const std::size_t at = line.find(difference.received);
    if (at != line.npos)
      std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(at), difference.received.size(), '^');
  }
  const std::size_t last = marks.find_last_not_of(' ');
  return last == marks.npos ? "" : marks.substr(0, last + 1);
}

void add_segments(Facts& facts, const engine::Mismatch& mismatch, const Style& style) {
  const std::string received = in_columns(mismatch.received);
  facts.add("expected", in_columns(mismatch.expected));
  const std::size_t gap = mismatch.timing.empty() ? 0 : 2;
  facts.add("received", received + std::string(gap, ' ') + style.dim(mismatch.timing));
  const std::string marks = underline(received, mismatch.differences);
  if (!marks.empty()) facts.below(style.red(marks));
}

/// "round 2 of 3 (line 7), block 'open' (line 9)"
std::string within_text(const scenario::Source& source, const std::vector<scenario::Inside>& inside) {
  std::string text;
  for (const auto& [place, what] : inside)
    text += (text.empty() ? "" : ", ") + printable(what) + " (line " +
            std::to_string(source.position(place.begin).line) + ")";
  return text;
}

std::string kernel_text(const engine::Mismatch& mismatch) {
  const kernel::SocketState& state = mismatch.kernel;
  std::string text = state.state;
  if (state.state == "CLOSED" && state.listening) text += " (no such connection; a socket listens)";
  if (state.unacked_bytes) text += ", unacked " + std::to_string(state.unacked_bytes);
  if (state.unread_bytes) text += ", unread " + std::to_string(state.unread_bytes);
  return text;
}

/// The counters that a person would look at: not those that always move, and not the constants among them.
bool telling(const std::string& name) {
  static const std::vector<std::string> always{"Tcp.RtoAlgorithm",
                                               "Tcp.RtoMin",
                                               "Tcp.RtoMax",
                                               "Tcp.MaxConn",
                                               "Tcp.InSegs",
                                               "Tcp.OutSegs",
                                               "Tcp.CurrEstab",
                                               "Tcp.PassiveOpens",
                                               "Tcp.ActiveOpens",
                                               "TcpExt.TCPPureAcks",
                                               "TcpExt.TCPHPAcks",
                                               "TcpExt.TCPHPHits",
                                               "TcpExt.TCPOrigDataSent",
                                               "TcpExt.TCPDelivered"};
  if (!name.starts_with("Tcp.") && !name.starts_with("TcpExt.")) return false;
  return std::find(always.begin(), always.end(), name) == always.end();
}

std::string counters_text(const engine::Mismatch& mismatch) {
  std::string text;
  for (const auto& [name, moved] : mismatch.counters)
    if (telling(name))
      text += (text.empty() ? "" : ", ") + name + (moved < 0 ? " " : " +") + std::to_string(moved);
  return text;
}

/// The last entries of the connection that failed, up to one behind the segment that did.
void add_trace(Facts& facts, const scenario::Scenario& scenario, const engine::Result& result,
               const Style& style) {
  std::vector<std::size_t> entries;
  for (std::size_t i = 0; i < result.trace.size(); ++i)
    if (engine::peer_of(result.trace[i]).value_or(result.mismatch->peer) == result.mismatch->peer)
      entries.push_back(i);
  const std::size_t total = entries.size();
  const std::size_t failed = result.mismatch->trace_entry.value_or(result.trace.size());
  const auto behind = std::upper_bound(entries.begin(), entries.end(), failed) - entries.begin();
  const std::size_t end = std::min(total, static_cast<std::size_t>(behind) + 1);
  const std::size_t begin = end > shown_entries ? end - shown_entries : 0;
  if (begin == end) return;
  const std::string count = begin == 0 && end == total
                                ? ""
                                : "(" + std::to_string(begin + 1) + " to " + std::to_string(end) + " of " +
                                      std::to_string(total) + ")";
  facts.add("trace", style.dim(count));
  for (std::size_t i = begin; i < end; ++i) {
    std::string line = format_entry(result.trace[entries[i]], result.started, false, style, scenario.peers);
    line.pop_back();
    facts.below((entries[i] == failed ? style.red(">") : " ") + line.substr(1));
  }
}

}  // namespace

std::string format_failure(const scenario::Source& source, const scenario::Scenario& scenario,
                           const engine::Result& result, const FailureContext& context, const Style& style) {
  const engine::Mismatch& mismatch = *result.mismatch;
  std::vector<Mark> marks;
  if (mismatch.cause && *mismatch.cause != mismatch.step) {
    const scenario::Span cause = scenario.steps[*mismatch.cause].value;
    if (cause.end <= mismatch.span.begin) marks.push_back({cause, '-', "answered by"});
  }
  marks.push_back({mismatch.span, '^', printable(mismatch.label)});

  const std::size_t width = margin(source, marks);
  std::string text = style.red("error") + style.bold(": " + printable(mismatch.summary)) + "\n" +
                     format_frame(source, mismatch.span, marks, style) + std::string(width, ' ') +
                     style.blue("|") + "\n";
  Facts facts(width, style);
  if (mismatch.step < scenario.steps.size())
    if (const auto& inside = scenario.steps[mismatch.step].inside; !inside.empty())
      facts.add("within", within_text(source, inside));
  if (scenario.peers.size() > 1) facts.add("peer", scenario.peers[mismatch.peer].name);
  add_segments(facts, mismatch, style);
  if (!mismatch.derived.empty()) facts.add("derived", mismatch.derived);
  if (mismatch.rule)
    facts.add("why", std::string(mismatch.rule->section) + ": " + std::string(mismatch.rule->says) + " [" +
                         std::string(mismatch.rule->name) + "]");
  facts.add("kernel", kernel_text(mismatch));
  if (const std::string counters = counters_text(mismatch); !counters.empty()) facts.below(counters);
  add_trace(facts, scenario, result, style);
  if (!context.capture.empty()) facts.add("capture", printable(context.capture));
  if (!context.again.empty()) facts.add("again", printable(context.again));
  return text + facts.take();
}

}  // namespace tcpcraft::report
