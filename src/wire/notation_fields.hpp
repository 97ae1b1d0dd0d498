#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <tcpcraft/wire/flags.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::wire {

// The vocabulary of the notation, shared by its reader and its writer.

struct NamedFlag {
  Flag flag;
  std::string_view name;
  char letter;  ///< tcpdump's
};
/// In the order in which they are written.
inline constexpr std::array<NamedFlag, 9> named_flags = {{
    {Flag::syn, "SYN", 'S'},
    {Flag::fin, "FIN", 'F'},
    {Flag::rst, "RST", 'R'},
    {Flag::psh, "PSH", 'P'},
    {Flag::ack, "ACK", '.'},
    {Flag::urg, "URG", 'U'},
    {Flag::ece, "ECE", 'E'},
    {Flag::cwr, "CWR", 'W'},
    {Flag::ae, "AE", 'e'},
}};

struct NamedNumber {
  Number::Base base;
  std::string_view name;
};
inline constexpr std::array<NamedNumber, 5> named_numbers = {{
    {Number::Base::snd_una, "snd.una"},
    {Number::Base::snd_nxt, "snd.nxt"},
    {Number::Base::rcv_nxt, "rcv.nxt"},
    {Number::Base::iss, "iss"},
    {Number::Base::irs, "irs"},
}};

/// A field whose value is a sequence number.
struct NumberField {
  Part part;
  std::string_view name;
  std::optional<Number> SegmentSpec::*member;
};
inline constexpr std::array<NumberField, 2> number_fields = {{
    {Part::seq, "seq", &SegmentSpec::seq},
    {Part::ack, "ack", &SegmentSpec::ack},
}};

/// A field whose value is a plain number.
struct ValueField {
  Part part;
  std::string_view name;
  std::uint32_t max;
  std::optional<Value> SegmentSpec::*member;
};
inline constexpr std::array<ValueField, 7> value_fields = {{
    {Part::window, "win", 0xffff, &SegmentSpec::window},
    {Part::urgent_pointer, "urg", 0xffff, &SegmentSpec::urgent_pointer},
    {Part::ttl, "ttl", 0xff, &SegmentSpec::ttl},
    {Part::tos, "tos", 0xff, &SegmentSpec::tos},
    {Part::id, "id", 0xffff, &SegmentSpec::id},
    {Part::df, "df", 1, &SegmentSpec::df},
    {Part::ecn, "ecn", 3, &SegmentSpec::ecn},
}};

/// The codepoints of RFC 3168, section 5, by value.
inline constexpr std::array<std::string_view, 4> ecn_names = {"not-ect", "ect1", "ect0", "ce"};

/// The fields that only a send may have, but for the checksum, which has words of its own.
template <class T>
struct SendField {
  Part part;
  std::string_view name;
  std::uint32_t max;
  std::optional<T> SegmentSpec::*member;
};
inline constexpr std::array<SendField<std::uint8_t>, 2> send_fields_8 = {{
    {Part::data_offset, "data-offset", 15, &SegmentSpec::data_offset},
    {Part::reserved, "reserved", 7, &SegmentSpec::reserved},
}};
inline constexpr std::array<SendField<std::uint16_t>, 2> send_fields_16 = {{
    {Part::source_port, "sport", 0xffff, &SegmentSpec::source_port},
    {Part::destination_port, "dport", 0xffff, &SegmentSpec::destination_port},
}};

}  // namespace tcpcraft::wire
