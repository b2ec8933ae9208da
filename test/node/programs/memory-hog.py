#!/usr/bin/python3
"""Puts itself and one other process into a memory cgroup of their own and holds nearly all of its memory.

Arguments: the cgroup's folder, which is made; the file of its limit; the limit in bytes; the file of its use; the other
process; the folder of the cgroup to which both go back. Says "held" and waits for the end of its input."""

import os
import sys
import time
from pathlib import Path

folder, limit_file, limit, use_file, pid, home = sys.argv[1:]
cgroup = Path(folder)


def give_back():
    """Again until it is empty: a member may fork while it is moved, and one that has just ended counts for a moment."""
    deadline = time.monotonic() + 15
    while True:
        for member in (cgroup / "cgroup.procs").read_text().split():
            try:
                (Path(home) / "cgroup.procs").write_text(member)
            except ProcessLookupError:
                pass
        try:
            cgroup.rmdir()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


# Should the kernel have to kill somebody for this cgroup, then us.
Path("/proc/self/oom_score_adj").write_text("1000")
cgroup.mkdir()
try:
    (cgroup / limit_file).write_text(limit)
    for member in (str(os.getpid()), pid):
        (cgroup / "cgroup.procs").write_text(member)
    held = []
    while int((cgroup / use_file).read_text()) < int(limit) * 0.975:
        held.append(b"\1" * (1 << 20))
    print("held", flush=True)
    sys.stdin.read()
finally:
    give_back()
