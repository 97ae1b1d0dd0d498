#include "planted_faults.hpp"

#include <algorithm>
#include <array>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::explain {
namespace {

using wire::Flag;
using wire::Segment;
using Index = std::optional<std::size_t>;

bool is_plain(const Segment& s) {
  return s.has(Flag::ack) && !s.has(Flag::syn) && !s.has(Flag::rst);
}

wire::Timestamps* stamps_of(Segment& s) {
  for (wire::Option& option : s.options)
    if (auto* stamps = std::get_if<wire::Timestamps>(&option)) return stamps;
  return nullptr;
}

/// A copy of a packet, behind another.
Segment& copy_behind(Packets& packets, std::size_t at, std::size_t behind) {
  packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(behind) + 1, packets[at]);
  packets[behind + 1].time = packets[behind].time + std::chrono::microseconds(1);
  for (std::size_t i = 0; i < packets.size(); ++i) packets[i].number = i + 1;
  return packets[behind + 1].segment;
}
Segment& copy_behind(Packets& packets, std::size_t at) {
  return copy_behind(packets, at, at);
}

auto move_ack(std::int64_t by) {
  return [by](Packets& packets, std::size_t at) -> Index {
    Segment& s = packets[at].segment;
    if (!is_plain(s)) return {};
    s.ack += by;
    return at;
  };
}

auto move_echo(std::int64_t by) {
  return [by](Packets& packets, std::size_t at) -> Index {
    Segment& s = packets[at].segment;
    wire::Timestamps* const stamps = stamps_of(s);
    if (!is_plain(s) || stamps == nullptr) return {};
    stamps->tsecr += static_cast<std::uint32_t>(by);
    return at;
  };
}

/// As far as no window reaches that these captures have.
Index send_far_beyond(Packets& packets, std::size_t at) {
  if (!is_plain(packets[at].segment) || packets[at].data_size == 0) return {};
  copy_behind(packets, at).seq += 50'000'000;
  return at + 1;
}

/// Where the window ends that the other side has offered up to this packet.
std::optional<wire::SeqNum> offered_edge(const Packets& packets, std::size_t at) {
  const Segment& s = packets[at].segment;
  std::optional<wire::SeqNum> edge;
  std::array<std::optional<std::uint8_t>, 2> scales;  // of the other side, and of this
  for (std::size_t i = 0; i <= at; ++i) {
    const Segment& one = packets[i].segment;
    const bool by_other = one.source == s.destination && one.destination == s.source;
    if (!by_other && !(one.source == s.source && one.destination == s.destination)) continue;
    if (one.has(Flag::syn)) {
      const auto* scale = wire::find<wire::WindowScale>(one.options);
      scales[by_other ? 0 : 1] = scale ? std::optional(scale->shift) : std::nullopt;
      edge.reset();
    }
    if (!by_other || !one.has(Flag::ack)) continue;
    const bool scaled = !one.has(Flag::syn) && scales[0] && scales[1];
    const wire::SeqNum end = one.ack + (std::int64_t{one.window} << (scaled ? *scales[0] : 0));
    edge = edge ? later(*edge, end) : end;
  }
  return edge;
}

/// The last byte but one beyond it: a probe may have one there.
auto send_just_beyond(bool again) {
  return [again](Packets& packets, std::size_t at) -> Index {
    if (!is_plain(packets[at].segment) || packets[at].data_size == 0) return {};
    const auto edge = offered_edge(packets, at);
    if (!edge) return {};
    if (again) copy_behind(packets, at);
    const std::size_t wrong = at + again;
    packets[wrong].segment.seq = *edge + 2 - static_cast<std::int64_t>(packets[wrong].data_size);
    packets[wrong].segment.flags = {Flag::ack};
    return wrong;
  };
}

/// Behind the FIN, or behind what its sender says next.
std::size_t behind_fin(const Packets& packets, std::size_t at, bool much_later) {
  const Segment& fin = packets[at].segment;
  for (std::size_t i = at + 1; much_later && i < packets.size(); ++i) {
    const Segment& s = packets[i].segment;
    if (s.source == fin.source && s.destination == fin.destination) return s.has(Flag::syn) ? at : i;
  }
  return at;
}

auto repeat_fin(std::int64_t by, bool much_later) {
  return [=](Packets& packets, std::size_t at) -> Index {
    if (!packets[at].segment.has(Flag::fin)) return {};
    const std::size_t behind = behind_fin(packets, at, much_later);
    copy_behind(packets, at, behind).seq += by;
    return behind + 1;
  };
}

Index data_behind_fin(Packets& packets, std::size_t at) {
  if (!packets[at].segment.has(Flag::fin)) return {};
  const wire::SeqNum end = packets[at].segment.end();
  Segment& s = copy_behind(packets, at);
  s.flags = {Flag::ack};
  s.seq = end;
  s.payload = wire::Bytes(10, 'x');
  packets[at + 1].data_size = 10;
  return at + 1;
}

