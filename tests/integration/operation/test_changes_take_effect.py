"""What the command line changes, the running server knows within seconds (it polls four times a second)."""

import time
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest

from tests.serving import Server

SECONDS = 5
"""A second is what is promised; a loaded machine gets more."""


@pytest.mark.parametrize(
    ("verb", "status", "code"),
    [("revoke", 401, "key_revoked"), ("expire", 401, "key_expired")],
    ids=["revoke", "expire"],
)
def test_a_key_that_is_ended_is_refused(server: Server, verb: str, status: int, code: str) -> None:
    secret = server.key()
    assert _ask(server, secret).status_code == 200

    server.cli("key", verb, _id(server, secret))

    refused = _ask_until(server, secret, status)
    assert refused.json()["error"]["code"] == code


def test_a_rotated_key_works_with_its_new_secret_only(server: Server) -> None:
    old = server.key()
    assert _ask(server, old).status_code == 200

    new = server.cli("key", "rotate", _id(server, old))["secret"]

    assert _ask_until(server, old, 401).json()["error"]["code"] == "key_expired"
    assert _ask(server, new).status_code == 200


def test_within_a_grace_time_both_secrets_work_and_then_only_the_new_one(server: Server) -> None:
    old = server.key()
    key_id = _id(server, old)

    new = server.cli("key", "rotate", key_id, "--grace", "1h")["secret"]

    assert [_ask(server, secret).status_code for secret in (old, new)] == [200, 200]
    newest = server.cli("key", "rotate", key_id, "--grace", "1s")["secret"]
    assert [_ask_until(server, secret, 401).json()["error"]["code"] for secret in (old, new)] == ["key_expired"] * 2
    assert _ask(server, newest).status_code == 200


def test_a_key_ends_by_itself_at_its_end(server: Server) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=6)).strftime("%Y-%m-%dT%H:%M:%S")
    secret = server.key("--expires", end)
    assert _ask(server, secret).status_code == 200

    refused = _ask_until(server, secret, 401, seconds=6 + SECONDS)

    assert refused.json()["error"]["code"] == "key_expired"
    assert f"{end}Z" in refused.json()["error"]["message"]


def test_an_expired_key_works_again_with_a_later_end(server: Server) -> None:
    secret = server.key()
    key_id = _id(server, secret)
    server.cli("key", "expire", key_id)
    _ask_until(server, secret, 401)

    server.cli("key", "expire", key_id, "--at", "2999-01-01")

    _ask_until(server, secret, 200)


def test_a_suspended_account_is_refused_with_all_its_keys_until_it_is_resumed(server: Server) -> None:
    keys = [server.key(user="suspended@example.com") for _ in range(2)]
    assert [_ask(server, key).status_code for key in keys] == [200, 200]

    server.cli("user", "suspend", "suspended@example.com")
    refused = [_ask_until(server, key, 403).json()["error"]["code"] for key in keys]
    server.cli("user", "resume", "suspended@example.com")

    assert refused == ["account_suspended"] * 2
    for key in keys:
        _ask_until(server, key, 200)


def _ask(server: Server, secret: str) -> httpx.Response:
    return httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {secret}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]},
        timeout=60,
    )


def _ask_until(server: Server, secret: str, status: int, seconds: float = SECONDS) -> httpx.Response:
    """The first answer with ``status``."""
    end = time.monotonic() + seconds
    while (answer := _ask(server, secret)).status_code != status:
        assert time.monotonic() < end, f"still {answer.status_code} after {seconds} s"
        time.sleep(0.05)
    return answer


def _id(server: Server, secret: str) -> str:
    """The id of the key behind ``secret``."""
    keys = server.cli("key", "list", "--user", secret)
    return str(next(key["id"] for key in keys if secret.startswith(tuple(key["prefix"]))))
