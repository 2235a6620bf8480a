"""From a key in the headers to a principal, with a cache that forgets in time."""

import asyncio
from collections.abc import Iterator

import pytest

from naxios.domain import clock, keys
from naxios.domain.principal import Principal, Standing
from naxios.gateway import authenticate
from naxios.gateway.authenticate import Authenticator, SourceUnavailable
from naxios.gateway.refusal import Refusal
from tests.unit.gateway.builders import principal

NOW = 1_800_000_000 * clock.SECOND
SECRET = "nx_aaaaaaaaaaaaaaaaaaaaaaaaaaaaa74fhSWQ"
OTHER = "nx_ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ72jt9k8"


class Keys:
    """A source of keys that counts how often it is asked, can be away, and can be held up."""

    def __init__(self, **known: Principal) -> None:
        self.known = {keys.digest(secret): who for secret, who in known.items()}
        self.asked: list[bytes] = []
        self.away = False
        self.open = asyncio.Event()
        self.open.set()

    async def find_key(self, digest: bytes) -> Principal | None:
        self.asked.append(digest)
        found = self.known.get(digest)
        await self.open.wait()
        if self.away:
            raise SourceUnavailable
        return found


class Door:
    """An authenticator, its source, and the loop that both live in."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.keys = Keys(**{SECRET: principal()})
        self.authenticator = Authenticator(self.keys)

    def ask(self, *headers: tuple[bytes, bytes], now: int = NOW) -> Principal:
        return self.runner.run(self.authenticator.authenticate(list(headers), now))

    def ask_with(self, secret: str, now: int = NOW) -> Principal:
        return self.ask(bearer(secret), now=now)

    def refusal(self, *headers: tuple[bytes, bytes], now: int = NOW) -> Refusal:
        with pytest.raises(Refusal) as refused:
            self.ask(*headers, now=now)
        return refused.value


def bearer(secret: str) -> tuple[bytes, bytes]:
    return b"authorization", f"Bearer {secret}".encode()


def api_key(secret: str) -> tuple[bytes, bytes]:
    return b"x-api-key", secret.encode()


@pytest.fixture
def door() -> Iterator[Door]:
    with asyncio.Runner() as runner:
        yield Door(runner)


# Where the key stands


@pytest.mark.parametrize(
    "headers",
    [
        [bearer(SECRET)],
        [api_key(SECRET)],
        [(b"authorization", f"bearer {SECRET}".encode())],
        [(b"authorization", f"BEARER   {SECRET}  ".encode())],
        [(b"x-api-key", f" {SECRET} ".encode())],
        [(b"accept", b"*/*"), api_key(SECRET), (b"authorization", b"Basic dXNlcjpwYXNz")],
        [api_key(SECRET), (b"authorization", b"Bearer ")],
        [api_key(OTHER), bearer(SECRET)],
        [bearer(SECRET), api_key(OTHER)],
    ],
)
def test_a_key_is_found_in_either_header(door: Door, headers: list[tuple[bytes, bytes]]) -> None:
    assert door.ask(*headers) == principal()


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"accept", b"*/*")],
        [(b"authorization", b"")],
        [(b"authorization", b"Bearer")],
        [(b"authorization", SECRET.encode())],
        [(b"authorization", b"Basic dXNlcjpwYXNz")],
        [(b"x-api-key", b"")],
        [(b"cookie", f"key={SECRET}".encode())],
    ],
)
def test_without_a_key_one_is_told_how_to_send_it(door: Door, headers: list[tuple[bytes, bytes]]) -> None:
    refused = door.refusal(*headers)

    assert (refused.status, refused.code, refused.retry) == (401, "missing_api_key", False)
    assert "Authorization: Bearer" in refused.message
    assert "x-api-key" in refused.message


@pytest.mark.parametrize(
    "sent",
    [
        SECRET[:-1],
        SECRET + "0",
        SECRET[:-1] + ("0" if SECRET[-1] != "0" else "1"),
        SECRET.swapcase(),
        "sk-proj-0123456789",
        "é" * 39,
        " ",
    ],
    ids=["one short", "one long", "wrong checksum", "other case", "another's", "not ASCII", "blank"],  # secrets differ
)
def test_a_key_that_cannot_be_one_is_refused_without_a_look_up(door: Door, sent: str) -> None:
    refused = door.refusal((b"x-api-key", sent.encode()))

    assert (refused.status, refused.code, refused.retry) == (401, "invalid_api_key", False)
    assert door.keys.asked == []


def test_no_refusal_repeats_the_key(door: Door) -> None:
    for sent in (SECRET[:-1], OTHER):
        refused = door.refusal(bearer(sent))

        assert sent not in refused.message
        assert sent[:11] not in refused.message


# Who may pass


def test_an_unknown_key_is_refused(door: Door) -> None:
    refused = door.refusal(bearer(OTHER))

    assert (refused.status, refused.code, refused.retry) == (401, "invalid_api_key", False)


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (principal(standing=Standing.REVOKED), 401, "key_revoked"),
        (principal(standing=Standing.SUSPENDED), 403, "account_suspended"),
        (principal(standing=Standing.HELD), 403, "account_held"),
        (principal(standing=Standing.UNVERIFIED), 403, "verification_required"),
        (principal(standing=Standing.LAPSED), 402, "plan_lapsed"),
        (principal(expires_at=NOW), 401, "key_expired"),
        (principal(expires_at=NOW - 1), 401, "key_expired"),
        (principal(standing=Standing.REVOKED, expires_at=NOW), 401, "key_revoked"),
        (principal(standing=Standing.SUSPENDED, expires_at=NOW), 401, "key_expired"),
    ],
)
def test_a_key_that_may_not_be_used_is_refused_with_its_reason(
    door: Door, who: Principal, status: int, code: str
) -> None:
    door.keys.known[keys.digest(SECRET)] = who

    refused = door.refusal(bearer(SECRET))

    assert (refused.status, refused.code, refused.retry) == (status, code, False)


def test_a_refusal_says_why_in_the_control_planes_words(door: Door) -> None:
    door.keys.known[keys.digest(SECRET)] = principal(standing=Standing.UNVERIFIED, why="You left the server.")

    assert door.refusal(bearer(SECRET)).message == "You left the server."


def test_a_cached_key_is_looked_up_again_when_time_changes_its_plan(door: Door) -> None:
    door.keys.known[keys.digest(SECRET)] = principal(changes_at=NOW + 5)

    for moment in (NOW, NOW + 4, NOW + 5):
        door.ask_with(SECRET, moment)

    assert len(door.keys.asked) == 2


def test_a_cached_key_stops_at_its_end(door: Door) -> None:
    door.keys.known[keys.digest(SECRET)] = principal(expires_at=NOW + 5)
    door.ask_with(SECRET, NOW + 4)

    refused = door.refusal(bearer(SECRET), now=NOW + 5)

    assert refused.code == "key_expired"
    assert clock.format_instant(NOW) in refused.message


# What is remembered


def test_a_known_key_is_looked_up_once(door: Door) -> None:
    for _ in range(3):
        door.ask_with(SECRET)

    assert len(door.keys.asked) == 1


def test_a_known_key_is_looked_up_again_after_a_while(door: Door) -> None:
    door.ask_with(SECRET)
    door.ask_with(SECRET, NOW + authenticate.REFRESHED_AFTER - 1)
    assert len(door.keys.asked) == 1

    door.ask_with(SECRET, NOW + authenticate.REFRESHED_AFTER)

    assert len(door.keys.asked) == 2


def test_an_unknown_key_is_looked_up_once(door: Door) -> None:
    for _ in range(3):
        door.refusal(bearer(OTHER))

    assert len(door.keys.asked) == 1


def test_a_flood_of_unknown_keys_is_remembered_only_so_far(door: Door) -> None:
    flood = [keys.generate() for _ in range(authenticate.KEPT_UNKNOWN + 1)]

    async def ask_with_all() -> None:
        for secret in flood:
            with pytest.raises(Refusal):
                await door.authenticator.authenticate([bearer(secret)], NOW)

    door.runner.run(ask_with_all())
    before = len(door.keys.asked)
    door.refusal(bearer(flood[-1]))
    door.refusal(bearer(flood[0]))

    assert before == len(flood)
    assert len(door.keys.asked) == before + 1


def test_requests_that_come_together_share_one_look_up(door: Door) -> None:
    async def ask_together() -> list[Principal]:
        door.keys.open.clear()
        requests = [asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW)) for _ in range(10)]
        await asyncio.sleep(0)
        door.keys.open.set()
        return await asyncio.gather(*requests)

    assert door.runner.run(ask_together()) == [principal()] * 10
    assert len(door.keys.asked) == 1


def test_a_client_that_leaves_does_not_take_the_look_up_from_the_others(door: Door) -> None:
    async def one_leaves() -> Principal:
        door.keys.open.clear()
        leaving = asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW))
        staying = asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        door.keys.open.set()
        return await staying

    assert door.runner.run(one_leaves()) == principal()


# What is forgotten


def test_forgetting_a_key_looks_it_up_again_and_no_other(door: Door) -> None:
    door.keys.known[keys.digest(OTHER)] = principal(key_id=43)
    door.ask_with(SECRET)
    door.ask_with(OTHER)

    door.authenticator.forget_key(42)
    door.ask_with(SECRET)
    door.ask_with(OTHER)

    assert door.keys.asked == [keys.digest(SECRET), keys.digest(OTHER), keys.digest(SECRET)]


def test_a_revoked_key_is_refused_once_it_is_forgotten(door: Door) -> None:
    door.ask_with(SECRET)
    door.keys.known[keys.digest(SECRET)] = principal(standing=Standing.REVOKED)

    door.authenticator.forget_key(42)

    assert door.refusal(bearer(SECRET)).code == "key_revoked"


def test_forgetting_an_account_looks_all_its_keys_up_again(door: Door) -> None:
    door.keys.known[keys.digest(OTHER)] = principal(key_id=43)
    door.ask_with(SECRET)
    door.ask_with(OTHER)

    door.authenticator.forget_account(17)
    door.ask_with(SECRET)
    door.ask_with(OTHER)

    assert len(door.keys.asked) == 4


def test_forgetting_another_account_forgets_no_key(door: Door) -> None:
    door.ask_with(SECRET)

    door.authenticator.forget_account(18)
    door.authenticator.forget_key(43)
    door.ask_with(SECRET)

    assert len(door.keys.asked) == 1


def test_forgetting_everything_looks_every_key_up_again(door: Door) -> None:
    door.ask_with(SECRET)
    door.refusal(bearer(OTHER))

    door.authenticator.forget_all()
    door.ask_with(SECRET)
    door.refusal(bearer(OTHER))

    assert len(door.keys.asked) == 4


@pytest.mark.parametrize("change", ["forget_key", "forget_account"])
def test_a_key_that_was_unknown_works_once_anything_changed(door: Door, change: str) -> None:
    door.refusal(bearer(OTHER))
    door.keys.known[keys.digest(OTHER)] = principal(key_id=43, account_id=18)

    getattr(door.authenticator, change)(43 if change == "forget_key" else 18)

    assert door.ask_with(OTHER).key_id == 43


@pytest.mark.parametrize("change", ["forget_key", "forget_account", "forget_all"])
def test_what_was_read_before_a_change_is_not_kept_after_it(door: Door, change: str) -> None:
    """The race of a look-up with a revocation: the answer was on its way when the key was revoked."""

    async def revoke_meanwhile() -> None:
        door.keys.open.clear()
        asked = asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(door.keys.asked) == 1
        door.keys.known[keys.digest(SECRET)] = principal(standing=Standing.REVOKED)
        getattr(door.authenticator, change)(*{"forget_key": [42], "forget_account": [17], "forget_all": []}[change])
        door.keys.open.set()
        await asked

    door.runner.run(revoke_meanwhile())

    assert door.refusal(bearer(SECRET)).code == "key_revoked"


def test_a_request_after_a_change_does_not_join_a_look_up_from_before_it(door: Door) -> None:
    async def revoke_meanwhile() -> Refusal:
        door.keys.open.clear()
        before = asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        door.keys.known[keys.digest(SECRET)] = principal(standing=Standing.REVOKED)
        door.authenticator.forget_key(42)
        after = asyncio.create_task(door.authenticator.authenticate([bearer(SECRET)], NOW))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        door.keys.open.set()
        await before
        with pytest.raises(Refusal) as refused:
            await after
        return refused.value

    assert door.runner.run(revoke_meanwhile()).code == "key_revoked"


# While the source is away


def test_a_known_key_works_while_the_source_is_away(door: Door) -> None:
    door.ask_with(SECRET)
    door.keys.away = True

    assert door.ask_with(SECRET) == principal()


def test_a_key_that_would_be_looked_up_again_goes_on_working_for_an_hour(door: Door) -> None:
    door.ask_with(SECRET)
    door.keys.away = True

    assert door.ask_with(SECRET, NOW + authenticate.USED_FOR - 1) == principal()
    assert door.refusal(bearer(SECRET), now=NOW + authenticate.USED_FOR + authenticate.ASKED_AGAIN_AFTER).status == 503


def test_a_source_that_is_away_is_not_asked_by_every_request(door: Door) -> None:
    door.ask_with(SECRET)
    door.keys.away = True
    later = NOW + authenticate.REFRESHED_AFTER

    for _ in range(10):
        door.ask_with(SECRET, later)
    assert len(door.keys.asked) == 2

    door.keys.away = False
    door.ask_with(SECRET, later + authenticate.ASKED_AGAIN_AFTER)
    assert len(door.keys.asked) == 3


def test_a_key_that_was_forgotten_does_not_work_while_the_source_is_away(door: Door) -> None:
    door.ask_with(SECRET)
    door.keys.away = True

    door.authenticator.forget_key(42)

    assert door.refusal(bearer(SECRET)).status == 503


def test_a_key_that_is_not_cached_has_to_wait_until_the_source_is_back(door: Door) -> None:
    door.keys.away = True

    refused = door.refusal(bearer(SECRET))

    assert (refused.status, refused.code, refused.retry_after) == (503, "keys_unavailable", clock.SECOND)
    door.keys.away = False
    assert door.ask_with(SECRET) == principal()
