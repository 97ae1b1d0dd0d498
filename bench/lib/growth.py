"""How the costs grow: with the number of scenarios, and with the length of one."""
import pathlib

import process

TITLE = "Growth"
COLUMNS = ["what", "wall s", "CPU s", "CPU us each", "MiB, one process", "MiB, all"]

SHORT = "scenario: Short {n}\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK\n  - send:   ACK\n"
LONG = """scenario: {count} segments
kernel: {{app: discard}}
steps:
  - use: handshake
  - repeat:
      times: {outer}
      steps:
        - repeat:
            times: {inner}
            steps:
              - send:   PSH-ACK "a"
              - expect: ACK
"""


def measure(table, root, build, tiny):
    command = [build / "tcpcraft", "run", "-q", "--no-captures"]
    for count in (5,) if tiny else (10, 100, 1000, 10000):
        folder = pathlib.Path(f"short-{count}")
        folder.mkdir()
        for n in range(count):
            (folder / f"s{n:05}.scn").write_text(SHORT.format(n=n))
        ran = process.run(command + [folder])
        row(table, f"{count} short scenarios", count, ran)
        if count == 1000:
            table.bar("a scenario costs under 3 ms of processor time, with its process and its namespace",
                      f"{ran.cpu:.2f} ms", ran.cpu < 3)
            table.bar("1,000 short scenarios take less than 3 s", f"{ran.wall:.2f} s", ran.wall < 3)
    for count in (10,) if tiny else (10, 1000, 99990):
        # A file has at most 100,000 steps, and the handshake takes some of them.
        outer = 5 if count < 1000 else 10
        path = pathlib.Path(f"long-{count}.scn")
        path.write_text(LONG.format(count=count, outer=outer, inner=count // 2 // outer))
        row(table, f"one scenario of {count} segments", count, process.run(command + [path]))
    table.note("the start of the program, which dominates the small counts, is paid once")


def row(table, name, count, ran):
    table.row(name, ran.wall, ran.cpu, ran.cpu / count * 1e6, ran.parent, ran.total)
