#pragma once

#include <vector>

#include "notation_text.hpp"

namespace tcpcraft::wire {

/// One word of a notation, with its quotes or brackets.
struct Item {
  enum class Kind {
    word,     ///< `SYN-ACK`, `seq=1`, `hex(00 ff)`
    options,  ///< `<mss 1460>`
    string,   ///< `"text"`
  };
  Kind kind = Kind::word;
  Piece piece;
  bool closed = true;  ///< the closing quote or bracket is there
};

/// Splits at the blanks outside of quotes and brackets. Where a bracket of a word is not closed the word ends
/// at the next blank, so that the rest is still read.
std::vector<Item> split_items(std::string_view text);

}  // namespace tcpcraft::wire
