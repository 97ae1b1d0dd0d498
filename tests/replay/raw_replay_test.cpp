#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <pcap/dlt.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/replay/raw.hpp>

#include "capture/files.hpp"

namespace tcpcraft::replay {
namespace {

using namespace std::chrono_literals;
using capture_test::Frame;
using wire::Bytes;

/// Time that passes only while it is waited for, and by what each look at it costs.
class FakeClock : public RawClock {
 public:
  wire::Duration now() override { return at += cost; }
  bool wait_until(wire::Duration moment) override {
    waits.push_back(moment - start);
    at = std::max(at, moment + oversleep);
    return waits.size() != stop_at_wait;
  }
  bool is_stopped() override { return looks++ >= stop_after_looks; }

  static constexpr wire::Duration start = 1h;
  wire::Duration at = start, cost{}, oversleep{};
  std::vector<wire::Duration> waits;
  std::size_t stop_at_wait = 0, looks = 0, stop_after_looks = SIZE_MAX;
};

/// Notes when each frame left.
class FakeSender : public FrameSender {
 public:
  explicit FakeSender(FakeClock& clock) : clock_(clock) {}
  void put(std::span<const std::uint8_t> frame) override {
    waiting_.emplace_back(frame.begin(), frame.end());
  }
  void flush() override {
    if (fail_at == ++flushes) throw os::SystemError("send on veth0", ENETDOWN);
    for (Bytes& frame : waiting_) {
      ++frames_;
      bytes_ += frame.size();
      sent.push_back(std::move(frame));
      times.push_back(clock_.at - FakeClock::start);
    }
    waiting_.clear();
  }

  std::vector<Bytes> sent;
  std::vector<wire::Duration> times;
  std::size_t fail_at = 0, flushes = 0;

