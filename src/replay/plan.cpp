#include <algorithm>
#include <utility>

#include <tcpcraft/replay/plan.hpp>

namespace tcpcraft::replay {

using capture::Packet;
using wire::Bytes;
using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

/// How many packets may precede our SYN: those of a capture out of order.
constexpr std::size_t most_held = 16;

/// So many wrong checksums for each right one are still taken for damage.
constexpr std::size_t mostly_right = 8;

Offset length_of(const Segment& segment) {
  return static_cast<Offset>(segment.payload.size()) + (segment.has(Flag::fin) ? 1 : 0);
}

std::string other_of(Role role) {
  return role == Role::client ? "server" : "client";
}

std::string name_of(Role role) {
  return role == Role::client ? "client" : "server";
}

}  // namespace

void Plan::Direction::open(SeqNum number) {
  iss = number;
  next = high = 1;
}

model::Reassembly::Taken Plan::Direction::add(Offset seq, Bytes data, bool has_fin) {
  const SeqNum before = *iss + next;
  SeqNum now = before;
  std::optional<wire::SackBlock> duplicate;
  auto taken = queue.pass(now, *iss + seq, std::move(data), has_fin, duplicate);
  next += now - before;
  fin = fin || taken.fin;
  return taken;
}

void Plan::refuse(std::string why) {
  if (refusal_.empty()) refusal_ = std::move(why);
}

void Plan::add(Packet packet, bool ours) {
  if (!refusal_.empty() || over_ || is_discarded(packet, ours)) return;
  last_time_ = packet.time;
  if (!ours) their_last_time_ = packet.time;
  if (packet.cut)
    return refuse("packet " + std::to_string(packet.number) +
                  " was cut by the snap length: its data is missing");
  if (wire::find<wire::Md5>(packet.segment.options)) return refuse("its segments are signed (TCP MD5)");
  if (!mine_.iss) {
    const bool opens = ours && packet.segment.has(Flag::syn) && !packet.segment.has(Flag::rst);
    return opens ? begin(std::move(packet)) : hold(std::move(packet), ours);
  }
  ours ? add_ours(std::move(packet)) : add_theirs(std::move(packet));
  check_over();
}

/// Its receiver discarded it, so that it is no part of the conversation; unless its sender's checksums are
/// mostly wrong, which a device puts right behind the capture.
bool Plan::is_discarded(const Packet& packet, bool ours) {
  Direction& direction = ours ? mine_ : theirs_;
  direction.right += packet.checksum == capture::Checksum::right;
  if (packet.checksum != capture::Checksum::wrong) return false;
  return mostly_right * direction.right >= ++direction.wrong;
}

void Plan::hold(Packet packet, bool ours) {
  buffered_ += packet.segment.payload.size();
  held_.emplace_back(std::move(packet), ours);
  if (held_.size() > most_held) end();
}

void Plan::begin(Packet packet) {
  mine_.open(packet.segment.seq);
  if (const auto* scale = wire::find<wire::WindowScale>(packet.segment.options))
    window_shift_ = std::min<std::uint8_t>(scale->shift, 14);
  add_ours(std::move(packet));
  for (auto& [held, ours] : std::exchange(held_, {})) {
    buffered_ -= held.segment.payload.size();
    add(std::move(held), ours);
  }
}

void Plan::end() {
  if (!refusal_.empty()) return;
  if (!mine_.iss) {
    const bool seen = std::any_of(held_.begin(), held_.end(), [](const auto& one) { return one.second; });
    return refuse(seen ? "the capture begins in the midst of it: the " + name_of(role_) +
                             "'s SYN is missing, and what was said before"
                       : "only the " + other_of(role_) + "'s side of it was captured");
  }
  if (!mine_.queue.empty() || (acked_mine_ > mine_.next && !mine_.fin))
    return refuse("bytes of the " + name_of(role_) + "'s are missing from the capture, from byte " +
                  std::to_string(mine_.next - 1) + " on");
  if (theirs_seen_ && !theirs_.queue.empty())
    return refuse("bytes of the " + other_of(role_) + "'s are missing from the capture, from byte " +
                  std::to_string(theirs_.next - 1) + " on");
  over_ = true;
}

void Plan::check_over() {
  if (mine_.fin && theirs_.fin && mine_.queue.empty() && theirs_.queue.empty() &&
      (is_one_sided() || acked_mine_ >= mine_.next) && acked_theirs_ >= theirs_.next)
    over_ = true;
}

Bytes Plan::take_their_text() {
  buffered_ -= their_text_.size();
  return std::exchange(their_text_, {});
}

void Plan::push(Act act, Act::Kind kind) {
  if (clean_ && kind == Act::Kind::odd) return;
  act.kind = kind;
  buffered_ += act.segment.payload.size();
  acts_.push_back(std::move(act));
}

/// What the segment acknowledges is what our side had seen. An ACK of what was never sent is none of that.
void Plan::note_our_ack(const Segment& segment, Act& act) {
  if (!segment.has(Flag::ack)) return;
  if (!theirs_.iss) theirs_.open(segment.ack - 1);
  act.ack = theirs_.of(segment.ack);
  const bool believable = act.ack >= 0 && (act.ack <= theirs_.high || !theirs_seen_);
  if (!believable) return;
  if (!theirs_seen_) theirs_.high = std::max(theirs_.high, act.ack);
  acked_theirs_ = std::max(acked_theirs_, act.ack);
}

