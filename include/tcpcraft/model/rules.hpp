#pragma once

#include <tcpcraft/model/rule.hpp>

/// The rules that `arrive`, `transmitted`, `derive` and `check_options` cite, one constant each.
namespace tcpcraft::model::rules {

// RFC 9293, section 3.10.7.1: CLOSED.
inline constexpr Rule closed_rst{"closed.rst.drop", "RFC 9293 3.10.7.1", "in CLOSED a RST is dropped"};
inline constexpr Rule closed_no_ack{
    "closed.no_ack.reset", "RFC 9293 3.10.7.1",
    "in CLOSED a segment without ACK is reset with SEQ 0 and an ACK of all the numbers it occupies"};
inline constexpr Rule closed_ack{"closed.ack.reset", "RFC 9293 3.10.7.1",
                                 "in CLOSED a segment with ACK is reset, the reset taking its SEQ from it"};

// Section 3.10.7.2: LISTEN.
inline constexpr Rule listen_rst{"listen.rst.drop", "RFC 9293 3.10.7.2", "in LISTEN a RST is ignored"};
inline constexpr Rule listen_ack{"listen.ack.reset", "RFC 9293 3.10.7.2",
                                 "in LISTEN any ACK is reset, the reset taking its SEQ from it"};
inline constexpr Rule listen_syn{"listen.syn.syn_ack", "RFC 9293 3.10.7.2",
                                 "in LISTEN a SYN is answered by a SYN-ACK that covers the SYN alone"};
inline constexpr Rule listen_other{"listen.other.drop", "RFC 9293 3.10.7.2",
                                   "in LISTEN a segment without RST, ACK and SYN is dropped"};

// Section 3.10.7.3: SYN-SENT.
inline constexpr Rule syn_sent_bad_ack{
    "syn_sent.bad_ack.reset", "RFC 9293 3.10.7.3",
    "in SYN-SENT an ACK that does not cover the SYN is reset, the reset taking its SEQ from it"};
inline constexpr Rule syn_sent_bad_ack_rst{"syn_sent.bad_ack_rst.drop", "RFC 9293 3.10.7.3",
                                           "in SYN-SENT a RST whose ACK does not cover the SYN is dropped"};
inline constexpr Rule syn_sent_rst_ack{"syn_sent.rst_ack.refused", "RFC 9293 3.10.7.3",
                                       "in SYN-SENT a RST that acknowledges the SYN refuses the connection"};
inline constexpr Rule syn_sent_rst{"syn_sent.rst.drop", "RFC 9293 3.10.7.3",
                                   "in SYN-SENT a RST without ACK is dropped"};
inline constexpr Rule syn_sent_syn_ack{"syn_sent.syn_ack.established", "RFC 9293 3.10.7.3",
                                       "in SYN-SENT a SYN-ACK opens the connection and is acknowledged"};
inline constexpr Rule syn_sent_syn{"syn_sent.syn.simultaneous", "RFC 9293 3.10.7.3",
                                   "in SYN-SENT a SYN without ACK is answered by a SYN-ACK that keeps ISS"};
inline constexpr Rule syn_sent_other{"syn_sent.other.drop", "RFC 9293 3.10.7.3",
                                     "in SYN-SENT a segment with neither SYN nor RST is dropped"};

// Section 3.10.7.4: the other states. First: timestamps and sequence numbers.
inline constexpr Rule paws{"paws.ack", "RFC 7323 5.3",
                           "a segment whose TSval is older than TS.Recent is acknowledged and dropped"};
inline constexpr Rule timestamps_missing{
    "timestamps.missing.drop", "RFC 7323 3.2",
    "once Timestamps are negotiated a segment other than a RST that lacks them is silently dropped"};
inline constexpr Rule sequence_unacceptable{
    "sequence.unacceptable.ack", "RFC 9293 3.10.7.4",
    "a segment with no number in the receive window is acknowledged and dropped"};
inline constexpr Rule window_closed{"sequence.window_closed.ack", "RFC 9293 3.10.7.4",
                                    "at a receive window of zero data is refused, while its ACK counts"};
inline constexpr Rule time_wait_fin{"time_wait.fin.ack", "RFC 9293 3.10.7.4",
                                    "in TIME-WAIT a retransmitted FIN is acknowledged"};
inline constexpr Rule window_closed_drop{"sequence.window_closed.drop", "RFC 9293 3.10.7.4",
                                         "at a receive window of zero data is refused together with its ACK"};

// Second: RST.
inline constexpr Rule rst_outside{"rst.outside.drop", "RFC 5961 3.2",
                                  "a RST outside the receive window is silently dropped"};
inline constexpr Rule rst_challenge{"rst.inside.challenge", "RFC 5961 3.2",
                                    "an in-window RST that is not at RCV.NXT draws a challenge ACK"};
inline constexpr Rule rst_exact{"rst.exact.reset", "RFC 5961 3.2",
                                "a RST at RCV.NXT resets the connection without an answer"};
inline constexpr Rule syn_received_rst{"syn_received.rst.listen", "RFC 9293 3.10.7.4",
                                       "a RST at RCV.NXT returns a passive open to LISTEN"};
inline constexpr Rule rst_window_closed{
    "rst.window_closed.drop", "RFC 9293 3.10.7.4",
    "at a receive window of zero a RST that occupies numbers is not acceptable"};
inline constexpr Rule time_wait_rst_ignored{"time_wait.rst.ignore", "RFC 1337 3",
                                            "in TIME-WAIT a RST is ignored, lest it end the wait too early"};

// Third and fourth: SYN.
inline constexpr Rule syn_challenge{"syn.challenge", "RFC 5961 4.2",
                                    "a SYN on a synchronized connection draws a challenge ACK"};
inline constexpr Rule syn_received_syn{"syn_received.syn.listen", "RFC 9293 3.10.7.4",
                                       "an in-window SYN returns a passive open to LISTEN"};
inline constexpr Rule syn_received_crossing{
    "syn_received.syn_ack.established", "RFC 9293 3.5",
    "in a simultaneous open the other side's SYN-ACK acknowledges the SYN and opens the connection"};
inline constexpr Rule syn_received_crossing_letter{
    "syn_received.syn_ack.ack", "RFC 9293 3.10.7.4",
    "by the letter the SEQ of a crossing SYN-ACK lies before the window, and draws an ACK"};
inline constexpr Rule time_wait_syn{
    "time_wait.syn.reopen", "RFC 6191 2",
    "in TIME-WAIT a SYN with a later SEQ or a newer timestamp opens the connection anew"};
inline constexpr Rule time_wait_syn_challenge{
    "time_wait.syn.challenge", "RFC 5961 4.2",
    "in TIME-WAIT a SYN may draw a challenge ACK like any other state's"};
inline constexpr Rule time_wait_syn_drop{"time_wait.syn.drop", "RFC 6191 2",
                                         "in TIME-WAIT a SYN that is not newer is silently dropped"};

// Fifth: ACK.
inline constexpr Rule no_ack{"no_ack.drop", "RFC 9293 3.10.7.4",
                             "a segment without ACK, SYN and RST is dropped"};
inline constexpr Rule bad_checksum{"checksum.bad.drop", "RFC 9293 3.1",
                                   "a segment whose checksum is wrong is silently discarded"};
inline constexpr Rule bad_header{"header.bad.drop", "RFC 9293 3.1",
                                 "a segment whose header cannot be read is silently discarded"};
inline constexpr Rule syn_received_ack{"syn_received.ack.established", "RFC 9293 3.10.7.4",
                                       "in SYN-RECEIVED an ACK of the SYN opens the connection"};
inline constexpr Rule syn_received_bad_ack{
    "syn_received.bad_ack.reset", "RFC 9293 3.10.7.4",
    "in SYN-RECEIVED an ACK that does not cover the SYN is reset, the reset taking its SEQ from it"};
inline constexpr Rule syn_received_checks_first{
    "syn_received.bad_ack.checks_first", "RFC 9293 3.10.7.4",
    "in SYN-RECEIVED the timestamp, the SEQ and the age of the ACK may be judged before the ACK draws a RST"};
inline constexpr Rule ack_unsent{"ack.unsent.ack", "RFC 9293 3.10.7.4",
                                 "an ACK of something not yet sent is answered by an ACK and dropped"};
inline constexpr Rule ack_too_old{
    "ack.too_old.challenge", "RFC 5961 5.2",
    "an ACK older than SND.UNA - MAX.SND.WND draws a challenge ACK and its segment is dropped"};
inline constexpr Rule ack_too_old_ignored{"ack.too_old.ignore", "RFC 9293 3.10.7.4",
                                          "an old ACK is a duplicate and may be ignored"};
inline constexpr Rule ack_new{"ack.new", "RFC 9293 3.10.7.4", "an ACK of new data advances SND.UNA"};
inline constexpr Rule ack_duplicate{"ack.duplicate", "RFC 9293 3.10.7.4", "a duplicate ACK is ignored"};
inline constexpr Rule time_wait_ack{"time_wait.ack.ack", "RFC 9293 3.10.7.4",
                                    "in TIME-WAIT what arrives may be acknowledged"};
inline constexpr Rule fin_wait_1_ack{"fin_wait_1.ack.fin_wait_2", "RFC 9293 3.10.7.4",
                                     "in FIN-WAIT-1 an ACK of the FIN leads to FIN-WAIT-2"};
inline constexpr Rule closing_ack{"closing.ack.time_wait", "RFC 9293 3.10.7.4",
                                  "in CLOSING an ACK of the FIN leads to TIME-WAIT"};
inline constexpr Rule closing_other{"closing.other.drop", "RFC 9293 3.10.7.4",
                                    "in CLOSING a segment that does not acknowledge the FIN is ignored"};
inline constexpr Rule closing_other_ack{
    "closing.other.ack", "RFC 9293 3.10.7.4",
    "in CLOSING text that is not processed may be acknowledged as RCV.NXT"};
inline constexpr Rule last_ack_ack{"last_ack.ack.closed", "RFC 9293 3.10.7.4",
                                   "in LAST-ACK an ACK of the FIN ends the connection"};

// Seventh: the segment's text.
inline constexpr Rule data_in_order{"data.in_order.ack", "RFC 9293 3.10.7.4",
                                    "data at RCV.NXT advances RCV.NXT and is acknowledged"};
inline constexpr Rule data_fills_gap{
    "data.fills_gap.ack", "RFC 5681 4.2",
    "data that fills a gap advances RCV.NXT over all that follows it and is acknowledged at once"};
inline constexpr Rule data_out_of_order{"data.out_of_order.ack", "RFC 5681 4.2",
                                        "data beyond RCV.NXT is kept and draws a duplicate ACK at once"};
inline constexpr Rule data_after_fin{"data.after_fin.drop", "RFC 9293 3.10.7.4",
                                     "data beyond the other side's FIN is ignored"};
inline constexpr Rule data_after_fin_ack{
    "data.after_fin.ack", "RFC 9293 3.10.7.4",
    "data beyond the other side's FIN is not processed and may draw an ACK"};
inline constexpr Rule time_wait_data_ack{"time_wait.data.ack", "RFC 9293 3.10.7.4",
                                         "in TIME-WAIT text is not processed and may draw an ACK"};
inline constexpr Rule data_after_close{
    "data.after_close.reset", "RFC 9293 3.6.1",
    "data that arrives when the application has closed is lost, which a RST tells the other side"};

// Eighth: FIN.
inline constexpr Rule established_fin{
    "established.fin.close_wait", "RFC 9293 3.10.7.4",
    "in ESTABLISHED a FIN advances RCV.NXT over the FIN and is acknowledged"};
inline constexpr Rule fin_wait_1_fin{"fin_wait_1.fin.closing", "RFC 9293 3.10.7.4",
                                     "in FIN-WAIT-1 a FIN advances RCV.NXT over the FIN and is acknowledged"};
inline constexpr Rule fin_wait_2_fin{"fin_wait_2.fin.time_wait", "RFC 9293 3.10.7.4",
                                     "in FIN-WAIT-2 a FIN advances RCV.NXT over the FIN and is acknowledged"};
inline constexpr Rule fin_again{"fin.again.ack", "RFC 9293 3.10.7.4",
                                "a second FIN leaves RCV.NXT where it is and is acknowledged"};
inline constexpr Rule fin_again_letter{
    "fin.again.advance", "RFC 9293 3.10.7.4",
    "by the letter a second FIN beyond the first advances RCV.NXT once more and is acknowledged"};

// What a side sends of its own accord.
inline constexpr Rule open{"open.syn", "RFC 9293 3.10.1", "an active open sends a SYN with a new ISS"};
inline constexpr Rule open_passive{"open.listen", "RFC 9293 3.10.1", "a passive open waits in LISTEN"};
inline constexpr Rule send{"send.data", "RFC 9293 3.10.2", "new data is sent at SND.NXT"};
inline constexpr Rule close{"close.fin", "RFC 9293 3.10.4",
                            "a close sends a FIN at SND.NXT, behind all data"};
inline constexpr Rule abort{"abort.rst", "RFC 9293 3.10.5", "an abort sends a RST at SND.NXT"};
inline constexpr Rule user_timeout{"timeout.user", "RFC 9293 3.10.8",
                                   "when the user timeout expires the connection is given up"};
inline constexpr Rule time_wait_timeout{"timeout.time_wait", "RFC 9293 3.10.8",
                                        "after two maximum segment lifetimes TIME-WAIT ends"};
inline constexpr Rule retransmission{"retransmission", "RFC 9293 3.8.1",
                                     "what is not acknowledged is sent again with its old numbers"};
inline constexpr Rule acknowledgment{"acknowledgment", "RFC 9293 3.8.6.3",
                                     "what came in order is acknowledged up to RCV.NXT"};
inline constexpr Rule window_probe{"window.probe", "RFC 9293 3.8.6.1",
                                   "a window of zero is probed until it opens"};
inline constexpr Rule window_update{"window.update", "RFC 9293 3.8.6.2.2",
                                    "a receive window that grew enough is announced"};
inline constexpr Rule keep_alive{"keep_alive", "RFC 9293 3.8.4",
                                 "a keep-alive probe repeats the number before SND.NXT"};

// The numbers of what is sent.
inline constexpr Rule iss_free{"seq.iss.free", "RFC 9293 3.4.1", "the first SYN chooses its ISS"};
inline constexpr Rule iss_kept{"seq.iss.kept", "RFC 9293 3.8.1", "a repeated SYN keeps its ISS"};
inline constexpr Rule fin_kept{"seq.fin.kept", "RFC 9293 3.8.1", "a repeated FIN keeps its number"};
inline constexpr Rule snd_nxt{"seq.snd_nxt", "RFC 9293 3.4", "a segment begins at SND.NXT"};
inline constexpr Rule rcv_nxt{"ack.rcv_nxt", "RFC 9293 3.4",
                              "the acknowledgment is RCV.NXT, one past all that came in order"};
inline constexpr Rule reset_seq_from_ack{"reset.seq_from_ack", "RFC 9293 3.5.2",
                                         "a reset that answers an ACK takes its SEQ from that ACK"};
inline constexpr Rule reset_seq_zero{"reset.seq_zero", "RFC 9293 3.5.2",
                                     "a reset that answers a segment without ACK has SEQ 0"};
inline constexpr Rule reset_ack{
    "reset.ack", "RFC 9293 3.5.2",
    "a reset that answers a segment without ACK acknowledges all the numbers that segment occupies"};

// Options outside the SYN.
inline constexpr Rule timestamps_required{"timestamps.required", "RFC 7323 3.2",
                                          "once negotiated, Timestamps are on every segment but a RST"};
inline constexpr Rule timestamps_forbidden{"timestamps.forbidden", "RFC 7323 3.2",
                                           "Timestamps are not sent unless both SYNs carried them"};
inline constexpr Rule timestamps_echo{"timestamps.echo", "RFC 7323 4.3", "TSecr echoes TS.Recent"};
inline constexpr Rule timestamps_forward{"timestamps.forward", "RFC 7323 5.4",
                                         "TSval does not go back in time"};
inline constexpr Rule sack_forbidden{"sack.forbidden", "RFC 2018 2",
                                     "SACK is not sent unless both SYNs carried SACK-permitted"};
inline constexpr Rule sack_blocks{
    "sack.blocks", "RFC 2018 4",
    "SACK reports the data beyond RCV.NXT, the block with the latest segment first"};
inline constexpr Rule syn_only{"option.syn_only", "RFC 9293 3.2",
                               "an option that was not negotiated, or belongs on a SYN, is not sent"};

}  // namespace tcpcraft::model::rules
