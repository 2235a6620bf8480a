"""The usage page, its refreshed part and its downloads, as a signed-in person gets them."""

import asyncio
import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections
from django.test import AsyncClient, Client

from naxios.accounts.services import create_user
from naxios.keys import services as keys
from tests.html import table, tables
from tests.unit.usage.histories import drain, refused, used

pytestmark = pytest.mark.usefixtures("pages")

PAGE = "/dashboard/usage/"
LIVE = "/dashboard/usage/live/"
DOWNLOAD = "/dashboard/usage/download/"


class Person:
    """An account with one key, signed in."""

    def __init__(self, email: str) -> None:
        self.user: AbstractBaseUser = create_user(email=email)
        self.key, _ = keys.create(user=self.user, name=f"key of {email}")
        self.client = Client()
        self.client.force_login(self.user)

    def uses(self, count: int = 1, **how: Any) -> None:
        """So many requests just now."""
        now = datetime.now(UTC)
        drain([used(now, account=self.user.pk, key=self.key.pk, **how) for _ in range(count)])

    def reads(self, path: str = PAGE) -> str:
        """A page, which has to be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    def downloads(self, query: str = "") -> tuple[dict[str, str], str]:
        """Headers and text of a download, streamed as the server streams it."""

        async def fetch() -> tuple[dict[str, str], str]:
            client = AsyncClient()
            client.cookies = self.client.cookies
            answer = await client.get(f"{DOWNLOAD}?{query}")
            assert answer.status_code == 200
            parts = [part async for part in answer.streaming_content]
            await sync_to_async(connections.close_all)()  # those of the thread that made the answer
            return dict(answer.headers), b"".join(parts).decode()

        return asyncio.run(fetch())


@pytest.fixture
def person() -> Person:
    return Person("dev@example.com")


@pytest.fixture
def stranger() -> Person:
    return Person("other@example.com")


def _groups(page: str, by: str = "Model") -> list[dict[str, str]]:
    return table(page, by, "Standard tokens", "95 % within")


def _requests(page: str) -> list[dict[str, str]]:
    return table(page, "Time (UTC)", "Request id")


def test_it_shows_figures_groups_and_requests(person: Person) -> None:
    person.uses(2, model="good", tokens=100)
    person.uses(1, model="better", status=502, tokens=0)

    page = person.reads()

    assert [(row["Model"], row["Requests"], row["Failed"]) for row in _groups(page)] == [
        ("good", "2", "0"),
        ("better", "1", "1"),
    ]
    assert [row["Status"] for row in _requests(page)].count("502 provider error") == 1
    assert "1 failed (33.3 %)" in page


def test_nobody_sees_the_usage_of_somebody_else(person: Person, stranger: Person) -> None:
    stranger.uses(3, model="secret-project")

    page = person.reads()

    assert "secret-project" not in page
    assert "No requests in this time" in page
    assert person.downloads("rows=requests&format=json")[1] == "[]\n"


@pytest.mark.parametrize("path", [PAGE, LIVE, DOWNLOAD])
def test_a_key_of_somebody_else_is_not_found(person: Person, stranger: Person, path: str) -> None:
    assert person.client.get(f"{path}?key={stranger.key.pk}").status_code == 404
    assert person.client.get(f"{path}?key={stranger.key.pk + 100}").status_code == 404


@pytest.mark.parametrize("path", [PAGE, DOWNLOAD])
def test_a_visitor_has_to_sign_in(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/accounts/login/")


def test_who_was_signed_out_meanwhile_gets_the_page_anew() -> None:
    answer = Client().get(LIVE)

    assert (answer.status_code, answer.headers["hx-refresh"]) == (401, "true")


@pytest.mark.parametrize("path", [PAGE, LIVE, DOWNLOAD])
def test_it_only_allows_reading(person: Person, path: str) -> None:
    assert person.client.post(path).status_code == 405


def test_filters_narrow_every_part(person: Person) -> None:
    other, _ = keys.create(user=person.user, name="second")
    person.uses(1, model="good")
    person.uses(1, model="better")
    drain([used(datetime.now(UTC), account=person.user.pk, key=other.pk, model="good")])

    page = person.reads(f"{PAGE}?key={other.pk}&model=good&group=key")

    assert [(row["Key"], row["Requests"]) for row in _groups(page, "Key")] == [("second", "1")]
    assert [(row["Key"], row["Model"]) for row in _requests(page)] == [("second", "good")]
    assert f'<option value="{other.pk}" selected>' in page
    assert "<option selected>good</option>" in page


def test_what_makes_no_sense_is_said_and_the_page_is_still_there(person: Person) -> None:
    answer = person.client.get(f"{PAGE}?from=2026-02-10&to=2026-02-01")

    assert answer.status_code == 422
    assert "To: This is before the first day." in answer.content.decode()


def test_refusals_are_told_in_words(person: Person) -> None:
    now = datetime.now(UTC)
    drain([refused(now, account=person.user.pk, key=person.key.pk, code="tokens_per_day", times=1234)])

    assert table(person.reads(), "Reason") == [
        {"Reason": "Tokens per day used up", "Code": "tokens_per_day", "How often": "1,234"}
    ]


def test_older_requests_are_a_link_away_and_stand_still(person: Person) -> None:
    now = datetime.now(UTC)
    drain([used(now - timedelta(minutes=n), account=person.user.pk, key=person.key.pk) for n in range(30)])
    first = person.reads()
    older = first.split("&amp;before=")[1].split("#")[0]

    second = person.reads(f"{PAGE}?before={older}")

    assert len(_requests(first)) == 25
    assert len(_requests(second)) == 5
    assert not {row["Request id"] for row in _requests(first)} & {row["Request id"] for row in _requests(second)}
    assert "hx-get" in first
    assert "hx-get" not in second


def test_a_time_that_is_over_is_not_asked_for_again(person: Person) -> None:
    assert "hx-get" not in person.reads(f"{PAGE}?from=2026-01-01&to=2026-01-31")


def test_the_refreshed_part_is_empty_until_something_happens(person: Person) -> None:
    person.uses(1, model="good")
    address = person.reads().split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    before = person.client.get(address)
    person.uses(1, model="fresh")
    after = person.client.get(address)

    assert (before.status_code, before.content) == (204, b"")
    assert after.status_code == 200
    assert [row["Model"] for row in _requests(after.content.decode())] == ["fresh", "good"]
    assert "<html" not in after.content.decode()


def test_the_refreshed_part_keeps_the_filters(person: Person) -> None:
    page = person.reads(f"{PAGE}?period=24h&group=status&model=good")

    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    assert address.startswith(f"{LIVE}?period=24h&group=status&model=good&seen=")


def test_csv_is_what_the_page_shows(person: Person) -> None:
    person.uses(3, model="good", tokens=100)
    person.uses(2, model="better", tokens=50, status=504)
    page = person.reads()

    headers, text = person.downloads()

    downloaded: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(text)):
        downloaded[row["model"]] += int(row["standard_tokens"])
    assert {row["Model"]: int(row["Standard tokens"]) for row in _groups(page)} == downloaded
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="usage-steps-')


def test_json_of_requests_is_the_table_of_requests(person: Person) -> None:
    person.uses(2, tokens=100)
    page = person.reads()

    headers, text = person.downloads("rows=requests&format=json")

    assert [row["request_id"] for row in json.loads(text)] == [row["Request id"] for row in _requests(page)]
    assert headers["Content-Type"] == "application/json"


def test_a_download_has_the_filters_of_the_page(person: Person) -> None:
    person.uses(1, model="good")
    person.uses(1, model="better")

    assert [row["model"] for row in json.loads(person.downloads("model=good&format=json")[1])] == ["good"]


@pytest.mark.parametrize("query", ["format=xml", "rows=everything", "from=yesterday"])
def test_a_download_of_nothing_there_is_is_not_found(person: Person, query: str) -> None:
    assert person.client.get(f"{DOWNLOAD}?{query}").status_code == 404


def test_names_of_keys_cannot_bring_markup_or_formulas_with_them(person: Person) -> None:
    hostile, _ = keys.create(user=person.user, name='=1+1"><script>alert(1)</script>')
    drain([used(datetime.now(UTC), account=person.user.pk, key=hostile.pk)])

    page = person.reads(f"{PAGE}?group=key")

    assert "<script>alert(1)" not in page
    assert tables(page)
    (row,) = csv.DictReader(io.StringIO(person.downloads("group=key")[1]))
    assert row["key"].startswith("'=1+1")
