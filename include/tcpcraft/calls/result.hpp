#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tcpcraft/calls/call.hpp>

namespace tcpcraft::calls {

/// It succeeded, and there is nothing more to say.
struct Done {
  bool stopped_listening = false;  ///< the listening socket is one no more
};
/// It would have to wait, and has done nothing: EAGAIN; for a `connect` EINPROGRESS or EALREADY.
struct WouldBlock {
  int error = 0;
};
struct Failed {
  int error = 0;
};
/// What was read; nothing at the end of file.
struct Received {
  wire::Bytes data;
};
struct Written {
  std::size_t bytes = 0;
};
/// What a socket is ready for: POLLIN, POLLOUT, POLLHUP, POLLERR, POLLRDHUP, POLLPRI.
struct Events {
  short bits = 0;
  friend bool operator==(Events, Events) = default;
};
using Result = std::variant<Done, WouldBlock, Failed, Received, Written, OptionValue, Events>;

struct EventName {
  short bit;
  std::string_view name;
};
/// In the order in which they are written.
const std::vector<EventName>& event_names();

// What a scenario states behind `->`.

struct Ok {};
struct EndOfFile {};
struct Size {
  std::size_t bytes = 0;
};
struct Error {
  int number = 0;
};
/// `*`: any value of an option.
struct AnyValue {};
using Stated = std::variant<Ok, EndOfFile, wire::Bytes, Size, Error, OptionValue, AnyValue, Events>;

/// Whether a call came to what was stated; where nothing was, whether it succeeded. EAGAIN states that it
/// blocks, of a `connect` too.
bool holds(const std::optional<Stated>& stated, const Call& call, const Result& result);

/// Whether what is stated is for the first attempt to show: that the call would block, or takes but a part of
/// what is written. Such a call is not waited for.
bool is_about_one_attempt(const std::optional<Stated>& stated, const Call& call);

/// `"a\n"`, `eof`, `3 bytes`, `EPIPE`, `ok`, `in,out`
std::string format_result(const Call& call, const Result& result);
std::string format_stated(const std::optional<Stated>& stated, const Call& call);

/// One line on a result that does not hold: "the application's read failed with ECONNRESET".
std::string summarize(const std::optional<Stated>& stated, const Call& call, const Result& result);

}  // namespace tcpcraft::calls
