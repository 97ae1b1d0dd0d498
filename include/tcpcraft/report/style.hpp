#pragma once

#include <string>
#include <string_view>

namespace tcpcraft::report {

/// How text is set off: with colour on a terminal, not at all elsewhere.
class Style {
 public:
  explicit Style(bool color = false) : color_(color) {}

  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string red(std::string_view text) const { return paint("1;31", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string blue(std::string_view text) const { return paint("1;34", text); }
  std::string cyan(std::string_view text) const { return paint("36", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const;
  bool color_;
};

/// Text from outside, fit for a terminal: control characters and broken UTF-8 become `?`, a tab a space.
/// Every character stays one column wide.
std::string printable(std::string_view text);

}  // namespace tcpcraft::report
