#!/usr/bin/env python3
"""Writes article.pcap anew: make_article.py FILE

The connection of the article that tcpcraft began with, from the numbers in its text: the ports, both initial
sequence numbers, the time of the first segment, and what was said. The article gives no date, so this is
2024-01-01, UTC; nor what lies between its numbers, so the options, windows, timestamps and the later times are those
of a loopback on Linux. It prints one acknowledgement as 5982324272, which has a digit too many: sequence numbers
end at 4294967295. Here they follow from the arithmetic.
"""

import struct
import sys

CLIENT, SERVER = 38264, 9877
CLIENT_ISN, SERVER_ISN = 598232472, 3283581888
CLIENT_CLOCK, SERVER_CLOCK = 2870413311, 1934086627  # of the Timestamps option, in milliseconds
START = 1704123158  # 2024-01-01 15:32:38 UTC
FIN, SYN, PSH, ACK = 1, 2, 8, 16
LOOPBACK = bytes([127, 0, 0, 1])


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def options(flags, tsval, tsecr):
    if flags & SYN:  # mss 65495, sackOK, timestamps, nop, wscale 7
        return struct.pack(">BBH BB BBII B BBB", 2, 4, 65495, 4, 2, 8, 10, tsval, tsecr, 1, 3, 3, 7)
    return struct.pack(">BB BBII", 1, 1, 8, 10, tsval, tsecr)


def tcp(source, destination, seq, ack, flags, window, tsval, tsecr, data):
    extra = options(flags, tsval, tsecr)
    offset = (20 + len(extra)) // 4 << 12 | flags
    head = struct.pack(">HHIIHH", source, destination, seq, ack, offset, window)
    size = 20 + len(extra) + len(data)
    pseudo = LOOPBACK + LOOPBACK + struct.pack(">HH", 6, size)
    total = checksum(pseudo + head + bytes(4) + extra + data)
    return head + struct.pack(">HH", total, 0) + extra + data


def ip(identification, segment):
    def header(total):
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), identification, 0x4000, 64, 6, total) + LOOPBACK * 2

    return header(checksum(header(0))) + segment


def segments():
    """Microseconds, who sends, SEQ, ACK, flags, window, data; relative numbers."""
    yield 348872, CLIENT, 0, None, SYN, 65495, b""
    yield 348886, SERVER, 0, 1, SYN | ACK, 65483, b""
    yield 348899, CLIENT, 1, 1, ACK, 512, b""
    yield 2915020, CLIENT, 1, 1, PSH | ACK, 512, b"a\n"
    yield 2915034, SERVER, 1, 3, ACK, 512, b""
    yield 2915187, SERVER, 1, 3, PSH | ACK, 512, b"a\n"
    yield 2915209, SERVER, 3, 3, FIN | ACK, 512, b""
    yield 2915221, CLIENT, 3, 3, ACK, 512, b""
    yield 2915262, CLIENT, 3, 4, ACK, 512, b""


def packets():
    clocks = {CLIENT: CLIENT_CLOCK, SERVER: SERVER_CLOCK}
    isns = {CLIENT: CLIENT_ISN, SERVER: SERVER_ISN}
    identifications = {CLIENT: 31337, SERVER: 0}  # a SYN-ACK has 0
    recent = {CLIENT: 0, SERVER: 0}  # the last timestamp of the other side
    for microseconds, source, seq, ack, flags, window, data in segments():
        destination = SERVER if source == CLIENT else CLIENT
        tsval = clocks[source] + (microseconds - 348872) // 1000
        number = (isns[destination] + ack) % 2**32 if ack is not None else 0
        segment = tcp(source, destination, isns[source] + seq, number, flags, window, tsval, recent[source], data)
        recent[destination] = tsval
        yield microseconds, bytes(12) + b"\x08\x00" + ip(identifications[source], segment)
        identifications[source] = identifications[source] + 1 if identifications[source] else 52110


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))  # microseconds, Ethernet
        for microseconds, frame in packets():
            seconds, rest = divmod(microseconds, 1000000)
            file.write(struct.pack("<IIII", START + seconds, rest, len(frame), len(frame)) + frame)


main()
