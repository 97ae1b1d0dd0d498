#include <algorithm>

#include <tcpcraft/matrix/segment_class.hpp>

namespace tcpcraft::matrix {
namespace {

using namespace places;
using wire::Flag;
using wire::Flags;

constexpr Flags none;
constexpr Flags syn{Flag::syn}, syn_fin{Flag::syn, Flag::fin}, syn_rst{Flag::syn, Flag::rst};
constexpr Flags syn_ack{Flag::syn, Flag::ack}, syn_fin_ack{Flag::syn, Flag::fin, Flag::ack};
constexpr Flags syn_ecn{Flag::syn, Flag::ece, Flag::cwr};
constexpr Flags rst{Flag::rst}, rst_ack{Flag::rst, Flag::ack}, rst_fin{Flag::rst, Flag::fin};
constexpr Flags ack{Flag::ack}, psh_ack{Flag::psh, Flag::ack}, urg_ack{Flag::urg, Flag::ack};
constexpr Flags psh{Flag::psh}, urg{Flag::urg}, fin{Flag::fin}, fin_ack{Flag::fin, Flag::ack};
constexpr Flags fin_psh_urg{Flag::fin, Flag::psh, Flag::urg};
constexpr Flags all{Flag::syn, Flag::fin, Flag::rst, Flag::psh, Flag::ack, Flag::urg};

/// TSval = TS.Recent + `age`.
constexpr Stamp at(std::int64_t age) {
  return {.kind = Stamp::Kind::given, .tsval = age};
}
constexpr Stamp missing{.kind = Stamp::Kind::missing};
constexpr std::int64_t long_ago = -100000;  ///< older than any segment that was merely overtaken
/// A TSecr that the kernel has not sent and will not for hours.
constexpr Stamp strange_echo{.kind = Stamp::Kind::given, .tsval = 1, .tsecr = 10'000'000};
constexpr Stamp zero_echo{.kind = Stamp::Kind::given, .tsval = 1, .zero_echo = true};

// What a line of the table may be wrapped in.
constexpr SegmentClass common(SegmentClass line) {
  return line.common = true, line;
}
constexpr SegmentClass inside(SegmentClass line) {
  return line.needs_window = true, line;
}
constexpr SegmentClass window(std::uint16_t window, SegmentClass line) {
  return line.window = window, line;
}
constexpr SegmentClass urgent(std::uint16_t pointer, SegmentClass line) {
  return line.urgent_pointer = pointer, line;
}
constexpr SegmentClass malformed(Malformed malformed, SegmentClass line) {
  return line.malformed = malformed, line;
}
constexpr SegmentClass unnegotiated(Stamp stamp, SegmentClass line) {
  return line.stamp = stamp, line;
}
constexpr SegmentClass stamped(Stamp stamp, SegmentClass line) {
  return line.stamp = stamp, line.on_timestamps = true, line;
}

/// Name, group, control bits, SEQ, ACK, and the bytes of data.
// clang-format off: a line for each class.
constexpr SegmentClass table[] = {
    common({"syn_exact", "SYN", syn, R}),
    common({"syn_irs", "SYN", syn, IRS}),
    common({"syn_left", "SYN", syn, R - 1000}),
    {"syn_left1", "SYN", syn, R - 1},
    inside({"syn_inwin", "SYN", syn, R + 1}),
    {"syn_edge", "SYN", syn, R + W},
    common({"syn_right", "SYN", syn, R + W + 1000}),
    {"syn_data", "SYN", syn, R, {}, 100},
    {"syn_ecn", "SYN", syn_ecn, R},
    common({"syn_fin", "SYN", syn_fin, R}),
    common({"syn_fin_right", "SYN", syn_fin, R + W + 1000}),
    common({"synack_irs", "SYN", syn_ack, IRS, N}),
    {"synack_exact", "SYN", syn_ack, R, N},
    common({"synack_unsent", "SYN", syn_ack, R, N + 1}),
    {"synack_data", "SYN", syn_ack, IRS, N, 100},
    {"synack_fin", "SYN", syn_fin_ack, IRS, N},
    common({"syn_rst", "SYN", syn_rst, R}),
    common({"xmas_all", "SYN", all, R, N}),

    common({"rst_exact", "RST", rst, R}),
    common(inside({"rst_inwin", "RST", rst, R + 1})),
    inside({"rst_last", "RST", rst, R + W - 1}),
    common({"rst_edge", "RST", rst, R + W}),
    common({"rst_right", "RST", rst, R + W + 1}),
    common({"rst_left1", "RST", rst, R - 1}),
    common({"rst_left", "RST", rst, R - 1000}),
    {"rstack_exact", "RST", rst_ack, R, N},
    {"rstack_old", "RST", rst_ack, R, U - 500},
    common({"rstack_unsent", "RST", rst_ack, R, N + 1}),
    common({"rst_data", "RST", rst, R, {}, 100}),
    {"rst_left_data", "RST", rst, R - 100, {}, 100},
    {"rst_fin", "RST", rst_fin, R},

    common({"ack_dup", "ACK", ack, R, U}),
    {"ack_partial", "ACK", ack, R, U + 100},
    common({"ack_new", "ACK", ack, R, N}),
    common({"ack_unsent", "ACK", ack, R, N + 1}),
    {"ack_unsent_far", "ACK", ack, R, N + 1'000'000},
    common({"ack_old", "ACK", ack, R, U - 500}),
    common({"ack_old_preiss", "ACK", ack, R, U - 1500}),
    {"ack_bound", "ACK", ack, R, U - MW},
    common({"ack_too_old", "ACK", ack, R, U - MW - 1}),
    {"ack_left", "ACK", ack, R - 1000, U},
    common({"ack_left1", "ACK", ack, R - 1, U}),
    inside({"ack_inwin", "ACK", ack, R + 1, U}),
    inside({"ack_last", "ACK", ack, R + W - 1, U}),
    common({"ack_edge", "ACK", ack, R + W, U}),
    common({"ack_right", "ACK", ack, R + W + 1, U}),
    common(window(0, {"ack_zerowin", "ACK", ack, R, U})),
    window(1000, {"ack_smallwin", "ACK", ack, R, U}),
    {"ack_psh", "ACK", psh_ack, R, U},
    urgent(1, {"ack_urg", "ACK", urg_ack, R, U}),

    common({"null", "no ACK", none, R}),
    common({"null_left", "no ACK", none, R - 1000}),
    common({"fin_noack", "no ACK", fin, R}),
    {"data_noack", "no ACK", psh, R, {}, 100},
    urgent(1, {"urg_noack", "no ACK", urg, R}),
    common(urgent(1, {"xmas_nmap", "no ACK", fin_psh_urg, R})),

    common({"data_exact", "data", ack, R, U, 100}),
    {"data_psh", "data", psh_ack, R, U, 100},
    urgent(100, {"data_urg", "data", urg_ack, R, U, 100}),
    {"data_acknew", "data", psh_ack, R, N, 100},
    {"data_ackold", "data", psh_ack, R, U - 500, 100},
    common({"data_unsent", "data", psh_ack, R, N + 1, 100}),
    common({"data_tooold", "data", psh_ack, R, U - MW - 1, 100}),
    window(1000, {"data_tooold_smallwin", "data", psh_ack, R, U - MW - 1, 100}),
    common(window(0, {"data_zerowin", "data", psh_ack, R, U, 100})),
    common({"data_ooo", "data", ack, R + 200, U, 100}),
    common({"data_overlap", "data", ack, R - 50, U, 100}),
    common({"data_left", "data", ack, R - 100, U, 100}),
    {"data_left_far", "data", ack, R - 1000, U, 100},
    {"data_left_unsent", "data", ack, R - 100, N + 1, 100},
    inside({"data_last", "data", ack, R + W - 100, U, 100}),
    inside({"data_over_edge", "data", ack, R + W - 50, U, 100}),
    {"data_edge", "data", ack, R + W, U, 100},
    common({"data_right", "data", ack, R + W + 1000, U, 100}),

    common({"fin_exact", "FIN", fin_ack, R, U}),
    common({"fin_acknew", "FIN", fin_ack, R, N}),
    {"fin_unsent", "FIN", fin_ack, R, N + 1},
    {"fin_tooold", "FIN", fin_ack, R, U - MW - 1},
    {"fin_data", "FIN", fin_ack, R, U, 100},
    common({"fin_ooo", "FIN", fin_ack, R + 200, U}),
    {"fin_overlap", "FIN", fin_ack, R - 50, U, 100},
    common({"fin_left1", "FIN", fin_ack, R - 1, U}),
    {"fin_left", "FIN", fin_ack, R - 1000, U},
    {"fin_edge", "FIN", fin_ack, R + W, U},
    {"fin_right", "FIN", fin_ack, R + W + 1000, U},

    common(malformed(Malformed::checksum, {"bad_csum", "malformed", psh_ack, R, U, 100})),
    malformed(Malformed::checksum, {"bad_csum_rst", "malformed", rst, R}),
    malformed(Malformed::offset_small, {"offset_small", "malformed", psh_ack, R, U, 100}),
    malformed(Malformed::offset_large, {"offset_large", "malformed", psh_ack, R, U, 20}),
    malformed(Malformed::option_length, {"option_length", "malformed", psh_ack, R, U, 100}),

    unnegotiated(at(long_ago), {"ts_unneg", "timestamps", psh_ack, R, U, 100}),
    common(stamped(at(long_ago), {"paws_data", "timestamps", psh_ack, R, U, 100})),
    stamped(at(long_ago), {"paws_data_left", "timestamps", psh_ack, R - 100, U, 100}),
    stamped(at(long_ago), {"paws_data_ooo", "timestamps", psh_ack, R + 200, U, 100}),
    stamped(at(long_ago), {"paws_ack", "timestamps", ack, R, U}),
    stamped(at(long_ago), {"paws_ack_new", "timestamps", ack, R, N}),
    stamped(at(long_ago), {"paws_ack_left", "timestamps", ack, R - 1000, U}),
    stamped(at(long_ago), {"paws_fin", "timestamps", fin_ack, R, U}),
    stamped(at(long_ago), {"paws_null", "timestamps", none, R}),
    common(stamped(at(long_ago), {"paws_rst", "timestamps", rst, R})),
    stamped(at(long_ago), inside({"paws_rst_inwin", "timestamps", rst, R + 1})),
    stamped(at(long_ago), {"paws_syn", "timestamps", syn, R}),
    stamped(at(long_ago), {"paws_syn_right", "timestamps", syn, R + W + 1000}),
    stamped(at(long_ago), {"paws_synack", "timestamps", syn_ack, IRS, N}),
    stamped(at(-1), {"tick_data", "timestamps", psh_ack, R, U, 100}),
    stamped(at(-1), {"tick_ack", "timestamps", ack, R, U}),
    stamped(at(-1), {"tick_fin", "timestamps", fin_ack, R, U}),
    stamped(at(-100), {"overtaken_ack", "timestamps", ack, R, U}),
    stamped(at(-100), {"overtaken_data", "timestamps", psh_ack, R, U, 100}),
    stamped(at(0), {"ts_data_equal", "timestamps", psh_ack, R, U, 100}),
    stamped(at(100'000), {"ts_data_newer", "timestamps", psh_ack, R, U, 100}),
    stamped(at(0), {"ts_syn_equal", "timestamps", syn, R - 1000}),
    stamped(at(1), {"ts_syn_newer", "timestamps", syn, R - 1000}),
    stamped(zero_echo, {"ts_ack_zero_echo", "timestamps", ack, R, N}),
    stamped(strange_echo, {"ts_ack_strange_echo", "timestamps", ack, R, N}),
    stamped(strange_echo, {"ts_synack_strange_echo", "timestamps", syn_ack, IRS, N}),
    common(stamped(missing, {"nots_data", "timestamps", psh_ack, R, U, 100})),
    stamped(missing, {"nots_ack", "timestamps", ack, R, U}),
    stamped(missing, {"nots_ack_new", "timestamps", ack, R, N}),
    stamped(missing, {"nots_ack_left", "timestamps", ack, R - 1000, U}),
    stamped(missing, {"nots_fin", "timestamps", fin_ack, R, U}),
    stamped(missing, {"nots_rst", "timestamps", rst, R}),
    stamped(missing, {"nots_syn", "timestamps", syn, R}),
    stamped(missing, {"nots_syn_right", "timestamps", syn, R + W + 1000}),
};
// clang-format on

}  // namespace

std::span<const SegmentClass> segment_classes() {
  return table;
}

const SegmentClass* find_segment_class(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const auto& known) { return known.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace tcpcraft::matrix
