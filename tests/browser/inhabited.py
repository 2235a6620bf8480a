"""A server that people have used: accounts, keys, tags and some hundred requests, for pages worth looking at."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.browser.pages import Visit
from tests.serving import Server

PASSWORD = "correct horse battery staple"
OWNER = "dev@example.com"
STAFF = "staff@example.com"
SETTINGS = {
    "NAXIOS_MANUAL_INVOICES": "true",
    "NAXIOS_INVOICE_INSTRUCTIONS": "Transfer the amount to Example Ltd, IBAN XX00 0000 0000 0000 0000 00.",
    "NAXIOS_STRIPE_SECRET_KEY": "sk_test_nobody_answers",
    "NAXIOS_STRIPE_WEBHOOK_SECRET": "whsec_nobody_sends",
    "NAXIOS_STRIPE_API_URL": "http://127.0.0.1:9",
}
"""Both ways to pay; at the other end of one of them there is nobody."""

_INHABIT = Path(__file__).with_name("inhabit.py")


@dataclass
class Inhabited:
    """What was made: session cookies by person, a key's id, and the number of a review."""

    server: Server
    sessions: dict[str, str]
    key_id: int
    review: int

    def path(self, visit: Visit) -> str:
        """Where ``visit`` goes, with the numbers of what was made."""
        return visit.path.format(key=self.key_id, review=self.review, year=datetime.now(UTC).year)

    def enter(self, context: BrowserContext, who: str) -> None:
        """Sign ``who`` in, if that is anybody."""
        if who in self.sessions:
            context.add_cookies([{"name": "naxios_session", "value": self.sessions[who], "url": self.server.url}])


def inhabit(server: Server) -> Inhabited:
    """Fill ``server`` with a life of some weeks, through the services that people's clicks go through.

    The server is stopped meanwhile: counters learn of usage that they did not count at a start.
    """
    assert server.stop() == 0
    server.environment |= SETTINGS
    done = server.run_program(_INHABIT, OWNER, STAFF, PASSWORD)
    assert done.returncode == 0, done.stderr
    server.start()
    made = json.loads(done.stdout.splitlines()[-1])
    return Inhabited(server, made["sessions"], made["key_id"], made["review"])
