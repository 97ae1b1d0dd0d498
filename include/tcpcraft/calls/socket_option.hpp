#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tcpcraft::calls {

/// SO_LINGER's value: `on 5`, `off`. Where it is off, the seconds say nothing.
struct Linger {
  bool on = false;
  int seconds = 0;
  friend bool operator==(const Linger& a, const Linger& b) {
    return a.on == b.on && (!a.on || a.seconds == b.seconds);
  }
};

/// An option of a socket, as the headers name it.
struct SocketOption {
  enum class Kind {
    integer,
    linger,
    text,   ///< the name of something: TCP_CONGESTION
    error,  ///< an error number: SO_ERROR
  };
  std::string_view name;
  int level = 0;
  int number = 0;
  Kind kind = Kind::integer;
};

/// Finds an option by name; null where there is none of that name. What it returns lives forever.
const SocketOption* find_option(std::string_view name);
const std::vector<std::string_view>& option_names();

using OptionValue = std::variant<int, Linger, std::string>;

/// `1`, `on 5`, `cubic`, `ECONNRESET`: as a scenario writes the value of `option`.
std::string format_value(const SocketOption& option, const OptionValue& value);

}  // namespace tcpcraft::calls