 private:
  FakeClock& clock_;
  std::vector<Bytes> waiting_;
};

Bytes frame_of(std::uint8_t number, std::size_t size = 60) {
  Bytes frame(size, number);
  if (size >= 14) frame[12] = 0x08, frame[13] = 0x00;
  return frame;
}

struct RawWorld {
  RawResult play(const Bytes& file, RawOptions options = {}, int passes = 1) {
    RawReplay replay(options, *Framing::between(DLT_EN10MB, ARPHRD_ETHER), sender, clock);
    for (int i = 0; i < passes; ++i) {
      capture::RecordReader reader{file};
      if (!replay.play(reader)) break;
    }
    return replay.result();
  }
  FakeClock clock;
  FakeSender sender{clock};
};

Bytes capture_of(const std::vector<Frame>& frames) {
  return capture_test::pcap(DLT_EN10MB, frames);
}

const Bytes three =
    capture_of({{frame_of(1), 100, 0}, {frame_of(2), 100, 500'000'000}, {frame_of(3), 102, 0}});
const std::vector<Bytes> all_three{frame_of(1), frame_of(2), frame_of(3)};

TEST(RawReplay, packets_leave_unchanged_in_order_and_when_they_are_due) {
  RawWorld world;
  const RawResult result = world.play(three);
  EXPECT_EQ(world.sender.sent, all_three);
  EXPECT_EQ(world.sender.times, (std::vector<wire::Duration>{0s, 500ms, 2s}));
  EXPECT_EQ(result.packets, 3u);
  EXPECT_EQ(result.bytes, 180u);
  EXPECT_EQ(result.took, 2s);
  EXPECT_EQ(result.latest, 0s);
  EXPECT_EQ(result.omitted(), 0u);
}

TEST(RawReplay, twice_as_fast) {
  RawWorld world;
  world.play(three, {.speed = 2});
  EXPECT_EQ(world.sender.times, (std::vector<wire::Duration>{0s, 250ms, 1s}));
}

TEST(RawReplay, as_fast_as_possible_waits_for_nothing) {
  RawWorld world;
  EXPECT_EQ(world.play(three, {.speed = {}}).packets, 3u);
  EXPECT_TRUE(world.clock.waits.empty());
  EXPECT_EQ(world.sender.sent, all_three);
}

TEST(RawReplay, lateness_is_told_and_does_not_add_up) {
  RawWorld world;
  world.clock.oversleep = 3ms;
  const RawResult result = world.play(three);
  EXPECT_EQ(world.sender.times, (std::vector<wire::Duration>{0s, 503ms, 2003ms}));
  EXPECT_EQ(result.latest, 3ms);
}

TEST(RawReplay, what_is_late_leaves_together) {
  std::vector<Frame> frames;
  for (std::uint8_t i = 0; i < 100; ++i) frames.push_back({frame_of(i), 100, i * 1000u});
  RawWorld world;
  world.clock.cost = 1ms;  // every look at the clock: all but the first are late
  EXPECT_EQ(world.play(capture_of(frames)).packets, 100u);
  EXPECT_LE(world.sender.flushes, 3u);
  ASSERT_EQ(world.sender.sent.size(), 100u);
  for (std::uint8_t i = 0; i < 100; ++i) EXPECT_EQ(world.sender.sent[i], frame_of(i));
}

TEST(RawReplay, a_packet_that_is_on_time_waits_for_nothing_more_to_be_read) {
  RawWorld world;
  world.play(capture_of({{frame_of(1), 100, 0}}));
  EXPECT_EQ(world.sender.flushes, 2u) << "behind the packet, and in the end";
}

TEST(RawReplay, a_limit_counts_what_is_sent_and_a_loop_goes_on_behind_the_last_packet) {
  RawWorld world;
  const RawResult result = world.play(three, {.limit = 4}, 3);
  EXPECT_EQ(result.packets, 4u);
  EXPECT_EQ(world.sender.sent.back(), frame_of(1));
  EXPECT_EQ(world.sender.times, (std::vector<wire::Duration>{0s, 500ms, 2s, 2s}));
}

TEST(RawReplay, a_file_shorter_than_a_clock_set_back_goes_on_behind_its_end_too) {
  RawWorld world;
  world.play(capture_of({{frame_of(1), 100, 0}, {frame_of(2), 100, 10'000'000}}), {}, 2);
  EXPECT_EQ(world.sender.times, (std::vector<wire::Duration>{0s, 10ms, 10ms, 20ms}));
}

TEST(RawReplay, what_cannot_be_sent_is_counted_with_the_first_of_it) {
  RawWorld world;
  Bytes tagged = frame_of(4, 1518);
  tagged[12] = 0x81;
  const RawResult result = world.play(capture_of({{frame_of(1, 1514)},
                                                  {frame_of(2, 1515)},
                                                  {frame_of(3, 13)},
                                                  {tagged},
                                                  {frame_of(5, 9000)},
                                                  {frame_of(6, 14)}}));
  EXPECT_EQ(world.sender.sent, (std::vector<Bytes>{frame_of(1, 1514), tagged, frame_of(6, 14)}));
  EXPECT_EQ(result.too_long.packets, 2u);
  EXPECT_EQ(result.too_long.first, 2u);
  EXPECT_EQ(result.longest, 8986u);
  EXPECT_EQ(result.too_short.packets, 1u);
  EXPECT_EQ(result.too_short.first, 3u);
  EXPECT_EQ(result.omitted(), 3u);
}

TEST(RawReplay, what_is_not_ip_is_left_out_where_nothing_else_is_sent) {
  const Bytes ip{2, 0, 0, 0, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1};
  Bytes other = ip;
  other[4] = 0x15;  // of a version that is none
  RawWorld world;
  RawReplay replay({}, *Framing::between(DLT_NULL, ARPHRD_NONE), world.sender, world.clock);
  capture::RecordReader reader{capture_test::pcap(DLT_NULL, {{ip}, {other}, {other}})};
  replay.play(reader);
  EXPECT_EQ(world.sender.sent, (std::vector<Bytes>{Bytes(ip.begin() + 4, ip.end())}));
  EXPECT_EQ(replay.result().not_ip.packets, 2u);
  EXPECT_EQ(replay.result().not_ip.first, 2u);
}

TEST(RawReplay, what_the_snap_length_cut_is_sent_as_far_as_it_goes_and_counted) {
  RawWorld world;
  Frame cut{frame_of(1, 200)};
  cut.cut = 64;
  const RawResult result = world.play(capture_of({cut, {frame_of(2)}}));
  EXPECT_EQ(world.sender.sent.at(0), frame_of(1, 64));
  EXPECT_EQ(result.cut, 1u);
  EXPECT_EQ(result.omitted(), 0u);
}

TEST(RawReplay, a_stop_ends_a_wait_and_the_packet_waited_for_is_not_sent) {
  RawWorld world;
  world.clock.stop_at_wait = 2;
  const RawResult result = world.play(three);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(world.sender.sent, (std::vector<Bytes>{frame_of(1), frame_of(2)}));
  EXPECT_EQ(result.packets, 2u);
}

TEST(RawReplay, a_stop_is_heard_flat_out_too) {
  std::vector<Frame> frames(1000, {frame_of(1)});
  for (const bool paced : {false, true}) {
    RawWorld world;
    world.clock.stop_after_looks = 2;
    RawOptions options;
    if (!paced) options.speed.reset();
    world.clock.cost = 1ms;  // so that a paced one never waits
    const RawResult result = world.play(capture_of(frames), options);
    EXPECT_TRUE(result.stopped);
    EXPECT_GE(result.packets, 64u);
    EXPECT_LT(result.packets, 300u);
  }
}

TEST(RawReplay, a_failure_says_what_was_sent_before_it) {
  RawWorld world;
  world.sender.fail_at = 2;
  RawReplay replay({}, *Framing::between(DLT_EN10MB, ARPHRD_ETHER), world.sender, world.clock);
  capture::RecordReader reader{three};
  EXPECT_THROW(replay.play(reader), os::SystemError);
  EXPECT_EQ(replay.result().packets, 1u);
}

}  // namespace
}  // namespace tcpcraft::replay
