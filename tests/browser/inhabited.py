"""A server that people have used: accounts, keys, tags and some hundred requests, for pages worth looking at."""

import json
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.serving import Server

PASSWORD = "correct horse battery staple"
OWNER = "dev@example.com"
STAFF = "staff@example.com"

_INHABIT = Path(__file__).with_name("inhabit.py")


@dataclass
class Inhabited:
    """What was made: session cookies by person, and a key's id."""

    server: Server
    sessions: dict[str, str]
    key_id: int

    def enter(self, context: BrowserContext, who: str) -> None:
        """Sign ``who`` in, if that is anybody."""
        if who in self.sessions:
            context.add_cookies([{"name": "naxios_session", "value": self.sessions[who], "url": self.server.url}])


def inhabit(server: Server) -> Inhabited:
    """Fill ``server`` with a life of some weeks, through the services that people's clicks go through.

    The server is stopped meanwhile: counters learn of usage that they did not count at a start.
    """
    assert server.stop() == 0
    done = server.run_program(_INHABIT, OWNER, STAFF, PASSWORD)
    assert done.returncode == 0, done.stderr
    server.start()
    made = json.loads(done.stdout.splitlines()[-1])
    return Inhabited(server, made["sessions"], made["key_id"])
