"""The pages on which keys are made, changed and rotated: what a form may say, and secrets that are shown once."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from django.utils import timezone

from naxios.accounts.models import SecurityEvent
from naxios.domain import keys
from naxios.domain.limits import Limits
from naxios.keys import queries, services
from naxios.keys.models import ApiKey
from tests.unit.keys.forms import Fields

CREATE = "/dashboard/keys/create/"
LEAST = {"name": "production", "which_models": "all", "expires": "never"}


def asked(**fields: Any) -> dict[str, Any]:
    """What a browser sends: the least that a form holds, with other fields as stated."""
    return {**LEAST, "form_token": str(uuid4()), **fields}


def secrets_in(answer: Any) -> set[str]:
    """Whole secrets that a page shows."""
    found = re.findall(r"nx_[0-9A-Za-z]{36}", answer.content.decode())
    return {secret for secret in found if keys.is_well_formed(secret)}


def test_a_name_is_enough(browser: Client) -> None:
    answer = browser.post(CREATE, asked(tokens_per_day=""))

    (secret,) = secrets_in(answer)
    made = queries.principal(keys.digest(secret))
    assert answer.status_code == 200
    assert made is not None
    assert (made.key_name, made.key_limits, made.key_models) == ("production", Limits(), ("*",))


def test_everything_can_be_decided(browser: Client) -> None:
    browser.post(
        CREATE,
        asked(
            tokens_per_day="80000",
            concurrency="2",
            which_models="some",
            models=["naxios/echo"],
            expires="date",
            expires_on="2999-02-01",
            tags="team = search\n\nstage=production=eu\n",
        ),
    )

    key = ApiKey.objects.get()
    assert key.limits == Limits(tokens_per_day=80_000, concurrency=2)
    assert key.allowed_models == ["naxios/echo"]
    assert key.expires_at == datetime(2999, 2, 1, tzinfo=UTC)
    assert key.tags == {"team": "search", "stage": "production=eu"}


def test_a_period_ends_so_many_days_from_now(browser: Client) -> None:
    browser.post(CREATE, asked(expires="30"))

    end = ApiKey.objects.get().expires_at
    assert end is not None
    assert timedelta(days=29, hours=23) < end - timezone.now() <= timedelta(days=30)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": ""}, "required"),
        ({"tokens_per_day": "0"}, "greater than or equal to 1"),
        ({"tokens_per_day": "many"}, "whole number"),
        ({"which_models": "some"}, "Choose at least one model"),
        ({"which_models": "some", "models": ["no/such"]}, "Select a valid choice"),
        ({"expires": "date"}, "Choose a day"),
        ({"expires": "date", "expires_on": "2001-01-01"}, "has to lie in the future"),
        ({"tags": "no value"}, "is not name=value"),
        ({"tags": "a=1\na=2"}, "stands there twice"),
        ({"tags": "\n".join(f"{number}=x" for number in range(17))}, "at most 16 tags"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    browser: Client, fields: dict[str, Any], complaint: str
) -> None:
    answer = browser.post(CREATE, asked(**{"name": "typed already", **fields}))

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in shown
    assert "marked below" in shown or 'class="errorlist nonfield"' in shown
    assert not fields.get("name", True) or "typed already" in shown
    assert not ApiKey.objects.exists()


def test_the_plans_limits_stand_beside_the_fields(browser: Client) -> None:
    shown = browser.get(CREATE).content.decode()

    for most in ("Your plan: 100,000", "Your plan: 10", "Your plan: 20,000", "Your plan: 2"):
        assert most in shown


def test_first_requests_hold_the_address_and_the_secret(browser: Client) -> None:
    answer = browser.post(CREATE, asked())

    (secret,) = secrets_in(answer)
    shown = answer.content.decode()
    assert shown.count(secret) == 5  # by itself, for curl, Python, JavaScript and the environment
    assert shown.count("http://testserver/v1") == 4


def test_a_reload_makes_no_second_key_and_shows_no_secret(browser: Client) -> None:
    sent = asked()
    browser.post(CREATE, sent)

    again = browser.post(CREATE, sent, follow=True)

    assert ApiKey.objects.count() == 1
    assert secrets_in(again) == set()
    assert again.redirect_chain == [(f"/dashboard/keys/{ApiKey.objects.get().pk}/", 302)]
    assert "sent already" in again.content.decode()


def test_another_form_makes_another_key(browser: Client) -> None:
    tokens = {re.search(r'name="form_token" value="([^"]+)"', browser.get(CREATE).content.decode()) for _ in range(2)}

    assert len({token[1] for token in tokens if token}) == 2


def test_who_made_it_from_where_is_noted(browser: Client) -> None:
    browser.post(CREATE, asked(), headers={"user-agent": "a browser"}, REMOTE_ADDR="192.0.2.7")

    event = SecurityEvent.objects.get(kind="key_created")
    assert (event.address, event.user_agent) == ("192.0.2.7", "a browser")


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(
        user=owner,
        name="production",
        limits=Limits(tokens_per_day=5),
        allowed_models=["north/*"],
        tags={"team": "search"},
        expires_at=datetime(2999, 1, 1, 12, tzinfo=UTC),
    )[0]


def test_editing_starts_from_what_is(browser: Client, key: ApiKey) -> None:
    as_it_is = Fields(browser.get(f"/dashboard/keys/{key.pk}/edit/").content.decode()).held

    answer = browser.post(f"/dashboard/keys/{key.pk}/edit/", as_it_is)

    assert answer.status_code == 302
    assert not SecurityEvent.objects.filter(kind="key_changed").exists()  # patterns and end included


def test_editing_changes_what_is_said_and_keeps_the_secret(browser: Client, key: ApiKey) -> None:
    prefix = key.secrets.get().prefix

    answer = browser.post(f"/dashboard/keys/{key.pk}/edit/", {**LEAST, "name": "staging"}, follow=True)

    key.refresh_from_db()
    assert "Saved" in answer.content.decode()
    assert (key.name, key.limits, key.allowed_models, key.tags) == ("staging", Limits(), ["*"], {})
    assert key.expires_at is None
    assert key.secrets.get().prefix == prefix


@pytest.mark.parametrize(("grace", "old_works_for"), [("0", 0), ("3600", 3600), ("86400", 86400)])
def test_rotating_shows_the_new_secret_and_ends_the_old(
    browser: Client, key: ApiKey, grace: str, old_works_for: int
) -> None:
    old = key.secrets.get()

    answer = browser.post(f"/dashboard/keys/{key.pk}/rotate/", {"grace": grace, "form_token": str(uuid4())})

    (secret,) = secrets_in(answer)
    made = queries.principal(keys.digest(secret))
    old.refresh_from_db()
    assert made is not None
    assert made.key_id == key.pk
    assert old.expires_at is not None
    assert abs((old.expires_at - timezone.now()).total_seconds() - old_works_for) < 60


def test_a_reload_does_not_rotate_again(browser: Client, key: ApiKey) -> None:
    sent = {"grace": "0", "form_token": str(uuid4())}
    browser.post(f"/dashboard/keys/{key.pk}/rotate/", sent)

    again = browser.post(f"/dashboard/keys/{key.pk}/rotate/", sent, follow=True)

    assert secrets_in(again) == set()
    assert "sent already" in again.content.decode()
    assert key.secrets.count() == 2
    assert key.secrets.filter(expires_at=None).count() == 1  # the one that was shown goes on working


def test_rotating_asks_for_a_known_grace_time(browser: Client, key: ApiKey) -> None:
    answer = browser.post(f"/dashboard/keys/{key.pk}/rotate/", {"grace": "-5", "form_token": str(uuid4())})

    assert answer.status_code == 422
    assert key.secrets.count() == 1
