#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

/// The text, and below it each error with its range underlined.
std::string report(std::string_view text, Purpose purpose) {
  std::string all;
  for (const NotationError& error : parse_segment(text, purpose).errors) {
    all += std::string(text) + '\n' + std::string(error.where.begin, ' ') +
           std::string(error.where.end - error.where.begin, '^') + ' ' + error.message;
    if (!error.hint.empty()) all += " | " + error.hint;
    all += '\n';
  }
  return all;
}

void check(Purpose purpose, std::string_view expected) {
  const std::string_view text = expected.substr(0, expected.find('\n'));
  EXPECT_EQ(report(text, purpose), expected);
}
void bad_send(std::string_view expected) {
  check(Purpose::send, expected);
}
void bad_expect(std::string_view expected) {
  check(Purpose::expect, expected);
}

TEST(NotationErrors, flags) {
  bad_send(R"(SYM-ACK
^^^ unknown flag 'SYM' | did you mean 'SYN'?
)");
  bad_send(R"(syn-ACK
^^^ unknown flag 'syn' | did you mean 'SYN'?
)");
  bad_send(R"(SYN,ACK
^^^^^^^ unknown flag 'SYN,ACK' | flags are joined by '-': SYN-ACK
)");
  bad_send(R"(ACK-SYN-ACK
        ^^^ flag 'ACK' is written twice
)");
  bad_send(R"(S.S
  ^ flag 'SYN' is written twice
)");
  bad_send(R"(SYN-
   ^ a flag is missing beside this '-'
)");
  bad_send(R"(-SYN
^ a flag is missing beside this '-'
)");
  bad_send(R"(none-ACK
^^^^ 'none' stands alone
)");
  bad_send(R"(nune
^^^^ unknown flag 'nune' | did you mean 'none'?
)");
  bad_send(R"(SYN ACK
    ^^^ unexpected 'ACK' | flags are joined by '-': SYN-ACK
)");
  bad_send(R"(seq=1 ack=1
^^^^^ the flags are missing before 'seq=1' | begin with flags such as ACK, or none
)");
}

TEST(NotationErrors, nothing_at_all) {
  EXPECT_EQ(report("", Purpose::send), "\n the segment is empty | begin with flags such as ACK, or none\n");
  EXPECT_EQ(report(" \t", Purpose::send),
            " \t\n^^ the segment is empty | begin with flags such as ACK, or none\n");
}

TEST(NotationErrors, numbers) {
  bad_send(R"(ACK seq=1x
        ^^ '1x' is not a number
)");
  bad_send(R"(ACK seq=4294967296
        ^^^^^^^^^^ '4294967296' is out of range | sequence numbers have 32 bits
)");
  bad_send(R"(ACK seq=99999999999999999999999
        ^^^^^^^^^^^^^^^^^^^^^^^ '99999999999999999999999' is out of range | sequence numbers have 32 bits
)");
  bad_send(R"(ACK ack=snd.una-1
        ^^^^^^^ 'snd.una' counts what the segment's own sender sends | 'ack' is of what it has received: rcv.nxt, irs, or a number
)");
  bad_send(R"(ACK ack=iss
        ^^^ 'iss' counts what the segment's own sender sends | 'ack' is of what it has received: rcv.nxt, irs, or a number
)");
  bad_expect(R"(ACK seq=rcv.nxt+1
        ^^^^^^^ 'rcv.nxt' counts what the segment's sender has received | 'seq' is of what it sends: snd.nxt, snd.una, iss, or a number
)");
  bad_send(R"(ACK ack=snd.nxr+1
        ^^^^^^^ unknown number 'snd.nxr' | did you mean 'snd.nxt'?
)");
  bad_send(R"(ACK seq=snd.nxt+
               ^ '+' is not a number
)");
  bad_send(R"(ACK ack=abs(-1)
            ^^ '-1' is out of range | abs() is a number from 0 to 4294967295
)");
  bad_send(R"(ACK ack=abs(1
        ^^^^^ the ')' of 'abs(' is missing
)");
  bad_send(R"(ACK seq=*
        ^ '*' only makes sense in an expect | write the value to send
)");
}

TEST(NotationErrors, fields) {
  bad_send(R"(ACK win=65536
        ^^^^^ '65536' is out of range | win is a number from 0 to 65535
)");
  bad_send(R"(ACK ttl=-1
        ^^ '-1' is out of range | ttl is a number from 0 to 255
)");
  bad_send(R"(ACK df=2
       ^ '2' is out of range | df is a number from 0 to 1
)");
  bad_send(R"(ACK tos=0x
        ^^ '0x' is not a number | tos is a number from 0 to 255
)");
  bad_send(R"(ACK win=*
        ^ '*' only makes sense in an expect | write the value to send
)");
  bad_send(R"(ACK reserved=8 data-offset=16
             ^ '8' is out of range | reserved is a number from 0 to 7
ACK reserved=8 data-offset=16
                           ^^ '16' is out of range | data-offset is a number from 0 to 15
)");
  bad_send(R"(ACK checksum=good
             ^^^^ 'good' is not a checksum | write bad, or a number such as 0x1234
)");
  bad_send(R"(ACK sek=1
    ^^^ unknown field 'sek' | did you mean 'seq'?
)");
  bad_send(R"(ACK window=1
    ^^^^^^ unknown field 'window' | did you mean 'win'?
)");
  bad_send(R"(ACK =1
    ^^ the name of a field is missing before '=1'
)");
  bad_send(R"(ACK seq=
    ^^^^ 'seq' needs a value
)");
  bad_send(R"(ACK seq=1 seq=1
          ^^^^^ 'seq' is written twice
)");
  bad_send(R"(ACK ack 1
    ^^^ unexpected 'ack' | write ack=VALUE
ACK ack 1
        ^ unexpected '1'
)");
  bad_send(R"(ACK mss
    ^^^ unexpected 'mss' | options stand between '<' and '>'
)");
}

