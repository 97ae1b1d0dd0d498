#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/scenario/source.hpp>
#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/icmp.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::scenario {

/// A segment as written, and where its parts stand in the file.
struct WrittenSegment {
  wire::SegmentSpec spec;
  Span span;  ///< the whole notation
  std::map<wire::Part, Span> parts;

  /// The span of a part, or of the flags where the part is not written.
  Span span_of(wire::Part part) const;
};

/// `send`: craft the segment and put it on the wire.
struct Send {
  WrittenSegment segment;
};
/// `send: ICMP ...`: report that the kernel's last segment was not delivered.
struct SendIcmp {
  wire::IcmpSpec message;
  Span name;  ///< which message it is
  Span mtu;   ///< where it is written
};
/// `expect` and `optional`: the next segment from the kernel.
struct Expect {
  WrittenSegment segment;
  bool optional = false;
};
/// `expect: nothing` and `expect: nothing for 200ms`.
struct Silence {
  std::optional<wire::Duration> duration;  ///< absent: no immediate reaction
};
/// `state`: the name as RFC 9293 prints it.
struct State {
  std::string name;
};
/// `counter: NAME += N`.
struct Counter {
  std::string name;
  std::int64_t increase = 0;
};
struct Wait {
  wire::Duration duration{};
};
struct Note {
  std::string text;
};

/// `app`: a socket call of the application's.
struct AppCall {
  enum class Mode {
    make,    ///< and wait for it
    start,   ///< and leave it running
    finish,  ///< wait for the one that was left running
  };
  Mode mode = Mode::make;
  calls::Call call;  ///< where the mode is `finish`: the one that was left running
  std::optional<calls::Stated> result;
  Span result_span;        ///< what is stated; the whole call where nothing is
  bool if_script = false;  ///< the `accept` of `use: handshake`: not made by any other application
};

struct Step {
  Span verb;   ///< the step's key
  Span value;  ///< what stands behind it
  std::variant<Send, SendIcmp, Expect, Silence, State, Counter, Wait, Note, AppCall> action;
};

/// A sysctl of the scenario's network namespace.
struct Sysctl {
  std::string name;  ///< with dots: `net.ipv4.tcp_rfc1337`
  std::string value;
  Span span;
};

/// The wire between the two sides.
enum class Wire {
  loopback,
  tun,  ///< a device of its own, behind which the peer is
};

/// The side under test.
struct Kernel {
  std::string app = "echo-once";
  wire::Endpoint address;
  std::vector<Sysctl> sysctls;
  Wire link = Wire::loopback;
  std::optional<unsigned> mtu;  ///< of the link, in bytes; absent: the usual one
};

/// What a crafted SYN or SYN-ACK carries when it names no options.
struct PeerOptions {
  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> wscale;
  bool sack = false;
  bool timestamps = false;
};

/// The crafted side.
struct Peer {
  wire::IpAddress address;
  std::optional<std::uint16_t> port;  ///< absent: picked when the run begins
  std::optional<std::uint32_t> iss;   ///< absent: random, from the run's seed
  std::uint16_t window = 65535;
  PeerOptions options;
};

/// One scenario, read and checked; everything it says is known to be possible.
struct Scenario {
  std::string title;
  std::string about;
  std::vector<std::string> rfc;
  std::vector<std::string> tags;
  Kernel kernel;
  Peer peer;
  std::vector<Step> steps;
};

/// Whether something listens at the kernel's address before the first step. A script listens unless its first
/// call, options aside, is `listen` or `connect`.
bool listens_at_first(const Scenario& scenario);

}  // namespace tcpcraft::scenario
