#include <algorithm>
#include <cstddef>
#include <utility>

#include <tcpcraft/model/reassembly.hpp>

namespace tcpcraft::model {

using wire::SackBlock;
using wire::SeqNum;

namespace {

std::int64_t size_of(const wire::Bytes& data) {
  return static_cast<std::int64_t>(data.size());
}

/// The numbers that both ranges hold; empty (left == right) where they hold none in common.
SackBlock common(SackBlock a, SackBlock b) {
  const SeqNum left = later(a.left, b.left);
  return {left, later(left, earlier(a.right, b.right))};
}

bool touch(SackBlock a, SackBlock b) {
  return !after(a.left, b.right) && !after(b.left, a.right);
}

/// The lowest run of `added`'s numbers that is held already or lies before `rcv_nxt`.
std::optional<SackBlock> lowest_duplicate(SackBlock added, SeqNum rcv_nxt,
                                          const std::vector<SackBlock>& held) {
  if (before(added.left, rcv_nxt)) return SackBlock{added.left, earlier(added.right, rcv_nxt)};
  std::optional<SackBlock> lowest;
  for (const SackBlock& block : held) {
    const SackBlock run = common(added, block);
    if (run.left != run.right && (!lowest || before(run.left, lowest->left))) lowest = run;
  }
  return lowest;
}

}  // namespace

std::optional<SackBlock> Reassembly::add(SeqNum rcv_nxt, SeqNum seq, const wire::Bytes& data, bool fin) {
  const SeqNum data_end = seq + size_of(data);
  const SackBlock added = {seq, data_end + (fin ? 1 : 0)};
  if (added.left == added.right) return std::nullopt;
  const std::optional<SackBlock> duplicate = lowest_duplicate(added, rcv_nxt, blocks_);

  const SeqNum first = later(seq, rcv_nxt);
  if (!before(first, added.right)) return duplicate;
  if (fin_ && !before(*fin_, first) && before(*fin_, data_end)) {
    fill(first, *fin_, seq, data);
    fill(*fin_ + 1, data_end, seq, data);
  } else {
    fill(first, data_end, seq, data);
  }
  if (fin && !holds(data_end)) fin_ = fin_ ? earlier(*fin_, data_end) : data_end;
  extend_blocks({first, added.right});
  return duplicate;
}

/// Keeps those of the numbers `from` up to `to` that are not held yet; `data` begins at `seq`.
void Reassembly::fill(SeqNum from, SeqNum to, SeqNum seq, const wire::Bytes& data) {
  auto next = pieces_.begin();
  while (before(from, to)) {
    while (next != pieces_.end() && !after(next->seq + size_of(next->data), from)) ++next;
    const SeqNum gap_end = next == pieces_.end() ? to : earlier(to, next->seq);
    if (before(from, gap_end)) {
      Piece piece{from, wire::Bytes(data.begin() + (from - seq), data.begin() + (gap_end - seq))};
      next = pieces_.insert(next, std::move(piece));
    }
    from = next->seq + size_of(next->data);
  }
}

bool Reassembly::holds(SeqNum number) const {
  return std::any_of(blocks_.begin(), blocks_.end(), [number](const SackBlock& block) {
    return !before(number, block.left) && before(number, block.right);
  });
}

/// The block that holds the latest arrival, grown by the blocks it touches, moves to the front.
void Reassembly::extend_blocks(SackBlock added) {
  // A touched block may reach further than what was added, but no block beyond it touches it in turn:
  // blocks are maximal, so one pass is enough.
  SackBlock whole = added;
  for (const SackBlock& block : blocks_)
    if (touch(block, added)) whole = {earlier(whole.left, block.left), later(whole.right, block.right)};
  blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(),
                               [added](const SackBlock& block) { return touch(block, added); }),
                blocks_.end());
  blocks_.insert(blocks_.begin(), whole);
}

Reassembly::Taken Reassembly::take(SeqNum& rcv_nxt) {
  Taken taken;
  if (blocks_.empty()) return taken;
  auto piece = pieces_.begin();
  for (; piece != pieces_.end() && !after(piece->seq, rcv_nxt); ++piece) {
    const SeqNum end = piece->seq + size_of(piece->data);
    if (!after(end, rcv_nxt)) continue;
    if (taken.data.empty() && piece->seq == rcv_nxt)
      taken.data = std::move(piece->data);
    else
      taken.data.insert(taken.data.end(), piece->data.begin() + (rcv_nxt - piece->seq), piece->data.end());
    rcv_nxt = end;
  }
  pieces_.erase(pieces_.begin(), piece);

  if (fin_ == rcv_nxt) {
    rcv_nxt += 1;
    taken.fin = true;
    clear();
    return taken;
  }
  if (fin_ && before(*fin_, rcv_nxt)) fin_.reset();
  blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(),
                               [rcv_nxt](const SackBlock& block) { return !after(block.right, rcv_nxt); }),
                blocks_.end());
  return taken;
}

Reassembly::Taken Reassembly::pass(SeqNum& rcv_nxt, SeqNum seq, wire::Bytes data, bool fin,
                                   std::optional<SackBlock>& duplicate) {
  if (!empty() || seq != rcv_nxt) {
    duplicate = add(rcv_nxt, seq, data, fin);
    return take(rcv_nxt);
  }
  // What comes in order passes the queue by.
  duplicate.reset();
  rcv_nxt += size_of(data) + (fin ? 1 : 0);
  return {std::move(data), fin};
}

void Reassembly::clear() {
  pieces_.clear();
  fin_.reset();
  blocks_.clear();
}

}  // namespace tcpcraft::model