TEST(NotationErrors, the_wrong_direction) {
  bad_expect(R"(ACK checksum=bad
    ^^^^^^^^^^^^ 'checksum' only makes sense in a send
)");
  bad_expect(R"(ACK data-offset=5 reserved=1 sport=1 dport=1
    ^^^^^^^^^^^^^ 'data-offset' only makes sense in a send
ACK data-offset=5 reserved=1 sport=1 dport=1
                  ^^^^^^^^^^ 'reserved' only makes sense in a send
ACK data-offset=5 reserved=1 sport=1 dport=1
                             ^^^^^^^ 'sport' only makes sense in a send
ACK data-offset=5 reserved=1 sport=1 dport=1
                                     ^^^^^^^ 'dport' only makes sense in a send
)");
  bad_send(R"(ACK in 1ms..2ms
    ^^^^^^^^^^^ 'in' only makes sense in an expect
)");
  bad_send(R"(ACK <mss *, ...>
         ^ '*' only makes sense in an expect | write the value to send
ACK <mss *, ...>
            ^^^ '...' only makes sense in an expect
)");
  for (const char* option :
       {"wscale *", "ts *", "ts 1:*", "sack *", "sack *:1", "fastopen *", "md5 *", "0xfd:*"}) {
    const std::string text = "ACK <" + std::string(option) + '>';
    EXPECT_EQ(parse_segment(text, Purpose::send).errors.size(), 1u) << text;
    EXPECT_EQ(parse_segment(text, Purpose::expect).errors.size(), 0u) << text;
  }
}

TEST(NotationErrors, times) {
  bad_expect(R"(ACK in 40..200ms
       ^^ '40' has no unit | write 40ms, or one of the units ns us s
)");
  bad_expect(R"(ACK in 200ms..40ms
       ^^^^^^^^^^^ the interval is empty: 40ms is before 200ms
)");
  bad_expect(R"(ACK in 40ms
       ^^^^ '40ms' is not an interval | write in 40ms..200ms
)");
  bad_expect(R"(ACK in
    ^^ 'in' needs a time | write in 40ms..200ms
)");
  bad_expect(R"(ACK in ..1s
       ^^^^ the interval has two ends | write in 0..200ms
)");
  bad_expect(R"(ACK in 1h..2x
       ^^ '1h' is not a time | write 40ms, 1.5s or 0
ACK in 1h..2x
           ^^ '2x' is not a time | write 40ms, 1.5s or 0
)");
  bad_expect(R"(ACK in 0..1s in 0..2s
             ^^^^^^^^ the time is written twice
)");
}

TEST(NotationErrors, options) {
  bad_send(R"(SYN <mms 1460>
     ^^^ unknown option 'mms' | did you mean 'mss'?
)");
  bad_send(R"(SYN <mss>
     ^^^ 'mss' needs a value | write mss 1460
)");
  bad_send(R"(SYN <mss 1460 nop>
              ^^^ unexpected 'nop' | write mss 1460
)");
  bad_send(R"(SYN <mss 65536, wscale x>
         ^^^^^ '65536' is out of range | mss is a number from 0 to 65535
SYN <mss 65536, wscale x>
                       ^ 'x' is not a number | wscale is a number from 0 to 255
)");
  bad_send(R"(SYN <nop 1>
         ^ 'nop' takes no value
)");
  bad_send(R"(SYN <mss 1,, nop,>
          ^ an option is missing beside this ','
SYN <mss 1,, nop,>
                ^ an option is missing beside this ','
)");
  bad_send(R"(SYN <,nop>
     ^ an option is missing beside this ','
)");
  bad_send(R"(SYN <ts 1>
        ^ '1' is not a pair | write ts 100:0, tsval and tsecr
)");
  bad_send(R"(ACK <ts echo:1>
        ^^^^ 'echo' is not a number | tsval is a number from 0 to 4294967295
)");
  bad_expect(R"(ACK <ts now:1>
        ^^^ 'now' only makes sense in a send | write the value, or *
)");
  bad_send(R"(SYN <sack>
     ^^^^ 'sack' needs a value | write sack 11:21, or sackok for the permission
)");
  bad_send(R"(SYN <sack 1:2:3 x:4>
          ^^^^^ '1:2:3' is not a pair | write sack 11:21, left and right edge
SYN <sack 1:2:3 x:4>
                ^ unknown number 'x'
)");
  bad_send(R"(SYN <fastopen a1b>
              ^^^ an odd number of hexadecimal digits | a byte has two
)");
  bad_send(R"(SYN <md5 0011>
         ^^^^ an MD5 digest has 16 bytes | write 0x13:0011 for a malformed option
)");
  bad_send(R"(SYN <0x100:00, 0xfd:0g>
     ^^^^^ '0x100' is out of range | an option's kind is a number from 0 to 255
SYN <0x100:00, 0xfd:0g>
                     ^ 'g' is not a hexadecimal digit
)");
  bad_send(R"(SYN <253>
     ^^^ '253' is not a pair | write 0xfd:0102, kind and data
)");
  bad_expect(R"(SYN <..., mss 1>
     ^^^ '...' comes last
)");
  bad_send(R"(SYN <mss 1460
    ^ the option list is not closed | add a '>'
)");
  bad_send(R"(SYN <mss 1> <>
            ^^ the option list is written twice
)");
}

