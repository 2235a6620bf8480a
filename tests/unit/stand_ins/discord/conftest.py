"""A Discord for each test, and a client that asks it as our own code will: over HTTP, without its insides."""

from collections.abc import Iterator

import pytest
import requests

from tests.stand_ins.discord import StandInDiscord, running_discord


@pytest.fixture
def discord() -> Iterator[StandInDiscord]:
    with running_discord() as running:
        yield running


class Client:
    """Asks the API; ``as_bot`` and ``as_user`` say who asks."""

    def __init__(self, discord: StandInDiscord) -> None:
        self.discord = discord
        self.session = requests.Session()

    def as_bot(self, method: str, path: str, **more: object) -> requests.Response:
        return self._ask(method, path, f"Bot {self.discord.application.bot_token}", **more)

    def as_user(self, access_token: str, method: str, path: str, **more: object) -> requests.Response:
        return self._ask(method, path, f"Bearer {access_token}", **more)

    def _ask(self, method: str, path: str, credential: str, **more: object) -> requests.Response:
        url = f"{self.discord.api_url}/v10{path}"
        return self.session.request(method, url, headers={"Authorization": credential}, timeout=5, **more)  # type: ignore[arg-type]


@pytest.fixture
def client(discord: StandInDiscord) -> Client:
    return Client(discord)
