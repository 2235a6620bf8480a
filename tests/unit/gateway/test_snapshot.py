"""How the gateway learns of changes: every one of them, also after an outage, and whatever happens while it asks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from naxios.domain import keys
from naxios.domain.catalogue import Catalogue
from naxios.domain.principal import Principal
from naxios.domain.stored_usage import StoredUsage
from naxios.gateway.authenticate import Authenticator, SourceUnavailable
from naxios.gateway.snapshot import Changes, Snapshot
from tests.unit.gateway.builders import model, principal

SECRET = keys.generate()
HEADERS = [(b"authorization", f"Bearer {SECRET}".encode())]
GENEROUS = 20
"""Seconds within which a change has to arrive, however loaded the machine is."""


class Database:
    """A source of one key and its plan. ``trouble`` is raised by the next questions, once each."""

    def __init__(self) -> None:
        self.plan = "free"
        self.models = Catalogue({})
        self.changes: list[Changes] = []
        self.trouble: list[Exception] = []

    def change(self, *, keys: set[int] = frozenset(), accounts: set[int] = frozenset(), **more: bool) -> None:  # type: ignore[assignment]
        told = {"catalogue": False, "everything": False, **more}
        self.changes.append(Changes(len(self.changes) + 1, frozenset(keys), frozenset(accounts), **told))

    async def find_key(self, digest: bytes) -> Principal | None:
        return principal(plan=self.plan)

    async def catalogue(self) -> Catalogue:
        return self.models

    async def stored_usage(self) -> StoredUsage:
        return StoredUsage()

    async def latest_change(self) -> int:
        return len(self.changes)

    async def changes_since(self, number: int) -> Changes | None:
        if self.trouble:
            raise self.trouble.pop()
        return self.changes[number] if number < len(self.changes) else None


class Follower:
    """A snapshot that follows a database, and the authenticator that it keeps up to date."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.authenticator = Authenticator(database)
        self.snapshot = Snapshot(database, self.authenticator)

    async def plan(self) -> str:
        return (await self.authenticator.authenticate(HEADERS, 0)).plan

    async def until_plan(self, wanted: str) -> None:
        """Wait until requests are on the plan ``wanted``."""
        for _ in range(GENEROUS * 100):
            if await self.plan() == wanted:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"requests are not on the plan {wanted}")


async def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    for _ in range(GENEROUS * 100):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came true")


@asynccontextmanager
async def following(database: Database) -> AsyncIterator[Follower]:
    follower = Follower(database)
    await follower.snapshot.load()
    task = asyncio.create_task(follower.snapshot.follow())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_the_first_snapshot_is_the_present_catalogue() -> None:
    database = Database()
    database.models = Catalogue({"m": model()})

    async def scenario() -> None:
        async with following(database) as follower:
            assert follower.snapshot.catalogue == database.models

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "change",
    [{"keys": {42}}, {"accounts": {17}}, {"catalogue": True}, {"everything": True}],
    ids=lambda change: str(change),
)
def test_a_change_reaches_the_requests_that_it_concerns(change: dict[str, object]) -> None:
    async def scenario() -> None:
        database = Database()
        async with following(database) as follower:
            assert await follower.plan() == "free"
            database.plan = "pro"
            assert await follower.plan() == "free"

            database.change(**change)  # type: ignore[arg-type]

            await follower.until_plan("pro")

    asyncio.run(scenario())


def test_a_new_catalogue_is_served() -> None:
    async def scenario() -> None:
        database = Database()
        async with following(database) as follower:
            database.models = Catalogue({"new": model(name="new")})
            database.change(catalogue=True)

            await until(lambda: "new" in follower.snapshot.catalogue.models)

    asyncio.run(scenario())


@pytest.mark.parametrize("trouble", [SourceUnavailable(), KeyError("provider"), ValueError()])
def test_trouble_while_asking_does_not_end_the_asking(trouble: Exception) -> None:
    """Else a revoked key would go on working until the next start."""

    async def scenario() -> None:
        database = Database()
        async with following(database) as follower:
            await follower.plan()
            database.plan = "pro"
            database.trouble = [trouble, trouble]
            database.change(keys={42})

            await follower.until_plan("pro")

    asyncio.run(scenario())


def test_changes_during_an_outage_are_learned_after_it() -> None:
    async def scenario() -> None:
        database = Database()
        async with following(database) as follower:
            await follower.plan()
            database.trouble = [SourceUnavailable()]
            database.plan = "pro"
            database.change(catalogue=True)
            database.change(keys={42})

            await follower.until_plan("pro")

    asyncio.run(scenario())
