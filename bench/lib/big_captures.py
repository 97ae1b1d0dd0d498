"""Captures of many connections and of gigabytes: explained, replayed to a live server; speed and memory."""
import os
import pathlib
import re
import shutil

import process

TITLE = "Large captures"
COLUMNS = ["what", "MB", "connections", "wall s", "CPU s", "MB/s", "us / connection", "MiB"]


def measure(table, root, build, tiny):
    connections = 50 if tiny else 10000
    size = "8M" if tiny else "2G"
    small, large = pathlib.Path("http.pcap"), pathlib.Path("large.pcap")
    if shutil.disk_usage(".").free < 3 << 30 and not tiny:
        return table.note("not 3 GB of room for a capture of 2 GB")
    made = process.run([root / "bench/traffic", "http", connections, small], allowed=range(256))
    if not small.exists() or made.output:
        return table.note("no capture could be made here: " + made.output.strip())
    process.run([root / "bench/traffic", "grow", small, size, large])
    serve = f"exec '{root}/bench/traffic' serve 8080"
    for name, capture in (("replay, as fast as possible", small), ("replay, the same grown", large)):
        ran = process.run([build / "tcpcraft", "replay", capture, "--to", "127.0.0.1:8080", "--exec", serve, "-q",
                           "--as-fast-as-possible"])
        passed = re.match(r"(\d+) connections: \1 passed in ", ran.output)
        assert passed, ran.output
        row(table, name, capture, int(passed[1]), ran)
    for name, capture in (("explain, HTTP on loopback", small), ("explain, the same grown", large)):
        ran = process.run(["sh", "-c", f"exec '{build}/tcpcraft' explain '{capture}' >explained"])
        with open("explained", "rb") as text:
            text.seek(-200, os.SEEK_END)
            told = re.search(rb"(\d+) connections, nothing wrong", text.read())
        assert told, "explain finds something wrong in good traffic"
        row(table, name, capture, int(told[1]), ran)
        os.unlink("explained")
    large.unlink()
    table.note("the server of the replays is bench/traffic, in Python: most of the time of these rows is its")


def row(table, name, capture, connections, ran):
    megabytes = capture.stat().st_size / 1e6
    table.row(name, megabytes, connections, ran.wall, ran.cpu, megabytes / ran.wall, ran.wall / connections * 1e6,
              ran.parent)
