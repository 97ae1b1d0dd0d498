#include "follower.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <tcpcraft/engine/craft.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/peer.hpp>
#include <tcpcraft/update/correct.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/overload.hpp>

namespace tcpcraft::record {
namespace {

using Base = wire::Number::Base;
using wire::Flag;

/// From where on a number says more than its distance from a variable.
constexpr std::int64_t farthest = 1 << 20;

wire::Value value(std::uint32_t number) {
  return wire::Value{number};
}

wire::Options without_padding(wire::Options options) {
  std::erase_if(options, [](const wire::Option& o) {
    return std::holds_alternative<wire::Nop>(o) || std::holds_alternative<wire::EndOfOptions>(o);
  });
  return options;
}

/// Behind the end of the options nothing counts: zeros are as good as what was there.
wire::Options with_padding(const wire::Segment& segment) {
  wire::Options options = segment.options;
  const bool ends = std::any_of(options.begin(), options.end(), [](const wire::Option& option) {
    return std::holds_alternative<wire::EndOfOptions>(option);
  });
  while (ends && 20 + wire::options_size(options) < segment.data_offset * 4u)
    options.emplace_back(wire::EndOfOptions{});
  return options;
}

std::uint32_t window_of(const wire::Segment& segment, const model::Tcb& sender) {
  const bool scaled = sender.scaling() && !segment.has(Flag::syn);
  return scaled ? std::uint32_t{segment.window} << *sender.offered.window_scale : segment.window;
}

}  // namespace

Follower::Follower(const scenario::Peer& defaults, const wire::Endpoint& peer, const wire::Endpoint& kernel,
                   wire::SeqNum iss, bool listening, bool exact, bool bulk)
    : defaults_(defaults),
      end_(peer),
      kernel_end_(kernel),
      iss_(iss),
      listening_(listening),
      exact_(exact),
      bulk_(bulk),
      clock_base_(exact ? std::optional<std::uint32_t>(1) : std::nullopt),
      peer_(model::peer_with(iss)),
      kernel_(listening ? model::listening() : model::Tcb{}) {}

void Follower::set_listening(bool listening) {
  listening_ = listening;
  const bool open = kernel_.state != model::State::closed && kernel_.state != model::State::listen;
  kernel_.passive = listening && (!open || kernel_.passive);
  if (listening && !open && !kernel_.iss) kernel_ = model::listening();
  if (!listening && (kernel_.state == model::State::listen || kernel_.state == model::State::syn_received))
    kernel_.state = model::State::closed;
}

void Follower::connect_failed() {
  if (kernel_.state == model::State::syn_sent) kernel_.state = model::State::closed;
}

wire::Number Follower::number(wire::SeqNum actual, std::optional<wire::SeqNum> origin, Base base,
                              wire::SeqNum named) const {
  const std::int64_t distance = actual - named;
  if (!origin) return {Base::absolute, actual.raw()};
  const std::int64_t relative = actual - *origin;
  if (std::abs(relative) < farthest) return {Base::relative, relative};
  if (std::abs(distance) < farthest) return {base, distance};
  return {Base::relative, relative};
}

wire::OptionSpec Follower::option(const wire::Option& option, wire::Timestamps usual) const {
  const auto edge = [&](wire::SeqNum actual) {
    return number(actual, peer_.irs, Base::rcv_nxt, peer_.rcv_nxt);
  };
  return std::visit(
      wire::Overload{
          [](wire::EndOfOptions o) { return wire::OptionSpec(o); },
          [](wire::Nop o) { return wire::OptionSpec(o); },
          [](wire::SackPermitted o) { return wire::OptionSpec(o); },
          [](wire::Mss o) { return wire::OptionSpec(wire::MssSpec{value(o.value)}); },
          [](wire::WindowScale o) { return wire::OptionSpec(wire::WindowScaleSpec{value(o.shift)}); },
          [](const wire::Md5& o) { return wire::OptionSpec(wire::Md5Spec{o.digest}); },
          [](const wire::FastOpen& o) { return wire::OptionSpec(wire::FastOpenSpec{o.cookie}); },
          [](const wire::RawOption& o) {
            return wire::OptionSpec(wire::RawOptionSpec{o.kind, o.data, o.length});
          },
          [&](const wire::Sack& o) {
            wire::SackSpec spec;
            for (const wire::SackBlock& block : o.blocks)
              spec.blocks.emplace_back(edge(block.left), edge(block.right));
            return wire::OptionSpec(spec);
          },
          [&](wire::Timestamps o) {
            wire::TimestampsSpec spec{value(o.tsval), value(o.tsecr)};
            const auto ahead = static_cast<std::int32_t>(o.tsval - usual.tsval);
            if (peer_.offered.timestamps && std::abs(std::int64_t{ahead}) < farthest)
              spec.tsval_from_now = ahead;
            // The kernel's clock begins somewhere else in every run.
            const auto behind = static_cast<std::int32_t>(o.tsecr - usual.tsecr);
            if (peer_.received.timestamps && o.tsecr != 0 && std::abs(std::int64_t{behind}) < farthest)
              spec.tsecr_from_echo = behind;
            return wire::OptionSpec(spec);
          },
      },
      option);
}

/// What a crafted SYN's options are like where they are given for the peer as a whole.
void Follower::write_options(wire::SegmentSpec& spec, const wire::Segment& segment,
                             const wire::Segment& usual) const {
  if (segment.options == usual.options) return;
  const wire::Options here = without_padding(segment.options), there = without_padding(usual.options);
  const bool is_syn = segment.has(Flag::syn);
  if (!exact_ && here.size() == there.size()) {
    const bool same =
        std::equal(here.begin(), here.end(), there.begin(), [](const wire::Option& a, const wire::Option& b) {
          const auto *ours = std::get_if<wire::Timestamps>(&a), *derived = std::get_if<wire::Timestamps>(&b);
          if (!ours || !derived) return a == b;
          // A clock that goes back is one that the kernel looks at.
          return static_cast<std::int32_t>(ours->tsval - derived->tsval) >= 0;
        });
    if (same) return;
  }
  const auto* stamps = wire::find<wire::Timestamps>(usual.options);
  const std::uint32_t tsecr = stamps ? stamps->tsecr : peer_.ts_recent;
  spec.options.emplace();
  wire::Options written = segment.options;
  while (!is_syn && !written.empty() && std::holds_alternative<wire::EndOfOptions>(written.back()))
    written.pop_back();
  for (const wire::Option& one : written) spec.options->list.push_back(option(one, {clock_, tsecr}));
}

void Follower::write_ip(wire::SegmentSpec& spec, const wire::Segment& segment) const {
  if (segment.ttl != usual_ttl_) spec.ttl = value(segment.ttl);
  if ((segment.tos & 0xfc) != (usual_tos_ & 0xfc))
    spec.tos = value(segment.tos);
  else if (segment.tos != 0)
    spec.ecn = value(segment.tos & 3u);
  if (exact_ && !segment.df) spec.df = value(0);
}

void Follower::write_payload(wire::SegmentSpec& spec, const Passed& passed) const {
  const wire::Bytes& data = passed.segment.payload;
  const auto size = static_cast<std::uint32_t>(data.size());
  constexpr std::uint32_t shortest_pattern = 8;
  if (passed.by_length || (size >= shortest_pattern && data == wire::pattern(size)))
    spec.payload = wire::PayloadLength{size};
  else
    spec.payload = data;
}

/// What the kernel must discard.
void Follower::write_broken(wire::SegmentSpec& spec, const Passed& passed) const {
  const wire::Segment& segment = passed.segment;
  if (passed.bad_checksum) spec.checksum = wire::BadChecksum{};
  const std::size_t header = 20 + (wire::options_size(segment.options) + 3) / 4 * 4;
  if (segment.data_offset != header / 4) spec.data_offset = segment.data_offset;
  if (segment.reserved != 0) spec.reserved = segment.reserved;
  if (segment.source.port != end_.port) spec.source_port = segment.source.port;
  if (segment.destination.port != kernel_end_.port) spec.destination_port = segment.destination.port;
}

/// Whether the window may have kept the kernel from sending, or will.
bool Follower::window_matters(const wire::Segment& segment) const {
  if (exact_) return segment.window != defaults_.window;
  constexpr std::uint32_t ample = 8192;
  wire::Segment usual = segment;
  usual.window = defaults_.window;
  const std::uint32_t least = std::max(ample, 2 * most_in_flight_);
  // The kernel makes its segments, and pushes, by half of the widest that it has seen.
  const bool is_widest =
      (bulk_ || most_in_flight_ >= ample) && window_of(segment, peer_) > kernel_.max_snd_wnd;
  if (is_widest && segment.has(Flag::ack) && !segment.has(Flag::rst))
    return segment.window != defaults_.window;
  if (segment.has(Flag::rst) || !segment.has(Flag::ack))
    return segment.window < std::min<std::uint32_t>(least, defaults_.window);
  return segment.window != defaults_.window &&
         std::min(window_of(segment, peer_), window_of(usual, peer_)) < least;
}

/// Whether it is by its window that the kernel knows this for no duplicate, or for one.
bool Follower::window_tells_apart(const wire::Segment& segment) const {
  if (exact_ || !window_ || segment.seg_len() > 0 || segment.has(Flag::rst)) return false;
  return segment.ack == peer_.last_ack_sent && (segment.window != *window_ || window_written_);
}

wire::SegmentSpec Follower::sent(const Passed& given, std::uint32_t waited) {
  Passed passed = given;
  wire::Segment& segment = passed.segment;
  passed.by_length |= passed.missing > 0;
  segment.payload.resize(segment.payload.size() + std::exchange(passed.missing, 0));
  segment.options = with_padding(segment);
  const auto* stamps = wire::find<wire::Timestamps>(segment.options);
  if (!clock_base_ && !exact_ && stamps) clock_base_ = stamps->tsval;
  clock_ = clock_base_.value_or(1) + waited;
  if (!exact_ && stamps && clock_base_) {  // a real clock, of which the scenario's own is a likeness
    if (static_cast<std::int32_t>(stamps->tsval - clock_) >= 0) clock_ = stamps->tsval;
    clock_base_ = clock_ - waited;
  }
  wire::SegmentSpec spec;
  spec.flags = segment.flags;
  write_payload(spec, passed);
  write_broken(spec, passed);
  const wire::Segment usual = engine::craft(spec, peer_, defaults_, end_, kernel_end_, clock_, 1).segment;
  const engine::Names names = engine::names_of(peer_);
  if (segment.seq != usual.seq)
    spec.seq = number(segment.seq, names.origins.sender, Base::snd_nxt, names.snd_nxt);
  if (segment.ack != usual.ack)
    spec.ack = number(segment.ack, names.origins.receiver, Base::rcv_nxt, names.rcv_nxt);
  window_written_ = window_matters(segment) || window_tells_apart(segment);
  if (window_written_) spec.window = value(segment.window);
  window_ = segment.window;
  if (segment.urgent_pointer != usual.urgent_pointer) spec.urgent_pointer = value(segment.urgent_pointer);
  write_ip(spec, segment);
  write_options(spec, segment, usual);

  engine::Crafted crafted = engine::craft(spec, peer_, defaults_, end_, kernel_end_, clock_, 1);
  if (stamps && segment.has(Flag::syn) && !peer_.offered.timestamps) clock_base_ = stamps->tsval - waited;
  if (!clock_base_) clock_base_ = 1;
  model::peer_sent(peer_, crafted.segment, crafted.broken);
  if (crafted.deformity.any()) return spec;
  model::Tcb& kernel = kernel_of(segment, true);
  if (&kernel == &kernel_)
    follow(segment);
  else
    model::follow(kernel, segment);
  return spec;
}

/// The kernel's side of what passes: of this connection, or of another that began beside it.
model::Tcb& Follower::kernel_of(const wire::Segment& segment, bool to_kernel) {
  const std::uint16_t port = to_kernel ? segment.destination.port : segment.source.port;
  const wire::Endpoint& end = to_kernel ? segment.source : segment.destination;
  if (port == kernel_end_.port && end == end_) return kernel_;
  const bool listens = listening_ && port == kernel_end_.port;
  return strangers_
      .try_emplace(std::to_string(port) + " " + end.to_string(), listens ? model::listening() : model::Tcb{})
      .first->second;
}

wire::IcmpSpec Follower::reported(const Message& message) const {
  wire::IcmpSpec spec = message.spec;
  if (message.seq != last_seq_) spec.seq = number(message.seq, kernel_.iss, Base::snd_nxt, kernel_.snd_nxt);
  return spec;
}

/// As the engine does when a segment of the peer's passes.
void Follower::follow(const wire::Segment& segment) {
  reaction_.alternatives.clear();
  before_ = kernel_;
  const model::Outcome outcome = model::follow(kernel_, segment);
  if (outcome.others) reaction_ = model::arrive(before_, segment);
  if (kernel_.irs != segment.seq || kernel_.irs == peer_.iss) return;
  old_peer_ = std::exchange(peer_, model::peer_with(segment.seq));
  model::peer_sent(peer_, segment, false);
}

void Follower::settle(const wire::Segment& segment) {
  auto ways = std::exchange(reaction_.alternatives, {});
  if (!ways.empty()) {
    const auto taken = std::find_if(ways.begin(), ways.end(), [&](const model::Outcome& way) {
      return model::agrees(way.reply, segment);
    });
    if (taken != ways.begin() && taken != ways.end()) {
      kernel_ = std::move(taken->after);
      if (kernel_.irs == old_peer_.iss) peer_ = old_peer_;
    }
  }
  const bool is_open = kernel_.state != model::State::closed && kernel_.state != model::State::listen &&
                       kernel_.state != model::State::time_wait;
  if (!segment.has(Flag::syn) || segment.has(Flag::ack) || !kernel_.iss || is_open) return;
  kernel_ = {};
  peer_ = model::peer_with(iss_);
}

Expected Follower::expected(const Passed& passed) {
  wire::Segment segment = passed.segment;
  if (passed.missing > 0) segment.payload.resize(segment.payload.size() + passed.missing);
  model::Tcb& kernel = kernel_of(segment, false);
  const bool own = &kernel == &kernel_;
  if (own) settle(segment);
  if (own) last_seq_ = segment.seq;
  engine::Observed observed{segment, engine::expectation(kernel, segment, peer_.iss), {}, 0, 0};
  Expected result{update::described(observed), nullptr};
  if (passed.missing > 0 || passed.by_length)
    result.spec.payload = wire::PayloadLength{static_cast<std::uint32_t>(segment.payload.size())};
  // What the kernel echoes depends on which of the peer's segments it had seen, which is a matter of
  // microseconds.
  if (!exact_ && result.spec.options)
    for (wire::OptionSpec& one : result.spec.options->list)
      if (auto* stamps = std::get_if<wire::TimestampsSpec>(&one)) stamps->tsecr = {};
  // What the kernel refuses out of the blue has no number of a connection's.
  if (result.spec.seq && segment.has(Flag::rst) && segment.seq.raw() == 0)
    result.spec.seq = wire::Number{Base::absolute, 0};
  result.rule = model::transmitted(kernel, segment);
  if (!own) return result;
  model::peer_received(peer_, segment);
  if (kernel_.iss)
    most_in_flight_ =
        std::max(most_in_flight_, static_cast<std::uint32_t>(std::max(0, kernel_.snd_nxt - kernel_.snd_una)));
  return result;
}

}  // namespace tcpcraft::record
