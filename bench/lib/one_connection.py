"""The nine segments of scenarios/server_close.scn: the engine beside plain C, and the whole command."""
import re

import process

TITLE = "One connection: the nine segments of server_close"
COLUMNS = ["what", "runs", "min us", "median us", "/ floor"]


def measure(table, root, build, tiny):
    runs = 50 if tiny else 10000
    starts = 5 if tiny else 200
    scenario = root / "scenarios/server_close.scn"
    floor = rows(process.run([build / "bench/bench_floor", runs]).output)
    engine = rows(process.run([build / "bench/bench_in_process", scenario, runs]).output)
    for name, kind, base in (("plain C, a new guard each time", "new-guard", "new-guard"),
                             ("engine, a new guard", "new guard", "new-guard"),
                             ("engine, guard, sockets and server new", "everything new", "new-guard"),
                             ("plain C, one guard", "lasting-guard", "lasting-guard"),
                             ("engine, one guard", "lasting guard", "lasting-guard")):
        least, median = floor.get(kind) or engine[kind]
        table.row(name, runs, least, median, median / floor[base][1])
    command = [build / "bench/bench_command", starts]
    lone = whole(command + [build / "bench/bench_floor", 1, "nine"])
    for name, words in (("process, plain C", None), ("process, tcpcraft run", ["run", scenario]),
                        ("process, tcpcraft run --no-captures", ["run", "--no-captures", scenario]),
                        ("process, tcpcraft --version", ["--version"])):
        least, median = whole(command + [build / "tcpcraft", *words]) if words else lone
        table.row(name, starts, least, median, median / lone[1])


def rows(output):
    """`NAME  RUNS  MIN  MEDIAN`, in columns or with tabs between."""
    found = re.findall(r"^(\S+(?: \S+)*?)(?:\t| +)\d+(?:\t| +)([\d.]+)(?:\t| +)([\d.]+)$", output, re.MULTILINE)
    return {name: (float(least), float(median)) for name, least, median in found}


def whole(command):
    (least, median), = rows(process.run(command).output).values()
    return least * 1e3, median * 1e3
