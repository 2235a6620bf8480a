"""Codes against a running server: many at the same time, and nowhere in what it leaves behind."""

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier

import httpx2 as httpx
import pytest

from tests.canaries.search import Remains
from tests.integration.codes.sessions import signed_in
from tests.serving import Server, running_server

ACCOUNTS = 25
TIMES = 4
"""Fewer than tests of services have, on both databases: a page takes longer to make than a decision."""
REDEEM = "/dashboard/redeem/"
_ERRORS = re.compile(r'<div class="errors"[^>]*>(.*?)</div>', re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Logs all that it can, and is told by a proxy where people are."""
    directory = tmp_path_factory.mktemp("naxios")
    with running_server(directory, NAXIOS_LOG_LEVEL="debug", NAXIOS_TRUSTED_PROXIES="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def sessions(server: Server) -> dict[str, str]:
    """A session of each of many accounts, and one of staff."""
    return signed_in(server, *(f"person{number}@example.com" for number in range(ACCOUNTS)), "staff@example.com")


def browser(server: Server, session: str, address: str = "203.0.113.1") -> httpx.Client:
    """Somebody who is signed in, at ``address``."""
    token = secrets.token_hex(16)
    return httpx.Client(
        base_url=server.url,
        cookies={"naxios_session": session, "naxios_csrf": token},
        headers={"x-csrftoken": token, "x-forwarded-for": address},
        timeout=60,
    )


def told(answer: httpx.Response) -> str:
    """What the page says about a code: won, or why not."""
    if answer.status_code == 302:
        return "won"
    assert answer.status_code == 422, answer.status_code
    (errors,) = _ERRORS.findall(answer.text)
    return unescape(errors).strip()


def test_of_many_accounts_that_try_one_code_at_once_one_has_it(server: Server, sessions: dict[str, str]) -> None:
    (code,) = server.cli("code", "create", "--plan", "test", "--days", "30", "--batch", "rush")["codes"]
    start = Barrier(ACCOUNTS)

    def rush(number: int) -> list[str]:
        with browser(server, sessions[f"person{number}@example.com"], f"198.51.100.{number}") as person:
            start.wait()
            return [told(person.post(REDEEM, data={"code": code})) for _ in range(TIMES)]

    with ThreadPoolExecutor(ACCOUNTS) as pool:
        answers = Counter(answer for answers in pool.map(rush, range(ACCOUNTS)) for answer in answers)

    assert answers.pop("won") == 1
    assert sum(answers.values()) == ACCOUNTS * TIMES - 1
    for answer in answers:
        assert answer.startswith(("This code is used up.", "You have redeemed this code already, on "))
    (batch,) = server.cli("code", "list")
    assert batch["redeemed"] == 1


def test_no_code_is_left_anywhere(server: Server, sessions: dict[str, str]) -> None:
    made, unused = server.cli("code", "create", "--tokens", "5", "--count", "2", "--batch", "canary")["codes"]
    with (
        browser(server, sessions["person1@example.com"]) as person,
        browser(server, sessions["person2@example.com"]) as other,
        browser(server, sessions["staff@example.com"]) as staff,
        httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as visitor,
    ):
        visitor.get(REDEEM, params={"code": unused})
        person.get(REDEEM, params={"code": made})
        assert told(person.post(REDEEM, data={"code": made.lower()})) == "won"
        assert "already" in told(person.post(REDEEM, data={"code": made}))
        assert "used up" in told(other.post(REDEEM, data={"code": made.replace("-", "")}))
        assert "character is wrong" in told(other.post(REDEEM, data={"code": f"{unused[:-1]}{_other(unused[-1])}"}))
        assert other.post(f"{REDEEM}{unused}", data={"code": unused}).status_code == 404
        assert other.post(REDEEM, data={"code": unused}, headers={"x-csrftoken": unused}).status_code == 403
        terms = {"form_token": "8a0d3c2e-6a55-4a3c-9c39-0d6d3a2f6d11", "tokens": "5", "count": "2", "max_uses": "1"}
        shown = re.findall(r"NAX(?:-\w{5}){4}", staff.post("/staff/codes/create/", data=terms).text)
        batch = server.cli("code", "list")[0]["batch"]
        file = staff.post(f"/staff/codes/{batch}/csv/", data={"codes": "\n".join(shown[:2])})
        assert shown[0] in file.text
        assert staff.post("/staff/codes/find/", data={"code": unused}).status_code == 302
    server.cli("code", "redeem", unused, "--user", "person3@example.com")

    remains = Remains()
    remains.take_files(server, "at the end")
    remains.take_metrics(server)

    assert remains.places_of("person1@example.com") != []
    for code in {made, unused, *shown}:
        for text in (code, code.replace("-", ""), code.lower(), code.lower().replace("-", ""), code[4:15], code[10:21]):
            assert remains.places_of(text) == [], text


def _other(character: str) -> str:
    return "7" if character != "7" else "8"
