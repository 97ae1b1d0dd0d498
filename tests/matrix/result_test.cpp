#include <gtest/gtest.h>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {
namespace {

using namespace places;
using wire::Flag;

SegmentClass rst_at(const Place& seq) {
  SegmentClass segment_class;
  segment_class.flags = {Flag::rst};
  segment_class.seq = seq;
  return segment_class;
}

TEST(Verdict, its_name_is_read_back) {
  for (const Verdict verdict : {Verdict::conforms, Verdict::alternative, Verdict::deviation,
                                Verdict::new_deviation, Verdict::vanished, Verdict::inconclusive})
    EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
  EXPECT_EQ(to_string(Verdict::new_deviation), "new");
  EXPECT_EQ(parse_verdict("NEW"), std::nullopt);
  EXPECT_EQ(parse_verdict(""), std::nullopt);
}

TEST(SegmentClassText, says_the_segment_in_the_variables_of_the_connection) {
  SegmentClass segment_class = rst_at(R + W);
  EXPECT_EQ(to_string(segment_class), "SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0");
  segment_class.flags = {Flag::ack};
  segment_class.ack = N;
  segment_class.length = 100;
  segment_class.window = 0;
  EXPECT_EQ(to_string(segment_class), "SEQ=RCV.NXT+RCV.WND ACK=SND.NXT CTL=ACK LEN=100 WND=0");
}

TEST(SegmentClassText, says_timestamps_and_what_is_wrong_on_purpose) {
  SegmentClass segment_class = rst_at(R);
  segment_class.stamp = {Stamp::Kind::given, -1, 7};
  EXPECT_EQ(to_string(segment_class), "SEQ=RCV.NXT CTL=RST LEN=0 TSval=TS.Recent-1 TSecr=TS.sent+7");
  segment_class.stamp.zero_echo = true;
  EXPECT_EQ(to_string(segment_class), "SEQ=RCV.NXT CTL=RST LEN=0 TSval=TS.Recent-1 TSecr=0");
  segment_class.stamp = {Stamp::Kind::missing};
  segment_class.malformed = Malformed::checksum;
  EXPECT_EQ(to_string(segment_class), "SEQ=RCV.NXT CTL=RST LEN=0 TSopt=none checksum=bad");
}

}  // namespace
}  // namespace tcpcraft::matrix
