// A sequence diagram in the language of Mermaid: two participants for each connection, the states as notes.

#include <array>
#include <utility>

#include "explanation_rows.hpp"

namespace tcpcraft::report {
namespace {

/// Mermaid takes no more than 50,000 characters unless told to.
constexpr std::size_t most_characters = 45'000;

/// What Mermaid would read as its own becomes a number.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : printable(text)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') ||
                       std::string_view(" .,=()-+*/'_").find(c) != std::string_view::npos;
    // A colon is plain inside of a text, but not at its begin, where `wrap:` may stand.
    if (plain || (c == ':' && !result.empty() && !result.ends_with("wrap")))
      result += c;
    else
      result += "#" + std::to_string(static_cast<int>(byte)) + ";";
  }
  return result;
}

class MermaidForm : public Explanation {
 public:
  explicit MermaidForm(Sink sink) : sink_(std::move(sink)) {}

  void begin(const ExplanationInfo&) override { sink_("sequenceDiagram\n"); }

  void add(const capture::Packet& packet, const explain::Explained& explained) override {
    std::string text;
    const std::string number = std::to_string(explained.connection->number);
    const std::array<std::string, 2> ids{"a" + number, "b" + number};
    if (explained.first) text += participants(*explained.connection, ids);
    for (const results::LadderRow& row : rows_.rows_of(packet, explained))
      text += lines(row, ids, explained.side);
    if (left_out_ > 0 || written_ + text.size() > most_characters) {
      ++left_out_;
      return;
    }
    put(text);
  }

  void close(const explain::Story& story) override {
    rows_.forget(story.number);
    if (left_out_ > 0) return;
    const std::string number = std::to_string(story.number);
    put("  Note over a" + number + ",b" + number + ": " + escaped(story.ending) + "\n");
  }

  void end(const ExplanationEnd&) override {
    if (left_out_ > 0) sink_("  %% " + std::to_string(left_out_) + " more segments are left out\n");
  }

 private:
  void put(const std::string& text) {
    written_ += text.size();
    sink_(text);
  }

  static std::string participants(const explain::Identity& connection,
                                  const std::array<std::string, 2>& ids) {
    std::string text;
    for (std::size_t i : {0u, 1u}) {
      const std::string end = connection.ends[i].to_string();
      const std::string name = connection.names[i] == end || connection.names[i].starts_with(":")
                                   ? end
                                   : connection.names[i] + " " + end;
      text += "  participant " + ids[i] + " as " + escaped(name) + "\n";
    }
    return text;
  }

  static std::string lines(const results::LadderRow& row, const std::array<std::string, 2>& ids,
                           std::size_t side) {
    const std::string over = "  Note over " + ids[0] + "," + ids[1] + ": ";
    if (row.shape == results::LadderRow::Shape::pause) return over + escaped(row.text) + "\n";
    const char* const arrow = row.failed ? "-x" : "->>";
    std::string text = "  " + ids[side] + arrow + ids[1 - side] + ": " + escaped(row.text) + "\n";
    for (const std::string& below : row.below) text += over + escaped(below) + "\n";
    if (!row.left_state.empty()) text += "  Note left of " + ids[0] + ": " + escaped(row.left_state) + "\n";
    if (!row.state.empty()) text += "  Note right of " + ids[1] + ": " + escaped(row.state) + "\n";
    return text;
  }

  Sink sink_;
  LadderRows rows_;
  std::size_t written_ = 0, left_out_ = 0;
};

}  // namespace

std::unique_ptr<Explanation> explanation_mermaid(Sink sink) {
  return std::make_unique<MermaidForm>(std::move(sink));
}

}  // namespace tcpcraft::report
