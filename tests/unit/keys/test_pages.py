"""The pages that show keys and end them, as their owner sees them; nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client

from naxios.accounts.services import create_user
from naxios.domain.limits import Limits
from naxios.keys import services
from naxios.keys.models import ApiKey
from naxios.usage import services as usage
from tests.unit.keys.history import use

KEYS = "/dashboard/keys/"
OF_A_KEY = ["", "edit/", "rotate/", "revoke/"]


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(
        user=owner,
        name="production",
        limits=Limits(tokens_per_day=80_000),
        allowed_models=["naxios/echo"],
        tags={"team": "search"},
    )[0]


def page(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_shows_a_key_at_a_glance(browser: Client, key: ApiKey) -> None:
    shown = page(browser.get(KEYS))

    for fact in ("production", f"{key.secrets.get().prefix}…", "team=search", "active", "80k", "1 model", "never"):
        assert fact in shown


def test_an_empty_list_leads_to_the_first_key(browser: Client) -> None:
    shown = page(browser.get(KEYS))

    assert "No key yet" in shown
    assert f'href="{KEYS}create/"' in shown


def test_revoked_keys_are_behind_their_own_address(browser: Client, key: ApiKey) -> None:
    services.revoke(key=key)

    assert f"{KEYS}{key.pk}/" not in page(browser.get(KEYS))
    assert f"{KEYS}{key.pk}/" in page(browser.get(f"{KEYS}?show=revoked"))


def test_a_list_can_be_narrowed_to_a_tag(browser: Client, key: ApiKey) -> None:
    other, _ = services.create(user=key.user, name="other")

    shown = page(browser.get(f"{KEYS}?tag=team%3Dsearch"))

    assert f"{KEYS}{key.pk}/" in shown
    assert f"{KEYS}{other.pk}/" not in shown


def test_the_page_of_a_key_shows_what_applies(browser: Client, key: ApiKey) -> None:
    services.rotate(key=key, grace=timedelta(hours=1))

    shown = page(browser.get(f"{KEYS}{key.pk}/"))

    assert "80,000" in shown
    assert "100,000" in shown  # the plan's
    assert shown.count("nx_") - shown.count("nx_<") >= 2  # the new secret's prefix and the old one's


def test_the_page_of_a_key_charts_its_own_use(browser: Client, key: ApiKey) -> None:
    other, _ = services.create(user=key.user, name="other")
    usage.record(entries=[use(key, 1_234), use(other, 99)], segment="one", offset=1)

    shown = page(browser.get(f"{KEYS}{key.pk}/"))

    assert shown.count('<td class="number">1,234</td>') == 1
    assert "1,333" not in shown
    assert f'href="/dashboard/usage/?key={key.pk}"' in shown


@pytest.mark.parametrize("path", OF_A_KEY)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_validates_ownership(browser: Client, path: str, method: str) -> None:
    stranger = create_user(email="stranger@example.com")
    key, _ = services.create(user=stranger, name="not yours")

    answer = getattr(browser, method)(f"{KEYS}{key.pk}/{path}", {"name": "mine now", "grace": "0"})

    assert answer.status_code in ((405,) if (method, path) == ("post", "") else (404,))
    key.refresh_from_db()
    assert (key.name, key.revoked_at, key.secrets.count()) == ("not yours", None, 1)


@pytest.mark.parametrize("path", ["", "create/", *(f"1/{path}" for path in OF_A_KEY)])
def test_a_visitor_is_sent_to_sign_in(owner: AbstractBaseUser, key: ApiKey, path: str) -> None:
    answer = Client().get(f"{KEYS}{path}")

    assert answer.status_code == 302
    assert answer["location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["", "create/", "1/", "1/rotate/"])
def test_nothing_of_it_is_kept_by_browsers_and_proxies(browser: Client, key: ApiKey, path: str) -> None:
    assert "no-store" in browser.get(f"{KEYS}{path}")["cache-control"]


def test_revoking_is_confirmed_by_name_first(browser: Client, key: ApiKey) -> None:
    asked = page(browser.get(f"{KEYS}{key.pk}/revoke/"))

    key.refresh_from_db()
    assert "Revoke production" in asked
    assert key.revoked_at is None


def test_revoking_ends_the_key(browser: Client, key: ApiKey) -> None:
    answer = browser.post(f"{KEYS}{key.pk}/revoke/", follow=True)

    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "production is revoked" in page(answer)


@pytest.mark.parametrize("path", ["edit/", "rotate/", "revoke/"])
def test_a_revoked_key_offers_nothing_more(browser: Client, key: ApiKey, path: str) -> None:
    services.revoke(key=key)

    shown = page(browser.get(f"{KEYS}{key.pk}/{path}"))

    assert f'action="{KEYS}{key.pk}/' not in shown
    assert "revoked" in shown


def test_names_and_tags_are_shown_as_text(browser: Client, owner: AbstractBaseUser) -> None:
    key, _ = services.create(user=owner, name="<b>bold</b>", tags={"<i>": "<u>"})

    for path in ("", f"{key.pk}/", f"{key.pk}/edit/"):
        shown = page(browser.get(f"{KEYS}{path}"))
        assert not any(tag in shown for tag in ("<b>", "<i>", "<u>"))
