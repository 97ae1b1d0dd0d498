#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tcpcraft/capture/packet.hpp>
#include <tcpcraft/explain/explainer.hpp>
#include <tcpcraft/report/ladder.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// What is known before the first segment is explained.
struct ExplanationInfo {
  std::string version;          ///< tcpcraft's
  std::string source;           ///< the file, or the interface
  bool live = false;            ///< it is explained while it happens
  std::size_t connections = 0;  ///< how many there are; live nobody knows
};

/// What is known behind the last.
struct ExplanationEnd {
  capture::Summary capture;
  std::uint64_t dropped = 0;  ///< live: that the kernel had no room for
  std::size_t connections = 0;
  std::uint64_t faults = 0;
};

/// Where text goes.
using Sink = std::function<void(std::string_view)>;

/// A form in which a capture's explanation is written, segment by segment: `begin` once, `add` for each
/// segment, `close` for each connection when it is let go of, `end` once. What is written is whole then.
class Explanation {
 public:
  virtual ~Explanation() = default;
  virtual void begin(const ExplanationInfo& info) = 0;
  virtual void add(const capture::Packet& packet, const explain::Explained& explained) = 0;
  virtual void close(const explain::Story& story) = 0;
  virtual void end(const ExplanationEnd& end) = 0;
};

/// How much of it.
struct Detail {
  bool quiet = false;    ///< only what is wrong, and how it ends
  bool verbose = false;  ///< the rule behind each segment
};

/// As text for the terminal.
std::unique_ptr<Explanation> explanation_text(Sink sink, const Style& style, Detail detail = {});

/// As a ladder diagram for the terminal, drawn as it comes.
std::unique_ptr<Explanation> explanation_ladder(Sink sink, const Paper& paper, const Style& style);
/// As JSON (docs/explanation-json.md).
std::unique_ptr<Explanation> explanation_json(Sink sink);
/// As a page that needs nothing but itself: a ladder diagram of each connection.
std::unique_ptr<Explanation> explanation_html(Sink sink);
/// As a sequence diagram of Mermaid's.
std::unique_ptr<Explanation> explanation_mermaid(Sink sink);

/// `15:32:38.348872`, UTC.
std::string format_moment(wire::Time time);
/// `2024-01-01`, UTC.
std::string format_day(wire::Time time);
/// Of client and server: `client ESTABLISHED, server SYN-RECEIVED`.
std::string format_states(const explain::Identity& connection, const std::array<model::State, 2>& states);
/// ` (cut: 1448 bytes of data)`: how the packet is not as it was on the wire; empty where it is.
std::string format_condition(const capture::Packet& packet);
/// `client 127.0.0.1:38264, server 127.0.0.1:9877`.
std::string format_ends(const explain::Identity& connection);
/// What is not to be had of this connection; each a sentence.
std::vector<std::string> remarks_on(const explain::Explained& first);

}  // namespace tcpcraft::report
