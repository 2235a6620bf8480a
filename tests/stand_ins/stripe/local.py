"""localstripe, another project's Stripe, in a process of its own: for what it supports, a second opinion."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stand_ins.mail_server import free_port

_START_SECONDS = 30


@contextmanager
def running_localstripe() -> Iterator[str]:
    """Its address. Any key that begins with ``sk_`` and is longer than five characters is good."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="localstripe-") as home:
        command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
        process = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"localstripe ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"localstripe did not listen on port {port} in {_START_SECONDS} s")
