"""`tcpcraft replay` of many connections, beside plain C that lives the same life by hand."""
import pathlib
import statistics
import struct

import process
from private_network import FILE_HEADER

TITLE = "One connection of many, replayed"
COLUMNS = ["what", "connections", "runs", "CPU us min", "CPU us median", "wall us median", "/ floor, by CPU"]

FIN, SYN, PSH, ACK = 1, 2, 8, 16
# The life in bench/floor.c that both close: by the client or not, flags, numbers counted from both SYNs, data.
LIFE = [(True, SYN, 0, 0, b""), (False, SYN | ACK, 0, 1, b""), (True, ACK, 1, 1, b""), (True, PSH | ACK, 1, 1, b"a\n"),
        (False, ACK, 1, 3, b""), (False, PSH | ACK, 1, 3, b"a\n"), (False, FIN | ACK, 3, 3, b""),
        (True, FIN | ACK, 3, 4, b""), (False, ACK, 4, 4, b"")]


def measure(table, root, build, tiny):
    connections, runs = (20, 1) if tiny else (10000, 9)
    floor = [build / "bench/bench_floor", connections, "closed"]
    ratios = {}
    for at_a_time in (1, 100):
        capture = pathlib.Path(f"lives-{at_a_time}.pcap")
        write_lives(capture, connections, at_a_time)
        replay = [build / "tcpcraft", "replay", capture, "--to", "127.0.0.1:9877", "--app", "echo-once", "-q",
                  "--as-fast-as-possible"]
        plain, played = [], []
        for _ in range(runs):  # in turn, so that what the machine does meanwhile is borne by both
            plain.append(process.run(floor))
            played.append(process.run(replay))
            assert f"{connections} passed in " in played[-1].output, played[-1].output
        ratios[at_a_time] = sorted(a.cpu / b.cpu for a, b in zip(played, plain))
        row(table, "plain C", connections, plain, 1.0)
        row(table, f"tcpcraft replay, {at_a_time} at a time", connections, played, statistics.median(ratios[at_a_time]))
    if not tiny:
        for at_a_time, found in ratios.items():
            ratio = statistics.median(found)
            table.bar(f"stateful replay within 1.5 times the C floor for a connection, {at_a_time} at a time",
                      f"{ratio:.2f} times ({found[0]:.2f} to {found[-1]:.2f})", ratio <= 1.5)
    table.note("whole processes, their namespace and their server counted, by the number of connections; pair by pair")


def row(table, what, connections, ran, ratio):
    cpu = [one.cpu / connections * 1e6 for one in ran]
    wall = [one.wall / connections * 1e6 for one in ran]
    table.row(what, connections, len(ran), min(cpu), statistics.median(cpu), statistics.median(wall), ratio)


def write_lives(path, count, at_a_time):
    """So many lives in a capture of Ethernet; `at_a_time` of them overlap."""
    time = 1_700_000_000 * 10**6
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(FILE_HEADER)
        for first in range(0, count, at_a_time):
            for step in LIFE:
                for port in range(10_000 + first, 10_000 + min(first + at_a_time, count)):
                    frame = b"\0" * 12 + b"\x08\0" + packet(port, *step)
                    time += 10
                    file.write(struct.pack("<IIII", time // 10**6, time % 10**6 * 1000, len(frame), len(frame)) + frame)


def packet(port, by_client, flags, seq, ack, data):
    source, destination = (port, 9877) if by_client else (9877, port)
    ours, theirs = (1000, 2000) if by_client else (2000, 1000)
    options = struct.pack(">BBH", 2, 4, 65495) if flags & SYN else b""
    tcp = struct.pack(">HHIIBBHHH", source, destination, ours + seq, theirs + ack if flags & ACK else 0,
                      (20 + len(options)) * 4, flags, 65535, 0, 0) + options + data
    ends = bytes([127, 0, 0, 1] * 2)
    checksum = checksum_of(ends + struct.pack(">HH", 6, len(tcp)) + tcp)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + ends
    return ip[:10] + checksum_of(ip) + ip[12:] + tcp[:16] + checksum + tcp[18:]


def checksum_of(data):
    """Of an even number of bytes."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", 0xFFFF - total)
