"""``kill -9`` under load: who got a whole answer, and what the books say afterwards.

``test_crash.py`` does it a few times, ``benchmarks/crash.py`` often.
"""

import asyncio
import itertools
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.integration.conftest import catalogue
from tests.integration.operation.stored import records, rows
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

CLIENTS = 16
ANSWERS_BEFORE_KILL = 100
KILL_WITHIN_SECONDS = 0.3
"""The kill comes at a random moment within this time, so that it meets requests at every step of their way."""

ASKED = [("naxios/echo", False), ("naxios/echo", True), ("good", False), ("good", True), ("picky", False)]
"""Models and whether their answer is streamed; ``picky`` belongs to a provider that refuses what it is asked."""

REFUSES_EVERYTHING = '[models.picky]\nroutes = [ { provider = "stand-in", model = "picky" } ]'
OWNER = "dev@example.com"
TOKENS_PER_DAY = 1_000
SMALL_PLAN = f"[plans.small]\ntokens_per_day = {TOKENS_PER_DAY}"
"""Used up at once, so that nearly everything is charged to a bonus."""


@dataclass
class Outcome:
    """Figures of one experiment; what has to be 0 says so by its name. ``plain_tokens`` are those of a day's plan."""

    kills: int = 0
    whole_answers: int = 0
    cut_answers: int = 0
    records: int = 0
    missing: int = 0
    duplicates: int = 0
    plain_tokens: dict[str, int] = field(default_factory=dict)
    bonus_tokens: int = 0
    bonus_drawn: int = 0
    reconciliations: int = 0
    differences: list[str] = field(default_factory=list)
    restart_seconds: list[float] = field(default_factory=list)


class Load:
    """Clients that ask again and again, in a thread. ``whole`` holds the ids of the requests they got an answer to."""

    def __init__(self, key: str) -> None:
        self.api: str | None = None
        self.whole: list[str] = []
        self.cut = 0
        self._key = key
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def wait_for_answers(self, more: int, seconds: float = 60) -> None:
        """Return once there are ``more`` whole answers than now."""
        wanted, end = len(self.whole) + more, time.monotonic() + seconds
        while len(self.whole) < wanted:
            assert time.monotonic() < end, f"only {len(self.whole)} of {wanted} answers came"
            time.sleep(0.01)

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=CLIENTS)) as client:
            await asyncio.gather(*(self._ask_on(client, number) for number in range(CLIENTS)))

    async def _ask_on(self, client: httpx.AsyncClient, number: int) -> None:
        for model, stream in itertools.islice(itertools.cycle(ASKED), number, None):
            if self._over.is_set():
                return
            if self.api is None:  # between kill and restart there is nobody to ask
                await asyncio.sleep(0.01)
                continue
            try:
                await self._ask(client, model, stream)
            except httpx.TransportError:
                self.cut += 1
                await asyncio.sleep(0.01)

    async def _ask(self, client: httpx.AsyncClient, model: str, stream: bool) -> None:
        messages = [{"role": "user", "content": "Hello"}]
        async with client.stream(
            "POST",
            f"{self.api}/chat/completions",
            headers={"authorization": f"Bearer {self._key}"},
            json={"model": model, "messages": messages, "stream": stream},
        ) as answer:
            body = await answer.aread()
        assert answer.status_code == (400 if model == "picky" else 200), body
        assert not stream or body.endswith(b"data: [DONE]\n\n"), body
        self.whole.append(answer.headers["x-request-id"])


def crash(directory: Path, provider: StandInProvider, kills: int) -> Outcome:
    """Kill a server ``kills`` times under load; after each restart, and at the end without load, ask whether it agrees.

    Every server has a new port: the old one could be anybody's before the restart.
    """
    provider.models["picky"] = Behaviour(status=400)
    outcome = Outcome(kills)
    server = _started(directory)
    try:
        server.apply(catalogue(provider, f"{REFUSES_EVERYTHING}\n{SMALL_PLAN}"), STAND_IN_KEY=provider.credential)
        server.cli("user", "create", OWNER, "--plan", "small")
        server.cli("user", "grant", OWNER, "--bonus-tokens", str(10**12))
        with Load(server.key(user=OWNER)) as load:
            for _ in range(kills):
                load.api = server.api
                load.wait_for_answers(ANSWERS_BEFORE_KILL)
                time.sleep(random.uniform(0, KILL_WITHIN_SECONDS))
                server.kill()
                load.api = None
                begin = time.monotonic()
                server = _started(directory)
                outcome.restart_seconds.append(time.monotonic() - begin)
                load.api = server.api
                _reconcile(server, outcome)
            load.wait_for_answers(ANSWERS_BEFORE_KILL)
        _reconcile(server, outcome)
    finally:
        code = server.stop()
    assert code == 0
    _reconcile(server, outcome)
    _compare(load, records(server), outcome)
    [drawn] = rows(server, "SELECT SUM(used) AS used FROM plans_bonusgrant")
    outcome.bonus_drawn = drawn["used"]
    return outcome


def _started(directory: Path) -> Server:
    server = Server(directory / "home")
    server.start()
    return server


def _reconcile(server: Server, outcome: Outcome) -> None:
    done = server.run("usage", "reconcile")
    outcome.reconciliations += 1
    if done.returncode != 0:
        outcome.differences.append(done.stdout + done.stderr)


def _compare(load: Load, stored: dict[str, list[Any]], outcome: Outcome) -> None:
    outcome.whole_answers, outcome.cut_answers = len(load.whole), load.cut
    outcome.records = sum(len(rows) for rows in stored.values())
    outcome.duplicates = outcome.records - len(stored)
    for row in itertools.chain.from_iterable(stored.values()):
        day = str(row["admitted_at"])[:10]
        plain = row["standard_tokens"] - row["bonus_tokens"]
        outcome.plain_tokens[day] = outcome.plain_tokens.get(day, 0) + plain
        outcome.bonus_tokens += row["bonus_tokens"]
    outcome.missing = sum(1 for request_id in load.whole if request_id not in stored)
