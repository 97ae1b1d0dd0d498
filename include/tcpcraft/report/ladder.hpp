#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/ladder.hpp>

namespace tcpcraft::report {

/// What a ladder is drawn on.
struct Paper {
  std::size_t columns = 100;
  bool utf8 = true;  ///< lines of box characters; else of ASCII
};

/// A ladder diagram as text, row by row, as they come. Each is whole lines.
class LadderText {
 public:
  /// `ladder` is what is known before: its rows only say how wide the times are.
  LadderText(results::Ladder ladder, const Paper& paper, const Style& style);
  ~LadderText();
  LadderText(LadderText&&) noexcept;

  /// Names the sides; of a ladder with other sides, where several take turns.
  std::string head(const results::Ladder& ladder);
  std::string row(const results::LadderRow& row);
  std::string foot();

 private:
  class Drawing;
  std::unique_ptr<Drawing> drawing_;
};

/// The ladder diagram of a run, as text.
std::string format_ladder(const results::Record& record, const Paper& paper, const Style& style);

}  // namespace tcpcraft::report
