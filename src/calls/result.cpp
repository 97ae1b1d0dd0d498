#include <algorithm>
#include <cerrno>

#include <poll.h>

#include <tcpcraft/calls/error_name.hpp>
#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::calls {
namespace {

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::optional<int> error_of(const Result& result) {
  if (const auto* failed = std::get_if<Failed>(&result)) return failed->error;
  if (const auto* blocked = std::get_if<WouldBlock>(&result)) return blocked->error;
  return std::nullopt;
}

std::size_t wanted_bytes(const Call& call) {
  if (const auto* read = std::get_if<Read>(&call)) return read->all ? *read->limit : 0;
  const auto* write = std::get_if<Write>(&call);
  return write ? write->data.size() : 0;
}

bool succeeded(const Call& call, const Result& result) {
  if (const auto* written = std::get_if<Written>(&result)) return written->bytes == wanted_bytes(call);
  if (const auto* received = std::get_if<Received>(&result))
    return received->data.size() >= wanted_bytes(call);
  return !error_of(result);
}

/// Whether a result is the stated one.
struct Holds {
  const Call& call;
  const Result& result;

  bool operator()(Ok) const { return succeeded(call, result); }
  bool operator()(EndOfFile) const {
    const auto* received = std::get_if<Received>(&result);
    return received && received->data.empty();
  }
  bool operator()(const wire::Bytes& text) const {
    const auto* received = std::get_if<Received>(&result);
    return received && received->data == text;
  }
  bool operator()(Size size) const {
    if (const auto* received = std::get_if<Received>(&result)) return received->data.size() == size.bytes;
    const auto* written = std::get_if<Written>(&result);
    return written && written->bytes == size.bytes;
  }
  /// EAGAIN is the word for a call that blocks, whichever errno it has for that.
  bool operator()(Error error) const {
    const bool blocks = std::holds_alternative<WouldBlock>(result);
    return (blocks && error.number == EAGAIN) || error_of(result) == error.number;
  }
  bool operator()(const OptionValue& value) const {
    const auto* actual = std::get_if<OptionValue>(&result);
    return actual && *actual == value;
  }
  bool operator()(AnyValue) const { return std::holds_alternative<OptionValue>(result); }
  bool operator()(Events events) const {
    const auto* actual = std::get_if<Events>(&result);
    return actual && *actual == events;
  }
};

std::string events_text(Events events) {
  std::string text;
  for (const EventName& event : event_names())
    if (events.bits & event.bit) text += (text.empty() ? "" : ",") + std::string(event.name);
  return text.empty() ? "none" : text;
}

std::string value_text(const Call& call, const OptionValue& value) {
  const auto* get = std::get_if<Get>(&call);
  return get ? format_value(*get->option, value) : "";
}

struct ResultText {
  const Call& call;

  std::string operator()(Done) const { return "ok"; }
  std::string operator()(WouldBlock blocked) const { return error_name(blocked.error); }
  std::string operator()(Failed failed) const { return error_name(failed.error); }
  std::string operator()(const Received& received) const {
    return received.data.empty() ? "eof" : wire::format_payload(received.data);
  }
  std::string operator()(Written written) const { return bytes_text(written.bytes); }
  std::string operator()(const OptionValue& value) const { return value_text(call, value); }
  std::string operator()(Events events) const { return events_text(events); }
};

struct StatedText {
  const Call& call;

  std::string operator()(Ok) const { return "ok"; }
  std::string operator()(EndOfFile) const { return "eof"; }
  std::string operator()(const wire::Bytes& text) const { return wire::format_payload(text); }
  std::string operator()(Size size) const { return bytes_text(size.bytes); }
  std::string operator()(Error error) const { return error_name(error.number); }
  std::string operator()(const OptionValue& value) const { return value_text(call, value); }
  std::string operator()(AnyValue) const { return "*"; }
  std::string operator()(Events events) const { return events_text(events); }
};

/// How text that was read differs from the text that was to come: the two may be longer than a line shows.
std::string summarize_text(const wire::Bytes& stated, const wire::Bytes& received) {
  const std::size_t shorter = std::min(stated.size(), received.size());
  const auto end = stated.begin() + static_cast<std::ptrdiff_t>(shorter);
  const auto at =
      static_cast<std::size_t>(std::mismatch(stated.begin(), end, received.begin()).first - stated.begin());
  if (at < shorter) return "what the application read differs at byte " + std::to_string(at + 1);
  return "the application read " + bytes_text(received.size()) + ", not " + std::to_string(stated.size());
}

}  // namespace

const std::vector<EventName>& event_names() {
  static const std::vector<EventName> all{{POLLIN, "in"},   {POLLOUT, "out"},     {POLLHUP, "hup"},
                                          {POLLERR, "err"}, {POLLRDHUP, "rdhup"}, {POLLPRI, "pri"}};
  return all;
}

bool holds(const std::optional<Stated>& stated, const Call& call, const Result& result) {
  return std::visit(Holds{call, result}, stated.value_or(Ok{}));
}

bool is_about_one_attempt(const std::optional<Stated>& stated, const Call& call) {
  if (!stated) return false;
  if (const auto* error = std::get_if<Error>(&*stated))
    return error->number == EAGAIN || error->number == EINPROGRESS || error->number == EALREADY;
  const auto* size = std::get_if<Size>(&*stated);
  return size && size->bytes < wanted_bytes(call);
}

std::string format_result(const Call& call, const Result& result) {
  return std::visit(ResultText{call}, result);
}

std::string format_stated(const std::optional<Stated>& stated, const Call& call) {
  return std::visit(StatedText{call}, stated.value_or(Ok{}));
}

std::string summarize(const std::optional<Stated>& stated, const Call& call, const Result& result) {
  const std::string who = "the application's " + std::string(name_of(call));
  const std::string but = stated                   ? ", not " + format_stated(stated, call)
                          : wanted_bytes(call) > 0 ? " of " + std::to_string(wanted_bytes(call))
                                                   : "";
  if (const auto error = error_of(result))
    return who + " failed with " + error_name(*error) + (stated ? but : "");
  const auto* received = std::get_if<Received>(&result);
  if (received && received->data.empty()) return who + " came to the end of file" + (stated ? but : "");
  if (const auto* text = stated ? std::get_if<wire::Bytes>(&*stated) : nullptr; received && text)
    return summarize_text(*text, received->data);
  if (received) return "the application read " + bytes_text(received->data.size()) + but;
  if (const auto* written = std::get_if<Written>(&result))
    return who + " took " + bytes_text(written->bytes) + but;
  if (std::holds_alternative<Done>(result)) return who + " succeeded" + but;
  return who + " gave " + format_result(call, result) + but;
}

}  // namespace tcpcraft::calls
