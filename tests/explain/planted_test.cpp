#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include <tcpcraft/capture/reader.hpp>

#include "planted_faults.hpp"

namespace tcpcraft::explain {
namespace {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

Packets read_packets(const std::string& file) {
  Packets packets;
  capture::Reader reader{std::filesystem::path(TCPCRAFT_SOURCE_DIR) / file};
  while (auto packet = reader.next()) packets.push_back(std::move(*packet));
  return packets;
}

const wire::Timestamps* stamps_of(const Segment& s) {
  return wire::find<wire::Timestamps>(s.options);
}

bool is_same_way(const Segment& a, const Segment& b) {
  return a.source == b.source && a.destination == b.destination;
}

bool is_other_way(const Segment& a, const Segment& b) {
  return a.source == b.destination && a.destination == b.source;
}

/// What was planted, where a conforming TCP could have sent it there, by what the capture shows. It is
/// written apart from what it checks.
class Alibi {
 public:
  explicit Alibi(const Planted& planted)
      : packets_(planted.packets), at_(planted.at), rule_(planted.plant.rule) {}

  bool holds() const {
    if (rule_ == "ack.rcv_nxt") return ack_holds();
    if (rule_ == "timestamps.echo") return echo_holds();
    if (rule_ == "open.already_exists") return sender_is_done();
    return rule_ == "window.right_edge" && window_holds();
  }

 private:
  const Segment& planted() const { return packets_[at_].segment; }
  SeqNum end_of(std::size_t i) const {
    const Segment& s = packets_[i].segment;
    return s.seq + static_cast<std::int64_t>(packets_[i].data_size) + s.has(Flag::syn) + s.has(Flag::fin);
  }

  /// The end of a segment that has come, not acknowledged less before nor, for all that shows, afterwards.
  bool ack_holds() const {
    bool is_end = false;
    for (std::size_t i = 0; i < at_; ++i) {
      const Segment& s = packets_[i].segment;
      if (is_other_way(s, planted()) && !s.has(Flag::rst)) is_end = is_end || end_of(i) == planted().ack;
      if (is_same_way(s, planted()) && s.has(Flag::ack) && after(s.ack, planted().ack)) return false;
    }
    const Segment* const next = next_of_sender();
    return is_end && !(next && next->has(Flag::ack) && before(next->ack, planted().ack));
  }

  /// The timestamp of a segment that has come, between what is echoed before and afterwards.
  bool echo_holds() const {
    const std::uint32_t echo = stamps_of(planted())->tsecr;
    const auto less = [](std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; };
    bool is_sent = false;
    for (std::size_t i = 0; i < at_; ++i) {
      const Segment& s = packets_[i].segment;
      const auto* stamps = stamps_of(s);
      if (!stamps) continue;
      if (is_other_way(s, planted())) is_sent = is_sent || stamps->tsval == echo;
      if (is_same_way(s, planted()) && s.has(Flag::ack) && less(echo, stamps->tsecr)) return false;
    }
    const Segment* const next = next_of_sender();
    return (is_sent || comes_right_behind(echo)) &&
           !(next && stamps_of(*next) && less(stamps_of(*next)->tsecr, echo));
  }

  /// The capture may have the two the other way round, where what has that timestamp knows of nothing.
  bool comes_right_behind(std::uint32_t stamp) const {
    for (std::size_t i = at_ + 1; i < packets_.size(); ++i) {
      const Segment& s = packets_[i].segment;
      if (!is_other_way(s, planted()) || !stamps_of(s)) continue;
      const bool knows = planted().seg_len() > 0 && !before(s.ack, planted().end());
      return stamps_of(s)->tsval == stamp && !knows &&
             packets_[i].time - packets_[at_].time < std::chrono::milliseconds(1);
    }
    return false;
  }

