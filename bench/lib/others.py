"""Other tools, where they are installed, in a network namespace of our own: never on the host's interfaces."""
import pathlib
import re
import shutil

import process

TITLE = "Beside other tools"
COLUMNS = ["what", "runs", "min ms", "median ms", "/ tcpcraft"]

# scenarios/server_close.scn, as packetdrill writes it.
PACKETDRILL = """0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 65535 <mss 1460>
+0 > S. 0:0(0) ack 1 <...>
+0 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
+0 < P. 1:3(2) ack 1 win 65535
+0 > . 1:1(0) ack 3
+0 read(4, ..., 256) = 2
+0 write(4, ..., 2) = 2
+0 > P. 1:3(2) ack 3
+0 close(4) = 0
+0 > F. 3:3(0) ack 3
+0 < . 3:3(0) ack 3 win 65535
+0 < . 3:3(0) ack 4 win 65535
"""
SYN = ("from scapy.all import IP, TCP, L3RawSocket, conf; conf.L3socket = L3RawSocket; conf.verb = 0; "
       "from scapy.all import sr1; reply = sr1(IP(dst='127.0.0.1') / TCP(sport=40000, dport=9877, flags='S'), "
       "timeout=2); assert reply[TCP].flags == 'SA', reply")


def measure(table, root, build, tiny):
    runs = 2 if tiny else 20
    scenario = root / "scenarios/server_close.scn"
    whole = timed(build, runs, [build / "tcpcraft", "run", "--no-captures", scenario])
    table.row("nine segments: tcpcraft run", runs, *whole, 1.0)
    if shutil.which("packetdrill"):
        path = pathlib.Path("server_close.pkt").absolute()
        path.write_text(PACKETDRILL)
        compare(table, build, runs, whole, "nine segments: packetdrill", ["packetdrill", path])
    else:
        table.note("packetdrill is not installed")
    one = timed(build, runs, [build / "tcpcraft", "send", "SYN", "--wait", "0"])
    table.row("one SYN and its answer: tcpcraft send", runs, *one, 1.0)
    python = next((p for p in ("/usr/bin/python3", shutil.which("python3"))
                   if p and process.run([p, "-c", "import scapy"], allowed=(0, 1, 127)).output == ""), None)
    for name, command in (("hping3", shutil.which("hping3", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")),
                          ("scapy", python)):
        words = [command, "-q", "-S", "-c", "1", "-p", "9877", "127.0.0.1"] if name == "hping3" else [command, "-c", SYN]
        if command:
            compare(table, build, runs, one, f"one SYN and its answer: {name}", words)
        else:
            table.note(f"{name} is not installed")
    table.note("tcpcraft makes a namespace and a server for each run; hping3, scapy and packetdrill find theirs made")


def compare(table, build, runs, base, name, command):
    times = timed(build, runs, command, inside=True)
    if isinstance(times, str):
        table.note(f"{name}: {times}")
    else:
        table.row(name, runs, *times, times[1] / base[1])


def timed(build, runs, command, inside=False):
    """The fastest and the median run in ms; a reason where it does not work here."""
    words = [build / "bench/bench_command", runs, *command]
    if inside:
        words = ["unshare", "-Urn", "/usr/bin/env", "python3", pathlib.Path(__file__).parent / "listening.py", *words]
    ran = process.run(words, allowed=range(256))
    found = re.search(r"\s\d+ +([\d.]+) +([\d.]+)\n*$", ran.output)
    return (float(found[1]), float(found[2])) if found else "does not work here: " + ran.output.strip()[-200:]
