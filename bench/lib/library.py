"""The scenarios of scenarios/, many at a time."""
import process

TITLE = "The bundled scenarios, by the number that play at a time"
COLUMNS = ["-j", "scenarios", "wall s", "CPU s", "wall / longest", "MiB, one process", "MiB, all"]


def measure(table, root, build, tiny):
    folder = root / "scenarios" / ("urgent" if tiny else "")
    base = None
    for jobs in (2,) if tiny else (64, 8, 256, 1):
        ran = process.run([build / "tcpcraft", "run", "-q", "--no-captures", "-j", jobs, folder], allowed=(0, 1))
        times = process.verdict_times(ran.output)
        longest = max(times)
        table.row(jobs, len(times), ran.wall, ran.cpu, ran.wall / longest, ran.parent, ran.total)
        if jobs == 64:
            base = ran, longest
    if base:
        ran, longest = base
        table.bar("at -j 64, the library takes less than 1.3 times its longest scenario",
                  f"{ran.wall / longest:.2f} times {longest:.1f} s", ran.wall < 1.3 * longest)
        if ran.total:
            table.bar("memory stays under 50 MiB and 1 MiB for each that plays", f"{ran.total:.0f} MiB at -j 64",
                      ran.total < 50 + 64)
    table.note("MiB, all: the most that a memory cgroup held: of the processes what they do not share with what ran before, "
               "and what the kernel holds for them" if ran.total else
               "no memory cgroup can be made here, so what all hold together is not known")
