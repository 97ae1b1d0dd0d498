#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/record/conversation.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::record {

/// A segment of the kernel's, with nothing written that is derived.
struct Expected {
  wire::SegmentSpec spec;
  const model::Rule* rule = nullptr;  ///< why it was sent
};

/// Follows one connection as a run does that plays what is being recorded, to tell what it would derive.
class Follower {
 public:
  /// `exact` where every field of the peer's is as its author wanted it; else those are left out that the
  /// peer's own system chose. `bulk`: the kernel sends large segments, by the window.
  Follower(const scenario::Peer& defaults, const wire::Endpoint& peer, const wire::Endpoint& kernel,
           wire::SeqNum iss, bool listening, bool exact, bool bulk);

  /// The peer sent it. `waited` are the waits so far, in milliseconds.
  wire::SegmentSpec sent(const Passed& passed, std::uint32_t waited);
  Expected expected(const Passed& passed);
  /// A message about what the kernel sent.
  wire::IcmpSpec reported(const Message& message) const;
  void set_listening(bool listening);
  void connect_failed();

  const model::Tcb& peer() const { return peer_; }
  const model::Tcb& kernel() const { return kernel_; }

 private:
  model::Tcb& kernel_of(const wire::Segment& segment, bool to_kernel);
  void follow(const wire::Segment& segment);
  void settle(const wire::Segment& segment);
  wire::Number number(wire::SeqNum actual, std::optional<wire::SeqNum> origin, wire::Number::Base base,
                      wire::SeqNum named) const;
  wire::OptionSpec option(const wire::Option& option, wire::Timestamps usual) const;
  void write_payload(wire::SegmentSpec& spec, const Passed& passed) const;
  void write_ip(wire::SegmentSpec& spec, const wire::Segment& segment) const;
  void write_options(wire::SegmentSpec& spec, const wire::Segment& segment, const wire::Segment& usual) const;
  void write_broken(wire::SegmentSpec& spec, const Passed& passed) const;
  bool window_matters(const wire::Segment& segment) const;
  bool window_tells_apart(const wire::Segment& segment) const;

  scenario::Peer defaults_;
  wire::Endpoint end_, kernel_end_;
  wire::SeqNum iss_;
  bool listening_;
  bool exact_;
  bool bulk_;
  std::uint8_t usual_ttl_ = 64, usual_tos_ = 0;
  std::optional<std::uint32_t> clock_base_;
  std::uint32_t clock_ = 0;
  std::uint32_t most_in_flight_ = 0;
  std::optional<std::uint16_t> window_;  ///< that the peer offered last,
  bool window_written_ = false;          ///< and whether it was written

  model::Tcb peer_, old_peer_;
  model::Tcb kernel_, before_;
  model::Reaction reaction_;
  wire::SeqNum last_seq_;                        ///< of the kernel's last segment
  std::map<std::string, model::Tcb> strangers_;  ///< connections between other ports
};

}  // namespace tcpcraft::record