void Plan::add_ours(Packet packet) {
  Act act;
  act.time = packet.time;
  act.segment = std::move(packet.segment);
  const Segment& segment = act.segment;
  act.seq = mine_.of(segment.seq);
  act.acked = acked_mine_;
  note_our_ack(segment, act);
  act.needs = acked_theirs_;

  if (segment.has(Flag::rst)) return add_reset(std::move(act));
  if (segment.has(Flag::syn)) {
    if (act.seq == 0 && acts_.empty() && mine_.high == 1 && last_window_ == 0) {
      last_window_ = segment.window;
      Bytes early = std::exchange(act.segment.payload, {});
      Act text = act;
      push(std::move(act), Act::Kind::open);
      if (early.empty()) return;
      text.segment.flags = wire::Flags{Flag::ack};
      text.segment.payload = std::move(early);
      text.seq = 1;
      return add_text(std::move(text));
    }
    // A SYN that was repeated for want of an answer is not odd.
    if (acked_mine_ > 0) push(std::move(act), Act::Kind::odd);
    return;
  }
  if (length_of(segment) > 0)
    add_text(std::move(act));
  else
    add_bare(std::move(act));
}

/// One that answers a stray segment, or comes from nowhere, leaves the connection alone.
void Plan::add_reset(Act act) {
  const bool ends = act.seq >= acked_mine_ && act.seq <= mine_.high;
  if (!ends) return push(std::move(act), Act::Kind::odd);
  over_ = true;
  push(std::move(act), Act::Kind::reset);
}

void Plan::add_text(Act act) {
  const Offset end = act.seq + length_of(act.segment);
  const bool beyond = theirs_seen_ && act.seq > mine_.next && end > their_edge_ + 1;
  const bool strange = !act.segment.has(Flag::ack) || beyond;
  if (end <= mine_.next || mine_.fin || strange) return push(std::move(act), Act::Kind::odd);

  mine_.high = std::max(mine_.high, end);
  auto taken = mine_.add(act.seq, std::move(act.segment.payload), act.segment.has(Flag::fin));
  if (taken.data.empty() && !taken.fin) return;  // out of order: told when the gap is filled
  act.seq = mine_.next - static_cast<Offset>(taken.data.size()) - (taken.fin ? 1 : 0);
  act.segment.payload = std::move(taken.data);
  const std::uint16_t without_fin =
      act.segment.flags.bits() & static_cast<std::uint16_t>(~static_cast<unsigned>(Flag::fin));
  act.segment.flags = wire::Flags(without_fin);
  if (taken.fin) act.segment.flags.set(Flag::fin);
  last_window_ = act.segment.window;
  last_ack_ = act.ack;
  push(std::move(act), Act::Kind::text);
}

/// A segment that occupies no number: an ACK, most often, which our live TCP sends when it has to.
void Plan::add_bare(Act act) {
  const bool keep_alive = act.seq == mine_.next - 1 && act.seq > 0;
  const bool old = act.seq < mine_.next && act.ack < acked_theirs_;
  const bool beyond = theirs_seen_ && act.seq > std::max(their_edge_, mine_.high) + 1;
  const bool unsent = theirs_seen_ && act.ack > theirs_.high;
  if (old) return;  // captured out of order
  if (keep_alive || beyond || unsent || !act.segment.has(Flag::ack) || act.seq < mine_.next)
    return push(std::move(act), Act::Kind::odd);
  add_window(std::move(act));
}

void Plan::add_window(Act act) {
  if (clean_) return;
  const std::uint16_t window = act.segment.window;
  const bool update = act.ack == last_ack_ && window != last_window_;
  const bool unchanged = window == last_window_;
  last_ack_ = act.ack;
  last_window_ = window;
  act.announced = update || window == 0;
  if (unchanged && window != 0) return;
  // A download has one of these every other segment: what only widens the window need not wait for its turn.
  const bool merges =
      !act.announced && !acts_.empty() && acts_.back().kind == Act::Kind::window && !acts_.back().announced;
  if (!merges) return push(std::move(act), Act::Kind::window);
  acts_.back().segment.window = std::max(acts_.back().segment.window, window);
}

void Plan::add_theirs(Packet packet) {
  theirs_seen_ = true;
  const Segment& segment = packet.segment;
  if (segment.has(Flag::syn)) {
    if (!theirs_.iss) theirs_.open(segment.seq);
    if (const auto* scale = wire::find<wire::WindowScale>(segment.options))
      their_shift_ = std::min<std::uint8_t>(scale->shift, 14);
  }
  if (segment.has(Flag::ack)) {
    const Offset ack = mine_.of(segment.ack);
    if (ack >= 0 && ack <= mine_.high) acked_mine_ = std::max(acked_mine_, ack);
    const auto window = static_cast<Offset>(segment.window) << (segment.has(Flag::syn) ? 0 : their_shift_);
    their_edge_ = std::max(their_edge_, ack + window);
  }
  if (segment.has(Flag::rst)) {
    // One that refuses our SYN has a number of its own.
    const bool refuses = !theirs_.iss || theirs_.next <= 1;
    const bool in_place = theirs_.iss && theirs_.of(segment.seq) == theirs_.next;
    if (!refuses && !in_place) return;
    if (their_end_ == End::open) their_end_ = End::reset;
    over_ = true;
    return;
  }
  if (!theirs_.iss)
    return refuse("the capture begins in the midst of it: the " + other_of(role_) +
                  "'s SYN is missing, and what was said before");
  const Offset seq = theirs_.of(segment.seq) + (segment.has(Flag::syn) ? 1 : 0);
  const Offset end = seq + length_of(segment);
  if (length_of(segment) == 0 || end <= theirs_.next) return;
  theirs_.high = std::max(theirs_.high, end);
  auto taken = theirs_.add(seq, std::move(packet.segment.payload), segment.has(Flag::fin));
  buffered_ += taken.data.size();
  their_text_.insert(their_text_.end(), taken.data.begin(), taken.data.end());
  if (taken.fin && their_end_ == End::open) their_end_ = End::fin;
}

}  // namespace tcpcraft::replay
