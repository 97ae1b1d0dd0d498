"""`tcpcraft replay` of many connections like the article's, beside plain C that lives the same life by hand."""
import pathlib
import re
import statistics
import struct

import one_connection
import process

TITLE = "One connection of many, replayed"
COLUMNS = ["what", "connections", "runs", "min us", "median us", "/ floor"]
ETHERNET, IP, SERVER = 14, 20, 9877


def measure(table, root, build, tiny):
    connections, runs = (20, 1) if tiny else (5000, 7)
    capture = pathlib.Path("article-again.pcap")
    repeat(root / "captures/article.pcap", capture, connections)
    floor, times = [], {1: [], 1000: []}
    for _ in range(runs):  # in turn, so that what the machine does meanwhile is borne by all
        floor.append(one_connection.rows(process.run([build / "bench/bench_floor", connections]).output)["lasting-guard"][1])
        for at_a_time, measured in times.items():
            ran = process.run([build / "tcpcraft", "replay", capture, "--to", f"127.0.0.1:{SERVER}", "--app", "echo-once",
                               "-q", "--as-fast-as-possible", "--concurrency", at_a_time])
            seconds = re.search(rf"{connections} passed in ([\d.]+) s", ran.output)
            assert seconds, ran.output
            measured.append(ran.wall / connections * 1e6)
    base = statistics.median(floor)
    table.row("plain C, one guard", connections, runs, min(floor), base, 1.0)
    for at_a_time, measured in times.items():
        table.row(f"tcpcraft replay --concurrency {at_a_time}", connections, runs, min(measured),
                  statistics.median(measured), statistics.median(measured) / base)
    if not tiny:
        ratio = statistics.median(times[1000]) / base
        table.bar("stateful replay within 1.5 times the C floor for a connection", f"{ratio:.2f} times", ratio <= 1.5)
    table.note("the whole process, its namespace and its server counted, by the number of connections")


def repeat(path, into, count):
    """A capture of one connection, again and again, each time from another port of the client's."""
    data = path.read_bytes()
    packets, at = [], 24
    while at < len(data):
        size = 16 + struct.unpack_from("<I", data, at + 8)[0]
        packets.append(bytearray(data[at:at + size]))
        at += size
    with open(into, "wb") as file:
        file.write(data[:24])
        for copy in range(count):
            for packet in packets:
                seconds, = struct.unpack_from("<I", packet)
                tcp = 16 + ETHERNET + IP
                ports = struct.unpack_from(">HH", packet, tcp)
                place = tcp if ports[1] == SERVER else tcp + 2
                old, = struct.unpack_from(">H", packet, place)
                new = 1024 + (old - 1024 + 1) % 64000
                checksum, = struct.unpack_from(">H", packet, tcp + 16)
                total = (0xFFFF - checksum) + (0xFFFF - old) + new
                total = (total & 0xFFFF) + (total >> 16)
                struct.pack_into(">H", packet, tcp + 16, 0xFFFF - ((total & 0xFFFF) + (total >> 16)))
                struct.pack_into(">H", packet, place, new)
                struct.pack_into("<I", packet, 0, seconds + 10 if copy else seconds)
                file.write(packet)
