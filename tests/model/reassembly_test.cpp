// RFC 9293 3.10.7.4 (seventh), RFC 2018 4, RFC 2883 4.

#include <algorithm>
#include <map>
#include <numeric>

#include <tcpcraft/model/reassembly.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

using wire::SackBlock;

constexpr SeqNum base{0xffff'fff8};  // the numbers wrap at the ninth

SackBlock block(int left, int right) {
  return {base + left, base + right};
}

/// A queue whose RCV.NXT is `base`.
struct Queue {
  Reassembly queue;
  SeqNum rcv_nxt = base;
  std::optional<SackBlock> add(int at, std::string_view letters, bool fin = false) {
    return queue.add(rcv_nxt, base + at, text(letters), fin);
  }
  std::string take() {
    const Reassembly::Taken taken = queue.take(rcv_nxt);
    return std::string(taken.data.begin(), taken.data.end()) + (taken.fin ? "." : "");
  }
};

TEST(Reassembly, InOrder_IsTakenAtOnce) {
  Queue q;
  EXPECT_EQ(q.add(0, "abc"), std::nullopt);
  EXPECT_EQ(q.take(), "abc");
  EXPECT_EQ(q.rcv_nxt, base + 3);
  EXPECT_TRUE(q.queue.empty());
}

TEST(Reassembly, NothingAdded_LeavesNoBlock) {
  Queue q;
  EXPECT_EQ(q.add(5, ""), std::nullopt);
  EXPECT_TRUE(q.queue.empty());
}

TEST(Reassembly, Gap_IsHeldUntilFilled) {
  Queue q;
  q.add(3, "def");
  EXPECT_EQ(q.take(), "");
  EXPECT_EQ(q.rcv_nxt, base);
  EXPECT_EQ(q.queue.blocks(), std::vector{block(3, 6)});
  q.add(0, "abc");
  EXPECT_EQ(q.take(), "abcdef");
  EXPECT_TRUE(q.queue.empty());
}

TEST(Reassembly, FillingOneOfTwoGaps_TakesUpToTheOther) {
  Queue q;
  q.add(2, "c");
  q.add(5, "f");
  q.add(0, "ab");
  EXPECT_EQ(q.take(), "abc");
  EXPECT_EQ(q.queue.blocks(), std::vector{block(5, 6)});
}

TEST(Reassembly, Fin_OccupiesANumberWithoutAByte) {
  Queue q;
  q.add(2, "cd", true);
  EXPECT_EQ(q.queue.blocks(), std::vector{block(2, 5)});
  q.add(0, "ab");
  EXPECT_EQ(q.take(), "abcd.");
  EXPECT_EQ(q.rcv_nxt, base + 5);
}

TEST(Reassembly, BareFin_WaitsForTheDataBeforeIt) {
  Queue q;
  q.add(2, "", true);
  EXPECT_EQ(q.take(), "");
  q.add(0, "ab");
  EXPECT_EQ(q.take(), "ab.");
}

TEST(Reassembly, TextBeyondTheFin_IsForgottenWithIt) {
  Queue q;
  q.add(5, "xyz");
  q.add(0, "ab", true);
  EXPECT_EQ(q.take(), "ab.");
  EXPECT_TRUE(q.queue.empty());
}

TEST(Reassembly, TextAtTheNumberOfTheFin_DoesNotReplaceIt) {
  Queue q;
  q.add(2, "", true);
  q.add(0, "abXY");
  EXPECT_EQ(q.take(), "ab.");
}

TEST(Reassembly, FinAtTheNumberOfAByte_DoesNotReplaceIt) {
  Queue q;
  q.add(1, "bc");
  q.add(2, "", true);
  q.add(0, "a");
  EXPECT_EQ(q.take(), "abc");
}

TEST(Reassembly, TwoFins_TheFirstInOrderCounts) {
  Queue q;
  q.add(4, "", true);
  q.add(2, "", true);
  q.add(6, "", true);
  q.add(0, "abcd");
  EXPECT_EQ(q.take(), "ab.");
}

TEST(Reassembly, Overlap_KeepsTheCopyThatCameFirst) {
  Queue q;
  q.add(2, "CD");
  q.add(1, "bcdef");
  q.add(0, "a");
  EXPECT_EQ(q.take(), "abCDef");
}

TEST(Reassembly, BeforeRcvNxt_IsLeftOut) {
  Queue q;
  q.add(0, "abc");
  q.take();
  q.add(1, "bcde");
  EXPECT_EQ(q.queue.blocks(), std::vector{block(3, 5)});
  EXPECT_EQ(q.take(), "de");
  EXPECT_EQ(q.add(0, "abc"), block(0, 3));
  EXPECT_TRUE(q.queue.empty());
}

TEST(Reassembly, Take_ForgetsWhatRcvNxtHasPassed) {
  Queue q;
  q.add(2, "cd");
  q.add(6, "", true);
  q.rcv_nxt = base + 3;
  EXPECT_EQ(q.take(), "d");
  q.rcv_nxt = base + 9;
  EXPECT_EQ(q.take(), "");
  EXPECT_TRUE(q.queue.empty());
  q.rcv_nxt = base + 5;
  q.add(5, "f");
  EXPECT_EQ(q.take(), "f") << "the FIN that was passed is forgotten";
}

TEST(Blocks, NewestSegmentIsFirst) {
  Queue q;
  q.add(10, "aa");
  q.add(20, "bb");
  q.add(15, "cc");
  EXPECT_EQ(q.queue.blocks(), (std::vector{block(15, 17), block(20, 22), block(10, 12)}));
}

TEST(Blocks, OneThatGrows_MovesToTheFront) {
  Queue q;
  q.add(10, "aa");
  q.add(20, "bb");
  q.add(12, "cc");
  EXPECT_EQ(q.queue.blocks(), (std::vector{block(10, 14), block(20, 22)}));
  q.add(18, "dd");
  EXPECT_EQ(q.queue.blocks(), (std::vector{block(18, 22), block(10, 14)}));
}

TEST(Blocks, ThatMeet_Merge) {
  Queue q;
  q.add(10, "aa");
  q.add(30, "xx");
  q.add(14, "bb");
  q.add(20, "yy");
  q.add(11, "cccc");
  EXPECT_EQ(q.queue.blocks(), (std::vector{block(10, 16), block(20, 22), block(30, 32)}));
}

TEST(Blocks, ARepeatedSegment_MovesItsBlockToTheFront) {
  Queue q;
  q.add(10, "aaa");
  q.add(20, "bb");
  q.add(11, "a");
  EXPECT_EQ(q.queue.blocks(), (std::vector{block(10, 13), block(20, 22)}));
}

TEST(Duplicate, PartlyBeforeRcvNxt_IsThatPart) {
  Queue q;
  q.add(0, "abcd");
  q.take();
  EXPECT_EQ(q.add(2, "cdef"), block(2, 4));
}

TEST(Duplicate, OfQueuedData_IsTheLowestRun) {
  Queue q;
  q.add(10, "aa");
  q.add(20, "bb");
  EXPECT_EQ(q.add(8, "xxxxxxxxxxxxxxxx"), block(10, 12));
}

TEST(Duplicate, ReachesOverTheFin) {
  Queue q;
  q.add(10, "a", true);
  EXPECT_EQ(q.add(10, "a", true), block(10, 12));
}

/// The slow and obvious receiver: one entry for each number, -1 for a FIN, the first copy stays.
struct Reference {
  std::map<int, int> held;
  int next = 0;
  void add(int at, const Bytes& data, bool fin) {
    for (std::size_t i = 0; i < data.size(); ++i) hold(at + static_cast<int>(i), data[i]);
    if (fin) hold(at + static_cast<int>(data.size()), -1);
  }
  void hold(int at, int value) {
    if (at >= next) held.emplace(at, value);
  }
  std::string take() {
    std::string taken;
    while (held.count(next)) {
      const int value = held[next];
      held.erase(next++);
      if (value >= 0) {
        taken += static_cast<char>(value);
        continue;
      }
      held.clear();
      return taken + ".";
    }
    return taken;
  }
  std::vector<SackBlock> blocks(SeqNum origin) const {
    std::vector<SackBlock> result;
    for (const auto& [at, value] : held) {
      if (!result.empty() && result.back().right == origin + at)
        result.back().right += 1;
      else
        result.push_back({origin + at, origin + at + 1});
    }
    return result;
  }
};

TEST(ReassemblyProperty, AgreesWithOneEntryANumber) {
  Random random;
  for (int round = 0; round < 500; ++round) {
    const SeqNum origin = SeqNum(0u - random.below(80));
    Reassembly queue;
    Reference reference;
    SeqNum rcv_nxt = origin;
    bool ended = false;
    for (int step = 0; step < 40 && !ended; ++step) {
      const int at = static_cast<int>(random.below(80));
      Bytes data(random.below(12));
      for (auto& byte : data) byte = static_cast<std::uint8_t>('a' + random.below(26));
      // A FIN in the middle would end the round early, so it only comes at the far end.
      const bool fin = at > 70 && random.chance(4);
      queue.add(rcv_nxt, origin + at, data, fin);
      reference.add(at, data, fin);

      const Reassembly::Taken taken = queue.take(rcv_nxt);
      const std::string expected = reference.take();
      ASSERT_EQ(std::string(taken.data.begin(), taken.data.end()) + (taken.fin ? "." : ""), expected);
      ASSERT_EQ(rcv_nxt, origin + reference.next);
      std::vector<SackBlock> blocks = queue.blocks();
      for (std::size_t i = 1; i < blocks.size(); ++i) ASSERT_NE(blocks[i], blocks[0]);
      std::sort(blocks.begin(), blocks.end(),
                [origin](SackBlock a, SackBlock b) { return a.left - origin < b.left - origin; });
      ASSERT_EQ(blocks, reference.blocks(origin)) << "round " << round << " step " << step;
      ended = taken.fin;
    }
  }
}

TEST(ReassemblyProperty, AnyOrderOfFivePieces_GivesTheSameStream) {
  Random random;
  const std::string stream = "the quick brown fox jumps over";
  for (int round = 0; round < 20; ++round) {
    // Five cuts of the stream, each reaching up to three numbers into its neighbours; the last has the FIN.
    const int size = static_cast<int>(stream.size());
    std::vector<std::pair<int, int>> pieces;
    for (int i = 0; i < 5; ++i) {
      const int left = std::max(0, size * i / 5 - static_cast<int>(random.below(4)));
      const int right = std::min(size, size * (i + 1) / 5 + static_cast<int>(random.below(4)));
      pieces.emplace_back(left, right);
    }
    std::vector<int> order(5);
    std::iota(order.begin(), order.end(), 0);
    do {
      Queue q;
      std::string received;
      for (const int i : order) {
        const auto [left, right] = pieces[static_cast<std::size_t>(i)];
        q.add(left, std::string_view(stream).substr(left, right - left), i == 4);
        received += q.take();
      }
      ASSERT_EQ(received, stream + ".");
      ASSERT_EQ(q.rcv_nxt, base + size + 1);
      ASSERT_TRUE(q.queue.empty());
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
