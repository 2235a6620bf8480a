"""Accounts of a running server that are signed in, without the minutes that signing up by hand would take."""

import json
import subprocess
import sys
from pathlib import Path

from tests.serving import Server

_PEOPLE = Path(__file__).with_name("people.py")


def signed_in(server: Server, *emails: str) -> dict[str, str]:
    """The cookie of a session of a new account for each of ``emails``; those that begin with ``staff`` are staff's."""
    done = subprocess.run(
        [sys.executable, str(_PEOPLE), *emails],
        env=server.environment,
        cwd=server.log.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout)
    return made
