"""``./run`` for a reader: forks of one process that has Python and Django started, which is most of a command's time.

``./run`` hands its arguments, environment and standard streams through a socket beside it and ends as the fork does, so
that whoever calls it cannot tell the difference. That the real one starts is for other tests to show.
"""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tests import warm

OF_READERS = {"NAXIOS_KEY", "NAXIOS_TOKEN"}
"""Variables that documents have readers set for themselves; Naxios knows none of them."""

_SOCKET = "run.socket"
_RUN = f"""#!{sys.executable} -IS
import json, os, socket, sys
if len(sys.argv) == 1:
    sys.exit()  # it is running
with socket.socket(socket.AF_UNIX) as ready:
    ready.connect("{_SOCKET}")
    asked = json.dumps([sys.argv[1:], dict(os.environ)]) + "\\n"
    socket.send_fds(ready, [asked.encode()], [0, 1, 2])
    sys.exit(int(ready.recv(16)))
"""


@contextmanager
def run_script(directory: Path, environment: dict[str, str]) -> Iterator[None]:
    """``directory/run``, for as long as the context lasts. Settings are those of ``environment``."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=directory,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    run = directory / "run"
    run.write_text(_RUN)
    run.chmod(0o755)
    try:
        yield
    finally:
        process.communicate()


def _serve() -> None:
    """Run the commands that arrive at the socket, one after the other, until standard input ends."""
    warm.get_ready()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(_SOCKET)
        door.listen()
        print("ready", flush=True)
        while door in select.select([sys.stdin, door], [], [])[0]:
            with door.accept()[0] as visitor:
                _answer(visitor)


def _answer(visitor: socket.socket) -> None:
    asked, streams, *_ = socket.recv_fds(visitor, 2**16, 3)
    while not asked.endswith(b"\n"):
        asked += visitor.recv(2**16)
    child = os.fork()
    if child == 0:
        _become(asked, streams)
    visitor.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    for stream in streams:
        os.close(stream)


def _become(asked: bytes, streams: list[int]) -> NoReturn:
    """Be the command, as far as anybody can see."""
    arguments, environment = json.loads(asked)
    settings = {name for name in environment.keys() - OF_READERS if name.startswith("NAXIOS_")}
    assert not settings, f"{settings}: settings are read once, for all commands"
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    warm.become(warm.be_naxios, ["naxios", *arguments], environment)


if __name__ == "__main__":
    _serve()
