#include <array>

#include <tcpcraft/calls/call.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::calls {
namespace {

/// In the order of the variant's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Call>> call_names = {
    "listen", "accept", "connect", "read", "write", "shutdown", "close", "set", "get", "poll"};

struct Arguments {
  std::size_t max_payload;

  std::string operator()(const Listen& call) const {
    return call.backlog ? " backlog=" + std::to_string(*call.backlog) : "";
  }
  std::string operator()(const Read& call) const {
    return (call.limit ? (call.all ? " len=" : " ") + std::to_string(*call.limit) : "") +
           (call.oob ? " oob" : "");
  }
  std::string operator()(const Write& call) const {
    constexpr std::size_t much = 200;
    const auto size = static_cast<std::uint32_t>(call.data.size());
    const bool is_pattern = size > much && call.data == wire::pattern(size);
    return (is_pattern ? " len=" + std::to_string(size)
                       : " " + wire::format_payload(call.data, max_payload)) +
           (call.oob ? " oob" : "");
  }
  std::string operator()(const Shutdown& call) const {
    switch (call.half) {
      case Shutdown::Half::read:
        return " read";
      case Shutdown::Half::write:
        return " write";
      case Shutdown::Half::both:
        break;
    }
    return " both";
  }
  std::string operator()(const Set& call) const {
    return " " + std::string(call.option->name) + " " + format_value(*call.option, call.value);
  }
  std::string operator()(const Get& call) const { return " " + std::string(call.option->name); }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

}  // namespace

std::string_view name_of(const Call& call) {
  return call_names[call.index()];
}

std::string format_call(const Call& call, std::size_t max_payload) {
  return std::string(name_of(call)) + std::visit(Arguments{max_payload}, call);
}

}  // namespace tcpcraft::calls
