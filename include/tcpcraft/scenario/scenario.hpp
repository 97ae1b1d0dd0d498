#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/calls/tcp_info.hpp>
#include <tcpcraft/scenario/comparison.hpp>
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
/// `send: stream`: bytes to the kernel, in segments as its MSS and its window have them.
struct SendStream {
  wire::Bytes bytes;
};
/// `expect: stream`: bytes from the kernel, in however many segments.
struct ExpectStream {
  wire::Bytes bytes;
  bool length_only = false;  ///< whichever they are
  bool fin = false;          ///< behind them is their end
};
/// As a step writes it: `stream FIN len=9`. Bytes that are written out are cut to about `max_payload`
/// characters.
std::string to_string(const SendStream& stream, std::size_t max_payload);
std::string to_string(const ExpectStream& stream, std::size_t max_payload);

/// `any-order`: the next segments from the kernel, all of them, in whatever order.
struct AnyOrder {
  std::vector<Expect> segments;
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
/// One comparison of an `info`: `snd_cwnd >= 10`.
struct InfoClaim {
  const calls::InfoField* field = nullptr;
  Comparator comparator = Comparator::equal;
  std::uint64_t value = 0;
  std::string value_text;  ///< as written: a state may be a name
  Span span;
};
/// `info`: what TCP_INFO says of the connection. All of them hold.
struct Info {
  std::vector<InfoClaim> claims;
};
/// `dropped`: why the kernel dropped the last segment that was sent.
struct Dropped {
  std::string reason;  ///< without SKB_DROP_REASON_
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

/// What a step belongs to that is played from elsewhere, or more than once: "block 'open'", "round 2 of 3".
struct Inside {
  Span place;  ///< the `use` or the `repeat`
  std::string what;
};

struct Step {
  Span verb;   ///< the step's key, without a name
  Span value;  ///< what stands behind it
  std::variant<Send, SendIcmp, SendStream, Expect, ExpectStream, AnyOrder, Silence, State, Counter, Info,
               Dropped, Wait, Note, AppCall>
      action;
  std::vector<Inside> inside = {};  ///< the outermost first
  std::size_t peer = 0;             ///< whose connection it is about: an index of `Scenario::peers`
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

/// A condition of `requires`, without which the scenario cannot run.
struct Requirement {
  enum class Kind { kernel, sysctl, config, capability, root };
  Kind kind = Kind::root;
  std::string name;  ///< of the sysctl, the option (without CONFIG_) or the capability
  int capability = 0;
  Comparator comparator = Comparator::equal;
  std::vector<int> version;  ///< as many of its numbers as are written
  std::string text;          ///< as written
  Span span;
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

/// The crafted side of one connection.
struct Peer {
  std::string name;  ///< by which steps call it; empty where the file names none
  wire::IpAddress address;
  std::optional<std::uint16_t> port;  ///< absent: picked when the run begins
  std::optional<std::uint32_t> iss;   ///< absent: random, from the run's seed
  std::uint16_t window = 65535;
  PeerOptions options;
};

/// What `for` gave to each of its names.
using Variant = std::vector<std::pair<std::string, std::string>>;
/// `[ip=6]`; empty where there is no `for`.
std::string variant_name(const Variant& variant);

/// One scenario, read and checked; everything it says is known to be possible.
struct Scenario {
  std::string title;
  Variant variant;
  std::string about;
  std::vector<std::string> rfc;
  std::vector<std::string> tags;
  std::vector<Requirement> requirements;
  Kernel kernel;
  std::vector<Peer> peers =
      std::vector<Peer>(1);  ///< at least one: the first is that of steps without a name
  std::vector<Step> steps;
};

/// Whether something listens at the kernel's address before the first step. A script listens unless its first
/// call, options aside, is `listen` or `connect`.
bool listens_at_first(const Scenario& scenario);

}  // namespace tcpcraft::scenario
