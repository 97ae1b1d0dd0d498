#include "planted_faults.hpp"

#include <algorithm>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::cli_test {
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

/// A copy of a packet behind it.
Segment& copy_behind(Packets& packets, std::size_t at) {
  packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(at) + 1, packets[at]);
  packets[at + 1].time += std::chrono::microseconds(1);
  for (std::size_t i = 0; i < packets.size(); ++i) packets[i].number = i + 1;
  return packets[at + 1].segment;
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
Index send_beyond(Packets& packets, std::size_t at) {
  if (!is_plain(packets[at].segment) || packets[at].segment.payload.empty()) return {};
  copy_behind(packets, at).seq += 50'000'000;
  return at + 1;
}

Index fin_again(Packets& packets, std::size_t at) {
  if (!packets[at].segment.has(Flag::fin)) return {};
  copy_behind(packets, at).seq += 5;
  return at + 1;
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

Index syn_behind_fin(Packets& packets, std::size_t at) {
  if (!packets[at].segment.has(Flag::fin)) return {};
  Segment& s = copy_behind(packets, at);
  s.flags = {Flag::syn};
  s.seq += 100'000;
  s.payload.clear();
  s.options.clear();
  packets[at + 1].data_size = 0;
  return at + 1;
}

Index sack_unsent(Packets& packets, std::size_t at) {
  Segment& s = packets[at].segment;
  if (!is_plain(s) || stamps_of(s) == nullptr) return {};  // where these are, SACK is, too
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
  explain::Explainer first;
  for (const capture::Packet& packet : packets) first.explain(packet);
  explain::Explainer explainer(first.hindsight());
  Reading reading;
  for (const capture::Packet& packet : packets)
    for (const explain::Fault& fault : explainer.explain(packet).faults)
      reading.faults.emplace(packet.number, fault.rule->name);
  for (const explain::Story& story : explainer.finish())
    reading.doubtful.insert(reading.doubtful.end(), story.doubtful.begin(), story.doubtful.end());
  return reading;
}

}  // namespace

const std::vector<Plant>& plants() {
  static const std::vector<Plant> all{
      {"an ACK one too far", "ack.rcv_nxt", move_ack(1)},
      {"an ACK one short", "ack.rcv_nxt", move_ack(-1)},
      {"an ACK of data never sent", "ack.rcv_nxt", move_ack(60'000'000)},
      {"data beyond the window", "window.right_edge", send_beyond},
      {"a FIN with another number", "seq.fin.kept", fin_again},
      {"data behind the FIN", "close.last", data_behind_fin},
      {"a SYN behind the FIN", "open.already_exists", syn_behind_fin},
      {"an echo a tick too new", "timestamps.echo", move_echo(1)},
      {"an echo a tick too old", "timestamps.echo", move_echo(-1)},
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

void plant_everywhere(const Packets& good, const std::string& name, std::map<std::string, Yield>& yields) {
  const std::size_t step = std::max<std::size_t>(good.size() / 100, 1);
  for (const Plant& plant : plants())
    for (std::size_t i = 0; i < good.size(); i += good[i].segment.has(Flag::fin) ? 1 : step) {
      Packets packets = good;
      const Index wrong = plant.put(packets, i);
      if (!wrong) continue;
      Yield& yield = yields[plant.name];
      ++yield.planted;
      const Reading reading = read(packets);
      const std::uint64_t number = packets[*wrong].number;
      const auto [from, to] = reading.faults.equal_range(number);
      const bool found = std::any_of(from, to, [&](const auto& one) { return one.second == plant.rule; });
      const bool open =
          std::find(reading.doubtful.begin(), reading.doubtful.end(), number) != reading.doubtful.end();
      yield.found += found;
      yield.open += !found && open;
      if (!found && !open && yield.missed.size() < 400)
        yield.missed.push_back(name + " packet " + std::to_string(number) + " of " +
                               std::to_string(packets.size()) + " " +
                               wire::format_segment(packets[*wrong].segment, {}));
    }
}

}  // namespace tcpcraft::cli_test