auto syn_behind_fin(std::int64_t by, bool much_later) {
  return [=](Packets& packets, std::size_t at) -> Index {
    if (!packets[at].segment.has(Flag::fin)) return {};
    const std::size_t behind = behind_fin(packets, at, much_later);
    Segment& s = copy_behind(packets, at, behind);
    s.flags = {Flag::syn};
    s.seq += by;
    s.payload.clear();
    s.options.clear();
    packets[behind + 1].data_size = 0;
    return behind + 1;
  };
}

Index sack_unsent(Packets& packets, std::size_t at) {
  Segment& s = packets[at].segment;
  if (!is_plain(s) || stamps_of(s) == nullptr) return {};  // where these are, SACK is, too
  std::erase_if(s.options,
                [](const wire::Option& option) { return std::holds_alternative<wire::Sack>(option); });
  s.options.push_back(wire::Sack{{{s.ack + 40'000'000, s.ack + 40'001'000}}});
  return at;
}

Index change_iss(Packets& packets, std::size_t at) {
  Segment& s = packets[at].segment;
  if (!s.has(Flag::syn)) return {};
  s.seq += 1000;
  return at;
}

struct Reading {
  std::multimap<std::uint64_t, std::string> faults;
  std::vector<std::uint64_t> doubtful;
};

Reading read(const Packets& packets) {
  Explainer first;
  for (const capture::Packet& packet : packets) first.explain(packet);
  Explainer explainer(first.hindsight());
  Reading reading;
  for (const capture::Packet& packet : packets)
    for (const Fault& fault : explainer.explain(packet).faults)
      reading.faults.emplace(packet.number, fault.rule->name);
  for (const Story& story : explainer.finish())
    reading.doubtful.insert(reading.doubtful.end(), story.doubtful.begin(), story.doubtful.end());
  return reading;
}

}  // namespace

const std::vector<Plant>& plants() {
  static const std::vector<Plant> all{
      {"an ACK one too far", "ack.rcv_nxt", move_ack(1)},
      {"an ACK one short", "ack.rcv_nxt", move_ack(-1)},
      {"an ACK of data never sent", "ack.rcv_nxt", move_ack(60'000'000)},
      {"data far beyond the window", "window.right_edge", send_far_beyond},
      {"data just beyond the window", "window.right_edge", send_just_beyond(true)},
      {"data out of place, beyond the window", "window.right_edge", send_just_beyond(false)},
      {"a FIN one further on", "seq.fin.kept", repeat_fin(1, false)},
      {"a FIN one before", "seq.fin.kept", repeat_fin(-1, true)},
      {"a FIN further on", "seq.fin.kept", repeat_fin(1000, true)},
      {"data behind the FIN", "close.last", data_behind_fin},
      {"a SYN behind the FIN", "open.already_exists", syn_behind_fin(100'000, false)},
      {"a SYN next behind the FIN", "open.already_exists", syn_behind_fin(1, true)},
      {"an echo a tick too new", "timestamps.echo", move_echo(1)},
      {"an echo a tick too old", "timestamps.echo", move_echo(-1)},
      {"an echo a second too new", "timestamps.echo", move_echo(1000)},
      {"an echo a second too old", "timestamps.echo", move_echo(-1000)},
      {"an echo from the future", "timestamps.echo", move_echo(10'000'000)},
      {"an echo from before the connection", "timestamps.echo", move_echo(-10'000'000)},
      {"SACK of data never sent", "sack.received", sack_unsent},
      {"another ISS", "seq.iss.first", change_iss},
  };
  return all;
}

std::multimap<std::uint64_t, std::string> faults_in(const Packets& packets) {
  return read(packets).faults;
}

void plant_everywhere(const Packets& good, std::size_t step,
                      const std::function<void(const Planted&)>& tell) {
  for (const Plant& plant : plants())
    for (std::size_t i = 0; i < good.size(); i += good[i].segment.has(Flag::fin) ? 1 : step) {
      Packets packets = good;
      const Index wrong = plant.put(packets, i);
      if (!wrong) continue;
      const Reading reading = read(packets);
      Planted planted{plant, packets, *wrong};
      const std::uint64_t number = packets[*wrong].number;
      for (const auto& [packet, rule] : reading.faults) {
        if (packet != number)
          ++planted.elsewhere;
        else
          planted.found = planted.found || rule == plant.rule;
      }
      planted.open =
          !planted.found && std::count(reading.doubtful.begin(), reading.doubtful.end(), number) > 0;
      tell(planted);
    }
}

std::string text_of(const Planted& planted) {
  const capture::Packet& packet = planted.packets[planted.at];
  return planted.plant.name + ": packet " + std::to_string(packet.number) + " of " +
         std::to_string(planted.packets.size()) + " " + wire::format_segment(packet.segment, {});
}

}  // namespace tcpcraft::explain
