"""CPU time of running processes, from Linux's ``/proc``: what they computed, however busy the machine is besides."""

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def of_process_tree(pid: int) -> float:
    """CPU seconds of ``pid``, all its threads and its living children."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return _seconds(Path(f"/proc/{pid}/stat")) + sum(of_process_tree(child) for child in children)


def of_main_thread(pid: int) -> float:
    """CPU seconds of the main thread of ``pid`` alone."""
    return _seconds(Path(f"/proc/{pid}/task/{pid}/stat"))


def _seconds(stat: Path) -> float:
    after_name = stat.read_text().rpartition(")")[2].split()  # the name may hold spaces; see proc(5)
    utime, stime = after_name[11:13]
    return (int(utime) + int(stime)) / _TICKS_PER_SECOND
