#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tcpcraft/matrix/place.hpp>
#include <tcpcraft/matrix/state_variant.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/flags.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::matrix {

/// What the Timestamps option of a class says, in terms of TS.Recent and of the last TSval the kernel sent.
struct Stamp {
  enum class Kind {
    usual,    ///< kept up as a peer does where Timestamps were negotiated, absent otherwise
    missing,  ///< absent although negotiated
    given,    ///< TSval = TS.Recent + `tsval`, TSecr = the kernel's last TSval + `tsecr`
  };
  Kind kind = Kind::usual;
  std::int64_t tsval = 0;
  std::int64_t tsecr = 0;
  bool zero_echo = false;  ///< TSecr is 0
};

/// What is wrong on purpose.
enum class Malformed { no, checksum, offset_small, offset_large, option_length };

/// One class of segments, defined over the variables of the connection that it arrives at: a line of the
/// table in segment_classes.cpp.
struct SegmentClass {
  std::string_view name;   ///< `rst_edge`
  std::string_view group;  ///< `SYN`, `RST`, `ACK`, `no ACK`, `data`, `FIN`, `malformed`, `timestamps`
  wire::Flags flags;
  Place seq;
  std::optional<Place> ack = std::nullopt;  ///< the ACK field is 0 where absent
  std::uint16_t length = 0;                 ///< bytes of data
  std::uint16_t window = 65535;
  std::uint16_t urgent_pointer = 0;
  Stamp stamp = {};
  bool on_timestamps = false;  ///< the connection negotiated Timestamps; without, no option at all
  Malformed malformed = Malformed::no;
  bool needs_window = false;  ///< SEQ lies beyond RCV.NXT in the window, which must be open for that
  bool common = false;        ///< one of the default set
};

/// All classes, in the order of the groups.
std::span<const SegmentClass> segment_classes();
/// The class of that name; nullptr where there is none.
const SegmentClass* find_segment_class(std::string_view name);

/// Whether the class means something in that state: one on Timestamps does not where none are negotiated.
bool applies(const SegmentClass& segment_class, const StateVariant& state);

/// The segment that the class means for a connection with this TCB on the kernel's side; whose the endpoints
/// are is left to the caller.
struct Injected {
  wire::Segment segment;
  wire::Deformity deformity;
};
Injected instantiate(const SegmentClass& segment_class, const model::Tcb& tcb);

/// `SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0`.
std::string to_string(const SegmentClass& segment_class);

}  // namespace tcpcraft::matrix
