"""`tcpcraft replay --raw` and tcpreplay, in turn, through one veth pair in a network namespace of our own."""
import pathlib
import re
import shutil
import statistics

import process

TITLE = "Packets as they are, flat out over veth"
COLUMNS = ["what", "runs", "packets/s, best", "packets/s, median", "CPU us / packet", "MiB", "/ tcpreplay -K"]


def measure(table, root, build, tiny):
    ip = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if not ip:
        return table.note("iproute2 is not installed: no veth")
    capture = pathlib.Path("http.pcap")
    made = process.run([root / "bench/traffic", "http", 30 if tiny else 2000, capture], allowed=range(256))
    if not capture.exists() or made.output:
        return table.note("no capture could be made here: " + made.output.strip())
    # On loopback segments are longer than a veth takes: those are the same for all, and left out here.
    short = pathlib.Path("frames.pcap")
    packets = shorten(capture, short, 1514, 500 if tiny else 300000)
    contestants = {"tcpcraft replay --raw": [build / "tcpcraft", "replay", "--raw", "-i", "veth0",
                                             "--as-fast-as-possible", short.absolute()]}
    tcpreplay = shutil.which("tcpreplay")
    if tcpreplay:
        for option in ([], ["-K"]):
            contestants[" ".join(["tcpreplay --topspeed", *option])] = [tcpreplay, "--topspeed", *option, "-i", "veth0",
                                                                         short.absolute()]
    else:
        table.note("tcpreplay is not installed")
    rates, costs, memory = ({name: [] for name in contestants} for _ in range(3))
    inside = ["unshare", "-Urn", root / "bench/lib/with_veth.sh"]
    for _ in range(1 if tiny else 9):
        for name, command in contestants.items():
            ran = process.run(inside + command, allowed=range(256))
            rate = re.search(r"([\d.]+) (?:packets/s|pps)", ran.output)
            if not rate:
                return table.note(f"{name} does not work here: {ran.output.strip()[-200:]}")
            rates[name].append(float(rate[1]))
            costs[name].append(ran.cpu / packets * 1e6)
            memory[name].append(ran.parent)
    base = statistics.median(rates.get("tcpreplay --topspeed -K", [float("nan")]))
    for name, measured in rates.items():
        table.row(name, len(measured), max(measured), statistics.median(measured), min(costs[name]), max(memory[name]),
                  statistics.median(measured) / base)
    if tcpreplay and not tiny:
        ratio = statistics.median(rates["tcpcraft replay --raw"]) / max(
            statistics.median(measured) for name, measured in rates.items() if name.startswith("tcpreplay"))
        table.bar("raw replay at no less than 1.2 times tcpreplay --topspeed", f"{ratio:.2f} times", ratio >= 1.2)
    table.note(f"{packets} frames; packets/s as each program says, which for -K does not count the time in which it "
               "reads the file into memory; CPU with all that")


def shorten(path, into, longest, count):
    """The frames of a capture that are not longer, again and again; how many there are."""
    data = path.read_bytes()
    frames, at = [], 24
    while at < len(data):
        size = 16 + int.from_bytes(data[at + 8:at + 12], "little")
        if size - 16 <= longest:
            frames.append(data[at:at + size])
        at += size
    with open(into, "wb") as file:
        file.write(data[:24])
        for i in range(count):
            file.write(frames[i % len(frames)])
    return count
