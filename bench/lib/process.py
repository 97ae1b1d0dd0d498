"""A command's wall time, processor time and memory, all its children included."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Optional

MIB = 1 << 20
USAGE = "bench_usage"  # set by bench/run: where it was built


@dataclass
class Ran:
    wall: float  # seconds
    cpu: float  # seconds, user and system, of the command and all that it waited for
    parent: float  # MiB, the most that the largest single process had resident
    total: Optional[float]  # MiB, the most that all of them held at a time; None where that cannot be told
    output: str


class MemoryGroup:
    """A memory cgroup of our own below the present one, where one can be made; of either version."""

    def __init__(self):
        self.path = None
        self.peak = None
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, place = line.split(":", 2)
            if "memory" in controllers.split(","):
                self._make(pathlib.Path("/sys/fs/cgroup/memory" + place), "memory.max_usage_in_bytes")
            elif not controllers and not self.path:
                self._make(pathlib.Path("/sys/fs/cgroup" + place), "memory.peak")

    def _make(self, parent, peak):
        path = parent / f"tcpcraft-bench-{os.getpid()}"
        try:
            path.mkdir()
        except OSError:
            return
        if not (path / peak).exists():
            path.rmdir()
            return
        self.path, self.peak = path, path / peak

    def door(self):
        return self.path / "cgroup.procs" if self.path else "-"

    def close(self):
        """The most that was held, in MiB."""
        if not self.path:
            return None
        most = int(self.peak.read_text()) / MIB
        for _ in range(50):
            try:
                self.path.rmdir()
                break
            except OSError:  # a namespace is still being taken down
                time.sleep(0.02)
        return most


def run(command, allowed=(0,)):
    """Runs a command; any other exit code than those `allowed` ends the benchmark. Not the first time: the floor
    does not know when the host was late."""
    words = [str(word) for word in command]
    words[0] = shutil.which(words[0]) or words[0]
    for _ in range(5):
        ran, code = run_once(words)
        if ran and code in allowed:
            return ran
    sys.exit(f"bench/run: exit code {code} of {' '.join(words)}\n{ran.output[-2000:] if ran else ''}")


def run_once(words):
    """What it took, where it ran at all, and its exit code."""
    group = MemoryGroup()
    with tempfile.NamedTemporaryFile() as report:
        ran = subprocess.run([str(USAGE), report.name, str(group.door()), *words], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
        figures = report.read().split()
    total = group.close()
    output = ran.stdout.decode(errors="replace")
    if not figures:
        return None, ran.returncode
    wall, user, system, resident = (float(figure) for figure in figures)
    return Ran(wall, user + system, resident / 1024, total, output), ran.returncode


def verdict_times(output):
    """What each scenario took, in seconds, as `tcpcraft run` tells it."""
    return [float(ms) / 1e3 for ms in re.findall(r"^ +[A-Z]+ \[ *([\d.]+) ms\]", output, re.MULTILINE)]
