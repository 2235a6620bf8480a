"""The start page of an account."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from msgspec import structs

from naxios.accounts.services import create_user
from naxios.domain.entitlements import BonusSource
from naxios.domain.limits import Limits
from naxios.keys import services as keys
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from tests.html import table
from tests.unit.usage.histories import drain, used

pytestmark = pytest.mark.usefixtures("pages")

PAGE = "/dashboard/"


@pytest.fixture
def user(database: Path) -> AbstractBaseUser:
    return create_user(email="dev@example.com")


@pytest.fixture
def client(user: AbstractBaseUser) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _read(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def _live_address(page: str) -> str:
    return page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def _done(page: str) -> list[str]:
    """Headings of the steps that are ticked."""
    steps = page.split('<ol class="steps"')[1].split("</ol>")[0].split("<li")[1:]
    return [step.split("<h3>")[1].split("</h3>")[0] for step in steps if step.startswith(' class="done"')]


def test_a_newcomer_is_led_to_a_first_answer(client: Client) -> None:
    page = _read(client)

    assert _done(page) == ["Confirm your e-mail address"]
    assert "curl http://testserver/v1/chat/completions" in page
    assert "&quot;model&quot;: &quot;naxios/echo&quot;" in page


def test_steps_are_ticked_as_they_are_done(client: Client, user: AbstractBaseUser) -> None:
    live = _live_address(_read(client))
    assert client.get(live).status_code == 204

    key, _ = keys.create(user=user, name="first")
    with_key = _read(client, live)
    drain([used(datetime.now(UTC), account=user.pk, key=key.pk, model="naxios/echo")])
    with_request = _read(client, _live_address(with_key))

    assert _done(with_key)[1:] == ["Create a key"]
    assert len(_done(with_request)) == 4
    assert [row["Model"] for row in table(with_request, "Time (UTC)", "Request id")] == ["naxios/echo"]


def test_who_has_made_a_request_needs_no_steps(client: Client, user: AbstractBaseUser) -> None:
    key, _ = keys.create(user=user, name="first")
    drain([used(datetime.now(UTC) - timedelta(days=60), account=user.pk, key=key.pk)])

    assert "To your first answer" not in _read(client)


def test_today_is_told_beside_the_limit_of_the_day(client: Client, user: AbstractBaseUser) -> None:
    key, _ = keys.create(user=user, name="first")
    now = datetime.now(UTC)
    drain(
        [
            used(now, account=user.pk, key=key.pk, tokens=20_000),
            used(now, account=user.pk, key=key.pk, status=502, tokens=0),
        ]
    )
    drain([used(now - timedelta(days=1), account=user.pk, key=key.pk, tokens=4_000)])

    page = _read(client)

    assert '30,000 <span class="note">of 100,000</span>' in page
    assert "70,000 left." in page
    assert "1 failed (50.0 %)." in page
    assert f'data-until="{(now + timedelta(days=1)).date()}T00:00:00.000+00:00"' in page


def test_the_last_days_are_a_chart_with_its_table(client: Client, user: AbstractBaseUser) -> None:
    key, _ = keys.create(user=user, name="first")
    now = datetime.now(UTC)
    drain([used(now - timedelta(days=13), account=user.pk, key=key.pk, tokens=100)])
    drain([used(now - timedelta(days=14), account=user.pk, key=key.pk, tokens=1_000_000)])

    rows = table(_read(client), "Time (UTC)", "Standard tokens")

    assert len(rows) == 14
    assert [row["Standard tokens"] for row in rows] == ["150", *["0"] * 13]


def test_models_and_keys_stand_by_their_use(client: Client, user: AbstractBaseUser) -> None:
    first, _ = keys.create(user=user, name="first")
    keys.create(user=user, name="unused")
    now = datetime.now(UTC)
    drain([used(now, account=user.pk, key=first.pk, model=model, tokens=n) for n, model in enumerate("abcdefg")])

    page = _read(client)

    assert [row["Model"] for row in table(page, "Model", "Standard tokens")] == ["g", "f", "e", "d", "c"]
    assert [row["Key"] for row in table(page, "Key", "Last used (UTC)")] == ["first", "unused"]
    assert table(page, "Key", "Last used (UTC)")[1]["Last used (UTC)"] == "never"


def test_a_plan_without_a_limit_of_the_day_says_so(client: Client, user: AbstractBaseUser) -> None:
    plan_services.put(name="boundless", fields={"display_name": "Boundless", "tokens_per_day": None})
    plan_services.grant(user=user, plan=plans.by_name("boundless"))

    page = _read(client)

    assert "Boundless" in page
    assert "No daily limit." in page


def test_others_keys_and_requests_are_not_there(client: Client) -> None:
    stranger = create_user(email="other@example.com")
    key, _ = keys.create(user=stranger, name="strange key", limits=Limits())
    drain([used(datetime.now(UTC), account=stranger.pk, key=key.pk, model="strange-model")])

    assert "strange" not in _read(client)


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/limits/"])
def test_a_visitor_has_to_sign_in(database: Path, path: str) -> None:
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", ["/dashboard/live/", "/dashboard/limits/live/"])
def test_who_was_signed_out_meanwhile_gets_the_page_anew(database: Path, path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer.headers["hx-refresh"]) == (401, "true")


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/live/", "/dashboard/limits/", "/dashboard/limits/live/"])
def test_it_only_allows_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_a_bonus_adds_to_the_day_and_is_told(client: Client, user: AbstractBaseUser) -> None:
    key, _ = keys.create(user=user, name="first")
    page = _read(client)
    assert "bonus" not in page.split('id="home-today"')[1].split("</section>")[0]
    plan_services.grant_bonus(user=user, tokens=5_000, source=BonusSource.STAFF)
    now = datetime.now(UTC)
    entries = [used(now, account=user.pk, key=key.pk, tokens=tokens) for tokens in (66_667, 1_000)]
    drain([entries[0], structs.replace(entries[1], bonus_tokens=1_500)])

    page = _read(client, _live_address(page))

    assert '101,500 <span class="note">of 105,000</span>' in page
    assert "3,500 left, 3,500 of them bonus tokens." in page
