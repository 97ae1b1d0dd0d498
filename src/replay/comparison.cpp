#include <algorithm>
#include <stdexcept>

#include <regex.h>

#include <tcpcraft/replay/comparison.hpp>

namespace tcpcraft::replay {

using wire::Bytes;

namespace {

std::ptrdiff_t signed_size(std::size_t size) {
  return static_cast<std::ptrdiff_t>(size);
}

bool is_end_of_line(std::uint8_t byte) {
  return byte == '\r' || byte == '\n';
}

}  // namespace

// std::regex recurses once a byte, which a long line does not survive.
struct Masks::Pattern {
  explicit Pattern(const std::string& text) {
    const int error = ::regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NEWLINE);
    if (error == 0) return;
    char says[128];
    ::regerror(error, &compiled, says, sizeof says);
    throw std::invalid_argument("'" + text + "': " + says);
  }
  ~Pattern() { ::regfree(&compiled); }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  /// Cuts out all matches that are not empty; whether there were any.
  bool cut(std::string& line) const {
    bool found = false;
    std::size_t at = 0;
    while (at < line.size()) {
      regmatch_t match{static_cast<regoff_t>(at), static_cast<regoff_t>(line.size())};
      const int flags = REG_STARTEND | (at > 0 ? REG_NOTBOL : 0);
      if (::regexec(&compiled, line.data(), 1, &match, flags) != 0) break;
      at = static_cast<std::size_t>(match.rm_so) + (match.rm_so == match.rm_eo ? 1 : 0);
      found = found || match.rm_so < match.rm_eo;
      line.erase(static_cast<std::size_t>(match.rm_so), static_cast<std::size_t>(match.rm_eo - match.rm_so));
    }
    return found;
  }

  regex_t compiled;
};

Masks::Masks(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) patterns_.push_back(std::make_unique<Pattern>(pattern));
}

Masks::~Masks() = default;

Bytes Masks::apply(Bytes line) const {
  std::string text(line.begin(), line.end());
  bool cut = false;
  for (const auto& pattern : patterns_) cut = pattern->cut(text) || cut;
  if (cut && std::all_of(text.begin(), text.end(), is_end_of_line)) text.clear();
  return Bytes(text.begin(), text.end());
}

Bytes Comparison::Stream::first(std::size_t count) const {
  return Bytes(data(), data() + std::min(count, size()));
}

void Comparison::Stream::take(std::size_t count) {
  begin += count;
  searched = 0;
  taken += signed_size(count);
  if (begin < bytes.size() / 2) return;
  bytes.erase(bytes.begin(), bytes.begin() + signed_size(begin));
  begin = 0;
}

std::size_t Comparison::Stream::line() {
  const std::size_t most = std::min(size(), longest_line);
  const auto* const end = data() + most;
  const auto* const newline = std::find(data() + std::min(searched, most), end, '\n');
  searched = static_cast<std::size_t>(newline - data());
  if (newline != end) return searched + 1;
  return ended || size() >= longest_line ? most : 0;
}

void Comparison::captured(const Bytes& bytes) {
  captured_.bytes.insert(captured_.bytes.end(), bytes.begin(), bytes.end());
  compare();
}

void Comparison::live(const Bytes& bytes) {
  live_.bytes.insert(live_.bytes.end(), bytes.begin(), bytes.end());
  compare();
}

void Comparison::captured_ended() {
  captured_.ended = true;
  compare();
}

void Comparison::live_ended() {
  live_.ended = true;
  compare();
}

Difference Comparison::here() const {
  return {captured_.taken, live_.taken, before_, captured_.first(context), live_.first(context)};
}

void Comparison::compare() {
  if (difference_) return;
  masks_.empty() ? compare_bytes() : compare_lines();
  const bool over = captured_.ended && captured_.size() == 0 && live_.size() > 0;
  const bool short_of = live_.ended && live_.size() == 0 && captured_.size() > 0;
  if (!difference_ && (over || short_of)) difference_ = here();
}

void Comparison::remember(const Bytes& bytes) {
  before_.insert(before_.end(), bytes.begin(), bytes.end());
  if (before_.size() > context) before_.erase(before_.begin(), before_.end() - signed_size(context));
}

void Comparison::compare_bytes() {
  const std::size_t size = std::min(captured_.size(), live_.size());
  const auto* const end = captured_.data() + size;
  const auto same =
      static_cast<std::size_t>(std::mismatch(captured_.data(), end, live_.data()).first - captured_.data());
  const std::size_t last = std::min(same, context);
  remember(Bytes(captured_.data() + (same - last), captured_.data() + same));
  captured_.take(same);
  live_.take(same);
  if (same < size) difference_ = here();
}

bool Comparison::next_line(Stream& stream, Bytes& line, std::size_t& size) {
  for (;;) {
    size = stream.line();
    if (size == 0) return false;
    line = masks_.apply(stream.first(size));
    if (!line.empty()) return true;
    stream.take(size);
  }
}

void Comparison::compare_lines() {
  Bytes captured, live;
  std::size_t captured_size = 0, live_size = 0;
  while (next_line(captured_, captured, captured_size) && next_line(live_, live, live_size)) {
    if (captured != live) return note_lines(captured, captured_size, live, live_size);
    remember(captured);
    captured_.take(captured_size);
    live_.take(live_size);
  }
}

/// Where something was cut out of a line, its beginning is the place.
void Comparison::note_lines(const Bytes& captured, std::size_t captured_size, const Bytes& live,
                            std::size_t live_size) {
  const auto same = std::mismatch(captured.begin(), captured.end(), live.begin(), live.end());
  const std::ptrdiff_t at = same.first - captured.begin();
  remember(Bytes(captured.begin(), same.first));
  difference_ = Difference{captured_.taken + (captured.size() == captured_size ? at : 0),
                           live_.taken + (live.size() == live_size ? at : 0), before_,
                           Bytes(same.first, captured.end()), Bytes(same.second, live.end())};
  for (Bytes* rest : {&difference_->captured, &difference_->live})
    rest->resize(std::min(rest->size(), context));
}

bool Comparison::has_reached(Offset offset) const {
  if (captured_.taken >= offset) return true;
  const auto wanted = static_cast<std::size_t>(offset - captured_.taken);
  if (masks_.empty() || wanted > captured_.size() || wanted > longest_line) return false;
  const Bytes captured = masks_.apply(captured_.first(wanted));
  const Bytes live = masks_.apply(live_.first(longest_line));
  return live.size() >= captured.size() && std::equal(captured.begin(), captured.end(), live.begin());
}

}  // namespace tcpcraft::replay
