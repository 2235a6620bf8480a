"""What the command line changes, the running server knows within seconds (it polls four times a second)."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest

from tests.serving import GENEROUS_PLAN, Server

SECONDS = 5
"""A second is what is promised; a loaded machine gets more."""

TWO_PLANS = f"""
{GENEROUS_PLAN}
[plans.small]
tokens_per_day = 1000
[plans.large]
tokens_per_day = 2000
price_minor = 1500
currency = "usd"
[plans.refusing]
tokens_per_day = 3000
after_lapse = "refuse"
"""


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


def test_a_granted_plan_counts_and_a_paused_resumed_or_ended_one_does_as_well(server: Server) -> None:
    server.apply(TWO_PLANS)
    secret = server.key(user="changing@example.com", plan="small")
    _limit_until(server, secret, 1_000)

    server.cli("user", "grant", "changing@example.com", "--plan", "large")
    _limit_until(server, secret, 2_000)
    _do(server, "services.pause(entitlement=newest, reason='a test')")
    _limit_until(server, secret, 1_000)
    _do(server, "services.resume(entitlement=newest)")
    _limit_until(server, secret, 2_000)
    _do(server, "services.end(entitlement=newest)")
    _limit_until(server, secret, 1_000)


def test_a_bonus_counts_and_no_longer_once_it_is_taken_back(server: Server) -> None:
    server.apply(TWO_PLANS)
    secret = server.key(user="bonus@example.com", plan="small")

    server.cli("user", "grant", "bonus@example.com", "--bonus-tokens", "500")
    _limit_until(server, secret, 1_500)
    spent = _ask(server, secret, max_tokens=1_400)
    _do(server, "services.end_bonus(bonus=newest_bonus)")

    _limit_until(server, secret, 1_000)
    assert spent.status_code == 200


def test_a_plan_and_a_bonus_end_by_themselves_at_their_end(server: Server) -> None:
    server.apply(TWO_PLANS)
    secret = server.key(user="ending@example.com", plan="small")
    plan = "services.grant(user=newest.user, plan=queries.by_name('refusing'), priority=30, ends_at=soon)"
    bonus = "services.grant_bonus(user=newest.user, tokens=7, source='staff', ends_at=soon)"

    _do(server, f"soon = datetime.now(UTC) + timedelta(seconds=4); {plan}; {bonus}")

    _limit_until(server, secret, 3_007)
    _limit_until(server, secret, 1_000, seconds=4 + SECONDS)


def test_an_account_whose_last_plan_has_ended_is_refused_with_what_to_do_until_it_accepts_that(server: Server) -> None:
    server.apply(TWO_PLANS)
    secret = server.key(user="lapsing@example.com", plan="refusing")
    assert _ask(server, secret).status_code == 200

    _do(server, "services.end(entitlement=newest)")
    refused = _ask_until(server, secret, 402).json()["error"]
    _do(server, "services.accept_lapse(user=newest.user)")

    assert refused["code"] == "plan_lapsed"
    assert refused["message"].startswith("The plan refusing of this account ended at ")
    _ask_until(server, secret, 200)


def _do(server: Server, act: str) -> None:
    """What staff do in the console, which has no command: ``newest`` is the entitlement that was made last."""
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'naxios.settings'\n"
        "import django; django.setup()\n"
        "from datetime import UTC, datetime, timedelta\n"
        "from naxios.plans import queries, services\n"
        "from naxios.plans.models import BonusGrant, Entitlement\n"
        "newest, newest_bonus = Entitlement.objects.latest('pk'), BonusGrant.objects.order_by('-pk').first()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program + act], env=server.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _limit_until(server: Server, secret: str, limit: int, seconds: float = SECONDS) -> None:
    """Wait until ``GET /v1/key`` tells that a day has ``limit`` tokens."""
    end = time.monotonic() + seconds
    while (told := _limit_of_day(server, secret)) != limit:
        assert time.monotonic() < end, f"still {told} after {seconds} s"
        time.sleep(0.05)


def _limit_of_day(server: Server, secret: str) -> int | None:
    answer = httpx.get(f"{server.api}/key", headers={"authorization": f"Bearer {secret}"}, timeout=60).json()
    return next((limit["value"] for limit in answer["limits"] if limit["limit"] == "tokens_per_day"), None)


def _ask(server: Server, secret: str, **fields: int) -> httpx.Response:
    return httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {secret}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}], **fields},
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