TEST(NotationErrors, options_without_room) {
  bad_send(R"(SYN <ts 1:1, sack 1:2 3:4 5:6 7:8>
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the options take 44 bytes | a TCP header has room for 40
)");
  bad_send("SYN <0xfd:" + std::string(78, '0') + ">\n" + std::string(10, ' ') + std::string(78, '^') +
           " an option has room for 38 bytes\n");
}

TEST(NotationErrors, payloads) {
  bad_send(R"(ACK "a\qb"
      ^^ unknown escape '\q' | write '\\' for a backslash
)");
  bad_send(R"(ACK "\e"
     ^^ unknown escape '\e' | write '\\' for a backslash
)");
  bad_send(R"(ACK "\xg"
     ^^ too few hexadecimal digits: '\x' | one or two of them follow
)");
  bad_send(R"(ACK "\u12"
     ^^^^ too few hexadecimal digits: '\u12' | four of them follow
)");
  bad_send(R"(ACK "\ud83dx"
     ^^^^^^ half of a surrogate pair: '\ud83d'
)");
  bad_send(R"(ACK "\ud83d\u0041"
     ^^^^^^^^^^^^ not a pair of surrogates: '\ud83d\u0041'
)");
  bad_send(R"(ACK "\400"
     ^^^^ more than a byte: '\400' | octal escapes end at \377
)");
  bad_send(R"(ACK "GET
    ^^^^ the string is not closed | in a scenario YAML starts a comment at ' #': quote the whole value with '...'
)");
  bad_send(R"(ACK hex(0g)
         ^ 'g' is not a hexadecimal digit
)");
  bad_send(R"(ACK hex(00 f)
        ^^^^ an odd number of hexadecimal digits | a byte has two
)");
  bad_send(R"(ACK hex(00)x
           ^ unexpected 'x'
)");
  bad_send(R"(ACK hex(00 sek=1
    ^^^^^^ the ')' of 'hex(' is missing
ACK hex(00 sek=1
           ^^^ unknown field 'sek' | did you mean 'seq'?
)");
  bad_send(R"(ACK hax(00)
    ^^^ unknown payload 'hax' | did you mean 'hex'?
)");
  bad_send(R"(ACK file()
    ^^^^^^ the path is missing | write file(path)
)");
  bad_send(R"(ACK len=65496
        ^^^^^ '65496' is out of range | len is a number from 0 to 65495
)");
  bad_send(R"(ACK "a" len=1
        ^^^^^ the payload is written twice
)");
  bad_send(R"(ACK <mss 1> len=65495
            ^^^^^^^^^ the segment does not fit into an IP datagram | beside these options there is room for 65491 bytes
)");
}

TEST(NotationErrors, all_of_them_at_once) {
  bad_send(R"(SYM sek=1 win=x <mms 1> "\q" hex(zz)
^^^ unknown flag 'SYM' | did you mean 'SYN'?
SYM sek=1 win=x <mms 1> "\q" hex(zz)
    ^^^ unknown field 'sek' | did you mean 'seq'?
SYM sek=1 win=x <mms 1> "\q" hex(zz)
              ^ 'x' is not a number | win is a number from 0 to 65535
SYM sek=1 win=x <mms 1> "\q" hex(zz)
                 ^^^ unknown option 'mms' | did you mean 'mss'?
SYM sek=1 win=x <mms 1> "\q" hex(zz)
                         ^^ unknown escape '\q' | write '\\' for a backslash
SYM sek=1 win=x <mms 1> "\q" hex(zz)
                             ^^^^^^^ the payload is written twice
)");
}

TEST(NotationErrors, quote_only_printable_text_and_not_too_much) {
  const auto parsed = parse_segment("A\x01\xff", Purpose::send);
  ASSERT_EQ(parsed.errors.size(), 1u);
  EXPECT_EQ(parsed.errors[0].message, "unknown flag 'A\\x01\\xff'");
  const auto long_one = parse_segment(std::string(1000, 'x'), Purpose::send);
  EXPECT_EQ(long_one.errors.at(0).message, "unknown flag '" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace tcpcraft::wire
