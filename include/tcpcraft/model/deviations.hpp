#pragma once

#include <tcpcraft/model/profile.hpp>

/// The ways in which Linux is known to differ from the letter, one constant each. Their numbers are stable;
/// behaviour is always measured, the function is where the source does it.
namespace tcpcraft::model::deviations {

using Nature = Deviation::Nature;

inline constexpr Deviation right_edge{"D01", Nature::deliberate,
                                      "SEQ = RCV.NXT+RCV.WND counts as in the window",
                                      "tcp_sequence(), tcp_in_window()", "6.18"};
inline constexpr Deviation bytes_acked{"D02", Nature::deliberate,
                                       "an ACK below the first byte ever acknowledged is challenged: the "
                                       "bound is min(MAX.SND.WND, bytes acknowledged)",
                                       "tcp_ack()", "6.18"};
inline constexpr Deviation no_flags{
    "D03", Nature::deliberate,
    "a segment without ACK, RST and SYN is dropped before its timestamp and SEQ are looked at",
    "tcp_rcv_established(), tcp_rcv_state_process()", "6.18"};
inline constexpr Deviation fast_path{"D04", Nature::defect,
                                     "header prediction delivers the data of a segment whose ACK is too old, "
                                     "and challenges the ACK afterwards",
                                     "tcp_rcv_established()", "6.18"};
inline constexpr Deviation shrunk_window{
    "D05", Nature::deliberate,
    "once the peer has shrunk its window, ACKs carry SEQ = SND.UNA+SND.WND instead of SND.NXT",
    "tcp_acceptable_seq()", "6.18"};
inline constexpr Deviation paws_tick{"D06", Nature::deliberate,
                                     "PAWS lets a TSval pass that is one tick older than TS.Recent",
                                     "tcp_paws_discard()", "6.18"};
inline constexpr Deviation paws_old_ack{
    "D07", Nature::deliberate,
    "a pure ACK with an old TSval and a SEQ left of the window is dropped without an answer",
    "tcp_disordered_ack_check()", "6.18"};
inline constexpr Deviation paws_replayed_ack{
    "D08", Nature::deliberate,
    "a duplicate ACK whose TSval is older by no more than a retransmission timeout is tolerated",
    "tcp_disordered_ack_check()", "6.18"};
inline constexpr Deviation timestamps_tolerated{
    "D09", Nature::deliberate, "a segment that lacks the negotiated Timestamps is processed",
    "tcp_validate_incoming(), tcp_check_req(), tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation paws_rst{"D10", Nature::simplified,
                                    "in a mini-socket a RST with an old TSval is subject to PAWS",
                                    "tcp_paws_reject()", "6.18"};
inline constexpr Deviation embryonic_reset{"D11", Nature::simplified,
                                           "an in-window SYN on a passive SYN-RECEIVED is answered by a RST",
                                           "tcp_check_req()", "6.18"};
inline constexpr Deviation syn_ack_again{"D12", Nature::deliberate,
                                         "a repeated SYN is answered by the SYN-ACK again instead of an ACK",
                                         "tcp_check_req()", "6.18"};
inline constexpr Deviation strange_echo{
    "D13", Nature::deliberate, "a passive SYN-RECEIVED refuses a TSecr that it never sent with an ACK",
    "tcp_check_req()", "6.18"};
inline constexpr Deviation unacknowledged_syn{
    "D14", Nature::defect,
    "a simultaneous open becomes ESTABLISHED by an ACK of ISS, which does not acknowledge the SYN",
    "tcp_rcv_state_process()", "6.18"};
inline constexpr Deviation crossing_syn_ack{
    "D15", Nature::deliberate, "the crossing SYN-ACK of a simultaneous open is answered by an ACK",
    "tcp_validate_incoming(), tcp_data_queue()", "6.18"};
inline constexpr Deviation listen_syn_fin{"D16", Nature::deliberate, "in LISTEN a SYN with FIN is dropped",
                                          "tcp_rcv_state_process()", "6.18"};
inline constexpr Deviation rst_before_fin{"D17", Nature::deliberate,
                                          "after the peer's FIN a RST at RCV.NXT-1 resets the connection",
                                          "tcp_reset_check()", "6.18"};
inline constexpr Deviation text_over_fin{
    "D18", Nature::deliberate,
    "text that begins before the peer's FIN and ends behind it resets the connection",
    "tcp_rcv_state_process()", "6.18"};
inline constexpr Deviation fin_after_close{
    "D19", Nature::deliberate, "once the application has closed, a FIN out of order resets the connection",
    "tcp_rcv_state_process(), tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation orphan_simplified{
    "D20", Nature::simplified,
    "an orphaned FIN-WAIT-2 knows no RFC 5961: an in-window RST ends it, an in-window SYN resets it, its ACK "
    "field is not looked at",
    "tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation orphan_rst{"D21", Nature::defect,
                                      "an orphaned FIN-WAIT-2 answers a RST outside the window with an ACK",
                                      "tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation time_wait_rst{
    "D22", Nature::simplified,
    "in TIME-WAIT an in-window RST that is not at RCV.NXT is dropped without a challenge",
    "tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation time_wait_ack{"D23", Nature::simplified,
                                         "in TIME-WAIT the ACK field is not looked at",
                                         "tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation time_wait_no_ack{"D24", Nature::simplified,
                                            "in TIME-WAIT a segment without ACK is acknowledged",
                                            "tcp_timewait_state_process()", "6.18"};
inline constexpr Deviation time_wait_syn_fin{
    "D25", Nature::defect, "in TIME-WAIT a SYN-FIN that might open the connection anew silently ends it",
    "tcp_v4_rcv()", "6.18"};
inline constexpr Deviation syn_text{"D26", Nature::deliberate, "text and FIN on a SYN-ACK are discarded",
                                    "tcp_rcv_synsent_state_process()", "6.18"};
inline constexpr Deviation fin_at_closed_window{"D27", Nature::deliberate,
                                                "a bare FIN at RCV.NXT is taken though the window is closed",
                                                "tcp_data_queue()", "6.18"};
inline constexpr Deviation syn_sent_echo{"D28", Nature::unspecified,
                                         "in SYN-SENT a TSecr that it never sent draws a RST",
                                         "tcp_rcv_synsent_state_process()", "6.18"};
inline constexpr Deviation second_fin{"D29", Nature::unspecified,
                                      "a FIN beyond the first is ignored without an answer",
                                      "tcp_rcv_state_process()", "6.18"};

inline constexpr Deviation left_edge{
    "D31", Nature::deliberate,
    "a segment that ends at RCV.NXT passes the sequence check, and a RST by the data it carries",
    "tcp_sequence()", "6.18"};

inline constexpr Deviation syn_ack_with_text{"D32", Nature::defect,
                                             "a repeated SYN with a good ACK and text opens a passive "
                                             "SYN-RECEIVED to the application, but is challenged and "
                                             "leaves it in SYN-RECEIVED",
                                             "tcp_check_req(), tcp_validate_incoming()", "6.18"};
inline constexpr Deviation window_not_shrunk{
    "D33", Nature::deliberate,
    "a duplicate ACK that shrinks the send window, though not to zero, leaves it as it is",
    "tcp_may_update_window()", "6.18"};
inline constexpr Deviation time_wait_timestamp{
    "D34", Nature::simplified, "in TIME-WAIT the newer TSval of a segment with text is not taken",
    "tcp_timewait_state_process()", "6.18"};

}  // namespace tcpcraft::model::deviations
