"""The conformance matrix: cells a second, over each link."""
import re

import process

TITLE = "The conformance matrix"
COLUMNS = ["tcpcraft matrix", "cells", "wall ms", "CPU ms", "cells / s", "CPU us / cell"]


def measure(table, root, build, tiny):
    for link in ("loopback",) if tiny else ("loopback", "tun", "sink"):
        ran = [process.run([build / "tcpcraft", "matrix", "--link", link], allowed=(0, 1, 3))
               for _ in range(1 if tiny else 5)]
        cells = re.search(r"([\d,]+) cells", ran[0].output)
        if not cells:
            table.note(f"--link {link}: not here")
            continue
        count = int(cells[1].replace(",", ""))
        wall = min(one.wall for one in ran)
        cpu = min(one.cpu for one in ran)
        table.row(f"--link {link}", count, wall * 1e3, cpu * 1e3, count / wall, cpu / count * 1e6)