  /// It begins where data may be, and nothing numbers the packets: an ACK may be missing, where the next
  /// offers that much.
  bool window_holds() const {
    if (planted().id != 0) return false;
    std::optional<SeqNum> high;
    for (std::size_t i = 0; i < at_; ++i)
      if (is_same_way(packets_[i].segment, planted())) high = high ? later(*high, end_of(i)) : end_of(i);
    return high && !after(planted().seq, *high);
  }

  /// Both FINs have come and are acknowledged, as far as the sender knows: a SYN opens another connection.
  bool sender_is_done() const {
    std::array<std::optional<SeqNum>, 2> fins;  // behind that of the sender, and of the other
    bool fin_acked = false;
    for (std::size_t i = 0; i < at_; ++i) {
      const Segment& s = packets_[i].segment;
      const bool by_other = is_other_way(s, planted());
      if (!by_other && !is_same_way(s, planted())) continue;
      if (s.has(Flag::rst)) return true;
      if (s.has(Flag::fin)) fins[by_other ? 1 : 0] = end_of(i);
      fin_acked = fin_acked || (by_other && fins[0] && !before(s.ack, *fins[0]));
    }
    return fin_acked && fins[1];
  }

  const Segment* next_of_sender() const {
    for (std::size_t i = at_ + 1; i < packets_.size(); ++i)
      if (is_same_way(packets_[i].segment, planted())) return &packets_[i].segment;
    return nullptr;
  }

  const Packets& packets_;
  std::size_t at_;
  const std::string& rule_;
};

struct Tally {
  std::size_t planted = 0, found = 0, open = 0, right = 0, missed = 0, elsewhere = 0;
};

std::size_t plant_in(const std::string& file, std::size_t places, std::map<std::string, Tally>& tallies) {
  const Packets good = read_packets(file);
  EXPECT_TRUE(faults_in(good).empty()) << file;
  plant_everywhere(good, std::max<std::size_t>(good.size() / places, 1), [&](const Planted& planted) {
    Tally& tally = tallies[planted.plant.name];
    const bool is_right = !planted.found && Alibi(planted).holds();
    ++tally.planted;
    tally.found += planted.found;
    tally.right += is_right;
    tally.open += !is_right && planted.open;
    if (planted.plant.rule != "seq.iss.first")
      tally.elsewhere += planted.elsewhere;  // with it, all others are off
    const bool is_missed = !planted.found && !is_right && !planted.open;
    tally.missed += is_missed;
    if (is_missed) std::printf("%s: missed %s\n", file.c_str(), text_of(planted).c_str());
    if (planted.elsewhere > 0 && planted.plant.rule != "seq.iss.first")
      std::printf("%s: elsewhere, too: %s\n", file.c_str(), text_of(planted).c_str());
  });
  return good.size();
}

/// Of programs that nobody here wrote, captured by tcpdump on veth and loopback, without the data.
TEST(PlantedFaults, are_found_in_real_sessions) {
  std::map<std::string, Tally> tallies;
  for (const char* name : {"redis_over_lossy_veth", "http_over_lossy_veth", "ssh", "nginx",
                           "http_ipv6_loopback", "no_timestamps_out_of_order", "closed_window"})
    plant_in(std::string("tests/explain/captures/") + name + ".pcap.gz", 25, tallies);
  plant_in("captures/article.pcap", 100, tallies);
  EXPECT_EQ(tallies.size(), plants().size());
  for (const auto& [name, tally] : tallies) {
    std::printf("%-38s planted %4zu, found %4zu, right there %3zu, open %3zu, missed %3zu, elsewhere %3zu\n",
                name.c_str(), tally.planted, tally.found, tally.right, tally.open, tally.missed,
                tally.elsewhere);
    EXPECT_GT(tally.planted, 10u) << name;
    EXPECT_EQ(tally.missed, 0u) << name;
    EXPECT_GE(100 * tally.found, (name == "a SYN next behind the FIN" ? 50u : 80u) * tally.planted) << name;
    EXPECT_EQ(tally.elsewhere, 0u) << name;
  }
}

}  // namespace
}  // namespace tcpcraft::explain
