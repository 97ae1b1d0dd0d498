#include <algorithm>

#include <tcpcraft/engine/craft.hpp>
#include <tcpcraft/model/peer.hpp>
#include <tcpcraft/wire/overload.hpp>

namespace tcpcraft::engine {
namespace {

using wire::Flag;

template <class T>
T field(const std::optional<wire::Value>& value, T otherwise) {
  return value && value->number ? static_cast<T>(*value->number) : otherwise;
}

/// `usual` is what is kept up automatically.
wire::Timestamps timestamps(const wire::TimestampsSpec& spec, wire::Timestamps usual) {
  const auto moved = [](std::uint32_t number, std::int64_t by) {
    return number + static_cast<std::uint32_t>(by);
  };
  return {
      spec.tsval_from_now ? moved(usual.tsval, *spec.tsval_from_now) : field<std::uint32_t>(spec.tsval, 0),
      spec.tsecr_from_echo ? moved(usual.tsecr, *spec.tsecr_from_echo) : field<std::uint32_t>(spec.tsecr, 0)};
}

wire::Option option(const wire::OptionSpec& spec, const Names& names, wire::Timestamps usual) {
  return std::visit(
      wire::Overload{
          [](wire::EndOfOptions o) { return wire::Option(o); },
          [](wire::Nop o) { return wire::Option(o); },
          [](wire::SackPermitted o) { return wire::Option(o); },
          [](const wire::MssSpec& o) { return wire::Option(wire::Mss{field<std::uint16_t>(o.value, 0)}); },
          [](const wire::WindowScaleSpec& o) {
            return wire::Option(wire::WindowScale{field<std::uint8_t>(o.shift, 0)});
          },
          [&](const wire::TimestampsSpec& o) { return wire::Option(timestamps(o, usual)); },
          [](const wire::Md5Spec& o) { return wire::Option(wire::Md5{o.digest.value_or(wire::Bytes{})}); },
          [](const wire::FastOpenSpec& o) {
            return wire::Option(wire::FastOpen{o.cookie.value_or(wire::Bytes{})});
          },
          [](const wire::RawOptionSpec& o) {
            return wire::Option(wire::RawOption{o.kind, o.data.value_or(wire::Bytes{}), o.length});
          },
          [&](const wire::SackSpec& o) {
            wire::Sack sack;
            for (const auto& [left, right] : o.blocks)
              sack.blocks.push_back({resolve(left, names, names.origins.receiver),
                                     resolve(right, names, names.origins.receiver)});
            return wire::Option(sack);
          },
      },
      spec);
}

/// What a SYN carries when the step names no options, in the order Linux writes them.
wire::Options syn_options(const scenario::PeerOptions& wanted, wire::Timestamps timestamps) {
  wire::Options options;
  if (wanted.mss) options.push_back(wire::Mss{*wanted.mss});
  if (wanted.sack) options.push_back(wire::SackPermitted{});
  if (wanted.timestamps) options.push_back(timestamps);
  if (wanted.wscale) {
    options.push_back(wire::Nop{});
    options.push_back(wire::WindowScale{*wanted.wscale});
  }
  return options;
}

wire::Options options(const wire::SegmentSpec& spec, const model::Tcb& peer, const scenario::Peer& defaults,
                      const Names& names, std::uint32_t clock) {
  wire::Options result;
  if (spec.options) {
    for (const wire::OptionSpec& o : spec.options->list)
      result.push_back(option(o, names, {clock, peer.ts_recent}));
  } else if (spec.flags.has(Flag::syn)) {
    const std::uint32_t tsecr = spec.flags.has(Flag::ack) ? peer.ts_recent : 0;
    result = syn_options(defaults.options, {clock, tsecr});
  } else if (peer.timestamps()) {
    result = {wire::Nop{}, wire::Nop{},
              wire::Timestamps{clock, spec.flags.has(Flag::ack) ? peer.ts_recent : 0}};
  }
  return result;
}

wire::Bytes payload(const wire::SegmentSpec& spec) {
  if (const auto* bytes = std::get_if<wire::Bytes>(&spec.payload)) return *bytes;
  if (const auto* length = std::get_if<wire::PayloadLength>(&spec.payload))
    return wire::pattern(length->bytes);
  return {};
}

}  // namespace

Names names_of(const model::Tcb& tcb) {
  return {tcb.snd_una, tcb.snd_nxt, tcb.rcv_nxt, {tcb.iss, tcb.irs}};
}

wire::SeqNum resolve(const wire::Number& number, const Names& names, std::optional<wire::SeqNum> origin) {
  const wire::SeqNum zero(0);
  switch (number.base) {
    case wire::Number::Base::relative:
      return origin.value_or(zero) + number.offset;
    case wire::Number::Base::absolute:
    case wire::Number::Base::any:
      return zero + number.offset;
    case wire::Number::Base::snd_una:
      return names.snd_una + number.offset;
    case wire::Number::Base::snd_nxt:
      return names.snd_nxt + number.offset;
    case wire::Number::Base::rcv_nxt:
      return names.rcv_nxt + number.offset;
    case wire::Number::Base::iss:
      return names.origins.sender.value_or(zero) + number.offset;
    case wire::Number::Base::irs:
      return names.origins.receiver.value_or(zero) + number.offset;
  }
  return zero;
}

Crafted craft(const wire::SegmentSpec& spec, const model::Tcb& peer, const scenario::Peer& defaults,
              const wire::Endpoint& from, const wire::Endpoint& to, std::uint32_t clock, std::uint16_t id) {
  const Names names = names_of(peer);
  Crafted crafted;
  wire::Segment& segment = crafted.segment;
  segment.source = {from.address, spec.source_port.value_or(from.port)};
  segment.destination = {to.address, spec.destination_port.value_or(to.port)};
  segment.ttl = field<std::uint8_t>(spec.ttl, 64);
  segment.tos = field<std::uint8_t>(spec.tos, 0);
  if (spec.ecn) segment.tos = static_cast<std::uint8_t>((segment.tos & 0xfc) | field<unsigned>(spec.ecn, 0));
  segment.df = field<unsigned>(spec.df, 1) != 0;
  segment.id = from.address.is_v6() ? std::uint16_t{0} : field<std::uint16_t>(spec.id, id);
  segment.flags = spec.flags;
  const bool again = segment.has(Flag::syn) && segment.has(Flag::ack) && model::repeats_syn(peer);
  const wire::SeqNum next = again ? *peer.iss : peer.snd_nxt;
  segment.seq = spec.seq ? resolve(*spec.seq, names, names.origins.sender) : next;
  if (spec.ack)
    segment.ack = resolve(*spec.ack, names, names.origins.receiver);
  else if (segment.has(Flag::ack))
    segment.ack = peer.rcv_nxt;
  segment.window = field<std::uint16_t>(spec.window, defaults.window);
  segment.urgent_pointer = field<std::uint16_t>(spec.urgent_pointer, 0);
  segment.reserved = spec.reserved.value_or(0);
  segment.options = options(spec, peer, defaults, names, clock);
  segment.payload = payload(spec);

  crafted.deformity.data_offset = spec.data_offset;
  if (spec.checksum) {
    if (const auto* number = std::get_if<std::uint16_t>(&*spec.checksum))
      crafted.deformity.checksum = *number;
    else
      crafted.deformity.bad_checksum = true;
  }
  const bool stranger = segment.source.port != from.port || segment.destination.port != to.port;
  crafted.broken = stranger || crafted.deformity.any();
  return crafted;
}

}  // namespace tcpcraft::engine
